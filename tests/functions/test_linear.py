import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import GraphTypeError, ShapeError

X = np.array([1.0, 2.0, 3.0])
ONES = np.ones(3)


@dataclass
class Params:
    a: Any
    n: int = 2


def two(params, x, n=2):
    return {"total": np.sum(params["a"] * x) ** n, "each": [x**2, params["a"]]}


def test_tangents_and_cotangents_are_transposes():
    rng = np.random.default_rng(3)
    a, x, da, dx = rng.standard_normal((4, 3))
    value, tangent = gd.jvp(two)(({"a": a}, x), ({"a": da}, dx))
    assert value.keys() == tangent.keys() == {"total", "each"}
    np.testing.assert_allclose(tangent["each"][0], 2 * x * dx)
    expected = 2 * np.sum(a * x) * (np.sum(da * x) + np.sum(a * dx))
    np.testing.assert_allclose(tangent["total"], expected)
    weights = {"total": 0.7, "each": [dx, da]}
    _, (back_a, back_x) = gd.vjp(two)(({"a": a}, x), weights)
    left = np.sum(back_a["a"] * da) + np.sum(back_x * dx)
    right = 0.7 * tangent["total"] + np.sum(dx * tangent["each"][0]) + np.sum(da * da)
    np.testing.assert_allclose(left, right)


def test_what_is_fixed_has_nothing_to_say():
    def f(x, n, mode):
        return x**n if mode == "power" else x

    for nothing in (None, 0):
        _, tangent = gd.jvp(f)((X, 3, "power"), (ONES, nothing, None))
        np.testing.assert_allclose(tangent, 3 * X**2)
    _, image = gd.vjp(f)((X, 3, "power"), ONES)
    np.testing.assert_allclose(image[0], 3 * X**2)
    assert image[1:] == (None, None)
    _, (image,) = gd.vjp(lambda p: p.a**p.n)((Params(X),), ONES)
    assert isinstance(image, Params)
    assert image.n is None


def test_integer_arrays_have_zero_cotangents():
    index = np.array([0, 0, 2])
    _, (dx, di) = gd.vjp(lambda x, i: x[i])((X, index), ONES)
    np.testing.assert_array_equal(dx, [2.0, 0.0, 1.0])
    np.testing.assert_array_equal(di, np.zeros(3, int))
    assert di.dtype == index.dtype
    _, tangent = gd.jvp(lambda x, i: x[i])((X, index), (X, np.zeros(3, int)))
    np.testing.assert_array_equal(tangent, X[index])


def test_variadic_functions():
    def f(a, *rest):
        return a * rest[0] * rest[1]

    value, image = gd.vjp(f)((2.0, 3.0, 5.0), 1.0)
    assert float(value) == 30
    assert tuple(map(float, image)) == (15, 10, 6)
    value, tangent = gd.jvp(f)((2.0, 3.0, 5.0), (1.0, 1.0, 1.0))
    assert float(tangent) == 31


def test_a_result_that_is_an_argument_or_twice_the_same():
    value, image = gd.vjp(lambda x: (x, x))((X,), (ONES, X))
    np.testing.assert_array_equal(image[0], ONES + X)
    value[0][:] = 0
    assert X[0] == 1
    _, tangent = gd.jvp(lambda x, y: (x, x, np.ones(2)))((X, X), (ONES, X))
    np.testing.assert_array_equal(tangent[1], ONES)
    np.testing.assert_array_equal(tangent[2], np.zeros(2))


def test_single_precision_stays():
    x = X.astype(np.float32)
    value, (image,) = gd.vjp(lambda x: np.sin(x) * 0.1)((x,), np.ones(3, np.float32))
    assert value.dtype == image.dtype == np.float32
    value, tangent = gd.jvp(lambda x: np.sin(x) * 0.1)((x,), (x,))
    assert value.dtype == tangent.dtype == np.float32


@pytest.mark.parametrize("form", [gd.jvp, gd.vjp])
def test_mistakes(form):
    f = form(lambda p, x: p["a"] * x)
    with pytest.raises(GraphTypeError, match="a tuple with one entry per argument"):
        f(X, X)
    with pytest.raises(GraphTypeError, match=r"expected \(primals, "):
        f(({"a": X}, X))
    with pytest.raises(GraphTypeError, match="missing a required argument"):
        f(({"a": X},), X)


def test_vectors_that_do_not_fit():
    f = gd.jvp(lambda p, x: p["a"] * x)
    with pytest.raises(ShapeError, match=r"tangents.1: expected shape \(3,\), got \(2"):
        f(({"a": X}, X), ({"a": X}, np.ones(2)))
    with pytest.raises(GraphTypeError, match="expected the structure"):
        f(({"a": X}, X), ({"b": X}, X))
    with pytest.raises(GraphTypeError, match="expected the structure"):
        f(({"a": X}, X), X)
    with pytest.raises(GraphTypeError, match=r"expected an array for 'x'"):
        f(({"a": X}, X), ({"a": X}, [X]))
    with pytest.raises(ShapeError, match="cotangent: expected shape"):
        gd.vjp(np.sin)((X,), 1.0)


def test_parameters_are_those_of_the_form():
    assert str(inspect.signature(gd.jvp(np.sin))) == "(primals, tangents)"
    assert str(inspect.signature(gd.vjp(np.sin))) == "(primals, cotangent)"
    value, tangent = gd.jvp(np.sin)(tangents=(2.0,), primals=(0.0,))
    assert (float(value), float(tangent)) == (0, 2)
    graph = gd.trace(gd.vjp(np.sin), (gd.spec("n"),), gd.spec("n"))
    assert list(graph.inputs) == ["primals.0", "cotangent"]


def test_kinks_pass_through():
    for kinks, slope in [("mean", 0.0), ("right", 1.0), ("left", -1.0)]:
        _, tangent = gd.jvp(np.abs, kinks=kinks)((0.0,), (1.0,))
        assert float(tangent) == slope
        _, (image,) = gd.vjp(np.abs, kinks=kinks)((0.0,), 1.0)
        assert float(image) == slope


def test_forms_nest_in_any_order():
    sin, cos = np.sin, np.cos
    assert_close = np.testing.assert_allclose

    def total(x):
        return np.sum(sin(x))

    assert_close(gd.grad(lambda x: gd.jvp(sin)((x,), (2.0,))[1])(1.0), -2 * sin(1))
    assert_close(gd.jvp(gd.grad(total))((X,), (X,))[1], -X * sin(X))
    back = gd.vjp(lambda x: gd.vjp(sin)((x,), ONES)[1][0])
    assert_close(back((X,), ONES)[1][0], -sin(X))
    forth = gd.jvp(lambda x: gd.jvp(sin)((x,), (ONES,))[1])
    assert_close(forth((X,), (ONES,))[1], -sin(X))
    both = gd.vjp(lambda x: gd.jvp(sin)((x,), (ONES,))[1])
    assert_close(both((X,), ONES)[1][0], -sin(X))
    mixed = gd.jvp(lambda x: gd.vjp(sin)((x,), ONES)[1][0])
    assert_close(mixed((X,), (ONES,))[1], -sin(X))
    assert_close(cos(X), gd.jvp(sin)((X,), (ONES,))[1])


def test_perturbations_are_not_confused():
    # Siskind and Pearlmutter (2005): d/dx (x * d/dy (x + y)) is 1, not 2.
    def derivative(f, x):
        return gd.jvp(f)((x,), (1.0,))[1]

    assert float(derivative(lambda x: x * derivative(lambda y: x + y, 1.0), 1.0)) == 1
    assert float(derivative(lambda x: x * derivative(lambda y: x * y, x), 3.0)) == 6


def test_graphs_and_listings():
    vector = ({"a": gd.spec("n")}, gd.spec("n"))
    graph = gd.jvp(two).graph(vector, vector)
    assert list(graph.outputs) == ["each_0", "a", "total", "d_each_0", "d_a", "d_total"]
    assert graph.signature.result.spec is not None
    assert repr(gd.jvp(two)) == "<jvp of two>"
