"""Stacks of arrays that are zero but for a part known in advance.

The unit vectors that a Jacobian is made with have one entry each, and what most
operations make of them is as empty. Saying which part is not zero, instead of writing
``np.eye``, keeps two things known that numbers would not tell: the zeros are strict (0
of them times infinity is 0), and nothing need be computed with them.

In what follows a stack has an axis of rows, and behind it the `rank` axes of each row,
the shape s; in front there may be further axes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.graph.node import Full, Node, make
from graphdiff.graph.op import Arg, At, Call
from graphdiff.graph.types import ArrayType, Size
from graphdiff.ops.core.axes import Reshape, Sum
from graphdiff.ops.core.index import Take
from graphdiff.ops.core.pattern import At1, Slice
from graphdiff.ops.shape.diagonal import Diagonal
from graphdiff.ops.shape.moves import Move


class Rows(Move):
    """A stack made of an array of shape ``(..., *s)``: all that is not zero in it."""

    stacks = True

    rank: int


@dataclass(frozen=True)
class Alone(Rows):
    """For each entry of the array the row with that entry alone; or with its fellows.

    There is a row for each place along the `axes` of s (all, if None), counted from
    the end, in the order given: in it stand the entries of that place.
    """

    rank: int
    axes: tuple[int, ...] | None = None

    @property
    def label(self) -> str:
        """``diag``."""
        return "diag"

    @property
    def matched(self) -> tuple[int, ...]:
        """The axes that say in which row an entry stands."""
        return tuple(range(-self.rank, 0)) if self.axes is None else self.axes

    def infer(self, v: ArrayType) -> ArrayType:
        lead, own = v.shape[: v.ndim - self.rank], v.shape[v.ndim - self.rank :]
        return ArrayType((*lead, self.count(v), *own), v.dtype)

    def count(self, v: Any) -> Size:
        """How many rows there are."""
        return total(tuple(v.shape[a] for a in self.matched))

    def call(self, v: ArrayType) -> Call:
        if v.ndim == self.rank == 1:
            return Call("np.diag", (Arg(0),))
        more = () if self.axes is None else (self.axes,)
        return Call("diagonal_rows", (Arg(0), self.rank, *more))

    def pullback(self, i: int, at: At, g: Any, y: Any, v: Any) -> Any:
        if self.axes is not None:
            own = self(np.ones_like(v)) != 0
            return Sum((-self.rank - 1,))(np.where(own, g, g.dtype.type(0)))
        n = self.count(v)
        square = Reshape(self.rank + 1, (n, n))(g)
        return Reshape(1, tuple(v.shape[v.ndim - self.rank :]))(Diagonal()(square))


@dataclass(frozen=True)
class Only(Rows):
    """So many rows of zeros, of which the one at `index` is the array."""

    rank: int
    index: Size
    rows: Size

    @property
    def label(self) -> str:
        """``row``."""
        return "row"

    def infer(self, v: ArrayType) -> ArrayType:
        place = v.ndim - self.rank
        return ArrayType((*v.shape[:place], self.rows, *v.shape[place:]), v.dtype)

    def call(self, v: ArrayType) -> Call:
        key = (*(slice(None),) * (v.ndim - self.rank), self.index)
        return Call("put_once", (Arg(0), self.infer(v).shape, key))

    def pullback(self, i: int, at: At, g: Any, y: Any, v: Any) -> Any:
        return Take((At1(self.index), *(Slice(),) * self.rank))(g)


def total(shape: tuple[Size, ...]) -> Size:
    """How many entries an array of this shape has."""
    return math.prod(shape, start=1)


def unit_rows(type: ArrayType, unit: complex = 1) -> Node:
    """The unit vectors of the space of arrays of this type, stacked in front."""
    return make(Alone(type.ndim), make(Full.of(unit, type)))
