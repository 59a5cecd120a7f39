"""A step of a derivation written down: simplified, in the names of the listing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

from graphdiff.emit.store.blocks import Region
from graphdiff.emit.store.statements import InPlace, Statement
from graphdiff.emit.text.text import atom, subscript
from graphdiff.explanation.wording import inert, number
from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.node import Full, Input, Node, Scope, building
from graphdiff.rewrite import recording, simplify
from graphdiff.rewrite.record import Step as Firing
from graphdiff.show.statements import Statements


class Local:
    """Expressions in values that have names, as a graph of its own.

    `raw` is what the rules said, `graph` what is left of it when it has been
    simplified; `firings` are the rules of simplification that applied.
    """

    def __init__(
        self,
        outputs: Mapping[str, Node],
        known: Mapping[Node, str],
        ones: Collection[Node] = (),
    ) -> None:
        """Cut the graph out, with an input for each value of `known`."""
        self.raw = cut_out(outputs, known, ones)

    @cached_property
    def _simplified(self) -> tuple[Graph, list[Firing]]:
        with recording() as passes:
            graph = simplify(self.raw)
        return graph, [step for phase in passes for step in phase.steps]

    @property
    def graph(self) -> Graph:
        """The simplified graph."""
        return self._simplified[0]

    @property
    def firings(self) -> list[Firing]:
        """The rules that have changed something."""
        return self._simplified[1]

    @cached_property
    def texts(self) -> dict[str, list[str]]:
        """For each output the statements that lead to it, the last its own."""
        return written(self.graph)

    def lines(self, name: str, joins: bool) -> list[str]:
        """The statements of one output; if it `joins` others, they add to it."""
        lines = self.texts[name]
        if not joins:
            return lines
        start = f"{name} = "
        bare = [line for line in lines if not line.startswith(f"{start}np.zeros(")]
        return [line.replace(start, f"{name} += ", 1) for line in bare or lines]

    @cached_property
    def raw_texts(self) -> dict[str, list[str]]:
        """The same before simplification."""
        return written(self.raw)


def written(graph: Graph) -> dict[str, list[str]]:
    """For each output of `graph` the statements that compute it, in NumPy's words."""
    listed = Statements(graph)
    found: dict[str, list[str]] = {}
    for name, node in graph.outputs.items():
        text = inert(listed.body.full(node).flat)
        needed = set(in_order([node]))
        lines = [
            line
            for statement in listed.body.statements
            if statement.node in needed
            for line in statement_lines(statement)
        ]
        if isinstance(node.op, Full):
            lines = [f"{name} = {number(node.op.value)}"]
        elif text != name:
            lines.append(f"{name} = {text}")
        found[name] = lines
    return found


def statement_lines(statement: Statement) -> list[str]:
    """A statement and its updates in place, each on a line."""
    if isinstance(statement, Region):
        heads = [f"{inert(block.head)} ..." for block in statement.blocks]
        plain = [inert(line.flat) for line in (*statement.first, *statement.last)]
        return heads or plain or [inert(statement.flat)]
    lines = [inert(statement.flat)]
    begun = isinstance(statement, InPlace)
    for update in getattr(statement, "updates", ())[begun:]:
        place = subscript(atom(statement.name), update.key).flat
        lines.append(inert(f"{place} {update.sign or '+='} {update.value.flat}"))
    return lines


def cut_out(
    outputs: Mapping[str, Node],
    known: Mapping[Node, str],
    ones: Collection[Node] = (),
) -> Graph:
    """The graph of `outputs` over inputs that stand for the nodes of `known`.

    The number 1 stands for the nodes of `ones`.
    """
    order = in_order(outputs.values(), known)
    with building(Scope()) as scope:
        made: dict[Node, Node] = {}
        inputs: dict[str, Node] = {}
        for node in order:
            if node in ones:
                made[node] = scope.make(Full.of(1, node.type), ())
            elif node in known or isinstance(node.op, Input):
                name = known.get(node) or node.op.label
                made[node] = scope.make(Input(name, node.type), ())
                inputs[name] = made[node]
            else:
                made[node] = scope.make(node.op, tuple([made[a] for a in node.args]))
        for name, node in outputs.items():
            if node.args and node not in known:
                scope.names.setdefault(made[node], name)
        return Graph(inputs, {name: made[node] for name, node in outputs.items()})
