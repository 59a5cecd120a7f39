"""Bytes and operations of a graph in numbers, for sizes that are known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from graphdiff.cost.memory import deaths, holds_memory, is_view
from graphdiff.cost.operations import operations
from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.graph.types import ArrayType
from graphdiff.memory.again import RECOMPUTED
from graphdiff.memory.order import running_order
from graphdiff.sizes.dims import evaluate_size


class Measure:
    """What arrays and operations come to at given sizes."""

    def __init__(self, graph: Graph, sizes: Mapping[str, int] | None) -> None:
        """Raise `GraphValueError` unless each named size of `graph` has a number."""
        self.sizes = dict(sizes or {})
        for name, n in self.sizes.items():
            if isinstance(n, bool) or not isinstance(n, int) or n < 0:
                raise GraphTypeError(f"sizes: {name!r} must be a number, got {n!r}")
        if unknown := [d for d in graph.dims if d not in self.sizes]:
            raise GraphValueError(
                f"sizes: expected a number for {', '.join(map(repr, unknown))}: bytes "
                f"cannot be compared with a budget before the sizes are known"
            )
        self._bytes: dict[ArrayType, int] = {}

    def bytes_of(self, node: Node) -> int:
        """The bytes of the array that `node` makes; a view makes none."""
        if not holds_memory(node):
            return 0
        found = self._bytes.get(node.type)
        if found is None:
            shape = [evaluate_size(n, self.sizes) for n in node.type.shape]
            found = math.prod(shape, start=1) * node.type.dtype.itemsize
            self._bytes[node.type] = found
        return found

    def operations(self, nodes: Iterable[Node]) -> int:
        """The number of operations of all `nodes`."""
        return evaluate_size(operations(nodes), self.sizes)

    def again(self, graph: Graph) -> int:
        """The operations that `graph` does again."""
        roles = graph.ledger.roles
        return self.operations(
            n for n in graph.nodes if n in roles and roles[n].rule == RECOMPUTED
        )

    def peak(self, graph: Graph) -> int:
        """The most bytes held at once, beside the arguments, when `graph` is run."""
        order = running_order(graph)
        return max(held_bytes(graph, order, self), default=0)


def roots_of(order: Sequence[Node]) -> dict[Node, Node]:
    """For each node the one whose array it shows: itself, unless it is a view."""
    roots: dict[Node, Node] = {}
    for node in order:
        roots[node] = roots[node.args[0]] if is_view(node) else node
    return roots


def held_bytes(graph: Graph, order: Sequence[Node], measure: Measure) -> Iterable[int]:
    """The bytes held while each node in turn is computed."""
    dead = deaths(graph, order)
    held = 0
    for node in order:
        held += measure.bytes_of(node)
        yield held
        for root in dead.get(node, ()):
            held -= measure.bytes_of(root)
