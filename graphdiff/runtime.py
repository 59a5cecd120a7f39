"""The functions that a running graph may call: one fixed table, by name.

Evaluation looks names up here and emitted source writes them down, so the two cannot
disagree. Names with a dot are NumPy's own. The others are the few small functions
below that NumPy lacks; a module that uses one carries a copy of its source, which is
why each needs ``np`` alone.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np


def gated(g, s):
    """Multiply g by s, where a zero of g silences whatever s holds there."""
    live = g != 0
    return np.multiply(g, s, out=np.zeros_like(live * g), where=live)


def gated_matmul(g, s):
    """Multiply matrices g @ s, where a zero of g silences its partner in s."""
    wild = ~np.isfinite(s)
    total = g @ np.where(wild, s.dtype.type(0), s)
    if wild.any():
        up = (g > 0) @ (s == np.inf) | (g < 0) @ (s == -np.inf)
        down = (g > 0) @ (s == -np.inf) | (g < 0) @ (s == np.inf)
        lost = (g != 0) @ np.isnan(s) | np.isnan(g).any(axis=-1, keepdims=True)
        total[up] = np.inf
        total[down] = -np.inf
        total[lost | (up & down)] = np.nan
    return total


def matmul_gated(s, g):
    """Multiply matrices s @ g, where a zero of g silences its partner in s."""
    return gated_matmul(g.mT, s.mT).mT


def ratio(a, b):
    """Divide a by b, with 0 where either is 0."""
    live = (a != 0) & (b != 0)
    return np.divide(a, b, out=np.zeros_like(a * live), where=live)


def xlogx(x):
    """Return x * log(x), with its limit 0 at 0."""
    return x * np.log(np.where(x == 0, 1, x))


def sigmoid(x):
    """Return 1 / (1 + exp(-x)), right at both ends."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def softplus(x):
    """Return log(1 + exp(x)) without overflow."""
    return np.logaddexp(x, 0)


def relu(x):
    """Return the positive part of x."""
    return np.maximum(x, 0)


def logsumexp(x, axis):
    """Return log(sum(exp(x))) over the axes, shifted so that nothing overflows."""
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, x.dtype.type(0))
    with np.errstate(divide="ignore"):
        total = np.log(np.sum(np.exp(x - top), axis=axis))
    return total + top.reshape(total.shape)


def logsumexp_given(x, p, axis):
    """Return log(sum(exp(x))) over the axes, given p = softmax(x, axis)."""
    top = np.max(x, axis=axis, initial=-np.inf)
    share = np.max(p, axis=axis, initial=0)
    return top - np.log(np.where(np.isfinite(top), share, x.dtype.type(1)))


def softmax(x, axis):
    """Return exp(x) / sum(exp(x)) over the axes; all -inf gives zeros."""
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    e = np.exp(x - np.where(np.isfinite(top), top, x.dtype.type(0)))
    total = np.sum(e, axis=axis, keepdims=True)
    return e / np.where(total == 0, x.dtype.type(1), total)


def norm(x, axis):
    """Return the square root of the sum of squares over the axes, without overflow."""
    size = np.max(np.abs(x), axis=axis, keepdims=True, initial=0)
    scale = np.where((size > 0) & np.isfinite(size), size, x.dtype.type(1))
    total = np.sqrt(np.sum((x / scale) ** 2, axis=axis, keepdims=True)) * scale
    return np.squeeze(total, axis=axis)


def put(g, shape, key):
    """Add g into zeros of the shape at the key; an entry met twice adds twice."""
    total = np.zeros(shape, g.dtype)
    np.add.at(total, key, g)
    return total


def put_once(g, shape, key):
    """Write g into zeros of the shape at the key, which names no entry twice."""
    total = np.zeros(shape, g.dtype)
    total[key] = g
    return total


def put_along(g, index, shape, axis):
    """Add g into zeros of the shape at the index along the axis."""
    total = np.zeros(shape, g.dtype)
    grid = list(np.ogrid[tuple(map(slice, index.shape))])
    grid[axis] = index
    np.add.at(total, tuple(grid), g)
    return total


def others_product(x, axis):
    """For each entry, the product of all the others over the axes."""
    axes = tuple(a % x.ndim for a in axis)
    kept = [a for a in range(x.ndim) if a not in axes]
    moved = np.transpose(x, (*kept, *axes))
    length = int(np.prod(moved.shape[len(kept) :]))
    rows = moved.reshape(*moved.shape[: len(kept)], length)
    before = np.ones_like(rows)
    after = np.ones_like(rows)
    np.cumprod(rows[..., :-1], axis=-1, out=before[..., 1:])
    after[..., :-1] = np.cumprod(rows[..., :0:-1], axis=-1)[..., ::-1]
    return np.transpose(
        (before * after).reshape(moved.shape), np.argsort(kept + list(axes))
    )


def concatenate(*parts, axis):
    """Join arrays along an axis."""
    return np.concatenate(parts, axis=axis)


_NUMPY = """
abs add arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin
all any bitwise_and bitwise_or bitwise_xor broadcast_to cbrt ceil clip cos cosh
cumsum divide einsum equal exp exp2 expm1 fabs floor floor_divide full greater
greater_equal heaviside hypot invert isfinite isinf isnan left_shift less less_equal
log log10 log1p log2 logaddexp logical_and logical_not logical_or logical_xor matmul
max maximum mean min minimum mod multiply negative not_equal positive power prod
reciprocal reshape right_shift rint sign sin sinh sqrt square std subtract sum
take_along_axis tan tanh transpose trunc var where
"""

HELPERS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (
        gated,
        gated_matmul,
        matmul_gated,
        ratio,
        xlogx,
        sigmoid,
        softplus,
        relu,
        logsumexp,
        logsumexp_given,
        softmax,
        norm,
        put,
        put_once,
        put_along,
        others_product,
    )
}


def spread(x: Any, axes: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """Repeat x along new axes of the shape."""
    return np.broadcast_to(np.expand_dims(x, axes), shape)


def _astype(x: Any, dtype: Any) -> Any:
    return np.asarray(x).astype(dtype)


def _flipped_cumsum(x: Any, axis: int) -> Any:
    return np.flip(np.cumsum(np.flip(x, axis), axis), axis)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f"np.{name}": getattr(np, name) for name in _NUMPY.split()},
    **HELPERS,
    "getitem": operator.getitem,
    "concatenate": concatenate,
    "astype": _astype,
    "spread": spread,
    "np.linalg.norm": np.linalg.norm,
    "flipped_cumsum": _flipped_cumsum,
}
