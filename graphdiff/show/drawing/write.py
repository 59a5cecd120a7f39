"""What stands in a box and what is a box: each node's text, as its readers see it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from graphdiff.emit.store.calls import Writer
from graphdiff.emit.store.sizes import Sizes
from graphdiff.emit.store.value import plain, short_number
from graphdiff.emit.text.text import Text, atom, attribute, literal, subscript
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Constant, Full, Hole, Input, Node, Pick, Size
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.axes import Reshape, Spread, Transpose
from graphdiff.ops.core.elementwise import add
from graphdiff.ops.core.index import Put
from graphdiff.ops.core.setitem import SetItem
from graphdiff.ops.region.region import Region
from graphdiff.runtime.late import unqualified
from graphdiff.show import OwnNames
from graphdiff.show.drawing.vectors import Vectors

_MANY = 10_000
_FACTOR = 40
_OPERAND = 21
_SUM = 48


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
        self.brief = len(graph.nodes) > _MANY
        self.reader = {arg: n for n in graph.nodes for arg in n.args}
        self.vectors = Vectors(graph)
        self.drawn: dict[Node, Drawn] = {}
        self.boxes: dict[Node, None] = {}
        for node in graph.nodes:
            folded = self._fold(node) if fold and node not in self.outputs else None
            if folded is None:
                self.boxes[node] = None
                folded = Drawn((node,), self._seen(node))
            self.drawn[node] = folded

    def _seen(self, node: Node) -> Text:
        """What the readers of a box call it: its name, or what it does, if short."""
        name = self.name(node)
        if name is not None:
            return atom(shortest(name))
        if not node.args or isinstance(node.op, (Region, SetItem, Put)) or self.brief:
            return atom("·")
        if isinstance(node.op, Spread):
            return self.drawn[node.args[0]].text
        text = self._text(node)
        return text if text.width <= _OPERAND else atom("·")

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
        if isinstance(node.op, Pick):
            return self._picked(node.op, node.args[0])
        return unqualified(self._text(node).flat)

    def _picked(self, op: Pick, whole: Node) -> str:
        """Which result of several it is; nothing for a loop: its results have names."""
        if isinstance(whole.op, Region):
            return ""
        words = whole.op.results
        return f"{self.operation(whole)}{f'.{words[op.index]}' if words else ''}"

    def _text(self, node: Node) -> Text:
        texts = [self.drawn[arg].text for arg in node.args]
        if self.vectors.is_silent(node):
            return texts[0]
        if self.vectors.is_outer(node):
            vectors = [self.drawn[arg.args[0]].text.flat for arg in node.args]
            return atom(f"outer({', '.join(vectors)})")
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
        if self.vectors.is_silent(node):
            return self.drawn[node.args[0]]
        if self._becomes_vector(node):
            return Drawn(tuple(self.sources(node)), self._text(node))
        if isinstance(op, Reshape):
            text = self._text(node)
            bare = self.drawn[node.args[0]].text.flat == "·"
            short = atom("·") if bare or text.width > _OPERAND else text
            return Drawn(tuple(self.sources(node)), short)
        if not node.args and not isinstance(op, (Input, Constant, Hole)):
            text = self._text(node)
            return Drawn((), text) if text.width <= _OPERAND else None
        return self._term(node) or self._factor(node)

    def _becomes_vector(self, node: Node) -> bool:
        """Whether a product is only read to become a vector that has a box."""
        reader = self.reader.get(node)
        if reader is None or self.readers[node] > 1:
            return False
        known = reader in self.outputs or self.graph.name_of(reader) is not None
        return known and reader in self.vectors.dropped

    def type(self, node: Node) -> ArrayType | tuple[ArrayType, ...]:
        """The type to show: that of a vector for a product that becomes one."""
        reader = self.reader.get(node)
        if reader in self.vectors.dropped and self.readers[node] == 1:
            return reader.type
        return node.type

    def _term(self, node: Node) -> Drawn | None:
        """A sum that is only part of another: all its terms meet in one box."""
        role = self.graph.role_of
        reader = self.reader.get(node)
        if reader is None or node.op is not add or reader.op is not add:
            return None
        if self.readers[node] > 1 or (role(node) is None) != (role(reader) is None):
            return None
        text = self._text(node)
        if text.width > _SUM:
            return None
        return Drawn(tuple(self.sources(node)), text)

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
        if any(self.drawn[source].text.flat == "·" for source in sources):
            return None
        text = self._text(node)
        return Drawn(sources, text) if text.width <= _FACTOR else None


def shortest(name: str) -> str:
    """A name as it is written within operations: at most so long, on one line."""
    return name if len(name) <= 60 else f"{name[:59]}…"
