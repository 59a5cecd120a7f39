"""Which nodes of two graphs compute the same: numbers shared across scopes.

Two nodes get one number exactly when they are the same operation on arguments of the
same numbers. Inputs count by name, constants by their bytes, bodies of loops by what
they compute. One look at each node: linear in the graphs.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.node import Input, Node, Op


class Numbering:
    """The numbers of computations; equal ones have equal numbers, in all graphs."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._numbers: dict[Hashable, int] = {}
        self._bodies: dict[Graph, int] = {}

    def number(self, key: Hashable) -> int:
        """The number of a key."""
        return self._numbers.setdefault(key, len(self._numbers))

    def of_graph(self, graph: Graph) -> dict[Node, int]:
        """The number of each node of `graph`."""
        return self.of_nodes(graph.nodes, self.inputs_of(graph))

    def inputs_of(self, graph: Graph) -> dict[Node, int]:
        """The numbers of inputs: the same name and type, the same number."""
        return {
            node: self.number(("input", name, node.type))
            for name, node in graph.inputs.items()
        }

    def of_nodes(
        self, nodes: Iterable[Node], known: Mapping[Node, int]
    ) -> dict[Node, int]:
        """The numbers of `nodes`, which come in topological order, given some."""
        found = dict(known)
        for node in nodes:
            if node not in found:
                found[node] = self.number(self.key(node, found))
        return found

    def key(self, node: Node, known: Mapping[Node, int]) -> Hashable:
        """What `node` computes, of arguments that have numbers."""
        if isinstance(node.op, Input):
            return ("other input", node)
        return (self.op_key(node.op), tuple([known[a] for a in node.args]))

    def op_key(self, op: Op) -> Hashable:
        """What stands for an op: itself, unless it holds graphs."""
        if not op.bodies():
            return op
        found = [getattr(op, f.name) for f in fields(op)]  # type: ignore[arg-type]
        return (type(op), *[self._part(value) for value in found])

    def _part(self, value: Any) -> Hashable:
        if isinstance(value, Graph):
            return ("graph", self.body(value))
        if isinstance(value, tuple):
            return tuple([self._part(item) for item in value])
        return value  # type: ignore[no-any-return]

    def body(self, graph: Graph) -> int:
        """The number of a closed graph, whose inputs count by their places."""
        found = self._bodies.get(graph)
        if found is None:
            places = {
                node: self.number(("place", i, node.type))
                for i, node in enumerate(graph.inputs.values())
            }
            numbers = self.of_nodes(graph.nodes, places)
            results = tuple([numbers[node] for node in graph.outputs.values()])
            found = self._bodies[graph] = self.number(("body", len(places), results))
        return found

    def beyond(self, nodes: Iterable[Node], known: dict[Node, int]) -> None:
        """Add the numbers of nodes of no graph, and of what they are computed from."""
        for node in in_order(nodes, known):
            if node not in known:
                known[node] = self.number(self.key(node, known))
