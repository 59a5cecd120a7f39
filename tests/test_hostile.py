"""What an outsider may throw at the public functions: each refusal says what is wrong.

A refusal is one of graphdiff's own errors, names the argument, and knows the line.
"""

import copy
import dataclasses
import enum
import gc
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import (
    DTypeError,
    GraphdiffError,
    GraphTypeError,
    GraphValueError,
    ShapeError,
)
from graphdiff.graph.nest import leaves_of
from graphdiff.graph.node import current_scope

X = np.array([1.0, 2.0])


def energy(x):
    return np.sum(x**2)


GRAPH = gd.trace(energy, gd.spec("n"))


@dataclasses.dataclass
class Link:
    value: Any
    following: Any = None


def nested(levels):
    nest: Any = X
    for _ in range(levels):
        nest = [nest]
    return nest


def looped():
    nest: list[Any] = [X]
    nest.append(nest)
    return nest


def linked():
    link = Link(X)
    link.following = link
    return link


@pytest.mark.parametrize(
    "takes", [gd.simplify, gd.stabilise, gd.compile, gd.emit, gd.differentiate]
)
@pytest.mark.parametrize("given", [energy, None, "loss", [GRAPH], 3])
def test_what_is_no_graph_is_refused_by_each_pass(takes, given):
    kind = type(given).__name__
    with pytest.raises(GraphTypeError, match=f"expected a Graph.*, got {kind}"):
        takes(given)


@pytest.mark.parametrize("value", [["numpy"], {}, set(), None, 3, np.ones(2)])
@pytest.mark.parametrize(
    ("option", "call"),
    [
        ("backend", lambda v: gd.compile(GRAPH, backend=v)),
        ("backend", lambda v: gd.grad(energy, backend=v)(X)),
        ("of", lambda v: gd.backprop(GRAPH, {"x": X}, of=v) if v is not None else no()),
        ("kinks", lambda v: gd.grad(energy, kinks=v)),
        ("kinks", lambda v: gd.differentiate(GRAPH, kinks=v)),
        ("style", lambda v: gd.emit(GRAPH, style=v)),
        ("target", lambda v: gd.emit(GRAPH, target=v)),
    ],
)
def test_an_option_of_a_strange_kind_is_refused_by_its_name(option, call, value):
    with pytest.raises(GraphValueError, match=option):
        call(value)


def no():
    raise GraphValueError("of: None is the default")


@pytest.mark.parametrize("value", ["no", None, 2, []])
@pytest.mark.parametrize(
    ("flag", "call"),
    [
        ("stabilise", lambda v: gd.grad(energy, stabilise=v)),
        ("stabilise", lambda v: gd.jvp(energy, stabilise=v)),
        ("stabilise", lambda v: gd.differentiate(GRAPH, stabilise=v)),
        ("stabilise", lambda v: gd.backprop(GRAPH, {"x": X}, stabilise=v)),
        ("allow_int", lambda v: gd.grad(energy, allow_int=v)),
        ("allow_int", lambda v: gd.differentiate(GRAPH, allow_int=v)),
    ],
)
def test_a_flag_is_true_or_false(flag, call, value):
    with pytest.raises(GraphTypeError, match=f"{flag}: expected True or False"):
        call(value)


@pytest.mark.parametrize("seed", [-1, "2", 1.5, float("nan")])
def test_a_check_refuses_what_is_no_seed(seed):
    with pytest.raises(GraphValueError, match="seed: expected"):
        gd.check_gradients(energy, X, seed=seed)


@pytest.mark.parametrize("rtol", [-1, "2", [1], float("nan"), True])
def test_a_check_refuses_what_is_no_tolerance(rtol):
    with pytest.raises(GraphValueError, match="rtol: expected"):
        gd.check_gradients(energy, X, rtol=rtol)


def test_a_check_refuses_a_place_that_is_no_name():
    with pytest.raises(GraphValueError, match="wrt: expected"):
        gd.check_gradients(energy, X, wrt=object())


@pytest.mark.parametrize(
    "nest", [looped(), linked(), nested(3000), {"a": nested(1200)}]
)
@pytest.mark.parametrize(
    "call",
    [
        lambda v: gd.grad(lambda p: 1.0)(v),
        lambda v: gd.trace(lambda p: 1.0, v),
        lambda v: gd.trace(lambda x: v, X),
        lambda v: gd.vjp(energy)((X,), v),
        lambda v: gd.jvp(energy)((X,), (v,)),
        lambda v: gd.check_gradients(lambda p: 1.0, v),
        lambda v: gd.evaluate(gd.trace(lambda p: p["a"], {"a": 1.0}), {"p": v}),
    ],
)
def test_a_nest_without_end_is_refused(call, nest):
    with pytest.raises(GraphTypeError, match="deep"):
        call(nest)


def test_dims_without_end_are_refused():
    with pytest.raises(GraphValueError, match="not a size"):
        gd.spec(nested(3000))


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_a_result_too_deep_for_python_is_refused_when_it_is_written(style):
    graph = gd.trace(lambda x: [nested(600), x], X)
    with pytest.raises(GraphTypeError, match="deep"):
        gd.emit(graph, style=style)


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_an_argument_too_deep_for_python_is_refused_when_it_is_written(style):
    def f(p):
        while isinstance(p, list):
            p = p[0]
        return 2 * p

    found = gd.emit(gd.trace(f, nested(190)), style=style).load()(nested(190))
    np.testing.assert_array_equal(found, 2 * X)
    with pytest.raises(GraphTypeError, match="argument nested more than"):
        gd.emit(gd.trace(f, nested(900)), style=style)


@pytest.mark.parametrize("style", ["readable", "fast"])
@pytest.mark.parametrize("levels", [20, 60])
@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: {0: v}, lambda v: {"a": v}])
def test_a_deep_result_is_written(style, levels, wrap):
    def f(x):
        made = 2 * x
        for _ in range(levels):
            made = wrap(made)
        return made

    found = gd.emit(gd.trace(f, X), style=style).load()(X)
    for _ in range(levels):
        found = next(iter(found.values() if isinstance(found, dict) else found))
    np.testing.assert_array_equal(found, 2 * X)


def test_a_function_that_returns_nothing_has_an_empty_tangent():
    assert gd.jvp(lambda x: {})((X,), (X,)) == ({}, {})
    assert gd.jvp(lambda x: [])((X,), (X,)) == ([], [])


def test_cotangents_whose_paths_read_alike_stay_apart():
    def f(x):
        return {"a.b": x, "a": {"b": 10 * x}}

    _, (slope,) = gd.vjp(f)((X,), {"a.b": np.ones(2), "a": {"b": np.ones(2)}})
    np.testing.assert_array_equal(slope, [11.0, 11.0])


def test_the_structure_in_a_refusal_is_as_people_write_it():
    with pytest.raises(GraphTypeError, match=r"returns \{'a': \*\}") as caught:
        gd.grad(lambda x: {"a": x})(X)
    assert "PyTreeSpec" not in str(caught.value)
    with pytest.raises(GraphTypeError, match=r"structure \{'a': \*\}, got \[\*\]"):
        gd.vjp(lambda x: {"a": x})((X,), [X])
    graph = gd.trace(lambda p: p["a"], {"a": 1.0})
    with pytest.raises(GraphTypeError, match=r"structure \{'a': \*\}, got \(\*, \*\)"):
        gd.evaluate(graph, {"p": (1.0, 2.0)})


@pytest.mark.parametrize("value", [np.ma.array([1.0]), np.array(["a"]), np.array([{}])])
def test_a_refused_argument_is_named_by_every_form(value):
    def f(x, params):
        return np.sum(x) + np.sum(params["w"])

    with pytest.raises(GraphTypeError, match=r"params\.w"):
        gd.grad(f)(X, {"w": value})
    with pytest.raises(GraphTypeError, match=r"params\.w"):
        gd.jvp(f)((X, {"w": value}), (X, {"w": value}))


class Name(enum.StrEnum):
    W = "w"


class Layer(enum.IntEnum):
    FIRST = 1


@pytest.mark.parametrize("key", [Name.W, Layer.FIRST, np.int64(3), np.str_("w")])
def test_keys_of_enums_and_of_numpy_are_written_as_what_they_equal(key):
    form = gd.value_and_grad(lambda p: np.sum(p[key] ** 2))
    value, slope = form.emit({key: X}).load()({key: X})
    assert value == 5.0
    np.testing.assert_array_equal(slope[key], 2 * X)


def test_a_key_that_equals_nothing_cannot_be_written():
    nan = float("nan")
    with pytest.raises(GraphTypeError, match="cannot write"):
        gd.value_and_grad(lambda p: np.sum(p[nan])).emit({nan: X})


@pytest.mark.parametrize("given", [gd.spec("2"), gd.var("v", 2), object()])
def test_what_holds_no_numbers_is_refused_by_its_kind(given):
    run = gd.compile(gd.trace(energy, X))
    for call in (run, lambda v: gd.evaluate(GRAPH, {"x": v})):
        with pytest.raises(GraphdiffError, match=f"x: .*{type(given).__name__}"):
            call(given)


def test_nothing_to_differentiate_by_is_said():
    with pytest.raises(DTypeError, match="no argument is an array of real"):
        gd.check_gradients(lambda k: np.sum(k * 0.5), np.arange(3))
    with pytest.raises(GraphValueError, match="there is no argument 0"):
        gd.grad(lambda *xs: 1.0)()


def test_a_parameter_rebound_to_its_part_is_still_the_whole():
    def f(p):
        p = p[0]
        return np.sum(p**2)

    slopes = gd.grad(f)([X, X])
    assert isinstance(slopes, list)
    np.testing.assert_array_equal(slopes, [2 * X, 0 * X])
    graph = gd.differentiate(gd.trace(f, [X, X]), wrt=["p"])
    assert list(graph.outputs) == ["f", "d_p", "d_1"]
    _, slopes = gd.compile(graph)([X, X])
    np.testing.assert_array_equal(slopes, [2 * X, 0 * X])
    np.testing.assert_array_equal(gd.grad(lambda p: f([f(p)]))([X]), [20 * X])


def test_a_graph_is_its_own_copy_and_refuses_to_be_pickled():
    dgraph = gd.differentiate(GRAPH)
    assert copy.copy(dgraph) is dgraph
    assert copy.deepcopy({"graph": [dgraph]})["graph"][0] is dgraph
    with pytest.raises(GraphTypeError, match="cannot be pickled"):
        pickle.dumps(dgraph)
    assert repr(dgraph) == "<Graph energy(x) -> energy, d_x: 8 nodes>"
    made = copy.deepcopy(gd.emit(dgraph))
    assert made.load()(X)[0] == 5.0


@pytest.mark.parametrize(
    "call",
    [np.sum, np.asarray, lambda s: np.ones(2) * s, np.array, np.tanh, gd.nn.relu],
)
def test_a_spec_is_no_array(call):
    with pytest.raises(TypeError, match="spec"):
        call(gd.spec("2"))


def fails(x):
    raise RuntimeError("of the user")


def stops(x):
    raise KeyboardInterrupt


def traces_what_fails(x):
    return gd.grad(fails)(x)


@pytest.mark.parametrize("fn", [fails, stops, traces_what_fails, lambda x: x["a"]])
@pytest.mark.parametrize(
    "call", [gd.trace, lambda f, x: gd.grad(f)(x), gd.check_gradients]
)
def test_nothing_is_left_behind_by_a_function_that_fails(call, fn):
    with pytest.raises((RuntimeError, KeyboardInterrupt, IndexError)):
        call(fn, X)
    assert gc.isenabled()
    assert current_scope().watcher is None
    assert not current_scope().busy
    np.testing.assert_array_equal(gd.grad(energy)(X), 2 * X)


@pytest.mark.parametrize("form", [gd.jvp, gd.vjp])
def test_a_linear_form_names_itself_where_arguments_are_missing(form):
    with pytest.raises(GraphTypeError, match=f"{form.__name__}: expected"):
        form(energy)(X)
    with pytest.raises(GraphTypeError, match=f"{form.__name__}: expected"):
        form(energy)((X,), (X,), 3)


@pytest.mark.parametrize("size", [1.5, None, "3", np.float64(3), np.ones(2), True])
def test_sizes_and_axes_are_whole_numbers(size):
    x = gd.var("x", 3)
    with pytest.raises(ShapeError, match=r"np\.reshape: .*integer, got"):
        x.reshape((size,))
    for given in (x, np.ones(3)):
        if size is not None:
            with pytest.raises(ShapeError, match="softmax: axis must be an integer"):
                gd.nn.softmax(given, axis=size)


def test_labels_that_are_no_array_are_refused_by_name():
    for given in (np.ones((2, 3)), gd.var("x", "2,3")):
        with pytest.raises(GraphTypeError, match="cross_entropy: labels"):
            gd.nn.cross_entropy(given, [[1], [1, 2]])


def test_nothing_to_pull_back_or_push_forward():
    x = gd.var("x", 3)
    assert gd.pullback([], [], []) == []
    assert gd.pushforward([], [x], [X[0]]) == []
    (slope,) = gd.pullback([], [x], [])
    graph = gd.Graph({"x": x}, {"slope": slope})
    np.testing.assert_array_equal(gd.evaluate(graph, {"x": np.ones(3)})["slope"], 0)


def test_a_fixed_argument_that_cannot_be_hashed_reaches_the_function():
    form = gd.grad(lambda x, view: np.sum(x) * view[0])
    for factor in (2, 3):
        np.testing.assert_array_equal(
            form(X, memoryview(bytearray([factor]))), [factor, factor]
        )


def test_a_signature_is_one_of_a_graph():
    x = gd.var("x", 3)
    with pytest.raises(GraphTypeError, match="signature"):
        gd.Graph({"x": x}, {"y": x}, signature="x -> y")


WEIGHTS = {"W": X, "b": X}


def layer(p):
    return np.sum(p["W"] ** 2) + 3 * np.sum(p["b"])


@pytest.mark.parametrize(
    "wrt", [("p", "p"), ("p.W", "p"), ("p", "p.W"), ("p.W", "p.W"), ["p.b", "p"]]
)
def test_what_is_asked_for_twice_is_given_twice(wrt):
    slopes = {"W": 2 * X, "b": 0 * X + 3}
    expected = tuple(slopes if path == "p" else slopes[path[2:]] for path in wrt)
    form = gd.grad(layer, wrt)
    for style in ("readable", "fast"):
        for found in (form(WEIGHTS), form.emit(WEIGHTS, style=style).load()(WEIGHTS)):
            arrays, spec = leaves_of(found)
            assert spec == leaves_of(expected)[1]
            np.testing.assert_array_equal(arrays, leaves_of(expected)[0])
            for i, array in enumerate(arrays):
                assert not any(np.shares_memory(array, a) for a in arrays[:i])


@pytest.mark.parametrize("wrt", [("p.W", "p"), ("p", "p.W")])
def test_overlapping_paths_nest_alike_however_the_graph_is_run(wrt):
    graph = gd.differentiate(gd.trace(layer, WEIGHTS), wrt=wrt)
    _, found = gd.compile(graph)(WEIGHTS)
    for style in ("readable", "fast"):
        _, emitted = gd.emit(graph, style=style).load()(WEIGHTS)
        assert leaves_of(emitted)[1] == leaves_of(found)[1]
        np.testing.assert_array_equal(leaves_of(emitted)[0], leaves_of(found)[0])


def test_an_output_called_as_an_input_hides_no_gradient():
    x = gd.var("x", 2)
    graph = gd.Graph({"x": x}, {"x": np.sum(x * x)})
    table = gd.backprop(graph, {"x": X})
    np.testing.assert_array_equal(table["x"], 2 * X)
    assert table["x_2"] == 1.0


def test_a_graph_without_outputs_has_nothing_to_differentiate():
    with pytest.raises(GraphValueError, match="there is none"):
        gd.differentiate(gd.Graph({}, {}))


@pytest.mark.parametrize("form", [gd.grad, gd.jacobian, gd.hessian])
@pytest.mark.parametrize("value", [{1.0}, Fraction(1, 2), (i for i in "ab"), b"a"])
def test_what_is_no_array_is_named_before_it_is_used(form: Any, value: Any) -> None:
    kind = type(value).__name__
    with pytest.raises(DTypeError, match=f"wrt: 'x' is of type {kind}"):
        form(lambda x: np.sum(x * x))(value)
