r"""The derivative along one edge of a graph, as a formula.

Of an op that works entry by entry it is a factor, ``\frac{\partial H}{\partial Z} =
1 - H^{\odot 2}``. Of any other it is what the op's rule does with the adjoint that
arrives, for which a dot stands: ``X^\top \bullet``.
"""

from __future__ import annotations

from typing import Any

from graphdiff.errors import GraphdiffError
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import (
    At,
    Full,
    Input,
    Node,
    Op,
    Scope,
    Size,
    building,
    make,
)
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.entries import Elementwise
from graphdiff.rewrite import simplify

Rule = tuple[tuple[Node, ...], Node]
"""The variables of a rule, which are adjoint, result and arguments; what it makes."""


class LocalRules:
    """The rules of ops as small graphs, each made once for ops and types alike."""

    def __init__(self) -> None:
        """Nothing is made yet."""
        self._made: dict[Any, Rule | None] = {}

    def of(self, node: Node, place: int) -> Rule | None:
        """The rule along the edge from argument `place`; None where nothing flows."""
        args = tuple(_variable(i, arg) for i, arg in enumerate(node.args))
        same = tuple(node.args.index(arg) for arg in node.args)
        key = (node.op, tuple(map(_key, args)), same, place)
        if key not in self._made:
            self._made[key] = _made(node.op, args, same, node.type, place)
        return self._made[key]


def _variable(place: int, arg: Node) -> Op | None:
    """What stands for an argument in a rule: a literal for itself, else a variable."""
    if isinstance(arg.op, (Full, Size)):
        return arg.op
    return Input(f"x{place}", arg.type) if isinstance(arg.type, ArrayType) else None


def _key(op: Op | None) -> Any:
    return op.type if isinstance(op, Input) else op


def _made(
    op: Op, given: tuple[Any, ...], same: tuple[int, ...], type: Any, place: int
) -> Rule | None:
    if op.bodies() or isinstance(type, tuple) or None in given:
        return None
    of = given[place]
    if not isinstance(of, Input) or not of.type.is_inexact or op.is_flat(place):
        return None
    with building(Scope()):
        args = [make(given[i]) for i in same]
        result, adjoint = make(Input("y", type)), make(Input("g", type))
        seed = make(Full.of(1, type)) if isinstance(op, Elementwise) else adjoint
        values = [Expression(n) for n in (seed, result, *args)]
        try:
            pulled = op.pullbacks([place], At(), *values)[0]
        except GraphdiffError:
            return None
        if pulled is None:
            return None
        variables = (adjoint, result, *args)
        inputs = dict.fromkeys(n for n in variables if isinstance(n.op, Input))
        names = {f"v{i}": n for i, n in enumerate(inputs)}
        graph = simplify(Graph(inputs=names, outputs={"d": pulled}))
    by_name = {names[name]: node for name, node in graph.inputs.items()}
    return tuple(by_name.get(n, n) for n in variables), graph.outputs["d"]
