"""The order within the rows: few arrows cross.

The barycentre method of Sugiyama, Tagawa and Toda ("Methods for visual understanding
of hierarchical system structures", 1981): row after row is sorted by the mean place of
its neighbours in the row before, upwards and downwards in turn; the order with the
fewest crossings is kept. Crossings of two rows are counted by inversions, as Barth,
Mutzel and Jünger do ("Simple and efficient bilayer cross counting", 2004).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence

from graphdiff.show.drawing.column import Column

_SWEEPS = 12
_COUNTED = 4_000


def arrange(column: Column, key: Mapping[int, float]) -> None:
    """Sort the rows of `column` so that few arrows cross; ties are settled by `key`."""
    rows = column.rows
    for row in rows:
        row.sort(key=lambda p: key.get(p, 0.0))
    best, fewest = [row[:] for row in rows], crossings(column)
    size = sum(map(len, rows))
    for sweep in range(_SWEEPS if size <= _COUNTED else 4):
        if not fewest:
            break
        upwards = sweep % 2 == 0
        ties = column.below if upwards else column.above
        order = range(1, len(rows)) if upwards else range(len(rows) - 2, -1, -1)
        for r in order:
            _sort(rows, r, r - 1 if upwards else r + 1, ties)
        found = crossings(column)
        if found < fewest:
            best, fewest = [row[:] for row in rows], found
    column.rows = best


def _sort(
    rows: list[list[int]], r: int, other: int, ties: Mapping[int, Sequence[int]]
) -> None:
    """Sort a row by the mean place of its neighbours; who has none keeps its place."""
    place = {p: i for i, p in enumerate(rows[other])}
    free, wanted = [], []
    for i, p in enumerate(rows[r]):
        near = ties.get(p)
        if near:
            wanted.append((sum(place[q] for q in near) / len(near), i, p))
        else:
            free.append((i, p))
    wanted.sort(key=lambda w: (w[0], w[1]))
    done = [p for _, _, p in wanted]
    for i, p in free:
        done.insert(i, p)
    rows[r] = done


def crossings(column: Column) -> int:
    """How often arrows cross between neighbouring rows."""
    total = 0
    for low, high in zip(column.rows, column.rows[1:], strict=False):
        place = {p: i for i, p in enumerate(high)}
        met: list[int] = []
        for p in low:
            ends = sorted(place[q] for q in column.above.get(p, ()))
            total += sum(len(met) - bisect_right(met, end) for end in ends)
            for end in ends:
                insort(met, end)
    return total
