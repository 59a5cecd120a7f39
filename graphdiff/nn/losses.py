"""Losses, on plain arrays and on expressions.

Definitions as in Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, ShapeError
from graphdiff.expression.expression import Expression, is_symbolic, lift, surface
from graphdiff.graph.node import Arange, make
from graphdiff.graph.types import normalize_axis, show_shape
from graphdiff.nn.arrays import array, real
from graphdiff.ops.reduce import LogSumExp


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
