"""What a function returns beside its value is handed on."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import GraphTypeError

X = np.array([1.0, 2.0, 3.0])


def loss(params, x):
    residual = params["a"] * x - 1
    return np.sum(residual**2), {"residual": residual, "parts": [np.sum(x), params]}


def test_value_aux_and_gradient():
    a = np.array([0.5, -1.0, 2.0])
    (value, aux), gradient = gd.value_and_grad(loss, has_aux=True)({"a": a}, X)
    expected, beside = loss({"a": a}, X)
    np.testing.assert_allclose(value, expected)
    np.testing.assert_allclose(aux["residual"], beside["residual"])
    np.testing.assert_allclose(aux["parts"][0], 6.0)
    np.testing.assert_array_equal(aux["parts"][1]["a"], a)
    np.testing.assert_allclose(gradient["a"], 2 * (a * X - 1) * X)
    again, extra = gd.grad(loss, has_aux=True)({"a": a}, X)
    np.testing.assert_array_equal(again["a"], gradient["a"])
    assert extra.keys() == aux.keys()


def test_several_and_in_a_trace():
    a = np.array([0.5, -1.0, 2.0])

    def outer(params, x):
        (value, aux), (d_x,) = gd.value_and_grad(loss, (1,), has_aux=True)(params, x)
        return value * np.sum(d_x) + np.sum(aux["residual"])

    residual = a * X - 1
    expected = np.sum(residual**2) * np.sum(2 * residual * a) + np.sum(residual)
    np.testing.assert_allclose(gd.value_and_grad(outer)({"a": a}, X)[0], expected)


def test_the_value_itself_and_nothing_beside():
    def f(x):
        y = np.sum(x**2)
        return y, (y, x)

    (value, aux), slope = gd.value_and_grad(f, has_aux=True)(X)
    assert float(value) == float(aux[0]) == 14
    np.testing.assert_array_equal(slope, 2 * X)
    slope, aux = gd.grad(lambda x: (np.sum(x), ()), has_aux=True)(X)
    assert aux == ()


def test_the_emitted_module():
    out = gd.value_and_grad(loss, has_aux=True).emit(
        {"a": gd.spec("n")}, gd.spec("n"), name="loss_and_grad"
    )
    (_, aux), gradient = out.load()({"a": X}, X)
    np.testing.assert_allclose(gradient["a"], 2 * (X * X - 1) * X)
    np.testing.assert_allclose(aux["residual"], X * X - 1)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (np.sum, "must return a pair, a number .* returns one array"),
        (lambda x: (np.sum(x), x, x), "must return a pair"),
        (lambda x: [np.sum(x), x], "must return a pair"),
        (lambda x: ((np.sum(x), x), x), "must return one number"),
    ],
)
def test_not_a_pair(f, message):
    with pytest.raises(GraphTypeError, match=message):
        gd.value_and_grad(f, has_aux=True)(X)
    with pytest.raises(GraphTypeError, match="has_aux: expected"):
        gd.grad(f, has_aux=1)
