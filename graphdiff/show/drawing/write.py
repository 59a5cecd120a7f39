"""What stands in a box and what is a box: each node's text, as its readers see it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from graphdiff.emit.store.calls import Writer
from graphdiff.emit.store.sizes import Sizes
from graphdiff.emit.store.value import plain, short_number
from graphdiff.emit.text.text import Text, atom, attribute, literal, subscript
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Constant, Full, Input, Node, Size
from graphdiff.ops.core.axes import Spread, Transpose
from graphdiff.ops.core.index import Put
from graphdiff.ops.core.setitem import SetItem
from graphdiff.ops.region.region import Region
from graphdiff.runtime.late import unqualified
from graphdiff.show import OwnNames

_FACTOR = 28


class Drawn(NamedTuple):
    """How a node looks from its readers: its text, and the boxes that the text names.

    A number names none.
    """

    sources: tuple[Node, ...]
    text: Text


class Written:
    """The nodes of a graph that are boxes, and the texts of all of them.

    With `fold` (the default of pictures) numbers, broadcasts, transposes and short
    local derivatives are written into what reads them.
    """

    def __init__(self, graph: Graph, fold: bool = True) -> None:
        """Write every node of `graph`, each after those that it reads."""
        self.graph = graph
        self.outputs: dict[Node, list[str]] = {}
        for name, node in graph.outputs.items():
            self.outputs.setdefault(node, []).append(name)
        self.inputs = {node: name for name, node in graph.inputs.items()}
        self.writer = Writer(Sizes(OwnNames()), str)
        self.readers = Counter(
            arg for n in graph.nodes for arg in dict.fromkeys(n.args)
        )
        self.drawn: dict[Node, Drawn] = {}
        self.boxes: dict[Node, None] = {}
        for node in graph.nodes:
            folded = self._fold(node) if fold and node not in self.outputs else None
            if folded is None:
                self.boxes[node] = None
                folded = Drawn((node,), atom(self.name(node) or "·"))
            self.drawn[node] = folded

    def name(self, node: Node) -> str | None:
        """The name that people know the value by."""
        found = self.graph.name_of(node) or self.inputs.get(node)
        if found is None and node in self.outputs:
            found = self.outputs[node][0]
        return found

    def sources(self, node: Node) -> dict[Node, int]:
        """The boxes that the box of `node` reads, each with the place where."""
        found: dict[Node, int] = {}
        for place, arg in enumerate(node.args):
            for source in self.drawn[arg].sources:
                found.setdefault(source, place)
        return found

    def operation(self, node: Node) -> str:
        """The operation on the names of its arguments, ``·`` for those without."""
        if isinstance(node.op, (Input, Constant)):
            return "" if isinstance(node.op, Input) else "constant"
        if isinstance(node.op, Spread):
            return self.drawn[node.args[0]].text.flat
        return unqualified(self._text(node).flat)

    def _text(self, node: Node) -> Text:
        texts = [self.drawn[arg].text for arg in node.args]
        record = node.op.call(*[arg.type for arg in node.args])
        if isinstance(node.op, SetItem):
            place = subscript(texts[0], self.writer.key(record.args[2], texts))
            return atom(f"{place.flat} = {texts[1].flat}")
        if isinstance(node.op, Put):
            place = subscript(atom("zeros"), self.writer.key(record.args[2], texts))
            sign = "=" if node.op.once else "+="
            return atom(f"{place.flat} {sign} {texts[0].flat}")
        return self.writer.call(record, texts)

    def _fold(self, node: Node) -> Drawn | None:
        """The text of a node that is written into its readers; None if it is a box."""
        op = node.op
        if isinstance(op, Full):
            return Drawn((), literal(short_number(plain(op.value, node.type.dtype))))
        if isinstance(op, Size):
            return Drawn((), self.writer.sizes.text(op.size))
        if isinstance(op, Constant) and not node.type.shape:
            return Drawn((), literal(short_number(plain(op.value, node.type.dtype))))
        if self.graph.name_of(node) is not None:
            return None
        if isinstance(op, Spread):
            return self.drawn[node.args[0]]
        if isinstance(op, Transpose) and op.order == (-1, -2):
            sources, text = self.drawn[node.args[0]]
            return Drawn(sources, attribute(text, "T"))
        return self._factor(node)

    def _factor(self, node: Node) -> Drawn | None:
        """A short local derivative: made of forward values, and of use to one adjoint.

        ``1 - y**2`` stands in the box that multiplies by it, as on paper.
        """
        graph = self.graph
        if graph.role_of(node) is None or isinstance(node.op, (Region, SetItem, Put)):
            return None
        sources = tuple(self.sources(node))
        single = self.readers[node] == 1 or not sources
        if not node.args or not single or isinstance(node.type, tuple):
            return None
        if any(graph.role_of(source) is not None for source in sources):
            return None
        if any(graph.name_of(s) is None and s not in self.inputs for s in sources):
            return None
        text = self._text(node)
        return Drawn(sources, text) if text.width <= _FACTOR else None
