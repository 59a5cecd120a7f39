"""Names and strings in the text of a graph: words as they are, the rest in quotes."""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
"""A name that may stand without quotes, if `is_word` finds nothing else wrong."""

RESERVED = frozenset(
    ("def", "returns", "output", "need", "run", "True", "False", "None", "nan", "inf")
)
"""The words that begin statements which are no nodes, and those that are values."""

_LONGEST = 60
_TURNED = frozenset(("R", "AL", "AN"))


def is_word(name: str) -> bool:
    """Whether `name` stands as it is: short, one word, read from the left."""
    if len(name) > _LONGEST or name in RESERVED or not WORD.fullmatch(name):
        return False
    return name.isascii() or (
        name.isprintable()
        and not any(unicodedata.bidirectional(sign) in _TURNED for sign in name)
    )


def name_text(name: str) -> str:
    """`name` as a word if it is one, else in quotes."""
    return name if is_word(name) else quoted(name)


def quoted(text: str) -> str:
    r"""`text` in quotes, on one line; what does not print is written by its number.

    >>> print(quoted('a "b"\n\u202e'))
    "a \"b\"\u{a}\u{202e}"
    """
    return f'"{"".join(map(_sign, text))}"'


def _sign(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    plain = sign.isascii() or unicodedata.bidirectional(sign) not in _TURNED
    return sign if sign.isprintable() and plain else f"\\u{{{ord(sign):x}}}"
