"""Colourings: sound always, and as few groups as is known to be enough."""

import numpy as np
import pytest
import scipy.sparse as sp

from graphdiff.sparsity.colouring import alone, colour_columns, colour_symmetric
from graphdiff.sparsity.sweeps import fewest


def boolean(matrix):
    return sp.csr_array(matrix).astype(bool)


def band(n, *offsets):
    return boolean(sum(np.eye(n, k=k) for k in offsets))


def grid(n):
    line = np.eye(n) + np.eye(n, k=1) + np.eye(n, k=-1)
    return boolean(np.kron(line, np.eye(n)) + np.kron(np.eye(n), line))


def arrow(n):
    matrix = np.eye(n)
    matrix[0] = matrix[:, 0] = 1
    return boolean(matrix)


def scattered(n, seed):
    matrix = np.random.default_rng(seed).random((n, n)) < 3 / n
    return boolean(matrix | matrix.T | np.eye(n, dtype=bool))


PATTERNS = {
    "diagonal": (band(9, 0), 1, 1),
    "two diagonals": (band(9, 0, 1), 2, 9),
    "tridiagonal": (band(50, -1, 0, 1), 3, 3),
    "five diagonals": (band(50, -2, -1, 0, 1, 2), 5, 5),
    "grid": (grid(8), 7, 7),
    "arrow": (arrow(60), 60, 2),
    "dense": (boolean(np.ones((5, 5))), 5, 5),
    "scattered": (scattered(40, 1), 14, 9),
    "empty": (boolean(np.zeros((4, 4))), 1, 1),
    "of one": (boolean(np.ones((1, 1))), 1, 1),
}


@pytest.mark.parametrize("case", PATTERNS)
def test_columns_of_a_group_share_no_row(case):
    pattern, most, _ = PATTERNS[case]
    groups = colour_columns(pattern)
    assert groups.max(initial=0) < most
    chosen = np.eye(groups.max() + 1)[groups]
    assert (pattern.toarray().astype(int) @ chosen).max(initial=0) <= 1


@pytest.mark.parametrize("case", [c for c in PATTERNS if c != "two diagonals"])
def test_entries_of_symmetric_matrices_can_be_read_off(case):
    pattern, _, most = PATTERNS[case]
    groups = colour_symmetric(pattern)
    assert groups.max(initial=0) < most
    assert np.all(np.logical_or(*alone(pattern, groups)))


def test_many_columns_beside_a_full_one_take_two_groups():
    assert colour_symmetric(arrow(3000)).max() == 1


@pytest.mark.parametrize("case", PATTERNS)
def test_the_cheapest_cover_finds_every_entry_once(case):
    pattern, _, _ = PATTERNS[case]
    _, cover = fewest([pattern], "auto")
    entries = np.concatenate([sweep.entries for sweep in cover.sweeps])
    assert sorted(entries) == list(range(pattern.nnz))
    values = np.random.default_rng(0).normal(size=pattern.shape) * pattern.toarray()
    for sweep in cover.sweeps:
        kept = np.arange(sweep.count)[:, None] == sweep.groups
        swept = kept @ (values if sweep.reverse else values.T)
        read = swept[sweep.group, sweep.place]
        rows = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))
        exact = values[rows[sweep.entries], pattern.indices[sweep.entries]]
        np.testing.assert_allclose(read, exact)


def test_both_directions_where_that_pays():
    _, cover = fewest([arrow(60)], "auto")
    assert cover.count == 3
    assert {sweep.reverse for sweep in cover.sweeps} == {True, False}
