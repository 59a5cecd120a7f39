"""Losses, on plain arrays and on expressions.

Definitions as in Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.2.
Where a function takes `reduction`, that is ``"mean"``, ``"sum"``, or ``"none"`` for a
loss of each entry.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphValueError, ShapeError
from graphdiff.expression.expression import Expression, is_symbolic, lift, surface
from graphdiff.graph.node import Arange, make
from graphdiff.graph.types import normalize_axis, show_shape
from graphdiff.nn.arrays import array, real, reals
from graphdiff.ops.core import elementwise
from graphdiff.ops.core.reduce import LogSumExp


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
    logits = real("cross_entropy", logits)
    labels = array("cross_entropy: labels", labels)
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


@surface
def mse(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The mean of squared errors.

    >>> import graphdiff as gd
    >>> float(gd.nn.mse([1.0, 2.0], [1.0, 4.0]))
    2.0
    """
    y, t = _pair("mse", prediction, target)
    return _reduced("mse", (y - t) ** 2, reduction)


@surface
def mae(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The mean of absolute errors, with slope 0 where there is none.

    >>> import graphdiff as gd
    >>> float(gd.nn.mae([1.0, 2.0], [1.0, 4.0]))
    1.0
    """
    y, t = _pair("mae", prediction, target)
    return _reduced("mae", np.abs(y - t), reduction)


@surface
def huber(
    prediction: Any, target: Any, delta: float = 1.0, reduction: str = "mean"
) -> Any:
    """Half the squared error up to `delta`, a straight line beyond.

    Huber, "Robust estimation of a location parameter", 1964.

    >>> import graphdiff as gd
    >>> gd.nn.huber([0.5, 3.0], [0.0, 0.0], reduction="none")
    array([0.125, 2.5  ])
    """
    y, t = _pair("huber", prediction, target)
    error = y - t
    near = np.clip(error, -delta, delta)
    return _reduced("huber", near * (error - near / 2), reduction)


@surface
def binary_cross_entropy(probability: Any, target: Any, reduction: str = "mean") -> Any:
    """The negative log-likelihood of a `target` from 0 to 1 under a `probability`.

    With logits at hand take `binary_cross_entropy_with_logits`, which keeps all digits.
    A target of 0 or 1 leaves the other term out, whatever it is.

    >>> import graphdiff as gd
    >>> gd.nn.binary_cross_entropy([1.0, 0.5], [1.0, 1.0], reduction="none").round(4)
    array([-0.    ,  0.6931])
    """
    p, t = _pair("binary_cross_entropy", probability, target)
    one, other = (_times_log(a, b) for a, b in ((t, p), (1 - t, 1 - p)))
    return _reduced("binary_cross_entropy", -(one + other), reduction)


@surface
def binary_cross_entropy_with_logits(
    logits: Any, target: Any, reduction: str = "mean"
) -> Any:
    """The negative log-likelihood of a `target` from 0 to 1 under sigmoid(`logits`).

    >>> import graphdiff as gd
    >>> losses = gd.nn.binary_cross_entropy_with_logits
    >>> losses([-1000.0, 1000.0], [1.0, 1.0], reduction="none")
    array([1000.,    0.])
    """
    z, t = _pair("binary_cross_entropy_with_logits", logits, target)
    losses = t * elementwise.softplus(-z) + (1 - t) * elementwise.softplus(z)
    return _reduced("binary_cross_entropy_with_logits", losses, reduction)


@surface
def kl_div(log_q: Any, p: Any, axis: Any = -1) -> Any:
    """The divergence of `q` from `p`: the sum of ``p * (log(p) - log(q))`` over `axis`.

    `log_q` are logarithms, as `log_softmax` gives them. Entries with p = 0 add nothing.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> float(gd.nn.kl_div(np.log([0.5, 0.5]), [1.0, 0.0])) == float(np.log(2))
    True
    """
    log_q, p = _pair("kl_div", log_q, p)
    return np.sum(_times_log(p, p) - p * np.where(p == 0, 0, log_q), axis=axis)


def _times_log(x: Any, y: Any) -> Any:
    """``x * log(y)``, and 0 where x is 0."""
    return np.where(x == 0, 0, x * np.log(np.where(x == 0, 1, y)))


def _pair(what: str, one: Any, other: Any) -> list[Any]:
    """Two arrays of one shape and dtype."""
    one, other = reals(what, one, other)
    if one.shape != other.shape:
        raise ShapeError(
            f"gd.nn.{what}: {show_shape(one.shape)} and {show_shape(other.shape)} are "
            f"not of one shape"
        )
    return [one, other]


def _reduced(what: str, losses: Any, reduction: str) -> Any:
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise GraphValueError(
            f"gd.nn.{what}: reduction={reduction!r} is none of mean, sum, none"
        )
    return np.mean(losses) if reduction == "mean" else np.sum(losses)
