"""What fast modules do in place: these functions are copied into them."""

from __future__ import annotations

import numpy as np

from graphdiff.runtime.activations import calm


def keep_where(live, x):
    """Set the entries of x to 0 where live is false, whatever they are."""
    if x.dtype.itemsize < 4 or x.size < 1024:
        return np.copyto(x, 0, where=~live)
    bits = x.view(f"i{x.dtype.itemsize}")
    step = 1 + 16384 // max(1, x[0].size)
    for i in range(0, len(x), step):
        bits[i : i + step] *= live[i : i + step].astype(bits.dtype)


def sigmoid_into(x):
    """Write 1 / (1 + exp(-x)) over x."""
    np.negative(x, out=x)
    calm.copy().run(np.exp, x, x)
    x += 1
    np.reciprocal(x, out=x)


def softmax_of(x, axis):
    """Return exp(x) / sum(exp(x)) over the axes; all -inf gives zeros."""
    top = largest(x, axis=axis, keepdims=True)
    e = np.asarray(x - np.where(np.isfinite(top), top, 0))
    np.exp(e, out=e)
    e /= np.maximum(np.add.reduce(e, axis=axis, keepdims=True), 1)
    return e


def logsumexp_of(x, p, axis):
    """Return log(sum(exp(x))) over the axes, given the softmax p of x."""
    top = largest(x, axis=axis)
    share = largest(p, axis=axis)
    return top - np.log(np.where(np.isfinite(top), share, 1))


def largest(x, **options):
    """Return the largest entries over the axes; of none, -inf."""
    if not x.size:
        return np.max(x, initial=-np.inf, **options)
    return np.maximum.reduce(x, **options)


QUICK = {"softmax": "softmax_of", "logsumexp_from_softmax": "logsumexp_of"}
"""Helpers that the fast style has a quicker form of."""

IN_PLACE = {
    f.__name__: f for f in (keep_where, sigmoid_into, softmax_of, logsumexp_of, largest)
}
