"""NumPy's reductions, with every argument that they take.

``where=`` is a choice made first: what is left out becomes the number that changes
nothing (0 in a sum, 1 in a product). ``initial=`` is one more entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, ShapeError
from graphdiff.expression.expression import Expression, implements, is_symbolic, lift
from graphdiff.graph.types import broadcast, normalize_axes, show_shape
from graphdiff.ops.core.axes import Sum, keep, spread_node
from graphdiff.ops.core.elementwise import logical_not
from graphdiff.ops.core.reduce import (
    Extremum,
    Logical,
    Max,
    Min,
    Prod,
    Std,
    Var,
    check_not_empty,
)
from graphdiff.ops.reduce.nan import (
    NanMax,
    NanMedian,
    NanMin,
    NanProd,
    NanSum,
    NanVar,
)


def reduce(
    name: str, make_op: Callable[..., Any], a: Any, axis: Any, keepdims: Any = False
) -> Any:
    """Reduce `a` over `axis` by the op that `make_op` makes of axes."""
    axes = normalize_axes(name, axis, a.ndim)
    op = make_op(axes)
    if isinstance(op, Extremum) and op.initial is None:
        check_not_empty(name, a, axes)
    y = op(a) if axes or _counts_alone(op) else a.astype(op.infer(a.node.type).dtype)
    return keep(y, axes, a) if keepdims else y


def _counts_alone(op: Any) -> bool:
    """Whether a reduction over no axes is more than the entries themselves."""
    return isinstance(op, (Var, Std, NanVar, NanSum, NanProd, Logical)) or (
        isinstance(op, Extremum) and op.initial is not None
    )


def flags(name: str, where: Any, a: Any) -> Any:
    """The mask ``where=``, in the shape of `a`; None if it leaves nothing out."""
    if where is True or where is np.True_:
        return None
    mask = lift(where, name)
    if mask.dtype != bool:
        raise DTypeError(f"{name}: where= is an array of booleans, got {mask.dtype}")
    if broadcast(name, [mask.shape, a.shape]) != a.shape:
        raise ShapeError(
            f"{name}: where= of shape {show_shape(mask.shape)} does not fit "
            f"{show_shape(a.shape)}"
        )
    return Expression(spread_node(mask.node, a.shape))


def chosen(name: str, where: Any, a: Any, rest: Any) -> Any:
    """The entries of `a` where the mask holds, elsewhere `rest`."""
    mask = flags(name, where, a)
    return a if mask is None else np.where(mask, a, a.dtype.type(rest))


def _may_be_nan(a: Any) -> bool:
    return bool(a.dtype.kind in "fc")


@implements(np.sum)
def sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    initial: Any = 0,
    where: Any = True,
) -> Any:
    """The sum over `axis`: one, several, or (None) all."""
    x = chosen("np.sum", where, a if dtype is None else a.astype(dtype), 0)
    y = reduce("np.sum", Sum, x, axis, keepdims)
    return y if _is_number(initial, 0) else (y + initial).astype(y.dtype)


@implements(np.prod)
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    initial: Any = 1,
    where: Any = True,
) -> Any:
    """The product over `axis`."""
    x = chosen("np.prod", where, a if dtype is None else a.astype(dtype), 1)
    y = reduce("np.prod", Prod, x, axis, keepdims)
    return y if _is_number(initial, 1) else (y * initial).astype(y.dtype)


@implements(np.nansum)
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    initial: Any = 0,
    where: Any = True,
) -> Any:
    """The sum over `axis`, NaN counting as 0."""
    x = chosen("np.nansum", where, a if dtype is None else a.astype(dtype), 0)
    y = reduce("np.nansum", NanSum if _may_be_nan(x) else Sum, x, axis, keepdims)
    return y if _is_number(initial, 0) else (y + initial).astype(y.dtype)


@implements(np.nanprod)
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    initial: Any = 1,
    where: Any = True,
) -> Any:
    """The product over `axis`, NaN counting as 1."""
    x = chosen("np.nanprod", where, a if dtype is None else a.astype(dtype), 1)
    y = reduce("np.nanprod", NanProd if _may_be_nan(x) else Prod, x, axis, keepdims)
    return y if _is_number(initial, 1) else (y * initial).astype(y.dtype)


def _is_number(value: Any, number: int) -> bool:
    return not is_symbolic(value) and np.ndim(value) == 0 and value == number


def _extremum(
    name: str,
    op: type[Extremum],
    a: Any,
    axis: Any,
    keepdims: bool,
    initial: Any,
    where: Any,
) -> Any:
    """The largest or smallest entry, among them `initial`."""
    smallest = issubclass(op, Max) or op is NanMax
    mask = flags(name, where, a)
    if initial is None:
        if mask is not None:
            raise ShapeError(
                f"{name}: where= needs initial=, in case it leaves nothing"
            )
        return reduce(name, op, a, axis, keepdims)
    end = _end(a.dtype, smallest)
    x = a if mask is None else np.where(mask, a, end)
    if is_symbolic(initial):
        y = reduce(name, lambda axes: op(axes, end), x, axis, keepdims)
        other = initial.astype(a.dtype)
        return np.maximum(y, other) if smallest else np.minimum(y, other)
    number = np.asarray(initial).astype(a.dtype).item()
    return reduce(name, lambda axes: op(axes, number), x, axis, keepdims)


def _end(dtype: np.dtype, smallest: bool) -> Any:
    """The number of the dtype that exceeds no other, or that no other exceeds."""
    if dtype.kind == "f":
        return dtype.type(-np.inf if smallest else np.inf)
    if dtype.kind == "b":
        return np.bool_(not smallest)
    limits = np.iinfo(dtype)
    return dtype.type(limits.min if smallest else limits.max)


@implements(np.max, np.amax)
def max(
    a: Any,
    axis: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The largest entry over `axis`."""
    return _extremum("np.max", Max, a, axis, keepdims, initial, where)


@implements(np.min, np.amin)
def min(
    a: Any,
    axis: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The smallest entry over `axis`."""
    return _extremum("np.min", Min, a, axis, keepdims, initial, where)


@implements(np.nanmax)
def nanmax(
    a: Any,
    axis: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The largest entry over `axis` that is not NaN."""
    op = NanMax if _may_be_nan(a) else Max
    return _extremum("np.nanmax", op, a, axis, keepdims, initial, where)


@implements(np.nanmin)
def nanmin(
    a: Any,
    axis: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The smallest entry over `axis` that is not NaN."""
    op = NanMin if _may_be_nan(a) else Min
    return _extremum("np.nanmin", op, a, axis, keepdims, initial, where)


@implements(np.ptp)
def ptp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The largest minus the smallest entry over `axis`."""
    return max(a, axis, keepdims) - min(a, axis, keepdims)


@implements(np.all)
def all(a: Any, axis: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Whether every entry is true."""
    x = chosen("np.all", where, a, 1)
    return reduce("np.all", lambda axes: Logical(axes, "np.all"), x, axis, keepdims)


@implements(np.any)
def any(a: Any, axis: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Whether some entry is true."""
    x = chosen("np.any", where, a, 0)
    return reduce("np.any", lambda axes: Logical(axes, "np.any"), x, axis, keepdims)


@implements(np.count_nonzero)
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """How many entries are not zero."""
    return np.sum(logical_not(a == 0), axis=axis, keepdims=keepdims)


@implements(np.nanmedian)
def nanmedian(
    a: Any, axis: Any = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    """The middle of the entries over `axis` that are not NaN."""
    if not _may_be_nan(a):
        return np.median(a, axis=axis, keepdims=keepdims)
    check_not_empty("np.nanmedian", a, normalize_axes("np.nanmedian", axis, a.ndim))
    return reduce("np.nanmedian", NanMedian, a, axis, keepdims)
