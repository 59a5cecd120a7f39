"""Windows that slide along the last axes: copied into columns, and added up again.

`Columns` and `FromColumns` are each other's adjoint. Every convolution is a product of
matrices with one of them, so its derivatives of every order are made of the two too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, Shape, Size
from graphdiff.sizes.dims import Dim, is_nonnegative

Padding = tuple[tuple[Size, Size], ...]


@dataclass(frozen=True)
class Windowed(Op):
    """An op over windows along the last axes; a field has an entry for each of them.

    `padding` says how many entries are thought before and after those of an axis.
    `needs`: sizes that must be at least 0, or a window is longer than its axis.
    """

    stacks = True

    kernel: Shape
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: Padding
    needs: tuple[Dim, ...] = field(  # type: ignore[misc]
        default=(), compare=False, kw_only=True
    )

    @property
    def is_padded(self) -> bool:
        """Whether entries are added at an end of an axis."""
        return any(pair != (0, 0) for pair in self.padding)

    @property
    def is_dense(self) -> bool:
        """Whether every entry surely lies in a window."""
        return all(n == 1 for n in (*self.stride, *self.dilation))

    def options(self) -> dict[str, Any]:
        """The keywords of the call: what is not as usual, as one number if it is."""
        pairs = [low if low == high else (low, high) for low, high in self.padding]
        given: dict[str, tuple[Any, ...]] = {
            "stride": self.stride,
            "dilation": self.dilation,
            "padding": tuple(pairs) if _are_alike(pairs) else self.padding,
        }
        short = {k: v[0] if _are_alike(v) else v for k, v in given.items()}
        return {k: v for k, v in short.items() if v != (k != "padding")}

    def places(self, sizes: Sequence[Size]) -> Shape:
        """How many places the window has along axes of these `sizes`."""
        rooms = rooms_of(sizes, self.kernel, self.dilation, self.padding)
        return tuple(r // s + 1 for r, s in zip(rooms, self.stride, strict=True))

    def like(self, kind: type, *fields: Any) -> Any:
        """An op of another `kind` over the same windows."""
        made = (self.kernel, self.stride, self.dilation, self.padding, *fields)
        return kind(*made, needs=self.needs)


def _are_alike(values: Sequence[Any]) -> bool:
    return all(value == values[0] for value in values)


def rooms_of(
    sizes: Sequence[Size],
    kernel: Sequence[Size],
    dilation: Sequence[int],
    padding: Padding,
) -> tuple[Size, ...]:
    """How far a window can slide along each axis: from 0 on, if it fits at all."""
    listed = zip(sizes, kernel, dilation, padding, strict=True)
    return tuple(n + low + high - d * (k - 1) - 1 for n, k, d, (low, high) in listed)


def needs_of(rooms: Sequence[Size]) -> tuple[Dim, ...]:
    """The rooms that may be negative."""
    found = [r for r in rooms if isinstance(r, Dim) and not is_nonnegative(r)]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Columns(Windowed):
    """Copy windows of ``(..., channels, *sizes)`` into columns ``(..., taps, places)``.

    A column holds the entries of a window of the first channel, then of the next.
    """

    over_complex = True

    def masks_of(self, *args: Any) -> tuple[int, ...]:
        """Windows that move on by one entry leave none out; others may."""
        return () if self.is_dense else (0,)

    def infer(self, x: ArrayType) -> ArrayType:
        lead = x.ndim - len(self.kernel)
        rows = x.shape[lead - 1] * math.prod(self.kernel)
        places: Size = math.prod(self.places(x.shape[lead:]))
        return ArrayType((*x.shape[: lead - 1], rows, places), x.dtype)

    def call(self, x: ArrayType) -> Call:
        return Call("columns", (Arg(0), self.kernel), self.options())

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        shape = tuple(x.shape[x.ndim - len(self.kernel) - 1 :])
        return self.like(FromColumns, shape)(g)


@dataclass(frozen=True)
class FromColumns(Windowed):
    """Add columns up where windows have them from: ``shape`` is (channels, *sizes)."""

    over_complex = True

    shape: Shape

    def masks_of(self, *args: Any) -> tuple[int, ...]:
        """What lies beyond the ends of an axis is left out."""
        return (0,) if self.is_padded else ()

    def infer(self, g: ArrayType) -> ArrayType:
        return ArrayType((*g.shape[:-2], *self.shape), g.dtype)

    def call(self, g: ArrayType) -> Call:
        return Call("from_columns", (Arg(0), self.shape, self.kernel), self.options())

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.like(Columns)(g)
