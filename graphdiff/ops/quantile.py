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
from graphdiff.graph.node import Arg, At, Call, Constant, full_value
from graphdiff.graph.types import ArrayType, normalize_axes, promote
from graphdiff.ops.axes import Spread, Sum, keep, reduction
from graphdiff.ops.index import PutAlong, Take
from graphdiff.ops.pattern import ByArray, Slice
from graphdiff.ops.reduce import Reduction, check_not_empty, flatten, floats, unflatten
from graphdiff.ops.sampling import DISCRETE, METHODS, Spot, spot
from graphdiff.ops.sorting import stable_order


class Median(Reduction):
    """The middle entry, or the mean of the two in the middle."""

    convention = "ties in the stable order"
    masks = (0,)

    def call(self, x: ArrayType) -> Call:
        return reduction("np.median", self.axes, x)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        rows = flatten(x, self.axes)
        n = rows.shape[-1]
        first, last = (n - 1) // 2, n // 2 + 1
        middle = Take((Slice(first, last),))(stable_order(rows, -1))
        many = middle.shape[-1]
        share = Spread((-1,), (many,))(
            g if isinstance(many, int) and many == 1 else g / many
        )
        return unflatten(PutAlong(-1, n, True)(share, middle), self.axes, x)


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
        rows = flatten(x, self.axes)
        at_end = _q_last(g, q)
        parts = _reshape(q, (q.size,))
        if "percentile" in self.function:
            parts = parts / 100
        n: Any = rows.shape[-1]
        if self.doubts:
            n = Sum((-1,))(np.logical_not(np.isnan(rows)).astype(q.dtype))
            n = Spread((-1,), (1,))(n)
        if i == 0:
            if (known := _known(q)) is not None:
                parts = known.ravel() / (100 if "percentile" in self.function else 1)
            return unflatten(self._to_entries(at_end, rows, parts, n), self.axes, x)
        if self.method in DISCRETE:
            return None
        slope = spot(self.method, parts, n).slope(at.kinks, rows, stable_order)
        share = at_end * slope / (100 if "percentile" in self.function else 1)
        total = Sum(tuple(range(-share.ndim, -1)))(share) if share.ndim > 1 else share
        return _reshape(total, q.shape)

    def _to_entries(self, g: Any, rows: Any, parts: Any, n: Any) -> Any:
        """The cotangent of the rows: each share to its two neighbours in the order."""
        order, size = stable_order(rows, -1), rows.shape[-1]
        if isinstance(parts, Expression) or not isinstance(n, int):
            found = spot(self.method, parts, n)
            low, high = found.neighbours(order)
            lower = PutAlong(-1, size)(g * (1 - found.weight), low)
            if self.method in DISCRETE:
                return lower
            return lower + PutAlong(-1, size)(g * found.weight, high)
        return _at_known_places(g, order, spot(self.method, parts, n))


def _at_known_places(g: Any, order: Any, found: Spot) -> Any:
    """As above, where the places and the weights are numbers already."""
    n, dtype = order.shape[-1], g.dtype
    low, high = (np.atleast_1d(k).astype(np.intp) for k in found.places())
    weight = np.atleast_1d(np.asarray(found.weight, dtype)) + np.zeros(len(low), dtype)
    if len(low) > 1:
        both = _pick(order, np.concatenate([low, high]))
        shares = np.concatenate([g * (1 - weight), g * weight], axis=-1)
        return PutAlong(-1, n)(shares, both)
    first, share = int(low[0]), weight.item()
    if share in (0, 1) or low[0] == high[0]:
        first += int(share == 1 and low[0] != high[0])
        return PutAlong(-1, n, True)(g, Take((Slice(first, first + 1),))(order))
    pair = Take((Slice(first, first + 2),))(order)
    shares = np.concatenate([g * dtype.type(1 - share), g * dtype.type(share)], axis=-1)
    return PutAlong(-1, n, True)(shares, pair)


def _pick(order: Any, places: np.ndarray) -> Any:
    return Take((ByArray(0),))(order, places)


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


def _q_last(g: Any, q: Any) -> Any:
    """`g`, whose first axes are those of `q`, with these merged at the end."""
    kept = tuple(g.shape[q.ndim :])
    if not q.ndim:
        return Spread((-1,), (1,))(g)
    rows = _reshape(g, (q.size, *kept))
    return np.moveaxis(rows, 0, -1) if kept else rows


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
