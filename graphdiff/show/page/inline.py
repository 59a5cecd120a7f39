"""Expressions in one line: every node's text, with those of its arguments inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphdiff.emit.text.text import Text, atom, attribute
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Constant, Full, Input, Node, Size
from graphdiff.ops.core.axes import Spread, Transpose
from graphdiff.ops.region.region import Region
from graphdiff.runtime.late import unqualified
from graphdiff.show.drawing.write import Drawn, Written
from graphdiff.show.formula import Formulas
from graphdiff.show.formula.names import barred
from graphdiff.show.formula.notation import boxed

_LONGEST = 160
_TOO_LONG = atom("…")


def inlined_texts(graph: Graph) -> dict[Node, str]:
    """The text of every output of `graph`, in terms of its inputs alone.

    One that would be too long to read is left out.
    """
    written = _Inlined(graph)
    found: dict[Node, str] = {}
    for node in graph.outputs.values():
        text = written.inlined(node)
        if text is not _TOO_LONG:
            found[node] = unqualified(text.flat)
    return found


def inlined_formulas(
    graph: Graph, nodes: Iterable[Node], bars: Mapping[Node, Node]
) -> dict[Node, str]:
    """The formulas of `nodes` as MathML, in terms of the inputs of `graph` alone.

    An input that `bars` maps to another one is its adjoint, and written with a bar.
    """
    formulas = Formulas(graph)
    known = formulas.plan.known
    for node in [node for node in known if not isinstance(node.op, Input)]:
        del known[node]
    for adjoint, value in bars.items():
        if adjoint in known and value in known:
            known[adjoint] = boxed(barred(known[value].box))
    return {node: formulas.expression(node).mathml() for node in nodes}


class _Inlined(Written):
    """The writer of pictures, told that nothing is a box but what is given."""

    def __init__(self, graph: Graph) -> None:
        """Write every node of `graph`, outputs as well as others."""
        super().__init__(graph)
        self._whole = {
            node: self._folded(node) for node in self.outputs if node in self.boxes
        }

    def inlined(self, node: Node) -> Text:
        """The text of `node`."""
        return self._whole.get(node) or self.drawn[node].text

    def _fold(self, node: Node) -> Drawn | None:
        return Drawn((), self._folded(node))

    def _folded(self, node: Node) -> Text:
        if isinstance(node.op, (Input, Constant)):
            return atom(self.name(node) or "constant")
        if any(self.drawn[arg].text is _TOO_LONG for arg in node.args):
            return _TOO_LONG
        found = self._in_place(node)
        return found if found.width <= _LONGEST else _TOO_LONG

    def _in_place(self, node: Node) -> Text:
        if isinstance(node.type, tuple) or isinstance(node.op, Region):
            return _TOO_LONG
        if isinstance(node.op, (Full, Size, Spread)):
            folded = super()._fold(node)
            assert folded is not None
            return folded.text
        if isinstance(node.op, Transpose) and node.op.order == (-1, -2):
            return attribute(self.drawn[node.args[0]].text, "T")
        return self._text(node)
