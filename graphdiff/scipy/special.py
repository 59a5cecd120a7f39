"""`scipy.special`, in which all functions take expressions as well as plain arrays.

The ufuncs are SciPy's own, since they hand themselves over; the others stand here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff import nn
from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import is_symbolic, lift, surface
from graphdiff.ops.special import gamma
from graphdiff.runtime import late

__all__ = [
    "comb",
    "factorial",
    "log_softmax",
    "logsumexp",
    "multigammaln",
    "polygamma",
    "softmax",
    "softplus",
]


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


@surface
def softplus(x: Any) -> Any:
    """log(1 + exp(x)), as `scipy.special.softplus`."""
    return nn.softplus(x) if is_symbolic(x) else late.special.softplus(x)


# --- the gamma function and its kin ---------------------------------------------------
@surface
def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of digamma, for plain `n`, as `scipy.special.polygamma`."""
    if not is_symbolic(n, x):
        return late.special.polygamma(n, x)
    if is_symbolic(n):
        raise UnsupportedError(
            "scipy.special.polygamma: the order n must be plain integers"
        )
    order, x = np.asarray(n), lift(x, "scipy.special.polygamma").astype(np.float64)
    if order.ndim or order.dtype.kind not in "iu":
        order = np.asarray(n).astype(np.int64)
    y = gamma.polygamma(order if order.ndim else int(order), x)
    return np.where(order == 0, gamma.digamma(x), y) if np.any(order == 0) else y


@surface
def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the gamma function of d dimensions, of a > (d - 1) / 2."""
    if not is_symbolic(a):
        return late.special.multigammaln(a, d)
    a, y = lift(a).astype(np.float64), d * (d - 1) / 4 * math.log(math.pi)
    for j in range(int(d)):
        y = y + gamma.gammaln(a - j / 2)
    return y


@surface
def factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """n!, with 0 for n below 0, as `scipy.special.factorial` in floats."""
    if not is_symbolic(n):
        return late.special.factorial(n, exact, extend)
    if exact or extend != "zero":
        raise UnsupportedError(
            "scipy.special.factorial: exact= and extend= are not supported"
        )
    n = lift(n).astype(np.float64)
    below = n < 0
    return np.where(below, 0, gamma.gamma(np.where(below, 1, n) + 1))


@surface
def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:  # noqa: N803
    """The number of ways to choose k of N, with 0 where there is none."""
    if not is_symbolic(N, k):
        return late.special.comb(N, k, exact=exact, repetition=repetition)
    if exact:
        raise UnsupportedError("scipy.special.comb: exact= is not supported")
    size: Any = lift(N)
    k = lift(k)
    if repetition:
        size = np.where(k > 0, size + k - 1, size)
    possible = (k <= size) & (size >= 0) & (k >= 0)
    ways = gamma.binom(np.where(possible, size, 1), np.where(possible, k, 0))
    return np.where(possible, ways, 0)
