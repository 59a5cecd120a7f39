"""Checkpoints: functions of which a derivative keeps the arguments alone."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from graphdiff.errors import GraphTypeError
from graphdiff.graph.node import Region, current_mark

P = ParamSpec("P")
R = TypeVar("R")


def checkpoint(fn: Callable[P, R]) -> Callable[P, R]:
    """`fn`, whose inner values no derivative keeps: it computes them again.

    The function made computes what `fn` does, for the same arguments. Differentiated
    in reverse mode it keeps what `fn` was given (its arguments, and what it captured),
    and when the sweep comes by, `fn` runs again. That costs one more evaluation of
    `fn`, and saves the memory of all that it computes on the way. What it returns is
    kept where a derivative outside needs it anyway; forward mode needs no memory, and
    runs `fn` once.

    Checkpoints nest, and a gradient of a gradient computes the first adjoints of `fn`
    again as well. In emitted source the second computation stands under
    ``# recomputed``, and what nothing reads any more is let go by ``del``. Raises
    `GraphTypeError` if `fn` cannot be called. Griewank and Walther, *Evaluating
    Derivatives* (2nd ed., 2008), chapter 12.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> @gd.checkpoint
    ... def layer(x):
    ...     return np.sin(np.sin(np.sin(x)))
    >>> float(gd.grad(lambda x: layer(layer(x)))(0.0))
    1.0
    """
    if not callable(fn):
        raise GraphTypeError(f"checkpoint: expected a function, got {fn!r}")

    @functools.wraps(fn)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        label = getattr(fn, "__name__", type(fn).__name__)
        before = current_mark.set((*current_mark.get(), (Region(label), 0)))
        try:
            return fn(*args, **kwargs)
        finally:
            current_mark.reset(before)

    return again
