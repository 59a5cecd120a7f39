"""The graph that a region holds, on its way to being a block of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from graphdiff.emit.region.carries import is_number
from graphdiff.emit.region.live import restricted
from graphdiff.emit.store.blocks import Line
from graphdiff.emit.store.statements import Statement
from graphdiff.emit.store.value import Value
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.text import Text, atom
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Arange, Node
from graphdiff.ops.core import elementwise as ufuncs
from graphdiff.ops.core.index import Take
from graphdiff.ops.region.loop import Loop

_SUMS = (ufuncs.add, ufuncs.subtract)


class Inner:
    """A graph within a body: what its inputs are, before its statements are made."""

    def __init__(self, outer: Variables, graph: Graph, live: Collection[int]) -> None:
        """Find the order of the graph, and who reads what, for its `live` outputs."""
        self.outer = outer
        self.live = live
        self.inputs = list(graph.inputs.values())
        self.outputs = list(graph.outputs.values())
        self.graph = graph = restricted(graph, live)
        ordered = outer.ordered(graph)
        self.names = outer.names.block()
        self.uses = Counter(a for n in ordered for a in n.args)
        self.uses.update(graph.outputs.values())
        self.order = [n for n in ordered if n.args or self.uses[n]]
        self.first: list[Line] = []
        self._values: dict[Node, Value] = {}
        self._variables: dict[Node, str] = {}
        self._wanted: dict[Node, str] = {}
        self._numbers: set[Node] = set()
        self._owners: dict[Node, Statement] = {}
        self.lent: dict[Node, Any] = {}
        self.entries: set[Node] = set()

    def word(self, node: Node) -> str:
        """What the user calls an input or output of the graph."""
        known = self.graph.name_of(node) or _handed_on(self.graph, node)
        if known is not None:
            return known
        named = {**self.graph.outputs, **self.graph.inputs}
        keys = [key for key, value in named.items() if value is node]
        if not keys:
            return node.op.label
        *before, last = keys[-1].split(".")
        return f"{before[-1]}_{last}" if before and last.isdigit() else last

    def be(self, node: Node, value: Value, number: bool = False) -> None:
        """Let an input of the graph be a value that exists, maybe a number."""
        self._values[node] = value
        if number:
            self._numbers.add(node)
        if value.text.kind == "atom" and not value.weak:
            self._variables[node] = value.text.flat

    def bind(self, node: Node, text: Text, wanted: str) -> None:
        """Let an input be `text`: under a name, if more than one place reads it."""
        rank = len(node.type.shape)
        if self.uses[node] < 2 and not self._is_indexed(node):
            self.be(node, Value(text, rank), not rank)
            return
        name = self.names.fresh(wanted)
        self.first.append(Line(node, name, text, []))
        self.be(node, Value(atom(name), rank), not rank)

    def _is_indexed(self, node: Node) -> bool:
        """Whether entries of it are read: ``x[0]`` is plainer than ``xs[t][0]``."""
        return any(isinstance(n.op, Take) and n.args[0] is node for n in self.order)

    def want(self, names: Mapping[Node, str]) -> None:
        """Say what to call results, if they are computed here."""
        for node, name in names.items():
            if node.args and node not in self._wanted:
                self._wanted[node] = self.names.fresh(name)

    def write(self) -> Variables:
        """The statements of the graph."""
        known = self.graph.ledger.names
        taken = {known.get(n) or n.op.label for n in self.inputs}
        self.want(
            {
                n: known[n]
                for n in self.order
                if n in known and not (self.uses[n] == 1 and known[n] in taken)
            }
        )
        pairs = zip(self.outputs, self.inputs, strict=False)
        grown = {
            new
            for new, old in pairs
            if new.op in _SUMS and new.args[0] is old and new.type.shape
        }
        body = self.outer.nested(
            self.graph, self.order, self.names, self._variables, self._wanted, grown
        )
        body.values.update(self._values)
        body.lent, body.entries = self.lent, self.entries
        body.owned |= self._numbers
        body.write(self.order)
        body.arrange()
        self._owners = {n: body.statements[i] for n, i in body.places.items()}
        body.statements[:0] = self.first
        return body

    def close(self, body: Variables) -> None:
        """End the block, whose lines are complete; later ones may cite them."""
        self.names.close()
        places = {id(s): i for i, s in enumerate(body.statements)}
        computed = {s.node: i for i, s in enumerate(body.statements) if s.parts}
        body.places = {}
        for node, statement in self._owners.items():
            place = places.get(id(statement), computed.get(statement.node))
            if place is not None:
                body.places[node] = place
                body.elsewhere.setdefault(node, body.statements[place])


def _handed_on(graph: Graph, node: Node) -> str | None:
    """What a loop in the graph calls the carry that begins with an input of it."""
    found = True
    while found:
        found = False
        for reader in graph.nodes:
            op = reader.op
            if isinstance(op, Loop) and node in reader.args[: op.carries]:
                place = reader.args.index(node)
                graph, node = op.body, list(op.body.inputs.values())[place]
                if graph.name_of(node) is not None:
                    return graph.name_of(node)
                found = True
                break
    return None


def settled(body: Variables, inner: Iterable[Inner], args: Sequence[Node]) -> None:
    """Compute, before a region begins, what it reads: once, and not in every step.

    `args` are the last arguments of the region, those of the last inputs within.
    """
    read: dict[Node, None] = {}
    for part in inner:
        olds = part.inputs[len(part.inputs) - len(args) :]
        pairs = zip(args, olds, strict=True)
        read.update({arg: None for arg, old in pairs if part.uses[old]})
    for node in read:
        if isinstance(node.op, Arange):
            continue
        value = body.values[node]
        if node in body.sums or value.weight or value.hushed:
            body.store(node)


def given(body: Variables, node: Node) -> Value:
    """The value of an argument of a region, for use within; thin where it is."""
    value = body.values[node]
    return Value(
        value.text, value.rank, value.thin, weak=value.weak, number=value.number
    )


def is_constant(body: Variables, node: Node) -> bool:
    """Whether an invariant without axes is a scalar of NumPy, and no array."""
    return not node.type.shape and is_number(body, node)
