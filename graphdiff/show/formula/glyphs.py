"""Characters of other alphabets, and what stands for those that cannot be shown."""

from __future__ import annotations

import unicodedata

SCRIPTS = {"F": "ℱ", "N": "𝒩", "L": "ℒ", "D": "𝒟", "S": "𝒮"}
"""Script letters, as for a Fourier transform."""


def bold(text: str) -> str:
    """`text` in the bold letters and digits that Unicode has for mathematics."""
    return "".join(map(_bold, text))


def _bold(char: str) -> str:
    for first, last, start in (("0", "9", "𝟎"), ("A", "Z", "𝐀"), ("a", "z", "𝐚")):
        if first <= char <= last:
            return chr(ord(start) + ord(char) - ord(first))
    return char


def visible(text: str) -> str:
    """`text` with what is invisible, or turns the line around, by its number.

    >>> visible("a\\u202eb")
    'a[202E]b'
    """
    return "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char == " " or unicodedata.category(char)[0] in "LNPS":
        return char
    return f"[{ord(char):04X}]"


def is_right_to_left(text: str) -> bool:
    """Whether a letter of the text runs from right to left."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
