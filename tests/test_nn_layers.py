"""Activations, normalisation, attention, losses: extremes, slopes at kinks, JAX's."""

from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import DTypeError, GraphValueError, ShapeError

nn = gd.nn
FAR = np.array([-1e100, -1e3, -40.0, 0.0, 40.0, 1e3])
ACTIVATIONS = [
    "leaky_relu",
    "relu6",
    "elu",
    "celu",
    "selu",
    "gelu",
    "silu",
    "swish",
    "mish",
    "hard_tanh",
    "hard_sigmoid",
    "hard_swish",
    "softsign",
    "log_sigmoid",
]


def slope(f: Any, x: Any, **options: Any) -> Any:
    return gd.grad(lambda x: np.sum(f(x)), **options)(x)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_finite_and_silent_far_out(name: str) -> None:
    f = getattr(nn, name)
    value, first = f(FAR), slope(f, FAR)
    second = slope(lambda x: slope(f, x), FAR)
    assert np.all(np.isfinite([value, first, second]))


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in ACTIVATIONS if n != "swish"])
def test_activations_are_jaxs(name: str) -> None:
    jax = pytest.importorskip("jax")
    theirs = {"softsign": "soft_sign"}.get(name, name)
    g = getattr(jax.nn, theirs)
    if name == "gelu":
        g = lambda x: jax.nn.gelu(x, approximate=False)  # noqa: E731
    x = np.linspace(-5.1, 5.2, 40)
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        expected, steep = g(x), jax.grad(lambda x: g(x).sum())(x)
    finally:
        jax.config.update("jax_enable_x64", before)
    f = getattr(nn, name)
    np.testing.assert_allclose(f(x), expected, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(slope(f, x), steep, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        ("leaky_relu", 0.0, 0.01),
        ("elu", 0.0, 1.0),
        ("celu", 0.0, 1.0),
        ("selu", 0.0, 1.7580993408473768),
        ("relu6", 0.0, 0.0),
        ("relu6", 6.0, 0.5),
        ("hard_tanh", 1.0, 0.5),
        ("hard_tanh", -1.0, 0.5),
        ("hard_sigmoid", 3.0, 1 / 12),
        ("hard_swish", 3.0, 1.25),
        ("hard_swish", -3.0, -0.25),
        ("softsign", 0.0, 1.0),
    ],
)
def test_slopes_at_kinks_are_those_of_the_table(
    name: str, at: float, expected: float
) -> None:
    assert slope(getattr(nn, name), np.array([at]))[0] == pytest.approx(expected)


def test_prelu_learns_its_slope_from_the_negative_side() -> None:
    x, a = np.array([-2.0, 0.0, 3.0]), np.array(0.1)
    found = gd.grad(lambda x, a: np.sum(nn.prelu(x, a)), wrt=(0, 1))(x, a)
    np.testing.assert_allclose(found[0], [0.1, 0.1, 1])
    assert found[1] == -2.0


def test_batch_norm_is_standard_and_then_serves_kept_statistics() -> None:
    x = np.random.default_rng(0).normal(3, 2, (5, 2, 4))
    y = nn.batch_norm(x, eps=0.0)
    np.testing.assert_allclose(y.mean(axis=(0, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=(0, 2)), 1)
    mean, var = nn.batch_statistics(x)
    np.testing.assert_allclose(nn.batch_norm(x, mean=mean, var=var, eps=0.0), y)
    weights = np.random.default_rng(1).normal(size=x.shape)
    found = gd.grad(lambda x: np.sum(nn.batch_norm(x) * weights))(x)
    np.testing.assert_allclose(found.sum(axis=(0, 2)), 0, atol=1e-12)


def test_group_norm_of_one_group_is_layer_norm() -> None:
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    np.testing.assert_allclose(nn.group_norm(x, 1), nn.layer_norm(x, axis=(1, 2)))
    each = nn.layer_norm(x, axis=-1)
    np.testing.assert_allclose(nn.group_norm(x, 4), each)


@pytest.mark.parametrize("batch", [1, 4])
def test_attention_with_sizes_by_name(batch: int) -> None:
    attention = nn.scaled_dot_product_attention

    def loss(q: Any, k: Any, v: Any) -> Any:
        return np.sum(attention(q, k, v, causal=True) ** 2)

    form = gd.value_and_grad(loss, wrt=(0, 1, 2))
    specs = gd.spec("b,n,d"), gd.spec("b,m,d"), gd.spec("b,m,e")
    module = form.emit(*specs, name="f").load()
    rng = np.random.default_rng(0)
    q, k, v = (rng.normal(size=(batch, n, d)) for n, d in ((3, 4), (5, 4), (5, 2)))
    value, gradients = module(q, k, v)
    scores = np.where(np.tri(3, 5, dtype=bool), q @ k.mT / 2, -np.inf)
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(value, np.sum((weights @ v) ** 2))
    expected = form(q, k, v)[1]
    for mine, other in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-13)


def test_heads_are_attentions_side_by_side() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 4))
    wq, wk, wv = rng.normal(size=(3, 4, 6))
    wo = rng.normal(size=(6, 4))
    parts = [
        nn.scaled_dot_product_attention(x @ wq[:, s], x @ wk[:, s], x @ wv[:, s])
        for s in (slice(0, 3), slice(3, 6))
    ]
    expected = np.concatenate(parts, axis=-1) @ wo
    found = nn.multi_head_attention(x, wq, wk, wv, wo, 2)
    np.testing.assert_allclose(found, expected)
    with pytest.raises(ShapeError, match="6 columns do not fall into 4 heads"):
        nn.multi_head_attention(x, wq, wk, wv, wo, 4)


def test_a_row_that_attends_to_nothing_is_zero_and_silent() -> None:
    q = np.ones((2, 3))
    mask = np.array([[True, True], [False, False]])

    def f(q: Any) -> Any:
        return np.sum(nn.scaled_dot_product_attention(q, q**2, q, mask) ** 2)

    assert np.all(np.isfinite(gd.grad(f)(q)))
    y = nn.scaled_dot_product_attention(q, q, q, mask)
    np.testing.assert_array_equal(y, [[1, 1, 1], [0, 0, 0]])


def test_gradient_of_an_embedding_adds_up() -> None:
    table, ids = np.zeros((3, 2)), np.array([1, 1, 0])
    found = gd.grad(lambda t: np.sum(nn.embedding(t, ids)))(table)
    np.testing.assert_array_equal(found, [[1, 1], [2, 2], [0, 0]])


def test_losses_at_the_ends() -> None:
    z, t = np.array([-800.0, 800.0, 0.0]), np.array([1.0, 1.0, 0.5])
    losses = nn.binary_cross_entropy_with_logits
    found = losses(z, t, reduction="none")
    np.testing.assert_allclose(found, [800, 0, np.log(2)], atol=1e-300)
    gradient = gd.grad(lambda z: losses(z, t, reduction="sum"))(z)
    np.testing.assert_allclose(gradient, [-1, 0, 0], atol=1e-300)
    p, t = np.array([1.0, 0.0, 0.25]), np.array([1.0, 0.0, 1.0])
    gradient = gd.grad(lambda p: nn.binary_cross_entropy(p, t, reduction="sum"))(p)
    np.testing.assert_allclose(gradient, [-1, 1, -4])


def test_huber_bends_at_delta_without_a_jump() -> None:
    x = np.array([-3.0, -2.0, 0.0, 2.0, 3.0])
    form = gd.grad(lambda x: nn.huber(x, np.zeros(5), 2.0, reduction="sum"))
    np.testing.assert_allclose(form(x), [-2, -2, 0, 2, 2])


def test_kl_div_leaves_out_what_has_no_weight() -> None:
    q, p = np.array([0.25, 0.75, 0.0]), np.array([0.5, 0.5, 0.0])
    with np.errstate(divide="ignore"):
        found = nn.kl_div(np.log(q), p)
    assert found == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(2 / 3))


@pytest.mark.parametrize("name", [*ACTIVATIONS, "layer_norm", "rms_norm", "batch_norm"])
def test_float32_stays(name: str) -> None:
    f, x = getattr(nn, name), np.ones((2, 3), np.float32)
    assert f(x).dtype == slope(f, x).dtype == np.float32


def test_says_what_it_wants() -> None:
    x = gd.var("x", "batch,4,8")
    with pytest.raises(ShapeError, match=r"group_norm: 4 channels .* 3 groups"):
        nn.group_norm(x, 3)
    with pytest.raises(ShapeError, match=r"batch_norm: .* \(5,\) does not fit \(4,\)"):
        nn.batch_norm(x, np.ones(5))
    with pytest.raises(ShapeError, match=r"test_nn_layers\.py"):
        nn.batch_norm(x, mean=np.ones(4))
    with pytest.raises(ShapeError, match=r"glu: axis 0 of \(3,\) is odd"):
        nn.glu(np.ones(3), 0)
    with pytest.raises(DTypeError, match="mask must be boolean, got float64"):
        nn.dropout(x, np.ones((4, 8)))
    with pytest.raises(DTypeError, match="ids must be integers, got float64"):
        nn.embedding(np.ones((3, 2)), np.ones(2))
    with pytest.raises(ShapeError, match="are not of one shape"):
        nn.mse(x, np.ones(4))
    with pytest.raises(GraphValueError, match="reduction='max' is none of"):
        nn.mse(x, x, reduction="max")
    with pytest.raises(GraphValueError, match="approximate='erf'"):
        nn.gelu(x, "erf")
    with pytest.raises(ShapeError, match=r"are not \(\.\.\., n, d\)"):
        nn.scaled_dot_product_attention(x, gd.var("k", "batch,4,9"), x)
