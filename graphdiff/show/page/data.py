"""What the page knows, as plain values for JSON: one record for each box drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from graphdiff.derivative.differentiate import differentiate
from graphdiff.errors import GraphdiffError
from graphdiff.evaluate import node_values
from graphdiff.graph.graph import Graph
from graphdiff.graph.ledger import lineage
from graphdiff.graph.node import Constant, Input, Node, Pick, building
from graphdiff.graph.types import ArrayType, show_shape
from graphdiff.ops.region.region import Region
from graphdiff.rewrite import Pass, recorded
from graphdiff.show.drawing import Box, Drawing
from graphdiff.show.formula import Formulas
from graphdiff.show.page.elements import element
from graphdiff.show.page.emitted import Source, emitted
from graphdiff.show.page.inert import visible
from graphdiff.show.page.passes import pass_records
from graphdiff.show.page.sweep import Goal, goal_of
from graphdiff.show.page.table import gradient_table
from graphdiff.show.page.values import badness, summary

_MOST_NAMED = 8
_LONGEST_FORMULA = 8000
_MOST_SLOPES = 6


def page_data(
    drawn: Drawing, inputs: Mapping[str, Any] | None, of: str | None
) -> dict[str, Any]:
    """All that the script of the page reads; see `graphdiff.show.page.to_html`."""
    graph = drawn.graph
    goal = goal_of(graph, of)
    source = emitted(graph)
    values = {} if inputs is None else node_values(graph, inputs)
    records = _Records(drawn, source, values)
    boxes = [records.record(box) for box in drawn.boxes]
    passes, about = _passes(graph, goal)
    return {
        "title": _title(graph),
        "about": _about(graph),
        "boxes": boxes,
        "edges": [[element(e.source), element(e.target), e.kind] for e in drawn.edges],
        "goals": _goals(drawn, goal),
        "inputs": _named(drawn, graph.inputs),
        "outputs": _named(drawn, graph.outputs),
        "steps": gradient_table(drawn, goal, values),
        "module": {
            "lines": [visible(line, 2000) for line in source.lines],
            "about": source.about,
        },
        "passes": pass_records(passes),
        "passesAbout": about,
    }


class _Records:
    def __init__(
        self, drawn: Drawing, source: Source, values: Mapping[Node, Any]
    ) -> None:
        self.graph = drawn.graph
        self.drawn = drawn
        self.source = source
        self.formulas = Formulas(drawn.graph)
        self.values = values
        self.kinks = {kink.node: kink.convention for kink in self.graph.kinks()}
        self.adjoints = {
            box.partner: box.number for box in drawn.boxes if box.partner is not None
        }

    def record(self, box: Box) -> dict[str, Any]:
        """What is known of a box; what is unknown or empty is left out."""
        node = box.node
        facing = box.partner
        if facing is None:
            facing = self.adjoints.get(box.number)
        found = {
            "name": visible(box.name) if box.name else None,
            "operation": visible(box.operation),
            "op": visible(node.op.label),
            "type": visible(box.type),
            "kind": box.kind,
            "order": box.order,
            "rule": visible(box.rule),
            "source": element(box.source) if box.source is not None else None,
            "partner": element(facing) if facing is not None else None,
            "convention": visible(self._convention(node)),
            "lines": [visible(line) for line in box.lines],
            "emitted": self.source.spans.get(node),
            "math": self._formula(node),
            "local": [] if box.order else self._slopes(node),
        }
        found |= self._type(node) | self._position(node) | self._value(box)
        kept = {key: value for key, value in found.items() if value}
        outputs = [visible(output) for output in box.outputs]
        return {"id": element(box.number), "half": box.half, "outputs": outputs, **kept}

    def _formula(self, node: Node) -> str:
        """The equation as MathML; none of an input, nor one that nobody would read."""
        if isinstance(node.op, (Input, Constant, Region)):
            return ""
        found = self.formulas.equation(node).mathml(block=True)
        return found if len(found) <= _LONGEST_FORMULA else ""

    def _slopes(self, node: Node) -> list[list[str]]:
        """The derivative of a node by each of its arguments: the box, and the formula.

        Of an op that works entry by entry it is a factor; of any other it is what
        becomes of the adjoint, which is a dot.
        """
        if isinstance(node.type, tuple) or isinstance(node.op, (Pick, Region)):
            return []
        found = {}
        for place, arg in enumerate(node.args[:_MOST_SLOPES]):
            slope = self.formulas.local(node, place) if arg.type.is_inexact else None
            markup = "" if slope is None else slope.mathml()
            if markup and arg in self.drawn.shown and len(markup) < _LONGEST_FORMULA:
                found[element(self.drawn.shown[arg])] = markup
        return [[box, markup] for box, markup in found.items()]

    def _convention(self, node: Node) -> str:
        """What decides where a slope jumps: of an adjoint, or in a node's adjoint."""
        role = self.graph.role_of(node)
        return self.kinks.get(node, "") if role is None else role.convention

    def _type(self, node: Node) -> dict[str, Any]:
        if not isinstance(node.type, ArrayType):
            return {}
        shape = visible(show_shape(node.type.shape))
        return {"shape": shape, "dtype": str(node.type.dtype)}

    def _position(self, node: Node) -> dict[str, Any]:
        """The user's line; an adjoint has that of the node whose rule made it."""
        for other in lineage(node, self.graph.ledger.roles):
            position = self.graph.position_of(other)
            if position is not None:
                found = {"position": visible(str(position))}
                return found if other is node else {**found, "inherited": True}
        return {}

    def _value(self, box: Box) -> dict[str, Any]:
        if box.node not in self.values:
            return {}
        value = self.values[box.node]
        return {"value": summary(value), "bad": badness(value)}


def _title(graph: Graph) -> str:
    """How the function is called, and what it gives."""
    signature = graph.signature
    name = "graph" if signature is None else signature.function
    words = graph.inputs if signature is None else signature.parameters
    given, made = (_some(map(visible, names)) for names in (words, graph.outputs))
    return visible(f"{name}({given}) \N{RIGHTWARDS ARROW} {made}")


def _some(names: Iterable[str]) -> str:
    first = list(islice(names, _MOST_NAMED + 1))
    return ", ".join(
        [*first[:_MOST_NAMED], *(["…"] if len(first) > _MOST_NAMED else [])]
    )


def _about(graph: Graph) -> str:
    roles = graph.ledger.roles
    back = sum(node in roles for node in graph.nodes)
    text = f"{len(graph)} nodes"
    return f"{text}, {back} of them of the derivative." if back else f"{text}."


def _goals(drawn: Drawing, goal: Goal | None) -> list[str]:
    """The boxes that all paths lead to: the loss, else what is returned."""
    graph = drawn.graph
    if goal is not None and goal.target in drawn.shown:
        return [element(drawn.shown[goal.target])]
    nodes = graph.outputs.values()
    forward = [node for node in nodes if graph.role_of(node) is None]
    return [element(drawn.shown[node]) for node in dict.fromkeys(forward or nodes)]


def _named(drawn: Drawing, nodes: Mapping[str, Node]) -> list[str]:
    found = (drawn.shown.get(node) for node in nodes.values())
    return list(dict.fromkeys(element(i) for i in found if i is not None))


def _passes(graph: Graph, goal: Goal | None) -> tuple[list[Pass], str]:
    """What rewriting does to `graph`; to one that is simple already, what it has done.

    Of that the beginning is lost, so the derivative is taken once more of its forward
    part, and left as the sweep has made it.
    """
    found = recorded(graph)
    if any(made.steps for made in found) or goal is None or not goal.inputs:
        return found, "What the passes make of this graph, one after the other."
    try:
        with building(graph.scope()):
            forward = Graph(graph.inputs, {goal.name: goal.target})
        raw = differentiate(forward, wrt=list(goal.inputs), stabilise=False)
    except GraphdiffError:
        return found, ""
    about = "From the derivative as the sweep writes it to the one shown, pass by pass."
    return recorded(raw), about
