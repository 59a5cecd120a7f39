"""From a graph to what is drawn of it: see `graphdiff.show.drawing.model`."""

from __future__ import annotations

from collections.abc import Mapping

from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Constant, Input, Node
from graphdiff.graph.types import show_type
from graphdiff.ops.region.region import Region
from graphdiff.show.drawing.bodies import bodies
from graphdiff.show.drawing.facing import partners
from graphdiff.show.drawing.frames import framed
from graphdiff.show.drawing.model import Box, Drawing, Edge, column_of
from graphdiff.show.drawing.slopes import labelled
from graphdiff.show.drawing.write import Written


def drawing(graph: Graph, *, fold: bool = True) -> Drawing:
    """What is drawn of `graph`: boxes, edges and frames, not yet at any place.

    Without `fold` every node is a box of its own.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def chain(w):
    ...     x = np.tanh(w)
    ...     return np.sin(x)
    >>> found = drawing(gd.value_and_grad(chain).graph(gd.spec("")))
    >>> for box in found.boxes:
    ...     print(box.number, box.half, box.name, box.operation, box.partner)
    0 forward w  None
    1 forward x tanh(w) None
    2 forward chain sin(x) None
    3 gradient d_x cos(x) 1
    4 gradient d_w d_x * (1 - x * x) 0
    """
    check_graph("drawing", graph)
    return _Drawer(graph, fold).drawing()


class _Drawer:
    def __init__(self, graph: Graph, fold: bool) -> None:
        self.graph = graph
        self.written = Written(graph, fold)
        self.numbers = {node: i for i, node in enumerate(self.written.boxes)}
        self.shown = self._shown()
        self.partners = partners(graph, self.written, self.shown)
        self.told: set[Node] = set()
        holds = any(isinstance(node.op, Region) for node in self.numbers)
        self.listed = bodies(graph) if holds else {}

    def drawing(self) -> Drawing:
        """The whole of it."""
        within: dict[int, list[Node]] = {}
        for node, number in self.shown.items():
            if node not in self.numbers:
                within.setdefault(number, []).append(node)
        boxes = tuple(
            self._box(n, tuple(within.get(i, ()))) for n, i in self.numbers.items()
        )
        edges = tuple(
            Edge(self.numbers[source], box.number, place, self._kind(source, box))
            for box in boxes
            for source, place in self.written.sources(box.node).items()
        )
        signature = self.graph.signature
        title = signature.function if signature is not None else "graph"
        edges = labelled(self.graph, boxes, edges, self.written)
        boxes, frames = framed(self.graph, boxes, edges, self.shown)
        return Drawing(self.graph, title, boxes, edges, frames, self.shown)

    def _shown(self) -> Mapping[Node, int]:
        """The box that shows each node: its own, or that of its first reader."""
        found = dict(self.numbers)
        readers: dict[Node, Node] = {}
        for node in self.graph.nodes:
            for arg in node.args:
                readers.setdefault(arg, node)
        for node in reversed(self.graph.nodes):
            if node not in found and node in readers:
                found[node] = found[readers[node]]
        return found

    def _box(self, node: Node, within: tuple[Node, ...]) -> Box:
        role, op = self.graph.role_of(node), node.op
        convention = ""
        if role is not None and role.convention and role.of not in self.told:
            self.told.add(role.of)
            convention = role.convention
        position = self.graph.position_of(node)
        lines = self.listed.get(node, ())
        return Box(
            number=self.numbers[node],
            node=node,
            name=self.written.name(node),
            operation="" if lines else self.written.operation(node),
            type=show_type(self.written.type(node)),
            kind=_kind(op),
            order=role.order if role is not None else 0,
            outputs=tuple(self.written.outputs.get(node, ())),
            convention=convention,
            rule=role.rule if role is not None else "",
            source=self.shown.get(role.of) if role is not None else None,
            partner=self.partners.get(node),
            lines=lines,
            position=str(position) if position is not None else "",
            written=within,
        )

    def _kind(self, source: Node, box: Box) -> str:
        role = self.graph.role_of(source)
        order = role.order if role is not None else 0
        if column_of(order) != column_of(box.order):
            return "across"
        return "back" if order else "forward"


def _kind(op: object) -> str:
    if isinstance(op, Input):
        return "input"
    if isinstance(op, Constant):
        return "constant"
    return "region" if isinstance(op, Region) else "op"
