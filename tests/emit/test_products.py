"""Products of stacks stand in emitted code as the user wrote them."""

import numpy as np
import pytest

import graphdiff as gd

CASES = {
    "W @ h": (lambda W, h: 2 * (W @ h), "b,4,12"),
    "h @ W": (lambda W, h: 2 * (h @ W), "b,12,4"),
}


@pytest.mark.parametrize("written", CASES)
@pytest.mark.parametrize("style", ["readable", "fast"])
def test_a_vector_times_a_stack_is_no_column(written, style):
    function, shape = CASES[written]
    graph = gd.trace(function, gd.spec(shape), gd.spec("12"))
    emitted = gd.emit(graph, style=style)
    assert written in emitted.source or style == "fast"
    h = np.arange(12.0)
    for b in (0, 3):
        W = np.arange(48.0 * b).reshape((b, *graph.inputs["W"].type.shape[1:]))
        np.testing.assert_array_equal(emitted.load()(W, h), function(W, h))
