"""Problems whose function gives a vector: what residuals, systems and models share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError
from graphdiff.expression.expression import Expression, lift
from graphdiff.expression.spec import named
from graphdiff.fit.problem import Part, Problem
from graphdiff.functions.blocks import jacobian
from graphdiff.graph.nest import leaves_of
from graphdiff.trace.trace import name_of


class VectorProblem(Problem):
    """A vector with its Jacobian: a row for each entry, a column for each parameter.

    Where the function gives a nest, or arrays of several axes, their entries follow
    each other in the vector.
    """

    @property
    def keywords(self) -> tuple[str, ...]:
        """The function, its Jacobian, where to start, and bounds if there are any."""
        known = ("fun", "x0", "jac")
        return known if self.bounds is None else (*known, "bounds")

    def parts(self) -> Mapping[str, tuple[Part, tuple[str, ...]]]:
        """The vector and its Jacobian."""
        x = self.packing.name
        return {
            "fun": (self.vector, (x,)),
            "jac": (lambda *args: self.both(*args)[1], (x,)),
            "fun+jac": (self.both, (x,)),
        }

    def vector(self, x: Any, *data: Any) -> Any:
        """All that the function gives, as one symbolic vector."""
        return _one_vector(self.flat(x, *data))

    def both(self, x: Any, *data: Any) -> Any:
        """The symbolic vector and its Jacobian, whose blocks belong to the leaves."""
        leaves = self.packing.opened(x)

        def of_leaves(leaves: list[Any]) -> Any:
            return _one_vector(self.applied(self.packing.nest(leaves), *data))

        value = of_leaves(leaves)
        blocks = jacobian(of_leaves, kinks=self.kinks)(leaves)
        slots = self.packing.slots
        flat = [
            block if len(slot.shape) == 1 else np.reshape(block, (-1, slot.size))
            for block, slot in zip(blocks, slots, strict=True)
        ]
        whole: Any = flat[0] if len(flat) == 1 else np.concatenate(flat, axis=1)
        return named(value, name_of(self.fn)), named(whole, f"d_{self.packing.name}")

    def fun(self, x: Any) -> np.ndarray:
        """The vector at a vector of parameters."""
        return np.asarray(self.compute("fun", x), dtype=np.float64)

    def jac(self, x: Any) -> np.ndarray:
        """The Jacobian at a vector of parameters."""
        return np.asarray(self.compute("jac", x), dtype=np.float64)


def _one_vector(value: Any) -> Any:
    parts = []
    for leaf in leaves_of(value)[0]:
        part = leaf if isinstance(leaf, Expression) else lift(leaf, "fn")
        if part.dtype.kind == "c":
            raise DTypeError(
                "fn: SciPy fits real numbers; return the real and imaginary parts"
            )
        parts.append(part if part.ndim == 1 else np.ravel(part))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
