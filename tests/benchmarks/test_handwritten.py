"""Every hand-written gradient against central differences of its own cost."""

import numpy as np
import pytest

from tests.benchmarks.handwritten import (
    book,
    chain,
    convolution,
    per_example,
    recurrences,
    rosenbrock,
    sigmoid_network,
)


def differences(cost, args, i, step=1e-5):
    """Gradient of ``cost(*args)`` in args[i], one entry at a time."""
    args = [np.array(a, copy=True) if isinstance(a, np.ndarray) else a for a in args]
    args[i] = at = np.array(args[i], dtype=float)
    grad = np.empty_like(at)
    for entry in np.ndindex(at.shape):
        kept = at[entry]
        sides = []
        for nudged in (kept + step, kept - step):
            at[entry] = nudged
            sides.append(cost(*args))
        at[entry] = kept
        grad[entry] = (sides[0] - sides[1]) / (2 * step)
    return grad


def check(cost, value_and_grad, args, wrt):
    before = [np.array(a, copy=True) for a in args]
    for _ in range(2):  # twice: a workspace must not remember
        value, grads = value_and_grad(*args)
        grads = grads if isinstance(grads, tuple) else (grads,)
        np.testing.assert_allclose(value, cost(*args), rtol=1e-12)
        for i, grad in zip(wrt, grads, strict=True):
            expected = differences(cost, args, i)
            assert np.abs(expected).max() > 1e-4, "a gradient of zeros checks nothing"
            np.testing.assert_allclose(grad, expected, rtol=1e-5, atol=1e-8)
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "value_and_grad",
    [
        sigmoid_network.readable,
        sigmoid_network.reusing,
        sigmoid_network.Workspace(6, 4, 3, 5),
    ],
)
def test_sigmoid_network(value_and_grad, rng):
    shapes = [(6, 4), (4,), (4, 3), (3,), (5, 6)]
    args = [*map(rng.standard_normal, shapes), rng.random((5, 3))]
    check(sigmoid_network.cost, value_and_grad, args, wrt=range(4))


@pytest.mark.parametrize(
    "value_and_grad", [book.readable, book.reusing, book.Workspace(70, 4, 3, 5)]
)
def test_book(value_and_grad, rng):
    W1, W2, X = map(rng.standard_normal, [(70, 4), (4, 3), (5, 70)])
    args = [W1, W2, X, np.array([0, 2, 1, 1, 0]), 0.01]
    check(book.cost, value_and_grad, args, wrt=range(2))


@pytest.mark.parametrize("value_and_grad", [chain.readable, chain.Blocks(8)])
def test_chain(value_and_grad, rng):
    check(chain.cost, value_and_grad, [rng.standard_normal(21)], wrt=[0])


def test_chain_in_one_block_is_the_same_work(rng):
    x = rng.standard_normal(21)
    _, d_x = chain.readable(x)
    floor = chain.Floor(x, size=7)
    floor(x)
    np.testing.assert_allclose(floor.d_x, d_x[:7], rtol=1e-13)
    assert floor.count == 3


def test_rosenbrock():
    args = [np.float64(-1.2), np.float64(0.7)]
    check(rosenbrock.cost, rosenbrock.readable, args, wrt=[0, 1])


@pytest.mark.parametrize(
    "value_and_grad", [rosenbrock.readable_of_pair, rosenbrock.through_floats]
)
def test_rosenbrock_of_a_pair(value_and_grad):
    p = np.array([-1.2, 0.7])
    check(rosenbrock.cost_of_pair, value_and_grad, [p], wrt=[0])


def test_relaxation(rng):
    args = [np.float64(0.3), np.float64(1.2), rng.standard_normal(6)]
    check(recurrences.relaxation, recurrences.relaxation_readable, args, wrt=range(3))


@pytest.mark.parametrize("name", ["network_readable", "network_in_the_loop"])
def test_recurrent_network(name, rng):
    args = [rng.standard_normal(shape) for shape in [(3, 3), (3, 2), (3,), (5, 2)]]
    check(recurrences.network, getattr(recurrences, name), args, wrt=range(4))


@pytest.mark.parametrize("name", ["columns", "products", "einsum"])
@pytest.mark.parametrize(("stride", "padding"), [(1, 1), (2, 0)])
def test_convolution(name, stride, padding, rng):
    x, w = rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((2, 3, 3, 2))
    value_and_grad = getattr(convolution, name)
    check(convolution.cost, value_and_grad, [x, w, stride, padding], wrt=range(2))


@pytest.mark.parametrize("name", ["pool_by_slices", "pool_by_reshaping"])
def test_pooling(name, rng):
    x = rng.standard_normal((2, 1, 4, 6))
    check(convolution.pool_cost, getattr(convolution, name), [x], wrt=[0])


def test_gradients_example_by_example(rng):
    shapes = (3, 4), (4,), (4, 2), (2,), (5, 3), (5, 2)
    *parameters, X, Y = map(rng.standard_normal, shapes)
    found = per_example.gradients(*parameters, X, Y)
    for i, (x, y) in enumerate(zip(X, Y, strict=True)):
        for k, grads in enumerate(found):
            expected = differences(per_example.cost, [*parameters, x, y], k)
            np.testing.assert_allclose(grads[i], expected, rtol=1e-5, atol=1e-8)
