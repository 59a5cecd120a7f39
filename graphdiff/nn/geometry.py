"""Strides, dilations and paddings of windows, as users give them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphdiff.errors import GraphTypeError, ShapeError, UnsupportedError
from graphdiff.graph.types import Shape, Size, show_shape, whole_number
from graphdiff.ops.window.windows import Padding, needs_of, rooms_of
from graphdiff.sizes.dims import Dim, positive_part

Pairs = tuple[tuple[Any, Any], ...]


def per_axis(what: str, value: Any, n: int, least: int = 1) -> tuple[int, ...]:
    """An int for each of `n` axes, given one for all or one for each."""
    listed = tuple(value) if isinstance(value, (tuple, list)) else (value,) * n
    if len(listed) != n:
        raise ShapeError(f"{what}={value!r} has {len(listed)} entries for {n} axes")
    found = tuple(whole_number(what, v) for v in listed)
    if any(v < least for v in found):
        raise ShapeError(f"{what}={value!r} must be at least {least}")
    return found


def pairs_of(
    what: str,
    padding: Any,
    sizes: Sequence[Size],
    kernel: Sequence[Size],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Padding:
    """How many entries to think before and after those of each axis."""
    n = len(sizes)
    if padding == "valid":
        return ((0, 0),) * n
    if padding == "same":
        rows = zip(sizes, kernel, stride, dilation, strict=True)
        return tuple(_same(*row) for row in rows)
    if isinstance(padding, str):
        raise UnsupportedError(
            f"{what}: padding={padding!r} is none of 'same', 'valid', numbers; pad "
            f"with np.pad first"
        )
    listed = padding if isinstance(padding, (tuple, list)) else (padding,) * n
    if len(listed) != n:
        raise GraphTypeError(
            f"{what}: padding={padding!r} has {len(listed)} entries for {n} spatial "
            f"axes; give one number for all, or for each axis a number or a pair "
            f"(before, after)"
        )
    return tuple(per_axis(f"{what}: padding", p, 2, 0) for p in listed)  # type: ignore[misc]


def _same(n: Size, kernel: Size, stride: int, dilation: int) -> tuple[Size, Size]:
    """The padding with which there are n / stride places, rounded up.

    What cannot be split evenly goes to the end, as in TensorFlow and JAX.
    """
    reach = dilation * (kernel - 1) + 1
    total = reach - 1 if stride == 1 else ((n - 1) // stride) * stride + reach - n
    return halves(total)


def halves(total: Size) -> tuple[Size, Size]:
    """`total`, if it is above 0, in two parts, of which the second may be larger."""
    total = positive_part(total)
    return total // 2, total - total // 2


def check_room(
    what: str,
    sizes: Shape,
    kernel: Shape,
    dilation: tuple[int, ...],
    padding: Padding,
) -> tuple[Dim, ...]:
    """The sizes that must be at least 0, or a window does not fit; known ones do."""
    rooms = rooms_of(sizes, kernel, dilation, padding)
    if any(isinstance(r, int) and r < 0 for r in rooms):
        more = "" if all(d == 1 for d in dilation) else f", dilation {dilation},"
        wide = tuple(
            n + low + high for n, (low, high) in zip(sizes, padding, strict=True)
        )
        raise ShapeError(
            f"{what}: a window of {show_shape(kernel)}{more} does not fit into "
            f"{show_shape(wide)} entries, padding included"
        )
    return needs_of(rooms)
