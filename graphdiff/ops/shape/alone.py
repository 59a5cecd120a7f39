"""Each entry of an array alone: the rows of a diagonal matrix, in the array's shape.

The unit vectors that a Jacobian is made with are such rows, and so is what entrywise
functions make of them. Saying so, instead of ``np.eye``, keeps two things known that
numbers would not tell: the zeros are strict (0 of them times infinity is 0), and
nothing need be computed with them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from graphdiff.graph.node import Full, Node, make
from graphdiff.graph.op import Arg, At, Call
from graphdiff.graph.types import ArrayType, Size
from graphdiff.ops.core.axes import Reshape
from graphdiff.ops.shape.diagonal import Diagonal
from graphdiff.ops.shape.moves import Move


@dataclass(frozen=True)
class Alone(Move):
    """For each entry of the last ``rank`` axes, the array with that entry alone.

    Shape ``(..., *s)`` becomes ``(..., size, *s)``, where size is the product of s.
    """

    rank: int

    @property
    def label(self) -> str:
        """``diag``."""
        return "diag"

    def infer(self, v: ArrayType) -> ArrayType:
        lead, own = v.shape[: v.ndim - self.rank], v.shape[v.ndim - self.rank :]
        return ArrayType((*lead, total(own), *own), v.dtype)

    def call(self, v: ArrayType) -> Call:
        if v.ndim == self.rank == 1:
            return Call("np.diag", (Arg(0),))
        return Call("diagonal_rows", (Arg(0), self.rank))

    def pullback(self, i: int, at: At, g: Any, y: Any, v: Any) -> Any:
        own = tuple(v.shape[v.ndim - self.rank :])
        n = total(own)
        square = Reshape(self.rank + 1, (n, n))(g)
        return Reshape(1, own)(Diagonal()(square))


def total(shape: tuple[Size, ...]) -> Size:
    """How many entries an array of this shape has."""
    return math.prod(shape, start=1)


def unit_rows(type: ArrayType, unit: complex = 1) -> Node:
    """The unit vectors of the space of arrays of this type, stacked in front."""
    return make(Alone(type.ndim), make(Full.of(unit, type)))
