"""A graph as Graphviz text: the computation going up, its derivative coming back down.

The picture is that of Goodfellow, Bengio and Courville, *Deep Learning*, figures 6.8 to
6.11: one node for each value, arrows from what is read to what reads it, the nodes that
differentiation appended beside those that were there. Numbers, broadcasting and
transposes are written into the nodes that use them; drawn, they would hide the rest.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from graphdiff.emit.store.calls import Writer
from graphdiff.emit.store.sizes import Sizes
from graphdiff.emit.store.value import plain, short_number
from graphdiff.emit.text.text import Text, atom, attribute, literal, subscript
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Constant, Full, Input, Node, Size
from graphdiff.graph.types import show_type
from graphdiff.ops.core.axes import Spread, Transpose
from graphdiff.ops.core.index import Put
from graphdiff.ops.core.setitem import SetItem
from graphdiff.ops.region.region import Region
from graphdiff.runtime.late import unqualified
from graphdiff.show import OwnNames
from graphdiff.show.text import region_lines

_HEAD = """digraph graphdiff {
  graph [rankdir=BT, newrank=true, fontname="Helvetica", fontsize=13, nodesep=0.35,
         ranksep=0.45, pad=0.3, bgcolor="white", splines=true]
  node [shape=box, style="filled,rounded", fontname="Helvetica", fontsize=12,
        penwidth=1.2, margin="0.14,0.07"]
  edge [color="#5b6b7f", arrowsize=0.7, penwidth=1.1]"""

_LEGEND = """  label=<<font color="#3b6fb6">forward</font>   <font
    color="#c9682b">gradient</font>>"""
_INPUT = 'fillcolor="#ffffff", color="#3b6fb6"'
_FORWARD = 'fillcolor="#e6effb", color="#3b6fb6"'
_GRADIENT = 'fillcolor="#fdebdc", color="#c9682b"'
_ACROSS = 'color="#b9c2cd", penwidth=0.9'
_BACK = 'color="#c9682b"'
_LONGEST = 40
_INDENT = "&#160;&#160;"
_LEFT = '<br align="left"/>'


class Drawn(NamedTuple):
    """How a node looks from its readers: the node that is drawn for it, and its text.

    `source` is None for a number, which is written where it is used.
    """

    source: Node | None
    text: Text


def to_dot(graph: Graph) -> str:
    """`graph` as the text of a Graphviz file.

    Each value shows its name, its operation and its type; inputs are white, outputs
    have a double border, kinks say which convention was used. Two halves stand beside
    each other: what the function computes, and (orange) its derivative. The text is
    the same for the same graph; names are escaped, whatever they hold.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(x**2), gd.spec("n"))
    >>> print(graph.to_dot().splitlines()[0])
    digraph graphdiff {
    """
    return _Drawing(graph).text()


class _Drawing:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.outputs: dict[Node, list[str]] = {}
        for name, node in graph.outputs.items():
            self.outputs.setdefault(node, []).append(name)
        self.inputs = {node: name for name, node in graph.inputs.items()}
        self.writer = Writer(Sizes(OwnNames()), str)
        self.drawn: dict[Node, Drawn] = {}
        self.numbers: dict[Node, int] = {}
        self.told: set[Node] = set()
        self.regions = region_lines(graph) if _holds_graphs(graph) else {}
        for node in graph.nodes:
            folded = self._fold(node)
            if folded is None:
                self.numbers[node] = len(self.numbers)
                folded = Drawn(node, atom(self._name(node) or "·"))
            self.drawn[node] = folded

    def text(self) -> str:
        """The whole file."""
        lines = [_HEAD]
        if any(self.graph.role_of(n) is not None for n in self.numbers):
            lines.append(_LEGEND)
        lines += [f"  {self._node(n)}" for n in self.numbers]
        lines += self._levels()
        for node in self.numbers:
            lines += self._edges(node)
        return "\n".join([*lines, "}", ""])

    def _levels(self) -> list[str]:
        """Put each adjoint to the right of the value that it is the adjoint of."""
        forward = {self._name(n): n for n in self.numbers if not self.graph.role_of(n)}
        lines = []
        for node, number in self.numbers.items():
            name = self._name(node) or ""
            if self.graph.role_of(node) is None or not name.startswith("d_"):
                continue
            partner = forward.get(name[2:])
            if partner is not None:
                pair = f"n{self.numbers[partner]} -> n{number} [style=invis]"
                lines.append(f"  {{rank=same; {pair}}}")
        return lines

    def _fold(self, node: Node) -> Drawn | None:
        """The text of a node that is written into its readers; None if it is drawn."""
        op = node.op
        if node in self.outputs:
            return None
        if isinstance(op, Full):
            return Drawn(None, literal(short_number(plain(op.value, node.type.dtype))))
        if isinstance(op, Size):
            return Drawn(None, self.writer.sizes.text(op.size))
        if isinstance(op, Constant) and not node.type.shape:
            return Drawn(None, literal(short_number(plain(op.value, node.type.dtype))))
        if self.graph.name_of(node) is not None:
            return None
        if isinstance(op, Spread):
            return self.drawn[node.args[0]]
        if isinstance(op, Transpose) and op.order == (-1, -2):
            source, text = self.drawn[node.args[0]]
            return Drawn(source, attribute(text, "T"))
        return None

    def _name(self, node: Node) -> str | None:
        found = self.graph.name_of(node) or self.inputs.get(node)
        if found is None and node in self.outputs:
            found = self.outputs[node][0]
        return found

    def _node(self, node: Node) -> str:
        role = self.graph.role_of(node)
        look = _INPUT if isinstance(node.op, Input) else _FORWARD
        look = look if role is None else _GRADIENT
        border = ", peripheries=2" if node in self.outputs else ""
        return f"n{self.numbers[node]} [label=<{self._label(node)}>, {look}{border}]"

    def _label(self, node: Node) -> str:
        name, role = self._name(node), self.graph.role_of(node)
        lines = [f"<b>{_escape(name)}</b>"] if name else []
        for other in self.outputs.get(node, ()):
            if other != name:
                lines.append(f"<b>{_escape(other)}</b> (output)")
        if node in self.regions:
            rows = [_escape(row).replace("  ", _INDENT) for row in self.regions[node]]
            lines.append("".join(f"{row}{_LEFT}" for row in rows))
        elif operation := self._operation(node):
            lines.append(_escape(operation))
        small = '<font point-size="9" color="#6a7686">{}</font>'
        lines.append(small.format(_escape(show_type(node.type))))
        if role is not None and role.convention and role.of not in self.told:
            self.told.add(role.of)
            lines.append(small.format(_escape(role.convention)))
        return "<br/>".join(lines).replace(f"{_LEFT}<br/>", _LEFT)

    def _operation(self, node: Node) -> str:
        """The operation on the names of its arguments, ``·`` for those without."""
        if isinstance(node.op, (Input, Constant)):
            return "" if isinstance(node.op, Input) else "constant"
        texts = [self.drawn[arg].text for arg in node.args]
        if isinstance(node.op, Spread):
            return texts[0].flat
        record = node.op.call(*[arg.type for arg in node.args])
        if isinstance(node.op, SetItem):
            place = subscript(texts[0], self.writer.key(record.args[2], texts))
            return f"{place.flat} = {texts[1].flat}"
        if isinstance(node.op, Put):
            place = subscript(atom("zeros"), self.writer.key(record.args[2], texts))
            return f"{place.flat} {'=' if node.op.once else '+='} {texts[0].flat}"
        return unqualified(self.writer.call(record, texts).flat)

    def _edges(self, node: Node) -> list[str]:
        """Arrows from what `node` reads.

        The derivative runs downwards: its arrows are laid out against their direction,
        and those from the forward half do not pull nodes about.
        """
        me = self.numbers[node]
        backward = self.graph.role_of(node) is not None
        lines = []
        for source in dict.fromkeys(self.drawn[arg].source for arg in node.args):
            if source is None:
                continue
            other = self.numbers[source]
            if not backward:
                lines.append(f"  n{other} -> n{me}")
            elif self.graph.role_of(source) is None:
                lines.append(f"  n{other} -> n{me} [{_ACROSS}, constraint=false]")
            else:
                lines.append(f"  n{me} -> n{other} [{_BACK}, dir=back]")
        return lines


def _holds_graphs(graph: Graph) -> bool:
    return any(isinstance(node.op, Region) for node in graph.nodes)


def _escape(text: str) -> str:
    """`text` for an HTML-like label: nothing in it is markup, or breaks the line."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    return escape("".join(c if c.isprintable() else "�" for c in text))
