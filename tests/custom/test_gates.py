"""Gradients stopped, scaled and clipped at a node."""

from typing import Any

import numpy as np
import pytest

import graphdiff as gd

X = np.array([0.1, 3.0, -2.0])


def slope(f: Any, x: Any = X) -> Any:
    """The gradient of the sum of `f`, the same in all ways to run."""
    form = gd.grad(lambda x: np.sum(f(x)))
    found = form(x)
    np.testing.assert_allclose(form.emit(x).load()(x), found)
    np.testing.assert_allclose(form.emit(x, style="fast").load()(x), found)
    return found


def test_a_stopped_gradient_is_a_constant_in_both_modes():
    def f(x: Any) -> Any:
        return x * gd.stop_gradient(np.sin(x))

    np.testing.assert_allclose(slope(f), np.sin(X))
    _, pushed = gd.jvp(f)((X,), (np.ones(3),))
    np.testing.assert_allclose(pushed, np.sin(X))
    graph = gd.trace(lambda x: np.sum(f(x)), X)
    np.testing.assert_allclose(gd.backprop(graph, {"x": X})["x"], np.sin(X))
    second = gd.grad(lambda x: np.sum(gd.grad(lambda x: np.sum(f(x)))(x)))
    np.testing.assert_allclose(second(X), 0)


def test_nests_and_integers_stop_too():
    def f(p: Any) -> Any:
        q = gd.stop_gradient(p)
        assert q["name"] == "w"
        return np.sum(p["w"] * q["w"]) + np.sum(q["n"])

    p = {"w": X, "n": np.arange(3), "name": "w"}
    np.testing.assert_allclose(gd.grad(f, wrt="p.w")(p), X)
    assert gd.stop_gradient(p) == p


def test_a_scaled_gradient_and_its_reversal():
    np.testing.assert_allclose(slope(lambda x: gd.scale_gradient(x, -1) ** 2), -2 * X)
    np.testing.assert_allclose(slope(lambda x: gd.scale_gradient(x, X) ** 2), 2 * X * X)
    _, pushed = gd.jvp(lambda x: gd.scale_gradient(x, 0.5) ** 2)((X,), (np.ones(3),))
    np.testing.assert_allclose(pushed, X)

    def nest(x: Any) -> Any:
        p = gd.scale_gradient({"a": x, "b": [x * 2]}, 10.0)
        return p["a"] + p["b"][0]

    np.testing.assert_allclose(slope(nest), np.full(3, 30.0))


def test_clipping_by_entry():
    def f(x: Any) -> Any:
        return gd.clip_gradient(x, -1.0, 2.0) ** 2

    np.testing.assert_allclose(slope(f), [0.2, 2.0, -1.0])
    np.testing.assert_allclose(
        slope(lambda x: gd.clip_gradient(x, high=1.0) ** 2), [0.2, 1.0, -4.0]
    )
    single = X.astype(np.float32)
    assert slope(f, single).dtype == np.float32


def test_clipping_by_length_over_all_of_a_nest():
    def f(x: Any) -> Any:
        p = gd.clip_gradient({"a": x, "b": x}, norm=2.0)
        return p["a"] * 3 + p["b"] * 4

    wanted = np.full(3, 7.0) * 2 / np.sqrt(3 * 25)
    np.testing.assert_allclose(slope(f), wanted)
    np.testing.assert_allclose(slope(lambda x: gd.clip_gradient(x, norm=9.0) * 0), 0)
    np.testing.assert_allclose(slope(lambda x: gd.clip_gradient(x, norm=9) * 2), 2)


def test_what_cannot_be_is_refused():
    with pytest.raises(gd.GraphValueError, match="bounds"):
        gd.clip_gradient(X)
    with pytest.raises(gd.GraphValueError, match="not both"):
        gd.clip_gradient(X, -1, 1, norm=2.0)
    with pytest.raises(gd.GraphValueError, match="norm: expected more than 0"):
        gd.clip_gradient(X, norm=0)
    with pytest.raises(gd.GraphValueError, match="low: expected at most"):
        gd.clip_gradient(X, 2, 1)


def test_forward_mode_has_nothing_to_clip():
    def f(x: Any) -> Any:
        p = gd.clip_gradient({"a": x, "b": 2 * x}, norm=1e-3)
        return p["a"] * p["b"]

    _, pushed = gd.jvp(f)((X,), (np.ones(3),))
    np.testing.assert_allclose(pushed, 4 * X)
    hessian = gd.hessian(lambda x: np.sum(gd.clip_gradient(x, -1.0, 1.0) ** 3))
    np.testing.assert_allclose(hessian(X), np.diag([6 * X[0], 0, 0]))
