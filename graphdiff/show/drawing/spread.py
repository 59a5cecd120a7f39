"""Where in their rows the boxes stand: arrows as straight as the order allows.

Each row in turn is moved to where its neighbours want it. A place wants the mean of
those that it is tied to, and must keep its distance from the next one; the nearest
places that do are those of a least-squares problem with an order constraint, which
pooling adjacent violators solves exactly in one pass (Barlow et al., *Statistical
inference under order restrictions*, 1972). Ties to knots weigh more, and those on long
ways most of all, so that these are straight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from graphdiff.show.drawing.column import Column

_ROUNDS = 24
_KNOTS, _MIXED, _BOXES = 8.0, 3.0, 1.0


def spread(
    column: Column, width: Callable[[int], float], gap: float, boxes: int
) -> dict[int, float]:
    """The middle of each place of `column`, from 0 on the left."""
    rows = [row for row in column.rows if row]
    x: dict[int, float] = {}
    apart: list[list[float]] = []
    for row in rows:
        gaps = [
            (width(a) + width(b)) / 2 + (gap if min(a, b) < boxes else gap / 2)
            for a, b in pairwise(row)
        ]
        apart.append(gaps)
        at = 0.0
        for place, step in zip(row, [0.0, *gaps], strict=True):
            at += step
            x[place] = at
        for place in row:
            x[place] -= at / 2
    for turn in range(_ROUNDS):
        last = turn >= _ROUNDS - 4
        upwards = turn % 2 == 0
        for i in range(len(rows)) if upwards else range(len(rows) - 1, -1, -1):
            _settle(column, rows[i], apart[i], x, boxes, upwards, last)
    left = min((x[p] - width(p) / 2 for row in rows for p in row), default=0.0)
    return {place: at - left for place, at in x.items()}


def _settle(
    column: Column,
    row: Sequence[int],
    apart: Sequence[float],
    x: dict[int, float],
    boxes: int,
    upwards: bool,
    both: bool,
) -> None:
    wanted, weights = [], []
    for place in row:
        total = weight = 0.0
        sides = [column.below, column.above]
        for near in sides if both else sides[:: 1 if upwards else -1][:1]:
            for other in near.get(place, ()):
                knots = (place >= boxes) + (other >= boxes)
                w = (_BOXES, _MIXED, _KNOTS)[knots]
                w = column.spine.get((place, other), w)
                total += w * x[other]
                weight += w
        wanted.append(total / weight if weight else _beside(row, place, x))
        weights.append(weight or 0.05)
    for place, at in zip(row, nearest(wanted, weights, apart), strict=True):
        x[place] = at


def _beside(row: Sequence[int], place: int, x: dict[int, float]) -> float:
    """Where a place that is tied to nothing stands: by its neighbours."""
    i = row.index(place)
    near = row[max(i - 1, 0) : i + 2]
    return sum(x[p] for p in near) / len(near)


def nearest(
    wanted: Sequence[float], weights: Sequence[float], apart: Sequence[float]
) -> list[float]:
    """The places nearest to those `wanted` that keep their distances `apart`.

    >>> nearest([0.0, 0.0, 10.0], [1.0, 1.0, 1.0], [4.0, 1.0])
    [-2.0, 2.0, 10.0]
    """
    offsets = [0.0]
    for step in apart:
        offsets.append(offsets[-1] + step)
    pools: list[tuple[float, float, int]] = []
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, total, size = want - offset, weight, 1
        while pools and pools[-1][0] > mean:
            other, more, count = pools.pop()
            mean = (mean * total + other * more) / (total + more)
            total, size = total + more, size + count
        pools.append((mean, total, size))
    means = [mean for mean, _, size in pools for _ in range(size)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
