"""Triangles of matrices."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import implements, lift
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, show_shape


@dataclass(frozen=True)
class Triangle(Op):
    """The entries on one side of diagonal ``k``, which is kept; zeros on the other."""

    stacks = True
    over_complex = True

    upper: bool
    k: int = 0

    masks = (0,)

    @property
    def label(self) -> str:
        """``triu`` or ``tril``."""
        return "triu" if self.upper else "tril"

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        return Call(f"np.{self.label}", (Arg(0),), {"k": self.k} if self.k else {})

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self(g)


@dataclass(frozen=True)
class HalfLower(Op):
    """The lower triangle with its diagonal halved.

    ``h + h.mT`` of it is the symmetric matrix of which the lower triangle is given.
    """

    stacks = True
    over_complex = True

    masks = (0,)

    @property
    def label(self) -> str:
        """``half``."""
        return "half"

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        return Call("half_lower", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self(g)


def _triangle(what: str, m: Any, k: Any, upper: bool) -> Any:
    x: Any = lift(m, what)
    if not x.ndim:
        raise ShapeError(f"{what}: expected at least 1 axis, got {show_shape(x.shape)}")
    if x.ndim == 1:
        x = np.broadcast_to(x, (x.shape[0], x.shape[0]))
    return Triangle(upper, operator.index(k))(x)


@implements(np.tril)
def tril(m: Any, k: Any = 0) -> Any:
    """The lower triangle, up to diagonal `k`."""
    return _triangle("np.tril", m, k, False)


@implements(np.triu)
def triu(m: Any, k: Any = 0) -> Any:
    """The upper triangle, from diagonal `k` on."""
    return _triangle("np.triu", m, k, True)
