"""Bundle adjustment: where cameras stood and points lie, from 30,000 observations.

Each observation is of one point in one camera, and so its two residuals depend on 9
camera and 3 point parameters out of more than 20,000. By columns the Jacobian takes 12
sweeps, as nobody has to say. But the residuals read the parameters one gathered column
after the other, and by these each observation is alone with its own: two pullbacks
find all 760,000 entries, which are sorted into place by an index.

The model is that of S. Agarwal, N. Snavely, S. M. Seitz and R. Szeliski, *Bundle
Adjustment in the Large* (ECCV 2010): a rotation by Rodrigues' formula, a translation, a
projection, a focal length and two coefficients of radial distortion. The scene is made
here: cameras in a ring look at a cloud of points, each seen by some neighbours.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

import graphdiff as gd

FOCAL = 1000.0


def rotated(points, vectors):
    """Points rotated about vectors, by as many radians as these are long."""
    angle = np.sqrt(np.sum(vectors**2, axis=1, keepdims=True))
    axis = vectors / angle
    along = np.sum(axis * points, axis=1, keepdims=True) * axis
    turned = np.cos(angle) * (points - along)
    return turned + np.sin(angle) * np.cross(axis, points) + along


def projected(cameras, points):
    """Where each point appears in the image of the camera beside it."""
    seen = rotated(points, cameras[:, :3]) + cameras[:, 3:6]
    plane = -seen[:, :2] / seen[:, 2:]
    square = np.sum(plane**2, axis=1)
    bent = 1 + cameras[:, 7] * square + cameras[:, 8] * square**2
    return (cameras[:, 6] * bent)[:, None] * plane


def residuals(x, count, camera, point, observed):
    """Image coordinates less those observed; `x` holds 9 * count camera parameters."""
    cameras = x[: 9 * count].reshape(count, 9)
    points = x[9 * count :].reshape(-1, 3)
    return (projected(cameras[camera], points[point]) - observed).ravel()


def scene(cameras, points, rng):
    """Parameters of a ring of cameras and a cloud, and who sees whom."""
    place = np.sort(rng.uniform(0, 2 * np.pi, cameras))
    turn = np.stack([0 * place, place, 0 * place], axis=1)
    turn += 0.1 * rng.normal(size=turn.shape)
    shift = np.array([0, 0, -8.0]) + 0.2 * rng.normal(size=(cameras, 3))
    lens = np.array([FOCAL, -0.05, 0.01]) * rng.uniform(0.9, 1.1, (cameras, 3))
    cloud = rng.normal(size=(points, 3))
    first = rng.integers(cameras, size=points)
    times = rng.integers(2, 7, size=points)
    point = np.repeat(np.arange(points), times)
    neighbour = np.arange(point.size) - np.repeat(np.cumsum(times) - times, times)
    camera = (first[point] + neighbour) % cameras
    parameters = np.concatenate([np.hstack([turn, shift, lens]).ravel(), cloud.ravel()])
    return parameters, camera, point


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cameras", type=int, default=49)
    parser.add_argument("--points", type=int, default=7_800)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the Jacobian's module here")
    options = parser.parse_args()

    rng = np.random.default_rng(options.seed)
    truth, camera, point = scene(options.cameras, options.points, rng)
    given = options.cameras, camera, point
    exact = residuals(truth, *given, np.zeros((camera.size, 2))).reshape(-1, 2)
    data = *given, exact + 0.5 * rng.normal(size=exact.shape)
    spread = np.tile([1e-3, 1e-3, 1e-3, 0.02, 0.02, 0.02, 5, 0.01, 0.01], given[0])
    spread = np.concatenate([spread, np.full(3 * options.points, 0.03)])
    start = truth + spread * rng.normal(size=truth.shape)

    jacobian = gd.sparse_jacobian(residuals)
    begin = time.perf_counter()
    matrix = jacobian(start, *data)
    built = time.perf_counter() - begin
    begin = time.perf_counter()
    jacobian(start, *data)
    print(f"{camera.size:,} observations of {options.points:,} points", end=" ")
    print(f"in {options.cameras} cameras")
    print(
        f"Jacobian: {matrix.shape[0]:,} by {matrix.shape[1]:,}, {matrix.nnz:,} entries"
    )
    print(f"First evaluation {built:.2f} s, then {time.perf_counter() - begin:.2f} s")
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        module = jacobian.emit(start, *data, name="bundle_jacobian")
        path = module.write(options.out / "bundle_jacobian.py")
        print(f"Written: {path.name}, {path.stat().st_size:,} bytes")

    begin = time.perf_counter()
    found = least_squares(
        residuals, start, jacobian, method="trf", x_scale="jac", ftol=1e-4, args=data
    )
    took = time.perf_counter() - begin
    print(f"Solved in {found.nfev} steps, {took:.1f} s: {found.message}")
    for when, left in (("before", residuals(start, *data)), ("after", found.fun)):
        print(f"Root mean square {when}: {np.sqrt(np.mean(left**2)):.3f} pixels")


if __name__ == "__main__":
    main()
