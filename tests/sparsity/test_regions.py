"""Patterns through loops and branches."""

import numpy as np
import pytest

import graphdiff as gd

X = np.linspace(0.3, 1.7, 6)
LOWER = np.tri(6, dtype=bool)

CASES = {
    "map": (lambda x: gd.map(lambda a: a * np.sin(a), x), np.eye(6, dtype=bool)),
    "map of rows": (
        lambda x: gd.map(lambda row: row[0] * row[1], x.reshape(3, 2)),
        np.kron(np.eye(3, dtype=bool), [[True, True]]),
    ),
    "scan": (
        lambda x: gd.scan(lambda c, a: (c * a, c * a), x[0] * 0 + 1, x)[1],
        LOWER | (np.arange(6) == 0),
    ),
    "scan from the end": (
        lambda x: gd.scan(lambda c, a: (c + a, c * a), 1.0, x, reverse=True)[1],
        LOWER.T,
    ),
    "steps of a stencil": (
        lambda x: gd.fori_loop(0, 2, lambda i, u: u + np.roll(u, 1) ** 2, x),
        np.eye(6, dtype=bool)
        | np.roll(np.eye(6, dtype=bool), 1, 0)
        | np.roll(np.eye(6, dtype=bool), 2, 0),
    ),
    "branches": (
        lambda x: gd.cond(x[0] > 0, lambda x: x**2, lambda x: x[::-1], x),
        np.eye(6, dtype=bool) | np.eye(6, dtype=bool)[::-1],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_pattern_and_values(case):
    f, pattern = CASES[case]
    form = gd.sparse_jacobian(f)
    np.testing.assert_array_equal(form.pattern(X).toarray(), pattern)
    np.testing.assert_allclose(form(X).toarray(), gd.jacobian(f)(X), atol=1e-12)


def test_a_loop_whose_end_depends_on_values_is_dense_and_right():
    def f(x):
        return gd.while_loop(lambda c: np.sum(c) < 100, lambda c: 2 * c, x)

    np.testing.assert_allclose(gd.sparse_jacobian(f)(X).toarray(), gd.jacobian(f)(X))


def test_the_hessian_of_a_loop_over_parts_is_block_diagonal():
    def f(x):
        return np.sum(gd.map(lambda row: row[0] ** 2 * row[1], x.reshape(3, 2)))

    form = gd.sparse_hessian(f)
    np.testing.assert_allclose(form(X).toarray(), gd.hessian(f)(X), atol=1e-12)
    assert form(X).nnz <= 12
