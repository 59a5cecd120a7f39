"""The graph of a lone expression, which its views are those of."""

from __future__ import annotations

from collections.abc import Iterable

from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.node import Input, Node


def graph_of(node: Node, nodes: Iterable[Node] | None = None) -> Graph:
    """The graph that computes `node` from the variables that it reads.

    Variables of one name are told apart by a number. `nodes` may be given where it is
    known what the node depends on.
    """
    inputs: dict[str, Node] = {}
    for found in in_order([node]) if nodes is None else nodes:
        if isinstance(found.op, Input):
            name = found.op.name
            number = 2
            while name in inputs:
                name, number = f"{found.op.name}_{number}", number + 1
            inputs[name] = found
    return Graph(inputs, {"expression": node})
