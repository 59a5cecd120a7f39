"""Means, variances and standard deviations, with every argument that NumPy has."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError
from graphdiff.expression.expression import implements, lift
from graphdiff.graph.types import normalize_axes
from graphdiff.ops.complex.complexes import abs_squared, is_complex, real_dtype
from graphdiff.ops.core.axes import Sum
from graphdiff.ops.core.elementwise import root
from graphdiff.ops.core.reduce import Mean, Std, Var, freedom, inexact
from graphdiff.ops.reduce.nan import NanMean, NanStd, NanVar
from graphdiff.ops.reduce.reductions import chosen, flags, reduce


def in_dtype(a: Any, dtype: Any) -> Any:
    """`a` in `dtype`; without one, integers and booleans in float64."""
    return inexact(a) if dtype is None else a.astype(dtype)


@implements(np.mean)
def mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    *,
    where: Any = True,
) -> Any:
    """The mean over `axis`, of the entries where the mask holds."""
    x = in_dtype(a, dtype)
    mask = flags("np.mean", where, x)
    if mask is None:
        return reduce("np.mean", Mean, x, axis, keepdims)
    total = reduce("np.mean", Sum, chosen("np.mean", mask, x, 0), axis, keepdims)
    return total / reduce("np.mean", Sum, mask.astype(x.dtype), axis, keepdims)


@implements(np.nanmean)
def nanmean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    *,
    where: Any = True,
) -> Any:
    """The mean over `axis` of the entries that are not NaN."""
    if a.dtype.kind not in "fc":
        return mean(a, axis, dtype, keepdims, where=where)
    x = chosen("np.nanmean", where, in_dtype(a, dtype), np.nan)
    return reduce("np.nanmean", NanMean, x, axis, keepdims)


def _spread_about(
    name: str,
    ops: tuple[Any, Any],
    a: Any,
    axis: Any,
    dtype: Any,
    ddof: Any,
    keepdims: Any,
    where: Any,
    mean: Any,
    correction: Any,
) -> Any:
    """The variance or the standard deviation, about the mean or a given one."""
    if correction is not None and ddof != 0:
        raise GraphTypeError(f"{name}: give ddof= or correction=, not both")
    less = ddof if correction is None else correction
    plain, leaves_nan = ops
    x = in_dtype(a, dtype)
    if leaves_nan and x.dtype.kind in "fc":
        if mean is None and not is_complex(x):
            x = chosen(name, where, x, np.nan)
            return reduce(name, lambda axes: leaves_nan(axes, less), x, axis, keepdims)
        where = np.logical_and(where, np.logical_not(np.isnan(x)))
    mask = flags(name, where, x)
    if mask is None and mean is None:
        return reduce(name, lambda axes: plain(axes, less), x, axis, keepdims)
    axes = normalize_axes(name, axis, x.ndim)
    if mask is None:
        n = freedom(x, axes, less) if axes else 1 - less
    else:
        real = real_dtype(x.dtype)
        n = reduce(name, Sum, mask.astype(real), axis, True) - real.type(less)
    kept = x if mask is None else chosen(name, mask, x, 0)
    if mean is None:
        mean = reduce(name, Sum, kept, axis, True) / (
            n + real_dtype(x.dtype).type(less)
        )
    deviation = kept - lift(mean, name).astype(x.dtype)
    if mask is not None:
        deviation = chosen(name, mask, deviation, 0)
    squares = abs_squared(deviation) if is_complex(x) else deviation * deviation
    y = reduce(name, Sum, squares, axis, True) / n
    y = y if plain is Var else root(y)
    return y if keepdims else np.squeeze(y, axis=axes)


def _door(name: str, plain: Any, leaves_nan: Any) -> Any:
    def door(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        ddof: float = 0,
        keepdims: bool = False,
        *,
        where: Any = True,
        mean: Any = None,
        correction: float | None = None,
    ) -> Any:
        return _spread_about(
            f"np.{name}",
            (plain, leaves_nan),
            a,
            axis,
            dtype,
            ddof,
            keepdims,
            where,
            mean,
            correction,
        )

    door.__name__ = name
    return implements(getattr(np, name))(door)


var = _door("var", Var, None)
std = _door("std", Std, None)
nanvar = _door("nanvar", Var, NanVar)
nanstd = _door("nanstd", Std, NanStd)
