"""The exponentials of a softmax serve its normaliser as well."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.graph import check
from graphdiff.ops.core.reduce import LogSumExp, Softmax
from graphdiff.ops.order.sorting import Places, Sort
from graphdiff.runtime.activations import logsumexp, logsumexp_from_softmax, softmax

INF, NAN = np.inf, np.nan
ROWS = [
    [0.0, 1.0, -2.0],
    [1000.0, -1000.0, 999.0],
    [-INF, 3.0, -INF],
    [-INF, -INF, -INF],
    [INF, 0.0, -INF],
    [NAN, 0.0, 1.0],
    [1e-300, 0.0, 0.0],
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("axis", [-1, 0, (0, 1)])
def test_same_value(dtype, axis, rng):
    x = (30 * rng.normal(size=(5, 4))).astype(dtype)
    found = logsumexp_from_softmax(x, softmax(x, axis), axis)
    expected = logsumexp(x, axis)
    assert found.dtype == expected.dtype == dtype
    np.testing.assert_allclose(found, expected, rtol=8 * np.finfo(dtype).eps)


@pytest.mark.parametrize("row", ROWS)
def test_same_value_at_the_edges(row):
    x = np.array([row])
    with np.errstate(invalid="ignore"):
        p = softmax(x, -1)
        np.testing.assert_array_equal(np.isnan(p).any(), INF in row or NAN in row)
    np.testing.assert_allclose(
        logsumexp_from_softmax(x, p, -1), logsumexp(x, -1), rtol=1e-15
    )


def test_no_classes():
    x = np.empty((2, 0))
    np.testing.assert_array_equal(
        logsumexp_from_softmax(x, softmax(x, -1), -1), [-INF] * 2
    )


def shared(fn):
    graph = gd.simplify(gd.differentiate(gd.trace(fn, gd.spec("m,n"))))
    check(graph)
    (total,) = [node for node in graph if isinstance(node.op, LogSumExp)]
    (p,) = [node for node in graph if isinstance(node.op, Softmax)]
    assert total.args == (p.args[0], p)
    assert graph.role_of(p) is None
    return graph


def total(x):
    return np.sum(np.log(np.sum(np.exp(np.tanh(x)), axis=1)) ** 2)


def alone(x):
    return np.sum(gd.nn.logsumexp(x, axis=-1))


@pytest.mark.parametrize("fn", [total, alone])
def test_value_gradient_and_gradient_again(fn, rng):
    graph = shared(fn)
    assert len(gd.simplify(graph)) == len(graph)
    x = rng.normal(size=(3, 4))
    raw = gd.differentiate(gd.trace(fn, gd.spec("m,n")))
    ours, plain = gd.evaluate(graph, {"x": x}), gd.evaluate(raw, {"x": x})
    for name, value in plain.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-13)
    inputs = {"x": x}
    again = gd.differentiate(graph, of=fn.__name__, wrt="x")
    found = gd.evaluate(again, inputs)
    slope = [y for name, y in found.items() if name not in graph.outputs]
    np.testing.assert_allclose(slope[0], plain["d_x"], rtol=1e-13)


def test_softmax_alone_stays():
    graph = gd.simplify(gd.trace(lambda x: gd.nn.softmax(x), gd.spec("m,n")))
    assert not any(isinstance(node.op, LogSumExp) for node in graph)


def test_other_axes_are_not_shared():
    def fn(x):
        return gd.nn.logsumexp(x, axis=0)[:, None] + gd.nn.softmax(x, axis=1).T

    graph = gd.simplify(gd.trace(fn, gd.spec("m,n")))
    (total,) = [node for node in graph if isinstance(node.op, LogSumExp)]
    assert len(total.args) == 1


@pytest.mark.parametrize("spec", ["n", "m,n"])
def test_what_is_sorted_has_the_order_that_its_adjoint_needs(spec, rng):
    graph = gd.trace(lambda x: np.sum(np.sort(x) ** 3), gd.spec(spec))
    dgraph = gd.differentiate(graph)
    found = gd.simplify(dgraph)
    check(found)
    assert not any(isinstance(node.op, Sort) for node in found)
    (order,) = [node for node in found if isinstance(node.op, Places)]
    assert found.role_of(order) is None
    for shape in [(5,), (0,)]:
        x = rng.integers(0, 3, (2, *shape)[-len(spec.split(",")) :]).astype(float)
        values = [gd.evaluate(g, {"x": x}) for g in (dgraph, found)]
        for name, value in values[0].items():
            np.testing.assert_array_equal(values[1][name], value)
    assert any(isinstance(node.op, Sort) for node in gd.simplify(graph))
