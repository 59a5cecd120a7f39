"""The rows of a layered picture: who stands above whom, who faces whom.

What the function computes runs upwards, its derivative comes down again beside it, the
derivative of that runs up: every order of derivative is a column, and an arrow within a
column goes at least one row further. An adjoint stands in the row of the value that it
faces. Where both cannot be had (a rewritten derivative shares parts that the rows tell
apart), the arrows win and the two no longer face each other.

The rows are longest paths at first; then whatever has more arrows up than down moves up
as far as it may, what has more arrows down moves down, and what has as many goes along
with what it reads: so weights stand beside their layer, and arrows are short.
"""

from __future__ import annotations

from collections.abc import Sequence

import networkx

from graphdiff.show.drawing.model import LAST_COLUMN, Drawing, column_of


def rows(drawing: Drawing) -> tuple[list[int], tuple[bool, ...]]:
    """The row of each box, counted from the bottom, and which columns go up."""
    columns = [column_of(box.order) for box in drawing.boxes]
    up = (True, False, _goes_up(drawing, columns))
    ways = _ways(drawing, columns, up)
    group = _groups(drawing, ways)
    found = _levels(drawing, ways, group)
    number = {row: i for i, row in enumerate(sorted(set(found)))}
    return [number[row] for row in found], up


def _goes_up(drawing: Drawing, columns: Sequence[int]) -> bool:
    """Whether the last column goes up: most of its arrows lead up among the sources.

    A second sweep back begins at the gradient, below, and rises; forward derivatives of
    a gradient go up with the function, and come down with the gradient.
    """
    if max(columns, default=0) < LAST_COLUMN:
        return True
    ways = [
        w
        for w in _ways(drawing, columns, (True, False, True))
        if columns[w[0]] < LAST_COLUMN
    ]
    levels = _levels(drawing, ways, _groups(drawing, ways))
    votes = 0
    for edge in drawing.edges:
        if columns[edge.source] == columns[edge.target] == LAST_COLUMN:
            ends = [drawing.boxes[i].source for i in (edge.source, edge.target)]
            low, high = (levels[i] if i is not None else 0 for i in ends)
            votes += (high > low) - (high < low)
    return votes > 0


def _levels(
    drawing: Drawing, ways: Sequence[tuple[int, int]], group: Sequence[int]
) -> list[int]:
    count = max(group, default=-1) + 1
    above: list[set[int]] = [set() for _ in range(count)]
    below: list[set[int]] = [set() for _ in range(count)]
    for low, high in ways:
        above[group[low]].add(group[high])
        below[group[high]].add(group[low])
    order = _sorted(above, below)
    found = [0] * count
    for g in order:
        found[g] = max((found[b] + 1 for b in below[g]), default=0)
    falls = _falls(drawing, group, count)
    for pull in (1, 0, 0):
        for g in reversed(order):
            if len(above[g]) + (pull or not falls[g]) > len(below[g]) and above[g]:
                found[g] = min(found[a] for a in above[g]) - 1
        for g in order:
            if len(below[g]) + falls[g] > len(above[g]) and below[g]:
                found[g] = max(found[b] for b in below[g]) + 1
    levels = [found[g] for g in group]
    _stand_by(drawing, levels, [not above[g] and not below[g] for g in group])
    return levels


def _falls(drawing: Drawing, group: Sequence[int], count: int) -> list[bool]:
    """Which groups, pulled up as much as down, stay with what they read, below."""
    found = [False] * count
    for box in drawing.boxes:
        found[group[box.number]] |= column_of(box.order) != 1
    return found


def _stand_by(drawing: Drawing, levels: list[int], free: Sequence[bool]) -> None:
    """Put what is tied to nothing in its column beside its source or its reader."""
    reader = {edge.source: edge.target for edge in reversed(drawing.edges)}
    for box in drawing.boxes:
        beside = reader.get(box.number) if box.source is None else box.source
        if free[box.number] and beside is not None and box.order:
            levels[box.number] = levels[beside]


def _ways(
    drawing: Drawing, columns: Sequence[int], up: Sequence[bool]
) -> list[tuple[int, int]]:
    """The pairs of boxes of which the second must stand above the first."""
    found = []
    for edge in drawing.edges:
        if columns[edge.source] == columns[edge.target]:
            pair = (edge.source, edge.target)
            found.append(pair if up[columns[edge.source]] else pair[::-1])
    return found


def _groups(drawing: Drawing, ways: Sequence[tuple[int, int]]) -> list[int]:
    """Boxes that share a row: pairs that face, but for those that make a circle."""
    facing = {
        box.number: box.partner
        for box in drawing.boxes
        if box.partner is not None
        and column_of(drawing.boxes[box.partner].order) != column_of(box.order)
    }
    while True:
        group = list(range(len(drawing.boxes)))
        for adjoint, value in facing.items():
            group[adjoint] = _root(group, value)
        group = [_root(group, i) for i in range(len(group))]
        graph = networkx.DiGraph((group[a], group[b]) for a, b in ways)
        tangled = {
            g
            for part in networkx.strongly_connected_components(graph)
            if len(part) > 1
            for g in part
        }
        tangled |= {group[a] for a, b in ways if group[a] == group[b]}
        if not tangled:
            number = {g: i for i, g in enumerate(dict.fromkeys(group))}
            return [number[g] for g in group]
        facing = {a: v for a, v in facing.items() if group[a] not in tangled}


def _root(group: list[int], box: int) -> int:
    while group[box] != box:
        box = group[box]
    return box


def _sorted(above: Sequence[set[int]], below: Sequence[set[int]]) -> list[int]:
    waiting = [len(b) for b in below]
    ready = [g for g, n in enumerate(waiting) if not n]
    for g in ready:
        for a in sorted(above[g]):
            waiting[a] -= 1
            if not waiting[a]:
                ready.append(a)
    return ready
