r"""Templates: how a notation is written down, in a small part of LaTeX.

``\frac{#1}{#2}``, ``\lVert #1 \rVert_F``, ``#1 \odot #2``: what an author would hand to
``\newcommand``, read here into boxes, from which all printers work. Understood are the
signs of `signs`, scripts, ``\frac``, ``\sqrt``, accents, ``\operatorname``,
``\mathrm``, ``\mathbf``, ``\mathcal``, ``\text``, ``\,``, brackets (which grow)
and the environments ``bmatrix`` and ``cases``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from graphdiff.errors import GraphValueError
from graphdiff.show.formula.boxes import (
    Accent,
    Box,
    Fence,
    Frac,
    Letter,
    Root,
    Row,
    Script,
    Slot,
    Space,
    Table,
    row,
)
from graphdiff.show.formula.signs import OPENING, SIGNS

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|#\d+|\d+(?:\.\d+)?|\S")
_WORD = re.compile(r"\s*\{([^{}\\$#]*)\}")
_WORDS = {
    r"\operatorname": "function",
    r"\mathrm": "upright",
    r"\mathbf": "bold",
    r"\mathcal": "script",
    r"\text": "words",
    r"\mathit": "italic",
}
_ACCENTS = (r"\hat", r"\bar", r"\tilde", r"\dot", r"\vec")
_SPACES = {r"\,": Space(), r"\quad": Space(wide=True)}


@lru_cache(maxsize=1024)
def parse(text: str) -> Box:
    r"""The boxes that a template describes; raises `GraphValueError` if it is wrong.

    >>> from graphdiff.show.formula.template import parse
    >>> parse(r"\frac{#1}{2}")
    Frac(over=Slot(place=0), under=Letter(text='2', style='number'))
    """
    reader = _Reader(text)
    made = reader.row(())
    if reader.at < len(text):
        reader.fail(f"an unexpected {text[reader.at :]!r}")
    return made


class _Reader:
    """Reads one template from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text.rstrip()
        self.at = 0

    def fail(self, what: str) -> None:
        raise GraphValueError(f"the notation {self.text!r}: {what} at {self.at}")

    def peek(self) -> str:
        """The next token; "" at the end."""
        found = _TOKEN.search(self.text, self.at)
        return found.group() if found else ""

    def take(self) -> str:
        """The next token, which is behind us then."""
        found = _TOKEN.search(self.text, self.at)
        if found is None:
            self.fail("the end came too early")
            return ""
        self.at = found.end()
        return found.group()

    def row(self, ends: tuple[str, ...]) -> Box:
        """Boxes up to one of `ends`, which is left to the caller."""
        items: list[Box] = []
        while (token := self.peek()) and token not in ends and token != "}":
            if token in ("^", "_"):
                self.fail("a script of nothing")
            items.append(self.scripted(self.one()))
        return row(*items)

    def scripted(self, base: Box) -> Box:
        """`base` with the scripts that follow."""
        scripts: dict[str, Box] = {}
        while (token := self.peek()) in ("^", "_") and token not in scripts:
            self.take()
            scripts[token] = self.group()
        if not scripts:
            return base
        return Script(base, scripts.get("_"), scripts.get("^"))

    def group(self) -> Box:
        """What stands in braces, or the next box."""
        if self.peek() != "{":
            return self.one()
        self.take()
        inside = self.row(())
        self.close("}")
        return inside

    def close(self, wanted: str) -> None:
        if self.peek() != wanted:
            self.fail(f"expected {wanted!r}")
        self.take()

    def word(self) -> str:
        """Plain text in braces."""
        found = _WORD.match(self.text, self.at)
        if found is None:
            self.fail("expected plain text in braces")
            return ""
        self.at = found.end()
        return found.group(1)

    def one(self) -> Box:
        """The next box, without its scripts."""
        if self.peek() == "{":
            return self.group()
        token = self.take()
        if token in _WORDS:
            return Letter(self.word(), _WORDS[token])
        if token in _ACCENTS:
            return Accent(token[1:], self.group())
        if token in _SPACES:
            return _SPACES[token]
        if token in OPENING:
            inside = self.row((OPENING[token],))
            self.close(OPENING[token])
            return Fence(token, inside, OPENING[token])
        if token in SIGNS:
            return SIGNS[token]
        if token == r"\frac":
            return Frac(self.group(), self.group())
        if token == r"\sqrt":
            return self.root()
        if token == r"\begin":
            return self.table()
        if token[0] == "#":
            return Slot(int(token[1:]) - 1)
        if token[0].isdigit():
            return Letter(token, "number")
        if token[0] == "\\":
            self.fail(f"{token} is not understood")
        return Letter(token)

    def root(self) -> Box:
        """A root, its degree in square brackets."""
        if self.peek() != "[":
            return Root(self.group())
        self.take()
        degree = self.row(("]",))
        self.close("]")
        return Root(self.group(), degree)

    def table(self) -> Box:
        """An environment of rows and columns."""
        kind = self.word()
        if kind not in ("bmatrix", "cases"):
            self.fail(f"the environment {kind!r} is not understood")
        rows: list[list[Box]] = [[]]
        while True:
            rows[-1].append(self.row(("&", r"\\", r"\end")))
            token = self.take()
            if token == r"\\":
                rows.append([])
            elif token != "&":
                break
        if self.word() != kind:
            self.fail("environments are not closed as they were opened")
        return Table(kind, tuple(tuple(cells) for cells in rows))


def slots(box: Box) -> list[int]:
    """The arguments that a template mentions, in the order in which it does."""
    match box:
        case Slot(index):
            return [index]
        case Row(items):
            parts: tuple[Box | None, ...] = items
        case Frac(over, under):
            parts = (over, under)
        case Script(base, sub, sup):
            parts = (base, sub, sup)
        case Root(inside, degree):
            parts = (degree, inside)
        case Fence(_, inside, _) | Accent(_, inside):
            parts = (inside,)
        case Table(_, rows):
            parts = tuple(cell for cells in rows for cell in cells)
        case _:
            parts = ()
    return [index for part in parts if part is not None for index in slots(part)]
