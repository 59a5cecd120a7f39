"""The sparse Jacobian of bundle adjustment, as a careful person writes it.

One block of 2 by 12 for each observation. The derivative of a rotated point by the
rotation vector is that of Gallego and Yezzi, *A compact formula for the derivative of
a 3-D rotation in exponential coordinates* (2015), result 1.
"""

import numpy as np
from scipy.sparse import csr_array


def crosses(v):
    """The matrices by which to multiply for a vector product from the left."""
    made = np.zeros((len(v), 3, 3))
    made[:, 0, 1], made[:, 0, 2] = -v[:, 2], v[:, 1]
    made[:, 1, 0], made[:, 1, 2] = v[:, 2], -v[:, 0]
    made[:, 2, 0], made[:, 2, 1] = -v[:, 1], v[:, 0]
    return made


class Jacobian:
    """The Jacobian for given observations: the index arrays are made once."""

    def __init__(self, count, camera, point, points):
        self.count, self.camera, self.point = count, camera, point
        self.shape = 2 * camera.size, 9 * count + 3 * points
        own = 9 * camera[:, None] + np.arange(9)
        theirs = 9 * count + 3 * point[:, None] + np.arange(3)
        columns = np.concatenate([own, theirs], axis=1)
        self.indices = np.repeat(columns, 2, axis=0).ravel().astype(np.int32)
        self.indptr = np.arange(0, 24 * camera.size + 1, 12, dtype=np.int32)

    def __call__(self, x):
        cameras = x[: 9 * self.count].reshape(-1, 9)[self.camera]
        points = x[9 * self.count :].reshape(-1, 3)[self.point]
        vectors = cameras[:, :3]
        angle = np.sqrt(np.sum(vectors**2, axis=1))[:, None, None]
        axis = crosses(vectors)
        unit = axis / angle
        rotation = np.eye(3) + np.sin(angle) * unit
        rotation += (1 - np.cos(angle)) * (unit @ unit)
        seen = (rotation @ points[:, :, None])[:, :, 0] + cameras[:, 3:6]
        plane = -seen[:, :2] / seen[:, 2:]
        square = np.sum(plane**2, axis=1)
        focal, first, second = cameras[:, 6], cameras[:, 7], cameras[:, 8]
        bent = 1 + first * square + second * square**2

        outer = vectors[:, :, None] * vectors[:, None, :]
        inner = outer + (rotation.mT - np.eye(3)) @ axis
        by_vector = -(rotation @ crosses(points)) @ inner / angle**2
        by_plane = (2 * focal * (first + 2 * second * square))[:, None, None]
        by_plane = by_plane * (plane[:, :, None] * plane[:, None, :])
        by_plane[:, [0, 1], [0, 1]] += (focal * bent)[:, None]
        by_seen = np.zeros((len(seen), 2, 3))
        by_seen[:, [0, 1], [0, 1]] = -1 / seen[:, 2:]
        by_seen[:, :, 2] = -plane / seen[:, 2:]
        by_shift = by_plane @ by_seen

        blocks = np.empty((len(seen), 2, 12))
        blocks[:, :, :3] = by_shift @ by_vector
        blocks[:, :, 3:6] = by_shift
        blocks[:, :, 6] = bent[:, None] * plane
        blocks[:, :, 7] = (focal * square)[:, None] * plane
        blocks[:, :, 8] = (focal * square**2)[:, None] * plane
        blocks[:, :, 9:] = by_shift @ rotation
        index = self.indices.copy(), self.indptr.copy()
        return csr_array((blocks.ravel(), *index), shape=self.shape)


def tridiagonal(u):
    """The Jacobian of Bratu's problem: three diagonals."""
    n = u.size
    main = np.exp(u) / (n + 1) ** 2 - 2
    values = np.ones((n, 3))
    values[:, 1] = main
    columns = np.arange(-1, n - 1, dtype=np.int32)[:, None] + np.arange(3)
    indptr = np.arange(-1, 3 * n, 3, dtype=np.int32)
    indptr[0], indptr[-1] = 0, 3 * n - 2
    index = columns.ravel()[1:-1].astype(np.int32), indptr
    return csr_array((values.ravel()[1:-1], *index), shape=(n, n))
