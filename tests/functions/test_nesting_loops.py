"""Derivatives inside of loops, loops inside of derivatives, and both until convergence.

`saddle` and `particle` are the examples of Siskind and Pearlmutter, "Using polyvariate
forward AD" (2008): a game whose players both descend until they converge, and a charged
particle in a field whose force is a gradient, followed until it hits the ground.
"""

import numpy as np
import pytest

import graphdiff as gd
from tests.functions.test_nesting import MODES, inner_modes, modes


def descent_in_counted_steps(d):
    def f(x):
        def step(i, y):
            return y - 0.25 * d(lambda y: (y - x * x) ** 2)(y)

        return gd.fori_loop(0, 5, step, 0 * x)

    return f


def descent_along_rates(d):
    def f(x):
        def step(y, rate):
            y = y - rate * d(lambda y: (y - x * x) ** 2)(y)
            return y, y

        return gd.scan(step, 0 * x, np.full(5, 0.25))[0]

    return f


def newton_until_it_is_there(d):
    def f(x):
        def h(y):
            return y * y - x

        return gd.while_loop(
            lambda y: abs(h(y)) > 1e-12, lambda y: y - h(y) / d(h)(y), x / 2 + 1
        )

    return f


def loop_in_the_inner_function(d):
    return lambda x: d(lambda y: gd.fori_loop(0, 3, lambda i, z: z * y * x, y))(x)


def branch_with_a_derivative(d):
    def f(x):
        return gd.cond(x > 0, lambda x: x * d(lambda y: x * y * y)(x), np.exp, x)

    return f


LOOPS = {
    descent_in_counted_steps: (1.5, 3.0 * (1 - 0.5**5)),
    descent_along_rates: (1.5, 3.0 * (1 - 0.5**5)),
    newton_until_it_is_there: (2.0, 0.5 / np.sqrt(2.0)),
    loop_in_the_inner_function: (1.2, 24 * 1.2**5),
    branch_with_a_derivative: (1.2, 6 * 1.2**2),
}


@modes
@inner_modes
@pytest.mark.parametrize("trap", LOOPS, ids=lambda f: f.__name__)
def test_the_outer_variable_is_a_constant_of_the_inner_loop(trap, outer, inner):
    at, wanted = LOOPS[trap]
    graph = gd.simplify(gd.trace(MODES[outer](trap(MODES[inner])), gd.spec("")))
    assert gd.compile(graph)(at) == pytest.approx(wanted, rel=1e-10)
    assert gd.emit(graph).load()(at) == pytest.approx(wanted, rel=1e-10)
    [found] = gd.evaluate(graph, dict.fromkeys(graph.inputs, at)).values()
    assert found == pytest.approx(wanted, rel=1e-10)


def along_units(f):
    """The gradient by forward mode, entry by entry."""

    def gradient(x):
        units = np.eye(x.shape[0])
        return np.stack([gd.jvp(f)((x,), (unit,))[1] for unit in units])

    return gradient


GRADIENTS = {"reverse": gd.grad, "forward": along_units}


def minimum(f, start, gradient_of):
    """Gradient descent with a step that grows and shrinks, until the slope is 0."""
    gradient = gradient_of(f)

    def goes_on(state):
        return np.sum(state[-1] ** 2) > 1e-10

    def step(state):
        x, size, successes, slope = state
        y = x - size * slope
        grow = successes >= 10
        better = (f(y) < f(x)) & ~grow
        size = size * np.where(grow, 2.0, np.where(better, 1.0, 0.5))
        successes = np.where(better, successes + 1, 0.0)
        return (
            np.where(better, y, x),
            size,
            successes,
            np.where(better, gradient(y), slope),
        )

    zero = 0 * start[0]
    state = start, zero + 0.1, zero, gradient(start)
    return gd.while_loop(goes_on, step, state)[0]


@pytest.mark.parametrize("outer", GRADIENTS)
@pytest.mark.parametrize("inner", GRADIENTS)
def test_saddle(outer, inner):
    def payoff(a, b):
        return np.sum(a**2) - np.sum(b**2) + np.sum(a * b) / 2

    def worst(a):
        b = minimum(lambda b: -payoff(a, b), a * 0 + 1, GRADIENTS[inner])
        return payoff(a, b)

    def best(start):
        return minimum(worst, start, GRADIENTS[outer])

    found = gd.compile(gd.simplify(gd.trace(best, gd.spec("2"))))(np.ones(2))
    np.testing.assert_allclose(found, 0.0, atol=1e-5)


def landing(w, gradient_of):
    """The square of where the particle hits the ground; w moves one of two charges."""
    first = np.stack([10 + 0 * w, 10 - w])
    second = np.array([10.0, 0.0])

    def potential(x):
        return 1 / np.linalg.norm(x - first) + 1 / np.linalg.norm(x - second)

    def above(state):
        x, v = state
        return x[1] + 0.1 * v[1] > 0

    def step(state):
        x, v = state
        return x + 0.1 * v, v - 0.1 * gradient_of(potential)(x)

    start = np.array([0.0, 8.0]) + 0 * w, np.array([0.75, 0.0]) + 0 * w
    x, v = gd.while_loop(above, step, start)
    return (x[0] - x[1] / v[1] * v[0]) ** 2


@modes
@inner_modes
def test_particle(outer, inner):
    def miss(w):
        return landing(w, GRADIENTS[inner])

    slope = gd.compile(gd.simplify(gd.trace(MODES[outer](miss), gd.spec(""))))
    value = gd.compile(gd.trace(miss, gd.spec("")))
    h = 1e-6
    assert slope(0.1) == pytest.approx((value(0.1 + h) - value(0.1 - h)) / (2 * h))


def test_the_charge_that_brings_the_particle_home():
    slope = gd.grad(lambda w: landing(w, gd.grad))
    both = gd.compile(gd.simplify(gd.trace(gd.jvp(slope), (gd.spec(""),), (1.0,))))
    w = 0.2
    for _ in range(3):
        first, second = both((w,), (1.0,))
        w = w - first / second
    assert w == pytest.approx(0.2072, abs=1e-5)
