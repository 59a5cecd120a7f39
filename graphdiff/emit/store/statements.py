"""The statements of an emitted function, and what is known about each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from graphdiff.emit.text.breaking import Breaker
from graphdiff.emit.text.layout import assign, entries
from graphdiff.emit.text.printer import LIMIT, Printer
from graphdiff.emit.text.text import (
    Text,
    atom,
    binary,
    call,
    literal,
    operand,
    slice_,
    subscript,
)
from graphdiff.graph.node import Node
from graphdiff.graph.types import Shape

AMBIGUOUS = frozenset({"l", "O", "I"})
"""Names that linters find hard to read; a user who chose one keeps it."""

EXCUSE = "  # noqa: E741, RUF100"
"""E741 for linters that complain, RUF100 for those that do not and see no reason."""


def store_lines(name: str, text: Text, indent: int = 0, comment: str = "") -> list[str]:
    """The lines of ``name = text``; a hard name of the user's is excused."""
    if name not in AMBIGUOUS:
        return assign(name, text, indent, comment)
    first, *rest = assign(name, text, indent)
    return [first + EXCUSE, *rest]


AUGMENTED = {"np.add": "+", "np.subtract": "-", "np.multiply": "*", "np.divide": "/"}
"""The signs of ufuncs that can be written ``x += y``."""


@dataclass(slots=True)
class Update:
    """One more term of a sum that is put together in place: ``name[key] += value``.

    Or, if it has a `sign`, an assignment by that: ``name[key] = value``.
    """

    key: list[Text]
    value: Text
    once: bool
    sign: str = ""


@dataclass(slots=True)
class Statement:
    """``name = text``, followed by updates in place.

    `node` is the value computed, `parts` every node whose operation stands in the
    text, `shape` what the array really has. A hushed statement may warn about entries
    that are thrown away. One that only gives a gradient its name has no parts; it
    stands `under` the forward node that it belongs to. It comes `after` the statements
    of nodes that read what it writes over. One that `augments` may be ``x += y`` for
    ``x = x + y``: the array of x is its own.
    """

    node: Node
    name: str
    text: Text
    parts: list[Node]
    hushed: bool = False
    shape: Shape = ()
    comment: str = ""
    updates: Sequence[Update] = ()
    under: Node | None = None
    after: Sequence[Node] = ()
    augments: bool = True

    def texts(self) -> Iterator[Text]:
        """Every expression in the statement."""
        yield self.text
        for update in self.updates:
            yield update.value
            yield from update.key

    @property
    def step(self) -> tuple[str, Text]:
        """The sign and the value: ``x = x + y`` is ``x += y``."""
        text = self.text
        if text.kind != "binary" or text.parts[1] not in (" + ", " - "):
            return "=", text
        if not self.augments:
            return "=", text
        if operand(text, 0).flat != self.name:
            return "=", text
        sign, right = str(text.parts[1]).strip(), operand(text, 2)
        return f"{sign}=", operand(right, 1) if right.kind == "bracket" else right

    @property
    def grows(self) -> bool:
        """Whether it is written ``x += y``."""
        return self.step[0] != "="

    @property
    def flat(self) -> str:
        """The statement on one line, without its updates."""
        sign, value = self.step
        return f"{self.name} {sign} {value.flat}"

    def lines(self, indent: int) -> list[str]:
        """The lines of source."""
        sign, value = self.step
        if sign == "=":
            lines = store_lines(self.name, value, indent, self.comment)
        else:
            lines = assign(self.name, value, indent, self.comment, op=sign)
        return lines + self.update_lines(indent) if self.updates else lines

    def update_lines(self, indent: int) -> list[str]:
        """The lines of the updates."""
        lines: list[str] = []
        written: list[Text] = []
        blank = is_zeros(self.text)
        for update in _in_order(self.updates):
            target = subscript(atom(self.name), update.key)
            if update.sign:
                lines += assign(target, update.value, indent, op=update.sign)
            elif not update.once:
                text = call("np.add.at", [atom(self.name), _key(update), update.value])
                lines += expression(text, indent)
                blank = False
            elif blank and _disjoint(written, update.key):
                lines += assign(target, update.value, indent, op="=")
            elif update.value.kind == "unary" and update.value.flat[0] == "-":
                lines += assign(target, operand(update.value, 1), indent, op="-=")
            else:
                lines += assign(target, update.value, indent, op="+=")
            written += update.key[:1]
        return lines


@dataclass(slots=True)
class InPlace(Statement):
    """``name op= written``, or a call that writes into ``name``, or a loop of rows.

    `text` is what a heading says that it computes.
    """

    sign: str = ""
    written: Text | None = None
    rows: tuple[int, int] | None = None
    index: str = "i"

    @property
    def flat(self) -> str:
        """What a heading says that it computes."""
        if self.text.flat != self.name:
            return Statement.flat.fget(self)  # type: ignore[attr-defined,no-any-return]
        if not self.updates:
            assert self.written is not None
            return f"{self.name} {self.sign}= {self.written.flat}"
        update = self.updates[0]
        target = subscript(atom(self.name), update.key).flat
        return f"{target} {update.sign or '+='} {update.value.flat}"

    def texts(self) -> Iterator[Text]:
        """Every expression in the statement."""
        yield from Statement.texts(self)
        if self.written is not None:
            yield self.written

    def lines(self, indent: int) -> list[str]:
        """The lines of source."""
        if self.updates:
            return self.update_lines(indent)
        assert self.written is not None
        if not self.sign:
            return expression(self.written, indent)
        sign = f"{self.sign}="
        if self.rows is None:
            return assign(self.name, self.written, indent, self.comment, op=sign)
        length, step = self.rows
        head = f"{' ' * indent}for {self.index} in range(0, {length}, {step}):"
        target = subscript(atom(self.name), [rows_of(self.index, step)])
        return [head, *assign(target, self.written, indent + 4, op=sign)]


def rows_of(index: str, step: int) -> Text:
    """``i : i + step``."""
    return slice_(atom(index), binary("+", atom(index), literal(step)))


def is_zeros(text: Text) -> bool:
    """Whether the text makes an array of zeros."""
    return text.flat.startswith("np.zeros(")


def _in_order(updates: Sequence[Update]) -> Sequence[Update]:
    """The updates from the first entry to the last, where none meets another."""
    spans = [_span(update.key[0]) for update in updates]
    if any(update.sign or not update.once for update in updates) or None in spans:
        return updates
    order = sorted(range(len(spans)), key=lambda i: spans[i] or (0, 0))
    found = [spans[i] or (0, 0) for i in order]
    if any(a[1] > b[0] for a, b in pairwise(found)):
        return updates
    return [updates[i] for i in order]


def _disjoint(written: list[Text], key: list[Text]) -> bool:
    """Whether an index surely names no entry that has been written before."""
    if not written:
        return True
    mine, others = _span(key[0]), [_span(w) for w in written]
    return mine is not None and all(
        other is not None and (other[1] <= mine[0] or mine[1] <= other[0])
        for other in others
    )


def _span(index: Text) -> tuple[float, float] | None:
    """Where the entries begin and end that ``3`` or ``2:5`` names along an axis."""
    start, colon, stop = index.flat.partition(":")
    if not colon:
        return (int(start), int(start) + 1) if start.isdigit() else None
    if (start and not start.isdigit()) or (stop and not stop.isdigit()):
        return None
    return int(start or 0), int(stop) if stop else math.inf


def _key(update: Update) -> Text:
    """The index as an expression of its own."""
    if len(update.key) == 1 and update.key[0].kind != "slice":
        return update.key[0]
    return subscript(atom("np.s_"), update.key)


def expression(text: Text, indent: int, keyword: str = "") -> list[str]:
    """The lines of a bare expression as a statement, or of ``raise`` and one."""
    if indent + len(keyword) + text.width <= LIMIT:
        return [f"{' ' * indent}{keyword}{text.flat}"]
    if (lines := entries(keyword, text, indent)) is not None:
        return lines
    breaker = Breaker()
    if keyword:
        breaker.document.append(keyword)
    breaker.statement(text)
    return Printer(breaker.document, indent).print()
