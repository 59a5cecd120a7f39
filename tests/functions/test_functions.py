import inspect
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.optimize import minimize

import graphdiff as gd
from graphdiff.errors import DTypeError, GraphTypeError, GraphValueError, ShapeError
from graphdiff.graph.nest import map_nest

X = np.array([1.0, 2.0, 3.0])
W = np.arange(6.0).reshape(3, 2) / 7


@dataclass
class Layer:
    W: Any
    b: Any = 0.5
    name: str = "layer"


class Pair(NamedTuple):
    layers: Any
    scale: Any


def loss(params, x, reg=0.1):
    a = x
    for layer in params["layers"]:
        a = np.tanh(a @ layer["W"] + layer["b"])
    return np.sum(a) * params["scale"] + reg * np.sum(x**2)


PARAMS = {
    "layers": [{"W": W, "b": np.ones(2)}, {"W": np.eye(2), "b": np.zeros(2)}],
    "scale": 0.5,
}


def same(a, b):
    """The same structure, types, dtypes, shapes and (nearly) numbers."""
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            same(a[key], b[key])
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for left, right in zip(a, b, strict=True):
            same(left, right)
    else:
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


WHOLE = gd.grad(loss, ("params", "x"))(PARAMS, X)


# What to differentiate by.


@pytest.mark.parametrize(
    ("wrt", "expected"),
    [
        (0, WHOLE[0]),
        (1, WHOLE[1]),
        (-1, WHOLE[1]),
        (-2, WHOLE[0]),
        ("x", WHOLE[1]),
        ("params", WHOLE[0]),
        ("params.layers", WHOLE[0]["layers"]),
        ("params.layers.1", WHOLE[0]["layers"][1]),
        ("params.layers.0.W", WHOLE[0]["layers"][0]["W"]),
        ("params.scale", WHOLE[0]["scale"]),
        ((0,), (WHOLE[0],)),
        (["x"], (WHOLE[1],)),
        ((1, 0), (WHOLE[1], WHOLE[0])),
        (("params.scale", -1), (WHOLE[0]["scale"], WHOLE[1])),
        (("x", "x"), (WHOLE[1], WHOLE[1])),
        (np.int64(-1), WHOLE[1]),
        ([np.int8(1), np.str_("params")], (WHOLE[1], WHOLE[0])),
        (("params", "params.scale"), (WHOLE[0], WHOLE[0]["scale"])),
    ],
    ids=str,
)
def test_wrt(wrt, expected):
    same(gd.grad(loss, wrt)(PARAMS, X), expected)
    value, found = gd.value_and_grad(loss, wrt=wrt)(PARAMS, X)
    same(found, expected)
    np.testing.assert_allclose(value, loss(PARAMS, X))
    inside = gd.trace(lambda params, x: gd.grad(loss, wrt)(params, x), PARAMS, X)
    same(gd.compile(inside)(PARAMS, X), expected)


def test_the_gradient_is_right():
    same(WHOLE[1], differences(lambda x: loss(PARAMS, x), X))


def differences(f, x, h=1e-5):
    flat = np.zeros(x.size)
    for i, e in enumerate(np.eye(x.size)):
        e = e.reshape(x.shape)
        flat[i] = (
            8 * (f(x + h * e) - f(x - h * e)) - (f(x + 2 * h * e) - f(x - 2 * h * e))
        ) / (12 * h)
    return flat.reshape(x.shape)


def test_keywords():
    expected = gd.value_and_grad(loss)(PARAMS, X)
    same(gd.value_and_grad(loss)(x=X, params=PARAMS), expected)
    same(gd.value_and_grad(loss)(PARAMS, x=X), expected)
    same(gd.grad(loss, "reg")(PARAMS, X, reg=0.3), np.float64(np.sum(X**2)))
    same(gd.grad(loss, 2)(PARAMS, X, 0.3), np.float64(np.sum(X**2)))


def variadic(a, *rest, k=1.0, **others):
    return a * rest[0] * rest[1] * k * others["z"]


@pytest.mark.parametrize(
    ("wrt", "expected"),
    [
        (0, 60.0),
        (1, 40.0),
        (2, 30.0),
        ("rest", (40.0, 30.0)),
        ("rest.1", 30.0),
        ("z", 24.0),
        ("others.z", 24.0),
        ("others", {"z": 24.0}),
    ],
)
def test_variadic_functions(wrt, expected):
    found = gd.grad(variadic, wrt)(2.0, 3.0, 4.0, z=5.0)
    same(found, map_nest(np.float64, expected))


@pytest.mark.parametrize(
    ("wrt", "error", "message"),
    [
        (5, GraphValueError, "there is no argument 5, only params, x"),
        (-3, GraphValueError, "there is no argument -3"),
        ("q", GraphValueError, "one of the arguments 'params', 'x'"),
        ("params.q", GraphValueError, "a path in one, got 'params.q'"),
        ("params.layers.2", GraphValueError, "got 'params.layers.2'"),
        ("reg", GraphValueError, "left at its default"),
    ],
)
def test_wrt_that_leads_nowhere(wrt, error, message):
    with pytest.raises(error, match=message):
        gd.grad(loss, wrt)(PARAMS, X)
    with pytest.raises(error, match=message):
        gd.trace(lambda x: gd.grad(loss, wrt)(PARAMS, x)["scale"], X)


@pytest.mark.parametrize("wrt", [1.5, None, True, (0, 1.5), object()])
def test_wrt_of_the_wrong_kind(wrt):
    with pytest.raises(GraphTypeError, match="expected a position, a name"):
        gd.grad(loss, wrt)


def test_wrt_of_nothing():
    with pytest.raises(GraphValueError, match="at least one"):
        gd.grad(loss, ())


def test_what_is_fixed_has_no_gradient():
    with pytest.raises(DTypeError, match="'x' is of type int, which is fixed"):
        gd.grad(np.sin)(3)
    with pytest.raises(DTypeError, match="'x' is of type bool"):
        gd.grad(np.sin)(True)
    with pytest.raises(GraphTypeError, match="'p' is a dict without arrays"):
        gd.grad(lambda p, x: np.sum(x))({"n": 3}, X)
    found = gd.grad(lambda p: p["x"] ** p["n"])({"x": 2.0, "n": 3, "why": "text"})
    assert found == {"x": 12.0, "n": None, "why": None}


def test_integers():
    with pytest.raises(DTypeError, match="'x' has dtype int64"):
        gd.grad(lambda x: np.sum(x * 0.5))(np.arange(3))
    found = gd.grad(lambda x: np.sum(x * 0.5), allow_int=True)(np.arange(3))
    same(found, np.zeros(3, np.int64))
    params = {"W": X, "i": np.array([0, 2])}

    def f(p):
        return np.sum(p["W"][p["i"]])

    with pytest.raises(DTypeError, match="allow_int=True"):
        gd.grad(f)(params)
    same(
        gd.grad(f, allow_int=True)(params),
        {"W": np.array([1.0, 0.0, 1.0]), "i": np.zeros(2, np.int64)},
    )


@pytest.mark.parametrize(
    ("fn", "error", "message"),
    [
        (np.sin, ShapeError, r"must be a scalar, but has shape \(3,\)"),
        (lambda x: (np.sum(x), x), GraphTypeError, "must return one number"),
        (lambda x: {"a": np.sum(x)}, GraphTypeError, "must return one number"),
        (lambda x: np.sum(x > 0), DTypeError, "must be real, but is int64"),
        (lambda x: 3, DTypeError, "must be real"),
        (lambda x: None, GraphTypeError, "NoneType"),
    ],
)
def test_functions_without_a_gradient(fn, error, message):
    with pytest.raises(error, match=message):
        gd.grad(fn)(X)


def test_a_constant_has_zero_gradient():
    same(gd.grad(lambda x: 3.0)(X), np.zeros(3))
    same(gd.grad(lambda x, y: np.sum(x), "y")(X, W), np.zeros((3, 2)))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"kinks": "middle"}, "kinks"), ({"backend": "fortran"}, "numpy")],
)
def test_options_that_do_not_exist(options, message):
    with pytest.raises(GraphValueError, match=message):
        gd.grad(np.sin, **options)(1.0)


def test_other_mistakes():
    with pytest.raises(GraphTypeError, match="expected a function, got int"):
        gd.grad(3)
    with pytest.raises(GraphTypeError, match="missing a required argument: 'x'"):
        gd.grad(loss)(PARAMS)
    with pytest.raises(GraphTypeError, match="too many positional"):
        gd.grad(loss)(PARAMS, X, 1.0, 2.0)
    with pytest.raises(GraphTypeError, match=r"use \.graph, \.show or \.emit"):
        gd.grad(loss)(PARAMS, gd.spec("3"))


# What comes back.


def test_scalars_are_those_of_numpy():
    for x in (2.0, np.float64(2), np.array(2.0)):
        value, slope = gd.value_and_grad(np.sin)(x)
        assert type(value) is type(slope) is np.float64
    value, slope = gd.value_and_grad(np.sin)(np.float32(2))
    assert type(value) is type(slope) is np.float32


def test_single_precision_stays():
    params = {"a": np.ones(3, np.float32), "s": 0.1}
    value, found = gd.value_and_grad(lambda p: np.mean(p["a"] * p["s"] * np.pi))(params)
    assert value.dtype == found["a"].dtype == found["s"].dtype == np.float32


def test_results_share_no_memory():
    x = X.copy()
    found = gd.grad(lambda x: np.sum(x**2) / 2)(x)
    assert not np.shares_memory(found, x)
    left, right = gd.grad(lambda x, y: np.sum((x + y) ** 2), (0, 1))(X, X)
    assert not np.shares_memory(left, right)
    ones, zeros = gd.grad(lambda x, y: np.sum(x), (0, 1))(X, X)
    for array in (found, left, right, ones, zeros):
        array[:] = 7
    again = gd.grad(lambda x, y: np.sum(x), (0, 1))
    again(X, X)[0][:] = 7
    same(again(X, X)[0], np.ones(3))


def test_structures_of_the_users_own():
    params = Pair([Layer(W), Layer(np.eye(2), np.ones(2))], 2.0)

    def f(p, x):
        for layer in p.layers:
            x = x @ layer.W + layer.b
        return np.sum(x) * p.scale

    found = gd.grad(f)(params, X)
    assert isinstance(found, Pair)
    assert isinstance(found.layers[0], Layer)
    assert found.layers[0].name is None
    same(found.layers[0].b, np.float64(4))
    same(found.layers[1].b, np.full(2, 2.0))


def test_layouts_of_memory():
    big = np.arange(24.0).reshape(4, 6)
    for x in (
        big[::2, ::-1],
        np.asfortranarray(big),
        big.T,
        np.broadcast_to(X, (4, 3)),
    ):
        same(gd.grad(lambda x: np.sum(np.sin(x)))(x), np.cos(x))


# Compiling once.


@pytest.fixture
def traces():
    count = []

    def f(x, n=2, p=None):
        count.append(x)
        return np.sum(np.sin(x)) * n

    return gd.grad(f), count


def test_one_compilation_for_each_kind_of_arguments(traces):
    g, count = traces
    for x in (X, X + 1, X[::-1]):
        g(x)
    assert len(count) == 1
    for x in (X[:2], X.astype(np.float32), 1.0, 2.0):
        g(x)
    assert len(count) == 4
    g(X, 2)
    g(X, 2)
    g(X, 3)
    assert len(count) == 6
    g(X, 1)
    g(X, True)
    assert len(count) == 8
    g(X, 2, {"a": 1.0})
    g(X, 2, {"a": 2.0})
    g(X, 2, [1.0])
    assert len(count) == 10


def test_scalars_share_a_compilation(traces):
    g, count = traces
    g(np.float64(1))
    g(np.array(1.0))
    assert len(count) == 1


def test_what_cannot_be_compared_is_traced_each_time(traces):
    g, count = traces
    same(g(X, 2, {1, 2}), 2 * np.cos(X))
    g(X, 2, {1, 2})
    assert len(count) == 2


# Nesting.


def test_gradients_of_gradients():
    f = np.sin
    for order in range(1, 5):
        f = gd.grad(f)
        expected = [np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)]
        np.testing.assert_allclose(f(1.0), expected[order % 4](1.0))


def test_perturbations_are_not_confused():
    # Siskind and Pearlmutter (2005).
    grad = gd.grad
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1
    assert grad(lambda x: x * grad(lambda y: x * y)(x))(3.0) == 6
    assert grad(lambda x: x * grad(lambda x: x * x)(x))(3.0) == 12
    assert (
        grad(lambda x: grad(lambda y: y * grad(lambda z: x * y * z)(1.0))(x))(2.0) == 8
    )
    assert grad(lambda x: grad(lambda y: x)(x) + x)(2.0) == 1


def test_a_gradient_closes_over_symbolic_values():
    def outer(a, x):
        inner = gd.grad(lambda v: np.sum(np.sin(v * a)))(x)
        return np.sum(inner**2)

    a = np.float64(0.7)
    same(
        gd.grad(outer, 1)(a, X),
        differences(lambda x: np.sum((a * np.cos(x * a)) ** 2), X),
    )
    expected = differences(lambda a: np.sum((a * np.cos(X * a)) ** 2), np.array(a))
    np.testing.assert_allclose(gd.grad(outer)(a, X), expected)


def test_a_gradient_through_gradient_descent():
    def descend(w, step=lambda z, w: 2 * (z - w**2)):
        z = w
        for _ in range(5):
            z = z - 0.1 * step(z, w)
        return np.sum(z)

    def traced(w):
        return descend(w, lambda z, w: gd.grad(lambda v: np.sum((v - w**2) ** 2))(z))

    same(gd.grad(traced)(X), differences(descend, X))


def test_forms_inside_of_a_trace_on_plain_arrays_and_numbers():
    def f(x):
        value, (dv, dw) = gd.value_and_grad(lambda v, w: np.sum(v**2 * w), (0, 1))(X, x)
        return value * np.sum(dv) + np.sum(dw) * gd.grad(np.sin)(0.0)

    expected = np.sum(X**2 * X) * np.sum(2 * X * X) + np.sum(X**2)
    np.testing.assert_allclose(gd.compile(gd.trace(f, X))(X), expected)


def test_a_form_is_a_method_where_a_class_has_it():
    class Model:
        weights = X
        slope = gd.grad(lambda self, x: np.sum(self.weights * x**2), wrt="x")

    same(Model().slope(X), 2 * X * X)
    assert "slope" in repr(Model.slope) or "grad of" in repr(Model.slope)


def test_forms_on_expressions_build():
    x = gd.var("x", "n")
    slope = gd.grad(lambda x: np.sum(np.sin(x)))(x)
    same(gd.evaluate(gd.Graph({"x": x}, {"y": slope}), {"x": X})["y"], np.cos(X))


def test_kinks_pass_through():
    slopes = {k: gd.grad(np.abs, kinks=k)(0.0) for k in ("mean", "right", "left")}
    assert slopes == {"mean": 0.0, "right": 1.0, "left": -1.0}
    nested = gd.grad(lambda x: x * gd.grad(np.abs, kinks="right")(x))
    assert nested(0.0) == 1


def test_stabilising_is_on_and_can_be_off():
    def f(x):
        return np.log(np.sum(np.exp(x)))

    same(gd.grad(f)(np.array([1e3, 0.0])), np.array([1.0, 0.0]))
    with np.errstate(all="ignore"):
        assert np.isnan(gd.grad(f, stabilise=False)(np.array([1e3, 0.0]))[0])


# Graphs, listings, source.


def test_graphs_with_specs_and_arrays():
    def f(x):
        return np.sum(x**2)

    graph = gd.value_and_grad(f).graph(gd.spec("n"))
    assert list(graph.outputs) == ["f", "d_x"]
    assert list(gd.grad(f).graph(X).outputs) == ["d_x"]
    same(gd.compile(gd.grad(f).graph(gd.spec("n")))(X), 2 * X)
    assert "d_x" in gd.grad(f).show(gd.spec("n"))


def test_source():
    out = gd.value_and_grad(loss).emit(PARAMS, gd.spec("3"))
    assert out.name == "loss_and_grad"
    same(out.load()(PARAMS, X), gd.value_and_grad(loss)(PARAMS, X))
    assert gd.grad(np.sin).emit(gd.spec(""), name="slope").name == "slope"


def test_forms_look_like_their_functions():
    g = gd.grad(loss)
    assert g.__name__ == "loss_grad"
    assert repr(g) == "<grad of loss>"
    assert inspect.signature(g) == inspect.signature(loss)


# On real problems.


def test_a_fit_with_scipy():
    rng = np.random.default_rng(5)
    t = np.linspace(0, 4, 60)
    y = 2.5 * np.exp(-1.3 * t) + 0.5 + 0.01 * rng.standard_normal(60)

    def misfit(p):
        return np.mean((p[0] * np.exp(-p[1] * t) + p[2] - y) ** 2)

    found = minimize(gd.value_and_grad(misfit), np.ones(3), jac=True, tol=1e-8)
    assert found.success
    np.testing.assert_allclose(found.x, [2.5, 1.3, 0.5], atol=0.02)


def test_rosenbrock_with_scipy():
    def rosenbrock(x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    found = minimize(rosenbrock, np.zeros(5), jac=gd.grad(rosenbrock), method="BFGS")
    np.testing.assert_allclose(found.x, np.ones(5), atol=1e-4)


@dataclass
class Box:
    """A configuration that is no array, with a list of its own."""

    sizes: list[int] = field(default_factory=lambda: [1, 2])


def test_a_configuration_is_fixed():
    same(gd.grad(lambda x, box: np.sum(x) * box.sizes[1])(X, Box()), np.full(3, 2.0))


def test_names_of_a_function_go_with_it_into_the_trace_of_another():
    def loss(w, x):
        hidden = np.tanh(x @ w)
        return np.sum(hidden**2)

    def step(w, x):
        return w - 0.1 * gd.grad(loss)(w, x)

    graph = gd.simplify(gd.trace(step, gd.spec("3"), gd.spec("n,3")))
    assert "hidden = np.tanh(x @ w)" in gd.emit(graph).source
