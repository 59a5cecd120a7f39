"""Jacobians and Hessians of all that can stand in a function, and inside of it."""

import numpy as np
import pytest

import graphdiff as gd

RNG = np.random.default_rng(1)
X = RNG.uniform(0.5, 1.5, 3)
A = RNG.uniform(0, 1, (3, 3))


def step(c, t):
    return np.tanh(A @ c + t), np.sum(c)


FUNCTIONS = {
    "vmap": lambda x: gd.vmap(lambda a: a @ A * np.sum(a))(np.stack([x, x**2])),
    "vmap of jacobian": lambda x: gd.vmap(gd.jacobian(lambda a: np.sin(a) * a[0]))(
        np.stack([x, x**2])
    ),
    "vmap of hessian": lambda x: gd.vmap(gd.hessian(lambda a: np.prod(a) * a[0]))(
        np.stack([x, x**2])
    ),
    "jacobian": gd.jacobian(lambda x: np.tanh(A @ x)),
    "gradient": lambda x: gd.grad(lambda y: np.sum(np.sin(y * x)))(x),
    "hvp": lambda x: gd.hvp(lambda y: np.sum(np.sin(y * x)))(x, x),
    "linearize": lambda x: gd.linearize(lambda y: np.sin(y) * x, x)[1](x),
    "derivative": lambda x: gd.derivative(lambda t: np.sum(np.sin(t * x)), 3)(0.3) * x,
    "jvp of jacobian": lambda x: gd.jvp(gd.jacobian(np.sin))((x,), (x,))[1] @ x,
    "vjp of hessian": lambda x: gd.vjp(gd.hessian(lambda y: np.sum(y**4)))((x,), A)[1][
        0
    ],
    "scan": lambda x: gd.scan(step, x, np.ones((4, 3)))[1],
    "fori_loop": lambda x: gd.fori_loop(0, 3, lambda i, c: np.sin(A @ c), x),
    "while_loop": lambda x: gd.while_loop(
        lambda c: np.sum(c) < 50, lambda c: c * 1.5 + A @ c * 0.1, x
    ),
    "cond": lambda x: gd.cond(np.sum(x) > 0, lambda y: y**2, lambda y: y, x),
    "checkpoint": lambda x: gd.checkpoint(lambda y: np.sin(A @ y))(x),
    "solve": lambda x: np.linalg.solve(A + np.diag(x), x),
}


def differences(f, h=1e-5):
    columns = [(f(X + d) - f(X - d)) / (2 * h) for d in h * np.eye(3)]
    return np.moveaxis(columns, 0, -1)


@pytest.mark.parametrize("case", FUNCTIONS)
def test_both_modes_both_orders_evaluated_and_emitted(case):
    f = FUNCTIONS[case]
    value = gd.compile(gd.trace(f, X))
    expected = differences(value)
    for mode in ("forward", "reverse"):
        form = gd.jacobian(f, mode=mode)
        found = form(X)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
        emitted = form.emit(X, name="jacobian").load()(X)
        np.testing.assert_allclose(emitted, found, rtol=1e-10, atol=1e-12)
    second = gd.hessian(f)(X)
    first = gd.jacobian(f)
    np.testing.assert_allclose(second, differences(first), rtol=1e-5, atol=1e-6)


def mode_of(f, *args):
    """Which mode the cost formulas have chosen."""
    auto = str(gd.jacobian(f).graph(*args))
    made = {m: str(gd.jacobian(f, mode=m).graph(*args)) for m in ("forward", "reverse")}
    assert made["forward"] != made["reverse"]
    return next(mode for mode, text in made.items() if text == auto)


def test_the_mode_is_the_cheaper_one():
    def network(x, w, v):
        return np.tanh(v @ np.tanh(w @ x))

    few, many, middle = gd.spec("3"), gd.spec("900"), "40"
    tall = (few, gd.spec(f"{middle},3"), gd.spec(f"900,{middle}"))
    wide = (many, gd.spec(f"{middle},900"), gd.spec(f"3,{middle}"))
    assert mode_of(network, *tall) == "forward"
    assert mode_of(network, *wide) == "reverse"
    tall = (few, gd.spec("h,3"), gd.spec("m,h"))
    wide = (gd.spec("n"), gd.spec("h,n"), gd.spec("3,h"))
    assert mode_of(network, *tall) == "forward"
    assert mode_of(network, *wide) == "reverse"


def test_one_program_for_every_size():
    form = gd.hessian(lambda x, a: np.sum(np.tanh(a @ x) ** 2) + np.sum(np.outer(x, x)))
    general = form.emit(gd.spec("n"), gd.spec("m,n"), name="hessian").load()
    for m, n in [(0, 3), (3, 0), (1, 1), (4, 2)]:
        x, a = RNG.standard_normal(n), RNG.standard_normal((m, n))
        np.testing.assert_allclose(general(x, a), form(x, a), rtol=1e-12, atol=1e-12)
        assert general(x, a).shape == (n, n)


def test_branches_not_taken():
    def f(x):
        return np.where(x > 0, np.log(np.where(x > 0, x, 1)), 0) + np.where(
            x > 0, np.sqrt(x), x
        )

    x = np.array([-1.0, 4.0, -2.0])
    for mode in ("forward", "reverse"):
        found = gd.jacobian(f, mode=mode)(x)
        np.testing.assert_allclose(found, np.diag([1, 0.5, 1]))
        second = gd.hessian(lambda x: np.sum(f(x)), mode=mode)(x)
        np.testing.assert_allclose(second, np.diag([0, -1 / 16 - 1 / 32, 0]))
