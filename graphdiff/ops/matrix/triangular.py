"""Systems of which the matrix is known by its factors: SciPy's solvers of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, show_shape
from graphdiff.ops.matrix.solve import System, silenced
from graphdiff.ops.matrix.spectral import smaller, total_of
from graphdiff.ops.matrix.triangle import Triangle


@dataclass(frozen=True)
class SolveTriangular(System):
    """The x of ``a @ x = b``, or of ``a.mT @ x = b``, for a triangle of `a`.

    With `unit` the diagonal counts as ones; it is not read.
    """

    lower: bool
    trans: bool = False
    unit: bool = False

    def call(self, a: ArrayType, b: ArrayType) -> Call:
        flags = {
            "trans": int(self.trans),
            "lower": self.lower,
            "unit_diagonal": self.unit,
        }
        given = {name: flag for name, flag in flags.items() if flag}
        return Call("scipy.linalg.solve_triangular", (Arg(0), Arg(1)), given)

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, b: Any) -> Any:
        turned = SolveTriangular(self.vector, self.lower, not self.trans, self.unit)
        back = self.silenced(g, turned(a, g))
        if i == 1:
            return back
        whole = self.outer(y, back) if self.trans else self.outer(back, y)
        sides = -1 if self.lower else 1
        return -Triangle(not self.lower, sides if self.unit else 0)(whole)


@dataclass(frozen=True)
class ChoSolve(System):
    """The x of ``L @ L.mT @ x = b``, or of ``U.mT @ U @ x = b``, given the factor."""

    lower: bool

    def call(self, c: ArrayType, b: ArrayType) -> Call:
        return Call("scipy.linalg.cho_solve", ((Arg(0), self.lower), Arg(1)))

    def pullback(self, i: int, at: At, g: Any, y: Any, c: Any, b: Any) -> Any:
        back = self.silenced(g, self(c, g))
        if i == 1:
            return back
        half = self.outer(back, y)
        whole, factor = half + half.mT, Triangle(not self.lower)(c)
        product = whole @ factor if self.lower else factor @ whole
        return -Triangle(not self.lower)(product)


@dataclass(frozen=True)
class Lu(Op):
    """The factors of ``a = p @ l @ u``: a permutation, a unit lower, an upper triangle.

    Of a matrix that is not square, the longer factor is a square one with rows below
    it, or columns beside it.
    """

    stacks = True
    results = ("p", "lower", "upper")

    def infer(self, a: ArrayType) -> tuple[ArrayType, ArrayType, ArrayType]:
        (*lead, m, n), k = a.shape, smaller("scipy.linalg.lu", a)
        shapes = (m, m), (m, k), (k, n)
        p, lower, upper = (ArrayType((*lead, *s), a.dtype) for s in shapes)
        return p, lower, upper

    def call(self, a: ArrayType) -> Call:
        return Call("scipy.linalg.lu", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        """``p inv(l).mT (tril(l.mT g_l, -1) + triu(g_u u.mT)) inv(u).mT``.

        With l and u made square by the identity, below l2 and beside u2.
        """
        (_, slope_l, slope_u), (p, lower, upper) = g, y
        k = lower.shape[-1]
        tall, wide = lower.shape[-2] != k, upper.shape[-1] != k
        inside, more = None, None
        if slope_l is not None:
            product = lower.mT @ slope_l
            inside = Triangle(False, -1)(product)
            if tall:
                more = lower[..., k:, :].mT @ slope_l[..., k:, :]
        if slope_u is not None:
            inside = total_of(inside, Triangle(True)(slope_u @ upper.mT))
        if inside is None:
            return None
        square = lower[..., :k, :] if tall else lower
        inside = inside if more is None else inside - more
        rows = SolveTriangular(False, True, True, True)(square, inside)
        beside = None
        if wide and slope_u is not None:
            slope_2 = slope_u[..., k:]
            beside = SolveTriangular(False, True, True, True)(square, slope_2)
            rows = rows - beside @ upper[..., k:].mT
        if more is not None:
            rows = np.concatenate([rows, slope_l[..., k:, :]], axis=-2)
        elif tall:
            rows = np.concatenate([rows, lower[..., k:, :] * 0], axis=-2)
        first = upper[..., :k] if wide else upper
        columns = SolveTriangular(False, False)(first, rows.mT).mT
        if wide:
            other = upper[..., k:] * 0 if beside is None else beside
            columns = np.concatenate([columns, other], axis=-1)
        return p @ columns


@dataclass(frozen=True)
class LuFactor(Op):
    """`Lu` as LAPACK keeps it: both triangles in one matrix, and the rows swapped."""

    stacks = True
    results = ("lu", "piv")

    def infer(self, a: ArrayType) -> tuple[ArrayType, ArrayType]:
        _check_square("scipy.linalg.lu_factor", a)
        return a, ArrayType(a.shape[:-1], np.dtype(np.int32))

    def call(self, a: ArrayType) -> Call:
        return Call("scipy.linalg.lu_factor", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        slope, (lu, piv) = g[0], y
        if slope is None:
            return None
        first = Triangle(False, -1)(UnitLower()(lu).mT @ Triangle(False, -1)(slope))
        second = Triangle(True)(Triangle(True)(slope) @ Triangle(True)(lu).mT)
        left = SolveTriangular(False, True, True, True)(lu, first + second)
        right = SolveTriangular(False, False)(lu, left.mT)
        return SwapRows(True)(right.mT, piv)


@dataclass(frozen=True)
class UnitLower(Op):
    """The lower triangle of a matrix with ones on its diagonal."""

    stacks = True
    masks = (0,)

    def infer(self, a: ArrayType) -> ArrayType:
        return a

    def call(self, a: ArrayType) -> Call:
        return Call("unit_lower", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        return Triangle(False, -1)(g)


@dataclass(frozen=True)
class SwapRows(Op):
    """Rows swapped one after the other as an LU factorisation says, or swapped back."""

    stacks = True

    back: bool

    def infer(self, a: ArrayType, piv: ArrayType) -> ArrayType:
        return a

    def call(self, a: ArrayType, piv: ArrayType) -> Call:
        given = {"back": True} if self.back else {}
        return Call("swap_rows", (Arg(0), Arg(1)), given)

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, piv: Any) -> Any:
        return SwapRows(not self.back)(g, piv) if i == 0 else None


@dataclass(frozen=True)
class LuSolve(Op):
    """The x of ``a @ x = b``, or of ``a.mT @ x = b``, given the `LuFactor` of `a`."""

    vector: bool
    trans: bool = False

    def infer(self, lu: ArrayType, piv: ArrayType, b: ArrayType) -> ArrayType:
        return System(self.vector).infer(lu, b)

    def call(self, lu: ArrayType, piv: ArrayType, b: ArrayType) -> Call:
        given = {"trans": 1} if self.trans else {}
        return Call("scipy.linalg.lu_solve", ((Arg(0), Arg(1)), Arg(2)), given)

    def pullback(
        self, i: int, at: At, g: Any, y: Any, lu: Any, piv: Any, b: Any
    ) -> Any:
        if i == 1:
            return None
        axes = (-1,) if self.vector else (-2,)
        turned = LuSolve(self.vector, not self.trans)
        back = silenced(g, turned(lu, piv, g), axes)
        if i == 2:
            return back
        first, second = (y, back) if self.trans else (back, y)
        share = System(self.vector).outer(first, second)
        swapped = SwapRows(False)(share, piv)
        lower = Triangle(False, -1)(swapped @ Triangle(True)(lu).mT)
        upper = Triangle(True)(UnitLower()(lu).mT @ swapped)
        return -(lower + upper)


def _check_square(what: str, a: ArrayType) -> None:
    if smaller(what, a) != a.shape[-1] or a.shape[-1] != a.shape[-2]:
        raise ShapeError(f"{what}: shape {show_shape(a.shape)} is not square")
