"""Loops and branches: traced, evaluated, and as plain Python on plain arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.graph import check


def scanned(x: Any, W: Any, us: Any) -> Any:
    def step(h: Any, u: Any) -> Any:
        z = W @ h + u
        h = np.tanh(z)
        return h, {"total": np.sum(h), "h": h}

    return gd.scan(step, x, us)


def counted(x: Any, n: int) -> Any:
    return gd.fori_loop(2, 2 + n, lambda i, c: (c[0] * 0.5 + i * x, c[1] + 1), (x, 0))


def halved(x: Any) -> Any:
    return gd.while_loop(
        lambda c: np.sum(c["x"]) > 1,
        lambda c: {"x": c["x"] / 2, "n": c["n"] + 1},
        {"x": x, "n": 0},
    )


def rooted(x: Any) -> Any:
    return gd.cond(np.sum(x) > 0, np.sqrt, lambda x: 0 * x, x)


def squares(X: Any) -> Any:
    return gd.map(lambda x: {"square": x @ x, "x": x}, X)


W = np.array([[0.5, -0.2], [0.1, 0.3]])
US = np.arange(10.0).reshape(5, 2) / 10
CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    **{f"scan of {n}": (scanned, (np.ones(2), W, US[:n])) for n in (0, 1, 5)},
    **{f"fori_loop of {n}": (counted, (1.5, n)) for n in (0, 1, 4)},
    **{f"while_loop of {x}": (halved, (x * np.ones(2),)) for x in (0.1, 0.6, 900.0)},
    "cond, taken": (rooted, (np.array([4.0, 9.0]),)),
    "cond, not taken": (rooted, (np.array([-4.0, -9.0]),)),
    **{f"map of {n}": (squares, (US[:n],)) for n in (0, 1, 5)},
    "float32": (scanned, tuple(a.astype(np.float32) for a in (np.ones(2), W, US))),
}


@pytest.mark.parametrize(("f", "args"), CASES.values(), ids=CASES)
def test_evaluated_as_in_python(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    plain = f(*args)
    graph = gd.trace(f, *args)
    check(graph)
    given = dict(zip(graph.signature.parameters, args, strict=True))
    given = {n: v for n, v in given.items() if not isinstance(v, int)}
    got = graph.signature.result.unflatten(gd.evaluate(graph, given))
    flat, spec = gd.graph.nest.leaves_of(got)
    wanted, other = gd.graph.nest.leaves_of(plain)
    assert spec == other
    for a, b in zip(flat, wanted, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_the_graph_does_not_grow_with_the_steps() -> None:
    short = gd.trace(scanned, np.ones(2), W, US)
    long = gd.trace(scanned, np.ones(2), W, gd.spec("steps,2"))
    assert len(short) == len(long)


def test_the_body_has_the_users_names() -> None:
    graph = gd.trace(scanned, np.ones(2), W, US)
    (body,) = [b for n in graph.nodes for b in n.op.bodies()]
    assert list(body.inputs) == ["h", "u", "W"]
    assert "z" in body.ledger.names.values()


def test_work_that_is_the_same_in_every_step_stands_before_the_loop() -> None:
    def f(x: Any, w: Any) -> Any:
        return gd.fori_loop(0, 5, lambda i, c: c * np.exp(w) + i, x)

    graph = gd.trace(f, 1.0, 2.0)
    assert "exp" in {n.op.label for n in graph.nodes}


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (
            lambda x: gd.scan(lambda c, _: (c[:1], None), x, length=3),
            r"carry: .*\(2,\)",
        ),
        (
            lambda x: gd.scan(lambda c, _: ({"a": c["a"] > 0}, 0), {"a": x}, length=3),
            r"carry\.a: .*float64 into bool",
        ),
        (lambda x: gd.scan(lambda c, u: (c, u), x, (x, np.ones(3))), r"xs\.1: .*2.*3"),
        (lambda x: gd.scan(lambda c, u: (c, u), x), "length="),
        (lambda x: gd.scan(lambda c, u: c, x, x), r"\(carry, y\)"),
        (lambda x: gd.while_loop(lambda c: c, lambda c: c, x), "test: .*boolean"),
        (lambda x: gd.while_loop(lambda c: c > 0, lambda c: c, x), "test: .*scalar"),
        (lambda x: gd.cond(x > 0, np.sin, np.cos, x), "pred: .*scalar"),
        (lambda x: gd.cond(x[0], np.sin, np.cos, x), "pred: .*boolean"),
        (lambda x: gd.fori_loop(0, 1.5, lambda i, c: c, x), "upper"),
    ],
)
@pytest.mark.parametrize("traced", [True, False])
def test_what_does_not_fit_is_refused(f: Any, message: str, traced: bool) -> None:
    with pytest.raises(gd.GraphdiffError, match=message):
        gd.trace(f, gd.spec(2)) if traced else f(np.ones(2))


def test_branches_that_differ_are_refused() -> None:
    with pytest.raises(gd.ShapeError, match=r"result: true_fn gives float64\[\]"):
        gd.trace(lambda x: gd.cond(x[0] > 0, np.sum, np.sin, x), np.ones(2))
    with pytest.raises(gd.GraphTypeError, match="one structure"):
        gd.trace(lambda x: gd.cond(x > 0, lambda x: (x,), np.sin, x), 1.0)


def test_a_branch_that_is_not_taken_does_not_run_what_it_read_from_outside() -> None:
    def f(x: Any) -> Any:
        total = np.sum(x)
        return gd.cond(total > 0, lambda: np.sqrt(total), lambda: np.sqrt(-total))

    graph = gd.trace(f, np.ones(2))
    for sign in (-1, 1):
        found = gd.evaluate(graph, {"x": np.full(2, sign * 2.0)})
        np.testing.assert_allclose(found["f"], 2)


def test_bounds_may_be_computed() -> None:
    def f(x: Any, n: Any) -> Any:
        return gd.fori_loop(n - 3, 2 * n, lambda i, c: np.sin(c) * x + i, x)

    wanted = f(0.5, 4)
    graph = gd.trace(f, 0.5, gd.spec("", dtype=np.int32))
    got = gd.evaluate(graph, {"x": 0.5, "n": np.int32(4)})["f"]
    np.testing.assert_allclose(got, wanted)
    slope = gd.compile(gd.differentiate(graph))(0.5, np.int32(4))[1]
    ahead, behind = f(0.5 + 1e-6, 4), f(0.5 - 1e-6, 4)
    np.testing.assert_allclose(slope, (ahead - behind) / 2e-6, rtol=1e-6)
    with pytest.raises(gd.DTypeError, match="upper: expected an integer"):
        gd.trace(lambda x: gd.fori_loop(0, x, lambda i, c: c, x), 1.5)
