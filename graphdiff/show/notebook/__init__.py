"""How graphs and expressions show themselves in a notebook.

A notebook asks an object for several forms and displays the richest that it knows:
most take HTML before SVG and LaTeX. So the HTML of a graph holds its picture, with the
listing folded below it; that of an expression its formula, with its type. What is too
large to be taken in is left out, and a form without anything to show is None, which a
notebook passes over: displaying a value never fails, and never takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

MOST_DRAWN = 400
"""A picture, or formulas, of more nodes than this are no help in a notebook."""
MOST_LISTED = 3_000
"""Nor is a listing, which a larger graph has in ``print(graph)``."""


def made(make: Callable[[], str | None]) -> str | None:
    """What `make` gives; None where it fails, for a display must not.

    The user asked for a value, not for its picture: whatever keeps us from drawing it
    leaves the forms that do not fail.
    """
    try:
        return make()
    except Exception:
        return None


def code(text: str, most: int = 300) -> str:
    """`text` as one line of code in HTML, cut if it is very long."""
    short = text if len(text) <= most else f"{text[: most - 1]}…"
    return f"<code>{escape(short)}</code>"
