"""Rows of a listing, and how they are laid out in columns of a given width."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

from graphdiff.emit.text.text import columns, string

Look = Literal["title", "heading", "adjoint", "forward", "gradient", "input", "fold"]

INDENT = "  "
_WIDEST = 60
_NARROWEST = 24
_LONGEST = 60
_BREAK = re.compile(r"(?<=,) | (?=(?:[-+*/@%<>&|^]|\*\*|//|<=|>=|==|!=|->|else) )")


class Row(NamedTuple):
    """One line of a listing, its columns still apart: text, type, and a note.

    `level` counts the steps of its indentation; `look` is what colours tell.
    """

    text: str
    type: str = ""
    note: str = ""
    level: int = 0
    look: Look = "heading"


class Line(NamedTuple):
    """One line as it is printed: what it says, and the comment behind it."""

    text: str
    comment: str
    look: Look


def laid_out(rows: Sequence[Row], width: int) -> Iterator[Line]:
    """The rows with types and notes in columns; what is wider than `width` is broken.

    A text goes on in the next line, further in, and its comment stands behind its end.
    """
    typed = [row for row in rows if row.type]
    type = max((columns(_cut(row.type)) for row in typed), default=0)
    notes = max((columns(_cut(row.note)) for row in typed), default=0)
    most = max(_NARROWEST, min(_WIDEST, width - type - notes - 6))
    widths = (columns(_start(row)) for row in typed)
    column = max((found for found in widths if found <= most), default=0)
    for row in rows:
        kind, note = _cut(row.type), _cut(row.note)
        comments = ["  ".join(part for part in (kind, note) if part)]
        if kind and note:
            comments.insert(0, f"{_padded(kind, type)}  {note}")
        yield from _lines(row, [c and f"# {c}" for c in comments], column, width)


def _lines(
    row: Row, comments: Sequence[str], column: int, width: int
) -> Iterator[Line]:
    """A row's lines; of its comments, the first that has room behind the text."""
    *first, last = wrapped(_start(row), width)
    for text in first:
        yield Line(text, "", row.look)
    if not comments[0]:
        yield Line(last, "", row.look)
        return
    if columns(last) <= column:
        yield Line(_padded(last, column), comments[0], row.look)
        return
    room = width - columns(last) - 2
    comment = next((c for c in comments if columns(c) <= room), None)
    yield Line(last, comment or "", row.look)
    if comment is None:
        yield Line(" " * column, comments[0], row.look)


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns, as far as it has places to break.

    >>> wrapped("  total = first + second + third", 24)
    ['  total = first + second', '      + third']
    """
    lines: list[str] = []
    while columns(text) > width:
        inside = len(text) - len(text.lstrip())
        cut = _place_to_cut(text, inside + 1, width)
        if cut is None:
            break
        lines.append(text[:cut])
        start = inside if lines[1:] else inside + 2 * len(INDENT)
        text = " " * start + text[cut:].lstrip()
    return [*lines, text]


def _place_to_cut(text: str, start: int, width: int) -> int | None:
    """Where `text` is best cut: outside of brackets, and late in the line."""
    cuts = [m.start() for m in _BREAK.finditer(text, start)]
    fitting = [cut for cut in cuts if columns(text[:cut]) <= width]
    late = [cut for cut in fitting if 2 * cut > width] or fitting[-1:] or cuts[:1]
    if not late:
        return None
    depth = list(accumulate((c in "([{") - (c in ")]}") for c in text))
    return min(late, key=lambda cut: (depth[cut], -cut))


def printable(text: str) -> str:
    r"""`text` on one line, whatever it holds: control characters are written out.

    >>> printable("a\n\x1b[31mb")
    'a\\n\\x1b[31mb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def word(name: str) -> str:
    """`name`, in quotes unless it is a dotted name, and shortened if it is long."""
    plain = all(p.isidentifier() or p.isdecimal() for p in name.split("."))
    found = name if plain and name.isprintable() else string(name).flat
    return shortened(found)


def shortened(text: str, most: int = _LONGEST) -> str:
    """`text`, without its middle if it is long."""
    if len(text) <= most:
        return text
    return f"{text[: most - 13]}...{text[-10:]}"


def _cut(comment: str) -> str:
    return shortened(printable(comment))


def _start(row: Row) -> str:
    return INDENT * row.level + printable(row.text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
