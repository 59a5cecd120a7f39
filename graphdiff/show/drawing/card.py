"""What is written in a box, line by line, and how large the box is therefore."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphdiff.graph.types import each_type
from graphdiff.show.drawing.metrics import shortened, text_width
from graphdiff.show.drawing.model import Box

_WIDEST = 280.0
_LISTED = 330.0
_NARROWEST = 44.0
_ASIDE, _ABOVE = 11.0, 6.0


@dataclass(frozen=True, slots=True)
class Style:
    """How a line of a box is set: its size, its weight, the height that it takes."""

    size: float
    bold: bool
    height: float


STYLES = {
    "name": Style(13, True, 17),
    "operation": Style(12, False, 16),
    "code": Style(11, False, 14),
    "type": Style(9.5, False, 13),
    "note": Style(9.5, False, 13),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a box: its text, its style, its baseline below the box's top.

    `left` is None for a line in the middle of the box, else its distance from the left.
    """

    text: str
    style: str
    baseline: float
    width: float
    left: float | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """The lines of a box, and its size."""

    lines: tuple[Line, ...]
    width: float
    height: float


def card(box: Box) -> Card:
    """The lines of `box`: name, operation, type, and what is to be noted."""
    lines: list[Line] = []
    y = _ABOVE
    for words, style in _words(box):
        look = STYLES[style]
        indent = (len(words) - len(words.lstrip(" "))) * 3.0 if style == "code" else 0
        limit = (_LISTED if style == "code" else _WIDEST) - indent
        text = shortened(words.strip(), look.size, limit, look.bold)
        y += look.height
        left = _ASIDE + indent if style == "code" else None
        width = text_width(text, look.size, look.bold)
        lines.append(Line(text, style, y - 0.28 * look.height, width, left))
    width = max((n.width + 2 * (n.left or _ASIDE) for n in lines), default=0)
    return Card(tuple(lines), max(width, _NARROWEST), y + _ABOVE)


def _words(box: Box) -> Iterator[tuple[str, str]]:
    if box.name is not None:
        yield box.name, "name"
    for other in box.outputs:
        if other != box.name:
            yield f"{other} (output)", "note"
    for line in box.lines:
        yield line, "code"
    if box.operation:
        yield box.operation, "operation"
    results = len(each_type(box.node.type))
    yield (box.type if results < 3 else f"{results} results"), "type"
    if box.convention:
        yield box.convention, "note"
