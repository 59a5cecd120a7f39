"""Medians and quantiles: entries of an order, and what lies between two of them.

A quantile is a weighted mean of two neighbours in the order. Which ones, and with what
weights, NumPy's methods say (Hyndman and Fan, "Sample quantiles in statistical
packages", 1996); where entries are equal, the order is the stable one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import Arg, At, Call, Constant, Op, full_value
from graphdiff.graph.types import ArrayType, normalize_axes, promote
from graphdiff.ops.core.axes import Spread, Sum, keep, reduction
from graphdiff.ops.core.reduce import (
    Reduction,
    check_not_empty,
    flatten,
    floats,
    unflatten,
)
from graphdiff.ops.order.sampling import DISCRETE, METHODS, SPEEDS, spot


class Median(Reduction):
    """The middle entry, or the mean of the two in the middle."""

    convention = "ties in the stable order"
    masks = (0,)

    def call(self, x: ArrayType) -> Call:
        return reduction("np.median", self.axes, x)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.spread(g, x) * median_share(x, self.axes)


@dataclass(frozen=True)
class MedianShare(Op):
    """The share of each entry in the median along ``axis``: 1, or a half of two.

    NaN have none. Where the entries move, the shares stay, until two change places.
    """

    stacks = True

    axis: int

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        return Call("median_share", (Arg(0), self.axis + x.ndim))

    def is_flat(self, i: int) -> bool:
        return True


def median_share(x: Any, axes: tuple[int, ...]) -> Any:
    """The share of each entry of `x` in the median over `axes`."""
    rows, axis = in_rows(x, axes)
    return back_from_rows(MedianShare(axis)(rows), axes, x)


@dataclass(frozen=True)
class Quantile(Reduction):
    """The quantiles `q` of the entries along ``axes``; the axes of `q` come first.

    `function` is NumPy's (percentiles count to 100; those of nan... leave NaN out).
    """

    function: str
    method: str

    convention = "ties in the stable order"
    masks = (0,)

    @property
    def doubts(self) -> bool:
        """Whether NaN among the entries are expected."""
        return "nan" in self.function

    @property
    def label(self) -> str:
        """The function's own name."""
        return self.function.removeprefix("np.")

    def infer(self, x: ArrayType, q: ArrayType) -> ArrayType:
        kept = super().infer(x).shape
        if self.method in DISCRETE:
            return ArrayType((*q.shape, *kept), x.dtype)
        dtype = promote(x.dtype if x.is_real else np.dtype(np.float64), q.dtype)
        return ArrayType((*q.shape, *kept), dtype)

    def call(self, x: ArrayType, q: ArrayType) -> Call:
        plain = reduction(self.function, self.axes, x)
        method = {} if self.method == "linear" else {"method": self.method}
        return Call(self.function, (Arg(0), Arg(1)), {**plain.kwargs, **method})

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, q: Any) -> Any:
        rows, axis = in_rows(x, self.axes)
        known = _known(q)
        parts = q if known is None else known[()]
        if "percentile" in self.function:
            parts = parts / 100
        n: Any = rows.shape[axis]
        if self.doubts:
            n = Sum((axis,))(np.logical_not(np.isnan(rows)).astype(q.dtype))
            if q.ndim:
                n = Spread((-n.ndim - 1,), (1,))(n)
        if q.ndim > 1:
            parts = _reshape(parts, (q.size,))
            g = _reshape(g, (q.size, *g.shape[q.ndim :]))
        found = spot(self.method, parts, n, rows, axis)
        if i == 0:
            return back_from_rows(found.to_entries(g), self.axes, x)
        if self.method not in SPEEDS:
            return None
        share = g * found.slope(at.kinks)
        share = share / 100 if "percentile" in self.function else share
        kept = tuple(range(min(q.ndim, 1) - share.ndim, 0))
        return _reshape(Sum(kept)(share) if kept else share, q.shape)


def in_rows(x: Any, axes: tuple[int, ...]) -> tuple[Any, int]:
    """`x` with its `axes` merged into one, if there are several, and that axis."""
    return (x, axes[0]) if len(axes) == 1 else (flatten(x, axes), -1)


def back_from_rows(rows: Any, axes: tuple[int, ...], x: Any) -> Any:
    """What `in_rows` made, in the shape of `x` again."""
    return rows if len(axes) == 1 else unflatten(rows, axes, x)


def _known(q: Any) -> Any:
    """The numbers that `q` holds, or None if they are symbolic."""
    return constant_value(q.node) if isinstance(q, Expression) else np.asarray(q)


def constant_value(node: Any) -> np.ndarray | None:
    """The array that `node` stands for, if it is known."""
    number = full_value(node)
    if number is not None and all(isinstance(n, int) for n in node.shape):
        return np.full(node.shape, number)
    return node.op.value if isinstance(node.op, Constant) else None


def _reshape(x: Any, shape: Any) -> Any:
    return x if tuple(x.shape) == tuple(shape) else np.reshape(x, shape)


def _in_order(name: str, a: Any, q: Any, axis: Any, method: Any, keepdims: Any) -> Any:
    if method not in METHODS:
        raise GraphTypeError(
            f"{name}: method={method!r} is none of {', '.join(METHODS)}"
        )
    a = lift(a, name)
    axes = normalize_axes(name, axis, a.ndim)
    check_not_empty(name, a, axes)
    weak = type(q) in (int, float)
    q = lift(q, name)
    if weak and a.dtype.kind == "f":
        q = q.astype(a.dtype)
    q = floats(q)
    known = constant_value(q.node)
    top = 100 if "percentile" in name else 1
    if known is not None and not np.all((known >= 0) & (known <= top)):
        raise GraphValueError(f"{name}: q must lie between 0 and {top}")
    y = Quantile(axes, name if a.dtype.kind == "f" else name.replace("nan", ""), method)
    result = y(a, q)
    if not keepdims:
        return result
    ones = tuple(1 if k in axes else a.shape[k] for k in range(-a.ndim, 0))
    return _reshape(result, (*q.shape, *ones))


@implements(np.median)
def median(
    a: Any, axis: Any = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    """The middle entry over `axis`, or the mean of the two in the middle."""
    x = floats(a)
    axes = normalize_axes("np.median", axis, x.ndim)
    check_not_empty("np.median", x, axes)
    y = Median(axes)(x) if axes else x
    return keep(y, axes, x) if keepdims else y


@implements(np.quantile)
def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    """The quantiles `q` of the entries over `axis`, by any of NumPy's methods."""
    return _in_order("np.quantile", a, q, axis, method, keepdims)


@implements(np.percentile)
def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    """As ``np.quantile``, with `q` counted to 100."""
    return _in_order("np.percentile", a, q, axis, method, keepdims)


@implements(np.nanquantile)
def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    """The quantiles `q` of the entries over `axis` that are not NaN."""
    return _in_order("np.nanquantile", a, q, axis, method, keepdims)


@implements(np.nanpercentile)
def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
) -> Any:
    """As ``np.nanquantile``, with `q` counted to 100."""
    return _in_order("np.nanpercentile", a, q, axis, method, keepdims)
