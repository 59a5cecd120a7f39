"""Batches composed with derivatives, compared with JAX's.

Install the extra ``oracle`` to run these; without JAX they are skipped.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd

jax = pytest.importorskip("jax")
jnp = jax.numpy
pytestmark = pytest.mark.slow

RNG = np.random.default_rng(0)
P = [
    {"W": RNG.normal(size=(5, 4)), "b": RNG.normal(size=4)},
    {"W": RNG.normal(size=(4, 3)), "b": RNG.normal(size=3)},
]
TWO = [{k: np.stack([a, 2 * a]) for k, a in layer.items()} for layer in P]
SIX = [{"W": np.stack([P[0]["W"]] * 6), "b": P[0]["b"]}, P[1]]
X, Y, T = RNG.normal(size=(6, 5)), RNG.normal(size=(6, 3)), RNG.normal(size=(6, 5))
A, B = RNG.normal(size=(5, 5)), RNG.normal(size=(2, 6, 5))
S = np.stack([A @ A.T + np.eye(5) * i for i in range(1, 4)])


@pytest.fixture(autouse=True)
def _double() -> Any:
    """Let JAX compute in float64, here only."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


class Ours:
    """The forms under the names that both have."""

    np = np
    vmap = staticmethod(gd.vmap)
    grad = staticmethod(gd.grad)
    jvp = staticmethod(gd.jvp)
    vjp = staticmethod(gd.vjp)
    hessian = staticmethod(gd.hessian)
    jacobian = staticmethod(gd.jacobian)


class Theirs:
    """JAX's, called as ours are."""

    np = jnp
    vmap = staticmethod(jax.vmap)
    grad = staticmethod(jax.grad)
    hessian = staticmethod(jax.hessian)
    jacobian = staticmethod(jax.jacobian)

    @staticmethod
    def jvp(f: Any) -> Any:
        return lambda primals, tangents: jax.jvp(f, primals, tangents)

    @staticmethod
    def vjp(f: Any) -> Any:
        def call(primals: Any, cotangent: Any) -> Any:
            value, back = jax.vjp(f, *primals)
            return value, back(cotangent)

        return call


def network(m: Any, layers: Any, x: Any) -> Any:
    for layer in layers[:-1]:
        x = m.np.tanh(x @ layer["W"] + layer["b"])
    return x @ layers[-1]["W"] + layers[-1]["b"]


def loss(m: Any) -> Any:
    return lambda p, x, y: m.np.sum((network(m, p, x) - y) ** 2)


def mlp(m: Any) -> Any:
    return lambda p, x: network(m, p, x)


def wave(m: Any) -> Any:
    return lambda x: m.np.tanh(A @ x) * x[0]


def energy(m: Any) -> Any:
    return lambda x: m.np.sum(m.np.tanh(A @ x) ** 2)


def penalty(m: Any) -> Any:
    def one(p: Any, x: Any, y: Any) -> Any:
        return m.np.sum(m.grad(loss(m))(p, x, y)[0]["W"] ** 2)

    batch = m.vmap(one, (None, 0, 0))
    return m.grad(lambda p, x, y: m.np.sum(batch(p, x, y)))


def attention(m: Any) -> Any:
    def one(q: Any, k: Any, v: Any) -> Any:
        s = m.np.exp(q @ k.T / 2)
        return (s / m.np.sum(s, -1, keepdims=True)) @ v

    return m.vmap(m.vmap(one))


def total(m: Any, f: Any, axes: Any) -> Any:
    """The sum over a batch of what `f` gives."""
    batch = m.vmap(f, axes)
    return lambda *args: m.np.sum(batch(*args) ** 2)


PROGRAMS: dict[str, tuple[Callable[[Any], Any], tuple[Any, ...]]] = {
    "per example": (lambda m: m.vmap(m.grad(loss(m)), (None, 0, 0)), (P, X, Y)),
    "per example, two": (
        lambda m: m.vmap(m.grad(loss(m), (0, 1)), (None, 0, 0)),
        (P, X, Y),
    ),
    "of a batch": (lambda m: m.grad(total(m, loss(m), (None, 0, 0))), (P, X, Y)),
    "nested": (lambda m: m.vmap(m.vmap(mlp(m), (None, 0)), (None, 0)), (P, B)),
    "nested, other axes": (
        lambda m: m.vmap(m.vmap(mlp(m), (None, 1), 1), (None, 2), 2),
        (P, np.moveaxis(B, (0, 1, 2), (2, 1, 0))),
    ),
    "of a nested one": (
        lambda m: m.grad(total(m, m.vmap(mlp(m), (None, 0)), (None, 0))),
        (P, B),
    ),
    "ensemble": (
        lambda m: m.vmap(m.vmap(loss(m), (None, 0, 0)), (0, None, None)),
        (TWO, X, Y),
    ),
    "prefix": (
        lambda m: m.vmap(mlp(m), ([{"W": 0, "b": None}, None], 0)),
        (SIX, X),
    ),
    "jvp inside": (lambda m: m.vmap(lambda x, t: m.jvp(wave(m))((x,), (t,))), (X, T)),
    "jvp inside, tangents only": (
        lambda m: m.vmap(lambda x, t: m.jvp(wave(m))((x,), (t,))[1], (None, 0)),
        (X[0], T),
    ),
    "jvp outside": (lambda m: lambda x, t: m.jvp(m.vmap(wave(m)))((x,), (t,)), (X, T)),
    "vjp inside": (lambda m: m.vmap(lambda x, c: m.vjp(wave(m))((x,), c)), (X, T)),
    "vjp outside": (lambda m: lambda x, c: m.vjp(m.vmap(wave(m)))((x,), c), (X, T)),
    "hessian times vectors": (
        lambda m: m.vmap(lambda x, t: m.jvp(m.grad(energy(m)))((x,), (t,))[1]),
        (X, T),
    ),
    "hessians": (lambda m: m.vmap(m.hessian(energy(m))), (X,)),
    "hessian of a batch": (lambda m: m.hessian(total(m, energy(m), 0)), (X,)),
    "jacobians": (lambda m: m.vmap(m.jacobian(wave(m))), (X,)),
    "jacobian of a batch": (lambda m: m.jacobian(m.vmap(wave(m))), (X,)),
    "gradient of gradients": (penalty, (P, X, Y)),
    "third": (
        lambda m: m.vmap(m.grad(m.grad(m.grad(lambda x: m.np.sin(x) * x**4)))),
        (X[0],),
    ),
    "attention": (
        attention,
        tuple(RNG.normal(size=(2, 3, *s)) for s in ((4, 5), (7, 5), (7, 6))),
    ),
    "entries": (
        lambda m: m.vmap(
            m.grad(lambda x, i, j: m.np.sum(x[i, :, j] ** 3)), (0, 0, None)
        ),
        (RNG.normal(size=(6, 4, 3, 5)), RNG.integers(0, 4, (6, 2)), np.array([1, 1])),
    ),
    "entries of one": (
        lambda m: m.vmap(
            m.grad(lambda x, i, j: m.np.sum(x[:, i, j] ** 3)), (None, 0, 0)
        ),
        (
            RNG.normal(size=(4, 3, 5)),
            RNG.integers(0, 3, (6, 2)),
            RNG.integers(0, 5, (6, 1)),
        ),
    ),
    "one matrix, other columns": (
        lambda m: m.grad(total(m, lambda w, x: m.np.tanh(w @ x), (None, 0))),
        (RNG.normal(size=(4, 6)), B),
    ),
    "stacks of matrices": (
        lambda m: m.grad(total(m, lambda w, x: m.np.tanh(w @ x), (0, None)), (0, 1)),
        (RNG.normal(size=(4, 2, 6, 3)), RNG.normal(size=(2, 3, 2))),
    ),
    "a stack and many": (
        lambda m: m.grad(total(m, lambda w, x: m.np.tanh(w @ x), (None, 1)), (0, 1)),
        (RNG.normal(size=(2, 6, 3)), RNG.normal(size=(2, 4, 3, 2))),
    ),
    "systems": (
        lambda m: m.grad(total(m, m.np.linalg.solve, (None, 0)), (0, 1)),
        (A, X),
    ),
    "eigenvalues": (
        lambda m: m.vmap(m.grad(lambda s: m.np.sum(m.np.linalg.eigh(s + s.T)[0] ** 3))),
        (S,),
    ),
    "convolutions": (
        lambda m: m.grad(total(m, m.np.convolve, (0, None)), (0, 1)),
        (X, X[0, :3]),
    ),
}


def leaves(result: Any) -> list[np.ndarray]:
    return [np.asarray(leaf) for leaf in jax.tree_util.tree_leaves(result)]


@pytest.mark.parametrize("name", PROGRAMS)
def test_jax_agrees(name: str) -> None:
    program, args = PROGRAMS[name]
    found = leaves(program(Ours)(*args))
    wanted = leaves(jax.jit(program(Theirs))(*args))
    for y, w in zip(found, wanted, strict=True):
        assert y.shape == w.shape
        np.testing.assert_allclose(y, w, rtol=1e-9, atol=1e-9)
