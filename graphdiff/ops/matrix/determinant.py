"""Determinants, with derivatives that singular matrices have too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.expression.expression import Expression
from graphdiff.graph.node import Arange
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType
from graphdiff.ops.complex.complexes import real_dtype
from graphdiff.ops.core.axes import Spread, spread_like
from graphdiff.ops.matrix.solve import Inv, silenced

_BOTH = (-2, -1)


def identity_mask(x: Any) -> Any:
    """Whether row and column are the same, in the shape of the square matrix x."""
    n = x.shape[-1]
    order = Arange(n)() if isinstance(x, Expression) else np.arange(n)
    same = Spread((-1,), (n,))(order) == Spread((-2,), (n,))(order)
    lead = tuple(x.shape[:-2])
    return Spread(tuple(range(-x.ndim, -2)), lead)(same) if lead else same


@dataclass(frozen=True)
class Det(Op):
    """The determinant; its slope is the matrix of cofactors."""

    stacks = True
    over_complex = True

    def infer(self, a: ArrayType) -> ArrayType:
        return ArrayType(a.shape[:-2], a.dtype)

    def call(self, a: ArrayType) -> Call:
        return Call("np.linalg.det", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        return spread_like(g, _BOTH, a) * Cofactors()(a)


@dataclass(frozen=True)
class Cofactors(Op):
    """The derivative of the determinant, or its derivative along given directions.

    As a form in the directions and one more matrix it is symmetric, so that all its
    derivatives are again of this kind.
    """

    stacks = True
    over_complex = True

    def infer(self, a: ArrayType, *directions: ArrayType) -> ArrayType:
        return a

    def call(self, a: ArrayType, *directions: ArrayType) -> Call:
        places = tuple(map(Arg, range(1 + len(directions))))
        return Call("cofactor_slopes" if directions else "cofactors", places)

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, *others: Any) -> Any:
        kept = (*others[: max(i - 1, 0)], *others[max(i, 0) if i else 0 :])
        return silenced(g, Cofactors()(a, *kept, g), _BOTH)


def _log_slope(slope: Any, a: Any) -> Any:
    """The cotangent of a, given that of the logarithm of its determinant."""
    wide = spread_like(slope, _BOTH, a)
    if getattr(slope, "strict", False):
        one = np.where(identity_mask(a), a.dtype.type(1), a.dtype.type(0))
        a = np.where(wide != 0, a, one)
    return wide * Inv()(a).mT


@dataclass(frozen=True)
class LogDet(Op):
    """The logarithm of the determinant, NaN where that is negative."""

    stacks = True
    singular = True

    def infer(self, a: ArrayType) -> ArrayType:
        return ArrayType(a.shape[:-2], a.dtype)

    def call(self, a: ArrayType) -> Call:
        return Call("logdet", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        return _log_slope(g, a)


@dataclass(frozen=True)
class SlogDet(Op):
    """Sign of the determinant, and the logarithm of its absolute value."""

    stacks = True
    over_complex = True

    singular = True
    results = ("sign", "logdet")

    def infer(self, a: ArrayType) -> tuple[ArrayType, ArrayType]:
        lead = a.shape[:-2]
        return ArrayType(lead, a.dtype), ArrayType(lead, real_dtype(a.dtype))

    def call(self, a: ArrayType) -> Call:
        return Call("np.linalg.slogdet", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any) -> Any:
        """The sign turns by the imaginary part of the change of the logarithm."""
        slope = g[1]
        if g[0] is not None and g[0].dtype.kind == "c":
            turn = np.imag(g[0] * y[0]) * 1j
            slope = turn if slope is None else slope + turn
        return None if slope is None else _log_slope(slope, a)
