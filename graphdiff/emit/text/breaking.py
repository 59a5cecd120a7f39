"""Where an expression may be broken over lines: the document of a `Text`.

Follows `ruff format` construct by construct. A bracket is broken before what stands
outside it; a chain of operators is broken at those of the lowest precedence, all of
them or none; an expression with no bracket of its own gets a pair when it must be
broken, unless breaking its first or last bracket does (`a + f(` ... `)`).
"""

from collections.abc import Sequence
from itertools import count
from typing import Final

from graphdiff.emit.text.printer import (
    END,
    GROUP,
    INDENT,
    LIMIT,
    LINE,
    SPACE_OR_LINE,
    Document,
    Printer,
    Tag,
)
from graphdiff.emit.text.text import POSTFIX, RANK, UNARY, Text, columns, operand

_OPEN: Final = 0
_BRACKETED: Final = -1
_COLLECTIONS: Final = ("tuple", "list", "dict")


def items_of(text: Text) -> list[Text]:
    """Return what stands between the brackets of a call, a subscript, a collection."""
    first = 1 if text.kind in _COLLECTIONS else 2
    return [part for part in text.parts[first:] if isinstance(part, Text)]


def _flatten(text: Text) -> list[Text | str]:
    """Return operand, operator, operand, ... of a chain, whatever the precedences."""
    chain: list[Text | str] = []
    stack: list[Text | str] = [text]
    while stack:
        part = stack.pop()
        if isinstance(part, Text) and part.kind == "binary":
            stack.extend(reversed(part.parts))
        else:
            chain.append(part)
    return chain


def _rank(chain: Sequence[Text | str]) -> list[int]:
    return [RANK[str(op).strip()] for op in chain[1::2]]


class Breaker:
    """Builds one document; `level` says what surrounds an expression.

    `_OPEN`: nothing, so only its own brackets may break; `_BRACKETED`: a bracket;
    a positive number: a pair that appears only if the group of that number breaks.
    """

    def __init__(self) -> None:
        """Begin with an empty document."""
        self.document: Document = []
        self._groups = count(1)

    def statement(self, text: Text) -> None:
        """Append `text`, with a pair of brackets around it where breaking needs one."""
        write = self.document.append
        need = _need(text)
        if need == "never":
            self.expression(text, _OPEN)
            return
        group = next(self._groups)
        if need == "best fit":
            write(Tag("parenthesize", group))
            self.expression(text, group)
            write(END)
            return
        self.document += [Tag("group", group), Tag("if-broken", group, "(")]
        self.document += [Tag("indent-if", group), LINE]
        self.expression(text, group if _may_stay_bare(text) else _BRACKETED)
        self.document += [END, LINE, Tag("if-broken", group, ")"), END]

    def lines(self, indent: int) -> list[str]:
        """Return the lines of the document.

        Where something cannot be broken and is wider than the page, the formatter's
        first and second run may differ: such a statement stays on one line, and asks
        not to be formatted.
        """
        lines = Printer(self.document, indent).print()
        if len(lines) > 1 and any(columns(line) > LIMIT for line in lines):
            line = "".join(
                token.text if isinstance(token, Tag) else token
                for token in self.document
                if isinstance(token, str) or token.kind in ("line", "line-if")
            )
            return [f"{' ' * indent}{line}  # fmt: skip"]
        return lines

    def expression(self, text: Text, level: int, fluent: bool | None = None) -> None:
        """Append `text` as it stands within `level`."""
        match text.kind:
            case "binary":
                self._group(level)
                self._operators(_flatten(text), level)
                self.document.append(END)
            case "call" | "subscript" | "attribute":
                self._chain(text, level, fluent)
            case "tuple" | "list" | "dict":
                self._collection(text, level)
            case "bracket":
                self._open("(", level)
                self.expression(operand(text, 1), _BRACKETED)
                self._close(")", level)
            case "conditional":
                self._conditional(text, level)
            case "atom" | "number" | "string":
                self.document.append(text.flat)
            case _:
                for part in text.parts:
                    if isinstance(part, str):
                        self.document.append(part)
                    else:
                        self.expression(part, level)

    def _group(self, level: int) -> None:
        """Open a group that is one only inside brackets."""
        if level == _BRACKETED:
            self.document.append(GROUP)
        elif level == _OPEN:
            self.document.append(Tag("plain"))
        else:
            self.document.append(Tag("group-if", level))

    def _line(self, level: int, space: str) -> None:
        """Append a break that is one only inside brackets."""
        if level == _BRACKETED:
            self.document.append(SPACE_OR_LINE if space else LINE)
        elif level == _OPEN:
            self.document.append(space)
        else:
            self.document.append(Tag("line-if", level, space))

    def _open(self, left: str, level: int) -> None:
        if level > 0:
            self.document.append(Tag("fits-expanded", level))
        self.document += [left, GROUP, INDENT, LINE]

    def _close(self, right: str, level: int) -> None:
        self.document += [END, LINE, END, right]
        if level > 0:
            self.document.append(END)

    def _operators(self, chain: Sequence[Text | str], level: int) -> None:
        ranks = _rank(chain)
        lowest = min(ranks)
        cuts = [2 * i + 1 for i, rank in enumerate(ranks) if rank == lowest]
        self._run(chain[: cuts[0]], level)
        for start, stop in zip(cuts, [*cuts[1:], len(chain)], strict=True):
            operator = str(chain[start])
            space = " " if operator[0] == " " else ""
            self._line(level, space)
            self.document.append(operator.strip())
            if space:
                self.document.append(" ")
            elif level:
                self.document.append(Tag("if-broken", max(level, 0), " "))
            self._run(chain[start + 1 : stop], level)

    def _run(self, chain: Sequence[Text | str], level: int) -> None:
        if len(chain) == 1:
            assert isinstance(chain[0], Text)
            self.expression(chain[0], level)
        else:
            self._group(level)
            self._operators(chain, level)
            self.document.append(END)

    def _conditional(self, text: Text, level: int) -> None:
        a, _, test, _, b = text.parts
        assert isinstance(a, Text)
        assert isinstance(test, Text)
        assert isinstance(b, Text)
        self._group(level)
        self.expression(a, level)
        self._line(level, " ")
        self.document.append("if ")
        self.expression(test, level)
        self._line(level, " ")
        self.document.append("else ")
        self.expression(b, level)
        self.document.append(END)

    def _chain(self, text: Text, level: int, fluent: bool | None) -> None:
        """Append calls, subscripts and attributes: one dot a line if two can be cut."""
        is_root = fluent is None
        if fluent is None:
            fluent = level == _BRACKETED and _is_fluent(text)
        if fluent and is_root:
            self.document.append(GROUP)
        value = operand(text, 0)
        self.expression(value, level, fluent if _is_link(value) else None)
        if text.kind == "attribute":
            if fluent and value.kind in ("call", "subscript", "bracket"):
                self.document.append(LINE)
            self.document.append(str(text.parts[1]))
        elif text.kind == "subscript":
            self._subscript(text, level)
        else:
            self._arguments(text, level)
        if fluent and is_root:
            self.document.append(END)

    def _arguments(self, text: Text, level: int) -> None:
        items = items_of(text)
        if not items:
            self.document.append("()")
            return
        self._open("(", level)
        self.document.append(GROUP)
        self._sequence(items)
        self.document.append(END)
        self._close(")", level)

    def _subscript(self, text: Text, level: int) -> None:
        items = items_of(text)
        self._open("[", level)
        if len(items) == 1:
            self.expression(items[0], _BRACKETED)
        else:
            self.document.append(GROUP)
            self._sequence(items)
            self.document.append(END)
        self._close("]", level)

    def _collection(self, text: Text, level: int) -> None:
        items = items_of(text)
        left, right = str(text.parts[0]), str(text.parts[-1])[-1]
        if not items:
            self.document.append(text.flat)
            return
        self._open(left, level)
        if text.kind == "tuple" and len(items) == 1:
            self.expression(items[0], _BRACKETED)
            self.document.append(",")
        else:
            self._sequence(items)
        self._close(right, level)

    def _sequence(self, items: Sequence[Text]) -> None:
        for i, item in enumerate(items):
            if i:
                self.document += [",", SPACE_OR_LINE]
            self.expression(item, _BRACKETED)
        self.document.append(Tag("if-broken", 0, ","))


def _is_link(text: Text) -> bool:
    return text.kind in ("call", "subscript", "attribute")


def is_closed(text: Text) -> bool:
    """Whether `text` is a name, a literal, or a chain with one bracket at its end."""
    if text.kind in ("atom", "number", "string"):
        return True
    return _is_link(text) and _need(text) == "best fit"


def _is_fluent(text: Text) -> bool:
    """Whether a chain has two dots that follow a call, a subscript or a bracket."""
    dots = 0
    while _is_link(text):
        value = operand(text, 0)
        if text.kind == "attribute" and value.kind in ("call", "subscript", "bracket"):
            dots += 1
        text = value
    return dots >= 2


def _need(text: Text) -> str:
    """Return when a statement's value gets a pair of brackets.

    "never": it breaks at its own; "best fit": if that makes it fit; "multiline": if it
    must be broken.
    """
    if text.kind in ("binary", "conditional"):
        return "multiline"
    if text.kind in ("bracket", *_COLLECTIONS):
        return "never"
    if text.kind in ("atom", "number", "string"):
        return "best fit"
    if _is_link(text) and _is_fluent(text):
        return "multiline"
    return _need(operand(text, 1 if text.kind == "unary" else 0))


def _may_stay_bare(text: Text) -> bool:
    """Whether breaking the first or the last bracket may spare a pair around all."""
    if text.kind == "conditional":
        return False
    chain = _flatten(text)
    operands = [part for part in chain if isinstance(part, Text)]
    ranks = _rank(chain)
    for part in operands:
        if part.kind == "unary":
            if part.parts[0] == "~":
                ranks.append(UNARY)
            part = operand(part, 1)
        ranks += _dots(part)
    if all(_bare(part) for part in operands):
        return False
    lowest = min(ranks, default=POSTFIX)
    if ranks.count(lowest) > 1:
        return False
    return lowest >= POSTFIX or _ends(operands[-1]) or _starts(operands[0])


def _dots(text: Text) -> list[int]:
    """Return a rank for every dot that follows a bracket."""
    ranks = []
    while _is_link(text):
        value = operand(text, 0)
        if text.kind == "attribute" and value.kind not in (
            "attribute",
            *("atom", "number", "string"),
        ):
            ranks.append(POSTFIX)
        text = value
    return ranks


def _bare(text: Text) -> bool:
    """Whether `text` has no bracket anywhere."""
    if text.kind == "unary":
        text = operand(text, 1)
    while text.kind == "attribute":
        text = operand(text, 0)
    return text.kind in ("atom", "number", "string")


def _ends(text: Text) -> bool:
    if text.kind == "unary":
        text = operand(text, 1)
    if text.kind in ("call", *_COLLECTIONS):
        return bool(items_of(text))
    return text.kind == "bracket"


def _starts(text: Text) -> bool:
    while _is_link(text):
        text = operand(text, 0)
    if text.kind in _COLLECTIONS:
        return bool(items_of(text))
    return text.kind == "bracket"
