"""How wide a text is: the advance widths of Helvetica, in thousandths of its size.

Arial, Liberation Sans, Arimo and Nimbus Sans have the same widths, so that one table
serves for what any of the usual systems shows; where yet another font steps in, the
SVG's ``textLength`` keeps the text in its box.
"""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, east_asian_width

_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 "
    "556 556 556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 "
    "722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 "
    "278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 "
    "556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 "
    "556 556 556 556 556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 "
    "722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 "
    "278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 "
    "611 611 389 556 333 611 556 778 556 556 500 389 280 389 584"
)
_OTHERS = {
    "\N{MULTIPLICATION SIGN}": 584,
    "\N{MINUS SIGN}": 584,
    "·": 333,
    "…": 1000,
    "→": 1000,
    "∂": 494,
    "ᵀ": 433,
}
_WIDE, _USUAL, _RAISED = 1000, 700, 350


def _table(widths: str) -> dict[str, int]:
    found = {chr(32 + i): int(width) for i, width in enumerate(widths.split())}
    return {**found, **_OTHERS}


_TABLES = {False: _table(_REGULAR), True: _table(_BOLD)}


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of `text` in pixels.

    >>> text_width("d_W1", 10)
    26.12
    """
    table = _TABLES[bold]
    total = sum(table.get(c) or _other(c, bold) for c in text)
    return total * size / 1000


@lru_cache(maxsize=4096)
def _other(character: str, bold: bool) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    if east_asian_width(character) in "FW":
        return _WIDE
    if category(character) in ("No", "Lm"):
        return _RAISED
    if character.islower():
        return 600 if bold else 560
    return _USUAL


def printable(text: str) -> str:
    """`text` on one line, without what steers a terminal or turns the reading around.

    >>> printable("a\\nb\\u202ec")
    'a�b�c'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def shortened(text: str, size: float, limit: float, bold: bool = False) -> str:
    """`text`, or as much of its beginning as fits `limit` pixels, and an ellipsis."""
    text = printable(text[:400])
    if text_width(text, size, bold) <= limit:
        return text
    left = limit - text_width("…", size, bold)
    kept = 0
    for kept, character in enumerate(text):  # noqa: B007
        left -= text_width(character, size, bold)
        if left < 0:
            break
    return f"{text[:kept].rstrip()}…"
