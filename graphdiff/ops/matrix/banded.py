"""Systems with banded matrices, which SciPy stores and solves by diagonals.

A matrix with so many diagonals `below` and `above` the main one is the array ``ab`` of
them, from the topmost down: entry i, j stands at ``ab[above + i - j, j]``. What of the
array lies outside of the matrix is read by nobody, and so its derivative is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.matrix.solve import silenced


@dataclass(frozen=True)
class Banded(Op):
    """An op on a matrix with diagonals ``below`` and ``above`` the main one."""

    below: int
    above: int


class BandedTransposed(Banded):
    """The transpose of a banded matrix; ``below`` and ``above`` are those of `ab`."""

    stacks = True

    def infer(self, ab: ArrayType) -> ArrayType:
        return ab

    def call(self, ab: ArrayType) -> Call:
        return Call("banded_transposed", (Arg(0), self.below, self.above))

    def pullback(self, i: int, at: At, g: Any, y: Any, ab: Any) -> Any:
        return BandedTransposed(self.above, self.below)(g)


class BandedProduct(Banded):
    """The product of a banded matrix and columns."""

    stacks = True

    def infer(self, ab: ArrayType, x: ArrayType) -> ArrayType:
        return x

    def call(self, ab: ArrayType, x: ArrayType) -> Call:
        return Call("banded_product", (Arg(0), Arg(1), self.below, self.above))

    def pullback(self, i: int, at: At, g: Any, y: Any, ab: Any, x: Any) -> Any:
        if i == 0:
            return DiagonalsOfProduct(self.below, self.above)(g, x)
        turned = BandedTransposed(self.below, self.above)(ab)
        return BandedProduct(self.above, self.below)(turned, g)


class DiagonalsOfProduct(Banded):
    """The diagonals of ``a @ b.mT``, as the array of a banded matrix."""

    stacks = True

    def infer(self, a: ArrayType, b: ArrayType) -> ArrayType:
        rows = self.below + self.above + 1
        return ArrayType((*a.shape[:-2], rows, a.shape[-2]), a.dtype)

    def call(self, a: ArrayType, b: ArrayType) -> Call:
        return Call("diagonals_of_product", (Arg(0), Arg(1), self.below, self.above))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, b: Any) -> Any:
        if i == 0:
            return BandedProduct(self.below, self.above)(g, b)
        turned = BandedTransposed(self.below, self.above)(g)
        return BandedProduct(self.above, self.below)(turned, a)


@dataclass(frozen=True)
class SolveBanded(Banded):
    """The x of ``a @ x = b`` for a banded a: of a `vector` b, or of its columns."""

    vector: bool

    def infer(self, ab: ArrayType, b: ArrayType) -> ArrayType:
        return b

    def call(self, ab: ArrayType, b: ArrayType) -> Call:
        widths = (self.below, self.above)
        return Call("scipy.linalg.solve_banded", (widths, Arg(0), Arg(1)))

    def pullback(self, i: int, at: At, g: Any, y: Any, ab: Any, b: Any) -> Any:
        turned = BandedTransposed(self.below, self.above)(ab)
        solve = SolveBanded(self.above, self.below, self.vector)
        back = silenced(g, solve(turned, g), (-1,) if self.vector else (-2,))
        if i == 1:
            return back
        columns = as_columns(back, self.vector), as_columns(y, self.vector)
        return -DiagonalsOfProduct(self.below, self.above)(*columns)


@dataclass(frozen=True)
class SolvehBanded(Op):
    """The x of ``a @ x = b`` for a positive definite a, of which one half is stored."""

    width: int
    lower: bool
    vector: bool

    def infer(self, ab: ArrayType, b: ArrayType) -> ArrayType:
        return b

    def call(self, ab: ArrayType, b: ArrayType) -> Call:
        named = {"lower": True} if self.lower else {}
        return Call("scipy.linalg.solveh_banded", (Arg(0), Arg(1)), named)

    def pullback(self, i: int, at: At, g: Any, y: Any, ab: Any, b: Any) -> Any:
        """An entry off the diagonal stands for two, and both have their share."""
        back = silenced(g, self(ab, g), (-1,) if self.vector else (-2,))
        if i == 1:
            return back
        left, right = as_columns(back, self.vector), as_columns(y, self.vector)
        widths = (self.width, 0) if self.lower else (0, self.width)
        below = DiagonalsOfProduct(*widths)(left, right)
        above = DiagonalsOfProduct(*widths)(right, left)
        main = np.full((self.width + 1, 1), 1.0, ab.dtype)
        main[0 if self.lower else -1] = 0.5
        return -((below + above) * main)


def as_columns(x: Any, vector: bool) -> Any:
    """A vector as a matrix of one column."""
    return Spread((-1,), (1,))(x) if vector else x
