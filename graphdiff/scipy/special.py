"""`scipy.special`, in which all functions take expressions as well as plain arrays.

The ufuncs are SciPy's own, since they hand themselves over; the others stand here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff import nn
from graphdiff.expression.expression import is_symbolic, surface
from graphdiff.runtime import late

__all__ = ["log_softmax", "logsumexp", "softmax"]


def __getattr__(name: str) -> Any:
    """Anything else is SciPy's own."""
    return getattr(late.special, name)


@surface
def logsumexp(
    a: Any,
    axis: Any = None,
    b: Any = None,
    keepdims: bool = False,
    return_sign: bool = False,
) -> Any:
    """log(sum(b exp(a))) over `axis`, as `scipy.special.logsumexp`.

    Shape as `a` and `b` broadcast, without `axis`; with ``return_sign=True`` a pair of
    the logarithm of the size and of the sign. Weights `b` that are negative need it.
    """
    if not is_symbolic(a, b):
        return late.special.logsumexp(a, axis, b, keepdims, return_sign)
    if b is None:
        y = nn.logsumexp(a, axis, keepdims)
        return (y, np.ones_like(y)) if return_sign else y
    top = np.max(np.where(b == 0, -np.inf, a), axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = np.sum(b * np.exp(a - top), axis=axis, keepdims=True)
    size = np.abs(total) if return_sign else total
    nothing = total == 0
    y = np.where(nothing, -np.inf, np.log(np.where(nothing, 1, size)) + top)
    parts = [y, np.sign(total)] if return_sign else [y]
    found = parts if keepdims else [_dropped(part, axis) for part in parts]
    return tuple(found) if return_sign else found[0]


def _dropped(x: Any, axis: Any) -> Any:
    return np.squeeze(x, axis=tuple(range(x.ndim)) if axis is None else axis)


@surface
def softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) / sum(exp(x)) over `axis`, all by default, as `scipy.special.softmax`."""
    if not is_symbolic(x):
        return late.special.softmax(x, axis)
    return nn.softmax(x, tuple(range(x.ndim)) if axis is None else axis)


@surface
def log_softmax(x: Any, axis: Any = None) -> Any:
    """The logarithm of `softmax`, as `scipy.special.log_softmax`."""
    if not is_symbolic(x):
        return late.special.log_softmax(x, axis)
    return nn.log_softmax(x, tuple(range(x.ndim)) if axis is None else axis)
