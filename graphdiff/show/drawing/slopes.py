"""Local derivatives, for the arrows that multiply by them.

An arrow from ``d_y`` to ``d_x`` is one step of the chain rule: it multiplies by the
derivative of y with respect to x, of whose values the two adjoints are. So it is
labelled ``∂y/∂x``, and where the step is an elementwise product, with the factor as
well: ``∂y/∂x = cos x``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from graphdiff.emit.text.text import Text
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.ops.core.elementwise import multiply
from graphdiff.show.drawing.metrics import printable
from graphdiff.show.drawing.model import Box, Edge
from graphdiff.show.drawing.write import Written
from graphdiff.show.formula import Formulas

_LONGEST_NAME, _LONGEST_FACTOR = 10, 20
_STEPS = 4


def labelled(
    graph: Graph, boxes: Sequence[Box], edges: Sequence[Edge], written: Written
) -> tuple[Edge, ...]:
    """The arrows, those of the chain rule with the local derivative that they mean."""
    reads: dict[int, list[int]] = {}
    for edge in edges:
        if edge.kind == "forward":
            reads.setdefault(edge.target, []).append(edge.source)
    factors = _Factors(graph, boxes, written)
    return tuple(
        replace(edge, label=_label(edge, boxes, reads, factors))
        if edge.kind == "back"
        else edge
        for edge in edges
    )


def _label(
    edge: Edge,
    boxes: Sequence[Box],
    reads: Mapping[int, Sequence[int]],
    factors: _Factors,
) -> str:
    ends = boxes[edge.source].partner, boxes[edge.target].partner
    if ends[0] is None or ends[1] is None:
        return ""
    upper, lower = boxes[ends[0]], boxes[ends[1]]
    names = [upper.name or "", lower.name or ""]
    if not all(0 < len(name) <= _LONGEST_NAME for name in names):
        return ""
    if upper.order or lower.order or not _leads(lower, upper, boxes, reads):
        return ""
    slope = f"∂{factors.symbol(upper)}/∂{factors.symbol(lower)}"
    factor = factors.of(edge)
    return f"{slope} = {factor}" if factor else slope


def _leads(
    lower: Box, upper: Box, boxes: Sequence[Box], reads: Mapping[int, Sequence[int]]
) -> bool:
    """Whether `upper` is made of `lower` over values that have no name themselves."""
    waiting = [upper.number]
    for _ in range(_STEPS):
        above = [i for number in waiting for i in reads.get(number, ())]
        if lower.number in above:
            return True
        waiting = [i for i in above if boxes[i].name is None][:_STEPS]
    return False


class _Factors:
    """What an adjoint is multiplied by, in the notation of formulas."""

    def __init__(self, graph: Graph, boxes: Sequence[Box], written: Written) -> None:
        self.graph = graph
        self.boxes = boxes
        self.written = written

    @cached_property
    def formulas(self) -> Formulas:
        """The notation of the graph, made when it is first needed."""
        return Formulas(self.graph)

    def symbol(self, box: Box) -> str:
        """The symbol of a value in formulas; its name, if it has none."""
        found = self.formulas.symbol(box.node)
        return printable(found.unicode() if found is not None else box.name or "")

    def of(self, edge: Edge) -> str:
        """The other factor of an elementwise product, if it is short."""
        node, source = self.boxes[edge.target].node, self.boxes[edge.source].node
        if node.op is not multiply:
            return ""
        drawn = [self.written.drawn[arg] for arg in node.args]
        for i, other in ((0, 1), (1, 0)):
            if drawn[i].sources == (source,) and drawn[i].text is self._seen(edge):
                if any(self.graph.role_of(n) is not None for n in drawn[other].sources):
                    return ""
                return self._factor(node.args[other], drawn[other].text)
        return ""

    def _factor(self, node: Node, text: Text) -> str:
        """A factor: a value by its name, others as a formula."""
        if text.kind not in ("atom", "number"):
            found = self.formulas.expression(node).unicode()
            return found if len(found) <= _LONGEST_FACTOR else ""
        known = self.formulas.symbol(node)
        found = printable(known.unicode() if known is not None else text.flat)
        return found if len(found) <= _LONGEST_FACTOR and found != "·" else ""

    def _seen(self, edge: Edge) -> object:
        return self.written.drawn[self.boxes[edge.source].node].text
