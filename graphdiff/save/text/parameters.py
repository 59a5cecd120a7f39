"""The parameters of ops read from text: what a file would hold for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from graphdiff.graph.types import ArrayType
from graphdiff.save.known import DTYPES, ITEMS
from graphdiff.save.reader import UnfitError
from graphdiff.save.text.cursor import Cursor, Token, number
from graphdiff.save.values import encoded
from graphdiff.sizes.dims import parse_dims

_DEEPEST = 100
_LONGEST = 5000  # characters of one shape
_COMPLEX = re.compile(r"(.+[^eE])([+-].+)j")
_PLAIN = {"None": None, "True": True, "False": False}
_FLOATS = ("nan", "inf")


class Parameters:
    """Reads values at a cursor. `block` reads a graph that stands between braces."""

    def __init__(self, cursor: Cursor, block: Callable[[], Any]) -> None:
        """Read at `cursor`."""
        self.cursor = cursor
        self.block = block
        self.depth = 0
        self._types: dict[tuple[str, str], ArrayType] = {}

    def value(self) -> Any:
        """The parameter that stands here, as a file has it."""
        self.enter()
        found = self._value()
        self.leave()
        return found

    def enter(self) -> None:
        """Go one bracket further in; raises where that is too deep to be meant."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnfitError(
                f"more than {_DEEPEST} nested brackets", self.cursor.next.at
            )

    def leave(self) -> None:
        """Go out again."""
        self.depth -= 1

    def _value(self) -> Any:
        cursor = self.cursor
        token = cursor.next
        if token.kind == "string":
            return cursor.string("a string")
        if token.kind in ("number", "complex"):
            return self.number()
        if cursor.takes("("):
            return self.items(")")
        if token.text == "{":
            return self.block()
        if token.kind == "word":
            return self._word()
        cursor.fail("a value")

    def number(self) -> Any:
        """The number that stands here, as a file has it."""
        token = self.cursor.take()
        if token.text in _FLOATS:
            return {"float": token.text}
        if token.kind == "number":
            return encoded(number(token))
        if token.kind != "complex":
            raise UnfitError(f"expected a number, got {token}", token.at)
        parts = _COMPLEX.fullmatch(token.text)
        assert parts is not None
        return {"complex": [encoded(float(part)) for part in parts.groups()]}

    def items(self, closing: str) -> list[Any]:
        """Values with commas between, up to the sign `closing`."""
        found = []
        while not self.cursor.takes(closing):
            found.append(self.value())
            if self.cursor.next.text != closing:
                self.cursor.expect(",")
        return found

    def _word(self) -> Any:
        cursor = self.cursor
        token = cursor.take()
        word = token.text
        if word in _PLAIN:
            return _PLAIN[word]
        if word in _FLOATS:
            return {"float": word}
        if word == "size" and cursor.next.text == "(":
            return {"size": cursor.enclosed("(", ")")}
        if word in DTYPES:
            return self._of_dtype(token)
        if word in ITEMS and cursor.takes("("):
            return {"item": word, **self.named(")")}
        raise UnfitError(f"expected a value, got {token}", token.at)

    def _of_dtype(self, token: Token) -> Any:
        """A type, a number of a dtype, or a dtype alone, whose word has been read."""
        if self.cursor.next.text == "[":
            return self._shaped(token)
        if self.cursor.takes("("):
            found = self.value()
            self.cursor.expect(")")
            return {"number": found, "dtype": token.text}
        return {"dtype": token.text}

    def named(self, closing: str) -> dict[str, Any]:
        """Values by name, ``a=1, b=2``, up to the sign `closing`."""
        found: dict[str, Any] = {}
        while not self.cursor.takes(closing):
            token = self.cursor.of("word", "the name of a parameter")
            if token.text in found:
                raise UnfitError(f"{token} is given twice", token.at)
            self.cursor.expect("=")
            found[token.text] = self.value()
            if self.cursor.next.text != closing:
                self.cursor.expect(",")
        return found

    def type(self) -> ArrayType:
        """The type that stands here: ``float64[n, 3]``."""
        token = self.cursor.next
        if token.text not in DTYPES:
            self.cursor.fail("a dtype")
        return self._shaped(self.cursor.take())

    def _shaped(self, token: Token) -> ArrayType:
        at = self.cursor.next.at
        text = self.cursor.enclosed("[", "]")
        key = token.text, text
        if key not in self._types:
            self._types[key] = ArrayType(_shape(text, at), DTYPES[token.text])
        return self._types[key]


def _shape(text: str, at: int) -> tuple[Any, ...]:
    if len(text) > _LONGEST:
        raise UnfitError(f"a shape of more than {_LONGEST} signs", at)
    try:
        shape = parse_dims(text)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise UnfitError(str(error), at) from None
    if None in shape:
        raise UnfitError("a size has no name", at)
    return shape
