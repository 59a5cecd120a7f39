"""A graph as a listing of statements: names, expressions, types, source lines.

The statements are those of the emitted module, under the same names: what is short is
written inline, what has a name or is read twice stands alone. Each line is
``name = expression  # dtype[shape]  file:line``. The gradient follows the forward part,
in groups, each under the statement that it is the adjoint of. ``name[key] += value``
adds up at a key that is met twice, as ``np.add.at`` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from graphdiff.emit.store.blocks import Line, Region
from graphdiff.emit.store.statements import InPlace, Statement
from graphdiff.emit.text.text import atom, columns, string, subscript
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Constant, Node
from graphdiff.graph.types import ArrayType, show_type
from graphdiff.show.statements import Statements

_WIDEST = 60
_ENTRIES = 6
_LINES = 8


class Row(NamedTuple):
    """One line of the listing, its columns still apart."""

    text: str
    type: str = ""
    note: str = ""


def listing(graph: Graph) -> str:
    """`graph` as statements, for ``print(graph)``.

    The first line names inputs and outputs; then come inputs, constants, the forward
    part and the gradient, each group of which begins with the forward statement that
    it belongs to and the convention used at its kink, if it has one.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def energy(x):
    ...     y = np.tanh(x)
    ...     return np.sum(y * y)
    >>> print(gd.trace(energy, gd.spec("n")))  # doctest: +ELLIPSIS
    energy(x) -> energy
    <BLANKLINE>
    inputs:
      x            # float64[n]
    <BLANKLINE>
    forward:
      y = np.tanh(x)    # float64[n]  ...
      energy = np.sum(y**2)  # float64[]  ...
    """
    return _Listing(graph).text()


def region_lines(graph: Graph) -> dict[Node, list[str]]:
    """The lines of each loop and branch of `graph`, as they are listed: the first."""
    listed = _Listing(graph)
    found: dict[Node, list[str]] = {}
    for statement in listed.body.statements:
        if isinstance(statement, Region):
            rows = list(listed.region(statement, ""))
            lines = [row.text for row in rows]
            more = len(lines) > _LINES
            found[statement.node] = [*lines[:_LINES], *(["..."] if more else [])]
    return found


class _Listing(Statements):
    def text(self) -> str:
        """The whole listing."""
        parts = [
            [Row("inputs:"), *map(self._input, self.graph.inputs)],
            [Row("constants:"), *map(self._constant, self.constants)],
            [Row("forward:"), *self._forward()],
            [Row("gradient:"), *self._gradient()],
            [Row("outputs:"), *self._outputs()],
        ]
        rows: list[Row] = [Row(self._title())]
        for part in parts:
            if len(part) > 1:
                rows += [Row(""), *part]
        return "\n".join(_aligned(rows))

    def _title(self) -> str:
        signature = self.graph.signature
        name = signature.function if signature else "graph"
        words = signature.parameters if signature else self.graph.inputs
        outputs = ", ".join(map(_word, self.graph.outputs))
        return f"{name}({', '.join(map(_word, words))}) -> {outputs}"

    def _input(self, path: str) -> Row:
        node = self.graph.inputs[path]
        name = self.given[node]
        text = name if name == path else f"{name} = {_word(path)}"
        return Row(f"  {text}", str(node.type))

    def _constant(self, node: Node) -> Row:
        assert isinstance(node.op, Constant)
        value = node.op.value
        entries = [str(x) for x in value.ravel()[: _ENTRIES + 1].tolist()]
        if len(entries) > _ENTRIES:
            entries[-1] = "..."
        text = f"  {self.given[node]} = [{', '.join(entries)}]"
        return Row(text, str(node.type), self._where([node]))

    def _forward(self) -> Iterator[Row]:
        for statement in self.body.statements:
            if not self._is_adjoint(statement):
                yield from self._rows(statement, "  ")

    def _gradient(self) -> Iterator[Row]:
        group: object = None
        for statement in self.body.statements:
            if not self._is_adjoint(statement):
                continue
            of = self.body.cited(statement)
            if of is not None and of is not group:
                group = of
                yield self._heading(of, statement)
            yield from self._rows(statement, "    ")

    def _is_adjoint(self, statement: Statement) -> bool:
        return self.graph.role_of(statement.node) is not None

    def _heading(self, of: Statement, statement: Statement) -> Row:
        roles = (self.graph.role_of(node) for node in statement.parts)
        conventions = dict.fromkeys(r.convention for r in roles if r and r.convention)
        where = self._where(of.parts)
        notes = "; ".join([*([where] if where else []), *conventions])
        text = f"  adjoint of {of.flat}"
        return Row(f"{text}  ({notes})" if notes else text)

    def region(self, region: Region, margin: str) -> Iterator[Row]:
        """A loop or a branch: its lines, and its blocks further in."""
        for line in region.first:
            yield self._line(line, margin)
        for block in region.blocks:
            yield Row(f"{margin}{block.head}", note=self._where(region.parts))
            for statement in block.statements:
                yield from self._rows(statement, f"{margin}  ")
        for line in region.last:
            yield self._line(line, margin)

    def _line(self, line: Line, margin: str) -> Row:
        type = line.node.type
        shown = show_type(type) if isinstance(type, ArrayType) and line.name else ""
        return Row(f"{margin}{line.flat}", shown)

    def _rows(self, statement: Statement, margin: str) -> Iterator[Row]:
        if isinstance(statement, Region):
            yield from self.region(statement, margin)
            return
        if isinstance(statement, Line):
            yield self._line(statement, margin)
            return
        type = show_type(statement.node.type)
        where = self._where(reversed(statement.parts))
        name = statement.name
        yield Row(f"{margin}{statement.flat}", type, where)
        begun = isinstance(statement, InPlace)
        for update in statement.updates[begun:]:
            place = subscript(atom(name), update.key).flat
            sign = update.sign or "+="
            yield Row(f"{margin}{place} {sign} {update.value.flat}", type, where)

    def _where(self, nodes: Iterable[Node]) -> str:
        for node in nodes:
            position = self.body.positions.get(node)
            if position is not None:
                return str(position)
        return ""

    def _outputs(self) -> Iterator[Row]:
        """Outputs that are called something else than their value."""
        for name, node in self.graph.outputs.items():
            text = self.body.full(node).flat
            if text != name:
                yield Row(f"  {_word(name)} = {text}", str(node.type))


def _word(name: str) -> str:
    """`name`, in quotes unless it is a dotted name."""
    plain = all(p.isidentifier() or p.isdecimal() for p in name.split("."))
    return name if plain and name.isprintable() else string(name).flat


def _aligned(rows: Sequence[Row]) -> Iterator[str]:
    """The rows with their types and source lines in columns."""
    typed = [row for row in rows if row.type]
    widths = (columns(row.text) for row in typed)
    text = max((width for width in widths if width <= _WIDEST), default=0)
    type = max((columns(r.type) for r in typed), default=0)
    for row in rows:
        if not row.type:
            yield f"{row.text}  # {row.note}" if row.note else row.text
            continue
        first = row.text + " " * (text - columns(row.text))
        second = row.type + " " * (type - columns(row.type))
        yield f"{first}  # {second}  {row.note}".rstrip()
