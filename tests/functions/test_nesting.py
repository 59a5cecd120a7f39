"""Derivatives inside of functions that are differentiated: no perturbation is confused.

The traps are those of Siskind and Pearlmutter, "Perturbation confusion and referential
transparency" (2005) and "Nesting forward-mode AD in a functional framework" (2008): an
inner derivative that captures the outer variable, in all four pairs of modes.
"""

import numpy as np
import pytest

import graphdiff as gd


def reverse(f):
    return gd.grad(f)


def forward(f):
    return lambda x: gd.jvp(f)((x,), (1.0,))[1]


MODES = {"reverse": reverse, "forward": forward}
modes = pytest.mark.parametrize("outer", MODES)
inner_modes = pytest.mark.parametrize("inner", MODES)


# --- the classic traps: a function of x made with an inner D, where, the derivative ---


def captured(d):
    return lambda x: x * d(lambda y: x + y)(1.0)


def captured_at_itself(d):
    return lambda x: x * d(lambda y: x + y)(x)


def captured_and_given(d):
    return lambda x: d(lambda y: y * y * x)(x)


def one_name(d):
    return lambda x: x * d(lambda x: x * x)(x)


def one_closure_at_two_points(d):
    def f(x):
        def g(y):
            return x * y**2

        return d(g)(x) + x * d(g)(1.0)

    return f


def three_deep(d):
    return lambda x: d(lambda y: d(lambda z: x * y * y * z * z * z)(y))(x)


def derivative_of_a_derivative_applied_twice(d):
    def twice(f):
        return lambda y: f(f(y))

    return lambda x: twice(d(lambda y: x * y * y))(x)


def point_that_depends_on_x(d):
    return lambda x: d(np.sin)(x * d(np.exp)(x))


def difference_of_slopes(d):
    return lambda x: d(lambda y: x * y)(x) - d(lambda y: y * y / 2)(x)


def constant_in_the_inner_variable(d):
    return lambda x: d(lambda y: x * x + 0 * y)(x) + x


def gradient_descent(d):
    def f(x):
        y = 0 * x
        for _ in range(5):
            y = y - 0.25 * d(lambda y: (y - x * x) ** 2)(y)
        return y

    return f


def newton(d):
    def f(x):
        def h(y):
            return y * y - x

        y = x / 2 + 1
        for _ in range(6):
            y = y - h(y) / d(h)(y)
        return y

    return f


E = np.exp(1.1)
TRAPS = {
    captured: (1.0, 1.0),
    captured_at_itself: (3.0, 1.0),
    captured_and_given: (3.0, 12.0),
    one_name: (3.0, 12.0),
    one_closure_at_two_points: (3.0, 24.0),
    three_deep: (2.0, 384.0),
    derivative_of_a_derivative_applied_twice: (2.0, 48.0),
    point_that_depends_on_x: (1.1, -np.sin(1.1 * E) * 2.1 * E),
    difference_of_slopes: (1.7, 0.0),
    constant_in_the_inner_variable: (1.7, 1.0),
    gradient_descent: (1.5, 3.0 * (1 - 0.5**5)),
    newton: (2.0, 0.5 / np.sqrt(2.0)),
}


@modes
@inner_modes
@pytest.mark.parametrize("trap", TRAPS, ids=lambda f: f.__name__)
def test_the_inner_derivative_takes_the_outer_variable_for_a_constant(
    trap, outer, inner
):
    at, wanted = TRAPS[trap]
    function = trap(MODES[inner])
    derivative = MODES[outer](function)
    for x in (at, np.array(at)):
        assert derivative(x) == pytest.approx(wanted, rel=1e-12, abs=1e-14)
    graph = gd.simplify(gd.trace(derivative, gd.spec("")))
    for style in ("readable", "fast"):
        written = gd.emit(graph, style=style).load()
        assert written(at) == pytest.approx(wanted, rel=1e-12, abs=1e-14)
    [found] = gd.evaluate(graph, {next(iter(graph.inputs)): at}).values()
    assert found == pytest.approx(wanted, rel=1e-12, abs=1e-14)


@modes
@inner_modes
def test_a_third_derivative_through_both_modes(outer, inner):
    third = MODES[outer](MODES[inner](MODES[outer](lambda x: np.sin(x) * x)))
    x = 0.7
    assert third(x) == pytest.approx(-3 * np.sin(x) - x * np.cos(x))


# --- arrays ---------------------------------------------------------------------------


def by_differences(f, x, h=1e-5):
    units = h * np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(f(x + e) - f(x - e)) / (2 * h) for e in units]
    return np.array(slopes).reshape(x.shape)


def norm_of_gradient(x):
    return np.sum(gd.grad(lambda y: np.sum(np.sin(y) * x**2))(x) ** 2)


def tangent_that_depends_on_x(x):
    return np.sum(gd.jvp(lambda y: y**3 * x)((x,), (np.cos(x),))[1])


def cotangent_that_depends_on_x(x):
    return np.sum(gd.vjp(lambda y: np.tanh(y * x))((x,), np.exp(x))[1][0])


def adapted_in_two_steps(w):
    """Meta-learning: the loss after steps down the gradient of another loss."""
    features = np.arange(6.0).reshape(2, 3) / 5

    def loss(w, x, y):
        return np.mean((np.tanh(x @ w) - y) ** 2)

    adapted = w
    for _ in range(2):
        adapted = adapted - 0.5 * gd.grad(loss)(adapted, features, 1.0)
    return loss(adapted, features[::-1], 0.5)


def best_response(x):
    """A game: the inner player goes up a function of both, the outer one sees it."""

    def payoff(y, x):
        return -np.sum((y - np.sin(x)) ** 2) - np.sum(y * x) / 4

    y = np.zeros_like(x)
    for _ in range(8):
        y = y + 0.2 * gd.grad(payoff)(y, x)
    return np.sum(x**2) + payoff(y, x)


def hessian_vector_of_itself(x):
    slope = gd.grad(lambda y: np.sum(np.exp(y) * y))
    return np.sum(gd.jvp(slope)((x,), (slope(x),))[1] * x)


def nested_value_and_gradient(x):
    value, slope = gd.value_and_grad(lambda p: np.prod(p["a"]) * p["b"])(
        {"a": x, "b": x[0]}
    )
    return value * np.sum(slope["a"]) * slope["b"]


ON_ARRAYS = [
    norm_of_gradient,
    tangent_that_depends_on_x,
    cotangent_that_depends_on_x,
    adapted_in_two_steps,
    best_response,
    hessian_vector_of_itself,
    nested_value_and_gradient,
]


@pytest.mark.parametrize("f", ON_ARRAYS, ids=lambda f: f.__name__)
def test_derivatives_of_derivatives_of_arrays(f):
    x = np.array([0.3, -0.8, 1.1])

    def plain(x):
        graph = gd.trace(f, x)
        return gd.evaluate(graph, dict.fromkeys(graph.inputs, x))[f.__name__]

    wanted = by_differences(plain, x)
    np.testing.assert_allclose(gd.grad(f)(x), wanted, rtol=1e-7, atol=1e-8)
    slope = gd.vjp(f)((x,), 1.0)[1][0]
    np.testing.assert_allclose(slope, wanted, rtol=1e-7, atol=1e-8)
    v = np.array([1.0, -2.0, 0.5])
    assert gd.jvp(f)((x,), (v,))[1] == pytest.approx(wanted @ v, rel=1e-7)
    module = gd.grad(f).emit(gd.spec("3"))
    np.testing.assert_allclose(module.load()(x), gd.grad(f)(x), rtol=1e-12)
