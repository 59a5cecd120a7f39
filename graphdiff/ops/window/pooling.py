"""Sums and largest entries of windows that slide along the last axes.

`SumPool` and its transpose are each other's adjoint. So are, where x and y are given,
the two linear maps between the entries of x and the largest entry y of each window;
every derivative of `MaxPool` is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphdiff.graph.op import Arg, At, Call
from graphdiff.graph.types import ArrayType, Shape
from graphdiff.ops.window.windows import Windowed


@dataclass(frozen=True)
class SumPool(Windowed):
    """Add up the entries of each window."""

    def masks_of(self, *args: Any) -> tuple[int, ...]:
        """Windows that move on by one entry leave none out; others may."""
        return () if self.is_dense else (0,)

    def infer(self, x: ArrayType) -> ArrayType:
        return pooled_type(self, x)

    def call(self, x: ArrayType) -> Call:
        return Call("sum_pool", (Arg(0), self.kernel), self.options())

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        sizes = tuple(x.shape[x.ndim - len(self.kernel) :])
        return self.like(SumPoolBack, sizes)(g)


@dataclass(frozen=True)
class SumPoolBack(Windowed):
    """Add each entry to all that its window holds, in zeros of ``spatial``."""

    spatial: Shape

    def masks_of(self, *args: Any) -> tuple[int, ...]:
        """What lies beyond the ends of an axis is left out."""
        return (0,) if self.is_padded else ()

    def infer(self, g: ArrayType) -> ArrayType:
        lead = g.ndim - len(self.kernel)
        return ArrayType((*g.shape[:lead], *self.spatial), g.dtype)

    def call(self, g: ArrayType) -> Call:
        return Call(
            "sum_pool_back", (Arg(0), self.spatial, self.kernel), self.options()
        )

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.like(SumPool)(g)


@dataclass(frozen=True)
class MaxPool(Windowed):
    """The largest entry of each window; padding is never the largest."""

    masks = (0,)
    kink = "ties share"

    @property
    def label(self) -> str:
        """A short word for results without a name."""
        return "pooled"

    def infer(self, x: ArrayType) -> ArrayType:
        return pooled_type(self, x)

    def call(self, x: ArrayType) -> Call:
        return Call("max_pool", (Arg(0), self.kernel), self.options())

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.like(MaxPoolBack, at.kinks)(g, x, y)


@dataclass(frozen=True)
class MaxPoolBack(Windowed):
    """Add each entry of g to where x has the largest entry y of its window."""

    ties: str

    def is_flat(self, i: int) -> bool:
        return i > 0

    def infer(self, g: ArrayType, x: ArrayType, y: ArrayType) -> ArrayType:
        return ArrayType(x.shape, g.dtype)

    def call(self, g: ArrayType, x: ArrayType, y: ArrayType) -> Call:
        return _with_ties("max_pool_back", self)

    def pullback(self, i: int, at: At, g: Any, out: Any, *args: Any) -> Any:
        return None if i else self.like(MaxPoolAlong, self.ties)(g, *args[1:])


@dataclass(frozen=True)
class MaxPoolAlong(Windowed):
    """The entries of t, or their mean, where x has the largest of its window."""

    ties: str
    masks = (0,)

    def is_flat(self, i: int) -> bool:
        return i > 0

    def infer(self, t: ArrayType, x: ArrayType, y: ArrayType) -> ArrayType:
        return ArrayType(y.shape, t.dtype)

    def call(self, t: ArrayType, x: ArrayType, y: ArrayType) -> Call:
        return _with_ties("max_pool_along", self)

    def pullback(self, i: int, at: At, g: Any, out: Any, *args: Any) -> Any:
        return None if i else self.like(MaxPoolBack, self.ties)(g, *args[1:])


def pooled_type(op: Windowed, x: ArrayType) -> ArrayType:
    """The type of one entry for each place of a window."""
    lead = x.ndim - len(op.kernel)
    return ArrayType((*x.shape[:lead], *op.places(x.shape[lead:])), x.dtype)


def _with_ties(function: str, op: MaxPoolBack | MaxPoolAlong) -> Call:
    ties = {"ties": op.ties} if op.ties != "mean" else {}
    places = (Arg(0), Arg(1), Arg(2), op.kernel)
    return Call(function, places, op.options() | ties)
