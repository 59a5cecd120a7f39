"""The methods of ufuncs: ``np.add.reduce``, ``np.maximum.accumulate``.

Where NumPy has the same reduction under a name of its own, that is what is recorded.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import GraphIndexError, ShapeError, UnsupportedError
from graphdiff.expression.expression import implements, is_symbolic, lift
from graphdiff.graph.node import Arg, Call
from graphdiff.graph.types import ArrayType, normalize_axis
from graphdiff.ops.core.reduce import LogSumExp, Norm, Reduction, floats
from graphdiff.ops.reduce.cumulative import CumProd, CumSum, along
from graphdiff.ops.reduce.reductions import chosen, reduce
from graphdiff.ops.reduce.running import RunningExtremum, RunningLogSumExp
from graphdiff.ops.shape.moves import SumRuns


@dataclass(frozen=True)
class Bitwise(Reduction):
    """The bits of all entries combined: ``np.bitwise_and.reduce``."""

    function: str

    @property
    def label(self) -> str:
        """The ufunc's own name."""
        return self.function.split(".")[1]

    def call(self, x: ArrayType) -> Call:
        axes: Any = tuple(a + x.ndim for a in self.axes)
        axis = axes[0] if len(axes) == 1 else axes
        return Call(self.function, (Arg(0),), {"axis": axis})


def _under_a_name(ufunc: Any, whole: Any) -> None:
    """Let ``ufunc.reduce`` be NumPy's function `whole`, over the first axis."""

    def door(
        array: Any,
        axis: Any = 0,
        dtype: Any = None,
        *,
        keepdims: bool = False,
        initial: Any = None,
        where: Any = True,
    ) -> Any:
        x = lift(array) if dtype is None else lift(array).astype(dtype)
        given = {} if initial is None else {"initial": initial}
        return whole(x, axis=axis, keepdims=keepdims, where=where, **given)

    implements(ufunc.reduce)(door)


_NAMED = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.fmax: np.nanmax,
    np.fmin: np.nanmin,
    np.logical_and: np.all,
    np.logical_or: np.any,
}
for _ufunc, _whole in _NAMED.items():
    _under_a_name(_ufunc, _whole)


@implements(np.logaddexp.reduce)
def logaddexp_reduce(
    array: Any,
    axis: Any = 0,
    dtype: Any = None,
    *,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """``log(sum(exp(x)))`` over `axis`, without overflow."""
    x = floats(array) if dtype is None else array.astype(dtype)
    x = chosen("np.logaddexp.reduce", where, x, -np.inf)
    y = reduce("np.logaddexp.reduce", LogSumExp, x, axis, keepdims)
    return y if initial is None else np.logaddexp(y, initial)


@implements(np.logaddexp2.reduce)
def logaddexp2_reduce(
    array: Any,
    axis: Any = 0,
    dtype: Any = None,
    *,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """``log2(sum(exp2(x)))`` over `axis`, without overflow."""
    x = floats(array) if dtype is None else array.astype(dtype)
    x = chosen("np.logaddexp2.reduce", where, x, -np.inf)
    two = np.log(x.dtype.type(2))
    y = reduce("np.logaddexp2.reduce", LogSumExp, x * two, axis, keepdims) / two
    return y if initial is None else np.logaddexp2(y, initial)


@implements(np.hypot.reduce)
def hypot_reduce(
    array: Any,
    axis: Any = 0,
    dtype: Any = None,
    *,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The square root of the sum of squares over `axis`."""
    x = floats(array) if dtype is None else array.astype(dtype)
    x = chosen("np.hypot.reduce", where, x, 0)
    y = reduce("np.hypot.reduce", Norm, x, axis, keepdims)
    return y if initial is None else np.hypot(y, initial)


@implements(np.logical_xor.reduce)
def logical_xor_reduce(
    array: Any, axis: Any = 0, *, keepdims: bool = False, where: Any = True
) -> Any:
    """Whether an odd number of entries over `axis` is true."""
    x = chosen("np.logical_xor.reduce", where, array, 0)
    return np.count_nonzero(x, axis=axis, keepdims=keepdims) % 2 == 1


def _first_and_rest(name: str, x: Any, axis: Any) -> tuple[Any, Any, int]:
    if x.ndim > 1 and (axis is None or isinstance(axis, (tuple, list))):
        raise ShapeError(f"{name}: the order matters, so at most one axis may be named")
    place = normalize_axis(name, 0 if axis is None else axis, x.ndim) + x.ndim
    lead = (slice(None),) * place
    return x[(*lead, slice(0, 1))], x[(*lead, slice(1, None))], place


@implements(np.subtract.reduce)
def subtract_reduce(
    array: Any, axis: Any = 0, dtype: Any = None, *, keepdims: bool = False
) -> Any:
    """The first entry along `axis`, less all others."""
    x = array if dtype is None else array.astype(dtype)
    first, rest, place = _first_and_rest("np.subtract.reduce", x, axis)
    y = first - np.sum(rest, axis=place, keepdims=True)
    return y if keepdims else np.squeeze(y, axis=place)


@implements(np.true_divide.reduce)
def divide_reduce(
    array: Any, axis: Any = 0, dtype: Any = None, *, keepdims: bool = False
) -> Any:
    """The first entry along `axis`, divided by all others."""
    x = floats(array) if dtype is None else array.astype(dtype)
    first, rest, place = _first_and_rest("np.divide.reduce", x, axis)
    y = first / np.prod(rest, axis=place, keepdims=True)
    return y if keepdims else np.squeeze(y, axis=place)


def _bitwise(ufunc: Any) -> None:
    name = f"np.{ufunc.__name__}.reduce"

    def door(array: Any, axis: Any = 0, *, keepdims: bool = False) -> Any:
        if array.dtype.kind not in "biu":
            raise UnsupportedError(f"{name}: bits of {array.dtype}")
        return reduce(name, lambda axes: Bitwise(axes, name), array, axis, keepdims)

    implements(ufunc.reduce)(door)


for _ufunc in (np.bitwise_and, np.bitwise_or, np.bitwise_xor):
    _bitwise(_ufunc)


def _accumulate(ufunc: Any, op: Callable[[int], Any], real: bool = False) -> None:
    name = f"np.{ufunc.__name__}.accumulate"

    def door(array: Any, axis: int = 0, dtype: Any = None) -> Any:
        x = floats(array) if real and dtype is None else array
        place = normalize_axis(name, axis, x.ndim)
        return along(name, op, x, place, dtype)

    implements(ufunc.accumulate)(door)


_accumulate(np.add, CumSum)
_accumulate(np.multiply, CumProd)
_accumulate(np.maximum, lambda axis: RunningExtremum(axis, "np.maximum.accumulate"))
_accumulate(np.minimum, lambda axis: RunningExtremum(axis, "np.minimum.accumulate"))
_accumulate(np.logaddexp, RunningLogSumExp, real=True)


def _runs(name: str, indices: Any, n: Any) -> list[tuple[int, int | None]]:
    """Where each run starts and stops; where no later entry follows, it is of one."""
    if is_symbolic(indices):
        raise UnsupportedError(f"{name}: the indices must be known")
    starts = [operator.index(k) for k in np.asarray(indices).ravel().tolist()]
    for k in starts:
        if k < 0 or (isinstance(n, int) and k >= n):
            raise GraphIndexError(f"{name}: index {k} is out of bounds for size {n}")
    stops = [*starts[1:], None]
    return [
        (a, b if b is None or a < b else a + 1)
        for a, b in zip(starts, stops, strict=True)
    ]


def _reduceat(ufunc: Any, whole: Any) -> None:
    name = f"np.{ufunc.__name__}.reduceat"

    def door(array: Any, indices: Any, axis: int = 0, dtype: Any = None) -> Any:
        x = array if dtype is None else array.astype(dtype)
        place = normalize_axis(name, axis, x.ndim)
        n = x.shape[place]
        runs = _runs(name, indices, n)
        lead = (slice(None),) * (place + x.ndim)
        ends = [n if b is None else b for _, b in runs]
        known = all(isinstance(end, int) for end in ends)
        if ufunc is np.add and known and x.dtype.kind == "f" and runs:
            starts = [a for a, _ in runs]
            if starts[1:] == ends[:-1]:
                lengths = tuple(b - a for a, b in zip(starts, ends, strict=True))
                return SumRuns(lengths, place)(x[(*lead, slice(runs[0][0], None))])
        parts = [
            whole(x[(*lead, slice(a, b))], axis=place, keepdims=True) for a, b in runs
        ]
        return np.concatenate(parts, axis=place)

    implements(ufunc.reduceat)(door)


for _ufunc in (np.add, np.multiply, np.maximum, np.minimum):
    _reduceat(_ufunc, _NAMED[_ufunc])
