"""NumPy's norms of vectors and matrices, made of reductions."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import implements
from graphdiff.graph.types import normalize_axes, normalize_axis
from graphdiff.ops.core.axes import Sum, keep
from graphdiff.ops.core.reduce import Max, Min, Norm, inexact
from graphdiff.ops.matrix.spectral import Svdvals


@implements(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors (of any order) or of matrices."""
    x = inexact(x)
    axes = normalize_axes("np.linalg.norm", axis, x.ndim)
    if ord is None or (ord == "fro" and len(axes) == 2):
        y = _of_vectors(x, 2, axes)
    elif len(axes) == 1:
        y = _of_vectors(x, ord, axes)
    elif len(axes) == 2:
        y = _matrix_norm(x, ord, axis)
    else:
        raise UnsupportedError(
            f"np.linalg.norm: ord={ord!r} over {len(axes)} axes is not supported"
        )
    return keep(y, axes, x) if keepdims else y


def _matrix_norm(x: Any, ord: Any, axis: Any) -> Any:
    """The norms of matrices that treat rows and columns apart."""
    listed = (-2, -1) if axis is None else axis
    rows, columns = (normalize_axis("np.linalg.norm", k, x.ndim) for k in listed)
    if ord in (1, -1, np.inf, -np.inf):
        summed, kept = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = np.sum(np.abs(x), axis=summed, keepdims=True)
        return (np.max if ord > 0 else np.min)(sums, axis=(summed, kept))
    if ord not in (2, -2, "nuc"):
        raise UnsupportedError(f"np.linalg.norm: ord={ord!r} of matrices is unknown")
    s = Svdvals()(np.moveaxis(x, (rows, columns), (-2, -1)))
    if ord == "nuc":
        return np.sum(s, axis=-1)
    return np.max(s, axis=-1) if ord == 2 else np.min(s, axis=-1)


@implements(np.linalg.vector_norm)
def vector_norm(
    x: Any, *, axis: Any = None, keepdims: bool = False, ord: Any = 2
) -> Any:
    """The norm of vectors, all axes of `axis` taken as one."""
    x = inexact(x)
    axes = normalize_axes("np.linalg.vector_norm", axis, x.ndim)
    y = _of_vectors(x, ord, axes)
    return keep(y, axes, x) if keepdims else y


@implements(np.linalg.matrix_norm)
def matrix_norm(x: Any, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of matrices, in the last two axes."""
    return norm(x, ord, (-2, -1), keepdims)


def _of_vectors(x: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    if ord == 2:
        return Norm(axes)(x) if axes else np.abs(x)
    return _vector_norm(np.abs(x), ord, axes)


def _vector_norm(size: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    if ord == np.inf:
        return Max(axes)(size)
    if ord == -np.inf:
        return Min(axes)(size)
    if ord == 0:
        return Sum(axes)((size != 0).astype(size.dtype))
    if ord == 1:
        return Sum(axes)(size)
    if isinstance(ord, (int, float, np.integer, np.floating)):
        total = Sum(axes)(size ** float(ord))
        empty = total == 0
        some = np.where(empty, total.dtype.type(1), total)
        return np.where(empty, total.dtype.type(0), some ** (1 / float(ord)))
    raise UnsupportedError(f"np.linalg.norm: ord={ord!r} is not supported")
