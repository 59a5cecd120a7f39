"""Loops and branches as statements: lines before, blocks of statements, lines after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from graphdiff.emit.store.statements import InPlace, Statement, Update, expression
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.renaming import names_in, renamed
from graphdiff.emit.text.text import Text, subscript

_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Line(Statement):
    """``name = text`` that only belongs to a region; without a name, a bare line."""

    @property
    def flat(self) -> str:
        """The line."""
        if not self.name:
            return self.text.flat
        return Statement.flat.fget(self)  # type: ignore[attr-defined,no-any-return]

    def lines(self, indent: int) -> list[str]:
        """The lines of source."""
        if not self.name:
            return expression(self.text, indent)
        return Statement.lines(self, indent)

    @property
    def is_idle(self) -> bool:
        """Whether it says ``x = x``."""
        return self.name == self.text.flat


@dataclass(slots=True)
class Block:
    """A line that ends in a colon, and the statements below it.

    `opening` and `text` make that line; `body` knows about the statements, `graph` and
    all, where they are those of a graph.
    """

    opening: str
    text: Text | None
    statements: list[Statement]
    body: Variables | None = None

    @property
    def head(self) -> str:
        """The line that opens the block."""
        return f"{self.opening}{self.text.flat if self.text else ''}:"


@dataclass(slots=True)
class Region(Statement):
    """A loop or a branch: `first` lines, `blocks`, `last` lines."""

    first: list[Line] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    last: list[Line] = field(default_factory=list)

    @property
    def is_choice(self) -> bool:
        """Whether one of the blocks runs."""
        return bool(self.blocks) and self.blocks[0].opening.startswith("if ")

    @property
    def flat(self) -> str:
        """The line that opens it, for headings and listings."""
        return f"{self.blocks[0].head} ..." if self.blocks else self.text.flat

    def texts(self) -> Iterator[Text]:
        """Every expression in it."""
        for line in (*self.first, *self.last):
            yield from line.texts()
        for block in self.blocks:
            if block.text is not None:
                yield block.text
            for statement in block.statements:
                yield from statement.texts()

    def lines(self, indent: int) -> list[str]:
        """The lines of source, without comments."""
        lines = [text for line in self.first for text in line.lines(indent)]
        for block in self.blocks:
            lines.append(f"{' ' * indent}{block.head}")
            for statement in block.statements:
                lines += statement.lines(indent + 4)
        return [*lines, *(text for line in self.last for text in line.lines(indent))]


class Moment(NamedTuple):
    """One thing that happens when statements run: names are read, then names bound."""

    reads: set[str]
    binds: set[str]


def moments(statements: Iterable[Statement]) -> Iterator[Moment]:
    """What the statements do, in the order in which it happens.

    A loop's statements happen again and again: they come once, all of them after the
    line that opens it.
    """
    for statement in statements:
        if isinstance(statement, Region):
            yield from moments(statement.first)
            if statement.is_choice:
                yield from _alternatives(statement)
            else:
                for block in statement.blocks:
                    yield _opening(block)
                    yield from moments(block.statements)
            yield from moments(statement.last)
            continue
        own = _targets(statement.name)
        if isinstance(statement, InPlace):
            if statement.written is not None:
                yield Moment(names_in(statement.written) | own.reads | own.binds, set())
        else:
            yield Moment(names_in(statement.text) | own.reads, own.binds)
        for update in statement.updates:
            reads = names_in(subscript(update.value, update.key))
            yield Moment(reads | own.reads | own.binds, set())


def _opening(block: Block) -> Moment:
    opened = set(_WORD.findall(block.opening))
    return Moment(names_in(block.text) if block.text else set(), opened)


def _alternatives(choice: Region) -> Iterator[Moment]:
    """The blocks of a branch, of which one runs: the last statements of all as one."""
    last = Moment(set(), set())
    for block in choice.blocks:
        yield _opening(block)
        *before, end = moments(block.statements)
        yield from before
        last.reads.update(end.reads)
        last.binds.update(end.binds)
    yield last


def _targets(name: str) -> Moment:
    """What ``a``, ``a, b`` and ``a[t]`` before an equals sign read and bind."""
    words = set(_WORD.findall(name))
    return Moment(words, set()) if "[" in name else Moment(set(), words)


def flattened(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The statements, and those in the blocks of regions after each of these."""
    for statement in statements:
        yield statement
        if isinstance(statement, Region):
            for block in statement.blocks:
                yield from flattened(block.statements)


def rename(statements: Iterable[Statement], names: Mapping[str, str]) -> None:
    """Give variables other names, wherever they stand."""
    for statement in statements:
        statement.name = _WORD.sub(lambda m: names.get(m[0], m[0]), statement.name)
        statement.text = renamed(statement.text, names)
        statement.updates = [_renamed(u, names) for u in statement.updates]
        if isinstance(statement, InPlace) and statement.written is not None:
            statement.written = renamed(statement.written, names)
        if isinstance(statement, Region):
            rename(statement.first, names)
            for block in statement.blocks:
                if block.text is not None:
                    block.text = renamed(block.text, names)
                rename(block.statements, names)
            rename(statement.last, names)
            statement.first = [line for line in statement.first if not line.is_idle]
            statement.last = [line for line in statement.last if not line.is_idle]


def _renamed(update: Update, names: Mapping[str, str]) -> Update:
    key = [renamed(item, names) for item in update.key]
    return Update(key, renamed(update.value, names), update.once, update.sign)
