"""Eigenvalues and singular values, with their vectors.

Derivatives as in Giles (2008) and in Townsend, "Differentiating the singular value
decomposition" (2016). Vectors of equal eigenvalues may be any basis of their space, of
which no derivative exists; by convention such pairs contribute nothing. NumPy reads one
triangle of a symmetric matrix, and the derivative lies in that triangle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import UnsupportedError
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, Size, show_shape
from graphdiff.ops.complex.complexes import real_dtype
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.core.elementwise import ratio
from graphdiff.ops.matrix.determinant import identity_mask
from graphdiff.ops.matrix.solve import Solve, adjoint
from graphdiff.ops.matrix.triangle import HalfLower


def along(g: Any, axis: int, matrix: Any) -> Any:
    """The vector `g` repeated along a new `axis`, to the shape of `matrix`."""
    wide = Spread((axis,), (matrix.shape[axis],))(g)
    return g.like(wide) if getattr(g, "strict", False) else wide


def total_of(first: Any, second: Any) -> Any:
    """The sum of two terms of which one may be absent."""
    if first is None or second is None:
        return second if first is None else first
    return first + second


def conjugates(x: Any) -> Any:
    """The conjugate of what may be absent."""
    return None if x is None else np.conj(x)


def folded(whole: Any, uplo: str) -> Any:
    """The cotangent of the triangle that is read, given the whole gradient.

    That is symmetric, or of complex matrices its own conjugate transposed.
    """
    half = HalfLower()(whole)
    return np.conj(half if uplo == "L" else adjoint(half))


@dataclass(frozen=True)
class Gaps(Op):
    """All differences ``w[j] - w[i]``; 0 for values that agree to rounding."""

    stacks = True
    over_complex = True

    def infer(self, w: ArrayType) -> ArrayType:
        return ArrayType((*w.shape, w.shape[-1]), w.dtype)

    def call(self, w: ArrayType) -> Call:
        return Call("gaps", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, w: Any) -> Any:
        return np.sum(g, axis=-2) - np.sum(g, axis=-1)


@dataclass(frozen=True)
class Eigh(Op):
    """Eigenvalues in rising order, and eigenvectors, of a symmetric matrix."""

    stacks = True
    over_complex = True

    uplo: str = "L"

    convention = "0 for equal eigenvalues"
    results = ("eigenvalues", "eigenvectors")

    def infer(self, a: ArrayType) -> tuple[ArrayType, ArrayType]:
        return ArrayType(a.shape[:-1], real_dtype(a.dtype)), a

    def call(self, a: ArrayType) -> Call:
        return Call("np.linalg.eigh", (Arg(0),), _uplo(self.uplo))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        (slope_w, slope_v), (w, v) = g, y
        total = None if slope_w is None else along(slope_w, -2, v) * v
        if slope_v is None:
            return folded(2 * (total @ adjoint(v)), self.uplo)
        turn = ratio(adjoint(v) @ np.conj(slope_v), Gaps()(w))
        whole = total_of(total, v @ turn) @ adjoint(v)
        return folded(whole + adjoint(whole), self.uplo)


@dataclass(frozen=True)
class Eigvalsh(Op):
    """Eigenvalues of a symmetric matrix, in rising order."""

    stacks = True
    over_complex = True

    uplo: str = "L"

    def infer(self, a: ArrayType) -> ArrayType:
        return ArrayType(a.shape[:-1], real_dtype(a.dtype))

    def call(self, a: ArrayType) -> Call:
        return Call("np.linalg.eigvalsh", (Arg(0),), _uplo(self.uplo))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        v = Eigh(self.uplo)(a)[1]
        return folded(2 * ((along(g, -2, v) * v) @ adjoint(v)), self.uplo)


def _uplo(uplo: str) -> dict[str, Any]:
    return {} if uplo == "L" else {"UPLO": uplo}


@dataclass(frozen=True)
class Eig(Op):
    """Eigenvalues, if all are real, and eigenvectors of length 1, of any matrix."""

    stacks = True
    over_complex = True

    convention = "0 for equal eigenvalues"
    results = ("eigenvalues", "eigenvectors")

    def infer(self, a: ArrayType) -> tuple[ArrayType, ArrayType]:
        return ArrayType(a.shape[:-1], a.dtype), a

    def call(self, a: ArrayType) -> Call:
        name = "np.linalg.eig" if a.is_complex else "real_eig"
        return Call(name, (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        (slope_w, slope_v), (w, v) = g, y
        total = None if slope_w is None else along(slope_w, -1, v) * v.mT
        if slope_v is not None:
            lengths = along(np.real(np.sum(slope_v * v, axis=-2)), -2, v)
            turn = ratio(v.mT @ (slope_v - lengths * np.conj(v)), Gaps()(w))
            total = total_of(total, turn @ v.mT)
        return Solve(False)(v.mT, total)


@dataclass(frozen=True)
class Eigvals(Op):
    """Eigenvalues, if all are real, of any matrix."""

    stacks = True
    over_complex = True

    def infer(self, a: ArrayType) -> ArrayType:
        return ArrayType(a.shape[:-1], a.dtype)

    def call(self, a: ArrayType) -> Call:
        name = "np.linalg.eigvals" if a.is_complex else "real_eigvals"
        return Call(name, (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        v = Eig()(a)[1]
        return Solve(False)(v.mT, along(g, -1, v) * v.mT)


def smaller(what: str, a: ArrayType) -> Size:
    """The smaller of the two sizes of a matrix."""
    m, n = a.shape[-2:]
    if m == n:
        return m
    try:
        return m if m < n else n
    except TypeError:
        raise UnsupportedError(
            f"{what}: of shape {show_shape(a.shape)} it is not known which side is "
            f"shorter; give ints in the spec"
        ) from None


@dataclass(frozen=True)
class Svd(Op):
    """The thin singular value decomposition ``(u * s) @ vh``."""

    stacks = True
    over_complex = True

    convention = "0 for equal singular values"
    results = ("u", "s", "vh")

    def infer(self, a: ArrayType) -> tuple[ArrayType, ArrayType, ArrayType]:
        (*lead, m, n), k = a.shape, smaller("np.linalg.svd", a)
        shapes = (*lead, m, k), (*lead, k), (*lead, k, n)
        u, s, vh = (ArrayType(shape, a.dtype) for shape in shapes)
        return u, ArrayType(s.shape, real_dtype(a.dtype)), vh

    def call(self, a: ArrayType) -> Call:
        thin = {} if a.shape[-1] == a.shape[-2] else {"full_matrices": False}
        return Call("np.linalg.svd", (Arg(0),), thin)

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        (slope_u, slope_s, slope_v), (u, s, vh) = map(conjugates, g), y
        (m, n), k = a.shape[-2:], s.shape[-1]
        total = None if slope_s is None else along(slope_s, -2, u) * u
        if slope_u is not None or slope_v is not None:
            gaps = Gaps()(s)
            row, column = along(s, -2, gaps), along(s, -1, gaps)
            squares = gaps * (row + column)
            middle = None
            if slope_u is not None:
                t = adjoint(u) @ slope_u
                middle = ratio(t - adjoint(t), squares) * row
                if m != k:
                    rest = ratio(slope_u - u @ t, along(s, -2, u))
                    total = total_of(total, rest)
            if slope_v is not None:
                t = vh @ adjoint(slope_v)
                middle = total_of(middle, ratio(t - adjoint(t), squares) * column)
                if t.dtype.kind == "c":
                    middle = middle + _phases(t, column)
            total = total_of(total, u @ middle)
        share = total @ vh
        if slope_v is not None and n != k:
            rest = slope_v - (slope_v @ adjoint(vh)) @ vh
            share = share + u @ ratio(rest, along(s, -1, vh))
        return np.conj(share)


def _phases(t: Any, s: Any) -> Any:
    """What a common phase of a pair of singular vectors adds, on the diagonal."""
    turn = ratio(np.imag(t) * -1j, s)
    return np.where(identity_mask(t), turn, turn.dtype.type(0))


@dataclass(frozen=True)
class IsPositive(Op):
    """1 for singular values, 0 for those that are 0 to rounding."""

    stacks = True

    def infer(self, s: ArrayType) -> ArrayType:
        return s

    def call(self, s: ArrayType) -> Call:
        return Call("above_rounding", (Arg(0),))

    def is_flat(self, i: int) -> bool:
        return True


@dataclass(frozen=True)
class Svdvals(Op):
    """Singular values, in falling order; one that is 0 grows both ways, as abs does."""

    stacks = True
    over_complex = True

    convention = "0 for singular values of 0"

    def infer(self, a: ArrayType) -> ArrayType:
        k = smaller("np.linalg.svdvals", a)
        return ArrayType((*a.shape[:-2], k), real_dtype(a.dtype))

    def call(self, a: ArrayType) -> Call:
        return Call("np.linalg.svdvals", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        u, s, vh = Svd()(a)
        kept = g * IsPositive()(s)
        return np.conj((along(kept, -2, u) * u) @ vh)
