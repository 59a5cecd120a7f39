"""Costs as formulas: counts checked by hand, peaks against what the evaluator holds."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.cost import Peaks, cost, operations, peak_memory, show_largest
from graphdiff.sizes.dims import Dim

s = gd.spec
n, m, k = map(Dim.named, "nmk")


@pytest.mark.parametrize(
    ("function", "specs", "expected"),
    [
        (lambda A, B: A @ B, [s("n,k"), s("k,m")], 2 * n * m * k),
        (lambda x: np.tanh(x) + 1, [s("n,m")], 2 * n * m),
        (lambda x: np.sum(x), [s("n,m")], n * m),
        (lambda x: x.T.reshape(-1)[None], [s("n,m")], 0),
        (lambda a, b: np.einsum("ij,j->i", a, b), [s("n,m"), s("m")], 2 * n * m),
        (lambda x: x[1:3], [s("5")], 0),
        (
            lambda A, B: np.linalg.solve(A, B),
            [s("n,n"), s("n,k")],
            2 * n**3 // 3 + 2 * n**2 * k,
        ),
        (lambda A: np.linalg.cholesky(A), [s("n,n")], n**3 // 3),
        (lambda A: np.linalg.inv(A), [s("k,n,n")], 2 * k * n**3),
        (lambda A: np.linalg.eigh(A)[1], [s("n,n")], 9 * n**3),
        (lambda A: np.linalg.matrix_power(A, 5), [s("n,n")], 6 * n**3),
    ],
)
def test_operations_are_counted_as_textbooks_do(function, specs, expected):
    assert operations(gd.trace(function, *specs).nodes) == expected


def test_a_gradient_costs_a_small_multiple_of_the_value():
    def loss(W1, W2, X):
        return np.sum(np.tanh(np.tanh(X @ W1) @ W2) ** 2)

    graph = gd.trace(loss, s("784,30"), s("30,10"), s("batch,784"))
    found = cost(gd.simplify(gd.differentiate(graph)))
    sizes = {"batch": 100}
    assert found.total.evaluate(sizes) < 4 * found.forward.evaluate(sizes)
    assert "batch" in str(found)


def test_memory_is_that_of_arrays_that_live_together():
    def f(x):
        a = np.sin(x)
        b = np.cos(a)
        return np.sum(a * b)

    assert peak_memory(gd.trace(f, s("n"))) == (24 * n,)
    assert peak_memory(gd.trace(f, s("n", np.float32))) == (12 * n,)
    assert peak_memory(gd.trace(lambda x: x.T, s("n,m"))) == (0,)


def test_peaks_that_do_not_compare_are_all_kept():
    peaks = Peaks()
    wide, long = (gd.var("x", dims).node.type for dims in ("n,n", "m"))
    peaks.take(wide)
    peaks.drop(wide)
    peaks.take(long)
    assert set(peaks.largest()) == {8 * n**2, 8 * m}
    assert show_largest(peaks.largest()) == "max(8 * n**2, 8 * m)"
