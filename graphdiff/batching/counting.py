"""Counts, places in an order, and quantiles, row by row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.batching.rules import Stacked, as_stacks, batches, in_front
from graphdiff.expression.expression import Expression
from graphdiff.graph.node import Arange, make
from graphdiff.ops.order.quantile import Quantile
from graphdiff.ops.order.sorting import Places


@batches(Places)
def places(op: Places, at: Stacked) -> Any:
    """Orders of rows; places in one order, or in an order for each row."""
    if op.function == "np.searchsorted":
        return _search(op, at, 0, 1, dict(op.options).get("side", "left"))
    if op.function == "np.digitize":
        side = "left" if dict(op.options).get("right") else "right"
        return _bins(op, at, side)
    return as_stacks(op, at)


def _search(op: Places, at: Stacked, rows: int, wanted: int, side: str) -> Any:
    """Where entries stand in an ordered vector, or in one for each example."""
    if not at.mapped[rows]:
        return Expression(make(op, *at.nodes))
    v = at.full(wanted)
    count: Any = math.prod(v.shape[1:], start=1)
    op = Places("searchsorted_rows", 1, (("side", side),))
    return op(at[rows], v.reshape((at.size, count))).reshape(v.shape)


def _bins(op: Places, at: Stacked, side: str) -> Any:
    """The bins of entries, whose edges rise or fall."""
    if not at.mapped[1]:
        return Expression(make(op, *at.nodes))
    edges = at[1]
    rising = _search(op, at, 1, 0, side)
    turned = Stacked([at.nodes[0], edges[:, ::-1].node], at.mapped, at.size)
    falling = edges.shape[1] - _search(op, turned, 1, 0, side)
    rises = edges[:, 0] <= edges[:, -1]
    shape = (at.size, *(1,) * (rising.ndim - 1))
    return np.where(rises.reshape(shape), rising, falling)


@batches(Quantile)
def quantile(op: Quantile, at: Stacked) -> Any:
    """The same quantiles of each, or more quantiles of one: their axes come first."""
    x, q = at[0], at[1]
    if not at.mapped[0]:
        return op(x, q)
    if not at.mapped[1]:
        return in_front(op(x, q), q.ndim)
    return _own_quantiles(op, x, q)


def _own_quantiles(op: Quantile, x: Any, q: Any) -> Any:
    """Of each example its own quantiles: all of them, of which its own are kept.

    What costs is to put the entries in order, and that is done once.
    """
    whole = op(x, q)
    rows = Expression(make(Arange(q.shape[0])))
    rest = tuple(k for k in range(1, whole.ndim) if k != q.ndim)
    return whole.transpose((0, q.ndim, *rest))[rows, rows]
