"""The way in: what is converted, what is refused, and what the message says."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.emit import emit

s = gd.spec


def gradient_of(function: Any, *specs: Any, wrt: Any = None, **named: Any) -> Any:
    graph = gd.differentiate(gd.trace(function, *specs, **named), wrt=wrt)
    return emit(gd.simplify(graph)).load()


def weighted(X, w, scale):
    return np.sum(np.tanh(X @ w)) * np.exp(scale)


@pytest.fixture
def function():
    return gradient_of(weighted, s("batch,k"), s("k"), s(""))


X, w = np.ones((2, 3)), np.ones(3)


@pytest.mark.parametrize(
    "args",
    [
        (X.tolist(), w.tolist(), 0),
        (X.astype(np.float32), w.astype(bool), np.int32(0)),
        (np.asfortranarray(X), w[::-1], np.array(0.0)),
        (X.astype(">f8"), np.repeat(w, 2)[::2], False),
    ],
    ids=["lists", "safe casts", "layouts", "byte order"],
)
def test_what_loses_nothing_is_converted(function, args):
    value, gradient = function(*args)
    expected, wanted = function(X, w, 0.0)
    np.testing.assert_allclose(value, expected)
    for a, b in zip(gradient, wanted, strict=True):
        assert a.dtype == np.float64
        np.testing.assert_allclose(a, b)


@pytest.mark.parametrize(
    ("args", "kind", "message"),
    [
        ((X + 1j, w, 0.0), TypeError, "X: complex128"),
        ((X, ["a", "b", "c"], 0.0), TypeError, "w: <U1"),
        ((X, [None, 1, 2], 0.0), TypeError, "w: object"),
        ((X, w, "1"), TypeError, "scale: <U1"),
        ((X, [[1.0], [2.0, 3.0]], 0.0), TypeError, "w: not an array: .*inhomog"),
        ((np.ma.masked_array(X), w, 0.0), TypeError, "X: masked"),
        ((X, w, w), ValueError, "scale: expected a number"),
        ((w, w, 0.0), ValueError, r"X: expected shape \(batch, k\), got \(3,\)"),
        (
            (X, np.ones(4), 0.0),
            ValueError,
            r"w: expected shape \(3,\), got \(4,\), where k = 3",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(function, args, kind, message):
    with pytest.raises(kind, match=message):
        function(*args)


def test_float32_takes_numbers_but_no_wider_arrays():
    function = gradient_of(lambda x: np.sum(x**2), s("n", np.float32))
    value, gradient = function([1.0, 2.0])
    assert value.dtype == gradient.dtype == np.float32
    with pytest.raises(TypeError, match="x: float64"):
        function(np.ones(2))


def test_integers_may_be_of_another_width_but_not_fractions():
    function = gradient_of(lambda x, i: np.sum(x[i]), s("n"), s("k", np.int64), wrt="x")
    _, gradient = function([1.0, 2.0, 3.0], np.array([0, 2], np.uint8))
    np.testing.assert_array_equal(gradient, [1, 0, 1])
    with pytest.raises(TypeError, match="i: float64"):
        function([1.0, 2.0, 3.0], [0.5])


Layer = namedtuple("Layer", "W b")


@dataclass
class Model:
    layers: list
    scale: float
    kind: str = "tanh"


def predict(model, x, /, steps, *more, extra, **rest):
    for layer in model.layers:
        x = np.tanh(x @ layer.W + layer.b)
    total = np.sum(x) * model.scale + extra["a b"] + rest["last"]
    return total * steps + sum(np.sum(m) for m in more)


def test_nests_and_every_kind_of_parameter():
    layers = [Layer(s("2,h"), s("h")), Layer(s("h,1"), s("1"))]
    graph = gd.trace(
        predict,
        Model(layers, s("")),
        s("n,2"),
        3,
        s("2"),
        extra={"a b": s("")},
        last=s(""),
    )
    made = emit(gd.simplify(gd.differentiate(graph, wrt="model")))
    assert "def predict_and_grad(model, x, /, steps, *more, extra, **rest):" in (
        made.source
    )
    first, last = Layer(np.ones((2, 4)), np.ones(4)), Layer(np.ones((4, 1)), np.ones(1))
    model, x, more = Model([first, last], 2.0), np.ones((3, 2)), np.array([1.0, 2.0])
    named = {"extra": {"a b": 1}, "last": 2}
    value, gradient = made.load()(model, x, 3, more, **named)
    assert value == pytest.approx(predict(model, x, 3, more, **named))
    assert isinstance(gradient, Model)
    assert isinstance(gradient.layers[0], Layer)
    assert gradient.layers[0].W.shape == (2, 4)
    with pytest.raises(ValueError, match="steps: this code holds for 3 only"):
        made.load()(model, x, 4, more, **named)
    three = Model([first, last, last], 2.0)
    with pytest.raises(ValueError, match=r"model.layers: expected 2 entries, got 3"):
        made.load()(three, x, 3, more, **named)
