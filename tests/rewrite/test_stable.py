"""Stabilised formulas are right where those written overflow, cancel or have a hole."""

import numpy as np
import pytest

import graphdiff as gd

WIDE = np.array([[800.0, -900.0, 3.0], [-800.0, -801.0, -802.0]])


def log_softmax(x):
    top = np.max(x, axis=1, keepdims=True)
    return x - top - np.log(np.sum(np.exp(x - top), axis=1, keepdims=True))


CASES = {
    "log of sum of exp": (
        lambda x: np.log(np.sum(np.exp(x), axis=1)),
        lambda x: np.logaddexp.reduce(x, axis=1),
    ),
    "log of softmax": (
        lambda x: np.log(np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)),
        log_softmax,
    ),
    "picked log of softmax": (
        lambda x: np.log(gd.nn.softmax(x)[np.arange(2), np.array([1, 2])]),
        lambda x: log_softmax(x)[np.arange(2), np.array([1, 2])],
    ),
    "softplus": (lambda x: np.log(1 + np.exp(x)), lambda x: np.logaddexp(x, 0)),
    "log of sigmoid": (
        lambda x: np.log(1 / (1 + np.exp(-x))),
        lambda x: -np.logaddexp(-x, 0),
    ),
    "log of one less sigmoid": (
        lambda x: np.log(1 - gd.nn.sigmoid(x)),
        lambda x: -np.logaddexp(x, 0),
    ),
    "logaddexp": (
        lambda x: np.log(np.exp(x) + np.exp(2 * x)),
        lambda x: np.logaddexp(x, 2 * x),
    ),
}


TINY = np.array([[1e-9, -3e-8, 2e-5], [50.0, 700.0, 1.5]])
PRECISE = {
    "1 - cos": (lambda x: 1 - np.cos(x), lambda x: 2 * np.sin(x / 2) ** 2, np.sin),
    "log(1 - exp(-x))": (
        lambda x: np.log(1 - np.exp(-np.abs(x))),
        lambda x: np.where(
            np.abs(x) < 1, np.log(-np.expm1(-abs(x))), np.log1p(-np.exp(-np.abs(x)))
        ),
        lambda x: np.sign(x) * np.exp(-np.abs(x)) / -np.expm1(-np.abs(x)),
    ),
    "log of product": (
        lambda x: np.log(np.prod(x * x * 1e-150, axis=1)),
        lambda x: np.sum(np.log(x * x * 1e-150), axis=1),
        lambda x: 2 / x,
    ),
    "counts times log": (
        lambda x: (x > 1e-7) * np.log(np.maximum(x - 1e-5, 0)),
        None,
        lambda x: np.divide(1, x - 1e-5, out=np.zeros_like(x), where=x > 1e-7),
    ),
}


@pytest.mark.parametrize(("f", "right", "slope"), PRECISE.values(), ids=PRECISE)
def test_no_digit_is_lost(f, right, slope):
    x = gd.var("x", "2,3")
    graph = gd.differentiate(gd.Graph({"x": x}, {"y": np.sum(f(x))}))
    with np.errstate(all="raise", under="ignore"):
        found = gd.evaluate(graph, {"x": TINY})
    if right:
        np.testing.assert_allclose(found["y"], np.sum(right(TINY)), rtol=1e-14)
    np.testing.assert_allclose(found["d_x"], slope(TINY), rtol=1e-13)


def test_a_product_below_zero_has_no_logarithm():
    x = gd.var("x", "2,3")
    graph = gd.stabilise(gd.Graph({"x": x}, {"y": np.log(np.prod(x, axis=1))}))
    found = gd.evaluate(graph, {"x": np.array([[-1.0, 2, 3], [-1, -2, 3]])})["y"]
    np.testing.assert_allclose(found, [np.nan, np.log(6)])


@pytest.mark.parametrize(("written", "right"), CASES.values(), ids=CASES)
def test_no_overflow(written, right):
    x = gd.var("x", "2,3")
    graph = gd.stabilise(gd.Graph({"x": x}, {"y": written(x)}))
    np.testing.assert_allclose(gd.evaluate(graph, {"x": WIDE})["y"], right(WIDE))


@pytest.mark.parametrize(("written", "_"), CASES.values(), ids=CASES)
def test_no_gradient_is_lost(written, _):
    x = gd.var("x", "2,3")
    graph = gd.Graph({"x": x}, {"y": np.sum(written(x))})
    slope = gd.evaluate(gd.differentiate(graph), {"x": WIDE})["d_x"]
    assert np.all(np.isfinite(slope))


@pytest.mark.parametrize(
    ("written", "right"),
    [
        (lambda x: np.log(1 + x), np.log1p),
        (lambda x: np.log(1 - x), lambda x: np.log1p(-x)),
        (lambda x: np.exp(x) - 1, np.expm1),
    ],
)
def test_no_cancellation(written, right):
    tiny = np.array([1e-17, -1e-12, 1e-300])
    x = gd.var("x", "3")
    graph = gd.stabilise(gd.Graph({"x": x}, {"y": written(x)}))
    np.testing.assert_array_equal(gd.evaluate(graph, {"x": tiny})["y"], right(tiny))


@pytest.mark.parametrize(
    "written",
    [
        lambda x: np.sqrt(np.sum(x**2)),
        lambda x: np.sqrt(x @ x),
        lambda x: np.sum(np.sqrt(x * x)),
        lambda x: np.sum(np.sqrt(x * x + (2 * x) ** 2)),
        lambda x: np.sqrt(np.var(x)),
    ],
)
def test_roots_of_squares_have_slope_zero_at_the_origin(written):
    x = gd.var("x", "3")
    graph = gd.differentiate(gd.Graph({"x": x}, {"y": written(x)}))
    slope = gd.evaluate(graph, {"x": np.zeros(3)})["d_x"]
    np.testing.assert_array_equal(slope, np.zeros(3))


@pytest.mark.parametrize(
    "root",
    [
        np.linalg.norm,
        lambda x: np.sqrt(np.sum(x**2)),
        lambda x: np.sqrt(np.sum(x**2) / 3),
        lambda x: np.sqrt(np.var(x)),
    ],
)
@pytest.mark.parametrize("scale", [0.0, 1e-300, 1.0, 1e150, np.inf, np.nan])
def test_a_root_that_is_only_squared_goes(root, scale):
    x = gd.var("x", "3")
    written = gd.Graph({"x": x}, {"y": root(x) ** 2})
    graph = gd.stabilise(written)
    assert not {"norm", "sqrt", "std", "root"} & {n.op.label for n in graph.nodes}
    entries = {"x": scale * np.array([1.0, -2.0, 0.5])}
    with np.errstate(all="ignore"):
        old, new = (gd.evaluate(g, entries)["y"] for g in (written, graph))
        slope = gd.evaluate(gd.differentiate(written), entries)["d_x"]
    np.testing.assert_allclose(new, old, rtol=1e-14)
    if scale == 0:
        np.testing.assert_array_equal(slope, np.zeros(3))


def test_a_root_with_other_readers_stays():
    x = gd.var("x", "3")
    r = np.linalg.norm(x)
    graph = gd.stabilise(gd.Graph({"x": x}, {"y": r**2 + 1 / r}))
    assert "norm" in {n.op.label for n in graph.nodes}


def test_the_slope_of_a_squared_norm_is_twice_the_matrix():
    x, scale = gd.var("x", "m,n"), gd.var("scale", "")
    graph = gd.Graph({"x": x, "scale": scale}, {"y": scale * np.linalg.norm(x) ** 2})
    found = gd.simplify(gd.differentiate(graph, wrt=["x"]))
    assert "d_x = 2 * scale * x" in str(found)


def test_names_survive():
    x = gd.var("x", "n,3")
    total = gd.named(np.sum(np.exp(x), axis=1), "total")
    log_total = gd.named(np.log(total), "log_total")
    graph = gd.stabilise(gd.Graph({"x": x}, {"y": log_total * 2}))
    named = {graph.name_of(node): node.op.label for node in graph.nodes}
    assert named["log_total"] == "logsumexp"


@pytest.mark.parametrize(
    "written",
    [
        lambda x: np.log(x + 2),
        lambda x: np.exp(x) - 2,
        lambda x: 1 / (2 + np.exp(-x)),
        lambda x: np.exp(x) / np.sum(np.exp(x), axis=0),
        lambda x: np.sqrt(np.sum(x**2) + 1e-8),
        lambda x: np.sqrt(x * x + 1),
        lambda x: np.log(gd.nn.softmax(x) + 1e-12),
    ],
)
def test_what_only_looks_alike_is_left_alone(written):
    x = gd.var("x", "2,3")
    graph = gd.Graph({"x": x}, {"y": written(x)})
    assert len(gd.stabilise(graph)) <= len(graph)
    with np.errstate(all="ignore"):
        old, new = (
            gd.evaluate(g, {"x": np.ones((2, 3))})["y"]
            for g in (graph, gd.stabilise(graph))
        )
    np.testing.assert_allclose(old, new, rtol=1e-15)


@pytest.mark.parametrize(
    "written",
    [
        lambda z: np.log(1 - np.exp(z)),
        lambda z: np.log1p(-np.exp(z)),
        lambda z: 1 - np.cos(z),
        lambda z: np.cos(z) - 1,
        lambda z: np.log(np.prod(z)),
        lambda z: np.array([1, 0, 2]) * np.log(z),
    ],
)
def test_complex_numbers_keep_the_formula_as_written(written):
    z = np.array([0.3 + 0.4j, -0.5 + 0.2j, -1.1 - 0.7j])

    def size(z):
        return np.sum(np.abs(written(z)) ** 2)

    value, slope = gd.value_and_grad(size)(z)
    assert value == pytest.approx(size(z))
    directions = [h * e for e in np.eye(3) for h in (1, 1j)]
    along = [(size(z + 1e-6 * d) - size(z - 1e-6 * d)) / 2e-6 for d in directions]
    expected = np.array(along[::2]) + 1j * np.array(along[1::2])
    np.testing.assert_allclose(slope, expected, rtol=1e-6, atol=1e-7)
