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
from graphdiff.ops.triangle import HalfLower


def silenced(g: Any, made: Any, axes: tuple[int, ...]) -> Any:
    """`made` from `g`; where zeros of g are strict, 0 where g is 0 along `axes`."""
    if not getattr(g, "strict", False):
        return made
    live = np.any(g != 0, axis=axes, keepdims=True)
    return g.like(np.where(live, made, made.dtype.type(0)))


def check_system(what: str, a: ArrayType, b: ArrayType) -> None:
    """Raise `ShapeError` unless square `a` and columns `b` go together."""
    if a.shape[-1] != a.shape[-2] or a.shape[:-1] != b.shape[:-1]:
        raise ShapeError(
            f"{what}: the strict op got shapes {show_shape(a.shape)} and "
            f"{show_shape(b.shape)}"
        )


@dataclass(frozen=True)
class Solve(Op):
    """The x of ``a @ x = b``: ``(..., n, n), (..., n, k) -> (..., n, k)``."""

    def infer(self, a: ArrayType, b: ArrayType) -> ArrayType:
        check_system("np.linalg.solve", a, b)
        return ArrayType(b.shape, promote(a.dtype, b.dtype))

    def call(self, a: ArrayType, b: ArrayType) -> Call:
        return Call("np.linalg.solve", (Arg(0), Arg(1)))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, b: Any) -> Any:
        back = silenced(g, Solve()(a.mT, g), (-2,))
        return -(back @ y.mT) if i == 0 else back


@dataclass(frozen=True)
class Inv(Op):
    """The inverse of a square matrix."""

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

    upper: bool = False

    def infer(self, a: ArrayType) -> ArrayType:
        return a

    def call(self, a: ArrayType) -> Call:
        return Call(
            "np.linalg.cholesky", (Arg(0),), {"upper": True} if self.upper else {}
        )

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        """With P the half of L.mT @ g: the half of inv(L).mT (P + P.mT) inv(L)."""
        back, slope = (y, g.mT) if self.upper else (y.mT, g)
        half = silenced(g, HalfLower()(back @ slope), (-2, -1))
        once = silenced(half, Solve()(back, half + half.mT), (-2,))
        total = HalfLower()(silenced(once, Solve()(back, once.mT), (-2,)))
        return total.mT if self.upper else total
