"""Emission in the fast style: one operation a statement, arrays written over again.

NumPy pays for every fresh array, in time and in memory. So a value takes over the
array of an operand that nobody reads any more, by ``a += b`` or ``out=``; sums of
products go through ``np.vdot``; and a large term that is added to a result is made
block by block of rows. What the caller passed in is never written to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.emit.body import Body
from graphdiff.emit.calls import BINARY
from graphdiff.emit.layout import assign
from graphdiff.emit.module import Module
from graphdiff.emit.statements import Statement, expression
from graphdiff.emit.text import Text, atom, binary, call, literal, slice_, subscript
from graphdiff.emit.traits import VIEWS
from graphdiff.emit.value import Value
from graphdiff.fresh import substitute
from graphdiff.graph import Graph
from graphdiff.node import LEAVES, Node, building, full_value
from graphdiff.ops import elementwise as ufuncs
from graphdiff.ops.axes import Sum
from graphdiff.ops.elementwise import Cast, Elementwise
from graphdiff.ops.index import ByArray, Put, Take
from graphdiff.ops.linalg import Einsum

LARGE = 1 << 18
"""Bytes from which on a term is made in blocks of rows."""
BLOCK = 1 << 17
"""Bytes of a block."""

_UFUNCS = {sign: name for name, sign in BINARY.items()}
_AUGMENTED = ("+", "-", "*", "/")
_COMMUTES = ("+", "*")
_UNARY = {"-": "np.negative", "~": "np.invert"}
_WITH_ZERO = {ufuncs.relu: "np.maximum", ufuncs.softplus: "np.logaddexp"}
_PRODUCTS = {ufuncs.multiply, ufuncs.square, ufuncs.power}


@dataclass(slots=True)
class InPlace(Statement):
    """``name op= written``, or a call that writes into ``name``, or a loop of rows.

    `text` is what a heading says that it computes.
    """

    sign: str = ""
    written: Text | None = None
    rows: tuple[int, int] | None = None
    index: str = "i"

    def lines(self, indent: int) -> list[str]:
        """The lines of source."""
        if self.updates:
            first = assign(self.name, self.text, indent, self.comment)
            return Statement.lines(self, indent)[len(first) :]
        assert self.written is not None
        if not self.sign:
            return expression(self.written, indent)
        sign = f"{self.sign}="
        if self.rows is None:
            return assign(self.name, self.written, indent, self.comment, op=sign)
        length, step = self.rows
        head = f"{' ' * indent}for {self.index} in range(0, {length}, {step}):"
        target = subscript(atom(self.name), [_rows(self.index, step)])
        return [head, *assign(target, self.written, indent + 4, op=sign)]


def _rows(index: str, step: int) -> Text:
    return slice_(atom(index), binary("+", atom(index), literal(step)))


class FastBody(Body):
    """Statements of one array operation each, in place wherever an operand dies."""

    def __init__(
        self, graph: Graph, order: Sequence[Node], *args: Any, **options: Any
    ) -> None:
        """Find out which value may take over whose array."""
        super().__init__(graph, order, *args, **options)
        self.readers: dict[Node, list[Node]] = {}
        for node in order:
            for arg in dict.fromkeys(node.args):
                self.readers.setdefault(arg, []).append(node)
        self.takes: dict[Node, Node] = {}
        self._choose(order)
        self._name_chains(order)

    # --- before writing ---------------------------------------------------------------

    def _choose(self, order: Sequence[Node]) -> None:
        place = {node: i for i, node in enumerate(order)}
        last: dict[Node, int] = {}
        for node in reversed(order):
            reads = [
                last.get(r, place[r]) if self._is_inline(r) else place[r]
                for r in self.readers.get(node, ())
            ]
            last[node] = max(reads, default=place[node])
        taken: set[Node] = set()
        for node in order:
            if not _may_overwrite(node) or self._is_inline(node):
                continue
            for arg in node.args:
                free = (
                    arg not in taken
                    and last[arg] == place[node]
                    and arg.type == node.type
                    and self._is_fresh(arg)
                    and not self._is_shown(arg, node)
                )
                if free:
                    self.takes[node] = arg
                    taken.add(arg)
                    break

    def _is_inline(self, node: Node) -> bool:
        """Whether `node` reads its arguments no sooner than its reader is computed."""
        readers = self.readers.get(node, [])
        entries = isinstance(node.op, Put) and len(readers) == 1
        return (
            entries or _shows(node) or self._is_late(node) or self._in_product(node)
        )

    def _is_fresh(self, node: Node) -> bool:
        """Whether `node` is computed into an array of its own, in full."""
        if not node.args or _shows(node) or node in self.outputs:
            return False
        if node in self.variables or self._is_late(node) or isinstance(node.op, Put):
            return False
        if not isinstance(node.op, Elementwise):
            return node not in self.kept
        return node not in self.kept and not all(map(_is_thin, node.args))

    def _is_shown(self, arg: Node, node: Node) -> bool:
        """Whether `node` reads the array of `arg` in another order as well."""
        stack = [other for other in node.args if other is not arg]
        while stack:
            other = stack.pop()
            if other is arg:
                return True
            if self._is_inline(other):
                stack += other.args
        return False

    def _is_late(self, node: Node) -> bool:
        """Whether `node` is a large term of a sum, made when the sum is."""
        readers = self.readers.get(node, [])
        op = node.op
        return (
            isinstance(op, Elementwise)
            and op.out
            and len(readers) == 1
            and readers[0].op in (ufuncs.add, ufuncs.subtract)
            and readers[0].args[0] is not readers[0].args[1]
            and (readers[0].op is ufuncs.add or readers[0].args[1] is node)
            and node not in self.outputs
            and node not in self.wanted
            and _nbytes(node) >= LARGE
            and all(
                isinstance(a.op, LEAVES) or a in self.variables or _is_number(a)
                for a in node.args
            )
        )

    def _name_chains(self, order: Sequence[Node]) -> None:
        """Call an array after the last value in it that the user has a name for."""
        best: dict[Node, str] = {}
        for node in reversed(order):
            name = best.pop(node, None) or self.wanted.get(node)
            source = self.takes.get(node)
            if name is None:
                continue
            if source is None:
                self.wanted[node] = name
            else:
                best[source] = name
                self.wanted.pop(node, None)

    # --- while writing ----------------------------------------------------------------

    def _needs_name(self, node: Node) -> bool:
        if self._in_product(node) or self._is_entry(node):
            return False
        if super()._needs_name(node):
            return True
        if not node.args or _shows(node) or self._is_late(node):
            return False
        return any(a.type.shape for a in node.args) and self.values[node].weight > 0

    def _in_product(self, node: Node) -> bool:
        """Whether `node` is a product of which only the sum of all is wanted."""
        readers = self.readers.get(node, [])
        return (
            len(readers) == 1
            and isinstance(readers[0].op, Sum)
            and _factors(node) is not None
            and len(readers[0].op.axes) == len(node.type.shape)
            and node not in self.outputs
        )

    def _is_entry(self, node: Node) -> bool:
        """Whether `node` is zeros with entries, to be added to an array in place."""
        readers = self.readers.get(node, [])
        return (
            isinstance(node.op, Put)
            and len(readers) == 1
            and readers[0].op is ufuncs.add
            and self.takes.get(readers[0]) not in (None, node)
            and node not in self.outputs
        )

    def _make(self, node: Node) -> Value:
        if node in self.takes and any(self._is_entry(a) for a in node.args):
            text = self.values[self.takes[node]].text
            return self.joined(node, text, len(node.type.shape), frozenset())
        arg = node.args[0] if node.args else node
        if isinstance(node.op, Sum) and self._in_product(arg):
            factors = _factors(arg)
            assert factors is not None
            texts = [self.full(factor) for factor in factors]
            return self.joined(node, call("np.vdot", texts), 0, frozenset())
        return super()._make(node)

    def store(self, node: Node) -> Value:
        """Write the statement, in place if the array of an operand is free."""
        source = self.takes.get(node)
        if node in self.variables or source is None or not self._fits(node, source):
            return super().store(node)
        value, name = self.values[node], self.variables[source]
        parts = [*value.parts, node]
        statement = InPlace(node, name, value.text, parts, value.hushed)
        if not self._write_over(statement, source):
            return super().store(node)
        for part in parts:
            self.places.setdefault(part, len(self.statements))
        self.statements.append(statement)
        self.variables[node] = name
        self.values[node] = Value(atom(name), value.rank, value.thin)
        return self.values[node]

    def _fits(self, node: Node, source: Node) -> bool:
        """Whether both are whole arrays, and the operand is ours."""
        value, other = self.values[node], self.values.get(source)
        rank = len(node.type.shape)
        return (
            other is not None
            and source in self.places
            and source in self.variables
            and node not in self.sums
            and value.rank == rank == other.rank
            and not value.thin
            and not other.thin
        )

    def _write_over(self, statement: InPlace, source: Node) -> bool:
        """Fill in how the statement writes over the array of `source`."""
        node, name, text = statement.node, statement.name, statement.text
        out = {"out": atom(name)}
        for arg in node.args:
            if self._is_entry(arg):
                statement.updates = self.sums.pop(arg)
                return True
        if node.op is ufuncs.sigmoid:
            helper = self.writer.helper("sigmoid_into")
            statement.written = call(helper, [atom(name)])
            return True
        if node.op in _WITH_ZERO:
            args = [atom(name), literal(0)]
            statement.written = call(_WITH_ZERO[node.op], args, out)
            return True
        if node.op is ufuncs.where:
            mask, kept, zero = node.args
            if kept is not source or not _is_zero(zero) or _is_thin(mask):
                return False
            helper = self.writer.helper("keep_where")
            statement.written = call(helper, [self.full(mask), atom(name)])
            return True
        if text.kind == "binary":
            left, sign, right = text.parts[0], str(text.parts[1]).strip(), text.parts[2]
            assert isinstance(left, Text)
            assert isinstance(right, Text)
            left, right = _unbracketed(left), _unbracketed(right)
            if sign in _COMMUTES and right.flat == name:
                left, right = right, left
            if sign in _AUGMENTED and left.flat == name:
                statement.sign, statement.written = sign, right
                self._by_rows(statement, source)
                return True
            if sign == "**" and right.flat == "2":
                statement.written = call("np.square", [left], out)
                return True
            statement.written = call(_UFUNCS[sign], [left, right], out)
            return True
        if text.kind == "unary":
            operand = text.parts[1]
            assert isinstance(operand, Text)
            function = _UNARY[str(text.parts[0])]
            statement.written = call(function, [_unbracketed(operand)], out)
            return True
        if text.kind != "call" or not text.flat.startswith("np."):
            return False
        function, *inner = text.parts
        args = [part for part in inner if isinstance(part, Text)]
        statement.written = call(_flat(function), args, out)
        return True

    def _by_rows(self, statement: InPlace, source: Node) -> None:
        """Make a large term block by block, so that it never exists as a whole."""
        node = statement.node
        terms = [arg for arg in node.args if arg is not source]
        if len(terms) != 1 or not self._is_late(terms[0]) or not node.type.shape:
            return
        shape = node.type.shape
        row = math.prod(int(n) for n in shape[1:]) * node.type.dtype.itemsize  # type: ignore[arg-type]
        step = 1 << max(0, (BLOCK // max(row, 1)).bit_length() - 1)
        statement.index = index = self.names.fresh("i")
        term = terms[0]
        wide = {a for a in term.args if a.type.shape and not _is_thin(a)}
        kept = {a: self.values[a] for a in wide}
        for a in wide:
            text = subscript(self.full(a), [_rows(index, step)])
            self.values[a] = Value(text, len(shape))
        made = self._make(term)
        self.values.update(kept)
        if made.rank == len(shape) and not made.thin:
            statement.written = made.text
            statement.rows = int(shape[0]), step  # type: ignore[call-overload]


def _flat(part: str | Text) -> str:
    return part if isinstance(part, str) else part.flat


def _unbracketed(text: Text) -> Text:
    if text.kind != "bracket":
        return text
    inner = text.parts[1]
    assert isinstance(inner, Text)
    return inner


def _shows(node: Node) -> bool:
    """Whether the result of `node` may lie in the memory of an argument."""
    if isinstance(node.op, Take):
        arrays = [a for a in node.args[1:] if a.type.shape]
        return not arrays or not any(isinstance(p, ByArray) for p in node.op.pattern)
    return isinstance(node.op, (*VIEWS, Cast, Einsum))


def _may_overwrite(node: Node) -> bool:
    op = node.op
    if not isinstance(op, Elementwise) or not node.type.shape:
        return False
    if op is ufuncs.where:
        return _is_zero(node.args[2]) and node.type.dtype.kind == "f"
    if op is ufuncs.sigmoid or op in _WITH_ZERO:
        return True
    return op.out and op.name.startswith("np.") and op.name != "np.clip"


def _is_zero(node: Node) -> bool:
    value = full_value(node)
    return value is not None and value == 0 and not np.signbit(value)


def _is_number(node: Node) -> bool:
    """Whether `node` is one number, repeated or not."""
    while isinstance(node.op, VIEWS) and node.args:
        node = node.args[0]
    return not node.type.shape or full_value(node) is not None


def _is_thin(node: Node) -> bool:
    """Whether `node` may be held in fewer entries than its shape has."""
    return isinstance(node.op, (*VIEWS, *LEAVES)) and (
        bool(node.args) or full_value(node) is not None or node.op.label == "size"
    )


def _nbytes(node: Node) -> int:
    """The bytes of `node`; 0 if they depend on named sizes."""
    shape = node.type.shape
    if not all(isinstance(n, int) for n in shape):
        return 0
    return math.prod(int(n) for n in shape) * node.type.dtype.itemsize  # type: ignore[arg-type]


def _factors(node: Node) -> tuple[Node, Node] | None:
    """The two factors of a product of real arrays of one shape, if it is one."""
    if node.op not in _PRODUCTS or node.type.dtype.char not in "fd":
        return None
    if node.op is ufuncs.power and full_value(node.args[1]) != 2:
        return None
    first = node.args[0]
    second = node.args[1] if node.op is ufuncs.multiply else first
    if any(_is_thin(a) for a in (first, second)):
        return None
    return first, second


def mask_of_results(graph: Graph) -> Graph:
    """Test ``relu(x) > 0`` in the place of ``x > 0``: then x need not be kept."""
    results = {n.args[0]: n for n in graph.nodes if n.op is ufuncs.relu}
    places: dict[Node, Node] = {}
    scope = graph.scope()
    for node in graph.nodes:
        if node.op is ufuncs.greater and node.args[0] in results:
            if full_value(node.args[1]) == 0:
                result = results[node.args[0]]
                places[node] = scope.make(node.op, (result, node.args[1]))
                role = scope.roles.get(node)
                if role is not None:
                    scope.roles[places[node]] = role
    if not places:
        return graph
    with building(scope):
        found = substitute(list(graph.outputs.values()), places)
        outputs = dict(zip(graph.outputs, found, strict=True))
        return Graph(graph.inputs, outputs, signature=graph.signature)


class FastModule(Module):
    """A module in the fast style."""

    body_class = FastBody

    def __init__(self, graph: Graph, name: str | None) -> None:
        """Prepare the graph, then write it as any module."""
        super().__init__(mask_of_results(graph), name)
