"""The words and signs of a text, one after the other, and where each stands."""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from graphdiff.errors import shown
from graphdiff.save.reader import UnfitError

_DIGITS = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_FLOAT = rf"(?:{_DIGITS}|nan|inf)"
_SKIPPED = re.compile(r"[^\S\n]*(?:#[^\n]*)?")
_TOKEN = re.compile(
    rf"""(?P<string>"(?:[^"\\\n]|\\[^\n])*")
    |(?P<complex>[+-]?{_FLOAT}[+-]{_FLOAT}j(?!\w))
    |(?P<number>[+-]?{_DIGITS}|[+-](?:nan|inf)(?!\w))
    |(?P<place>%[0-9]+)
    |(?P<word>[^\W\d]\w*(?:\.\w+)*)
    |(?P<line>\n)
    |(?P<sign>.)""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:(\W)|u\{([0-9a-f]{1,6})\}|(.))")


class Token(NamedTuple):
    """A word, a number, a string, a sign; a line's end; the end of the text: ""."""

    kind: str
    text: str
    at: int

    def __str__(self) -> str:
        """What an error says that it has found."""
        names = {"line": "the end of the line", "end": "the end of the text"}
        return names.get(self.kind) or shown(self.text)


class Cursor:
    """A place in a text: `next` is the token that stands there."""

    def __init__(self, text: str) -> None:
        """Begin at the first token of `text`."""
        self.text = text
        self.next = self._token(0)

    def _token(self, at: int) -> Token:
        skipped = _SKIPPED.match(self.text, at)
        at = skipped.end() if skipped else at
        found = _TOKEN.match(self.text, at)
        if found is None:
            return Token("end", "", at)
        return Token(str(found.lastgroup), found[0], at)

    def take(self) -> Token:
        """The token here; go on to the one behind it."""
        taken = self.next
        self.next = self._token(taken.at + len(taken.text))
        return taken

    def takes(self, text: str) -> bool:
        """Go on and say yes if the token here is `text`."""
        if self.next.text != text or self.next.kind == "end":
            return False
        self.take()
        return True

    def expect(self, text: str) -> Token:
        """The token here, which must be `text`."""
        if self.next.text != text:
            self.fail(repr(text))
        return self.take()

    def of(self, kind: str, expected: str) -> Token:
        """The token here, which must be of that kind."""
        if self.next.kind != kind:
            self.fail(expected)
        return self.take()

    def fail(self, expected: str) -> NoReturn:
        """Raise: something else was expected here."""
        raise UnfitError(f"expected {expected}, got {self.next}", self.next.at)

    def enclosed(self, opening: str, closing: str) -> str:
        """The text between the bracket that stands here and its partner, as it is."""
        start = self.expect(opening)
        depth, at = 1, start.at
        signs = re.compile(rf"[{re.escape(opening + closing)}\n]")
        while depth:
            found = signs.search(self.text, at + 1)
            if found is None or found[0] == "\n":
                raise UnfitError(f"expected {closing!r} behind this", start.at)
            at = found.start()
            depth += 1 if found[0] == opening else -1
        self.next = self._token(at + 1)
        return self.text[start.at + 1 : at]

    def string(self, expected: str) -> str:
        """What the quoted string here stands for."""
        token = self.of("string", expected)

        def sign(found: re.Match[str]) -> str:
            if found[1] is not None:
                return found[1]
            if found[2] is None or int(found[2], 16) > 0x10FFFF:
                raise UnfitError(f"there is no sign {found[0]}", token.at)
            return chr(int(found[2], 16))

        return _ESCAPE.sub(sign, token.text[1:-1])

    def name(self, expected: str) -> str:
        """A name: a word, or what a quoted string stands for."""
        if self.next.kind == "word":
            return self.take().text
        return self.string(expected)

    def words(self, expected: str) -> str:
        """A name of one line: it is written into notes as it stands."""
        token = self.next
        name = self.name(expected)
        if not name.isprintable():
            raise UnfitError(f"expected {expected} of printable signs", token.at)
        return name

    def integer(self, expected: str) -> int:
        """The integer here."""
        token = self.next
        if token.kind != "number" or not token.text.lstrip("+-").isdecimal():
            self.fail(expected)
        return int(number(self.take()))

    def rest_of_line(self) -> str:
        """The text from here to the end of the line, as it is, without a note."""
        start = self.next.at
        while self.next.kind not in ("line", "end"):
            end = self.next.at + len(self.next.text)
            self.take()
        return self.text[start:end] if self.next.at > start else ""

    def lines(self) -> None:
        """Go over ends of lines."""
        while self.next.kind == "line":
            self.take()

    def end_of_line(self) -> None:
        """Go over the end of this line, which must be here."""
        if self.next.kind not in ("line", "end"):
            self.fail("the end of the line")
        self.lines()


def number(token: Token) -> int | float:
    """The number that a token of that kind stands for."""
    try:
        return int(token.text)
    except ValueError:
        if token.text.lstrip("+-").isdecimal():
            raise UnfitError("the integer is too long", token.at) from None
        return float(token.text)


def place(text: str, at: int) -> str:
    """Where the sign number `at` stands, from 1: ``line 3, column 7``."""
    start = text.rfind("\n", 0, at) + 1
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - start + 1}"
