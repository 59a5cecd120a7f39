"""Colourings: which columns of a sparse matrix may be computed in one sweep.

Columns that share no row can be added up without loss: each entry of the sum is an
entry of the matrix (Curtis, Powell and Reid 1974). To find few groups is to colour the
graph in which columns that share a row are neighbours; of a symmetric matrix an entry
may be read off either of its two places, which is a star colouring (Coleman and Moré
1984; Gebremedhin, Manne and Pothen, *What color is your Jacobian?*, SIAM Review 47,
2005).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

SMALL = 3_000
"""Up to so many vertices and ten times as many edges networkx's orderings are tried."""

_STRATEGIES = ("largest_first", "smallest_last", "DSATUR")
_TINY = 200
_LONGEST_PERIOD = 64
_FEW = 1 << 24
_MOST_PAIRS = 50_000_000
_STAR_WORK = 3_000_000


def colour_columns(pattern: Any) -> np.ndarray:
    """A group for each column of a pattern such that no two of a group share a row.

    Groups are counted from 0. Tried in turn: groups that repeat with a period, which a
    band matrix has; the first group that is free, in the order of columns; and on
    graphs that are `SMALL` networkx's better orderings (the slowest where they are
    tiny). Who needs as many groups as the fullest row has entries is best.
    """
    columns = pattern.shape[1]
    counts = np.diff(pattern.indptr).astype(np.int64)
    least = int(counts.max(initial=0))
    if least <= 1:
        return np.zeros(columns, int)
    found = list(_periodic(pattern, least))
    if found and found[0].max() < least:
        return found[0]
    if least == columns or counts @ counts > _MOST_PAIRS:
        return min((*found, np.arange(columns)), key=_last)
    neighbours = _conflicts(pattern)
    found.append(_first_fit(neighbours))
    is_small = columns <= SMALL and neighbours.nnz <= 20 * SMALL
    if is_small and min(map(_last, found)) >= least:
        found += _by_networkx(neighbours)
    return min(found, key=_last)


def _last(groups: np.ndarray) -> int:
    """The number of the last group."""
    return int(groups.max(initial=0))


def _periodic(pattern: Any, least: int) -> Iterator[np.ndarray]:
    """The groups of smallest period that serve, if the period is near `least`."""
    columns = np.arange(pattern.shape[1])
    longest = min(least + 4, len(columns), _LONGEST_PERIOD)
    for period in range(least, longest + 1):
        if _is_valid(pattern, columns % period, period):
            yield columns % period
            return


def colour_symmetric(pattern: Any) -> np.ndarray:
    """A star colouring: every entry alone in its group's row, or else in its mirror's.

    Tried are groups that repeat with a period, those of any matrix, the fullest columns
    in groups of their own, and a greedy star colouring where its work, the paths of
    three edges, is bounded.
    """
    degrees = np.diff(pattern.indptr).astype(np.int64)
    found = [*_periodic_stars(pattern), colour_columns(pattern)]
    if min(map(_last, found)) > 2 and degrees.max() > 3 * np.median(degrees) + 1:
        many = 1
        while many <= min(map(_last, found)):
            found.append(_peeled(pattern, degrees, many))
            many *= 2
    work = int((degrees[rows_of(pattern)] * degrees[pattern.indices]).sum())
    if work <= _STAR_WORK:
        found += [_star(pattern, order) for order in _orders(degrees)]
    return min((groups for groups in found if _is_star(pattern, groups)), key=_last)


def _is_star(pattern: Any, groups: np.ndarray) -> bool:
    """Whether every entry can be read off one of its two places."""
    return bool(np.all(np.logical_or(*alone(pattern, groups))))


def _periodic_stars(pattern: Any) -> Iterator[np.ndarray]:
    """The groups of smallest period that serve."""
    columns = np.arange(pattern.shape[1])
    most = int(np.diff(pattern.indptr).max(initial=0))
    for period in range(1, min(most + 4, len(columns), _LONGEST_PERIOD) + 1):
        if _is_star(pattern, columns % period):
            yield columns % period
            return


def _peeled(pattern: Any, degrees: np.ndarray, many: int) -> np.ndarray:
    """The fullest columns each in a group of its own, the rest as of any matrix.

    What the rest has in the rows of the fullest is read off their columns.
    """
    full = np.argsort(-degrees, kind="stable")[:many]
    inside = np.isin(rows_of(pattern), full) | np.isin(pattern.indices, full)
    rest = pattern.copy()
    rest.data = ~inside
    rest.eliminate_zeros()
    groups = colour_columns(rest)
    groups[full] = 0
    groups[full] = groups.max() + 1 + np.arange(many)
    return groups


def _orders(degrees: np.ndarray) -> Iterator[np.ndarray]:
    yield np.argsort(-degrees, kind="stable")
    yield np.arange(degrees.size)


def alone(pattern: Any, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each entry (i, j), whether it can be read off row i, group of j; or mirrored.

    It can where it is the only entry of its row in that group. The entries come in CSR
    order; the pattern is symmetric.
    """
    count = int(groups.max(initial=0)) + 1
    own = _occurrences(rows_of(pattern) * count + groups[pattern.indices]) == 1
    return own, own[np.argsort(pattern.indices, kind="stable")]


def _occurrences(keys: np.ndarray) -> np.ndarray:
    """How often each of some whole numbers is among them."""
    if keys.max(initial=0) < _FEW:
        often: np.ndarray = np.bincount(keys)
        return np.asarray(often[keys])
    _, places, found = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray(found[places])


def rows_of(pattern: Any) -> np.ndarray:
    """The row of each entry of a CSR pattern, in its order."""
    return np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))


def _is_valid(pattern: Any, groups: np.ndarray, count: int) -> bool:
    """Whether no row has two entries in a group."""
    keys = rows_of(pattern) * count + groups[pattern.indices]
    return bool(np.all(_occurrences(keys) == 1))


def _conflicts(pattern: Any) -> Any:
    """The graph of columns that share a row, without loops."""
    shared = (pattern.T.tocsr() @ pattern).tocsr()
    shared.setdiag(False)
    shared.eliminate_zeros()
    return shared


def _first_fit(neighbours: Any) -> np.ndarray:
    """The first group that no neighbour has, vertex by vertex in their order."""
    indptr, indices = neighbours.indptr.tolist(), neighbours.indices
    groups = np.full(neighbours.shape[0], -1)
    most = int(np.diff(neighbours.indptr).max(initial=0)) + 2
    taken = np.full(most + 1, -1)
    for vertex, (start, stop) in enumerate(pairwise(indptr)):
        taken[groups[indices[start:stop]]] = vertex
        free = 0
        while taken[free] == vertex:
            free += 1
        groups[vertex] = free
    return groups


def _by_networkx(neighbours: Any) -> Iterator[np.ndarray]:
    """Greedy colourings in the orderings that networkx has."""
    import networkx

    graph = networkx.from_scipy_sparse_array(neighbours)
    for strategy in _STRATEGIES[: 3 if len(graph) <= _TINY else 2]:
        found = networkx.greedy_color(graph, strategy)
        yield np.array([found[vertex] for vertex in range(neighbours.shape[0])])


def _star(pattern: Any, order: np.ndarray) -> np.ndarray:
    """Greedy star colouring: no path of four vertices has two colours only.

    Algorithm 4.1 of Gebremedhin, Manne and Pothen (2005).
    """
    starts, flat = pattern.indptr.tolist(), pattern.indices.tolist()
    near = [
        [w for w in flat[a:b] if w != v] for v, (a, b) in enumerate(pairwise(starts))
    ]
    groups = [-1] * len(near)
    for v in order.tolist():
        taken = set()
        for w in near[v]:
            own = groups[w]
            taken.add(own)
            for x in near[w]:
                if x == v or groups[x] < 0:
                    continue
                if own < 0 or any(y != w and groups[y] == own for y in near[x]):
                    taken.add(groups[x])
        groups[v] = next(c for c in range(len(taken) + 1) if c not in taken)
    return np.array(groups, int)
