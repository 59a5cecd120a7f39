"""Many inputs in few rows: the leaves of a list of layers come again and again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from graphdiff.show.blocks.repeats import Item, Tokens, repeats
from graphdiff.show.text.listing import Entry
from graphdiff.show.text.rows import Row

_MANY = 12
"""More inputs than this are folded."""
_NUMBER = re.compile(r"\d+")


def input_rows(entries: Sequence[Entry]) -> Iterator[Row]:
    """The rows of inputs; leaves like those before them, but for numbers, are folded.

    ``W1 = params.0.0`` and ``b1 = params.0.1`` are written out, and the next two; for
    those that follow there is one row that names the first and the last.
    """
    rows = [row for entry in entries for row in entry.rows]
    if len(rows) <= _MANY:
        yield from rows
        return
    tokens = Tokens()
    items = [
        Item(tokens[_NUMBER.sub("#", row.text), _rank(row)], (0, 0), i, i + 1)
        for i, row in enumerate(rows)
    ]
    for item in repeats(items, tokens):
        if len(item.rounds) <= 3:
            yield from rows[item.start : item.stop]
            continue
        second, third, last = (item.rounds[i] for i in (1, 2, -1))
        yield from rows[item.start : second[-1].stop]
        left = item.stop - third[0].start
        first = ", ".join(_name(rows[i.start]) for i in third)
        end = ", ".join(_name(rows[i.start]) for i in last)
        row = rows[item.stop - 1]
        yield row._replace(text=f"{first} to {end}", type="", note=f"{left:,} alike")


def _rank(row: Row) -> tuple[str, int]:
    """The dtype, and the number of axes: sizes may differ."""
    return row.type.partition("[")[0], row.type.count(",")


def _name(row: Row) -> str:
    return row.text.partition(" = ")[0]
