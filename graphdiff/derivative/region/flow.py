"""Which carries of a loop matter to a derivative: analyses that go round the loop.

A carry that leaves a step enters the next, so what is true of its output must be made
true of its input, and the body looked at again, until nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphdiff.derivative.sweep import Inside
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.rewrite.masks import settled_nodes
from graphdiff.strict import masked_nodes, ways, wild_nodes


def reached(nodes: Iterable[Node], sources: Iterable[Node]) -> set[Node]:
    """The nodes whose derivative along `sources` may be other than 0."""
    found = set(sources)
    for node in nodes:
        if node.args and any(arg in found for _, arg in ways(node)):
            found.add(node)
    return found


def leading(nodes: Sequence[Node], targets: Iterable[Node]) -> set[Node]:
    """The nodes of which the derivative of a target may be other than 0."""
    found = set(targets)
    for node in reversed(nodes):
        if node in found:
            found.update([arg for _, arg in ways(node)])
    return found


class Flow:
    """The body of a loop with `carries` carries, or of a branch, which has none.

    Inputs and outputs are known by their places.
    """

    def __init__(self, body: Graph, carries: int) -> None:
        """Look at `body`."""
        self.nodes = body.nodes
        self.inputs = list(body.inputs.values())
        self.outputs = list(body.outputs.values())
        self.carries = carries
        self.known = set(body.nodes)

    def forward(self, places: Iterable[int]) -> tuple[set[int], set[int]]:
        """The inputs and outputs that change with the inputs at `places`."""
        active = {i for i in places if self.inputs[i].type.is_inexact}
        while True:
            found = reached(self.nodes, [self.inputs[i] for i in active])
            changed = {i for i, y in enumerate(self.outputs) if y in found}
            more = {i for i in changed if i < self.carries} - active
            if not more:
                return active, changed
            active |= more

    def backward(self, places: Iterable[int], active: set[int]) -> set[int]:
        """The outputs that those at `places` depend on, among what is `active`.

        The carries among them are those with a cotangent: what leaves a step has one
        if what enters the next has.
        """
        wanted = set(places)
        while True:
            found = leading(self.nodes, [self.outputs[i] for i in wanted])
            more = {
                i
                for i in range(self.carries)
                if i in active and self.inputs[i] in found
            } - wanted
            if not more:
                return wanted
            wanted |= more

    def inside(self, seen: Iterable[int], wild: Iterable[int], zeros: bool) -> Inside:
        """Where strict zeros are called for, if outputs not `seen` may be discarded."""
        return Inside(self._loud(seen)[0], self._wild(wild), zeros)

    def hidden(self) -> list[int]:
        """The inputs of which the body may discard entries, by place."""
        found = self._loud(range(len(self.outputs)))[1]
        return [i for i, x in enumerate(self.inputs) if x in found]

    def _loud(self, places: Iterable[int]) -> tuple[frozenset[Node], set[Node]]:
        """The outputs that are seen whole, and the nodes that are not.

        A carry is not seen, though its place is given, where the next step discards it.
        """
        seen = set(places)
        while True:
            loud = frozenset(self.outputs[i] for i in seen)
            hidden = masked_nodes(self.nodes, loud)
            hidden.update(x for x in self.inputs if x not in self.known)
            lost = {i for i in seen if i < self.carries and self.inputs[i] in hidden}
            if not lost:
                return loud, hidden
            seen -= lost

    def _wild(self, places: Iterable[int]) -> frozenset[Node]:
        """The inputs that may be infinite or NaN: those given, and carries."""
        wild = frozenset(self.inputs[i] for i in places)
        while True:
            settled = settled_nodes(self.nodes, self.outputs)
            found = wild_nodes(self.nodes, settled, wild)
            carries = zip(self.inputs, self.outputs[: self.carries], strict=False)
            more = {x for x, y in carries if y in found and x.type.is_inexact}
            if more <= wild:
                return wild
            wild |= more
