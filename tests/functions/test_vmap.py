"""A function of one example, on a batch: axes, nests, sizes, errors, emitted code."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import graphdiff as gd

RNG = np.random.default_rng(0)
PARAMS = {"W": RNG.normal(size=(5, 4)), "b": RNG.normal(size=4)}
X, Y = RNG.normal(size=(7, 5)), RNG.normal(size=(7, 4))


def loss(params: Any, x: Any, y: Any) -> Any:
    z = np.tanh(x @ params["W"] + params["b"])
    return np.sum((z - y) ** 2)


def near(found: Any, wanted: Any) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_values_are_those_of_a_loop() -> None:
    wanted = [loss(PARAMS, x, y) for x, y in zip(X, Y, strict=True)]
    near(gd.vmap(loss, (None, 0, 0))(PARAMS, X, Y), wanted)


def test_gradients_example_by_example() -> None:
    found = gd.vmap(gd.grad(loss), (None, 0, 0))(PARAMS, X, Y)
    wanted = [gd.grad(loss)(PARAMS, x, y) for x, y in zip(X, Y, strict=True)]
    for key in PARAMS:
        near(found[key], np.stack([w[key] for w in wanted]))


def test_the_gradient_of_a_batch_is_the_sum() -> None:
    batch = gd.vmap(loss, (None, 0, 0))
    found = gd.grad(lambda params, x, y: np.sum(batch(params, x, y)))(PARAMS, X, Y)
    wanted = [gd.grad(loss)(PARAMS, x, y) for x, y in zip(X, Y, strict=True)]
    for key in PARAMS:
        near(found[key], sum(w[key] for w in wanted))


# --- where the batch is ---------------------------------------------------------------
@dataclass
class Pair:
    a: Any
    b: Any


def times(x: Any, y: Any) -> Any:
    return x * y


AXES: dict[str, tuple[Callable[..., Any], Any, Any, tuple[Any, ...], Any]] = {
    "int": (times, 0, 0, (X, X), X * X),
    "numpy int": (times, np.int64(0), 0, (X, X), X * X),
    "last": (times, -1, -1, (X.T, X.T), X.T * X.T),
    "out first": (times, -1, 0, (X.T, X.T), X * X),
    "one": (times, (0, None), 0, (X, X[0]), X * X[0]),
    "list": (times, [None, 1], 1, (X[0], X.T), X.T * X[0][:, None]),
    "dict": (
        lambda p: p["a"] * p["b"],
        ({"a": 0, "b": None},),
        0,
        ({"a": X, "b": X[0]},),
        X * X[0],
    ),
    "dataclass": (lambda p: p.a * p.b, (Pair(0, None),), 0, (Pair(X, X[0]),), X * X[0]),
    "prefix": (lambda p, y: p[0] * p[1] * y, (0, None), 0, ([X, X], 2.0), X * X * 2),
    "fixed": (lambda x, s: x if s == "a" else -x, 0, 0, (X, "a"), X),
    "several": (lambda *xs: xs[0] * xs[1], (0, None), 0, (X, X[0]), X * X[0]),
    "same result": (lambda x: (x, np.sin(X[0])), 0, (0, None), (X,), (X, np.sin(X[0]))),
    "repeated": (
        lambda x: np.sin(X[0, :2]),
        0,
        1,
        (X,),
        np.sin(X[:1, :2].T + 0 * X.T[:2]),
    ),
    "constant": (lambda x: 2.0, 0, 0, (X,), np.full(7, 2.0)),
    "identity": (lambda x: x, 0, 0, (X,), X),
    "numbers": (lambda x: x * 2, 0, 0, (np.arange(3),), 2 * np.arange(3)),
}


@pytest.mark.parametrize("name", AXES)
def test_axes(name: str) -> None:
    f, in_axes, out_axes, args, wanted = AXES[name]
    found = gd.vmap(f, in_axes, out_axes)(*args)
    if not isinstance(wanted, tuple):
        found, wanted = (found,), (wanted,)
    for y, w in zip(found, wanted, strict=True):
        assert y.dtype == w.dtype
        assert y.shape == w.shape
        near(y, w)


def test_arguments_by_keyword() -> None:
    near(gd.vmap(times, (0, None))(y=X[0], x=X), X * X[0])
    near(gd.vmap(lambda x, *, k: x * k, (0,))(X, k=X), X * X)
    near(gd.vmap(lambda x, k=3.0: x * k, (0,))(X), X * 3)


@pytest.mark.parametrize("size", [0, 1])
def test_small_batches(size: int) -> None:
    def f(x: Any) -> Any:
        return np.convolve(PARAMS["W"].T @ x, x[:2]), np.sort(x)[[0, 2, 2]]

    first, second = gd.vmap(f)(X[:size])
    assert (first.shape, second.shape) == ((size, 5), (size, 3))
    if size:
        near(first[0], f(X[0])[0])


@pytest.mark.parametrize("dtype", [np.float32, np.complex64, np.float64])
def test_dtypes_stay(dtype: Any) -> None:
    slope = gd.grad(lambda x: np.sum(np.abs(x) ** 2))
    found = gd.vmap(slope)(X.astype(dtype))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, 2 * X.astype(dtype), rtol=1e-6)


# --- errors ---------------------------------------------------------------------------
ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "sizes": (
        lambda: gd.vmap(times)(X, X[:3]),
        gd.ShapeError,
        "x has 7 along axis 0 and y has 3 along axis 0",
    ),
    "sizes in a nest": (
        lambda: gd.vmap(lambda p, y: p["a"] * y, (0, 1))({"a": X}, X),
        gd.ShapeError,
        "p.a has 7 along axis 0 and y has 5 along axis 1",
    ),
    "names": (
        lambda: gd.vmap(times).graph(gd.spec("n,2"), gd.spec("m,2")),
        gd.ShapeError,
        "x has n along axis 0 and y has m",
    ),
    "number": (lambda: gd.vmap(times)(X, 2.0), gd.ShapeError, "y has no axis 0"),
    "no axis": (lambda: gd.vmap(times, 2)(X, X), gd.ShapeError, "x has no axis 2"),
    "int": (lambda: gd.vmap(times)(X, 2), gd.GraphTypeError, "y is the int 2"),
    "nothing": (lambda: gd.vmap(times, None)(X, X), gd.GraphValueError, "in_axes"),
    "too few": (lambda: gd.vmap(times, (0,))(X, X), gd.GraphValueError, r"\(x, y\)"),
    "too many": (
        lambda: gd.vmap(times, (0, 0, 0))(X, X),
        gd.GraphValueError,
        r"got \(0, 0, 0\)",
    ),
    "word": (lambda: gd.vmap(times, "x"), gd.GraphTypeError, "in_axes"),
    "flag": (lambda: gd.vmap(times, True), gd.GraphTypeError, "in_axes"),
    "names of arguments": (
        lambda: gd.vmap(times, {"x": 0}),
        gd.GraphTypeError,
        "tuple",
    ),
    "half an axis": (lambda: gd.vmap(times, 0, 0.5), gd.GraphTypeError, "out_axes"),
    "other nest": (
        lambda: gd.vmap(times, ({"a": 0}, 0))(X, X),
        gd.GraphTypeError,
        "does not nest as the argument x",
    ),
    "other results": (
        lambda: gd.vmap(times, 0, (0, 0))(X, X),
        gd.GraphTypeError,
        "out_axes",
    ),
    "not the same": (
        lambda: gd.vmap(times, 0, None)(X, X),
        gd.GraphValueError,
        "differs from example to example",
    ),
    "no axis of results": (
        lambda: gd.vmap(times, 0, 3)(X, X),
        gd.ShapeError,
        "no axis 3",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    call, kind, message = ERRORS[name]
    with pytest.raises(kind, match=message):
        call()


# --- what is made ---------------------------------------------------------------------
def lines(form: Any, *args: Any) -> str:
    """What an emitted function computes, without its checks."""
    source = form.emit(*args).source
    start = source.index("\ndef " + form.__name__)
    body = source[start : source.index("    return ", start)]
    return "\n".join(line.partition("  #")[0] for line in body.splitlines()[-6:])


def test_a_batch_times_a_matrix_is_one_product() -> None:
    form = gd.vmap(lambda w, x: w @ x, (None, 0))
    assert "x @ w.T" in lines(form, gd.spec("3,4"), gd.spec("batch,4"))
    form = gd.vmap(lambda w, x: x @ w, (None, 0))
    assert "= x @ w" in lines(form, gd.spec("4,3"), gd.spec("batch,4"))


def test_gradients_of_a_layer_are_products_by_entries() -> None:
    form = gd.vmap(gd.grad(lambda w, x: np.sum(np.sin(x @ w))), (None, 0))
    text = lines(form, gd.spec("4,3"), gd.spec("batch,4"))
    assert "x[:, :, None] * np.cos((x @ w)[:, None])" in text


def test_what_is_the_same_for_all_is_done_once() -> None:
    graph = gd.vmap(lambda w, x: np.exp(w) @ x, (None, 0)).graph(
        gd.spec("3,4"), gd.spec("batch,4")
    )
    (exp,) = [node for node in graph.nodes if node.op.label == "exp"]
    assert str(exp.type) == "float64[3, 4]"


def test_names_lines_and_roles_go_along() -> None:
    def f(w: Any, x: Any) -> Any:
        hidden = np.tanh(w @ x)
        return np.sum(hidden**2)

    graph = gd.vmap(gd.grad(f), (None, 0)).graph(gd.spec("3,4"), gd.spec("batch,4"))
    (hidden,) = [node for node in graph.nodes if node.op.label == "tanh"]
    assert graph.name_of(hidden) == "hidden"
    position = graph.position_of(hidden)
    assert position is not None
    assert position.file == "test_vmap.py"
    (output,) = graph.outputs.values()
    assert graph.role_of(output) is not None
    assert graph.role_of(hidden) is None


def test_emitted_code_runs_for_every_size() -> None:
    form = gd.vmap(gd.grad(loss), (None, 0, 0))
    specs = {"W": gd.spec("5,4"), "b": gd.spec("4")}
    for style in ("readable", "fast"):
        emitted = form.emit(specs, gd.spec("n,5"), gd.spec("n,4"), style=style)
        run = emitted.load()
        for size in (0, 1, 7):
            found = run(PARAMS, X[:size], Y[:size])
            wanted = form(PARAMS, X[:size], Y[:size])
            for key in PARAMS:
                near(found[key], wanted[key])


# --- graphs ---------------------------------------------------------------------------
def test_a_graph_on_a_batch() -> None:
    graph = gd.trace(lambda w, x: np.sum(np.tanh(w @ x)), gd.spec("3,n"), gd.spec("n"))
    each = gd.batch(gd.differentiate(graph, wrt=["w"]), ["x"], "batch")
    w = RNG.normal(size=(3, 5))
    found = gd.evaluate(each, {"w": w, "x": X})
    slope = gd.grad(lambda w, x: np.sum(np.tanh(w @ x)))
    near(found["d_w"], np.stack([slope(w, x) for x in X]))
    assert gd.batch(graph, "x", 7).inputs["x"].type.shape[0] == 7


def test_a_graph_and_what_it_has_not() -> None:
    graph = gd.trace(times, gd.spec("n"), gd.spec("n"))
    with pytest.raises(gd.GraphValueError, match="'x', 'y', got 'z'"):
        gd.batch(graph, ["z"])
    with pytest.raises(gd.GraphTypeError, match="mapped"):
        gd.batch(graph, 3)  # type: ignore[arg-type]
    with pytest.raises(gd.GraphValueError, match=r"size: .* got -1"):
        gd.batch(graph, "x", -1)
    with pytest.raises(gd.GraphValueError, match="nothing is mapped"):
        gd.batch(graph, [])
