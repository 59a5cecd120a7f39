"""How few sweeps find all entries of a sparse matrix, and in which directions.

A forward sweep adds up columns, a reverse sweep rows. A matrix with a full row and a
full column takes as many of either as it has columns, but one of each direction and
one more find all: so both may be used, each for its part of the rows or columns
(Coleman and Verma 1998).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.sparsity.colouring import (
    alone,
    colour_columns,
    colour_symmetric,
    rows_of,
)

_REVERSE = 1.25
"""What a reverse sweep costs, in forward sweeps."""

_ENOUGH = 4


@dataclass(frozen=True)
class Sweep:
    """Sweeps of one direction: which row or column (-1 for none) is in which group.

    `entries` lists the entries that are read off them; of each, `group` says off which
    sweep, and `place` at which row (of a forward sweep) or column (of a reverse one).
    """

    reverse: bool
    groups: np.ndarray
    count: int
    entries: np.ndarray
    group: np.ndarray
    place: np.ndarray


@dataclass(frozen=True)
class Cover:
    """Sweeps that together find every entry of a pattern, in CSR order."""

    pattern: Any
    sweeps: tuple[Sweep, ...]

    @property
    def count(self) -> int:
        """How many sweeps there are."""
        return sum(sweep.count for sweep in self.sweeps)

    @property
    def cost(self) -> float:
        """How many forward sweeps they cost."""
        return sum(s.count * (_REVERSE if s.reverse else 1.0) for s in self.sweeps)


def forward(pattern: Any) -> Cover:
    """Sweeps that each add up columns."""
    groups = colour_columns(pattern)
    return Cover(pattern, (_whole(pattern, groups, False),))


def backward(pattern: Any) -> Cover:
    """Sweeps that each add up rows."""
    groups = colour_columns(pattern.T.tocsr())
    return Cover(pattern, (_whole(pattern, groups, True),))


def symmetric(pattern: Any) -> Cover:
    """Forward sweeps for a symmetric matrix; each entry is read off one of two places.

    Of an entry (i, j) whose row has another in the group of j, the row j has no other
    in the group of i: that is what a star colouring is.
    """
    groups = colour_symmetric(pattern)
    rows, columns = rows_of(pattern), pattern.indices
    direct, _ = alone(pattern, groups)
    place = np.where(direct, rows, columns)
    group = groups[np.where(direct, columns, rows)]
    entries = np.arange(rows.size)
    count = int(groups.max(initial=-1)) + 1
    return Cover(pattern, (Sweep(False, groups, count, entries, group, place),))


def _whole(pattern: Any, groups: np.ndarray, reverse: bool) -> Sweep:
    """Sweeps of one direction that find everything."""
    every = np.arange(pattern.indices.size)
    return _part(pattern, groups, reverse, every)


def _part(
    pattern: Any, groups: np.ndarray, reverse: bool, entries: np.ndarray
) -> Sweep:
    rows, columns = rows_of(pattern)[entries], pattern.indices[entries]
    by, place = (rows, columns) if reverse else (columns, rows)
    count = int(groups.max(initial=-1)) + 1 if entries.size else 0
    return Sweep(reverse, groups, count, entries, groups[by], place)


def mixed(pattern: Any, best: float) -> Iterator[Cover]:
    """Covers in which the fullest rows have reverse sweeps, or the fullest columns.

    Those are forward sweeps for the columns; the rest has the other direction. Tried
    are powers of two of them, while they cost less than `best`.
    """
    for reverse in (True, False):
        turned = pattern if reverse else pattern.T.tocsr()
        counts = np.diff(turned.indptr)
        order = np.argsort(-counts, kind="stable")
        many = 1
        while many < min(best, len(order)):
            line = np.zeros(len(order), bool)
            line[order[:many]] = True
            yield _split(pattern, turned, line, reverse)
            many *= 2


def _split(pattern: Any, turned: Any, line: np.ndarray, reverse: bool) -> Cover:
    """The lines chosen by sweeps along them, the rest by sweeps across."""
    own, rest = turned.copy(), turned.copy()
    chosen = line[rows_of(turned)]
    own.data, rest.data = chosen.copy(), ~chosen
    own.eliminate_zeros()
    rest.eliminate_zeros()
    first = np.where(line, colour_columns(own.T.tocsr()), -1)
    first = _renumbered(first)
    used = np.bincount(rest.indices, minlength=rest.shape[1]) > 0
    second = _renumbered(np.where(used, colour_columns(rest), -1))
    by = rows_of(pattern) if reverse else pattern.indices
    inside = line[by]
    parts = (
        _part(pattern, first, reverse, np.flatnonzero(inside)),
        _part(pattern, second, not reverse, np.flatnonzero(~inside)),
    )
    return Cover(pattern, parts)


def _renumbered(groups: np.ndarray) -> np.ndarray:
    """The same groups, those that are left counted from 0."""
    left = np.unique(groups[groups >= 0])
    return np.where(groups >= 0, np.searchsorted(left, groups), -1)


MODES: dict[str, Sequence[Callable[[Any], Cover]]] = {
    "auto": (forward, backward),
    "forward": (forward,),
    "reverse": (backward,),
}


def _least(pattern: Any, way: Callable[[Any], Cover]) -> float:
    """What sweeps in one direction cost at least: one for each entry of a full line."""
    if way is forward:
        return float(np.diff(pattern.indptr).max(initial=0))
    columns = np.bincount(pattern.indices, minlength=1)
    return float(columns.max()) * _REVERSE


def fewest(patterns: Sequence[Any], mode: str) -> tuple[int, Cover]:
    """The cheapest cover of any of some patterns, and the number of that pattern.

    The patterns say the same by different variables. What cannot be cheaper than the
    best so far is not coloured.
    """
    tried = [
        (_least(pattern, way), k, way)
        for k, pattern in enumerate(patterns)
        for way in MODES[mode]
    ]
    best, number = None, 0
    for least, k, way in sorted(tried, key=lambda found: found[:2]):
        if best is None or least < best.cost:
            cover = way(patterns[k])
            if best is None or cover.cost < best.cost:
                best, number = cover, k
    assert best is not None
    if mode != "auto" or best.cost <= _ENOUGH or not _is_uneven(patterns[0]):
        return number, best
    other = min(mixed(patterns[0], best.cost), key=lambda c: c.cost, default=best)
    return (0, other) if other.cost < best.cost else (number, best)


def _is_uneven(pattern: Any) -> bool:
    """Whether some row, and some column, has far more entries than most have."""
    rows = np.diff(pattern.indptr)
    columns = np.bincount(pattern.indices, minlength=pattern.shape[1])
    return all(n.max() > 3 * np.median(n) + 1 for n in (rows, columns) if n.size)
