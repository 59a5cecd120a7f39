"""One column of a layered picture: its boxes row by row, and the knots between.

An arrow over several rows is bent at a knot in each row that it passes, where it has a
place of its own among the boxes and so runs through none of them. The arrows that leave
one box share their knots as far as they go together. An arrow over very many rows has
no knots: it is led around the column (see `graphdiff.show.drawing.wires`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from graphdiff.show.drawing.model import Drawing, Edge

LONGEST = 7
KNOT = 8.0


@dataclass
class Column:
    """Places are boxes (their numbers) and knots (numbers above all boxes).

    `rows` lists the places of each row from left to right; `above` and `below` say
    which places of the next row a place is tied to; `paths` gives the places that each
    arrow passes, from its source to its target.
    """

    rows: list[list[int]]
    above: dict[int, list[int]] = field(default_factory=dict)
    below: dict[int, list[int]] = field(default_factory=dict)
    paths: dict[Edge, tuple[int, ...]] = field(default_factory=dict)
    row_of: dict[int, int] = field(default_factory=dict)
    spine: dict[tuple[int, int], float] = field(default_factory=dict)


def columns(
    drawing: Drawing, rows: Sequence[int], column_of: Sequence[int], heights: int
) -> tuple[list[Column], list[Edge]]:
    """The columns of a picture of `heights` rows, and the arrows that are led around.

    Boxes stand in the order in which people think: what is on the way to the loss next
    to the derivative, inputs and gradients on the outside.
    """
    count = max(column_of, default=0) + 1
    found = [Column([[] for _ in range(heights)]) for _ in range(count)]
    fresh = len(drawing.boxes)
    around: list[Edge] = []
    for box in drawing.boxes:
        column = found[column_of[box.number]]
        column.rows[rows[box.number]].append(box.number)
        column.row_of[box.number] = rows[box.number]
    shared: dict[tuple[int, int], int] = {}
    for edge in drawing.edges:
        start, end = rows[edge.source], rows[edge.target]
        same = column_of[edge.source] == column_of[edge.target]
        if not same or not 0 < abs(end - start) <= LONGEST:
            around.append(edge)
            continue
        column = found[column_of[edge.source]]
        step = 1 if end > start else -1
        path = [edge.source]
        for row in range(start + step, end, step):
            knot = shared.get((edge.source, row))
            if knot is None:
                knot = shared[edge.source, row] = fresh
                fresh += 1
                column.rows[row].append(knot)
                column.row_of[knot] = row
            path.append(knot)
        column.paths[edge] = (*path, edge.target)
    for column in found:
        _tie(column)
    return found, around


def _tie(column: Column) -> None:
    ties: dict[tuple[int, int], None] = {}
    for path in column.paths.values():
        for a, b in pairwise(path):
            up = column.row_of[a] < column.row_of[b]
            ties[(a, b) if up else (b, a)] = None
    for low, high in ties:
        column.above.setdefault(low, []).append(high)
        column.below.setdefault(high, []).append(low)
    _straighten(column)


def _straighten(column: Column) -> None:
    """Find the spine: arrows on the longest way to their target and from their source.

    Boxes are numbered such that each comes after those that it reads.
    """
    before: dict[int, int] = {}
    after: dict[int, int] = {}
    edges = sorted(column.paths, key=lambda e: (e.target, e.source))
    for e in edges:
        before[e.target] = max(before.get(e.target, 0), before.get(e.source, 0) + 1)
    for e in sorted(column.paths, key=lambda e: (-e.source, -e.target)):
        after[e.source] = max(after.get(e.source, 0), after.get(e.target, 0) + 1)
    first: dict[int, Edge] = {}
    then: dict[int, Edge] = {}
    for e in edges:
        old = first.get(e.target)
        if old is None or before.get(e.source, 0) > before.get(old.source, 0):
            first[e.target] = e
        old = then.get(e.source)
        if old is None or after.get(e.target, 0) > after.get(old.target, 0):
            then[e.source] = e
    for e in edges:
        if first[e.target] is e and then[e.source] is e:
            long = 1 + min(before.get(e.source, 0), after.get(e.target, 0))
            for a, b in pairwise(column.paths[e]):
                column.spine[a, b] = column.spine[b, a] = 16.0 * min(long, 20) ** 2
