"""Convolutions of 1, 2 and 3 spatial axes, and their transposes.

Arrays are laid out as (batch, channels, *spatial), weights as (filters, channels,
*kernel). As in all of deep learning the kernel is not flipped: Goodfellow, Bengio and
Courville, *Deep Learning* (2016), section 9.1, equation 9.6.

The windows are copied out as the columns of a matrix (Chellapilla, Puri and Simard,
"High performance convolutional neural networks for document processing", 2006), which
the weights multiply. The gradients are products with the same columns, and windows
added up again.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import surface
from graphdiff.graph.types import show_shape
from graphdiff.nn.arrays import reals
from graphdiff.nn.geometry import check_room, halves, pairs_of, per_axis
from graphdiff.ops.window.windows import Columns, FromColumns


@surface
def conv1d(
    x: Any,
    w: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    bias: Any = None,
) -> Any:
    """The convolution of signals `x` with the kernels `w`: see `conv2d`.

    `x`: (batch, channels, n); `w`: (filters, channels / groups, kernel).

    >>> import graphdiff as gd
    >>> gd.nn.conv1d([[[1.0, 2.0, 4.0, 8.0]]], [[[-1.0, 1.0]]])
    array([[[1., 2., 4.]]])
    """
    return _conv(1, x, w, stride, padding, dilation, groups, bias)


@surface
def conv2d(
    x: Any,
    w: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    bias: Any = None,
) -> Any:
    """The convolution of images `x` with the kernels `w`.

    `x` is laid out as (batch, channels, height, width), `w` as (filters, channels /
    groups, height, width), the result as (batch, filters, height, width); `bias` has an
    entry for each filter. Entry [n, f, i, j] is the sum of ``x[n, c, i * stride + a *
    dilation, j * stride + b * dilation] * w[f, c, a, b]``.

    `stride` and `dilation` are one number, or one for each spatial axis. `padding` says
    how many zeros to think around the images: a number, a number or a pair (before,
    after) for each spatial axis, ``"valid"`` for none, or ``"same"`` for as many as
    give size / stride places, rounded up. With `groups` the channels and the filters
    fall into so many groups, and filters see the channels of their group only; as many
    groups as channels make it depthwise.

    The dtype is that in which NumPy combines those of the arguments; integers become
    float64. Raises `ShapeError` for shapes that do not fit.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> images, kernels = np.ones((10, 3, 8, 8)), np.ones((16, 3, 3, 3))
    >>> gd.nn.conv2d(images, kernels, padding="same").shape
    (10, 16, 8, 8)
    >>> gd.nn.conv2d(images, kernels, stride=2).shape
    (10, 16, 3, 3)
    """
    return _conv(2, x, w, stride, padding, dilation, groups, bias)


@surface
def conv3d(
    x: Any,
    w: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    bias: Any = None,
) -> Any:
    """The convolution of volumes `x` with the kernels `w`: see `conv2d`.

    `x`: (batch, channels, depth, height, width).
    """
    return _conv(3, x, w, stride, padding, dilation, groups, bias)


@surface
def conv_transpose1d(
    x: Any,
    w: Any,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    bias: Any = None,
) -> Any:
    """The transpose of `conv1d`: see `conv_transpose2d`."""
    return _transpose(1, x, w, stride, padding, output_padding, dilation, groups, bias)


@surface
def conv_transpose2d(
    x: Any,
    w: Any,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    bias: Any = None,
) -> Any:
    """The transpose of `conv2d`: each entry of `x` adds a scaled kernel to the result.

    `x` is laid out as (batch, channels, height, width), `w` as (channels, filters /
    groups, height, width). The linear map is the transpose of that of `conv2d` with the
    same `w`, `stride`, `padding`, `dilation` and `groups`, so an axis of n entries
    becomes one of ``(n - 1) * stride + dilation * (kernel - 1) + 1 - before - after``.
    Several sizes become n under `conv2d`; `output_padding` is added to the least.
    ``padding="same"`` gives n * stride entries.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> images, kernels = np.ones((10, 16, 4, 4)), np.ones((16, 3, 2, 2))
    >>> gd.nn.conv_transpose2d(images, kernels, stride=2).shape
    (10, 3, 8, 8)
    """
    return _transpose(2, x, w, stride, padding, output_padding, dilation, groups, bias)


@surface
def conv_transpose3d(
    x: Any,
    w: Any,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    bias: Any = None,
) -> Any:
    """The transpose of `conv3d`: see `conv_transpose2d`."""
    return _transpose(3, x, w, stride, padding, output_padding, dilation, groups, bias)


def _conv(
    n: int,
    x: Any,
    w: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: Any,
    bias: Any,
) -> Any:
    what = f"conv{n}d"
    x, w = _operands(what, n, x, w)
    stride, dilation, groups = _numbers(what, n, stride, dilation, groups)
    (batch, channels, *sizes), (filters, depth, *kernel) = x.shape, w.shape
    if channels != depth * groups:
        several = f" in each of {groups} groups" if groups > 1 else ""
        raise ShapeError(
            f"gd.nn.{what}: x of shape {show_shape(x.shape)} has {channels} channels, "
            f"but w of shape {show_shape(w.shape)} is for {depth}{several}"
        )
    _check_groups(what, "filters", filters, groups)
    pairs = pairs_of(f"gd.nn.{what}", padding, sizes, kernel, stride, dilation)
    needs = check_room(f"gd.nn.{what}", tuple(sizes), tuple(kernel), dilation, pairs)
    slide = Columns(tuple(kernel), stride, dilation, pairs, needs=needs)
    places, area, taps = (
        slide.places(sizes),
        math.prod(sizes),
        math.prod(kernel) * depth,
    )
    if groups > 1:
        x = x.reshape(batch, groups, depth, *sizes)
        w = w.reshape(groups, filters // groups, taps)
    else:
        w = w.reshape(filters, taps)
    is_plain = _is_pointwise(slide)
    y = w @ (x.reshape(*x.shape[: -n - 1], depth, area) if is_plain else slide(x))
    return _with_bias(what, y.reshape(batch, filters, *places), bias)


def _transpose(
    n: int,
    x: Any,
    w: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    dilation: Any,
    groups: Any,
    bias: Any,
) -> Any:
    what = f"conv_transpose{n}d"
    x, w = _operands(what, n, x, w)
    stride, dilation, groups = _numbers(what, n, stride, dilation, groups)
    (batch, channels, *places), (depth, each, *kernel) = x.shape, w.shape
    if channels != depth:
        raise ShapeError(
            f"gd.nn.{what}: x of shape {show_shape(x.shape)} has {channels} channels, "
            f"but w of shape {show_shape(w.shape)} is for {depth}"
        )
    _check_groups(what, "channels", channels, groups)
    more = per_axis(f"gd.nn.{what}: output_padding", output_padding, n, 0)
    if any(extra >= s for extra, s in zip(more, stride, strict=True)):
        raise ShapeError(
            f"gd.nn.{what}: output_padding={output_padding!r} must be below the stride "
            f"{stride}"
        )
    rows = zip(places, kernel, stride, dilation, strict=True)
    spans = [(p - 1) * s + d * (k - 1) + 1 for p, k, s, d in rows]
    if padding == "same":
        wanted = [p * s for p, s in zip(places, stride, strict=True)]
        pairs = tuple(halves(a - b) for a, b in zip(spans, wanted, strict=True))
        sizes = wanted
    else:
        pairs = pairs_of(f"gd.nn.{what}", padding, places, kernel, stride, dilation)
        cut = zip(spans, pairs, strict=True)
        sizes = [span - low - high for span, (low, high) in cut]
    sizes = [size + extra for size, extra in zip(sizes, more, strict=True)]
    if any(isinstance(size, int) and size < 0 for size in sizes):
        raise ShapeError(f"gd.nn.{what}: padding={padding!r} leaves nothing")
    area, taps = math.prod(places), each * math.prod(kernel)
    x = x.reshape(batch, groups, channels // groups, area)
    w = w.reshape(groups, channels // groups, taps)
    if groups == 1:
        x, w = x.reshape(batch, channels, area), w.reshape(channels, taps)
    back = FromColumns(tuple(kernel), stride, dilation, pairs, (each, *sizes))
    y = back(w.mT @ x).reshape(batch, groups * each, *sizes)
    return _with_bias(what, y, bias)


def _operands(what: str, n: int, x: Any, w: Any) -> list[Any]:
    x, w = reals(what, x, w)
    for name, array, layout in (
        ("x", x, "(batch, channels, *spatial)"),
        ("w", w, "(filters, channels, *kernel)"),
    ):
        if array.ndim != n + 2:
            raise ShapeError(
                f"gd.nn.{what}: {name} is laid out as {layout}, with {n} spatial axes; "
                f"got shape {show_shape(array.shape)}"
            )
    return [x, w]


def _numbers(what: str, n: int, stride: Any, dilation: Any, groups: Any) -> Any:
    return (
        per_axis(f"gd.nn.{what}: stride", stride, n),
        per_axis(f"gd.nn.{what}: dilation", dilation, n),
        per_axis(f"gd.nn.{what}: groups", groups, 1)[0],
    )


def _check_groups(what: str, whom: str, many: Any, groups: int) -> None:
    if isinstance(many, int) and many % groups:
        raise ShapeError(
            f"gd.nn.{what}: {many} {whom} do not fall into {groups} groups"
        )


def _is_pointwise(slide: Columns) -> bool:
    """Whether each window is one entry, and none is left out."""
    ones = (*slide.kernel, *slide.stride)
    return not slide.is_padded and all(isinstance(k, int) and k == 1 for k in ones)


def _with_bias(what: str, y: Any, bias: Any) -> Any:
    """`y`, plus an entry of `bias` for each of its channels."""
    if bias is None:
        return y
    y, bias = reals(what, y, bias)
    if bias.shape != y.shape[1:2]:
        raise ShapeError(
            f"gd.nn.{what}: a bias of shape {show_shape(bias.shape)} does not fit the "
            f"{y.shape[1]} channels of the result"
        )
    return y + np.expand_dims(bias, tuple(range(1, y.ndim - 1)))
