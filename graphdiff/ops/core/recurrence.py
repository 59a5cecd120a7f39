"""Linear recurrences along an axis, of which running products are made.

``y[i] = b[i] + a[i] * y[i - 1]`` is linear in ``b``; its transpose runs from the end,
and is a recurrence again. The derivative of a running product, maximum or logarithm of
a sum of exponentials is one of them, without a division: it is right at zeros too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.elementwise import gated


@dataclass(frozen=True)
class Shift(Op):
    """Move the entries on by one ``step`` (1 or -1) along ``axis``; `fill` comes in."""

    stacks = True
    over_complex = True

    axis: int
    step: int
    fill: float = 0.0

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        fill = x.dtype.type(self.fill).item()
        return Call("shift", (Arg(0), self.step, self.axis + x.ndim, fill))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return Shift(self.axis, -self.step)(g)


@dataclass(frozen=True)
class Recurrence(Op):
    """Solve ``y[i] = b[i] + a[i] * y[i - 1]`` along ``axis``.

    `back`: the transpose, ``y[i] = b[i] + a[i + 1] * y[i + 1]``. `strict`: where y is
    0 the coefficient that it meets counts for nothing, even if it is infinite or NaN.
    """

    stacks = True
    over_complex = True

    axis: int
    back: bool = False
    strict: bool = False

    def infer(self, a: ArrayType, b: ArrayType) -> ArrayType:
        return b

    def masks_of(self, *args: Any) -> tuple[int, ...]:
        """The coefficients, where zeros silence them."""
        return (0,) if self.strict else ()

    def call(self, a: ArrayType, b: ArrayType) -> Call:
        name = "gated_recurrence" if self.strict else "recurrence"
        function = f"{name}_back" if self.back else name
        return Call(function, (Arg(0), Arg(1), self.axis + b.ndim))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, b: Any) -> Any:
        strict = self.strict or getattr(g, "strict", False)
        met = y if self.back else Shift(self.axis, 1)(y)
        if i == 1 and self.strict:
            calm = np.logical_or(np.isfinite(a), met != 0)
            a = np.where(calm, a, a.dtype.type(0))
        share = Recurrence(self.axis, not self.back, strict)(a, g)
        if i == 1:
            return share
        if self.back:
            share = Shift(self.axis, 1)(share)
        return gated(met, share) if self.strict else share * met


def from_end(a: Any, g: Any, axis: int) -> Any:
    """Solve ``y[i] = g[i] + a[i + 1] * y[i + 1]``, as strictly as `g` is."""
    return Recurrence(axis, True, getattr(g, "strict", False))(a, g)
