"""Safe operands under where: no warning, no NaN, and only where one is needed."""

import warnings

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.graph import check
from graphdiff.rewrite.masks import protect

POINT = np.array([-800.0, -2.0, -1.0, -0.3, 0.0, 0.3, 0.7, 1.0, 2.0, 800.0])

CASES = {
    "log": (lambda x: np.where(x > 0, np.log(x), 0.0), 1),
    "log in the other branch": (lambda x: np.where(x <= 0, 0.0, np.log(x)), 1),
    "not": (lambda x: np.where(np.logical_not(x <= 0), np.log(x), x), 1),
    "log of root": (lambda x: np.where(x > 0, np.log(np.sqrt(x)), x), 1),
    "elu": (lambda x: np.where(x > 0, x, np.exp(x) - 1), 1),
    "nested": (
        lambda x: np.where(x > 0, np.where(x < 1, np.arcsin(x) ** 0.5, 1.0), 0.0),
        2,
    ),
    "sinc": (lambda x: np.where(x == 0, 1.0, np.sin(x) / np.where(x == 0, 1, x)), 0),
    "sinc bare": (lambda x: np.where(x == 0, 1.0, np.sin(x) / x), 1),
    "reciprocal": (lambda x: np.where(x == 0, 0.0, 1 / x), 1),
    "power": (lambda x: np.where(x > 0, x**-0.5, 0.0), 1),
    "by hand": (lambda x: np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0), 0),
    "by hand, badly": (
        lambda x: np.where(x > 0, np.log(np.where(x > 0, x, 0.0)), 0.0),
        0,
    ),
    "used twice alike": (
        lambda x: np.where(x > 0, np.log(x) * np.sin(np.log(x)), 0.0),
        1,
    ),
}


def graph_of(f):
    x = gd.var("x", "n")
    return gd.Graph(inputs={"x": x}, outputs={"y": np.sum(f(x)), "each": f(x)})


def wheres(graph):
    return sum(node.op.label == "where" for node in graph.nodes)


@pytest.mark.parametrize(("f", "added"), CASES.values(), ids=CASES)
def test_discarded_entries_are_harmless(f, added):
    graph = graph_of(f)
    safe = protect(graph)
    check(safe)
    assert wheres(safe) - wheres(graph) == added
    with np.errstate(all="ignore"):
        expected = f(POINT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = gd.evaluate(safe, {"x": POINT})["each"]
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(("f", "_"), CASES.values(), ids=CASES)
def test_done_twice_it_changes_nothing(f, _):
    safe = protect(graph_of(f))
    assert protect(safe).nodes == safe.nodes


@pytest.mark.parametrize(("f", "_"), CASES.values(), ids=CASES)
def test_derivatives_are_finite_without_a_warning_to_order_three(f, _):
    x = gd.var("x", "n")
    graph = gd.Graph(inputs={"x": x}, outputs={"y": np.sum(f(x))})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for order in range(1, 4):
            graph = gd.simplify(gd.differentiate(graph, of="y", wrt="x"))
            slope = gd.Expression(graph.outputs["d_x"])
            value = gd.evaluate(graph, {"x": POINT})["d_x"]
            assert np.all(np.isfinite(value)), order
            y = np.sum(slope * np.arange(1.0, 2.0))
            graph = gd.Graph(inputs=graph.inputs, outputs={"y": y})


UNTOUCHED = {
    "seen elsewhere": lambda x: np.where(x > 0, np.log(x), 0.0) + np.log(x),
    "two conditions": lambda x: (
        np.where(x > 0, np.log(x), 0.0) + np.where(x > 1, np.log(x), 0.0)
    ),
    "a number": lambda x: np.where(x > 0, x / 3.0, 0.0),
    "smooth": lambda x: np.where(x > 0, np.tanh(x), np.sin(x)),
    "part of the condition": lambda x: np.where(np.log(x) > 0, np.log(x), 0.0),
}


@pytest.mark.parametrize("f", UNTOUCHED.values(), ids=UNTOUCHED)
def test_what_is_needed_elsewhere_is_left_alone(f):
    graph = graph_of(f)
    assert protect(graph).nodes == graph.nodes


def test_names_and_lines_stay():
    x = gd.var("x", "n")
    entropy = gd.named(np.log(x), "entropy")
    graph = gd.Graph({"x": x}, {"y": np.where(x > 0, entropy, 0.0)})
    safe = protect(graph)
    (log,) = [node for node in safe.nodes if node.op.label == "log"]
    assert safe.name_of(log) == "entropy"


def test_many_nested_choices_stay_linear():
    x = gd.var("x", "n")
    y = x
    for k in range(3000):
        y = np.where(x > float(k), np.log(y), np.sqrt(y))
    graph = gd.Graph({"x": x}, {"y": y})
    assert len(protect(graph)) < 12 * len(graph)
