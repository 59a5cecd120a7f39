"""Building what serves expressions and arrays alike: zeros, and casts of cotangents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Full, Input, Node, Scope, current_scope, make
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.axes import spread_node
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.words import unique


def is_symbolic(args: Sequence[Any]) -> bool:
    """Whether a rule runs on expressions, not on arrays."""
    return any(isinstance(arg, Expression) for arg in args)


def filled(value: Any, type: ArrayType, symbolic: bool) -> Any:
    """`value` in `type`; None is zeros."""
    if not symbolic:
        shape: Any = type.shape
        if value is None:
            return np.zeros(shape, type.dtype)
        return np.broadcast_to(np.asarray(value, type.dtype), shape)
    if value is None:
        return Expression(make(Full.of(0, type)))
    return Expression(spread_node(cast_node(value.node, type.dtype), type.shape))


def type_of(value: Any) -> ArrayType:
    """The type of an expression or an array."""
    if isinstance(value, Expression):
        return value.node.type
    return ArrayType(np.shape(value), np.asarray(value).dtype)


def within(body: Graph) -> Scope:
    """A scope in which the nodes of `body` are shared, and names of sizes are new."""
    scope = body.scope()
    scope.born = current_scope().born
    return scope


class Inputs:
    """New inputs of a body in the current scope, each with a name of its own."""

    def __init__(self, body: Graph) -> None:
        """Keep apart from the names of `body`."""
        self.used = dict.fromkeys(body.inputs, 1)

    def make(self, name: str, type: ArrayType) -> Node:
        """An input of this name, or one like it."""
        name = unique(name, self.used)
        node = make(Input(name, type))
        current_scope().names[node] = name
        return node


def graph_of(
    inputs: Sequence[Node], outputs: Sequence[Node], names: Sequence[str]
) -> Graph:
    """A graph by the names of its inputs, and `names` for its outputs."""
    given: dict[str, int] = {}
    used: dict[str, int] = {}
    return Graph(
        {unique(node.op.name, given): node for node in inputs},  # type: ignore[attr-defined]
        {unique(n, used): y for n, y in zip(names, outputs, strict=True)},
    )
