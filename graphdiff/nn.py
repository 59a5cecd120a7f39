"""Activations and losses of neural networks, on plain arrays and on expressions.

Definitions as in Goodfellow, Bengio and Courville, *Deep Learning* (2016), chapter 6.
Each takes NumPy arrays as well, so that a function that uses them stays runnable.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, ShapeError
from graphdiff.expression.expression import (
    Expression,
    as_array,
    is_symbolic,
    lift,
    surface,
)
from graphdiff.graph.node import Arange, make
from graphdiff.graph.types import normalize_axes, normalize_axis, show_shape
from graphdiff.ops import elementwise
from graphdiff.ops.axes import spread_like
from graphdiff.ops.reduce import LogSumExp, Softmax


def _real(what: str, x: Any) -> Any:
    if not isinstance(x, Expression):
        x = as_array(x, f"gd.nn.{what}")
    return x if x.dtype.kind == "f" else x.astype(np.float64)


@surface
def sigmoid(x: Any) -> Any:
    """The logistic function 1 / (1 + exp(-x)), entry by entry.

    Shape as `x`; float dtypes are kept, integers give float64.

    >>> import graphdiff as gd
    >>> float(gd.nn.sigmoid(0.0))
    0.5
    """
    return elementwise.sigmoid(_real("sigmoid", x))


@surface
def relu(x: Any) -> Any:
    """The positive part max(x, 0), with slope 0 at 0.

    >>> import graphdiff as gd
    >>> gd.nn.relu([-1.0, 2.0])
    array([0., 2.])
    """
    return elementwise.relu(_real("relu", x))


@surface
def softplus(x: Any) -> Any:
    """The smooth positive part log(1 + exp(x)), without overflow.

    >>> import graphdiff as gd
    >>> float(gd.nn.softplus(1000.0))
    1000.0
    """
    return elementwise.softplus(_real("softplus", x))


@surface
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over `axis` (all by default), without overflow.

    Entries that are all -inf give -inf, with slopes 0.

    >>> import graphdiff as gd
    >>> float(gd.nn.logsumexp([0.0, 0.0])) == float(np.log(2))
    True
    """
    x = _real("logsumexp", x)
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
    x = _real("softmax", x)
    return Softmax(normalize_axes("softmax", axis, x.ndim))(x)


@surface
def log_softmax(x: Any, axis: Any = -1) -> Any:
    """The logarithm of `softmax`, without overflow or cancellation.

    >>> import graphdiff as gd
    >>> gd.nn.log_softmax([-1000.0, 0.0])
    array([-1000.,     0.])
    """
    x = _real("log_softmax", x)
    axes = normalize_axes("log_softmax", axis, x.ndim)
    return x - spread_like(LogSumExp(axes)(x), axes, x)


@surface
def cross_entropy(logits: Any, labels: Any, axis: int = -1) -> Any:
    """The mean negative log-likelihood of integer `labels` under softmax(`logits`).

    `labels` has the shape of `logits` without `axis`; the result is a scalar of the
    dtype of `logits`. Raises `DTypeError` for labels that are not integers, and
    `ShapeError` for shapes that do not fit. An out-of-range label raises `IndexError`
    when it is met, as in NumPy.

    >>> import graphdiff as gd
    >>> float(gd.nn.cross_entropy([[0.0, 0.0]], [1])) == float(np.log(2))
    True
    """
    logits = _real("cross_entropy", logits)
    if not isinstance(labels, Expression):
        labels = as_array(labels, "cross_entropy: labels")
    if is_symbolic(labels):
        logits = lift(logits, "cross_entropy")
    if labels.dtype.kind not in "iu":
        raise DTypeError(f"cross_entropy: labels must be integers, got {labels.dtype}")
    place = normalize_axis("cross_entropy", axis, logits.ndim)
    if place != -1:
        logits = np.moveaxis(logits, place, -1)
    if labels.shape != logits.shape[:-1]:
        raise ShapeError(
            f"cross_entropy: labels of shape {show_shape(labels.shape)} do not fit "
            f"logits of shape {show_shape(logits.shape)}"
        )
    rows = logits.reshape(-1, logits.shape[-1])
    flat = labels.reshape(-1)
    n: Any = flat.shape[0]
    order = Expression(make(Arange(n))) if is_symbolic(rows) else np.arange(n)
    return np.mean(LogSumExp((-1,))(rows) - rows[order, flat])
