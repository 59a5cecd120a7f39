"""Activations and losses: definitions, extremes, and what they refuse."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

import graphdiff as gd
from graphdiff.errors import DTypeError, GraphIndexError, ShapeError

INF = np.inf
FAR = np.array([-INF, -1e308, -1e3, -40.0, -1e-300, 0.0, 1e-300, 40.0, 1e3, 1e308, INF])


def run(f: Callable[..., Any], *args: Any) -> Any:
    """The value through a graph."""
    xs = [gd.var(f"x{i}", a.shape, a.dtype) for i, a in enumerate(args)]
    graph = gd.Graph(
        inputs={f"x{i}": x for i, x in enumerate(xs)}, outputs={"y": f(*xs)}
    )
    return gd.evaluate(graph, {f"x{i}": a for i, a in enumerate(args)})["y"]


def slope(f: Callable[..., Any], x: np.ndarray, kinks: str = "mean") -> Any:
    def gradient(x: Any) -> Any:
        return gd.gradients(np.sum(f(x)), [x], kinks=kinks)[0]

    return run(gradient, x)


@pytest.mark.parametrize(
    ("ours", "reference"),
    [
        (gd.nn.sigmoid, special.expit),
        (gd.nn.softplus, lambda x: np.logaddexp(x, 0)),
        (gd.nn.relu, lambda x: np.where(x > 0, x, 0)),
    ],
)
def test_activations_at_both_ends(ours: Any, reference: Any) -> None:
    for value in (ours(FAR), run(ours, FAR)):
        np.testing.assert_allclose(value, reference(FAR), rtol=1e-15, atol=0)


def test_slopes_of_activations_at_both_ends() -> None:
    ends = FAR[1:-1]
    np.testing.assert_allclose(slope(gd.nn.softplus, ends), special.expit(ends))
    s = special.expit(ends)
    np.testing.assert_allclose(slope(gd.nn.sigmoid, ends), s * (1 - s), atol=1e-17)
    np.testing.assert_array_equal(slope(gd.nn.relu, ends), (ends > 0).astype(float))


def test_relu_has_slope_0_at_0_unless_asked() -> None:
    x = np.array([0.0, -0.0])
    for kinks, expected in (("mean", 0), ("right", 1), ("left", 0), ("zero", 0)):
        np.testing.assert_array_equal(slope(gd.nn.relu, x, kinks), expected)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
def test_softmax_family_is_scipys(axis: Any) -> None:
    x = np.array([[1000.0, 999.0, -1000.0], [-1000.0, -1000.0, 0.5]])
    for ours, theirs in (
        (gd.nn.softmax, special.softmax),
        (gd.nn.log_softmax, special.log_softmax),
        (gd.nn.logsumexp, special.logsumexp),
    ):
        expected = theirs(x, axis=axis)
        np.testing.assert_allclose(ours(x, axis=axis), expected, rtol=1e-13)
        through = run(lambda x, f=ours: f(x, axis=axis), x)
        np.testing.assert_allclose(through, expected, rtol=1e-13)


def test_logsumexp_of_nothing_but_minus_infinity() -> None:
    x = np.full((2, 3), -INF)
    x[1, 0] = 2.0
    np.testing.assert_array_equal(gd.nn.logsumexp(x, axis=1), [-INF, 2.0])
    gradient = slope(lambda x: gd.nn.logsumexp(x, axis=1), x)
    np.testing.assert_array_equal(gradient, [[0, 0, 0], [1, 0, 0]])


def test_logsumexp_of_infinity() -> None:
    x = np.array([INF, 1.0, -INF])
    assert gd.nn.logsumexp(x) == INF
    assert np.isnan(gd.nn.logsumexp(np.array([np.nan, 1.0])))


@pytest.mark.parametrize("name", ["sigmoid", "relu", "softplus", "softmax"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_dtypes_are_kept(name: str, dtype: Any) -> None:
    f = getattr(gd.nn, name)
    x = np.array([-1.0, 0.5], dtype)
    assert f(x).dtype == run(f, x).dtype == slope(f, x).dtype == dtype


@pytest.mark.parametrize(
    "name", ["sigmoid", "relu", "softplus", "softmax", "logsumexp"]
)
def test_lists_and_integers_become_float64(name: str) -> None:
    f = getattr(gd.nn, name)
    expected = f(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(f([1, 2]), expected)
    np.testing.assert_array_equal(run(f, np.array([1, 2])), expected)
    assert f([1, 2]).dtype == np.float64


def test_cross_entropy_is_the_mean_negative_log_likelihood() -> None:
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=(5, 4)) * 100, np.array([3, 0, 0, 2, 1])
    expected = -np.mean(special.log_softmax(x, axis=1)[np.arange(5), k])
    for labels in (k, k.astype(np.uint8), k.astype(np.int32), list(k)):
        np.testing.assert_allclose(gd.nn.cross_entropy(x, labels), expected)
    np.testing.assert_allclose(run(gd.nn.cross_entropy, x, k), expected)
    constant = run(lambda x: gd.nn.cross_entropy(x, k), x)
    np.testing.assert_allclose(constant, expected)
    mixed = run(lambda k: gd.nn.cross_entropy(x, k), k)
    np.testing.assert_allclose(mixed, expected)


def test_gradient_of_cross_entropy_is_softmax_minus_one_hot() -> None:
    x, k = np.random.default_rng(0).normal(size=(5, 4)), np.array([3, 0, 0, 2, 1])
    found = slope(lambda x: gd.nn.cross_entropy(x, k), x)
    expected = (special.softmax(x, axis=1) - np.eye(4)[k]) / 5
    np.testing.assert_allclose(found, expected, atol=1e-16)


def test_cross_entropy_over_a_middle_axis() -> None:
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=(2, 4, 3)), rng.integers(0, 4, (2, 3))
    expected = gd.nn.cross_entropy(np.moveaxis(x, 1, -1), k)
    np.testing.assert_allclose(gd.nn.cross_entropy(x, k, axis=1), expected)
    through = run(lambda x, k: gd.nn.cross_entropy(x, k, axis=-2), x, k)
    np.testing.assert_allclose(through, expected)


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_cross_entropy_for_any_batch(batch: int) -> None:
    logits, labels = gd.var("logits", "batch,4"), gd.var("labels", "batch", np.uint8)
    y = gd.nn.cross_entropy(logits, labels)
    (g,) = gd.gradients(y, [logits])
    graph = gd.Graph({"logits": logits, "labels": labels}, {"y": y, "g": g})
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=(batch, 4)), rng.integers(0, 4, batch).astype(np.uint8)
    found = gd.evaluate(graph, {"logits": x, "labels": k})
    np.testing.assert_allclose(found["y"], gd.nn.cross_entropy(x, k))
    expected = (special.softmax(x, axis=1) - np.eye(4)[k]) / batch
    np.testing.assert_allclose(found["g"], expected, atol=1e-15)


def test_cross_entropy_says_what_it_wants() -> None:
    x = gd.var("x", "batch,4")
    with pytest.raises(DTypeError, match=r"labels must be integers, got float64"):
        gd.nn.cross_entropy(x, gd.var("k", "batch"))
    with pytest.raises(ShapeError, match=r"\(rows,\) do not fit.*\(batch, 4\)"):
        gd.nn.cross_entropy(x, gd.var("k", "rows", np.int64))
    with pytest.raises(ShapeError, match=r"test_nn\.py"):
        gd.nn.cross_entropy(x, np.array([[1, 2]]))
    with pytest.raises(ShapeError, match="axis 2"):
        gd.nn.cross_entropy(x, gd.var("k", "batch", np.int64), axis=2)
    with pytest.raises(DTypeError, match="complex"):
        gd.nn.sigmoid(np.array([1j]))


def test_a_label_out_of_range_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        gd.nn.cross_entropy(np.zeros((1, 3)), np.array([3]))
    with pytest.raises(IndexError):
        run(gd.nn.cross_entropy, np.zeros((1, 3)), np.array([3]))
    with pytest.raises(GraphIndexError):
        gd.nn.cross_entropy(gd.var("x", "1,3"), np.array([3]))


@pytest.mark.parametrize("name", ["sigmoid", "relu", "softmax", "logsumexp"])
def test_what_is_not_an_array_is_refused_by_name(name: str) -> None:
    with pytest.raises(TypeError, match=f"gd.nn.{name}: expected an array"):
        getattr(gd.nn, name)(None)
