"""Plans: what the sweep of a derivative keeps, and what it computes again.

A plan divides the forward part into segments, and says which ops are too costly to be
done twice. A minimum cut chooses what is kept for these; the rest of a segment is
computed again when the sweep comes to it. More segments keep more at their borders and
need less within: of a chain of n equal layers, about sqrt(n) segments need about
2 sqrt(n) layers at once (Griewank and Walther, *Evaluating Derivatives*, 2nd ed., 2008,
chapter 12).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from graphdiff.budget.cut import values_to_keep
from graphdiff.budget.measure import Measure, roots_of
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Mark, Node, Region, building
from graphdiff.memory.order import stages


class Plan(NamedTuple):
    """How many segments, and the operations per byte above which an op is costly.

    The last segments may be `spared`: their values are all kept.
    """

    segments: int
    dearest: float
    spared: int = 0


class Forward:
    """The forward part of a differentiated graph, ready to be planned for."""

    def __init__(self, graph: Graph, measure: Measure) -> None:
        """Find the forward part, and what the sweep reads of it."""
        self.graph = graph
        self.measure = measure
        roles = graph.ledger.roles
        found: set[Node] = set()
        for node in reversed(graph.nodes):
            if node in found or node not in roles:
                found.add(node)
                found.update(node.args)
        self.nodes = [n for n in graph.nodes if n in found and n.args]
        self.wanted = {
            arg for n in graph.nodes if n not in found for arg in n.args if arg in found
        }
        self._kept: dict[float, set[Node]] = {}
        self.roots = roots_of(graph.nodes)
        self.stages = stages(graph)
        self.bytes = [measure.bytes_of(n) for n in self.nodes]
        self.price = {
            n: self._price(n, size)
            for n, size in zip(self.nodes, self.bytes, strict=True)
        }

    def _price(self, node: Node, size: int) -> float:
        """Operations for each byte that computing `node` again would save."""
        return self.measure.operations([node]) / max(size, 1)

    def size(self, node: Node) -> int:
        """The bytes that stay in memory if `node` is kept: of a view, what it shows."""
        return self.measure.bytes_of(self.roots[node])

    def prices(self) -> list[float]:
        """A few prices that tell cheap ops from costly ones, the last one endless."""
        found = sorted({p for n, p in self.price.items() if self.measure.bytes_of(n)})
        few = {found[(len(found) - 1) * k // 4] for k in range(4)} if found else set()
        return [*sorted(few), float("inf")]

    def borders(self, segments: int) -> list[int]:
        """Where segments of about as many bytes begin: there where least crosses."""
        total = list(accumulate(self.bytes))
        crossing = self._crossing()
        found = [0]
        for k in range(1, segments):
            lo, hi = ((total[-1] * (4 * k + d)) // (4 * segments) for d in (-1, 1))
            first, last = bisect_right(total, lo), bisect_right(total, hi)
            window = range(max(first, found[-1] + 1), min(last + 1, len(self.nodes)))
            if window:
                found.append(min(window, key=crossing.__getitem__))
        return found

    def _crossing(self) -> list[int]:
        """The bytes made before each node and read from there on by forward nodes."""
        place = {node: i for i, node in enumerate(self.nodes)}
        last: dict[Node, int] = {}
        for node, i in place.items():
            last.update(dict.fromkeys(node.args, i))
        change = [0] * (len(self.nodes) + 1)
        for node, end in last.items():
            if node in place:
                size = self.measure.bytes_of(node)
                change[place[node] + 1] += size
                change[end + 1] -= size
        return list(accumulate(change))

    def kept(self, dearest: float) -> set[Node]:
        """What a minimum cut keeps, if ops above this price are not done twice."""
        if dearest not in self._kept:
            costly = {n for n, price in self.price.items() if price > dearest}
            found = values_to_keep(self.nodes, self.wanted, costly, self.size)
            self._kept[dearest] = (found if costly else set()) | costly
        return self._kept[dearest]

    def segments(self, plan: Plan) -> list[list[Node]]:
        """The nodes of each segment."""
        borders = [*self.borders(plan.segments), len(self.nodes)]
        return [self.nodes[a:b] for a, b in pairwise(borders)]

    def estimate(self, plan: Plan) -> int:
        """About the bytes that the sweep needs: what is kept, and one segment."""
        kept, roots = self.kept(plan.dearest), self.roots
        late: set[Node] = set()
        home: dict[Node, int] = {}
        largest = 0
        segments = self.segments(plan)
        for i, inside in enumerate(segments):
            home.update(dict.fromkeys(inside, i))
            if i >= len(segments) - plan.spared:
                late.update(roots[n] for n in inside if n in self.wanted)
                continue
            late.update(roots[n] for n in inside if n in kept and n in self.wanted)
            again = [n for n in inside if n not in kept]
            for node in again:
                read = [a for a in node.args if home.get(a, i) != i or a in kept]
                late.update(map(roots.__getitem__, read))
            held = {roots[n] for n in again if n in self.wanted} - late
            largest = max(largest, sum(map(self.measure.bytes_of, held)))
        return largest + sum(map(self.measure.bytes_of, late))

    def marks(self, plan: Plan) -> dict[Node, Mark]:
        """The marks that make the sweep follow `plan`."""
        kept = self.kept(plan.dearest)
        marks: dict[Node, Mark] = {}
        home: dict[Node, Region] = {}
        segments = self.segments(plan)
        spared = len(segments) - plan.spared
        for i, inside in enumerate(segments):
            region = Region("segment")
            home.update(dict.fromkeys(inside, region))
            own: Mark = ((region, 0),)
            if i < spared:
                marks.update(dict.fromkeys((n for n in inside if n not in kept), own))
        for node, role in self.graph.ledger.roles.items():
            if node not in home and node.args:
                place = home.get(role.of) or _latest(home, node.args)
                if place is not None:
                    home[node] = place
                    marks[node] = ((place, self.stages[node]),)
        return marks

    def planned(self, plan: Plan) -> Graph:
        """The graph with the marks of `plan`."""
        with building(self.graph.scope()) as scope:
            scope.marks = dict(self.marks(plan))
            graph = self.graph
            return Graph(graph.inputs, graph.outputs, signature=graph.signature)


def _latest(segment: dict[Node, Region], args: Sequence[Node]) -> Region | None:
    """The region of the last argument that has one."""
    return next((segment[a] for a in reversed(args) if a in segment), None)
