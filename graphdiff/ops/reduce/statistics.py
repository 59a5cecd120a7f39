"""Weighted means, covariances and correlations."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, ShapeError
from graphdiff.expression.expression import implements, lift
from graphdiff.graph.types import normalize_axes, normalize_axis, promote, show_shape
from graphdiff.ops.complex.complexes import is_complex, real_dtype
from graphdiff.ops.core.axes import count
from graphdiff.ops.core.reduce import inexact


@implements(np.average)
def average(
    a: Any,
    axis: Any = None,
    weights: Any = None,
    returned: bool = False,
    *,
    keepdims: bool = False,
) -> Any:
    """The weighted mean over `axis`, and (`returned`) the sum of the weights."""
    x = inexact(lift(a, "np.average"))
    if weights is None:
        mean = np.mean(x, axis=axis, keepdims=keepdims)
        n = count(x, normalize_axes("np.average", axis, x.ndim))
        return (mean, np.full_like(mean, n)) if returned else mean
    w = _weights(x, lift(weights, "np.average"), axis)
    total = np.sum(w, axis=axis, keepdims=keepdims)
    mean = np.sum(x * w, axis=axis, keepdims=keepdims) / total
    return (mean, np.broadcast_to(total, mean.shape)) if returned else mean


def _weights(x: Any, w: Any, axis: Any) -> Any:
    """The weights in the shape of `x`: given so, or for the axes that are averaged."""
    w = w.astype(promote(x.dtype, w.dtype))
    if w.shape == x.shape:
        return w
    if axis is None:
        raise GraphTypeError(
            "np.average: axis= must be given where weights differ from the array in "
            "shape"
        )
    listed = axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = [normalize_axis("np.average", k, x.ndim) for k in listed]
    if w.shape != tuple(x.shape[k] for k in axes):
        raise ShapeError(
            f"np.average: weights of shape {show_shape(w.shape)} do not fit axis "
            f"{axis} of {show_shape(x.shape)}"
        )
    order = sorted(range(len(axes)), key=lambda k: axes[k])
    ones = tuple(x.shape[k] if k in axes else 1 for k in range(-x.ndim, 0))
    return np.broadcast_to(np.transpose(w, order).reshape(ones), x.shape)


def _rows(name: str, m: Any, y: Any, rowvar: bool, dtype: Any) -> Any:
    """The variables as rows, those of `y` below those of `m`; in float64 or `dtype`."""
    given = [lift(value, name) for value in (m, y) if value is not None]
    if any(x.ndim > 2 for x in given):
        raise ShapeError(f"{name}: expected at most 2 axes")
    if dtype is None:
        dtype = promote(np.dtype(np.float64), *[x.dtype for x in given])
    first, *rest = (np.atleast_2d(x.astype(dtype)) for x in given)
    if not rowvar and given[0].ndim == 2:
        first = first.T
    others = [x if rowvar or x.shape[0] == 1 else x.T for x in rest]
    return np.concatenate([first, *others]) if others else first


@implements(np.cov)
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """The covariances of variables, of which each row holds the observations."""
    return np.squeeze(
        _covariances("np.cov", m, y, rowvar, bias, ddof, fweights, aweights, dtype)
    )


def _covariances(
    name: str,
    m: Any,
    y: Any,
    rowvar: bool,
    bias: bool,
    ddof: Any,
    fweights: Any,
    aweights: Any,
    dtype: Any,
) -> Any:
    rows = _rows(name, m, y, rowvar, dtype)
    less = ddof if ddof is not None else 0 if bias else 1
    if int(less) != less:
        raise GraphTypeError(f"{name}: ddof={ddof!r} is no integer")
    if fweights is None and aweights is None:
        centred = rows - np.mean(rows, axis=1, keepdims=True)
        return centred @ _conj(centred).T / (rows.shape[1] - int(less))
    given = [lift(w, name) for w in (fweights, aweights) if w is not None]
    if fweights is not None and given[0].dtype.kind not in "iu":
        raise GraphTypeError(f"{name}: fweights= are integers, got {given[0].dtype}")
    if any(w.shape != (rows.shape[1],) for w in given):
        raise ShapeError(f"{name}: there must be one weight for each observation")
    w = given[0] * given[1] if len(given) == 2 else given[0]
    w = w.astype(real_dtype(rows.dtype))
    total = np.sum(w)
    freedom = total
    if less and aweights is None:
        freedom = total - int(less)
    elif less:
        a = lift(aweights, name).astype(w.dtype)
        freedom = total - int(less) * np.sum(w * a) / total
    centred = rows - (np.sum(rows * w, axis=1, keepdims=True) / total)
    return centred @ _conj(centred * w).T / freedom


def _conj(x: Any) -> Any:
    return np.conj(x) if is_complex(x) else x


@implements(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The correlations of variables, of which each row holds the observations."""
    name = "np.corrcoef"
    c = _covariances(name, x, y, rowvar, False, None, None, None, dtype)
    if isinstance(c.shape[0], int) and c.shape[0] == 1:
        return np.squeeze(c / c)
    spread = np.sqrt(np.real(np.einsum("ii->i", c)))
    parts = c / spread[:, None] / spread[None, :]
    if is_complex(parts):
        return np.clip(parts.real, -1, 1) + 1j * np.clip(parts.imag, -1, 1)
    return np.clip(parts, -1, 1)
