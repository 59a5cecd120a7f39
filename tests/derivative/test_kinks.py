"""The table of conventions, entry by entry, and the report of where one was used."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd

Function = Callable[[Any], Any]


def slope(f: Function, x: Any, order: int = 1, **options: Any) -> np.ndarray:
    """The gradient of the sum of f at x; of order n, that of the sum of entries."""
    x = np.asarray(x, float)

    def total(x: Any) -> Any:
        return np.sum(f(x))

    def next_order(g: Function) -> Function:
        return lambda x: np.sum(gd.grad(g, **options)(x))

    g = total
    for _ in range(order - 1):
        g = next_order(g)
    dgraph = gd.differentiate(gd.trace(g, x), **options)
    with np.errstate(all="ignore"):
        return gd.evaluate(dgraph, {"x": x})["d_x"]


INF, NAN = np.inf, np.nan

TABLE: dict[str, tuple[Function, Any, Any]] = {
    "abs": (np.abs, 0, 0),
    "maximum": (lambda x: np.maximum(x, 0), 0, 0.5),
    "maximum, turned": (lambda x: np.maximum(0, x), 0, 0.5),
    "minimum": (lambda x: np.minimum(x, 0), 0, 0.5),
    "maximum of itself": (lambda x: np.maximum(x, x), 3, 1),
    "relu": (gd.nn.relu, 0, 0),
    "clip at the lower bound": (lambda x: np.clip(x, 0, 1), 0, 0.5),
    "clip at the upper bound": (lambda x: np.clip(x, 0, 1), 1, 0.5),
    "clip, no room": (lambda x: np.clip(x, 1, 1), 1, 0),
    "max": (np.max, [1, 1, 0], [0.5, 0.5, 0]),
    "min": (np.min, [1, 1, 3, 1], [1 / 3, 1 / 3, 0, 1 / 3]),
    "max over rows": (
        lambda x: np.max(x, axis=1),
        [[2, 2], [3, 1]],
        [[0.5, 0.5], [1, 0]],
    ),
    "sqrt": (np.sqrt, 0, INF),
    "sqrt(x*x)": (lambda x: np.sqrt(x * x), 0, 0),
    "sqrt(x**2)": (lambda x: np.sqrt(x**2), 0, 0),
    "norm": (np.linalg.norm, [0, 0], [0, 0]),
    "norm of no order known": (lambda x: np.linalg.norm(x, 3), [0, 0], [0, 0]),
    "norm squared": (lambda x: np.linalg.norm(x) ** 2, [0, 0], [0, 0]),
    "Frobenius norm": (np.linalg.norm, [[0, 0], [0, 0]], [[0, 0], [0, 0]]),
    "sqrt of a sum of squares": (lambda x: np.sqrt(np.sum(x**2)), [0, 0], [0, 0]),
    "sqrt of an inner product": (lambda x: np.sqrt(x @ x), [0, 0], [0, 0]),
    "sqrt of two squares": (
        lambda x: np.sqrt(x[0] ** 2 + x[1] ** 2),
        [0, 0],
        [0, 0],
    ),
    "root mean square": (lambda x: np.sqrt(np.mean(x * x)), [0, 0], [0, 0]),
    "a weighted sum of squares": (
        lambda x: np.sqrt(2 * x[0] * x[0] + x[1] ** 2 / 3),
        [0, 0],
        [0, 0],
    ),
    "a distance": (
        lambda x: np.sqrt(np.sum((x[:1] - x[1:]) ** 2, axis=1)),
        [[1, 2], [1, 2]],
        [[0, 0], [0, 0]],
    ),
    "1-norm": (lambda x: np.linalg.norm(x, 1), [0, 2], [0, 1]),
    "inf-norm": (lambda x: np.linalg.norm(x, INF), [2, -2], [0.5, -0.5]),
    "std": (np.std, [3, 3], [0, 0]),
    "sqrt of the variance": (lambda x: np.sqrt(np.var(x)), [3, 3], [0, 0]),
    "x**0": (lambda x: x**0, 0, 0),
    "x**0.0": (lambda x: x**0.0, 0, 0),
    "x**0.5": (lambda x: x**0.5, 0, INF),
    "x**2 below 0": (lambda x: x**2, -3, -6),
    "x**-2 below 0": (lambda x: x**-2.0, -2, 0.25),
    "0**y at 2": (lambda y: 0.0**y, 2, 0),
    "0**y at 0": (lambda y: 0.0**y, 0, 0),
    "(-2)**y": (lambda y: (-2.0) ** y, 2, NAN),
    "where of sqrt": (lambda x: np.where(x > 0, np.sqrt(x), 0), -1, 0),
    "where of log": (lambda x: np.where(x > 0, np.log(x), 0), 0, 0),
    "sinc by hand": (lambda x: np.where(x == 0, 1, np.sin(x) / x), 0, 0),
    "arctan2": (lambda x: np.arctan2(x, x), 0, 0),
    "hypot": (lambda x: np.hypot(x, 0), 0, 0),
    "prod with a zero": (np.prod, [0, 2, 3], [6, 0, 0]),
    "prod with two": (np.prod, [0, 0, 3], [0, 0, 0]),
    "log(1 + exp)": (lambda x: np.log(1 + np.exp(x)), 800, 1),
    "x log x": (lambda x: x * np.log(x), 0, -INF),
    "logsumexp": (gd.nn.logsumexp, [-INF, -INF], [0, 0]),
    "logsumexp by hand": (lambda x: np.log(np.sum(np.exp(x))), [-INF] * 2, [0, 0]),
    "logaddexp": (lambda x: np.logaddexp(x, x), -INF, 0),
    "sign": (np.sign, 0, 0),
    "floor": (np.floor, 1, 0),
    "ceil": (np.ceil, 1, 0),
    "trunc": (np.trunc, 1, 0),
    "round": (np.round, 0.5, 0),
    "mod": (lambda x: np.mod(x, 1), 1, 1),
    "argmax": (lambda x: np.argmax(x) * x, [1, 1], [0, 0]),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_table(name: str) -> None:
    f, x, wanted = TABLE[name]
    got = slope(f, x)
    np.testing.assert_allclose(got, wanted, rtol=1e-12)


CHOICES: dict[str, tuple[Function, Any, dict[str, Any]]] = {
    "abs": (np.abs, 0, {"right": 1, "left": -1, "zero": 0}),
    "fabs": (np.fabs, 0, {"right": 1, "left": -1, "zero": 0}),
    "sqrt(x*x)": (lambda x: np.sqrt(x * x), 0, {"right": 1, "left": -1, "zero": 0}),
    "relu": (gd.nn.relu, 0, {"mean": 0, "right": 1, "left": 0, "zero": 0}),
    "maximum, first": (
        lambda x: np.maximum(x, 0),
        0,
        {"mean": 0.5, "right": 1, "left": 0, "zero": 0},
    ),
    "maximum, last": (
        lambda x: np.maximum(0, x),
        0,
        {"right": 0, "left": 1, "zero": 0},
    ),
    "minimum, first": (
        lambda x: np.minimum(x, 0),
        0,
        {"mean": 0.5, "right": 1, "left": 0, "zero": 0},
    ),
    "minimum, last": (
        lambda x: np.minimum(0, x),
        0,
        {"right": 0, "left": 1, "zero": 0},
    ),
    "maximum of arrays": (
        lambda x: np.maximum(x[0], x[1]),
        [[1, 2], [1, 3]],
        {
            "mean": [[0.5, 0], [0.5, 1]],
            "right": [[1, 0], [0, 1]],
            "left": [[0, 0], [1, 1]],
            "zero": [[0, 0], [0, 1]],
        },
    ),
    "clip": (
        lambda x: np.clip(x, 0, 1),
        [0, 0.5, 1],
        {
            "mean": [0.5, 1, 0.5],
            "right": [1, 1, 1],
            "left": [0, 1, 0],
            "zero": [0, 1, 0],
        },
    ),
    "clip, its bounds": (
        lambda x: np.clip(x[0], x[1], x[2]),
        [[0, 1], [0, 0], [1, 1]],
        {
            "right": [[1, 1], [0, 0], [0, 0]],
            "left": [[0, 0], [1, 0], [0, 1]],
            "mean": [[0.5, 0.5], [0.5, 0], [0, 0.5]],
            "zero": [[0, 0], [0, 0], [0, 0]],
        },
    ),
    "max": (
        np.max,
        [1, 3, 3, 3],
        {
            "mean": [0, 1 / 3, 1 / 3, 1 / 3],
            "right": [0, 1, 0, 0],
            "left": [0, 0, 0, 1],
            "zero": [0, 0, 0, 0],
        },
    ),
    "min of columns": (
        lambda x: np.min(x, axis=0),
        [[1, 2], [1, 1], [1, 3]],
        {
            "right": [[1, 0], [0, 1], [0, 0]],
            "left": [[0, 0], [0, 1], [1, 0]],
            "zero": [[0, 0], [0, 1], [0, 0]],
        },
    ),
    "max of all": (
        np.max,
        [[2, 5], [5, 5]],
        {"right": [[0, 1], [0, 0]], "left": [[0, 0], [0, 1]]},
    ),
    "max over two axes of three": (
        lambda x: np.max(x, axis=(0, 2)),
        [[[1, 1], [0, 2]], [[1, 0], [2, 2]]],
        {
            "right": [[[1, 0], [0, 1]], [[0, 0], [0, 0]]],
            "left": [[[0, 0], [0, 0]], [[1, 0], [0, 1]]],
        },
    ),
    "sqrt": (np.sqrt, 0, {"mean": INF, "right": INF, "left": INF, "zero": INF}),
    "norm": (np.linalg.norm, [0, 0], {"right": [0, 0], "left": [0, 0]}),
}


@pytest.mark.parametrize("name", CHOICES)
def test_each_convention(name: str) -> None:
    f, x, wanted = CHOICES[name]
    for kinks, expected in wanted.items():
        np.testing.assert_allclose(slope(f, x, kinks=kinks), expected, err_msg=kinks)


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("kinks", ["mean", "right", "left", "zero"])
def test_away_from_kinks_a_convention_changes_nothing(name: str, kinks: str) -> None:
    f, x, _ = CHOICES[name]
    away = np.abs(np.asarray(x, float)) + np.linspace(0.1, 0.4, np.size(x)).reshape(
        np.shape(x)
    )
    np.testing.assert_allclose(slope(f, away, kinks=kinks), slope(f, away))


@pytest.mark.parametrize("name", ["max", "min of columns", "maximum of arrays"])
@pytest.mark.parametrize("kinks", ["mean", "right", "left"])
def test_shares_add_up_to_one(name: str, kinks: str) -> None:
    f, x, _ = CHOICES[name]
    total = np.sum(slope(f, x, kinks=kinks))
    np.testing.assert_allclose(total, np.size(f(np.asarray(x, float))))


ORIGIN = {
    name: TABLE[name]
    for name in (
        "norm",
        "norm squared",
        "Frobenius norm",
        "sqrt of a sum of squares",
        "sqrt of an inner product",
        "sqrt of two squares",
        "root mean square",
        "a weighted sum of squares",
        "a distance",
        "std",
        "sqrt of the variance",
        "arctan2",
        "hypot",
        "logsumexp",
        "logaddexp",
    )
}


@pytest.mark.parametrize("name", ORIGIN)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_at_the_origin_every_order_is_finite(name: str, order: int) -> None:
    f, x, _ = ORIGIN[name]
    assert np.all(np.isfinite(slope(f, x, order)))


@pytest.mark.parametrize(
    "name", ["norm", "std", "hypot", "arctan2", "root mean square"]
)
def test_at_the_origin_forward_mode_agrees(name: str) -> None:
    f, x, wanted = TABLE[name]
    x = np.asarray(x, float)
    graph = gd.stabilise(gd.trace(lambda x: np.sum(f(x)), x))
    (y,), (node,) = graph.outputs.values(), graph.inputs.values()
    (t,) = gd.pushforward([gd.Expression(y)], [gd.Expression(node)], [np.ones_like(x)])
    got = gd.evaluate(gd.Graph({"x": node}, {"t": t}), {"x": x})["t"]
    np.testing.assert_allclose(got, np.sum(wanted))


@pytest.mark.parametrize("kinks", ["Mean", "", "half", None, 1])
def test_an_unknown_convention_lists_the_known(kinks: Any) -> None:
    graph = gd.trace(lambda x: np.sum(np.abs(x)), np.ones(2))
    x = gd.var("x", ())
    with pytest.raises(
        ValueError, match="kinks: expected one of mean, right, left, zero"
    ):
        gd.differentiate(graph, kinks=kinks)
    with pytest.raises(ValueError, match="kinks: expected"):
        gd.gradients(x, [x], kinks=kinks)
    with pytest.raises(ValueError, match="kinks: expected"):
        gd.pullback([x], [x], [1.0], kinks=kinks)
    with pytest.raises(ValueError, match="kinks: expected"):
        gd.pushforward([x], [x], [1.0], kinks=kinks)


# --- the report -----------------------------------------------------------------------


def model(x: Any, w: Any) -> Any:
    h = np.maximum(x @ w, 0)
    size = np.linalg.norm(h)
    return size + np.sum(np.abs(h)) + np.max(np.exp(w))


def report(**options: Any) -> tuple[Any, ...]:
    graph = gd.trace(model, np.ones((2, 3)), np.ones((3, 2)))
    return gd.differentiate(graph, **options).kinks()


def test_the_report_lists_each_node_once() -> None:
    first = model.__code__.co_firstlineno
    found = report(kinks="right")
    assert [(k.name, k.op, k.position.line - first, k.convention) for k in found] == [
        ("h", "maximum", 1, "jumps at ties: right"),
        ("size", "norm", 2, "0 at the origin"),
        ("abs", "abs", 3, "jumps at 0: right"),
        ("max", "max", 3, "ties share: right"),
    ]


def test_a_line_of_the_report_reads_well() -> None:
    first = model.__code__.co_firstlineno
    lines = [str(k) for k in report()]
    assert lines[0] == f"h (maximum), test_kinks.py:{first + 1}: jumps at ties: mean"
    assert lines[2] == f"abs, test_kinks.py:{first + 3}: jumps at 0: mean"


@pytest.mark.parametrize(
    ("kinks", "said"),
    [("mean", "zero"), ("right", "right"), ("left", "left"), ("zero", "zero")],
)
def test_the_named_relu_is_reported_as_what_it_follows(kinks: str, said: str) -> None:
    graph = gd.trace(lambda x: np.sum(gd.nn.relu(x)), np.ones(2))
    (found,) = gd.differentiate(graph, kinks=kinks).kinks()
    assert found.convention == f"jumps at 0: {said}"


def test_only_what_leads_to_the_variables_is_reported() -> None:
    graph = gd.trace(lambda x, c: np.sum(x * np.abs(c)), np.ones(2), np.ones(2))
    assert gd.differentiate(graph, wrt="x").kinks() == ()
    assert len(gd.differentiate(graph, wrt="c").kinks()) == 1


def test_the_report_survives_simplification_and_a_second_order() -> None:
    graph = gd.trace(lambda x: np.sum(np.abs(x) ** 3), np.ones(2))
    dgraph = gd.differentiate(graph, kinks="zero")
    assert [k.op for k in gd.simplify(dgraph).kinks()] == ["abs"]
    total = gd.Expression(dgraph.outputs["d_x"]).sum()
    again = gd.Graph(dgraph.inputs, {"total": total})
    assert "abs" in [k.op for k in gd.differentiate(again).kinks()]


def test_a_graph_without_derivative_has_no_kinks() -> None:
    assert gd.trace(model, np.ones((2, 3)), np.ones((3, 2))).kinks() == ()
