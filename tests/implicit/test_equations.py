"""Values that equations define: values and derivatives, however the graph runs."""

import pickle
from typing import Any

import numpy as np
import pytest
from scipy import optimize
from scipy.sparse import linalg as sparse

import graphdiff as gd

RNG = np.random.default_rng(7)
A = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
PARAMETERS = np.array([0.5, 1.0, 2.0])


def system(x: Any, a: Any) -> Any:
    return A @ x + np.tanh(x) * a - np.array([1.0, 2.0, 3.0])


def energy(a: Any, solver: Any = None) -> Any:
    return np.sum(gd.root(system, np.zeros(3), a, solver=solver) ** 2)


def differences(f: Any, x: Any, h: float = 1e-6) -> np.ndarray:
    """Central differences of a number, by every entry of x."""
    x = np.asarray(x)
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h
        found[i] = (f((x + e)[()]) - f((x - e)[()])) / (2 * h)
    return found


def derivatives(x: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the system's root by its parameters, first and second, worked out by hand."""
    t = np.tanh(x)
    J = A + np.diag((1 - t**2) * a)
    first = -np.linalg.solve(J, np.diag(t))
    u = (1 - t**2)[:, None] * first
    bend = -2 * (t * (1 - t**2) * a)[:, None, None] * first[:, :, None] * first[:, None]
    cross = np.einsum("ij,ik->ijk", np.eye(3), u) + np.einsum(
        "ik,ij->ijk", np.eye(3), u
    )
    return first, -np.einsum("il,ljk->ijk", np.linalg.inv(J), bend + cross)


def test_the_derivatives_are_those_of_the_implicit_function_theorem():
    a = PARAMETERS
    x = gd.root(system, np.zeros(3), a)
    np.testing.assert_allclose(system(x, a), 0, atol=1e-14)
    first, second = derivatives(x, a)
    wanted = 2 * x @ first
    form = gd.value_and_grad(energy)
    value, slope = form(a)
    np.testing.assert_allclose([value, *slope], [np.sum(x**2), *wanted])
    graph = form.graph(a)
    np.testing.assert_allclose(gd.evaluate(graph, {"a": a})["d_a"], wanted)
    packed = pickle.loads(pickle.dumps(gd.compile(graph)))
    np.testing.assert_allclose(packed(a)[1], wanted)
    table = gd.backprop(gd.trace(energy, a), {"a": a})
    np.testing.assert_allclose(table["a"], wanted)
    v = np.array([0.3, -1.0, 0.4])
    np.testing.assert_allclose(gd.jvp(energy)((a,), (v,))[1], wanted @ v)
    hessian = 2 * first.T @ first + 2 * np.einsum("i,ijk->jk", x, second)
    twice = gd.grad(lambda a: np.sum(gd.grad(energy)(a) * v))
    np.testing.assert_allclose(twice(a), hessian @ v)
    for inner in (gd.grad(energy),):
        _, pushed = gd.jvp(inner)((a,), (v,))
        np.testing.assert_allclose(pushed, hessian @ v)


@pytest.mark.parametrize(
    "solver",
    [
        optimize.root,
        optimize.fsolve,
        optimize.newton_krylov,
        lambda f, x: optimize.root(f, x, jac=f.jacobian, method="lm"),
    ],
)
def test_any_solver_will_do(solver):
    found = gd.grad(lambda a: energy(a, solver))(PARAMETERS)
    np.testing.assert_allclose(found, gd.grad(energy)(PARAMETERS), rtol=1e-4)


def test_an_equation_entry_by_entry_costs_no_matrix():
    def kepler(E: Any, M: Any, e: Any) -> Any:
        return E - e * np.sin(E) - M

    def total(M: Any, e: Any) -> Any:
        return np.sum(gd.root(kepler, M, M, e))

    M = np.linspace(0, 3, 20000)
    form = gd.grad(total, wrt=("M", "e"))
    E = gd.root(kepler, M, M, 0.3)
    slope = 1 / (1 - 0.3 * np.cos(E))
    by_m, by_e = form(M, 0.3)
    np.testing.assert_allclose(by_m, slope)
    np.testing.assert_allclose(by_e, np.sum(np.sin(E) * slope))
    symbolic = gd.compile(form.graph(gd.spec("n"), 0.3))
    for n in (0, 1, 5):
        np.testing.assert_allclose(symbolic(M[:n], 0.3)[0], slope[:n])

    def by_scipy(f: Any, x: Any) -> Any:
        return optimize.newton(f, x, fprime=f.slope)

    again = gd.grad(lambda M: np.sum(gd.root(kepler, M, M, 0.3, solver=by_scipy)))
    np.testing.assert_allclose(again(M[:9]), slope[:9])


def test_a_scalar_root_and_what_its_function_captures():
    def f(a: Any) -> Any:
        return gd.root(lambda x: x**3 + x - a, 1.0)

    x = f(2.5)
    first = 1 / (3 * x**2 + 1)
    np.testing.assert_allclose(gd.grad(f)(2.5), first)
    second = -6 * x * first**3
    np.testing.assert_allclose(gd.grad(gd.grad(f))(2.5), second)
    third = gd.grad(gd.grad(gd.grad(f)))(2.5)
    np.testing.assert_allclose(third, -6 * first**4 + 108 * x**2 * first**5)


def test_a_root_within_a_root():
    def inner(y: Any, a: Any) -> Any:
        return gd.root(lambda x: x**3 + x - y * a, 1.0)

    def outer(a: Any) -> Any:
        return gd.root(lambda y: y + inner(y, a) - 2.0, 1.0)

    at = 1.5
    np.testing.assert_allclose(gd.grad(outer)(at), differences(outer, at), rtol=1e-7)
    slope = gd.grad(outer)
    np.testing.assert_allclose(gd.grad(slope)(at), differences(slope, at), rtol=1e-6)


def test_parameters_nest_and_unknowns_have_any_shape():
    def f(X: Any, p: Any) -> Any:
        return X @ X - p["S"] + p["shift"][0] * np.eye(2)

    p = {"S": np.array([[5.0, 1.0], [1.0, 3.0]]), "shift": [0.5]}

    def g(p: Any) -> Any:
        return np.sum(gd.root(f, np.eye(2), p) ** 3)

    X = gd.root(f, np.eye(2), p)
    np.testing.assert_allclose(X @ X, p["S"] - 0.5 * np.eye(2))
    found = gd.grad(g)(p)
    wanted = differences(lambda S: g({**p, "S": S}), p["S"])
    np.testing.assert_allclose(found["S"], wanted, rtol=1e-6)
    wanted = differences(lambda s: g({**p, "shift": [float(s)]}), 0.5)
    np.testing.assert_allclose(found["shift"][0], wanted, rtol=1e-6)


def test_unknowns_nest_too():
    def f(x: Any, a: Any) -> Any:
        return {"u": x["u"] + x["v"][0] - a, "v": [x["v"][0] * 2 - np.sum(x["u"])]}

    x0 = {"u": np.zeros(2), "v": [np.array(0.0)]}

    def g(a: Any) -> Any:
        x = gd.root(f, x0, a)
        assert x["u"].shape == (2,)
        return np.sum(x["u"] ** 2) + x["v"][0] ** 3

    a = np.array([1.0, 3.0])
    x = gd.root(f, x0, a)
    np.testing.assert_allclose([x["v"][0], *x["u"]], [1.0, 0.0, 2.0])
    form = gd.grad(g)
    np.testing.assert_allclose(form(a), differences(g, a), rtol=1e-6)
    np.testing.assert_allclose(form.emit(a).load()(a), form(a))

    def loss(p: Any, a: Any) -> Any:
        return np.sum((p["w"] * a + p["b"] - 2 * a) ** 2) + 0.1 * np.sum(p["w"] ** 2)

    def best(a: Any) -> Any:
        p = gd.minimize(loss, {"w": np.array(0.0), "b": np.array(0.0)}, a)
        return p["w"] * 10 + p["b"]

    np.testing.assert_allclose(gd.grad(best)(a), differences(best, a), rtol=1e-6)
    with pytest.raises(gd.GraphTypeError, match="expected floats in an array"):
        gd.root(lambda x: x, {"n": np.arange(3)})


def test_single_precision_stays_single():
    a = PARAMETERS.astype(np.float32)
    x0 = np.zeros(3, np.float32)
    matrix = A.astype(np.float32)

    def f(a: Any) -> Any:
        return np.sum(gd.root(lambda x: matrix @ x + np.tanh(x) * a - 1, x0) ** 2)

    value, slope = gd.value_and_grad(f)(a)
    assert value.dtype == slope.dtype == np.float32


def test_a_fixed_point():
    def f(a: Any) -> Any:
        return gd.fixed_point(lambda x: np.cos(x) * a, 0.5)

    x = f(0.9)
    np.testing.assert_allclose(x, 0.9 * np.cos(x))
    wanted = np.cos(x) / (1 + 0.9 * np.sin(x))
    np.testing.assert_allclose(gd.grad(f)(0.9), wanted)
    np.testing.assert_allclose(gd.jvp(f)((0.9,), (2.0,))[1], 2 * wanted)

    def layer(z: Any, W: Any, b: Any) -> Any:
        return np.tanh(W @ z + b)

    def deep(W: Any, b: Any, solver: Any = None) -> Any:
        return np.sum(gd.fixed_point(layer, np.zeros(3), W, b, solver=solver) ** 2)

    W, b = 0.3 * RNG.normal(size=(3, 3)), np.array([0.1, -0.5, 0.8])
    d_W, d_b = gd.grad(deep, wrt=(0, 1))(W, b)
    np.testing.assert_allclose(d_b, differences(lambda b: deep(W, b), b), rtol=1e-6)
    wanted = differences(lambda W: deep(W, b), W)
    np.testing.assert_allclose(d_W, wanted, rtol=1e-5, atol=1e-9)

    def by_scipy(f: Any, x: Any) -> Any:
        return optimize.fixed_point(f, x, method="iteration", maxiter=1000)

    other = gd.grad(lambda b: deep(W, b, by_scipy))(b)
    np.testing.assert_allclose(other, d_b, rtol=1e-6)


X_TRAIN, X_TEST = RNG.normal(size=(20, 4)), RNG.normal(size=(10, 4))
Y_TRAIN = X_TRAIN @ np.ones(4) + 0.3 * RNG.normal(size=20)
Y_TEST = X_TEST @ np.ones(4)


def ridge(w: Any, strength: Any) -> Any:
    return np.sum((X_TRAIN @ w - Y_TRAIN) ** 2) + strength * np.sum(w**2)


def validation(strength: Any, solver: Any = None) -> Any:
    w = gd.minimize(ridge, np.zeros(4), strength, solver=solver)
    return np.sum((X_TEST @ w - Y_TEST) ** 2)


def test_the_gradient_of_a_validation_loss_by_the_strength_of_ridge():
    strength = 0.7
    H = X_TRAIN.T @ X_TRAIN + strength * np.eye(4)
    w = np.linalg.solve(H, X_TRAIN.T @ Y_TRAIN)
    dw = -np.linalg.solve(H, w)
    ddw = -2 * np.linalg.solve(H, dw)
    r = X_TEST @ w - Y_TEST
    first = 2 * r @ X_TEST @ dw
    second = 2 * np.sum((X_TEST @ dw) ** 2) + 2 * r @ X_TEST @ ddw
    np.testing.assert_allclose(gd.minimize(ridge, np.zeros(4), strength), w)
    np.testing.assert_allclose(gd.grad(validation)(strength), first)
    np.testing.assert_allclose(gd.grad(gd.grad(validation))(strength), second)
    np.testing.assert_allclose(gd.jvp(validation)((strength,), (1.0,))[1], first)
    _, pushed = gd.jvp(gd.grad(validation))((strength,), (1.0,))
    np.testing.assert_allclose(pushed, second)

    def bfgs(f: Any, x: Any) -> Any:
        return optimize.minimize(f, x, jac=f.gradient, method="BFGS")

    def newton_cg(f: Any, x: Any) -> Any:
        return optimize.minimize(
            f, x, jac=f.gradient, hess=f.hessian, method="trust-ncg"
        )

    for solver in (optimize.minimize, bfgs, newton_cg):
        found = gd.grad(lambda s, solver=solver: validation(s, solver))(strength)
        np.testing.assert_allclose(found, first, rtol=1e-4)


def test_the_default_finds_minima_of_hard_functions():
    def rosenbrock(x: Any, a: Any) -> Any:
        return (a - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2

    x = gd.minimize(rosenbrock, np.array([-1.2, 1.0]), 1.0)
    np.testing.assert_allclose(x, 1, rtol=1e-12)
    slope = gd.jvp(lambda a: gd.minimize(rosenbrock, np.array([-1.2, 1.0]), a))
    np.testing.assert_allclose(slope((1.0,), (1.0,))[1], [1, 2], rtol=1e-9)
    np.testing.assert_allclose(
        gd.grad(lambda a: gd.minimize(lambda x: np.cosh(x - a), 5.0))(1.0), 1.0
    )


def stencil(u: Any, s: Any) -> Any:
    """Not symmetric: the transposed system is another one."""
    padded = np.concatenate([np.zeros(1), u, np.zeros(1)])
    return 3 * u - s * (padded[2:] + 0.5 * padded[:-2])


def test_a_linear_system_without_a_matrix():
    b = RNG.normal(size=6)
    s = 0.7
    matrix = 3 * np.eye(6) - s * (np.eye(6, k=1) + 0.5 * np.eye(6, k=-1))

    def f(s: Any, b: Any, solver: Any = None) -> Any:
        return np.sum(gd.linear_solve(stencil, b, s, solver=solver) ** 2)

    x = np.linalg.solve(matrix, b)
    w = np.linalg.solve(matrix.T, 2 * x)
    slope = w @ (np.eye(6, k=1) + 0.5 * np.eye(6, k=-1)) @ x
    np.testing.assert_allclose(gd.linear_solve(stencil, b, s), x)
    for solver in (None, lambda A, b: sparse.gmres(A, b, rtol=1e-12)):
        by_s, by_b = gd.grad(f, wrt=(0, 1))(s, b, solver)
        np.testing.assert_allclose(by_s, slope)
        np.testing.assert_allclose(by_b, w)
    first = gd.grad(f)
    wanted = differences(lambda s: first(s, b), s)
    np.testing.assert_allclose(gd.grad(first)(s, b), wanted, rtol=1e-7)
    _, pushed = gd.jvp(first)((s, b), (1.0, np.zeros(6)))
    np.testing.assert_allclose(pushed, wanted, rtol=1e-7)


def test_the_default_for_linear_systems_reaches_full_precision():
    for n in (1, 7, 120):
        matrix, b = RNG.normal(size=(n, n)), RNG.normal(size=n)
        x = gd.linear_solve(lambda v, matrix=matrix: matrix @ v, b)
        scale = np.linalg.norm(matrix) * np.linalg.norm(x)
        assert np.linalg.norm(matrix @ x - b) < 1e-13 * scale
    single = gd.linear_solve(lambda v: 2 * v, np.ones(3, np.float32))
    assert single.dtype == np.float32
    assert gd.linear_solve(lambda v: 2 * v, np.ones(0)).shape == (0,)
    np.testing.assert_array_equal(gd.linear_solve(lambda v: 2 * v, np.zeros(3)), 0)

    def singular(v: Any) -> Any:
        return v * np.array([1.0, 0.0])

    with pytest.raises(ArithmeticError, match="solver of singular: no convergence"):
        gd.linear_solve(singular, np.ones(2))


def test_a_large_system_is_solved_without_its_matrix():
    def heat(u: Any, s: Any) -> Any:
        padded = np.pad(u, 1)
        return (1 + 2 * s) * u - s * (padded[2:] + padded[:-2])

    def total(s: Any, solver: Any = None) -> Any:
        return np.sum(gd.linear_solve(heat, np.ones(5000), s, solver=solver) ** 2)

    slope = gd.grad(total)(0.5)
    np.testing.assert_allclose(slope, differences(total, 0.5), rtol=1e-5)
    np.testing.assert_allclose(gd.grad(total)(0.5, sparse.cg), slope, rtol=1e-4)


def test_a_linear_system_with_a_matrix():
    S, b = A @ A.T, np.ones(3)
    inverse = np.linalg.inv(S)

    def f(S: Any, b: Any, solver: Any = None) -> Any:
        return np.sum(gd.linear_solve(S, b, solver=solver))

    for solver in (None, sparse.cg):
        d_S, d_b = gd.grad(f, wrt=(0, 1))(S, b, solver)
        np.testing.assert_allclose(d_b, inverse @ b, rtol=1e-6)
        np.testing.assert_allclose(d_S, -np.outer(inverse @ b, inverse @ b), rtol=1e-6)


def test_a_solver_that_fails_is_an_error_that_names_it():
    def f(a: Any, solver: Any = None) -> Any:
        return gd.root(lambda x: x**2 + a, 1.0, solver=solver)

    with pytest.raises(ArithmeticError, match="solver of residual: no convergence"):
        gd.grad(f)(1.0)
    with pytest.raises(ArithmeticError, match="not making good progress"):
        gd.grad(lambda a: f(a, optimize.root))(1.0)
    with pytest.raises(ArithmeticError, match="residual 2"):
        gd.grad(lambda a: f(a, lambda f, x: x))(1.0)
    with pytest.raises(ValueError, match=r"gave shape \(2,\), not \(\)"):
        gd.grad(lambda a: f(a, lambda f, x: np.ones(2)))(1.0)
    with pytest.raises(ArithmeticError, match="no convergence to a root"):
        gd.root(lambda x: x**2 + 1, 1.0)
    with pytest.raises(ArithmeticError, match="no convergence to a fixed point"):
        gd.fixed_point(lambda x: 3 * x + 1, 1.0)
    with pytest.raises(ArithmeticError, match="no convergence to a minimum"):
        gd.minimize(lambda x: x**3, -1.0)
    with pytest.raises(ArithmeticError, match="solver of stencil: no convergence"):
        gd.linear_solve(stencil, np.ones(4), 0.5, solver=lambda A, b: (b, 7))


def test_a_solver_is_asked_when_the_graph_runs_and_not_before():
    asked = []

    def solver(f: Any, x: Any) -> Any:
        asked.append(np.shape(x))
        return optimize.root(f, x)

    def f(x: Any) -> Any:
        ones = np.ones_like(x)
        return np.sum(x * gd.root(lambda z: z**3 - 8 * ones, ones, solver=solver))

    compiled = gd.compile(gd.trace(f, gd.spec("n")))
    assert asked == []
    for n in (2, 3, 2):
        np.testing.assert_allclose(compiled(np.ones(n)), 2 * n)
    assert asked == [(2,), (3,), (2,)]


def test_errors_name_the_argument():
    with pytest.raises(gd.GraphTypeError, match="root: f: expected a function"):
        gd.root(3, 1.0)
    with pytest.raises(gd.GraphTypeError, match="root: solver: expected a function"):
        gd.root(np.sin, 1.0, solver="newton")
    with pytest.raises(gd.GraphValueError, match="root: tol: expected more than 0"):
        gd.root(np.sin, 1.0, tol=0)
    with pytest.raises(gd.ShapeError, match="residual has shape"):
        gd.root(lambda x: x - np.ones(3), 1.0)
    with pytest.raises(gd.GraphValueError, match="does not depend on x"):
        gd.root(lambda x: np.ones(2), np.ones(2))
    with pytest.raises(gd.DTypeError, match="root: x0: expected real numbers"):
        gd.root(np.sin, 1j)
    with pytest.raises(gd.ShapeError, match="minimize: the value of"):
        gd.minimize(lambda x: x, np.ones(2))
    with pytest.raises(gd.GraphValueError, match="the product is not linear"):
        gd.linear_solve(lambda v: v**2, np.ones(2))
    with pytest.raises(gd.ShapeError, match="linear_solve: b: expected 3 entries"):
        gd.linear_solve(np.eye(3), np.ones(2))
    with pytest.raises(gd.ShapeError, match="linear_solve: matrix: expected a square"):
        gd.linear_solve(np.ones((2, 3)), np.ones(3))
    with pytest.raises(gd.DTypeError, match="the product has dtype complex128"):
        gd.linear_solve(lambda v: 1j * v, np.ones(3))


def test_loops_and_branches_in_an_equation():
    def halved(c):
        return gd.while_loop(lambda d: np.sum(d) > 5, lambda d: d / 2, c)

    def kept(c):
        return gd.cond(c[0] > 0, lambda: c, lambda: -c)

    def twice(c):
        return gd.fori_loop(0, 2, lambda i, d: d / 2, c)

    x, by = np.array([1.0, 0.5]), np.ones(2)
    for part, slope in ((halved, 1.0), (kept, 1.0), (twice, 0.25)):

        def solved(x, part=part):
            return np.sum(gd.fixed_point(lambda c, x: 0.1 * part(c) + x, x, x))

        np.testing.assert_allclose(gd.grad(solved)(x), by / (1 - 0.1 * slope))
