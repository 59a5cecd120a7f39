"""Sparse derivatives against the dense ones of JAX, at several points."""

import numpy as np
import pytest

import graphdiff as gd

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)
pytestmark = pytest.mark.slow

N = 12
LINKS = np.random.default_rng(5).integers(N, size=(20, 2))


def lattice(x, np):
    rest = x[LINKS[:, 0]] - x[LINKS[:, 1]]
    return np.sqrt(1 + rest**2) * np.tanh(x[LINKS[:, 0]])


def reaction(x, np):
    u, v = x[: N // 2], x[N // 2 :]
    spread = np.roll(u, 1) - 2 * u + np.roll(u, -1)
    return np.concatenate([spread + u * v**2, v * (1 - u**2 * v)])


def layered(x, np):
    weights = np.eye(N) + np.diag(np.ones(N - 2), 2)
    return np.tanh(weights @ np.sin(weights @ x))


def windows(x, np):
    stacked = np.stack([x[k : k + N - 3] for k in range(4)])
    return np.exp(-np.max(stacked, axis=0)) + np.prod(stacked[:2], axis=0)


FUNCTIONS = lattice, reaction, layered, windows


@pytest.mark.parametrize("f", FUNCTIONS)
def test_jacobian_and_hessian(f):
    wanted = jax.jacfwd(lambda x: f(x, jax.numpy))
    jacobian = gd.sparse_jacobian(lambda x: f(x, np))
    curved = jax.hessian(lambda x: jax.numpy.sum(f(x, jax.numpy) ** 2))
    hessian = gd.sparse_hessian(lambda x: np.sum(f(x, np) ** 2))
    for seed in range(2):
        x = np.random.default_rng(seed).normal(size=N)
        np.testing.assert_allclose(jacobian(x).toarray(), wanted(x), atol=1e-12)
        np.testing.assert_allclose(hessian(x).toarray(), curved(x), atol=1e-10)


def reprojected(cameras, points, weights, seen, measured, np):
    """The residuals of a public benchmark: J. Srajer et al., ADBench (2018)."""
    camera, point = cameras[seen[:, 0]], points[seen[:, 1]]
    angle = np.sqrt(np.sum(camera[:, :3] ** 2, axis=1, keepdims=True))
    axis, moved = camera[:, :3] / angle, point - camera[:, 3:6]
    along = np.sum(axis * moved, axis=1, keepdims=True) * (1 - np.cos(angle))
    turned = moved * np.cos(angle) + np.cross(axis, moved) * np.sin(angle)
    turned = turned + axis * along
    plane = turned[:, :2] / turned[:, 2:]
    square = np.sum(plane**2, axis=1, keepdims=True)
    bent = 1 + camera[:, 9:10] * square + camera[:, 10:] * square**2
    found = plane * bent * camera[:, 6:7] + camera[:, 7:9]
    return weights[:, None] * (found - measured), 1 - weights**2


def test_residuals_of_a_public_benchmark():
    rng = np.random.default_rng(0)
    cameras, points = rng.normal(size=(4, 11)), rng.normal((0, 0, 9), size=(15, 3))
    seen = np.stack([rng.integers(4, size=40), rng.integers(15, size=40)], axis=1)
    args = cameras, points, rng.random(40), seen, rng.normal(size=(40, 2))
    form = gd.sparse_jacobian(lambda *a: reprojected(*a, np), wrt=(0, 1, 2))
    wanted = jax.jacrev(lambda *a: reprojected(*a, seen, args[4], jax.numpy), (0, 1, 2))
    rows = [
        np.hstack([np.reshape(block, (size, -1)) for block in blocks])
        for blocks, size in zip(wanted(*args[:3]), (80, 40), strict=True)
    ]
    found = form(*args)
    np.testing.assert_allclose(found.toarray(), np.vstack(rows), rtol=1e-9, atol=1e-9)
    assert found.nnz == 80 * 14 + 40
    assert form.derived(args, {}, ("values",)).compressed.sweeps == 2
