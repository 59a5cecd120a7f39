"""Functions of angles and waves that are no ufuncs: sinc, unwrap, i0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.expression.expression import implements, lift
from graphdiff.graph.node import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, normalize_axis, promote_to_float
from graphdiff.ops.core.entries import Elementwise, family, parametric
from graphdiff.ops.special.bessel import i1


def _one_float(*given: Any) -> Any:
    dtype = promote_to_float(*given)
    return (dtype,), dtype


@family
def sinc_slope(n: int) -> Elementwise:
    """The n-th derivative of sinc: sin(pi x) / (pi x) is analytic, at 0 too."""
    return parametric("sinc_slope", (n,), lambda g, y, x: g * sinc_slope(n + 1)(x))


sinc = Elementwise(
    "np.sinc", _one_float, (lambda g, y, x: g * sinc_slope(1)(x),), out=False
)
i0_of_numpy = Elementwise("np.i0", _one_float, (lambda g, y, x: g * i1(x),), out=False)
implements(np.sinc)(sinc)
implements(np.i0)(i0_of_numpy)


@dataclass(frozen=True)
class Unwrap(Op):
    """Whole periods added, so that neighbours along an axis are close.

    What is added is constant between jumps, so that the slope is that of x.
    """

    stacks = True

    axis: int
    discont: float | None
    period: float

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType(x.shape, np.result_type(x.dtype, self.period))

    def call(self, x: ArrayType) -> Call:
        named: dict[str, Any] = {}
        if self.discont is not None:
            named["discont"] = self.discont
        if self.axis != -1:
            named["axis"] = self.axis
        if self.period != 2 * math.pi:
            named["period"] = self.period
        return Call("np.unwrap", (Arg(0),), named)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return g


@implements(np.unwrap)
def unwrap(
    p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * math.pi
) -> Any:
    """Angles without jumps along `axis`."""
    p = lift(p, "np.unwrap")
    op = Unwrap(normalize_axis("np.unwrap", axis, p.ndim), discont, period)
    return op(p.astype(np.result_type(p.dtype, period)))
