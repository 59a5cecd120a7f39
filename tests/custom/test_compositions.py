"""Rules of the user's and implicit values within every other transformation."""

from typing import Any

import numpy as np
import pytest

import graphdiff as gd

X = np.array([0.3, 1.2, -0.4])


@gd.custom_vjp
def back(x: Any) -> Any:
    """A sine with twice its slope."""
    return np.sin(x)


@back.rule
def _(g: Any, y: Any, x: Any) -> Any:
    return 2 * g * np.cos(x)


@gd.custom_jvp
def forth(x: Any) -> Any:
    """A sine with twice its slope."""
    return np.sin(x)


@forth.rule
def _(tangents: Any, y: Any, x: Any) -> Any:
    return 2 * tangents[0] * np.cos(x)


def kepler(M: Any) -> Any:
    return gd.root(lambda E: E - 0.3 * np.sin(E) - M, M)


E = kepler(X)
SLOPE = 1 / (1 - 0.3 * np.cos(E))
BEND = -0.3 * np.sin(E) * SLOPE**3
CASES = {
    "vjp": (back, 2 * np.cos(X), -2 * np.sin(X)),
    "jvp": (forth, 2 * np.cos(X), -2 * np.sin(X)),
    "root": (kepler, SLOPE, BEND),
}


@pytest.mark.parametrize(("f", "slope", "bend"), CASES.values(), ids=CASES)
def test_batching_jacobians_and_hessians(f, slope, bend):
    def total(x: Any) -> Any:
        return np.sum(f(x))

    same = np.testing.assert_allclose
    same(gd.vmap(f)(X), f(X))
    same(gd.vmap(gd.grad(f))(X), slope)
    same(gd.grad(lambda x: np.sum(gd.vmap(f)(x)))(X), slope)
    for mode in ("auto", "forward", "reverse"):
        same(gd.jacobian(f, mode=mode)(X), np.diag(slope))
    same(gd.hessian(total)(X), np.diag(bend), atol=1e-12)
    same(gd.hvp(total)(X, X), bend * X)
    same(gd.grad(lambda x: np.sum(gd.checkpoint(f)(x)))(X), slope)


@pytest.mark.parametrize(("f", "slope", "bend"), CASES.values(), ids=CASES)
def test_loops_and_branches(f, slope, bend):
    def thrice(a: Any) -> Any:
        return gd.fori_loop(0, 3, lambda i, c: f(c), a)

    def chain(a: float) -> float:
        product = 1.0
        for _ in range(3):
            product *= gd.grad(f)(a)
            a = f(a)
        return product

    wanted = chain(0.5)
    form = gd.grad(thrice)
    np.testing.assert_allclose(form(0.5), wanted)
    np.testing.assert_allclose(gd.jvp(thrice)((0.5,), (1.0,))[1], wanted)
    for style in ("readable", "fast"):
        np.testing.assert_allclose(form.emit(0.5, style=style).load()(0.5), wanted)
    either = gd.grad(lambda a: gd.cond(a > 0, f, lambda a: a, a))
    np.testing.assert_allclose([either(0.5), either(-0.5)], [gd.grad(f)(0.5), 1.0])


def test_a_dense_root_within_batches_and_jacobians():
    A = np.array([[3.0, 1.0], [-1.0, 2.0]])

    def f(b: Any) -> Any:
        return gd.root(lambda z: A @ z + np.tanh(z) - b, np.zeros(2))

    bs = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]])
    zs = np.stack([f(b) for b in bs])
    np.testing.assert_allclose(gd.vmap(f)(bs), zs)
    for b, z in zip(bs, zs, strict=True):
        inverse = np.linalg.inv(A + np.diag(1 - np.tanh(z) ** 2))
        np.testing.assert_allclose(gd.jacobian(f)(b), inverse)
    each = gd.vmap(gd.jacobian(f))(bs)
    np.testing.assert_allclose(each[-1], inverse)

    def energy(b: Any) -> Any:
        return np.sum(f(b) ** 2)

    hessian = gd.hessian(energy)(bs[0])
    shift = 1e-6 * np.eye(2)
    slopes = [(gd.grad(energy)(bs[0] + s), gd.grad(energy)(bs[0] - s)) for s in shift]
    measured = np.array([(up - down) / 2e-6 for up, down in slopes])
    np.testing.assert_allclose(hessian, measured, rtol=1e-6, atol=1e-8)


def test_the_gradient_of_a_function_that_descends_and_one_that_solves():
    """Unrolled descent and the implicit function agree, in all modes."""

    def objective(w: Any, a: Any) -> Any:
        return np.cosh(w - a) + 0.5 * w**2

    def unrolled(a: Any) -> Any:
        slope = gd.grad(objective)
        return gd.fori_loop(0, 60, lambda i, w: w - 0.4 * slope(w, a), a * 0)

    def solved(a: Any) -> Any:
        return gd.minimize(objective, 0.0, a)

    def squared(f: Any) -> Any:
        return lambda a: f(a) ** 2

    for outer in (gd.grad, lambda f: lambda a: gd.jvp(f)((a,), (1.0,))[1]):
        for inner in (gd.grad, lambda f: lambda a: gd.jvp(f)((a,), (1.0,))[1]):
            found = [outer(inner(squared(f)))(0.8) for f in (unrolled, solved)]
            np.testing.assert_allclose(*found, rtol=1e-8)


def test_rules_that_serve_reverse_mode_alone_have_jacobians():
    bent = gd.custom_vjp(lambda x: 2 * x, rule=lambda g, y, x: np.tanh(g))
    np.testing.assert_allclose(gd.jacobian(bent)(X), np.tanh(1) * np.eye(3))
    with pytest.raises(gd.UnsupportedError, match="linear in the cotangent"):
        gd.jacobian(bent, mode="forward")(X)


@pytest.mark.slow
def test_jax_agrees():
    jax = pytest.importorskip("jax")
    jnp = jax.numpy

    def clipped(np_: Any, custom: Any, x: Any) -> Any:
        y = custom(np_.sin(x) * 3)
        return np_.sum(y**2 * np_.exp(x))

    theirs = jax.custom_vjp(lambda x: x)
    theirs.defvjp(lambda x: (x, None), lambda _, g: (jnp.clip(g, -1.5, 1.5),))
    wanted = jax.grad(lambda x: clipped(jnp, theirs, x))(X)
    found = gd.grad(lambda x: clipped(np, lambda v: gd.clip_gradient(v, -1.5, 1.5), x))(
        X
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-5)

    def solve(f: Any, x: Any) -> Any:
        for _ in range(8):
            x = x - f(x) / jax.grad(f)(x)
        return x

    def tangent(g: Any, y: Any) -> Any:
        return y / g(1.0)

    def cubic(a: Any) -> Any:
        return jax.lax.custom_root(lambda x: x**3 + a * x - 2, 1.0, solve, tangent)

    def ours(a: Any) -> Any:
        return gd.root(lambda x: x**3 + a * x - 2, 1.0)

    np.testing.assert_allclose(gd.grad(ours)(0.7), jax.grad(cubic)(0.7), rtol=1e-5)
    second = jax.grad(jax.grad(cubic))(0.7)
    np.testing.assert_allclose(gd.grad(gd.grad(ours))(0.7), second, rtol=1e-4)
