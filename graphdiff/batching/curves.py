"""Polynomials, broken lines and convolutions, which NumPy has for one vector each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.batching.rules import Stacked, batches, merged
from graphdiff.expression.expression import Expression
from graphdiff.ops.core.axes import reshape_node
from graphdiff.ops.curve.interpolation import Interp
from graphdiff.ops.curve.polynomial import PolyVal, Vander
from graphdiff.ops.window.convolution import Convolve, Correlate
from graphdiff.ops.window.windows import Columns


@batches(Vander)
def vander(op: Vander, at: Stacked) -> Any:
    """The powers of all entries in one matrix."""
    x = at[0]
    return op(merged(x, 2)).reshape((*x.shape, op.columns))


@batches(PolyVal)
def polyval(op: PolyVal, at: Stacked) -> Any:
    """One polynomial at more entries; several as products with the powers of `x`."""
    p, x = at[0], at[1]
    if not at.mapped[0]:
        return op(p, x)
    columns = p.shape[-1]
    powers = Vander(columns, False)(x.reshape((x.size,)))
    if not at.mapped[1]:
        return (p @ powers.mT).reshape((at.size, *x.shape))
    rows = powers.reshape((at.size, x.size // at.size, columns))
    return (rows @ p.reshape((at.size, columns, 1))).reshape(x.shape)


@batches(Interp)
def interp(op: Interp, at: Stacked) -> Any:
    """One broken line at more entries, or a line for each row of entries."""
    if not any(at.mapped[1:]):
        return op(at[0], at[1], at[2])
    x = at.full(0)
    count: Any = math.prod(x.shape[1:], start=1)
    return op(x.reshape((at.size, count)), at.full(1), at.full(2)).reshape(x.shape)


@batches(Convolve, Correlate)
def slide(op: Convolve | Correlate, at: Stacked) -> Any:
    """Lay vectors end to end, zeros between; two batches by windows of the first."""
    a, v = at[0], at[1]
    n, m = a.shape[-1], v.shape[-1]
    if isinstance(op, Correlate):
        v = np.conj(v[..., ::-1])
    before = (m - 1) // 2
    low, high = {"full": (0, 0), "same": (before, m - 1 - before)}.get(
        op.mode, (m - 1, m - 1)
    )
    places = n + m - 1 - low - high
    if all(at.mapped):
        padding = ((m - 1 - low, m - 1 - high),)
        windows = Columns((m,), (1,), (1,), padding)(a.reshape((at.size, 1, n)))
        taps = v[:, ::-1].reshape((at.size, 1, m))
        return (taps @ windows).reshape((at.size, places))
    rows, one = (a, v) if at.mapped[0] else (v, a)
    found = _end_to_end(rows, one)[:, low : n + m - 1 - high]
    return Expression(reshape_node(found.node, (at.size, places)))


def _end_to_end(rows: Any, one: Any) -> Any:
    """All of the convolution of each row with one vector, by one call."""
    size, length = rows.shape[0], rows.shape[1] + one.shape[0] - 1
    total = size * length
    flat = np.pad(rows, ((0, 0), (0, one.shape[0] - 1))).reshape((total,))
    if not isinstance(size, int) or size == 0:
        flat = np.pad(flat, (0, 1))  # NumPy has no convolution of nothing.
    return Convolve("full")(flat, one)[:total].reshape((size, length))
