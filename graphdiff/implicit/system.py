"""Systems of linear equations whose matrix nobody has: ``product(x, *parameters) = b``.

With w from the transposed system ``A.T w = g``, b has the cotangent w, and parameters
have those that they have where -w is that of the product A x, at the solution (Giles,
"Collected matrix derivative results", 2008, for a matrix at hand). The same solver
serves both systems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphdiff.derivative.sweep import pull_back
from graphdiff.errors import GraphValueError
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.inner import Inner, Solver
from graphdiff.graph.node import At, Full, Input, building, make
from graphdiff.implicit.equation import Implicit, backward
from graphdiff.rewrite import simplify
from graphdiff.rewrite.unfold import inlined
from graphdiff.words import unique


@dataclass(frozen=True, eq=False)
class System(Implicit):
    """The x for which `product`, linear in it, is b; `transposed` is the other one.

    The inputs of both graphs are a vector and the parameters; the arguments of the op
    are b and the parameters.
    """

    product: Inner
    transposed: Inner
    solver: Solver
    tol: float

    helper, word = "solve_operator", "solution"

    @property
    def functions(self) -> tuple[Inner, ...]:
        """The product."""
        return (self.product,)

    def is_flat(self, i: int) -> bool:
        """The solution depends on every argument."""
        return False

    def shares(self, at: At, g: Any, y: Any, args: Sequence[Any]) -> list[Any]:
        """Solve the transposed system; send that through the product."""
        parameters = args[1:]
        back = System(self.transposed, self.product, self.solver, self.tol)
        w = back(g, *parameters)
        here = [y.node, *[x.node for x in parameters], w.node]
        places = iter(inlined(self.back(at.kinks), here))
        real = [x.node.type.is_inexact for x in parameters]
        return [w, *[Expression(next(places)) if r else None for r in real]]

    def back(self, kinks: str) -> Graph:
        """The cotangents of the real parameters, where -w is that of the product."""
        known = self._backs.get(kinks)
        if known is None:
            known = self._backs[kinks] = backward(self.product.body, kinks, -1)
        return known

    @cached_property
    def _backs(self) -> dict[str, Graph]:
        return {}


def transposed(what: str, body: Graph) -> Graph:
    """The transposed of the map from the first input to the output.

    Raises `GraphValueError` unless the map is linear: then its slope depends on it.
    """
    (y,) = body.outputs.values()
    (name, x), *others = body.inputs.items()
    own = unique("w", dict.fromkeys(body.inputs, 1))
    with building(body.scope()):
        w = make(Input(own, y.type))
        (found,) = pull_back({y: w}, [x])
        if found is None:
            found = make(Full.of(0, x.type))
        made = simplify(Graph({own: w, name: x, **dict(others)}, {"product": found}))
        if x in in_order(made.outputs.values()):
            raise GraphValueError(f"{what}: the product is not linear in {name!r}")
        return Graph({own: w, **dict(others)}, made.outputs)
