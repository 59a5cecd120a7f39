"""The four equations of backpropagation, on emitted code, for any layer sizes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples.reading import matrix_products, written_twice
from tests.examples.scripts import load, run

script = load("four_equations")

SIZES = [(1, 1), (3, 2), (4, 5, 2), (6, 1, 7, 3), (5, 4, 3, 2, 3, 4), (30, 20, 10)]


@pytest.fixture(scope="module")
def functions():
    return {depth: script.written(depth).load() for depth in range(1, 6)}


def error_by_differences(layers, x, y, place, step=1e-6):
    """dC/dz_l without any derivative rule: z_l is nudged entry by entry."""
    zs, _ = script.forward(layers, x)
    slopes = []
    for direction in np.eye(len(zs[place])):
        costs = [
            script.cost(layers[place + 1 :], script.sigma(zs[place] + s * direction), y)
            for s in (step, -step)
        ]
        slopes.append((costs[0] - costs[1]) / (2 * step))
    return np.array(slopes)


@pytest.mark.parametrize("sizes", SIZES, ids=lambda s: "-".join(map(str, s)))
def test_four_equations(sizes, functions, rng):
    layers, x, y = script.network(sizes, rng)
    cost_and_grad = functions[len(layers)]
    value, gradients = cost_and_grad(layers, x, y)
    zs, activations = script.forward(layers, x)
    slopes = [script.sigma(z) * (1 - script.sigma(z)) for z in zs]
    assert value == pytest.approx(np.sum((activations[-1] - y) ** 2) / 2)
    delta = [d_b for _, d_b in gradients]
    close = dict(rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(delta[-1], (activations[-1] - y) * slopes[-1], **close)
    for i in range(len(layers) - 1):
        next_W = layers[i + 1][0]
        expected = (next_W.T @ delta[i + 1]) * slopes[i]
        np.testing.assert_allclose(delta[i], expected, **close)
    for i, (d_W, d_b) in enumerate(gradients):
        by_definition = error_by_differences(layers, x, y, i)
        np.testing.assert_allclose(d_b, by_definition, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(d_W, np.outer(d_b, activations[i]), **close)
    found = script.mismatches(cost_and_grad, layers, x, y)
    assert max(found.values()) < 1e-13


@settings(max_examples=12)
@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=6))
def test_arbitrary_sizes(sizes, functions):
    layers, x, y = script.network(sizes, np.random.default_rng(len(sizes)))
    found = script.mismatches(functions[len(layers)], layers, x, y)
    assert max(found.values()) < 1e-13


def test_one_product_each_way_per_layer():
    for depth in range(1, 5):
        module = script.written(depth)
        assert matrix_products(module) == depth + (depth - 1) + depth
        assert not written_twice(module)


def test_script():
    printed = run("four_equations")
    assert "d_a1 = W2.T @ d_z2" in printed
    assert "np.outer(d_z3, a2)" in printed
    values = [float(s.split()[-1]) for s in printed.splitlines() if "    (" in s[:5]]
    assert len(values) == 20
    assert max(values) < 1e-12
