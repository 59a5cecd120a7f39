"""Activations, on plain arrays and on expressions.

Definitions as in Goodfellow, Bengio and Courville, *Deep Learning* (2016), chapter 6.
Each takes NumPy arrays as well, so that a function that uses them stays runnable.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.expression.expression import surface
from graphdiff.graph.types import normalize_axes
from graphdiff.nn.arrays import real
from graphdiff.ops.core import elementwise
from graphdiff.ops.core.axes import spread_like
from graphdiff.ops.core.reduce import LogSumExp, Softmax


@surface
def sigmoid(x: Any) -> Any:
    """The logistic function 1 / (1 + exp(-x)), entry by entry.

    Shape as `x`; float dtypes are kept, integers give float64.

    >>> import graphdiff as gd
    >>> float(gd.nn.sigmoid(0.0))
    0.5
    """
    return elementwise.sigmoid(real("sigmoid", x))


@surface
def relu(x: Any) -> Any:
    """The positive part max(x, 0), with slope 0 at 0.

    >>> import graphdiff as gd
    >>> gd.nn.relu([-1.0, 2.0])
    array([0., 2.])
    """
    return elementwise.relu(real("relu", x))


@surface
def softplus(x: Any) -> Any:
    """The smooth positive part log(1 + exp(x)), without overflow.

    >>> import graphdiff as gd
    >>> float(gd.nn.softplus(1000.0))
    1000.0
    """
    return elementwise.softplus(real("softplus", x))


@surface
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over `axis` (all by default), without overflow.

    Entries that are all -inf give -inf, with slopes 0.

    >>> import graphdiff as gd
    >>> float(gd.nn.logsumexp([0.0, 0.0])) == float(np.log(2))
    True
    """
    x = real("logsumexp", x)
    axes = normalize_axes("logsumexp", axis, x.ndim)
    y = LogSumExp(axes)(x) if axes else x
    return np.expand_dims(y, axes) if keepdims and axes else y


@surface
def softmax(x: Any, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)) along `axis`: positive weights that add up to 1.

    >>> import graphdiff as gd
    >>> gd.nn.softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    x = real("softmax", x)
    return Softmax(normalize_axes("softmax", axis, x.ndim))(x)


@surface
def log_softmax(x: Any, axis: Any = -1) -> Any:
    """The logarithm of `softmax`, without overflow or cancellation.

    >>> import graphdiff as gd
    >>> gd.nn.log_softmax([-1000.0, 0.0])
    array([-1000.,     0.])
    """
    x = real("log_softmax", x)
    axes = normalize_axes("log_softmax", axis, x.ndim)
    return x - spread_like(LogSumExp(axes)(x), axes, x)
