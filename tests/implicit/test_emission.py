"""Modules that solve equations: the solver is an argument, the residual a function."""

from typing import Any

import numpy as np
import pytest
from scipy import optimize
from scipy.sparse import linalg as sparse

import graphdiff as gd

A = np.array([[3.0, 0.1, 1.3], [-0.1, 2.5, 0.9], [0.6, 0.4, 2.3]])
PARAMETERS = np.array([0.5, 1.0, 2.0])


def balance(x: Any, a: Any) -> Any:
    t = np.tanh(x)
    return A @ x + t * a - 1.0


def energy(a: Any, solver: Any = None) -> Any:
    x = gd.root(balance, np.zeros(3), a, solver=solver)
    return np.sum(x**2)


def kepler(E: Any, M: Any, e: Any) -> Any:
    return E - e * np.sin(E) - M


def total(M: Any, e: Any) -> Any:
    return np.sum(gd.root(kepler, M, M, e))


def inner(y: Any, a: Any) -> Any:
    return gd.root(lambda x: x**3 + x - y * a, 1.0)


def outer(a: Any) -> Any:
    return gd.root(lambda y: y + inner(y, a) - 2.0, 1.0)


def deep(W: Any, b: Any) -> Any:
    return np.sum(gd.fixed_point(lambda z: np.tanh(W @ z + b), np.zeros(3)))


def fitted(strength: Any, y: Any) -> Any:
    def ridge(w: Any) -> Any:
        return np.sum((A @ w - y) ** 2) + np.exp(strength) * np.sum(w**2)

    return np.sum(gd.minimize(ridge, np.zeros(3)) ** 2)


def stencil(u: Any, s: Any) -> Any:
    padded = np.concatenate([np.zeros(1), u, np.zeros(1)])
    return 3 * u - s * (padded[2:] + 0.5 * padded[:-2])


def smooth(s: Any, b: Any) -> Any:
    return np.sum(gd.linear_solve(stencil, b, s) ** 2)


CASES = {
    "root": (energy, [PARAMETERS]),
    "entries": (total, [np.linspace(0, 3, 5), 0.3]),
    "nested": (outer, [1.5]),
    "fixed point": (deep, [0.1 * A, PARAMETERS]),
    "minimum": (fitted, [0.3, PARAMETERS]),
    "system": (smooth, [0.7, np.arange(5.0)]),
    "single": (energy, [PARAMETERS.astype(np.float32)]),
}


@pytest.mark.parametrize("style", ["readable", "fast"])
@pytest.mark.parametrize(("f", "args"), CASES.values(), ids=CASES)
def test_modules_compute_what_the_graph_does(f, args, style):
    form = gd.value_and_grad(f, wrt=tuple(range(len(args))))
    emitted = form.emit(*args, style=style)
    assert "graphdiff" not in emitted.source.replace("Written by graphdiff", "")
    value, slopes = emitted.load()(*args)
    wanted, others = form(*args)
    rtol = 1e-5 if f is energy else 1e-9
    np.testing.assert_allclose(value, wanted, rtol=rtol)
    for slope, other in zip(slopes, others, strict=True):
        assert np.asarray(slope).dtype == np.asarray(other).dtype
        np.testing.assert_allclose(slope, other, rtol=rtol, atol=1e-9)


def test_the_residual_reads_as_the_user_wrote_it():
    source = gd.value_and_grad(energy).emit(PARAMETERS).source
    assert "def _balance(x, a):\n" in source
    assert "    t = np.tanh(x)\n    return A @ x + t * a - 1\n" in source
    assert "def energy_and_grad(a, *, solver=_newton):" in source
    assert "x = _find_root(solver, _balance, _balance_jacobian" in source
    assert "Equations are solved by the argument solver, by default _newton." in source
    assert "solver: called as solver(equation, x0), gives the x" in source


def test_the_caller_may_bring_another_solver():
    function = gd.value_and_grad(energy).emit(PARAMETERS).load()
    wanted = function(PARAMETERS)
    seen = []

    def own(equation: Any, x0: Any) -> Any:
        seen.append((x0.shape, equation(x0).shape, equation.jacobian(x0).shape))
        return optimize.root(equation, x0, jac=equation.jacobian, tol=1e-12)

    for solver in (own, optimize.root):
        found = function(PARAMETERS, solver=solver)
        np.testing.assert_allclose(found[0], wanted[0])
        np.testing.assert_allclose(found[1], wanted[1])
    assert seen == [((3,), (3,), (3, 3))]
    with pytest.raises(ArithmeticError, match="solver of _balance: no convergence"):
        function(PARAMETERS, solver=lambda equation, x0: x0)


def test_a_solver_of_the_users_is_an_argument_without_default():
    def own(equation: Any, x0: Any) -> Any:
        return optimize.root(equation, x0)

    def settled(a: Any) -> Any:
        return energy(a, own)

    emitted = gd.value_and_grad(settled).emit(PARAMETERS)
    assert "def settled_and_grad(a, *, solver):" in emitted.source
    assert "scipy" not in emitted.source
    with pytest.raises(TypeError, match="solver"):
        emitted.load()(PARAMETERS)
    with pytest.raises(gd.GraphValueError, match="a test would have to pass solver"):
        _ = emitted.test
    found = emitted.load()(PARAMETERS, solver=own)
    np.testing.assert_allclose(found[1], gd.grad(energy)(PARAMETERS), rtol=1e-6)


def test_a_solver_of_scipys_stands_as_the_default():
    def settled(a: Any) -> Any:
        return energy(a, optimize.root)

    emitted = gd.value_and_grad(settled).emit(PARAMETERS)
    assert "from scipy import optimize\n" in emitted.source
    assert "def settled_and_grad(a, *, solver=optimize.root):" in emitted.source
    found = emitted.load()(PARAMETERS)
    np.testing.assert_allclose(found[1], gd.grad(energy)(PARAMETERS), rtol=1e-6)


def test_several_solvers_are_told_apart():
    def f(a: Any) -> Any:
        def f_inner(x: Any, y: Any) -> Any:
            return x**3 + x - y * a

        def f_outer(y: Any) -> Any:
            return y + gd.root(f_inner, 1.0, y, solver=optimize.newton) - 2.0

        return gd.root(f_outer, 1.0)

    emitted = gd.value_and_grad(f).emit(1.5)
    assert "f_outer_solver=_newton, f_inner_solver=optimize.newton" in emitted.source
    np.testing.assert_allclose(emitted.load()(1.5), gd.value_and_grad(outer)(1.5))


def test_an_operator_of_scipys():
    S, b = A @ A.T, np.ones(3)
    form = gd.grad(lambda b: np.sum(gd.linear_solve(S, b, solver=sparse.cg)))
    function = form.emit(b).load()
    np.testing.assert_allclose(function(b, solver=sparse.cg), np.linalg.solve(S, b))


def test_one_module_holds_for_every_size():
    form = gd.value_and_grad(total, wrt=("M", "e"))
    function = form.emit(gd.spec("n"), gd.spec("")).load()
    for n in (0, 1, 4):
        value, (d_m, _) = function(np.linspace(0, 1, n), 0.2)
        assert d_m.shape == (n,)
        assert np.isfinite(value)

    def dense(x: Any, S: Any) -> Any:
        return S @ np.tanh(x) + x - 1

    form = gd.grad(lambda S: np.sum(gd.root(dense, np.zeros_like(S[0]), S)))
    function = form.emit(gd.spec("n,n")).load()
    np.testing.assert_allclose(function(A), form(A))
    np.testing.assert_allclose(function(A[:2, :2]), form(A[:2, :2]))


def test_the_module_travels_with_its_test(tmp_path):
    emitted = gd.value_and_grad(energy).emit(PARAMETERS)
    namespace: dict[str, Any] = {"__file__": str(tmp_path / "test_energy.py")}
    emitted.write(tmp_path / "energy_and_grad.py", test=True)
    exec(compile(emitted.test, "test", "exec"), namespace)
    tests = [f for name, f in namespace.items() if name.startswith("test_")]
    assert len(tests) == 3
    for test in tests:
        test()


def test_what_is_captured_keeps_its_name():
    def f(a: Any) -> Any:
        stiffness = np.exp(a) + 1
        return gd.root(lambda x: x**3 + stiffness * x - 1, 1.0)

    source = gd.emit(gd.trace(f, 1.0)).source
    assert "def _residual(x, stiffness):" in source
