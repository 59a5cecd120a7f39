"""Linear algebra: what is shared, and what is kept as it was."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.graph import check
from graphdiff.ops.matrix.solve import Inv, Solve
from graphdiff.ops.matrix.spectral import Eigh, Eigvalsh, Svd, Svdvals
from graphdiff.ops.matrix.triangular import LuFactor, LuSolve, SolveTriangular
from graphdiff.scipy import linalg


def gradient(fn, *specs):
    graph = gd.simplify(gd.differentiate(gd.trace(fn, *specs)))
    check(graph)
    return graph


def count(graph, kind):
    return sum(isinstance(node.op, kind) for node in graph)


def agrees(fn, *arrays):
    assert gd.check_gradients(fn, *arrays)
    form = gd.value_and_grad(fn, wrt=tuple(range(len(arrays))))
    value, slopes = form(*arrays)
    again, others = form.emit(*arrays).load()(*arrays)
    np.testing.assert_allclose(value, again, rtol=1e-13)
    for ours, theirs in zip(slopes, others, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.fixture
def square(rng):
    x = rng.normal(size=(4, 4))
    return x @ x.T + 2 * np.eye(4)


@pytest.mark.parametrize(
    ("fn", "values", "both"),
    [
        (lambda a: np.sum(np.linalg.eigvalsh(a) ** 2), Eigvalsh, Eigh),
        (lambda a: np.linalg.norm(a, "nuc"), Svdvals, Svd),
        (lambda a: np.sum(np.linalg.eigvalsh(a, "U") ** 2), Eigvalsh, Eigh),
    ],
)
def test_values_come_with_the_vectors(fn, values, both, square):
    graph = gradient(fn, gd.spec("n,n"))
    assert (count(graph, values), count(graph, both)) == (0, 1)
    (node,) = [n for n in graph if isinstance(n.op, both)]
    assert graph.role_of(node) is None
    agrees(fn, square)


def test_values_alone_stay_alone():
    graph = gd.simplify(gd.trace(lambda a: np.linalg.eigvalsh(a), gd.spec("n,n")))
    assert (count(graph, Eigvalsh), count(graph, Eigh)) == (1, 0)


def by_scipy(a, b):
    x = linalg.solve(a, b)
    return x @ x


def by_numpy(a, b):
    x = np.linalg.solve(a, b)
    return x @ x


def by_triangle(a, b):
    z = linalg.solve_triangular(linalg.cholesky(a, lower=True), b, lower=True)
    return z @ z + linalg.det(a)


def test_the_adjoint_of_a_system_uses_its_factors(square, rng):
    def fn(a, b):
        return by_scipy(a, b) + np.sum(linalg.expm(b[:, None] * b / 10))

    graph = gradient(fn, gd.spec("n,n"), gd.spec("n"))
    assert (count(graph, LuFactor), count(graph, LuSolve)) == (1, 2)
    assert not count(graph, Solve)
    assert "trans=1" in gd.emit(graph).source
    agrees(fn, square + np.triu(square), rng.normal(size=4))


def test_numpy_alone_stays_alone(square, rng):
    graph = gradient(by_numpy, gd.spec("n,n"), gd.spec("n"))
    assert count(graph, Solve) == 2
    assert "scipy" not in gd.emit(graph).source.lower()
    agrees(by_numpy, square, rng.normal(size=4))


def test_triangles_are_solved_as_triangles(square, rng):
    graph = gradient(by_triangle, gd.spec("n,n"), gd.spec("n"))
    assert (count(graph, Solve), count(graph, SolveTriangular)) == (0, 4)
    agrees(by_triangle, square, rng.normal(size=4))


def test_an_inverse_with_one_reader_goes():
    graph = gd.stabilise(
        gd.trace(lambda a, b: np.linalg.inv(a) @ b, gd.spec("n,n"), gd.spec("n"))
    )
    assert (count(graph, Inv), count(graph, Solve)) == (0, 1)


def test_an_inverse_with_two_readers_stays():
    def fn(a, b):
        p = np.linalg.inv(a)
        return p @ b + np.sum(p)

    graph = gd.stabilise(gd.trace(fn, gd.spec("n,n"), gd.spec("n")))
    assert (count(graph, Inv), count(graph, Solve)) == (1, 0)


def test_logarithm_of_a_large_determinant():
    def fn(a):
        return np.log(np.linalg.det(a))

    a = 50 * np.eye(300)
    value, slope = gd.value_and_grad(fn)(a)
    assert value == pytest.approx(300 * np.log(50))
    np.testing.assert_allclose(slope, np.eye(300) / 50)


def test_logarithm_of_a_negative_determinant_is_nan():
    a = np.diag([1.0, -2.0])
    graph = gd.stabilise(gd.trace(lambda a: np.log(np.linalg.det(a)), a))
    assert np.isnan(gd.evaluate(graph, {"a": a})["output"])
    graph = gd.stabilise(gd.trace(lambda a: np.log(abs(np.linalg.det(a))), a))
    assert gd.evaluate(graph, {"a": a})["output"] == pytest.approx(np.log(2))
