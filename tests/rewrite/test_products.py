"""Chains of products: the order of least work, the same numbers, nothing done twice."""

from itertools import pairwise

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.ops.core.linalg import MatMul
from graphdiff.rewrite.products import LONGEST, MOST, ways
from graphdiff.sizes.dims import Dim
from tests.counting import calls_of

s = gd.spec
n, m, k = map(Dim.named, "nmk")
rng = np.random.default_rng(3)


def total(graph):
    return graph.cost().total


def agree(function, *args):
    graph = gd.trace(function, *args)
    made = gd.reassociate(graph)
    names = list(graph.inputs)
    inputs = dict(zip(names, args, strict=True))
    one, other = gd.evaluate(graph, inputs), gd.evaluate(made, inputs)
    for name in one:
        np.testing.assert_allclose(other[name], one[name], rtol=1e-11, atol=1e-12)
    return graph, made


@pytest.mark.parametrize(
    ("function", "specs", "expected"),
    [
        (lambda A, B, v: A @ B @ v, ["n,m", "m,k", "k"], 2 * n * m + 2 * m * k),
        (lambda A, v: A @ A @ A @ v, ["n,n", "n"], 6 * n**2),
        (lambda v, A, B: v @ (A @ B), ["n", "n,m", "m,k"], 2 * n * m + 2 * m * k),
        (lambda A, B, v: (A @ B).T @ v, ["n,m", "m,k", "n"], 2 * n * m + 2 * m * k),
        (lambda a, b, c: a[:, None] @ b[None] @ c, ["n", "m", "m"], n + 2 * m),
        (lambda a, b, c: np.outer(a, b) @ c, ["n", "m", "m"], n + 2 * m),
        (lambda A, a, b: A @ np.outer(a, b), ["k,n", "n", "m"], 2 * k * n + 2 * k * m),
        (lambda A, B, C: (A @ B) @ C, ["10,100", "100,5", "5,50"], 10000 + 5000),
        (lambda A, B, C: A @ (B @ C), ["10,100", "100,5", "5,50"], 10000 + 5000),
        (lambda A, B, C: (A @ B) @ C, ["n,n", "n,n", "n,n"], 4 * n**3),
        (lambda A, B, C: (A @ B) @ C, ["n,m", "m,k", "k,n"], None),
    ],
)
def test_chains_are_put_in_the_order_of_least_work(function, specs, expected):
    graph = gd.trace(function, *map(s, specs))
    made = gd.reassociate(graph)
    assert total(made) == (total(graph) if expected is None else expected)


def test_the_dynamic_program_finds_the_textbook_order():
    sizes = [30, 35, 15, 5, 10, 20, 25]
    factors = [s(f"{a},{b}") for a, b in pairwise(sizes)]
    graph = gd.trace(lambda a, b, c, d, e, f: a @ b @ c @ d @ e @ f, *factors)
    assert total(gd.reassociate(graph)) == 2 * 15125


def test_values_stay():
    A, B, C = (rng.normal(size=shape) for shape in ((4, 9), (9, 3), (3, 8)))
    v = rng.normal(size=8)
    agree(lambda A, B, C, v: A @ B @ C @ v, A, B, C, v)
    agree(lambda A, B, C, v: ((A @ B).T @ A).T @ (C @ v), A, B, C, v)
    stack = rng.normal(size=(5, 6, 6))
    graph, made = agree(lambda S, w: S @ S @ S @ w, stack, rng.normal(size=(5, 6, 1)))
    assert total(made) < total(graph)
    agree(lambda S, w: S @ S @ w, stack, rng.normal(size=6))
    empty = np.ones((0, 4))
    agree(lambda E, A, v: E @ A @ v, empty, np.ones((4, 5)), np.ones(5))
    agree(lambda A, v: A @ A @ v, np.eye(3, dtype=int), np.arange(3))
    agree(lambda A, v: A @ A @ v, A[:, :4] * (1 + 2j), v[:4])


def test_a_product_with_other_readers_is_not_computed_twice():
    def f(A, v):
        P = A @ A
        return P @ v, np.sum(P)

    graph = gd.trace(f, s("n,n"), s("n"))
    assert total(gd.reassociate(graph)) == total(graph)


def test_a_product_that_serves_many_stays():
    def f(A, B, V):
        P = A @ B
        return [P @ V[i] for i in range(50)]

    made = gd.reassociate(gd.trace(f, s("8,8"), s("8,8"), s("50,8")))
    assert sum(isinstance(node.op, MatMul) for node in made) == 51


def test_a_shared_product_goes_where_nobody_needs_it():
    def f(A, B, v, w):
        P = A @ B
        return P @ v, P.T @ w

    graph = gd.trace(f, s("n,n"), s("n,n"), s("n"), s("n"))
    assert total(gd.reassociate(graph)) == 8 * n**2


def test_gradients_profit():
    def f(A, B, v):
        return np.sum((A @ B @ v) ** 2)

    args = [rng.normal(size=(20, 30)), rng.normal(size=(30, 25)), rng.normal(size=25)]
    form = gd.value_and_grad(f, wrt=(0, 1, 2))
    graph = form.graph(s("n,m"), s("m,k"), s("k"))
    assert all(max(size) < 3 for size in degrees(total(graph)))
    assert gd.check_gradients(f, *args, wrt=(0, 1, 2)).ok
    for style in ("readable", "fast"):
        emitted = form.emit(*args, style=style).load()(*args)
        for one, other in zip(emitted[1], form(*args)[1], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


def degrees(size):
    """The degree of each term of a formula."""
    return [(len(monomial), 0) for monomial, _ in size._terms]


@pytest.mark.parametrize("order", [2, 3])
def test_higher_orders(order):
    A = rng.normal(size=(4, 4))

    def f(x):
        return np.sum(np.tanh(A @ A @ (x * np.ones(4))) ** 2)

    def nth(f):
        for _ in range(order):
            f = gd.grad(f)
        return f

    step = 1e-4
    lower = f if order == 1 else nth_of(f, order - 1)
    slope = (lower(0.3 + step) - lower(0.3 - step)) / (2 * step)
    assert nth(f)(0.3) == pytest.approx(slope, rel=1e-5)


def nth_of(f, order):
    for _ in range(order):
        f = gd.grad(f)
    return f


def test_names_and_lines_go_along():
    def f(A, B, v):
        P = A @ B
        y = P @ v
        return y

    graph = gd.trace(f, s("n,m"), s("m,k"), s("k"))
    source = gd.emit(gd.simplify(graph)).source
    assert "A @ (B @ v)" in source


def test_vectors_read_as_vectors():
    graph = gd.trace(lambda a, b, c: np.outer(a, b) @ c, *map(s, ["n", "m", "m"]))
    assert "= a * (b @ c)" in gd.emit(gd.simplify(graph)).source


def test_long_chains_of_many_sizes_take_no_long_time():
    sizes = [Dim.named("abcdefg"[i % 7]) for i in range(LONGEST + 1)]
    assert 0 < len(ways(sizes)) <= MOST
    assert calls_of(lambda: ways(sizes)) < 2_000_000


def test_random_products_keep_their_values():
    for seed in range(12):
        choice = np.random.default_rng(seed)
        sizes = choice.integers(1, 5, 3)
        matrices = [choice.normal(size=(a, b)) for a in sizes for b in sizes]

        def f(*given, seed=seed):
            pick, pool = np.random.default_rng(seed), list(given)
            for _ in range(12):
                a, b = (pool[pick.integers(len(pool))] for _ in range(2))
                a = a.T if pick.random() < 0.3 else a
                if a.shape[1] == b.shape[0]:
                    pool.append(a @ b)
            return sum(np.sum(p * p) for p in pool[-3:])

        graph, made = agree(f, *matrices)
        assert total(made) <= total(graph)
