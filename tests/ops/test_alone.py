"""Stacks of rows that are zero but for a part: values, stacks in front, derivatives."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.types import ArrayType
from graphdiff.ops.shape.alone import Alone, Only, unit_rows

RNG = np.random.default_rng(3)


def dense(v, rank, axes):
    """The same, entry by entry."""
    lead, own = v.shape[: v.ndim - rank], v.shape[v.ndim - rank :]
    told = tuple(range(rank)) if axes is None else tuple(a + rank for a in axes)
    sizes = tuple(own[a] for a in told)
    out = np.zeros((*lead, int(np.prod(sizes)), *own), v.dtype)
    for place in np.ndindex(*own):
        at = tuple(place[a] for a in told)
        row = int(np.ravel_multi_index(at, sizes)) if sizes else 0
        out[(..., row, *place)] = v[(..., *place)]
    return out


KINDS = [
    ((), 0, None),
    ((4,), 1, None),
    ((2, 3), 2, None),
    ((5, 3), 1, None),
    ((2, 3), 2, (-1,)),
    ((2, 3), 2, (-2,)),
    ((2, 3), 2, (-1, -2)),
    ((2, 3, 4), 3, (-1, -3)),
    ((5, 2, 3), 2, (-1,)),
    ((5, 2, 3), 2, (-2,)),
    ((0, 3), 2, (-1,)),
    ((2, 0), 2, None),
]


@pytest.mark.parametrize(("shape", "rank", "axes"), KINDS)
def test_values_and_derivatives(shape, rank, axes):
    v = RNG.standard_normal(shape)
    op = Alone(rank, axes)
    expected = dense(v, rank, axes)
    weights = RNG.standard_normal(expected.shape)
    np.testing.assert_array_equal(op(v), expected)
    graph = gd.trace(lambda x: op(x), v)
    np.testing.assert_array_equal(gd.compile(graph)(v), expected)
    np.testing.assert_array_equal(gd.compile(gd.simplify(graph))(v), expected)
    np.testing.assert_array_equal(gd.emit(graph).load()(v), expected)
    np.testing.assert_array_equal(gd.emit(gd.simplify(graph)).load()(v), expected)
    slope = gd.grad(lambda x: np.sum(op(x) * weights))(v)
    back = np.sum(dense(np.ones(shape), rank, axes) * weights, axis=-rank - 1)
    np.testing.assert_allclose(slope, back)


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_one_row(rank):
    v = RNG.standard_normal((2, 3, 4))
    op = Only(rank, 1, 3)
    expected = np.moveaxis(np.stack([0 * v, v, 0 * v]), 0, 3 - rank)
    np.testing.assert_array_equal(op(v), expected)
    graph = gd.trace(lambda x: op(x), v)
    np.testing.assert_array_equal(gd.compile(graph)(v), expected)
    np.testing.assert_array_equal(gd.emit(gd.simplify(graph)).load()(v), expected)
    weights = RNG.standard_normal(expected.shape)
    slope = gd.grad(lambda x: np.sum(op(x) * weights))(v)
    np.testing.assert_array_equal(slope, np.take(weights, 1, axis=3 - rank))


def test_zeros_are_strict_whatever_they_meet():
    wild = np.array([[np.inf, np.nan], [1.0, np.inf]])
    graph = gd.trace(lambda x, w: Alone(1)(x) @ w, np.ones(2), wild)
    found = gd.compile(gd.simplify(graph))(np.array([2.0, 3.0]), wild)
    np.testing.assert_array_equal(found, [[np.inf, np.nan], [3.0, np.inf]])


def test_unit_vectors():
    node = unit_rows(ArrayType((2, 2), np.dtype(np.float32)))
    graph = gd.Graph({}, {"y": node})
    found = gd.evaluate(graph, {})["y"]
    np.testing.assert_array_equal(found, np.eye(4, dtype=np.float32).reshape(4, 2, 2))
    assert "np.eye(4, dtype=np.float32)" in gd.emit(gd.simplify(graph)).source
