"""NumPy's norms of vectors and matrices, made of reductions."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import implements
from graphdiff.graph.types import normalize_axes, normalize_axis
from graphdiff.ops.axes import Sum, keep
from graphdiff.ops.reduce import Max, Min, Norm, floats


@implements(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors (any order) or matrices (Frobenius, 1, -1, inf, -inf)."""
    x = floats(x)
    axes = normalize_axes("np.linalg.norm", axis, x.ndim)
    if (
        ord is None
        or (ord == 2 and len(axes) == 1)
        or (ord == "fro" and len(axes) == 2)
    ):
        y = Norm(axes)(x) if axes else np.abs(x)
    elif len(axes) == 1:
        y = _vector_norm(np.abs(x), ord, axes)
    elif len(axes) == 2 and ord in (1, -1, np.inf, -np.inf):
        listed = (
            normalize_axes("np.linalg.norm", None, x.ndim) if axis is None else axis
        )
        rows, columns = (normalize_axis("np.linalg.norm", k, x.ndim) for k in listed)
        summed, kept = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = np.sum(np.abs(x), axis=summed, keepdims=True)
        y = (np.max if ord > 0 else np.min)(sums, axis=(summed, kept))
    else:
        raise UnsupportedError(
            f"np.linalg.norm: ord={ord!r} over {len(axes)} axes is not supported"
        )
    return keep(y, axes, x) if keepdims else y


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
