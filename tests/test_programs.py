"""Programs as people write them; autograd and JAX differentiate the same text."""

import importlib
from types import FunctionType

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.nest import leaves_of, map_nest

_rng = np.random.default_rng(11)


def normal(*shape):
    return _rng.standard_normal(shape)


def with_numpy(fn, library):
    """The same function, reading another library as ``np``."""
    space = {**fn.__globals__, "np": library}
    return FunctionType(fn.__code__, space, fn.__name__, fn.__defaults__)


LABELS = np.array([0, 2, 1, 2, 0])
STEPS = np.arange(6)


def ridge(w, X, y):
    residual = X @ w - y
    return np.mean(residual**2) + 0.1 * np.sum(w**2)


def logistic(w, X):
    margins = (2 * (LABELS > 0) - 1) * (X @ w)
    return np.mean(np.log1p(np.exp(-margins)))


def softmax_regression(params, X):
    scores = X @ params["W"] + params["b"]
    scores = scores - np.max(scores, axis=1, keepdims=True)
    logs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.mean(logs[np.arange(5), LABELS])


def mlp(params, X, Y):
    a = X
    for W, b in params:
        z = a @ W + b
        a = 1 / (1 + np.exp(-z))
    return np.mean(np.sum((a - Y) ** 2, axis=1)) / 2


def gaussian_kernel(X, Z, width):
    squares = np.sum((X[:, None, :] - Z[None, :, :]) ** 2, axis=-1)
    K = np.exp(-squares / (2 * width**2))
    return np.sum(K @ np.sum(K, axis=0))


def oscillator(theta, start):
    """Runge and Kutta's fourth order, damped pendulum."""

    def slope(s):
        return np.stack([s[1], -theta[0] * np.sin(s[0]) - theta[1] * s[1]])

    h = 0.1
    s = start
    for _ in range(8):
        k1 = slope(s)
        k2 = slope(s + h / 2 * k1)
        k3 = slope(s + h / 2 * k2)
        k4 = slope(s + h * k3)
        s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.sum(s**2)


def gaussian_likelihood(mean, log_scale, data):
    z = (data - mean) / np.exp(log_scale)
    return np.sum(0.5 * z**2 + log_scale + 0.5 * np.log(2 * np.pi))


def reconstruction(V, X):
    centred = X - np.mean(X, axis=0)
    codes = centred @ V
    return np.linalg.norm(centred - codes @ V.T) ** 2


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def attention(Q, K, V):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    weights = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    weights = weights / np.sum(weights, axis=-1, keepdims=True)
    return np.sum((weights @ V) ** 2)


def convolution(image, kernel):
    total = 0.0
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            total = total + kernel[i, j] * image[i : i + 4, j : j + 3]
    return np.sum(np.maximum(total, 0.1 * total))


def recursion(a, noise):
    x = 0.0
    loss = 0.0
    for t in range(6):
        x = np.tanh(a[0] * x + a[1]) + noise[t]
        loss = loss + x**2
    return loss


def mixture(params, x):
    weights = params["logits"] - np.log(np.sum(np.exp(params["logits"])))
    z = (x[:, None] - params["means"]) / np.exp(params["logs"])
    logs = weights - params["logs"] - 0.5 * z**2
    top = np.max(logs, axis=1, keepdims=True)
    return -np.sum(top[:, 0] + np.log(np.sum(np.exp(logs - top), axis=1)))


def layer_norm(x, gain, bias):
    mean = np.mean(x, axis=-1, keepdims=True)
    spread = np.std(x, axis=-1, keepdims=True)
    return np.sum(np.sin(gain * (x - mean) / (spread + 1e-5) + bias))


def huber(w, X, y):
    r = X @ w - y
    return np.sum(np.where(np.abs(r) < 1, 0.5 * r**2, np.abs(r) - 0.5))


def quadratic_form(A, x):
    S = A @ A.T + np.eye(3)
    return np.log(np.einsum("i,ij,j->", x, S, x)) + np.trace(S)


def springs(positions):
    gaps = positions[1:] - positions[:-1]
    lengths = np.sqrt(np.sum(gaps**2, axis=1))
    return np.sum((lengths - 1) ** 2) + np.sum(positions[:, 1]) * 9.81


def polynomial(c, x):
    value = np.zeros_like(x)
    for k in range(4):
        value = value * x + c[3 - k]
    return np.prod(value) + np.sum(np.cumsum(value))


def embedding(table, W):
    rows = table[np.array([0, 2, 2, 1])]
    hidden = np.tanh(rows @ W)
    return np.sum(np.concatenate([hidden, rows], axis=1) ** 2)


def batch_products(A, B):
    C = np.einsum("bij,bjk->bik", A, B)
    return np.sum(np.transpose(C, (2, 0, 1)).reshape(-1) ** 3)


def portfolio(w, returns):
    shares = np.exp(w) / np.sum(np.exp(w))
    paths = returns @ shares
    return -np.mean(paths) + 2 * np.var(paths, ddof=1)


def newton_root(a):
    x = a
    for _ in range(5):
        x = 0.5 * (x + a / x)
    return np.sum(x)


PROGRAMS = [
    (ridge, (normal(3), normal(5, 3), normal(5))),
    (logistic, (normal(3), normal(5, 3))),
    (softmax_regression, ({"W": normal(4, 3), "b": normal(3)}, normal(5, 4))),
    (
        mlp,
        (
            [(normal(4, 3), normal(3)), (normal(3, 2), normal(2))],
            normal(5, 4),
            normal(2),
        ),
    ),
    (gaussian_kernel, (normal(4, 2), normal(3, 2), np.float64(1.3))),
    (oscillator, (np.array([2.0, 0.3]), np.array([0.5, -0.2]))),
    (gaussian_likelihood, (np.float64(0.3), np.float64(-0.2), normal(7))),
    (reconstruction, (normal(4, 2), normal(6, 4))),
    (rosenbrock, (normal(5),)),
    (attention, (normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 3))),
    (convolution, (normal(6, 5), normal(3, 3))),
    (recursion, (np.array([0.7, -0.3]), normal(6))),
    (
        mixture,
        ({"logits": normal(3), "means": normal(3), "logs": normal(3)}, normal(6)),
    ),
    (layer_norm, (normal(4, 5), normal(5), normal(5))),
    (huber, (normal(3), normal(8, 3), normal(8))),
    (quadratic_form, (normal(3, 3), normal(3))),
    (springs, (normal(5, 2),)),
    (polynomial, (normal(4), normal(6))),
    (embedding, (normal(3, 4), normal(4, 2))),
    (batch_products, (normal(2, 3, 4), normal(2, 4, 2))),
    (portfolio, (normal(4), normal(9, 4))),
    (newton_root, (np.abs(normal(4)) + 1,)),
]
IDS = [fn.__name__ for fn, _ in PROGRAMS]


def close(found, expected):
    """Compare leaf by leaf."""
    ours, theirs = leaves_of(found)[0], leaves_of(expected)[0]
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)


@pytest.fixture(scope="module")
def jax():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")
    return jax


@pytest.mark.parametrize(("fn", "args"), PROGRAMS, ids=IDS)
def test_gradients_agree_with_autograd(fn, args):
    autograd = pytest.importorskip("autograd")
    library = importlib.import_module("autograd.numpy")
    wrt = tuple(range(len(args)))
    value, found = gd.value_and_grad(fn, wrt)(*args)
    np.testing.assert_allclose(value, fn(*args), rtol=1e-13)
    close(found, autograd.grad(with_numpy(fn, library), wrt)(*args))


@pytest.mark.slow
@pytest.mark.parametrize(("fn", "args"), PROGRAMS, ids=IDS)
def test_second_derivatives_agree_with_jax(jax, fn, args):
    theirs = with_numpy(fn, jax.numpy)
    tangents = map_nest(lambda a: np.cos(np.asarray(a) * 3), args)
    every = tuple(range(len(args)))
    expected = jax.jvp(jax.grad(theirs, every), args, tangents)
    close(gd.jvp(gd.grad(fn, every))(args, tangents), expected)


@pytest.mark.parametrize(("fn", "args"), PROGRAMS, ids=IDS)
def test_emitted_source_computes_the_same(fn, args):
    form = gd.value_and_grad(fn)
    close(form.emit(*args).load()(*args), form(*args))


@pytest.mark.parametrize(("fn", "args"), PROGRAMS, ids=IDS)
def test_single_precision_stays(fn, args):
    small = map_nest(lambda a: np.asarray(a, np.float32)[()], args)
    value, found = gd.value_and_grad(fn)(*small)
    assert value.dtype == np.asarray(fn(*small)).dtype
    assert {g.dtype for g in leaves_of(found)[0]} == {np.dtype(np.float32)}
