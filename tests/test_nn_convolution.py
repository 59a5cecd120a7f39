"""Convolutions: the definition, JAX's numbers, masks, sizes by name, errors."""

import itertools
import warnings
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import GraphTypeError, ShapeError, UnsupportedError

conv2d = gd.nn.conv2d


def by_definition(x: Any, w: Any, stride: int, pad: int, dilation: int) -> Any:
    """The sum of its docstring, entry by entry."""
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    reach = [dilation * (k - 1) + 1 for k in w.shape[2:]]
    sizes = [(n - r) // stride + 1 for n, r in zip(x.shape[2:], reach, strict=True)]
    y = np.zeros((len(x), len(w), *sizes))
    for n, f, i, j in np.ndindex(y.shape):
        rows = slice(i * stride, i * stride + reach[0], dilation)
        columns = slice(j * stride, j * stride + reach[1], dilation)
        y[n, f, i, j] = np.sum(x[n, :, rows, columns] * w[f])
    return y


GRID = list(itertools.product((1, 2, 3), (0, 1, 2), (1, 2)))


@pytest.mark.parametrize(("stride", "padding", "dilation"), GRID)
def test_is_its_definition(stride: int, padding: int, dilation: int) -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(4, 3, 3, 2))
    expected = by_definition(x, w, stride, padding, dilation)
    found = conv2d(x, w, stride, padding, dilation)
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("padding", [0, 1, "same"])
@pytest.mark.parametrize("groups", [1, 2])
def test_transpose_is_transposed(
    stride: int, dilation: int, padding: Any, groups: int
) -> None:
    rng = np.random.default_rng(0)
    w = rng.normal(size=(4, 6 // groups, 3))
    y = rng.normal(size=(2, 4, 5))
    back = gd.nn.conv_transpose1d(y, w, stride, padding, 0, dilation, groups)
    x = rng.normal(size=back.shape)
    forth = gd.nn.conv1d(x, w, stride, padding, dilation, groups)
    assert forth.shape == y.shape
    assert np.sum(forth * y) == pytest.approx(np.sum(x * back))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rank", "groups", "padding", "stride", "dilation"),
    [
        (1, 1, "SAME", 2, 1),
        (1, 4, "pairs", 1, 2),
        (2, 1, "VALID", 1, 1),
        (2, 1, "SAME", 3, 2),
        (2, 2, "pairs", 2, 2),
        (2, 4, "SAME", 2, 1),
        (3, 1, "pairs", 2, 1),
        (3, 2, "SAME", 1, 2),
    ],
)
def test_values_and_gradients_are_jaxs(
    rank: int, groups: int, padding: str, stride: int, dilation: int
) -> None:
    jax = pytest.importorskip("jax")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 4, *(7, 6, 5)[:rank]))
    w = rng.normal(size=(8, 4 // groups, *(3, 2, 2)[:rank]))
    pairs = ((1, 0), (2, 1), (0, 1))[:rank]
    ours = getattr(gd.nn, f"conv{rank}d")
    pad = pairs if padding == "pairs" else padding.lower()
    names = ("NCHWD"[: rank + 2], "OIHWD"[: rank + 2], "NCHWD"[: rank + 2])

    def theirs(x: Any, w: Any) -> Any:
        return jax.lax.conv_general_dilated(
            x,
            w,
            (stride,) * rank,
            pairs if padding == "pairs" else padding,
            rhs_dilation=(dilation,) * rank,
            dimension_numbers=names,
            feature_group_count=groups,
            precision="highest",
        )

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        value = theirs(x, w)
        weights = rng.normal(size=value.shape)
        expected = jax.grad(lambda *a: (theirs(*a) * weights).sum(), (0, 1))(x, w)
    finally:
        jax.config.update("jax_enable_x64", before)
    np.testing.assert_allclose(ours(x, w, stride, pad, dilation, groups), value)
    loss = gd.grad(
        lambda x, w: np.sum(ours(x, w, stride, pad, dilation, groups) * weights),
        wrt=(0, 1),
    )
    for mine, other in zip(loss(x, w), expected, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-10)


def network(w: Any, v: Any, x: Any) -> Any:
    h = np.tanh(conv2d(x, w, padding="same", stride=2))
    return np.sum(conv2d(h, v, dilation=2) ** 2)


@pytest.mark.parametrize("batch", [0, 1, 3])
@pytest.mark.parametrize("size", [8, 11])
def test_sizes_by_name(batch: int, size: int) -> None:
    rng = np.random.default_rng(0)
    w, v = rng.normal(size=(4, 2, 3, 3)), rng.normal(size=(3, 4, 2, 2))
    x = rng.normal(size=(batch, 2, size, 9))
    named = gd.value_and_grad(network, wrt=(0, 1, 2))
    specs = gd.spec("f,c,k,k"), gd.spec("3,f,2,2"), gd.spec("batch,c,h,w")
    graph = named.graph(*specs)
    module = gd.emit(graph, name="network_and_grad").load()
    value, gradients = named(w, v, x)
    for found in (module(w, v, x), gd.compile(graph)(w, v, x)):
        np.testing.assert_allclose(found[0], value)
        for mine, other in zip(found[1], gradients, strict=True):
            assert mine.shape == other.shape
            np.testing.assert_allclose(mine, other, atol=1e-12)
    table = gd.backprop(gd.trace(network, *specs), {"w": w, "v": v, "x": x})
    np.testing.assert_allclose(table["x"], gradients[2], atol=1e-12)


def test_a_window_that_does_not_fit_a_named_size_is_an_error_when_met() -> None:
    graph = gd.trace(lambda x, w: conv2d(x, w), gd.spec("1,1,h,h"), gd.spec("1,1,3,3"))
    f = gd.emit(graph, name="f").load()
    assert f(np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 3))).shape == (1, 1, 1, 1)
    for call in (f, lambda x, w: gd.evaluate(graph, {"x": x, "w": w})):
        with pytest.raises(ValueError, match=r"h >= 3.*h = 2"):
            call(np.ones((1, 1, 2, 2)), np.ones((1, 1, 3, 3)))


def test_float32_stays() -> None:
    w, v = np.ones((4, 2, 3, 3), np.float32), np.ones((3, 4, 2, 2), np.float32)
    value, gradients = gd.value_and_grad(network, wrt=(0, 1, 2))(
        w, v, np.ones((1, 2, 6, 6), np.float32)
    )
    assert {value.dtype, *(g.dtype for g in gradients)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("options", [{}, {"stride": 2}, {"padding": 1, "dilation": 2}])
def test_what_a_mask_discards_upstream_stays_silent(options: Any) -> None:
    """The slope of sqrt is infinite at 0, and NaN beyond; the mask leaves both out."""

    def f(x: Any, w: Any) -> Any:
        return np.sum(conv2d(np.where(x > 0, np.sqrt(x), 0.0), w, **options) ** 2)

    rng = np.random.default_rng(0)
    x = rng.choice([-1.0, 0.0, 1.0, 2.0], (2, 2, 6, 6))
    w = rng.normal(size=(3, 2, 2, 2))
    safe = np.where(x > 0, x, 1.0)

    def g(x: Any, w: Any) -> Any:
        return np.sum(conv2d(np.where(mask, np.sqrt(x), 0.0), w, **options) ** 2)

    mask = x > 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        left, right = f, g
        for order in range(3):
            left, right = gd.grad(left), gd.grad(right)
            expected = np.where(mask, right(safe, w), 0)
            np.testing.assert_allclose(left(x, w), expected, atol=1e-9)
            emitted = left.emit(x, w, name=f"d{order}").load()
            np.testing.assert_allclose(emitted(x, w), expected, atol=1e-9)
            scalar = [lambda x, w, k=k: np.sum(k(x, w) ** 2) for k in (left, right)]
            left, right = scalar


def test_a_pixel_that_no_window_meets_has_slope_0() -> None:
    x = np.ones((1, 1, 4, 4))
    x[..., 3] = 0.0  # where the slope of sqrt is infinite
    w = np.ones((1, 1, 1, 1))
    found = gd.grad(lambda x: np.sum(conv2d(np.sqrt(x), w, stride=2)))(x)
    expected = np.zeros((4, 4))
    expected[::2, ::2] = 0.5
    np.testing.assert_array_equal(found[0, 0], expected)


def test_emitted_code_reads_well() -> None:
    def loss(w: Any, x: Any) -> Any:
        z = conv2d(x, w, padding="same")
        return np.sum(z**2)

    specs = gd.spec("8,3,3,3"), gd.spec("batch,3,32,32")
    source = gd.value_and_grad(loss).emit(*specs).source
    for line in (
        "columns_x = _columns(x, (3, 3), padding=1)",
        "w.reshape(8, 27) @ columns_x",
    ):
        assert line in source
    assert source.count(" = _columns(") == 1


def test_cost_is_that_of_the_products() -> None:
    specs = gd.spec("n,3,32,32"), gd.spec("8,3,3,3")
    graph = gd.trace(lambda x, w: conv2d(x, w, padding="same"), *specs)
    assert str(graph.cost().total) == f"{2 * 8 * 27 * 32 * 32} * n"


def test_says_what_does_not_fit() -> None:
    x, w = gd.var("x", "batch,3,8,8"), gd.var("w", "6,4,3,3")
    with pytest.raises(ShapeError, match=r"\(batch, 3, 8, 8\) has 3 ch.* is for 4"):
        conv2d(x, w)
    with pytest.raises(ShapeError, match=r"test_nn_convolution\.py"):
        conv2d(x, w)
    with pytest.raises(ShapeError, match="is for 4 in each of 2 groups"):
        conv2d(x, w, groups=2)
    with pytest.raises(ShapeError, match="6 filters do not fall into 4 groups"):
        conv2d(gd.var("x", "1,16,8,8"), w, groups=4)
    with pytest.raises(ShapeError, match=r"window of \(3, 3\).* into \(2, 2\)"):
        conv2d(np.ones((1, 4, 2, 2)), w)
    with pytest.raises(ShapeError, match=r"w is laid out as .* got shape \(3, 3\)"):
        conv2d(x, np.ones((3, 3)))
    with pytest.raises(ShapeError, match="stride=0 must be at least 1"):
        conv2d(x, w, stride=0)
    with pytest.raises(ShapeError, match="stride must be an integer"):
        conv2d(x, w, 1.5)
    with pytest.raises(GraphTypeError, match=r"padding=.* 3 entries for 2 spatial"):
        conv2d(x, np.ones((6, 3, 3, 3)), padding=(1, 1, 1))
    with pytest.raises(UnsupportedError, match=r"'circular'.* pad with np.pad"):
        conv2d(x, np.ones((6, 3, 3, 3)), padding="circular")
    with pytest.raises(ShapeError, match=r"bias of shape \(5,\).* 6 channels"):
        conv2d(x, np.ones((6, 3, 3, 3)), bias=np.ones(5))
    with pytest.raises(ShapeError, match="output_padding=2 must be below the stride"):
        gd.nn.conv_transpose2d(x, np.ones((3, 1, 2, 2)), 2, output_padding=2)
