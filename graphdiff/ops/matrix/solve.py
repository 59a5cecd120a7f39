"""Systems of linear equations, the inverse, and Cholesky's factor.

The derivatives are those of Giles, "Collected matrix derivative results for forward and
reverse mode algorithmic differentiation" (2008). What of a symmetric matrix NumPy reads
is one triangle, and so the derivative of Cholesky's factor lies in that triangle: it
is the derivative of the function that NumPy computes, entry by entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, promote, show_shape
from graphdiff.ops.matrix.triangle import HalfLower


def adjoint(x: Any) -> Any:
    """The conjugate transposed, of real matrices the transposed matrix."""
    return np.conj(x.mT)


def silenced(g: Any, made: Any, axes: tuple[int, ...]) -> Any:
    """`made` from `g`; where zeros of g are strict, 0 where g is 0 along `axes`."""
    if not getattr(g, "strict", False):
        return made
    live = np.any(g != 0, axis=axes, keepdims=True)
    return g.like(np.where(live, made, made.dtype.type(0)))


@dataclass(frozen=True)
class System(Op):
    """An equation in a square matrix and right-hand sides: columns, or one vector.

    With stack axes in front a vector is one for each matrix of the stack.
    """

    over_complex = True

    vector: bool

    def infer(self, a: ArrayType, b: ArrayType) -> ArrayType:
        columns = (*b.shape, 1) if self.vector else b.shape
        if a.shape[-1] != a.shape[-2] or a.shape[:-1] != columns[:-1]:
            raise ShapeError(
                f"{self.label}: the strict op got shapes {show_shape(a.shape)} and "
                f"{show_shape(b.shape)}"
            )
        return ArrayType(b.shape, promote(a.dtype, b.dtype))

    def silenced(self, g: Any, made: Any) -> Any:
        """`made` from `g`, column by column."""
        return silenced(g, made, (-1,) if self.vector else (-2,))

    def outer(self, left: Any, right: Any) -> Any:
        """The sum over all columns of ``left * right.mT``."""
        if not self.vector:
            return left @ right.mT
        column, row = np.expand_dims(left, -1), np.expand_dims(right, -2)
        return (left.like(column) if getattr(left, "strict", False) else column) @ row


@dataclass(frozen=True)
class Solve(System):
    """The x of ``a @ x = b``."""

    def call(self, a: ArrayType, b: ArrayType) -> Call:
        if self.vector and b.ndim > 1:
            return Call("solve_vectors", (Arg(0), Arg(1)))
        return Call("np.linalg.solve", (Arg(0), Arg(1)))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, b: Any) -> Any:
        back = self.silenced(g, self(a.mT, g))
        return -self.outer(back, y) if i == 0 else back


@dataclass(frozen=True)
class Inv(Op):
    """The inverse of a square matrix."""

    stacks = True
    over_complex = True

    def infer(self, a: ArrayType) -> ArrayType:
        return a

    def call(self, a: ArrayType) -> Call:
        return Call("np.linalg.inv", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        back = y.mT
        return -(back @ g @ back)


@dataclass(frozen=True)
class Cholesky(Op):
    """The triangular factor of a positive definite matrix, of which it reads one half.

    ``L @ L.mT = a``, read from the lower triangle; ``U.mT @ U = a`` from the upper.
    """

    stacks = True
    over_complex = True

    upper: bool = False

    def infer(self, a: ArrayType) -> ArrayType:
        return a

    def call(self, a: ArrayType) -> Call:
        return Call(
            "np.linalg.cholesky", (Arg(0),), {"upper": True} if self.upper else {}
        )

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        """With P the half of L.mT @ g: the half of inv(L).mT (P + P.mT) inv(L).

        For complex matrices this stands for gradients: conjugates of cotangents.
        """
        slope = np.conj(g)
        back, slope = (y, adjoint(slope)) if self.upper else (adjoint(y), slope)
        half = silenced(slope, HalfLower()(back @ slope), (-2, -1))
        once = silenced(half, Solve(False)(back, half + adjoint(half)), (-2,))
        total = HalfLower()(silenced(once, Solve(False)(back, adjoint(once)), (-2,)))
        return np.conj(adjoint(total) if self.upper else total)
