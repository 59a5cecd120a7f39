"""Patterns against dense Jacobians: none is missed, and few are idle."""

import numpy as np
import pytest

import graphdiff as gd

X = np.linspace(0.3, 1.7, 6)
ROWS = np.array([0, 0, 5, 2])
MATRIX = np.array([[1.0, 0, 2, 0, 0, 0], [0, 0, 0, 0, 3, 0], [0, 4, 0, 0, 0, 5]])

# What is computed, and whether the pattern is exactly where derivatives are not 0.
CASES = {
    "entrywise": (lambda x: np.sin(x) * x + 1, True),
    "slices": (lambda x: x[1:] * x[:-1] + x[:1], True),
    "strides": (lambda x: x[::2] - x[-1::-2], True),
    "gather": (lambda x: x[ROWS] ** 2, True),
    "negative index": (lambda x: x[np.array([-1, 1])] * x[-2], True),
    "reshape": (lambda x: np.exp(x.reshape(2, 3).T), True),
    "broadcast": (lambda x: x.reshape(2, 3, 1) * x[:4].reshape(2, 1, 2), True),
    "sum": (lambda x: np.sum(x.reshape(2, 3), axis=0), True),
    "mean": (lambda x: np.mean(x.reshape(2, 3) ** 2, axis=1, keepdims=True), True),
    "prod": (lambda x: np.prod(x.reshape(3, 2), axis=1), True),
    "max": (lambda x: np.max(x.reshape(3, 2), axis=0), False),
    "softmax": (lambda x: gd.nn.softmax(x.reshape(2, 3)), True),
    "norm": (lambda x: np.linalg.norm(x.reshape(3, 2), axis=-1), True),
    "std": (lambda x: np.std(x.reshape(3, 2), axis=-1), True),
    "cumsum": (lambda x: np.cumsum(x.reshape(2, 3), axis=1), True),
    "cumprod": (lambda x: np.cumprod(x), True),
    "diff": (lambda x: np.diff(x), True),
    "second diff": (lambda x: np.diff(x, 2) * x[1:-1], True),
    "gradient": (lambda x: np.gradient(x), True),
    "gradient of 2": (lambda x: np.gradient(x, edge_order=2), True),
    "roll": (lambda x: np.roll(x, 2) * x, True),
    "pad": (lambda x: np.pad(x, 2), True),
    "pad by reflection": (lambda x: np.pad(x, 2, mode="reflect"), True),
    "flip": (lambda x: np.flip(x) - x, True),
    "repeat": (lambda x: np.repeat(x, 2) * np.tile(x, 2), True),
    "repeat each": (lambda x: np.repeat(x, [1, 0, 2, 1, 1, 1]), True),
    "concatenate": (lambda x: np.concatenate([x[3:], x[:3] ** 2, np.ones(2)]), True),
    "stack": (lambda x: np.stack([x[:3], x[3:]], axis=1), True),
    "diagonal": (lambda x: np.diagonal(np.outer(x[:3], x[3:])), True),
    "diag": (lambda x: np.diag(x[:3]) @ np.diag(x[3:]), False),
    "trace": (lambda x: np.trace(x[:4].reshape(2, 2)), True),
    "triangle": (lambda x: np.tril(x[:4].reshape(2, 2)), True),
    "known matrix": (lambda x: MATRIX @ x, True),
    "known matrix, right": (lambda x: x @ MATRIX.T, True),
    "known einsum": (lambda x: np.einsum("ij,j->i", MATRIX, np.sin(x)), True),
    "known mask": (lambda x: np.array([1.0, 0, 1, 0, 0, 1]) * x, True),
    "known where": (lambda x: np.where(np.arange(6) < 2, x, x[::-1] ** 2), True),
    "unknown where": (lambda x: np.where(x > 1, x, x[::-1]), False),
    "matmul": (lambda x: x.reshape(2, 3) @ x.reshape(3, 2), True),
    "stacked matmul": (lambda x: x.reshape(3, 2, 1) @ x.reshape(3, 1, 2), True),
    "einsum": (lambda x: np.einsum("bi,bj->bij", *2 * [x.reshape(3, 2)]), True),
    "three factors": (lambda x: np.einsum("i,j,i->j", x, x[:2], x), True),
    "convolve": (lambda x: np.convolve(x, [1.0, 0.0, 2.0]), True),
    "convolve same": (lambda x: np.convolve(x, [1.0, 3.0, 2.0], "same"), True),
    "convolve itself": (lambda x: np.convolve(x[:4], x[4:], "valid"), True),
    "correlate": (lambda x: np.correlate(x, [1.0, 3.0]), True),
    "correlate full": (lambda x: np.correlate(x, [1.0, 3.0, 1.0], "full"), True),
    "sums of windows": (lambda x: gd.nn.avg_pool(x.reshape(1, 1, 6), 2), True),
    "largest of windows": (lambda x: gd.nn.max_pool(x.reshape(1, 1, 6), 3), False),
    "sort": (lambda x: np.sort(x.reshape(2, 3)), False),
    "median": (lambda x: np.median(x.reshape(2, 3), axis=1), False),
    "solve": (lambda x: np.linalg.solve(np.eye(2) + 0.1, x.reshape(2, 3)), True),
    "inv": (lambda x: np.linalg.inv(x[:4].reshape(2, 2) + 3 * np.eye(2)), True),
    "stacked det": (lambda x: np.linalg.det(np.repeat(x, 4).reshape(6, 2, 2)), False),
    "eigh": (lambda x: np.linalg.eigh(np.diag(x[:2]) + x[2])[0], False),
    "fft": (lambda x: np.abs(np.fft.rfft(x.reshape(2, 3), axis=1)) ** 2, False),
    "cross": (lambda x: np.cross(x[:3], x[3:]), True),
    "polyval": (lambda x: np.polyval([1.0, 2.0, 3.0], x), True),
    "interp": (lambda x: np.interp(x, [0.0, 1, 2], [0.0, 2, 1]), True),
    "logcumsumexp": (lambda x: np.logaddexp.accumulate(x), True),
    "unused": (lambda x: np.ones(3), True),
    "identity": (lambda x: x, True),
    "one number": (lambda x: np.sum(np.sin(x)), True),
    "several": (lambda x: {"a": x[:2], "b": (x[2] * x[3], x[4:])}, True),
}


def assigned(x):
    y = np.zeros_like(x)
    y[1:3] = x[:2] ** 2
    y[ROWS[1:]] += x[3:]
    return y


def added_at(x):
    total = np.zeros_like(x)
    np.add.at(total, ROWS, x[:4] ** 2)
    return total


CASES["assigned"] = assigned, True
CASES["added at"] = added_at, True


def dense(f, x):
    """The Jacobian by central differences, all outputs one below the other."""

    def flat(x):
        found = f(x)
        parts = found.values() if isinstance(found, dict) else [found]
        nested = [q for p in parts for q in (p if isinstance(p, tuple) else (p,))]
        return np.concatenate([np.ravel(p) for p in nested])

    step = 1e-6
    columns = [(flat(x + step * e) - flat(x - step * e)) for e in np.eye(x.size)]
    return np.stack(columns, axis=1) / (2 * step)


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
@pytest.mark.parametrize("case", CASES)
def test_jacobian(case, mode):
    f, is_exact = CASES[case]
    form = gd.sparse_jacobian(f, mode=mode)
    found, wanted = form(X), dense(f, X)
    np.testing.assert_allclose(found.toarray(), wanted, atol=1e-7)
    assert found.has_canonical_format
    pattern = form.pattern(X).toarray()
    assert pattern.dtype == bool
    assert not np.any(wanted[~pattern] > 1e-9)
    if is_exact:
        assert np.array_equal(pattern, np.abs(wanted) > 1e-8)


SCALARS = {
    "chain": lambda x: np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2),
    "separable": lambda x: np.sum(np.sin(x) + x**3),
    "linear": lambda x: np.sum(3 * x) + x[0],
    "pairs": lambda x: np.sum((x[ROWS] - x[ROWS[::-1]]) ** 4),
    "arrow": lambda x: np.sum(x[0] * x[1:] ** 2),
    "dense": lambda x: np.sum(x) ** 3,
    "quadratic form": lambda x: x[:3] @ MATRIX[:, ROWS] @ np.sin(x[2:]),
    "product": lambda x: x[:3] @ x[3:],
    "logsumexp": lambda x: gd.nn.logsumexp(x[:3]) + gd.nn.logsumexp(x[3:]),
    "matrix": lambda x: np.sum((x.reshape(2, 3) @ x.reshape(3, 2)) ** 2),
    "products": lambda x: np.sum(np.prod(x.reshape(2, 3), axis=1)),
    "norm": lambda x: np.sum(np.linalg.norm(x.reshape(3, 2), axis=1)),
    "piecewise": lambda x: np.sum(np.abs(x - 1) * 3 + np.maximum(x[::-1], 0.5)),
    "grid": lambda x: (
        np.sum(np.diff(x.reshape(2, 3), axis=0) ** 2 * x[0])
        + np.sum(np.diff(x.reshape(2, 3), axis=1) ** 4)
    ),
}


@pytest.mark.parametrize("case", SCALARS)
def test_hessian(case):
    f = SCALARS[case]
    form = gd.sparse_hessian(f)
    found, wanted = form(X).toarray(), dense(gd.grad(f), X)
    np.testing.assert_allclose(found, wanted, atol=1e-6, rtol=1e-6)
    assert np.array_equal(form.pattern(X).toarray(), np.abs(wanted) > 1e-6)


def test_a_pattern_of_piecewise_linear_functions_is_empty():
    form = gd.sparse_hessian(lambda x: np.sum(np.abs(x) + np.maximum(x, 1)))
    assert form(X).nnz == 0


def test_entries_outside_the_pattern_are_zero_at_random_points():
    rng = np.random.default_rng(0)
    for f, _ in CASES.values():
        pattern = gd.sparse_jacobian(f).pattern(X).toarray()
        for _ in range(2):
            x = rng.uniform(0.1, 2.0, X.shape)
            assert np.all(np.abs(dense(f, x)[~pattern]) < 1e-8)


def test_nothing_of_the_size_of_the_matrix_is_made():
    n = 200_000
    form = gd.sparse_jacobian(lambda u: u[2:] - 2 * u[1:-1] + u[:-2] + u[1:-1] ** 3)
    found = form(np.ones(n))
    assert found.shape == (n - 2, n)
    assert found.nnz == 3 * (n - 2)
