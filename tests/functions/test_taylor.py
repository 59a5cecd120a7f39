"""Derivatives of high order against arbitrary precision and nested derivatives."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import sympy
from scipy import special

import graphdiff as gd
from graphdiff.errors import DTypeError, GraphValueError, ShapeError

ORDER = 10

FUNCTIONS = {
    "sin": (np.sin, mpmath.sin),
    "exp": (np.exp, mpmath.exp),
    "log": (np.log, mpmath.log),
    "tan": (np.tan, mpmath.tan),
    "tanh": (np.tanh, mpmath.tanh),
    "sqrt": (np.sqrt, mpmath.sqrt),
    "arctan": (np.arctan, mpmath.atan),
    "arcsin": (lambda x: np.arcsin(x / 2), lambda x: mpmath.asin(x / 2)),
    "arcsinh": (np.arcsinh, mpmath.asinh),
    "cosh": (np.cosh, mpmath.cosh),
    "cube": (lambda x: x**3, lambda x: x**3),
    "power_7": (lambda x: x**7, lambda x: x**7),
    "power_2.5": (lambda x: x**2.5, lambda x: x ** mpmath.mpf("2.5")),
    "power_-1.5": (lambda x: x**-1.5, lambda x: x ** mpmath.mpf("-1.5")),
    "power_-3": (lambda x: x**-3, lambda x: x**-3),
    "reciprocal": (np.reciprocal, lambda x: 1 / x),
    "x_to_the_x": (lambda x: x**x, lambda x: x**x),
    "polynomial": (lambda x: 3 * x**5 - 2 * x + 1, lambda x: 3 * x**5 - 2 * x + 1),
    "erf": (special.erf, mpmath.erf),
    "gammaln": (special.gammaln, mpmath.loggamma),
    "j0": (special.j0, lambda x: mpmath.besselj(0, x)),
    "sigmoid": (gd.nn.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
    "softplus": (gd.nn.softplus, lambda x: mpmath.log(1 + mpmath.exp(x))),
    "hypot": (lambda x: np.hypot(x, 2.0), lambda x: mpmath.sqrt(x**2 + 4)),
    "arctan2": (lambda x: np.arctan2(x, 2.0), lambda x: mpmath.atan(x / 2)),
    "logaddexp": (
        lambda x: np.logaddexp(x, 1.0),
        lambda x: mpmath.log(mpmath.exp(x) + mpmath.e),
    ),
    "cbrt": (np.cbrt, mpmath.cbrt),
    "composed": (
        lambda x: np.exp(np.sin(x) * x) / (1 + x**2),
        lambda x: mpmath.exp(mpmath.sin(x) * x) / (1 + x**2),
    ),
    "summed": (
        lambda x: np.sum(np.sin(x * np.arange(4.0)) @ np.ones((4, 2))),
        lambda x: 2 * sum(mpmath.sin(k * x) for k in range(4)),
    ),
    "matrices": (
        lambda x: np.trace((x * np.eye(2) + 1) @ (x * np.ones((2, 2)))),
        lambda x: 2 * x**2 + 4 * x,
    ),
    "inverse": (
        lambda x: np.linalg.inv(np.diag(np.stack([x, x**2])) + 1)[0, 0],
        lambda x: (x**2 + 1) / (x + x**2 + x**3),
    ),
}


def coefficients(f, at):
    with mpmath.workdps(40):
        return [float(c) for c in mpmath.taylor(f, mpmath.mpf(at), ORDER)]


@pytest.mark.parametrize("case", FUNCTIONS)
def test_coefficients(case):
    f, exact = FUNCTIONS[case]
    found = gd.taylor(f, ORDER)(0.7)
    assert found.shape == (ORDER + 1,)
    np.testing.assert_allclose(found, coefficients(exact, "0.7"), rtol=2e-12, atol=1e-8)
    graph = gd.taylor(f, ORDER).graph(gd.spec(""))
    assert len(graph) < 20 * ORDER**2  # Products of series, and gates at steep slopes.


@pytest.mark.parametrize(
    "f", [np.sqrt, lambda x: x**0.5, lambda x: np.log(1 + np.sqrt(x))]
)
def test_entries_that_stand_still_have_no_slope_however_steep_it_is(f):
    still = np.array([0.0, 1.0])
    found = gd.taylor(lambda t: f(t * still), 4)(0.5)
    np.testing.assert_array_equal(found[1:, 0], np.zeros(4))
    np.testing.assert_allclose(found[:, 1], gd.taylor(f, 4)(0.5))


def test_a_determinant_has_no_more_orders_than_rows():
    found = gd.taylor(lambda x: np.linalg.det(np.diag(np.stack([x, x**2])) + 1), ORDER)
    exact = coefficients(lambda x: x + x**2 + x**3, "0.7")
    np.testing.assert_allclose(found(0.7), exact, rtol=2e-12, atol=1e-8)


@pytest.mark.parametrize("case", ["sin", "log", "composed", "softplus"])
def test_entry_by_entry_and_emitted(case):
    f, exact = FUNCTIONS[case]
    x = np.array([[0.3, 0.7], [1.1, 0.9]])
    form = gd.derivative(f, order=6)
    expected = [
        math.factorial(6) * coefficients(exact, str(value))[6] for value in x.ravel()
    ]
    np.testing.assert_allclose(form(x).ravel(), expected, rtol=1e-11)
    module = form.emit(gd.spec("m,n"), name="sixth").load()
    np.testing.assert_allclose(module(x), form(x), rtol=1e-13)
    assert module(np.ones((0, 3))).shape == (0, 3)


def test_against_nested_derivatives():
    def f(x):
        return np.sum(np.tanh(x * np.arange(3.0)) ** 2) * np.where(x > 1, x, x**3)

    nested = f
    for order in range(5):
        np.testing.assert_allclose(gd.derivative(f, order)(0.4), nested(0.4), rtol=1e-9)
        nested = gd.grad(nested)


def test_against_sympy():
    x = sympy.Symbol("x")
    exact = sympy.diff(sympy.sin(x**2) / (1 + x), x, 10).subs(x, sympy.Rational(3, 4))
    found = gd.derivative(lambda x: np.sin(x**2) / (1 + x), 10)(0.75)
    np.testing.assert_allclose(found, float(exact), rtol=1e-12)


def test_the_graph_grows_with_the_square_of_the_order():
    sizes = [
        len(gd.taylor(FUNCTIONS["composed"][0], n).graph(gd.spec("")))
        for n in (5, 10, 20)
    ]
    growth = [b - a for a, b in itertools.pairwise(sizes)]
    assert growth[1] < 5 * growth[0]


def test_curves_other_arguments_and_nests():
    def curve(t, radius):
        return {"x": radius * np.cos(t), "both": np.stack([t**2, np.sin(t)])}

    found = gd.derivative(curve, 2)(0.5, 3.0)
    np.testing.assert_allclose(found["x"], -3 * np.cos(0.5))
    np.testing.assert_allclose(found["both"], [2, -np.sin(0.5)])
    by_radius = gd.taylor(curve, 2, wrt="radius")(0.5, 3.0)
    np.testing.assert_allclose(by_radius["x"], [3 * np.cos(0.5), np.cos(0.5), 0])
    np.testing.assert_array_equal(by_radius["both"][1:], np.zeros((2, 2)))


def test_truth_at_singular_points():
    with np.errstate(all="ignore"):
        found = gd.taylor(lambda x: x**2.5, 3)(0.0)
    np.testing.assert_array_equal(found, [0, 0, 0, np.inf])
    found = gd.taylor(lambda x: x**4 + np.abs(x) * x**2, 4)(0.0)
    np.testing.assert_array_equal(found, [0, 0, 0, 0, 1])
    found = gd.derivative(lambda x: np.where(x > 0, np.sqrt(x), 0 * x), 3)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(found(np.array([-1.0, 1.0])), [0, 3 / 8])


def test_nesting():
    third = gd.grad(lambda x: gd.derivative(np.sin, 2)(x))(0.3)
    np.testing.assert_allclose(third, -np.cos(0.3))
    outer = gd.derivative(lambda x: x * gd.grad(lambda y: x * y**2)(x), 2)
    np.testing.assert_allclose(outer(0.3), 12 * 0.3)
    by_vmap = gd.vmap(gd.derivative(lambda x: np.sum(np.sin(x) * np.ones(2)), 3))
    x = np.linspace(0, 1, 3)
    np.testing.assert_allclose(by_vmap(x), -2 * np.cos(x))
    graph = gd.derivative(gd.trace(np.sin, gd.spec("")), 3)
    assert list(graph.outputs)[1:] == ["d3"]


def test_dtypes():
    x = np.float32(0.5)
    assert gd.taylor(lambda x: np.exp(x) / 3, 4)(x).dtype == np.float32
    z = 0.3 + 0.4j
    found = gd.derivative(lambda z: np.exp(2 * z), 3)(z)
    np.testing.assert_allclose(found, 8 * np.exp(2 * z))
    with pytest.raises(DTypeError, match="no holomorphic function"):
        gd.derivative(np.conj, 2)(z)


def test_mistakes():
    x = np.ones(3)
    with pytest.raises(ShapeError, match=r"'a' has shape \(3,\), and the function is"):
        gd.derivative(np.sum)(x)
    with pytest.raises(ShapeError, match="not entrywise"):
        gd.derivative(lambda x: x[::-1])(x)
    for order in (-1, 1.0, True, None):
        with pytest.raises(GraphValueError, match="order: expected an int from 0 on"):
            gd.derivative(np.sin, order)
    with pytest.raises(GraphValueError, match="a series has one variable, got 'p"):
        gd.derivative(lambda p: p["a"] * p["b"])({"a": 1.0, "b": 2.0})
    with pytest.raises(DTypeError, match="floating-point"):
        gd.derivative(np.argsort)(x)
