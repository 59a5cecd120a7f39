"""Functions of a matrix, and matrix equations of Sylvester's and Lyapunov's kind.

The derivative of a function f at A along E is the upper right block of f of
``[[A, E], [0, A]]``; its adjoint is the derivative at A.mT. See Higham, *Functions of
Matrices* (2008), chapter 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType
from graphdiff.ops.matrix.solve import silenced

_BOTH = (-2, -1)


class OnSquares(Op):
    """An op on square matrices of one size, giving such a matrix.

    Some of SciPy's compute in float64, whatever they are given: they are not `narrow`.
    """

    stacks = True

    narrow: ClassVar[bool] = True

    def infer(self, *args: ArrayType) -> ArrayType:
        last = args[-1]
        return last if self.narrow else ArrayType(last.shape, np.dtype(np.float64))


@dataclass(frozen=True)
class MatrixFunction(OnSquares):
    """The exponential or the logarithm of a matrix."""

    function: str

    @property
    def label(self) -> str:
        """``expm`` or ``logm``."""
        return self.function

    def call(self, a: ArrayType) -> Call:
        real = {"logm": "real_logm"}.get(self.function)
        return Call(real or f"scipy.linalg.{self.function}", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        return silenced(g, MatrixSlope(self.function)(a.mT, g), _BOTH)


@dataclass(frozen=True)
class MatrixSlope(OnSquares):
    """The derivative of a `MatrixFunction` at `a` along `e`, which is linear in `e`."""

    function: str

    def call(self, a: ArrayType, e: ArrayType) -> Call:
        return Call(f"{self.function}_slope", (Arg(0), Arg(1)))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, e: Any) -> Any:
        if i == 1:
            return silenced(g, MatrixSlope(self.function)(a.mT, g), _BOTH)
        n, zero = a.shape[-1], g - g
        whole = _blocks(a.mT, a * 0, e.mT, a.mT)
        share = MatrixSlope(self.function)(whole, _blocks(zero, g, zero, zero))
        total = share[..., :n, :n] + share[..., n:, n:]
        return silenced(g, total, _BOTH)


def _blocks(a: Any, b: Any, c: Any, d: Any) -> Any:
    top, bottom = np.concatenate([a, b], axis=-1), np.concatenate([c, d], axis=-1)
    return np.concatenate([top, bottom], axis=-2)


@dataclass(frozen=True)
class Sqrtm(OnSquares):
    """The square root of a matrix, if it is real."""

    def call(self, a: ArrayType) -> Call:
        return Call("real_sqrtm", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        return silenced(g, Sylvester()(y.mT, y.mT, g), _BOTH)


@dataclass(frozen=True)
class Sylvester(Op):
    """The x of ``a @ x + x @ b = q``."""

    stacks = True

    def infer(self, a: ArrayType, b: ArrayType, q: ArrayType) -> ArrayType:
        return q

    def call(self, a: ArrayType, b: ArrayType, q: ArrayType) -> Call:
        return Call("scipy.linalg.solve_sylvester", (Arg(0), Arg(1), Arg(2)))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, b: Any, q: Any) -> Any:
        back = silenced(g, Sylvester()(a.mT, b.mT, g), _BOTH)
        if i == 2:
            return back
        return -(back @ y.mT) if i == 0 else -(y.mT @ back)


@dataclass(frozen=True)
class Lyapunov(OnSquares):
    """The x of ``a @ x + x @ a.mT = q``; discrete: of ``a @ x @ a.mT - x + q = 0``."""

    discrete: bool

    @property
    def narrow(self) -> bool:
        """Whether float32 is kept."""
        return not self.discrete

    def call(self, a: ArrayType, q: ArrayType) -> Call:
        kind = "discrete" if self.discrete else "continuous"
        return Call(f"scipy.linalg.solve_{kind}_lyapunov", (Arg(0), Arg(1)))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, q: Any) -> Any:
        back = silenced(g, self(a.mT, g), _BOTH)
        if i == 1:
            return back
        if self.discrete:
            return back @ a @ y.mT + back.mT @ a @ y
        return -(back @ y.mT + back.mT @ y)
