"""Emission in the fast style: one operation a statement, arrays written over again.

NumPy pays for every fresh array, in time and in memory. So a value takes over the
array of an operand that nobody reads any more, by ``a += b`` or ``out=``; sums of
products go through ``np.vdot``, which overflows to infinity as a sum does, but without
NumPy's warning, since BLAS raises none; and a large term that is added to a result is
made block by block of rows. What the caller passed in is never written to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from graphdiff.emit.body.body import Body
from graphdiff.emit.fast.reuse import (
    WITH_ZERO,
    Reuse,
    factors_of,
    is_thin,
    is_zero,
    shows_argument,
)
from graphdiff.emit.module import Module
from graphdiff.emit.shell.inplace import QUICK
from graphdiff.emit.store.calls import BINARY
from graphdiff.emit.store.statements import InPlace, rows_of
from graphdiff.emit.store.value import Value
from graphdiff.emit.text.text import Text, atom, binary, call, literal, subscript
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.graph.types import each_type
from graphdiff.ops.core import elementwise as ufuncs
from graphdiff.ops.core.axes import Sum
from graphdiff.ops.core.reduce import Extremum, Mean, Prod
from graphdiff.runtime.late import is_library

BLOCK = 1 << 16
"""Bytes of a block."""

_UFUNCS = {sign: name for name, sign in BINARY.items()}
_AUGMENTED = ("+", "-", "*", "/")
_COMMUTES = ("+", "*")
_UNARY = {"-": "np.negative", "~": "np.invert"}

_REDUCTIONS = (Sum, Prod, Extremum)


class FastBody(Body):
    """Statements of one array operation each, in place wherever an operand dies."""

    regroups = False

    def __init__(
        self, graph: Graph, order: Sequence[Node], *args: Any, **options: Any
    ) -> None:
        """Find out which value may take over whose array."""
        super().__init__(graph, order, *args, **options)
        self.reuse = Reuse(
            order, self.variables, self.outputs, self.wanted, self.kept, self.grown
        )
        if not self.writer.quick:
            named = self.writer.helper
            self.writer.helper = lambda function: named(QUICK.get(function, function))
            self.writer.quick = True
        self._name_chains(order)

    def _name_chains(self, order: Sequence[Node]) -> None:
        """Call an array after the last value in it that the user has a name for."""
        best: dict[Node, str] = {}
        for node in reversed(order):
            name = best.pop(node, None) or self.wanted.get(node)
            source = self.reuse.takes.get(node)
            if name is None:
                continue
            if source is None:
                self.wanted[node] = name
            else:
                best[source] = name
                self.wanted.pop(node, None)

    def _needs_name(self, node: Node) -> bool:
        reuse = self.reuse
        if node in self.arrays.entries or reuse.is_value(node):
            return False
        if reuse.in_product(node) or reuse.is_entry(node) or reuse.is_mask(node):
            return False
        if reuse.is_vector(node) and self.values[node].without is not None:
            return False
        if super()._needs_name(node):
            return True
        if not node.args or shows_argument(node) or self.reuse.is_late(node):
            return False
        arrays = any(t.shape for a in node.args for t in each_type(a.type))
        return arrays and self.values[node].weight > 0

    def _make(self, node: Node) -> Value:
        if node in self.reuse.takes and any(map(self._is_entry, node.args)):
            text = self.values[self.reuse.takes[node]].text
            return self.joined(node, text, len(node.type.shape), frozenset())
        arg = node.args[0] if node.args else node
        if isinstance(node.op, Sum) and self.reuse.in_product(arg):
            factors = factors_of(arg)
            assert factors is not None
            texts = [self.full(factor) for factor in factors]
            return self.joined(node, call("np.vdot", texts), 0, frozenset())
        if isinstance(node.op, Mean) and node.type.dtype.char in "fd":
            return self._mean(node)
        return _quick_reduction(super()._make(node), node)

    def _mean(self, node: Node) -> Value:
        """The sum over the count: ``np.mean`` takes far longer to say so."""
        arg = node.args[0]
        shape = arg.type.shape
        made = super()._make(node)
        text = made.text
        if text.kind != "call" or not text.flat.startswith("np.mean("):
            return made
        count = math.prod([shape[a] for a in node.op.axes], start=1)  # type: ignore[attr-defined]
        whole = len(node.op.axes) == len(shape) > 1  # type: ignore[attr-defined]
        args = [part for part in text.parts[1:] if isinstance(part, Text)]
        total = call("np.add.reduce", args, {"axis": literal(None)} if whole else {})
        made.text = binary("/", total, self.sizes.text(count))
        return made

    def store(self, node: Node) -> Value:
        """Write the statement, in place if the array of an operand is free."""
        source = self.reuse.takes.get(node)
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

    def _is_entry(self, node: Node) -> bool:
        """Whether `node` is entries that can be added in place, not written out yet."""
        return node in self.sums and self.reuse.is_entry(node)

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
        if node.op in WITH_ZERO:
            args = [atom(name), literal(0)]
            statement.written = call(WITH_ZERO[node.op], args, out)
            return True
        if node.op is ufuncs.where:
            mask, kept, zero = node.args
            if kept is not source or not is_zero(zero) or is_thin(mask):
                return False
            helper = self.writer.helper("keep_where")
            statement.written = call(helper, [self.full(mask), atom(name)])
            return True
        if text.kind == "binary":
            return self._operator(statement, source)
        if text.kind == "unary":
            sign, operand = text.parts
            function = _UNARY[str(sign)]
            statement.written = call(function, [_unbracketed(operand)], out)
            return True
        if text.kind != "call" or not is_library(text.flat):
            return False
        head, *inner = text.parts
        args = [part for part in inner if isinstance(part, Text)]
        statement.written = call(_flat(head), args, out)
        return True

    def _operator(self, statement: InPlace, source: Node) -> bool:
        """``a += b`` if the array is the left operand, else the ufunc with ``out=``."""
        name = statement.name
        left, between, right = statement.text.parts
        left, right = _unbracketed(left), _unbracketed(right)
        sign = str(between).strip()
        if sign in _COMMUTES and right.flat == name:
            left, right = right, left
        if sign in _AUGMENTED and left.flat == name:
            statement.sign, statement.written = sign, right
            self._by_rows(statement, source)
        elif sign == "**" and right.flat == "2":
            statement.written = call("np.square", [left], {"out": atom(name)})
        else:
            function, out = _UFUNCS[sign], {"out": atom(name)}
            statement.written = call(function, [left, right], out)
        return True

    def _by_rows(self, statement: InPlace, source: Node) -> None:
        """Make a large term block by block, so that it never exists as a whole."""
        node = statement.node
        terms = [arg for arg in node.args if arg is not source]
        late = len(terms) == 1 and terms[0] not in self.variables
        if not late or not self.reuse.is_late(terms[0]) or not node.type.shape:
            return
        shape = node.type.shape
        row = math.prod(int(n) for n in shape[1:]) * node.type.dtype.itemsize
        step = 1 << max(0, (BLOCK // max(row, 1)).bit_length() - 1)
        statement.index = index = self.names.fresh("i")
        term = terms[0]
        wide = {a for a in term.args if a.type.shape and not is_thin(a)}
        kept = {a: self.values[a] for a in wide}
        for a in wide:
            text = subscript(self.full(a), [rows_of(index, step)])
            self.values[a] = Value(text, len(shape))
        made = self._make(term)
        self.values.update(kept)
        if made.rank == len(shape) and not made.thin:
            statement.written = made.text
            statement.rows = int(shape[0]), step


_REDUCE = {
    "np.sum(": "np.add.reduce",
    "np.prod(": "np.multiply.reduce",
    "np.max(": "np.maximum.reduce",
    "np.min(": "np.minimum.reduce",
}


def _quick_reduction(value: Value, node: Node) -> Value:
    """``np.add.reduce`` in the place of ``np.sum``, which only calls it."""
    text = value.text
    name = next((n for n in _REDUCE if text.flat.startswith(n)), None)
    if text.kind != "call" or name is None or not isinstance(node.op, _REDUCTIONS):
        return value
    _, *inner = text.parts
    args = [part for part in inner if isinstance(part, Text)]
    whole = len(node.op.axes) == len(node.args[0].type.shape) > 1
    value.text = call(_REDUCE[name], args, {"axis": literal(None)} if whole else {})
    return value


def _flat(part: str | Text) -> str:
    return part if isinstance(part, str) else part.flat


def _unbracketed(text: str | Text) -> Text:
    assert isinstance(text, Text)
    if text.kind != "bracket":
        return text
    inner = text.parts[1]
    assert isinstance(inner, Text)
    return inner


class FastModule(Module):
    """A module in the fast style."""

    body_class = FastBody
    fast = True

    def __init__(self, graph: Graph, name: str | None) -> None:
        """Write it as any module, then leave out helpers that came to nothing."""
        super().__init__(graph, name)
        lines = [line for s in self.body.statements for line in s.lines(4)]
        written = "\n".join(lines)
        for function in ("sigmoid", "relu", "softplus"):
            if f"{self.helpers.used.get(function)}(" not in written:
                self.helpers.used.pop(function, None)
