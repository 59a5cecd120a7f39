"""Algorithms 6.3 and 6.4 against hand-written loops."""

import numpy as np
import pytest

from tests.examples.scripts import load, run

script = load("fully_connected")

SIZES = [(1, 1), (3, 2), (5, 4, 3), (7, 1, 6, 2), (4, 3, 5, 3, 4, 2)]


@pytest.mark.parametrize("sizes", SIZES, ids=lambda s: "-".join(map(str, s)))
def test_written_against_loops(sizes):
    assert script.largest_difference(sizes) < 1e-13


def test_loops_against_differences():
    """The oracle itself is right: its gradient is the slope of its own J."""
    step = 1e-6
    parameters, x, y, lam = script.start((4, 3, 2), seed=5)
    _, gradients = script.backward_by_hand(parameters, x, y, lam)
    for layer, slopes in zip(parameters, gradients, strict=True):
        for array, slope in zip(layer, slopes, strict=True):
            for place in np.ndindex(array.shape):
                kept = array[place]
                values = []
                for nudge in (step, -step):
                    array[place] = kept + nudge
                    values.append(script.forward_by_hand(parameters, x, y, lam)[0])
                array[place] = kept
                expected = (values[0] - values[1]) / (2 * step)
                assert np.array(slope)[place] == pytest.approx(expected, abs=1e-8)


def test_forward_is_the_cost():
    values = script.start((6, 5, 4), seed=1)
    assert script.forward_by_hand(*values)[0] == pytest.approx(script.cost(*values))


def test_the_regulariser_reaches_every_parameter():
    parameters, x, y, _ = script.start((5, 4, 3))
    cost_and_grad = script.written(2).load()
    _, without = cost_and_grad(parameters, x, y, 0.0)
    _, with_decay = cost_and_grad(parameters, x, y, 0.5)
    for old, new, layer in zip(without, with_decay, parameters, strict=True):
        for a, b, parameter in zip(old, new, layer, strict=True):
            np.testing.assert_allclose(b - a, parameter, rtol=1e-12, atol=1e-14)


def test_script():
    printed = run("fully_connected")
    assert "a1 = b1 + W1 @ x" in printed
    assert "d_h1 = W2.T @ d_a2" in printed
    *_, last = printed.splitlines()
    assert float(last.split()[-1]) < 1e-12
