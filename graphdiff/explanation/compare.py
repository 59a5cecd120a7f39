"""Two graphs compared: what is in both, what is gone, new, replaced, renamed, moved."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import NamedTuple

from graphdiff.explanation.keys import Numbering
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Constant, Node


class Side(NamedTuple):
    """One of two graphs: the numbers of its nodes, and what each of them stands for.

    `numbers` tell what a node computes from the inputs on. `kinds` tell the same with
    one difference: a value that has a counterpart by name stands for it, so that who
    reads it has not changed because it has. `rules` are how a node is computed, in
    terms of the kinds of its arguments.
    """

    graph: Graph
    numbers: dict[Node, int]
    kinds: dict[Node, Hashable]
    rules: dict[Node, Hashable]


class Comparison:
    """What two graphs have in common, and what not.

    `partners` maps nodes of the first to those of the second that they stand for.
    """

    def __init__(self, a: Graph, b: Graph) -> None:
        """Compare `a` with `b`: linear in both."""
        self.numbering = Numbering()
        first, second = map(self.numbering.of_graph, (a, b))
        pairs = list(_pairs(a, b, first, second))
        self.a = self._side(a, first, {old: i for i, (old, _) in enumerate(pairs)})
        self.b = self._side(b, second, {new: i for i, (_, new) in enumerate(pairs)})
        there: dict[Hashable, Node] = {}
        for node in b.nodes:
            there.setdefault(self.b.kinds[node], node)
        self.partners = {
            node: there[self.a.kinds[node]]
            for node in a.nodes
            if self.a.kinds[node] in there
        }

    def _side(
        self, graph: Graph, numbers: dict[Node, int], paired: dict[Node, int]
    ) -> Side:
        kinds: dict[Node, Hashable] = {}
        rules: dict[Node, Hashable] = {}
        key = self.numbering.op_key
        inputs = set(graph.inputs.values())
        for node in graph.nodes:
            if node in inputs:
                rules[node] = kinds[node] = numbers[node]
                continue
            made = (key(node.op), tuple([kinds[a] for a in node.args]))
            rules[node] = self.numbering.number(made)
            pair = paired.get(node)
            kinds[node] = rules[node] if pair is None else ("pair", pair)
        return Side(graph, numbers, kinds, rules)

    def is_replaced(self, node: Node) -> bool:
        """Whether `node` of the first graph is computed otherwise in the second."""
        partner = self.partners.get(node)
        return partner is not None and self.a.rules[node] != self.b.rules[partner]

    @property
    def gone(self) -> list[Node]:
        """The nodes of the first graph without a partner."""
        return [n for n in self.a.graph.nodes if n not in self.partners]

    @property
    def new(self) -> list[Node]:
        """The nodes of the second graph that are nobody's partner."""
        met = set(self.partners.values())
        return [n for n in self.b.graph.nodes if n not in met]

    @property
    def replaced(self) -> list[tuple[Node, Node]]:
        """The pairs of values of the same name that are computed otherwise."""
        return [(a, b) for a, b in self.partners.items() if self.is_replaced(a)]

    def same_outputs(self) -> bool:
        """Whether both have the same outputs, by name, and compute the same of them."""
        return _results(self.a) == _results(self.b)


def _results(side: Side) -> dict[str, int]:
    return {name: side.numbers[node] for name, node in side.graph.outputs.items()}


def _pairs(
    a: Graph, b: Graph, first: dict[Node, int], second: dict[Node, int]
) -> Iterator[tuple[Node, Node]]:
    """The nodes that have a name in common, and are not found in the other graph.

    Of a name that several have, the first goes with the first, if there are as many.
    """
    here, there = set(first.values()), set(second.values())
    old = _by_name(a, first, there)
    new = _by_name(b, second, here)
    met: set[Node] = set()
    for name, nodes in old.items():
        others = new.get(name, [])
        if len(nodes) == len(others):
            for x, y in zip(nodes, others, strict=True):
                if x not in met and y not in met and x.type == y.type:
                    met.update((x, y))
                    yield x, y


def _by_name(
    graph: Graph, numbers: dict[Node, int], other: set[int]
) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    inputs = set(graph.inputs.values())
    names = {n: graph.name_of(n) for n in graph.nodes}
    for name, node in graph.outputs.items():
        if names[node] is None:
            names[node] = name
    for node, own in names.items():
        plain = node.args or isinstance(node.op, Constant)
        if own is None or not plain or node in inputs:
            continue
        if numbers[node] not in other:
            found.setdefault(own, []).append(node)
    return found
