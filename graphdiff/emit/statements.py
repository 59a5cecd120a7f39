"""The statements of an emitted function, and what is known about each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphdiff.emit.breaking import Breaker
from graphdiff.emit.layout import assign, entries
from graphdiff.emit.printer import LIMIT, Printer
from graphdiff.emit.text import Text, atom, call, operand, subscript
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


@dataclass(slots=True)
class Update:
    """One more term of a sum that is put together in place: ``name[key] += value``."""

    key: list[Text]
    value: Text
    once: bool


@dataclass(slots=True)
class Statement:
    """``name = text``, followed by updates in place.

    `node` is the value computed, `parts` every node whose operation stands in the
    text, `shape` what the array really has. A hushed statement may warn about entries
    that are thrown away. One that only gives a gradient its name has no parts; it
    stands `under` the forward node that it belongs to.
    """

    node: Node
    name: str
    text: Text
    parts: list[Node]
    hushed: bool = False
    shape: Shape = ()
    comment: str = ""
    updates: list[Update] = field(default_factory=list)
    under: Node | None = None

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
        if operand(text, 0).flat != self.name:
            return "=", text
        sign, right = str(text.parts[1]).strip(), operand(text, 2)
        return f"{sign}=", operand(right, 1) if right.kind == "bracket" else right

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
        if not self.updates:
            return lines
        written: list[Text] = []
        blank = is_zeros(self.text)
        for update in self.updates:
            target = subscript(atom(self.name), update.key)
            if not update.once:
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


def is_zeros(text: Text) -> bool:
    """Whether the text makes an array of zeros."""
    return text.flat.startswith("np.zeros(")


def _disjoint(written: list[Text], key: list[Text]) -> bool:
    """Whether an index surely names no entry that has been written before."""
    first = key[0].flat
    return not written or (
        first.isdigit() and all(w.flat.isdigit() and w.flat != first for w in written)
    )


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
