"""Pooling: the definition, JAX's numbers, ties, masks, sizes by name, errors."""

import itertools
import warnings
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import ShapeError

NAMES = ["max_pool", "min_pool", "sum_pool", "avg_pool"]
REDUCE = {"max_pool": np.max, "min_pool": np.min, "sum_pool": np.sum}
FILL = {"max_pool": -np.inf, "min_pool": np.inf}


def by_definition(
    name: str, x: Any, window: int, stride: int, pad: int, dilation: int
) -> Any:
    sides = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    x = np.pad(x, sides, constant_values=FILL.get(name, 0))
    reach = dilation * (window - 1) + 1
    y = np.zeros((*x.shape[:2], *((n - reach) // stride + 1 for n in x.shape[2:])))
    for i, j in np.ndindex(y.shape[2:]):
        rows, columns = (
            slice(a * stride, a * stride + reach, dilation) for a in (i, j)
        )
        part = x[:, :, rows, columns]
        y[:, :, i, j] = REDUCE.get(name, np.mean)(part, axis=(2, 3))
    return y


@pytest.mark.parametrize("name", NAMES)
def test_is_its_definition(name: str) -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 8, 7))
    for numbers in itertools.product((2, 3), (1, 2, 3), (0, 1), (1, 2)):
        found = getattr(gd.nn, name)(x, *numbers)
        np.testing.assert_allclose(found, by_definition(name, x, *numbers), atol=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES[:3])
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_values_and_gradients_are_jaxs(name: str, rank: int, padding: str) -> None:
    jax = pytest.importorskip("jax")
    lax, x = jax.lax, np.random.default_rng(0).normal(size=(2, 3, *(7, 6, 5)[:rank]))
    combine = {"max_pool": lax.max, "min_pool": lax.min, "sum_pool": lax.add}[name]
    start = {"max_pool": -np.inf, "min_pool": np.inf, "sum_pool": 0.0}[name]

    def theirs(x: Any) -> Any:
        window, stride = (1, 1, *(3, 2, 2)[:rank]), (1, 1, *(2, 1, 2)[:rank])
        return lax.reduce_window(x, start, combine, window, stride, padding)

    def ours(x: Any) -> Any:
        f = getattr(gd.nn, name)
        return f(x, (3, 2, 2)[:rank], (2, 1, 2)[:rank], padding.lower())

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        value = theirs(jax.numpy.asarray(x))
        weights = np.random.default_rng(1).normal(size=value.shape)
        expected = jax.grad(lambda x: (theirs(x) * weights).sum())(x)
    finally:
        jax.config.update("jax_enable_x64", before)
    np.testing.assert_allclose(ours(x), value)
    found = gd.grad(lambda x: np.sum(ours(x) * weights))(x)
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("kinks", "expected"),
    [
        ("mean", [0.5, 0, 0.5, 0.5, 0.5, 0]),
        ("right", [1, 0, 0, 1, 0, 0]),
        ("left", [0, 0, 1, 0, 1, 0]),
        ("zero", [0, 0, 0, 0, 0, 0]),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_ties_share(kinks: str, expected: Any, sign: int) -> None:
    x = sign * np.array([[[2.0, 1.0, 2.0, 3.0, 3.0, 0.0]]])
    pool = gd.nn.max_pool if sign == 1 else gd.nn.min_pool
    form = gd.grad(lambda x: np.sum(pool(x, 3)), kinks=kinks)
    np.testing.assert_array_equal(form(x)[0, 0], expected)
    np.testing.assert_array_equal(form.emit(x, name="f").load()(x)[0, 0], expected)


def test_infinities_stay_where_they_belong() -> None:
    x = np.array([[[0.0, -1.0, 4.0, 1.0]]])
    with np.errstate(divide="ignore"):
        found = gd.grad(lambda x: np.sum(np.sqrt(gd.nn.max_pool(x, 2))))(x)
    np.testing.assert_array_equal(found, [[[np.inf, 0, 0.25, 0]]])


@pytest.mark.parametrize("name", NAMES)
def test_what_a_mask_discards_upstream_stays_silent(name: str) -> None:
    """The slope of sqrt is infinite at 0, and NaN beyond; the mask leaves both out."""
    pool = getattr(gd.nn, name)
    rng = np.random.default_rng(0)
    x = rng.uniform(0.5, 2, (2, 2, 6, 6)) * rng.choice([-1.0, 0.0, 1.0], (2, 2, 6, 6))
    mask, safe = x > 0, np.where(x > 0, x, 1.0)

    def left(x: Any) -> Any:
        return np.sum(pool(np.where(x > 0, np.sqrt(x), 0.1), 3, 2, 1) ** 3)

    def right(x: Any) -> Any:
        return np.sum(pool(np.where(mask, np.sqrt(x), 0.1), 3, 2, 1) ** 3)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for order in range(3):
            left, right = gd.grad(left), gd.grad(right)
            expected = np.where(mask, right(safe), 0)
            np.testing.assert_allclose(left(x), expected, atol=1e-9)
            emitted = left.emit(x, name=f"d{order}").load()
            np.testing.assert_allclose(emitted(x), expected, atol=1e-9)
            left, right = [lambda x, k=k: np.sum(k(x) ** 2) for k in (left, right)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("batch", [0, 2])
def test_sizes_by_name(name: str, batch: int) -> None:
    pool = getattr(gd.nn, name)
    form = gd.value_and_grad(lambda x: np.sum(pool(x, 3, 2, "same") ** 2))
    graph = form.graph(gd.spec("batch,c,h,w"))
    for sizes in ((5, 6), (8, 1)):
        x = np.random.default_rng(0).normal(size=(batch, 2, *sizes))
        value, gradient = form(x)
        for found in (gd.emit(graph, name="f").load()(x), gd.compile(graph)(x)):
            np.testing.assert_allclose(found[0], value)
            np.testing.assert_allclose(found[1], gradient)


@pytest.mark.parametrize("name", NAMES)
def test_float32_stays(name: str) -> None:
    x = np.random.default_rng(0).normal(size=(1, 2, 4, 4)).astype(np.float32)
    f = getattr(gd.nn, name)
    form = gd.grad(lambda x: np.sum(f(x, 2) ** 2))
    assert f(x, 2).dtype == form(x).dtype == np.float32
    assert gd.grad(lambda x: np.sum(form(x) ** 2))(x).dtype == np.float32


def test_says_what_does_not_fit() -> None:
    x = gd.var("x", "batch,3,8,8")
    with pytest.raises(ShapeError, match=r"window of \(9, 9\).* into \(8, 8\)"):
        gd.nn.max_pool(x, 9)
    with pytest.raises(ShapeError, match=r"test_nn_pooling\.py"):
        gd.nn.max_pool(x, 9)
    with pytest.raises(ShapeError, match=r"padding=2 makes windows of padding alone"):
        gd.nn.avg_pool(x, 2, padding=2)
    with pytest.raises(ShapeError, match=r"max_pool: window=\(2, 2, 2\) has 3 entries"):
        gd.nn.max_pool(x, (2, 2, 2))
    with pytest.raises(ShapeError, match=r"one to three spatial axes; got.* \(4,\)"):
        gd.nn.sum_pool(np.ones(4), 2)


def test_cost_counts_each_tap_in_each_place() -> None:
    graph = gd.trace(lambda x: gd.nn.max_pool(x, (2, 3)), gd.spec("n,3,8,9"))
    assert str(graph.cost().total) == f"{2 * 3 * 3 * 4 * 3} * n"
