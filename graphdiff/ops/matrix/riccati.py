"""Riccati's equations, of control and of filters: solved by SciPy, differentiated here.

With the gain K, and a - b K for the system under control, a change of the solution
solves Lyapunov's equation in a - b K; so one more such equation gives the adjoint. See
Kao and Hennequin, "Automatic differentiation of Sylvester, Lyapunov, and algebraic
Riccati equations" (2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType
from graphdiff.ops.matrix.equations import Lyapunov
from graphdiff.ops.matrix.solve import silenced


@dataclass(frozen=True)
class Riccati(Op):
    """The stabilising x of ``a.T x + x a - x b r^-1 b.T x + q = 0``; or, discrete, of
    ``a.T x a - x - a.T x b (r + b.T x b)^-1 b.T x a + q = 0``.

    `q` and `r` are symmetric, as SciPy asks; their derivatives are, too.
    """

    stacks = True

    discrete: bool

    def infer(
        self, a: ArrayType, b: ArrayType, q: ArrayType, r: ArrayType
    ) -> ArrayType:
        return q

    def call(self, a: ArrayType, b: ArrayType, q: ArrayType, r: ArrayType) -> Call:
        kind = "discrete" if self.discrete else "continuous"
        return Call(f"scipy.linalg.solve_{kind}_are", tuple(map(Arg, range(4))))

    def pullback(
        self, i: int, at: At, g: Any, y: Any, a: Any, b: Any, q: Any, r: Any
    ) -> Any:
        if self.discrete:
            gain = np.linalg.solve(r + b.mT @ y @ b, b.mT @ y @ a)
        else:
            gain = np.linalg.solve(r, b.mT @ y)
        steered = a - b @ gain
        half = (g + g.mT) / 2
        z = Lyapunov(self.discrete)(steered, half if self.discrete else -half)
        z = silenced(g, z, (-2, -1))
        if i == 2:
            return z
        if i == 3:
            return gain @ z @ gain.mT
        slope = 2 * (y @ steered @ z if self.discrete else y @ z)
        return slope if i == 0 else -(slope @ gain.mT)
