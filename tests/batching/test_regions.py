"""Loops, branches and functions under rules of their own, on a batch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.region import Region

RNG = np.random.default_rng(5)
X, W = RNG.normal(size=(4, 5)), RNG.normal(size=(4, 5, 5))
CHOICES = np.array([True, False, True, True])
LIMITS = np.array([3.0, 30.0, 100.0, 0.0])


def stepped(x: Any, w: Any) -> Any:
    return gd.fori_loop(0, 3, lambda i, c: np.tanh(w @ c) + i, x)


def scanned(x: Any, w: Any) -> Any:
    def step(c: Any, a: Any) -> Any:
        c = np.tanh(w @ c) * a
        return c, np.sum(c)

    return gd.scan(step, np.zeros_like(w[0]) + 1.0, x)


def mapped(x: Any) -> Any:
    return gd.map(lambda row: np.sum(np.sin(row)) * row, x)


def chosen(p: Any, x: Any) -> Any:
    return gd.cond(p, np.sin, lambda x: x**2, x)


def grown(x: Any, limit: Any) -> Any:
    return gd.while_loop(lambda c: np.sum(c) < limit, lambda c: c * 1.5 + 0.1, x)


def counted(x: Any) -> Any:
    def step(carry: Any) -> Any:
        return carry[0] + 1.0, carry[1] * 1.1

    return gd.while_loop(lambda c: c[0] < 4.0, step, (0.0, x))[1]


CASES = {
    "fori_loop, carry": (stepped, (0, None), X, W[0]),
    "fori_loop, invariant": (stepped, (None, 0), X[0], W),
    "fori_loop, both": (stepped, (0, 0), X, W),
    "scan, slices": (scanned, (0, None), X, W[0]),
    "scan, invariant": (scanned, (None, 0), X[0], W),
    "scan, other axes": (scanned, (1, 2), X.T, np.moveaxis(W, 0, 2)),
    "map": (mapped, (0,), W),
    "cond, choice": (chosen, (0, None), CHOICES, X[0]),
    "cond, operand": (chosen, (None, 0), np.array(True), X),
    "cond, both": (chosen, (0, 0), CHOICES, X),
    "while_loop, carry": (grown, (0, None), np.abs(X), np.array(30.0)),
    "while_loop, test": (grown, (None, 0), np.abs(X[0]), LIMITS),
    "while_loop, both": (grown, (0, 0), np.abs(X), LIMITS),
    "while_loop, test is the same": (counted, (0,), X),
}


def looped(f: Callable[..., Any], axes: Any, args: Any) -> list[Any]:
    """The results of a loop over examples, each stacked."""
    rows = []
    for i in range(4):
        pairs = zip(args, axes, strict=True)
        made = f(*[a if k is None else np.take(a, i, k) for a, k in pairs])
        rows.append(made if isinstance(made, tuple) else (made,))
    return [np.stack(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("name", CASES)
def test_a_region_on_a_batch(name: str) -> None:
    f, axes, *args = CASES[name]
    graph = gd.vmap(f, axes).graph(*args)
    found = gd.evaluate(graph, dict(zip(graph.inputs, args, strict=True)))
    for value, wanted in zip(found.values(), looped(f, axes, args), strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-12)


def gradient(f: Callable[..., Any], args: Any) -> Any:
    """The gradient of a number made of the results, by all real arguments."""
    real = tuple(i for i, a in enumerate(args) if a.dtype.kind == "f")

    def number(*xs: Any) -> Any:
        made = f(*xs)
        parts = made if isinstance(made, tuple) else (made,)
        return sum(np.sum(np.sin(part)) for part in parts)

    return gd.grad(number, real)


@pytest.mark.parametrize("order", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", CASES)
def test_gradients_of_each_example(name: str, order: int) -> None:
    f, axes, *args = CASES[name]
    form = first = gradient(f, args)
    if order == 2:

        def entries(*xs: Any) -> Any:
            return np.concatenate([g.ravel() for g in first(*xs)])

        form = gradient(entries, args)
    found = gd.vmap(form, axes)(*args)
    for value, wanted in zip(found, looped(form, axes, args), strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_of_a_batch(name: str) -> None:
    f, axes, *args = CASES[name]
    rows = looped(gradient(f, args), axes, args)
    found = gradient(gd.vmap(f, axes), args)(*args)
    real = [k for k, a in zip(axes, args, strict=True) if a.dtype.kind == "f"]
    for value, each, axis in zip(found, rows, real, strict=True):
        wanted = each.sum(axis=0) if axis is None else np.moveaxis(each, 0, axis)
        np.testing.assert_allclose(value, wanted, rtol=1e-9, atol=1e-12)


def test_a_solver_takes_examples_one_by_one() -> None:
    def root(a: Any) -> Any:
        return gd.root(lambda x, a: x**3 + x - a, np.zeros_like(a), a)

    slope = gd.grad(lambda a: np.sum(root(a) ** 2))
    wanted = np.stack([slope(a) for a in X])
    np.testing.assert_allclose(gd.vmap(root)(X) ** 3 + gd.vmap(root)(X), X, atol=1e-9)
    np.testing.assert_allclose(gd.vmap(slope)(X), wanted, rtol=1e-7)
    whole = gd.grad(lambda x: np.sum(gd.vmap(root)(x) ** 2))
    np.testing.assert_allclose(whole(X), wanted, rtol=1e-7)


def regions(graph: gd.Graph) -> list[Any]:
    return [node for node in graph.nodes if isinstance(node.op, Region)]


def test_a_loop_stays_one_loop() -> None:
    graph = gd.vmap(stepped, (0, None)).graph(X, W[0])
    (node,) = regions(graph)
    assert isinstance(node.op, Loop)
    assert str(node.args[0].type) == "float64[4, 5]"


def test_what_does_not_differ_is_not_batched_in_a_loop() -> None:
    def two(x: Any, y: Any) -> Any:
        return gd.fori_loop(0, 3, lambda i, c: (c[0] * y, c[1] * y), (x, y))

    (node,) = regions(gd.vmap(two, (0, None), (0, None)).graph(X, X[0]))
    assert [str(t) for t in node.type[:2]] == ["float64[4, 5]", "float64[5]"]


@gd.custom_vjp
def doubled(x: Any, w: Any) -> Any:
    return np.sin(x) @ w


@doubled.rule
def _(g: Any, y: Any, x: Any, w: Any) -> Any:
    return g * w * np.cos(x) * 2, g * np.sin(x) * 3


@gd.custom_jvp
def pushed(x: Any, w: Any) -> Any:
    return np.sin(x) @ w


@pushed.rule
def _(tangents: Any, y: Any, x: Any, w: Any) -> Any:
    t, u = tangents
    return t @ (w * np.cos(x)) * 2 + np.sin(x) @ u * 3


@pytest.mark.parametrize("f", [doubled, pushed])
def test_a_rule_holds_on_a_batch(f: Callable[..., Any]) -> None:
    """The gradients of each example, and that of the batch, are those of the rule."""
    w = W[0, 0]
    one = gd.grad(lambda x, w: f(x, w) ** 2, (0, 1))
    wanted = [np.stack(g) for g in zip(*[one(x, w) for x in X], strict=True)]
    found = gd.vmap(one, (0, None))(X, w)
    np.testing.assert_allclose(found[0], wanted[0])
    np.testing.assert_allclose(found[1], wanted[1])
    batch = gd.vmap(f, (0, None))
    whole = gd.grad(lambda x, w: np.sum(batch(x, w) ** 2), (0, 1))(X, w)
    np.testing.assert_allclose(whole[0], wanted[0])
    np.testing.assert_allclose(whole[1], wanted[1].sum(axis=0))


# --- in each other --------------------------------------------------------------------
P = np.abs(X)


def test_a_loop_on_a_batch_of_batches() -> None:
    one = gd.grad(lambda x, b: np.sum(grown(x, b) ** 2))
    both = gd.vmap(gd.vmap(one, (None, 0)), (0, None))
    wanted = [[one(x, b) for b in LIMITS] for x in P]
    np.testing.assert_allclose(both(P, LIMITS), wanted)


def test_a_loop_that_ends_by_data_in_a_scan() -> None:
    def total(x: Any) -> Any:
        def step(c: Any, a: Any) -> Any:
            return grown(np.abs(c + a), 5.0), np.sum(c)

        last, sums = gd.scan(step, x, np.stack([x, x * 2]))
        return np.sum(last**2) + np.sum(sums)

    slope = gd.grad(total)
    wanted = np.stack([slope(x) for x in P])
    np.testing.assert_allclose(gd.vmap(slope)(P), wanted)
    batch = gd.vmap(total)
    np.testing.assert_allclose(gd.grad(lambda x: np.sum(batch(x)))(P), wanted)


def test_a_branch_in_a_scan() -> None:
    def total(x: Any) -> Any:
        def step(c: Any, a: Any) -> Any:
            return gd.cond(c[0] > 0, np.sin, lambda c: c * a, c), a

        return np.sum(gd.scan(step, x, np.array([1.0, 2.0, -1.0]))[0] ** 2)

    slope = gd.grad(total)
    np.testing.assert_allclose(gd.vmap(slope)(X), [slope(x) for x in X])


def test_forward_mode_either_way_round() -> None:
    along = np.ones_like(P)
    batch = gd.vmap(lambda x: grown(x, 30.0))
    each = gd.vmap(lambda x, t: gd.jvp(lambda x: grown(x, 30.0))((x,), (t,))[1])
    _, tangents = gd.jvp(batch)((P,), (along,))
    np.testing.assert_allclose(tangents, each(P, along))


def test_emitted_loops_of_a_batch() -> None:
    """Examples that end after other numbers of steps, also none, and no example."""
    one = gd.grad(lambda x, b: np.sum(grown(x, b) ** 2))
    for style in ("readable", "fast"):
        run = gd.vmap(one).emit(gd.spec("n,5"), gd.spec("n"), style=style).load()
        wanted = [one(x, b) for x, b in zip(P, LIMITS, strict=True)]
        np.testing.assert_allclose(run(P, LIMITS), wanted)
        assert run(P[:0], LIMITS[:0]).shape == (0, 5)


def rooted(x: Any) -> Any:
    return gd.cond(x > 0, lambda x: np.sqrt(x) / x, lambda x: 2 * x, x)


def rooted_steps(x: Any) -> Any:
    return gd.scan(lambda c, a: (rooted(c) * a, c), x, np.array([-1.0, 1.0]))[0]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("one", [rooted, rooted_steps])
def test_a_branch_that_no_example_takes_is_silent(one: Callable[..., Any]) -> None:
    points = np.array([4.0, -1.0, 0.0, 9.0])
    for f in (one, gd.grad(one), gd.grad(gd.grad(one))):
        wanted = [f(x) for x in points]
        batch = gd.vmap(f)
        np.testing.assert_allclose(batch(points), wanted)
        np.testing.assert_allclose(batch.emit(gd.spec("n")).load()(points), wanted)
    graph = gd.batch(gd.trace(one, gd.spec()))
    (found,) = gd.evaluate(graph, {"x": points}).values()
    np.testing.assert_allclose(found, [one(x) for x in points])
