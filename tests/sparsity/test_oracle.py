"""Sparse derivatives against the dense ones of JAX, at several points."""

import numpy as np
import pytest

import graphdiff as gd

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)

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
