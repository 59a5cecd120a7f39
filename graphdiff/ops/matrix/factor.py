"""Least squares and the pseudoinverse, QR, powers and the rank.

Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares
problems whose variables separate" (1973), for matrices whose rank does not change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, promote
from graphdiff.ops.complex.complexes import real_dtype
from graphdiff.ops.matrix.solve import Solve, adjoint, silenced
from graphdiff.ops.matrix.spectral import Svdvals, conjugates, smaller, total_of
from graphdiff.ops.matrix.triangle import HalfLower


def inverse_slope(g: Any, p: Any, a: Any) -> Any:
    """The cotangent of `a`, given `g`, that of its pseudoinverse `p`."""
    g, back = np.conj(g), adjoint(p)
    inside = -(back @ g @ back)
    left = adjoint(g) @ p @ back
    right = back @ p @ adjoint(g)
    total = inside + (left - a @ (p @ left)) + (right - (right @ p) @ a)
    return np.conj(total)


@dataclass(frozen=True)
class Pinv(Op):
    """The pseudoinverse; singular values below ``rcond`` times the largest are 0."""

    stacks = True
    over_complex = True

    options: tuple[tuple[str, Any], ...] = ()

    def infer(self, a: ArrayType) -> ArrayType:
        return ArrayType((*a.shape[:-2], a.shape[-1], a.shape[-2]), a.dtype)

    def call(self, a: ArrayType) -> Call:
        return Call("np.linalg.pinv", (Arg(0),), dict(self.options))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        return inverse_slope(g, y, a)


@dataclass(frozen=True)
class LstSq(Op):
    """The shortest x for which ``a @ x - b`` is shortest, with what NumPy adds to it.

    The residuals are left to the door, which knows their shape.
    """

    over_complex = True

    rcond: float | None = None

    results = ("x", "residuals", "rank", "s")

    def infer(self, a: ArrayType, b: ArrayType) -> tuple[ArrayType, ...]:
        dtype = promote(a.dtype, b.dtype)
        (_, n), k = a.shape, smaller("np.linalg.lstsq", a)
        return (
            ArrayType((n, *b.shape[1:]), dtype),
            ArrayType((0,), real_dtype(dtype)),
            ArrayType((), np.dtype(np.intc)),
            ArrayType((k,), real_dtype(dtype)),
        )

    def call(self, a: ArrayType, b: ArrayType) -> Call:
        given = {} if self.rcond is None else {"rcond": self.rcond}
        return Call("np.linalg.lstsq", (Arg(0), Arg(1)), given)

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, b: Any) -> Any:
        by_x = by_s = None
        if g[0] is not None:
            given = () if self.rcond is None else (("rcond", self.rcond),)
            p = Pinv(given)(a)
            by_x = inverse_slope(g[0] @ b.mT, p, a) if i == 0 else p.mT @ g[0]
        if g[3] is not None and i == 0:
            by_s = Svdvals().pullback(0, at, g[3], y[3], a)
        return total_of(by_x, by_s)


@dataclass(frozen=True)
class MatrixRank(Op):
    """How many singular values are not 0 to rounding: a number without derivative."""

    stacks = True
    over_complex = True

    options: tuple[tuple[str, Any], ...] = ()

    def infer(self, a: ArrayType) -> ArrayType:
        return ArrayType(a.shape[:-2], np.dtype(np.intp))

    def call(self, a: ArrayType) -> Call:
        return Call("np.linalg.matrix_rank", (Arg(0),), dict(self.options))

    def is_flat(self, i: int) -> bool:
        return True


@dataclass(frozen=True)
class MatrixPower(Op):
    """A square matrix times itself, ``n`` times; n is 2 or more."""

    stacks = True
    over_complex = True

    n: int

    def infer(self, a: ArrayType) -> ArrayType:
        return a

    def call(self, a: ArrayType) -> Call:
        return Call("np.linalg.matrix_power", (Arg(0), self.n))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        """The sum of ``B**k @ g @ B**(n-1-k)``, B = a.mT, by doubling as powers are."""
        back = a.mT
        power, total = back, g
        for digit in bin(self.n)[3:]:
            total = power @ total + total @ power
            power = power @ power
            if digit == "1":
                total = back @ total + g @ power
                power = power @ back
        return total


@dataclass(frozen=True)
class Qr(Op):
    """The thin factors of ``a = q @ r``: q has orthonormal columns, r is triangular."""

    stacks = True
    over_complex = True

    results = ("q", "r")

    def infer(self, a: ArrayType) -> tuple[ArrayType, ArrayType]:
        (*lead, m, n), k = a.shape, smaller("np.linalg.qr", a)
        return ArrayType((*lead, m, k), a.dtype), ArrayType((*lead, k, n), a.dtype)

    def call(self, a: ArrayType) -> Call:
        return Call("np.linalg.qr", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        (slope_q, slope_r), (q, r) = map(conjugates, g), y
        return np.conj(self._slope(slope_q, slope_r, q, r, a))

    def _slope(self, slope_q: Any, slope_r: Any, q: Any, r: Any, a: Any) -> Any:
        """The gradient, of which a cotangent is the conjugate."""
        k, n = r.shape[-2:]
        if k == n:
            return _tall(slope_q, slope_r, q, r)
        if slope_r is None:
            left = _tall(slope_q, None, q, r[..., :k])
            rest = a[..., k:]
            return np.concatenate([left, rest - rest], axis=-1)
        carried = total_of(slope_q, a[..., k:] @ adjoint(slope_r[..., k:]))
        left = _tall(carried, slope_r[..., :k], q, r[..., :k])
        return np.concatenate([left, q @ slope_r[..., k:]], axis=-1)


def _tall(slope_q: Any, slope_r: Any, q: Any, r: Any) -> Any:
    """The rule for a square r: (g_q + q (H + H.mT)) inv(r).mT."""
    inside = None if slope_r is None else r @ adjoint(slope_r)
    if slope_q is not None:
        inside = total_of(inside, -(adjoint(slope_q) @ q))
    half = HalfLower()(inside)
    total = adjoint(total_of(slope_q, q @ (half + adjoint(half))))
    return adjoint(silenced(total, Solve(False)(r, total), (-2,)))
