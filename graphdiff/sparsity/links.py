"""Which entries of an argument each entry of a result depends on.

A `Links` is a tuple of boolean sparse matrices whose product says that, entry by entry
in C order; the empty tuple is the identity. A product of two says compactly what one
matrix would have to spell out: that all entries of a group depend on all of another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphdiff.runtime.late import sparse

Links = tuple[Any, ...]
SAME: Links = ()


def matrix(rows: Any, columns: Any, shape: tuple[int, int]) -> Any:
    """The boolean matrix that is true at these places."""
    true = np.ones(len(rows), bool)
    made = sparse.csr_array((true, (rows, columns)), shape=shape)
    made.sum_duplicates()
    return made


def positions(shape: Sequence[int]) -> np.ndarray:
    """The places of entries in C order, counted from 1: a 0 is no entry."""
    return np.arange(1, math.prod(shape) + 1).reshape(shape)


def reading(taken: np.ndarray, size: int) -> Links:
    """Links of a result whose entries are those of an argument, at `taken`, or none."""
    places = np.asarray(taken).ravel()
    (rows,) = np.nonzero(places)
    return (matrix(rows, places[rows] - 1, (places.size, size)),)


def feeding(given: np.ndarray, size: int) -> Links:
    """Links of an argument whose entries each go into one of the `size` of a result."""
    (back,) = reading(given, size)
    return (back.T.tocsr(),)


def grouped(result: np.ndarray, argument: np.ndarray, count: int) -> Links:
    """Links between all entries of equal group; groups are counted from 0."""
    mine, theirs = np.ravel(result), np.ravel(argument)
    spread = matrix(np.arange(mine.size), mine, (mine.size, count))
    union = matrix(theirs, np.arange(theirs.size), (count, theirs.size))
    return spread, union


def dense(result: int, argument: int) -> Links:
    """Every entry of the result depends on every entry of the argument."""
    none = np.zeros(result, int), np.zeros(argument, int)
    return grouped(*none, 1)


def lane_numbers(shape: Sequence[int], axes: Sequence[int]) -> np.ndarray:
    """For each entry its lane along `axes`: the place among all other axes."""
    sizes = [1 if a - len(shape) in axes else n for a, n in enumerate(shape)]
    numbers = np.arange(math.prod(sizes)).reshape(sizes)
    return np.broadcast_to(numbers, tuple(shape))


def along(
    axis: int,
    result: Sequence[int],
    argument: Sequence[int],
    rows: Any,
    columns: Any,
) -> Links:
    """Links within each lane along `axis`: from place `columns` to place `rows`."""
    shape = math.prod(result), math.prod(argument)
    if not all(shape):
        return (matrix([], [], shape),)
    y = np.moveaxis(positions(result), axis, -1).reshape(-1, result[axis])
    x = np.moveaxis(positions(argument), axis, -1).reshape(-1, argument[axis])
    pairs = (y[:, rows] - 1).ravel(), (x[:, columns] - 1).ravel()
    return (matrix(*pairs, shape),)


def band(
    axis: int, result: Sequence[int], argument: Sequence[int], offsets: Sequence[int]
) -> Links:
    """Links from place i + offset of a lane to place i, for each of `offsets`."""
    rows = np.repeat(np.arange(result[axis]), len(offsets))
    columns = rows + np.tile(np.asarray(offsets, int), result[axis])
    inside = (columns >= 0) & (columns < argument[axis])
    return along(axis, result, argument, rows[inside], columns[inside])
