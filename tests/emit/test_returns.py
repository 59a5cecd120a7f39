"""Every gradient is returned under its own name, in an array of its own."""

import re

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.emit.emitted import emit


def unit(W, b, c, x, y):
    z = W @ x + b + c
    return np.sum(np.tanh(z) * y)


def distance(x, y):
    return 0.5 * np.sum((x - y) ** 2)


def idle(a, s, x, y):
    return np.maximum(np.sum(x * y), 0.0)


CASES = {
    "unit": (unit, ("W", "b", "c"), ("m,n", "m", "m", "n", "m")),
    "distance": (distance, ("x", "y"), ("n", "n")),
    "idle": (idle, ("a", "s", "x"), ("n", "", "n", "n")),
}
STYLES = ("readable", "fast")


def graph_of(name):
    fn, wrt, dims = CASES[name]
    return gd.value_and_grad(fn, wrt=wrt).graph(*map(gd.spec, dims))


def statements(source):
    body = source.partition("    return ")[0]
    return re.findall(r"^    (\w+) = (.+?)(?:  #.*)?$", body, re.MULTILINE)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", CASES)
def test_the_return_names_each_gradient(name, style):
    fn, wrt, _ = CASES[name]
    source = emit(graph_of(name), style=style).source
    gradients = ", ".join(f"d_{word}" for word in wrt)
    assert f"    return {fn.__name__}, ({gradients})\n" in source


def test_a_gradient_that_is_another_adjoint_says_so():
    found = dict(statements(emit(graph_of("unit")).source))
    assert found["d_b"] == "d_z"
    assert found["d_c"] == "d_z.copy()"


def test_a_forward_value_keeps_a_name_of_the_forward_part():
    found = statements(emit(graph_of("distance")).source)
    assert ("x_minus_y", "x - y") in found
    assert ("d_x", "x_minus_y") in found


def test_a_gradient_of_zeros_lends_its_name_to_no_literal():
    source = emit(graph_of("idle")).source
    found = dict(statements(source))
    assert found["d_a"] == "np.zeros(n)"
    assert found["d_s"] == "np.float64(0)"
    assert ", 0)" in found["idle"]
    assert source.index("    idle = ") < source.index("    # adjoints")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", CASES)
def test_no_two_gradients_share_memory(rng, name, style):
    graph = graph_of(name)
    sizes = {"m": 3, "n": 4}
    given = {
        key: rng.normal(size=[sizes[str(n)] for n in node.type.shape])
        for key, node in graph.inputs.items()
    }
    _, found = emit(graph, style=style).load()(**given)
    arrays = [*given.values(), *found]
    for i, a in enumerate(arrays):
        assert not any(np.shares_memory(a, b) for b in arrays[i + 1 :])


def test_a_listing_says_what_a_gradient_is_too():
    text = str(graph_of("distance"))
    assert "  x_minus_y = x - y " in text
    assert "  d_x = x_minus_y " in text


def test_a_view_of_repeated_entries_is_copied() -> None:
    def column(x):
        return np.broadcast_to(x, (3,))[:, None]

    graph = gd.trace(column, gd.spec())
    out = emit(graph)
    assert ".copy()" in out.source
    found = out.load()(2.0)
    assert found.flags.writeable
    np.testing.assert_array_equal(found, np.full((3, 1), 2.0))
