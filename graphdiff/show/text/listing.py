"""The rows of a listing: inputs, constants, statements of the forward part, adjoints.

The statements are those of the emitted module, under the same names: what is short is
written inline, what has a name or is read twice stands alone. Each row is
``name = expression  # dtype[shape]  file:line``. The gradient follows the forward part,
in groups, each under the statement that it is the adjoint of. ``name[key] += value``
adds up at a key that is met twice, as ``np.add.at`` does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from graphdiff.emit.store.blocks import Line, Region
from graphdiff.emit.store.statements import InPlace, Statement
from graphdiff.emit.text.text import atom, subscript
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Constant, Node
from graphdiff.graph.types import ArrayType, show_type
from graphdiff.show.statements import Statements
from graphdiff.show.text.rows import Look, Row, word

_ENTRIES = 6
_NAMES = 12


@dataclass(slots=True)
class Entry:
    """What is listed or left out as a whole: a statement, with all of its rows.

    Entries of one `group` stand under one `heading`. `node` is what is computed, `of`
    the forward node that it is a derivative of.
    """

    rows: list[Row]
    node: Node | None = None
    group: object = None
    heading: Row | None = None
    of: Node | None = None

    def after(self, before: Sequence[Entry]) -> Entry:
        """The entry; one without a heading goes on with the group `before` it."""
        if self.heading is None and before and before[0].heading is not None:
            (last,) = before
            self.group, self.heading, self.of = last.group, last.heading, last.of
            self.rows = [row._replace(level=row.level + 1) for row in self.rows]
        return self


@dataclass(slots=True)
class Section:
    """A part of a listing under a title of its own."""

    title: str
    entries: list[Entry] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """All rows, those of headings among them."""
        yield Row(self.title)
        yield from under_headings(self.entries)


def under_headings(entries: Iterable[Entry]) -> Iterator[Row]:
    """The rows of entries, with the heading of each group before its first."""
    group: object = None
    for entry in entries:
        if entry.heading is not None and entry.group is not group:
            group = entry.group
            yield entry.heading
        yield from entry.rows


class Listing(Statements):
    """The rows of a graph; without `bodies`, loops and branches are one row each."""

    def __init__(self, graph: Graph, bodies: bool = True) -> None:
        """Write the statements of `graph`."""
        super().__init__(graph)
        self.bodies = bodies

    def title(self, short: bool = False) -> Row:
        """The row that says what is computed from what; many outputs may be cut."""
        signature = self.graph.signature
        name = signature.function if signature else "graph"
        words = signature.parameters if signature else self.graph.inputs
        given, made = list(map(word, words)), list(map(word, self.graph.outputs))
        if short:
            given, made = list(shortest(given)), list(shortest(made))
        text = f"{name}({', '.join(given)}) -> {', '.join(made)}"
        return Row(text.rstrip(), look="title")

    def sections(
        self, chosen: Collection[int], read: Collection[Node]
    ) -> list[Section]:
        """The parts, with the statements that are `chosen` and the inputs `read`."""
        inputs = [
            Entry([self._input(p)]) for p, n in self.graph.inputs.items() if n in read
        ]
        constants = [Entry([self._constant(n)]) for n in self.constants if n in read]
        forward: list[Entry] = []
        gradient: list[Entry] = []
        for i, statement in enumerate(self.body.statements):
            if i not in chosen:
                continue
            if self.is_adjoint(statement):
                gradient.append(self._adjoint(statement).after(gradient[-1:]))
            else:
                rows = list(self._rows(statement, 1, "forward"))
                forward.append(Entry(rows, statement.node))
        outputs = [Entry([row]) for row in self._outputs()]
        return [
            Section("inputs:", inputs),
            Section("constants:", constants),
            Section("forward:", forward),
            Section("gradient:", gradient),
            Section("outputs:", outputs),
        ]

    def is_adjoint(self, statement: Statement) -> bool:
        """Whether the statement belongs to the gradient."""
        return self.graph.role_of(statement.node) is not None

    def _input(self, path: str) -> Row:
        node = self.graph.inputs[path]
        name = self.given[node]
        text = name if name == path else f"{name} = {word(path)}"
        return Row(text, str(node.type), level=1, look="input")

    def _constant(self, node: Node) -> Row:
        assert isinstance(node.op, Constant)
        value = node.op.value
        entries = [str(x) for x in value.ravel()[: _ENTRIES + 1].tolist()]
        if len(entries) > _ENTRIES:
            entries[-1] = "..."
        text = f"{self.given[node]} = [{', '.join(entries)}]"
        return Row(text, str(node.type), self._where([node]), 1, "input")

    def _adjoint(self, statement: Statement) -> Entry:
        """A statement of the gradient, under what it is the adjoint of, if known."""
        found = self.origin(statement)
        if found is None:
            rows = list(self._rows(statement, 1, "gradient"))
            return Entry(rows, statement.node)
        group, of, text, parts = found
        roles = (self.graph.role_of(node) for node in statement.parts)
        conventions = dict.fromkeys(r.convention for r in roles if r and r.convention)
        where = self._where(parts)
        notes = "; ".join([*([where] if where else []), *conventions])
        text = f"adjoint of {text}" + (f"  ({notes})" if notes else "")
        heading = Row(text, level=1, look="adjoint")
        rows = list(self._rows(statement, 2, "gradient"))
        return Entry(rows, statement.node, group, heading, of)

    def region(self, region: Region, level: int, look: Look) -> Iterator[Row]:
        """A loop or a branch: its lines, and its blocks further in."""
        for line in region.first:
            yield self._line(line, level, look)
        for block in region.blocks:
            where = self._where(region.parts)
            yield Row(block.head, note=where, level=level, look=look)
            for statement in block.statements:
                yield from self._rows(statement, level + 1, look)
        for line in region.last:
            yield self._line(line, level, look)

    def _line(self, line: Line, level: int, look: Look) -> Row:
        type = line.node.type
        shown = show_type(type) if isinstance(type, ArrayType) and line.name else ""
        return Row(line.flat, shown, "", level, look)

    def _rows(self, statement: Statement, level: int, look: Look) -> Iterator[Row]:
        if isinstance(statement, Region):
            rows = list(self.region(statement, level, look))
            if self.bodies:
                yield from rows
                return
            where = self._where(statement.parts)
            count = f"{len(rows)} lines" + (f", {where}" if where else "")
            yield Row(statement.flat, note=count, level=level, look=look)
            return
        if isinstance(statement, Line):
            yield self._line(statement, level, look)
            return
        type = show_type(_stored(statement))
        where = self._where(reversed(statement.parts))
        yield Row(statement.flat, type, where, level, look)
        begun = isinstance(statement, InPlace)
        for update in statement.updates[begun:]:
            place = subscript(atom(statement.name), update.key).flat
            text = f"{place} {update.sign or '+='} {update.value.flat}"
            yield Row(text, type, where, level, look)

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
                row = f"{word(name)} = {text}"
                yield Row(row, str(node.type), level=1, look="input")


def shortest(names: Sequence[str]) -> Sequence[str]:
    """The names; of many only the first, and the last."""
    left = len(names) - _NAMES
    if left <= 1:
        return names
    return [*names[: _NAMES - 1], f"... {left:,} more", names[-1]]


def _stored(statement: Statement) -> ArrayType | tuple[ArrayType, ...]:
    """The type of the array under that name: repeated axes may have size 1 in it."""
    type = statement.node.type
    if isinstance(type, tuple) or not statement.shape:
        return type
    return ArrayType(statement.shape, type.dtype)
