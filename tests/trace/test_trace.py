import functools
import re
import sys
import threading
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import DTypeError, GraphTypeError, GraphValueError, ShapeError
from graphdiff.graph.graph import check
from graphdiff.graph.nest import leaves_of
from graphdiff.graph.node import Constant, current_scope

X = np.arange(6.0).reshape(2, 3)
W = np.ones((3, 2))


def names(graph):
    return [graph.name_of(n) for n in graph if graph.name_of(n)]


def types(graph):
    return {n: str(x.type) for n, x in graph.inputs.items()}


def agree(fn, *args, **kwargs):
    """Trace, and compare with the function itself."""
    graph = gd.trace(fn, *args, **kwargs)
    check(graph)
    bound = graph.signature.python.bind(*args, **kwargs).arguments
    values = gd.evaluate(graph, dict(bound))
    found = graph.signature.result.unflatten(values)
    expected = fn(*args, **kwargs)
    assert _close(found, expected), (found, expected)
    return graph


def _close(a, b):
    if isinstance(b, dict):
        return a.keys() == b.keys() and all(_close(a[k], b[k]) for k in b)
    if isinstance(b, (tuple, list)):
        return type(a) is type(b) and all(map(_close, a, b))
    if b is None:
        return a is None
    return np.shape(a) == np.shape(b) and np.allclose(a, b)


@dataclass
class Layer:
    W: Any
    b: Any = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    scale: Any
    kind: str = "tanh"


class Pair(NamedTuple):
    left: Any
    right: Any


# Arguments.


def test_leaves_are_named_by_their_paths():
    def f(params, config, pair, x):
        a = x
        for layer in params["layers"]:
            a = np.tanh(a @ layer.W + layer.b)
        assert config.kind == "tanh"
        return np.sum(a) * config.scale + np.sum(pair.left) * pair.right[0]

    params = {"layers": [Layer(W), Layer(np.eye(2), np.ones(2))]}
    graph = agree(f, params, Config(scale=2.0), Pair(W, (3.0, None)), X)
    assert list(graph.inputs) == [
        "params.layers.0.W",
        "params.layers.0.b",
        "params.layers.1.W",
        "params.layers.1.b",
        "config.scale",
        "pair.left",
        "pair.right.0",
        "x",
    ]


def test_empty_containers_and_none():
    def f(empty, nothing, x):
        assert empty == {"a": [], "b": ()}
        assert nothing is None
        return np.sum(x)

    assert list(agree(f, {"a": [], "b": ()}, None, X).inputs) == ["x"]


def test_numbers_texts_and_flags_are_fixed():
    def f(x, n, mode, flag, fn):
        assert type(n) is int
        assert (mode, flag, fn) == ("add", True, np.exp)
        for _ in range(n):
            x = fn(x) if flag else x
        return x

    graph = gd.trace(f, 0.1, 3, "add", True, np.exp)
    assert list(graph.inputs) == ["x"]
    assert len(graph) == 4
    gd.evaluate(graph, {"x": 0.1})
    with pytest.raises(GraphValueError, match="traced with"):
        gd.evaluate(graph, {"x": 0.1, "n": 4})


def test_floats_are_weak_beside_arrays_of_single_precision():
    def f(p, x):
        return np.sum(x * p["rate"]) + 0.1

    graph = gd.trace(f, {"rate": 0.1}, X.astype(np.float32))
    assert types(graph) == {"p.rate": "float32[]", "x": "float32[2, 3]"}
    assert graph.outputs["f"].dtype == np.float32
    assert types(gd.trace(f, {"rate": 0.1}, X))["p.rate"] == "float64[]"
    assert types(gd.trace(f, {"rate": 0.1}, np.arange(3)))["p.rate"] == "float64[]"


def test_scalars_of_every_kind():
    def f(a, b, c, d):
        return a * b * c * d

    args = (np.array(2.0), np.float32(2), np.int64(3), np.bool_(True))
    assert types(agree(f, *args)) == {
        "a": "float64[]",
        "b": "float32[]",
        "c": "int64[]",
        "d": "bool[]",
    }


def variadic(a, /, b=2.0, *rest, c, d=3.0, **others):
    return a * b + sum(rest) * c * d + sum(others.values())


def test_every_kind_of_parameter():
    graph = agree(variadic, 1.0, 2.0, 3.0, 4.0, c=5.0, e=6.0)
    assert list(graph.inputs) == ["a", "b", "rest.0", "rest.1", "c", "others.e"]
    graph = agree(variadic, 1.0, c=5.0)
    assert list(graph.inputs) == ["a", "c"]
    graph = agree(variadic, 1.0, d=1.0, c=2.0)
    assert list(graph.inputs) == ["a", "c", "d"]


class Model:
    def __init__(self):
        self.weights = W

    def loss(self, x):
        z = x @ self.weights
        return np.sum(z)

    def __call__(self, x):
        return np.sum(x @ self.weights)


def decorate(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        return fn(*args, **kwargs)

    return wrapper


@decorate
def decorated(x, y=2.0):
    h = x * y
    return np.sum(h)


def test_every_kind_of_function():
    assert list(agree(Model().loss, X).outputs) == ["loss"]
    assert list(agree(Model(), X).outputs) == ["output"]
    assert list(agree(lambda x: x, X).outputs) == ["output"]
    assert list(agree(np.sin, X).outputs) == ["sin"]
    assert list(agree(np.dot, X, W).inputs) == ["a", "b"]
    graph = agree(functools.partial(variadic, c=2.0), X)
    assert (list(graph.inputs), list(graph.outputs)) == (["a"], ["variadic"])
    assert list(agree(functools.partial(np.dot, X), W).inputs) == ["b"]
    graph = agree(decorated, X)
    assert names(graph) == ["x", "h"]


def test_a_function_without_source():
    space: dict[str, Any] = {"np": np}
    exec("def f(x):\n    z = np.tanh(x)\n    return np.sum(z)", space)
    assert names(agree(space["f"], X)) == ["x", "z"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "missing a required argument: 'x'"),
        ((X, X), "too many positional arguments"),
        ((X.astype(np.clongdouble),), "expected bool"),
        ((X.astype(">f8"),), r"x.* has dtype >f8: .* x.astype\('float64'\)"),
        ((np.array([None]),), "object"),
        ((np.array(["a"]),), "expected bool"),
        ((np.ma.array(X),), "masked arrays"),
    ],
)
def test_arguments_that_cannot_be(args, message):
    with pytest.raises(GraphTypeError, match=message):
        gd.trace(lambda x: x, *args)


def test_what_is_no_function():
    with pytest.raises(GraphTypeError, match="expected a function, got int"):
        gd.trace(3, X)


HOSTILE = [
    {"a.b": X, "a": {"b": W}},
    {1: X, "1": W},
    {"it's": X, "q\n": W, '"': X},
    {(1, 2): X, None: W, 1.5: X},
    {"": X, ".": W, "..": X},
    {"class": X, "np": W, "x y": X, "__import__('os')": W},
    {"\N{GREEK SMALL LETTER SIGMA}": X, "\N{LATIN SMALL LIGATURE FI}": W},
    {"x" * 500: X},
]


@pytest.mark.parametrize("params", HOSTILE, ids=lambda p: repr(list(p))[:30])
def test_hostile_keys(params):
    def f(p):
        return sum(np.sum(v**2) for v in p.values() if not isinstance(v, dict))

    graph = agree(f, params)
    assert len(graph.inputs) == len(leaves_of(params)[0])
    grads = gd.grad(f)(params)
    assert grads.keys() == params.keys()
    for key, value in params.items():
        if not isinstance(value, dict):
            np.testing.assert_allclose(grads[key], 2 * value)


# Results.


RESULTS = {
    "argument": lambda x: x,
    "twice": lambda x: (x, x),
    "dict": lambda x: {"a": x * 2, "b": {"c": x}},
    "nest": lambda x: [x, (x * 2, {"k": x})],
    "constant": lambda x: 3.0,
    "array": lambda x: np.ones(3),
    "truth": lambda x: [x > 1],
    "keys": lambda x: {"a.b": x, "a": {"b": x * 2}, "q\n'": x},
    "numbers": lambda x: {1: x, 2: x * 2},
    "mixed": lambda x: {1: x, "a": x * 2},
    "as argument": lambda x: {"x": x * 2, "y": x},
    "same name": lambda x: ({"a": x}, {"a": x * 2}, {"a": x * 3}),
    "none inside": lambda x: (x, None),
    "empty": lambda x: {},
    "size": lambda x: x.shape[0] * 1.0,
}


@pytest.mark.parametrize("case", RESULTS)
def test_results_of_every_structure(case):
    agree(RESULTS[case], X)


def test_outputs_are_named_by_key_variable_or_place():
    def f(x):
        z = x * 2
        return {"loss": np.sum(x), "parts": (z, x + 1)}

    assert list(gd.trace(f, X).outputs) == ["loss", "z", "parts_1"]


@pytest.mark.parametrize("bad", [None, "text", object(), {1, 2}, [np.sum]])
def test_results_that_cannot_be(bad):
    with pytest.raises(GraphTypeError, match="a traced function returns arrays, got"):
        gd.trace(lambda x: bad, X)


# Names.


def test_locals_of_a_loop_over_layers():
    def f(params, x):
        a = x
        for W, b in params:
            z = a @ W + b
            a = np.tanh(z)
        return np.sum(a)

    graph = gd.trace(f, [(W, np.ones(2)), (np.eye(2), np.ones(2))], X)
    assert [n for n in names(graph) if n[0] in "za"] == ["z1", "a1", "z2", "a2"]


def test_locals_in_helpers_tuples_comprehensions_and_containers():
    def helper(x):
        inner = np.exp(x)
        return inner + 1

    def f(x):
        first, second = np.sin(x), np.cos(x)
        parts = [helper(p) for p in (first, second)]
        cache = {}
        cache["total"] = parts[0] + parts[1]
        return np.sum(cache["total"])

    graph = agree(f, X)
    assert set(names(graph)) == {
        *("x", "first", "second", "parts1", "parts2", "inner1", "inner2", "total")
    }


captured = np.arange(5.0, 8.0)


def test_captured_arrays_are_named_constants_of_that_moment():
    def make():
        W = np.arange(3.0)

        def f(x):
            v = x * W + captured
            return helper(v)

        def helper(v):
            W = v * 2
            return np.sum(W)

        return f, W

    f, outside = make()
    graph = gd.trace(f, np.ones(3))
    before = gd.evaluate(graph, {"x": np.ones(3)})["f"]
    outside[:] = 100
    assert gd.evaluate(graph, {"x": np.ones(3)})["f"] == before
    found = [graph.name_of(n) for n in graph if isinstance(n.op, Constant)]
    assert found == ["W", "captured"]
    assert len(set(names(graph))) == len(names(graph))


def test_the_users_own_gradient_name_does_not_collide():
    def f(W1):
        d_W1 = W1 * 2
        return {"loss": np.sum(d_W1**2), "d_W1": d_W1}

    dgraph = gd.differentiate(gd.trace(f, X), of="loss", wrt="W1")
    assert list(dgraph.outputs) == ["d_W1", "loss", "d_W1_2"]
    values = gd.evaluate(dgraph, {"W1": X})
    np.testing.assert_allclose(values["d_W1"], 2 * X)
    np.testing.assert_allclose(values["d_W1_2"], 8 * X)


# Isolation.


def listing(graph):
    numbers = {node: i for i, node in enumerate(graph)}
    return [
        (repr(n.op), [numbers[a] for a in n.args], graph.name_of(n))
        for n in graph
        if n.args
    ]


def test_the_order_of_traces_does_not_matter():
    def f(x):
        h = np.tanh(x) * 3
        return np.sum(h)

    def g(x):
        k = np.tanh(x) * 3 + captured
        return np.sum(k)

    alone = listing(gd.trace(f, X))
    gd.trace(g, X)
    assert listing(gd.trace(f, X)) == alone


def test_traces_in_threads_do_not_meet():
    def f(x):
        a = x
        for _ in range(200):
            z = a * 1.01
            a = np.tanh(z)
        return np.sum(a)

    found: dict[int, Any] = {}

    def work(i):
        found[i] = listing(gd.trace(f, X))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(value == found[0] for value in found.values())


def test_an_error_in_the_function_leaves_nothing_behind():
    outside = current_scope()

    def f(x):
        np.sin(x * 2)
        raise KeyError("own")

    with pytest.raises(KeyError, match="own"):
        gd.trace(f, X)
    assert current_scope() is outside
    agree(lambda x: np.sum(x * 2), X)


def test_a_value_kept_from_another_trace_is_refused():
    kept = []
    gd.trace(lambda x: kept.append(x * 2) or np.sum(x), X)
    with pytest.raises(GraphValueError, match="kept from another trace"):
        gd.trace(lambda x: np.sum(x + kept[0]), X)
    with pytest.raises(GraphValueError, match="kept from another trace"):
        gd.Graph({}, {"y": kept[0]})


def test_a_trace_within_a_trace():
    def f(x):
        inner = gd.trace(lambda u: np.sin(u) * 2, gd.spec("3"))
        factor = gd.evaluate(inner, {"u": np.ones(3)})["output"]
        return np.sum(x * factor)

    np.testing.assert_allclose(
        gd.evaluate(gd.trace(f, np.ones(3)), {"x": np.ones(3)})["f"], 6 * np.sin(1)
    )


def test_arguments_are_not_touched():
    params = {"W": W.copy(), "layers": [Layer(X.copy())]}
    layer = params["layers"][0]
    held = layer.W
    gd.trace(lambda p: np.sum(p["W"]) + np.sum(p["layers"][0].W), params)
    assert params["layers"][0] is layer
    assert layer.W is held
    assert type(params["W"]) is np.ndarray


def test_recursion_in_the_function():
    def power(x, n):
        return x if n == 0 else np.sin(power(x, n - 1))

    graph = gd.trace(lambda x: power(x, 100), 1.0)
    assert len(graph) == 101


def test_a_generator_inside():
    def f(x):
        return sum(np.sin(x[i]) for i in range(3))

    agree(f, np.ones(3))


# Errors of the function.


def test_shapes_that_do_not_fit_name_the_line():
    def f(x, y):
        z = x + 1
        return z @ y

    line = f.__code__.co_firstlineno + 2
    with pytest.raises(ShapeError, match=rf"\(n, 3\).*test_trace.py:{line}\)"):
        gd.trace(f, gd.spec("n,3"), gd.spec("4,m"))


def test_a_branch_on_a_value_names_the_line_in_the_helper():
    def helper(x):
        if x > 0:
            return x
        return -x

    line = helper.__code__.co_firstlineno + 1
    with pytest.raises(GraphTypeError, match=rf"np.where.*test_trace.py:{line}\)"):
        gd.trace(lambda x: [helper(x) for _ in range(3)], 1.0)


def test_positions_are_kept_by_the_ledger():
    def f(x):
        y = np.sin(x)
        return y * 2

    graph = gd.trace(f, X)
    line = f.__code__.co_firstlineno
    found = [graph.position_of(n) for n in graph if n.op.label in ("sin", "multiply")]
    assert [(p.file, p.line - line) for p in found] == [
        ("test_trace.py", 1),
        ("test_trace.py", 2),
    ]


def test_a_dtype_error_is_a_type_error_of_the_users():
    with pytest.raises(DTypeError, match=re.escape("test_trace.py")):
        gd.trace(lambda x: np.sin(x) & 1, X)


def test_a_returned_gradient_keeps_the_users_name():
    def named(a):
        d_energy = gd.grad(lambda t: np.sum(np.exp(t) * t))(a)
        return {"slope": d_energy}

    def unnamed(a):
        return {"slope": gd.grad(lambda t: np.sum(np.exp(t) * t))(a)}

    assert "\n    d_energy = " in gd.emit(gd.trace(named, X)).source
    assert "\n    slope = " in gd.emit(gd.trace(unnamed, X)).source


@pytest.mark.slow
def test_a_long_loop_is_linear():
    def f(x):
        for _ in range(50_000):
            x = np.sin(x) * 0.999
        return x

    limit = sys.getrecursionlimit()
    graph = gd.trace(f, 1.0)
    assert len(graph) > 100_000
    assert sys.getrecursionlimit() == limit
