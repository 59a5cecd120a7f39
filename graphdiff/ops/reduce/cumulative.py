"""Running sums and products along an axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import Expression, implements
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, normalize_axis, show_shape
from graphdiff.ops.core.axes import flat_or, reshape_node, summed_dtype
from graphdiff.ops.core.recurrence import Shift, from_end


@dataclass(frozen=True)
class Running(Op):
    """An op that takes each entry to a sum or product of those up to it."""

    stacks = True
    over_complex = True

    axis: int

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType(x.shape, summed_dtype(x.dtype))


@dataclass(frozen=True)
class CumSum(Running):
    """The running sum along ``axis``, from the front or (reverse) from the end."""

    reverse: bool = False

    def call(self, x: ArrayType) -> Call:
        function = "flipped_cumsum" if self.reverse else "np.cumsum"
        return Call(function, (Arg(0),), flat_or(self.axis, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return CumSum(self.axis, not self.reverse)(g)


class CumProd(Running):
    """The running product; its derivative divides by nothing, and is right at zeros.

    What arrives at entry i is that of the products that it is in, each without it: the
    product of the entries before, times the sum over k of g[k] x[i + 1] ... x[k].
    """

    def call(self, x: ArrayType) -> Call:
        return Call("np.cumprod", (Arg(0),), flat_or(self.axis, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return from_end(x, g, self.axis) * Shift(self.axis, 1, 1.0)(y)


class NanCumSum(Running):
    """The running sum, NaN counting as 0."""

    masks = (0,)
    doubts = True

    def call(self, x: ArrayType) -> Call:
        return Call("np.nancumsum", (Arg(0),), flat_or(self.axis, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        later = CumSum(self.axis, True)(g)
        return np.where(np.isnan(x), g.dtype.type(0), later)


class NanCumProd(Running):
    """The running product, NaN counting as 1."""

    masks = (0,)
    doubts = True

    def call(self, x: ArrayType) -> Call:
        return Call("np.nancumprod", (Arg(0),), flat_or(self.axis, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        gone = np.isnan(x)
        kept = np.where(gone, x.dtype.type(1), x)
        share = from_end(kept, g, self.axis) * Shift(self.axis, 1, 1.0)(y)
        return np.where(gone, g.dtype.type(0), share)


def along(name: str, op: Any, a: Any, axis: Any, dtype: Any = None) -> Any:
    """Apply `op` of one axis to `a`: along `axis`, or (None) over all entries."""
    x = a if dtype is None else a.astype(dtype)
    if axis is None:
        x, axis = Expression(reshape_node(x.node, (x.size,))), -1
    return op(normalize_axis(name, axis, x.ndim))(x)


@implements(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running sum along `axis`, or over all entries."""
    return along("np.cumsum", CumSum, a, axis, dtype)


@implements(np.cumprod)
def cumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running product along `axis`, or over all entries."""
    return along("np.cumprod", CumProd, a, axis, dtype)


@implements(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running sum along `axis`, NaN counting as 0."""
    op = NanCumSum if a.dtype.kind in "fc" else CumSum
    return along("np.nancumsum", op, a, axis, dtype)


@implements(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running product along `axis`, NaN counting as 1."""
    op = NanCumProd if a.dtype.kind in "fc" else CumProd
    return along("np.nancumprod", op, a, axis, dtype)


def _cumulative(
    name: str, op: Any, x: Any, axis: Any, dtype: Any, start: int | None
) -> Any:
    if axis is None and x.ndim != 1:
        raise ShapeError(
            f"{name}: {show_shape(x.shape)} has {x.ndim} axes, so axis= must be given"
        )
    place = normalize_axis(name, -1 if axis is None else axis, x.ndim)
    y = along(name, op, x, place, dtype)
    if start is None:
        return y
    edge = list(y.shape)
    edge[place] = 1
    first = np.full(tuple(edge), start, y.dtype, like=y)
    return np.concatenate([first, y], axis=place)


@implements(np.cumulative_sum)
def cumulative_sum(
    x: Any, *, axis: Any = None, dtype: Any = None, include_initial: bool = False
) -> Any:
    """The running sum along `axis`, from the first entry on, or from 0."""
    start = 0 if include_initial else None
    return _cumulative("np.cumulative_sum", CumSum, x, axis, dtype, start)


@implements(np.cumulative_prod)
def cumulative_prod(
    x: Any, *, axis: Any = None, dtype: Any = None, include_initial: bool = False
) -> Any:
    """The running product along `axis`, from the first entry on, or from 1."""
    start = 1 if include_initial else None
    return _cumulative("np.cumulative_prod", CumProd, x, axis, dtype, start)
