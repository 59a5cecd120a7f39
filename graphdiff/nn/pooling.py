"""Pooling: one number for each window of a signal, an image or a volume.

Arrays are laid out as (batch, channels, *spatial), with one to three spatial axes;
windows slide along the spatial ones. Goodfellow, Bengio and Courville, *Deep Learning*
(2016), section 9.3.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import is_symbolic, surface
from graphdiff.graph.types import show_shape
from graphdiff.nn.arrays import real
from graphdiff.nn.geometry import check_room, pairs_of, per_axis
from graphdiff.ops.window.pooling import MaxPool, SumPool


@surface
def max_pool(
    x: Any, window: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1
) -> Any:
    """The largest entry of each window of `x`, (batch, channels, *spatial).

    `window`, `stride` (that of the window by default) and `dilation` are one number, or
    one for each spatial axis; `padding` is as for `conv2d`, and never the largest.
    Entries that are equally large share the slope; with ``kinks="right"`` the first of
    them has it all, with ``"left"`` the last, with ``"zero"`` none.

    Float dtypes are kept, integers become float64. Raises `ShapeError` for a window
    that does not fit.

    >>> import graphdiff as gd
    >>> gd.nn.max_pool([[[1.0, 4.0, 2.0, 3.0]]], 2)
    array([[[4., 3.]]])
    """
    x, fields, needs = _slide("max_pool", x, window, stride, padding, dilation)
    return MaxPool(*fields, needs=needs)(x)


@surface
def min_pool(
    x: Any, window: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1
) -> Any:
    """The smallest entry of each window: see `max_pool`.

    >>> import graphdiff as gd
    >>> gd.nn.min_pool([[[1.0, 4.0, 2.0, 3.0]]], 2)
    array([[[1., 2.]]])
    """
    x, fields, needs = _slide("min_pool", x, window, stride, padding, dilation)
    return -MaxPool(*fields, needs=needs)(-x)


@surface
def sum_pool(
    x: Any, window: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1
) -> Any:
    """The sum of each window: see `max_pool`; padding is of zeros.

    >>> import graphdiff as gd
    >>> gd.nn.sum_pool([[[1.0, 4.0, 2.0, 3.0]]], 2, stride=1)
    array([[[5., 6., 5.]]])
    """
    x, fields, needs = _slide("sum_pool", x, window, stride, padding, dilation)
    return SumPool(*fields, needs=needs)(x)


@surface
def avg_pool(
    x: Any,
    window: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    count_padding: bool = True,
) -> Any:
    """The mean of each window: see `max_pool`; padding is of zeros.

    Padding counts as entries, unless `count_padding` is false: the mean is then that of
    the entries of `x` in the window.

    >>> import graphdiff as gd
    >>> gd.nn.avg_pool([[[1.0, 4.0, 2.0]]], 2, 1, padding=1)
    array([[[0.5, 2.5, 3. , 1. ]]])
    >>> gd.nn.avg_pool([[[1.0, 4.0, 2.0]]], 2, 1, padding=1, count_padding=False)
    array([[[1. , 2.5, 3. , 2. ]]])
    """
    x, fields, needs = _slide("avg_pool", x, window, stride, padding, dilation)
    pool = SumPool(*fields, needs=needs)
    if count_padding or not pool.is_padded:
        return pool(x) / math.prod(pool.kernel)
    like = {"like": x} if is_symbolic(x) else {}
    return pool(x) / pool(np.ones(x.shape[2:], x.dtype, **like))


def _slide(
    what: str, x: Any, window: Any, stride: Any, padding: Any, dilation: Any
) -> Any:
    """`x` as an array, the fields of the op, and what they need of named sizes."""
    x = real(what, x)
    n = x.ndim - 2
    if not 1 <= n <= 3:
        raise ShapeError(
            f"gd.nn.{what}: x is laid out as (batch, channels, *spatial), with one to "
            f"three spatial axes; got shape {show_shape(x.shape)}"
        )
    kernel = per_axis(f"gd.nn.{what}: window", window, n)
    steps = window if stride is None else stride
    step = per_axis(f"gd.nn.{what}: stride", steps, n)
    spread = per_axis(f"gd.nn.{what}: dilation", dilation, n)
    sizes = x.shape[2:]
    pairs = pairs_of(f"gd.nn.{what}", padding, sizes, kernel, step, spread)
    reach = [d * (k - 1) + 1 for d, k in zip(spread, kernel, strict=True)]
    if any(
        isinstance(p, int) and p >= r
        for r, pair in zip(reach, pairs, strict=True)
        for p in pair
    ):
        raise ShapeError(
            f"gd.nn.{what}: padding={padding!r} makes windows of padding alone, of "
            f"size {show_shape(reach)}"
        )
    needs = check_room(f"gd.nn.{what}", sizes, kernel, spread, pairs)
    return x, (kernel, step, spread, pairs), needs
