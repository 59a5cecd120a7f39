"""Running maxima, minima and logarithms of sums: ``ufunc.accumulate``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.axes import first_or
from graphdiff.ops.core.elementwise import ratio
from graphdiff.ops.core.recurrence import Recurrence, Shift, from_end


@dataclass(frozen=True)
class RunningExtremum(Op):
    """The largest (or smallest) entry so far; ties share the cotangent equally.

    Entries that reach the extremum of their time stand in groups of equal results. A
    recurrence whose coefficient is 1 within a group, 0 at its start, adds up groups.
    """

    axis: int
    function: str

    stacks = True
    kink = "ties share"
    masks = (0,)

    @property
    def label(self) -> str:
        """``maximum`` or ``minimum``."""
        return self.function.split(".")[1]

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        return Call(self.function, (Arg(0),), first_or(self.axis, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        hits, zero = x == y, g.dtype.type(0)
        if at.kinks == "left":
            later = np.logical_not(hits).astype(g.dtype)
            return np.where(hits, from_end(later, g, self.axis), zero)
        same = (y == Shift(self.axis, 1)(y)).astype(g.dtype)
        ranks = Recurrence(self.axis)(same, hits.astype(g.dtype))
        if at.kinks == "right":
            hits = np.logical_and(hits, ranks == 1)
        elif at.kinks == "zero":
            g = np.where(ranks == 1, g, zero)
        else:
            g = ratio(g, ranks)
        return np.where(hits, from_end(same, g, self.axis), zero)


@dataclass(frozen=True)
class RunningLogSumExp(Op):
    """``log(cumsum(exp(x)))``, without overflow: ``np.logaddexp.accumulate``."""

    stacks = True

    axis: int

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        axis = first_or(self.axis, x)
        return Call("np.logaddexp.accumulate", (Arg(0),), axis)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        """Each result holds a share exp(y[i - 1] - y[i]) of the one before."""
        calm = np.where(y == -np.inf, y.dtype.type(0), y)
        held = np.exp(Shift(self.axis, 1, -np.inf)(y) - calm)
        return from_end(held, g, self.axis) * np.exp(x - calm)
