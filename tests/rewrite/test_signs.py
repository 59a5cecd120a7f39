"""0.0 + x is x only where x is never -0.0."""

import numpy as np
import pytest

import graphdiff as gd

UNSIGNED = {
    "square": lambda x: x**2,
    "fourth power": lambda x: x**4,
    "product with itself": lambda x: x * x,
    "abs": np.abs,
    "exp": np.exp,
    "sum of squares": lambda x: np.sum(x**2),
    "mean of squares": lambda x: np.mean(np.square(x)),
}
SIGNED = {
    "input": lambda x: x,
    "cube": lambda x: x**3,
    "product": lambda x: x * np.tanh(x),
    "sum": np.sum,
    "unknown power": lambda x: x**x,
    "endless power": lambda x: x**np.inf,
    "sqrt": np.sqrt,
    "maximum": lambda x: np.maximum(x, 0),
}


def additions(fn):
    graph = gd.simplify(gd.trace(lambda x: fn(x) + 0.0, gd.spec("n")))
    return sum(node.op.label == "add" for node in graph)


@pytest.mark.parametrize("name", UNSIGNED)
def test_zero_goes(name):
    assert additions(UNSIGNED[name]) == 0


@pytest.mark.parametrize("name", SIGNED)
def test_zero_stays(name):
    assert additions(SIGNED[name]) == 1


def test_penalties_added_by_python():
    def penalty(weights):
        return sum(np.sum(W**2) for W in weights)

    graph = gd.simplify(gd.trace(penalty, [gd.spec("m,n"), gd.spec("n,k")]))
    assert sum(node.op.label == "add" for node in graph) == 1
