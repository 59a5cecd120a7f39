"""Linearization, and products with vectors of graphs and of expressions."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import GraphTypeError, GraphValueError, ShapeError

RNG = np.random.default_rng(11)
X = RNG.uniform(0.5, 1.5, 4)
V = RNG.standard_normal(4)
W = RNG.standard_normal((3, 4))
D = RNG.standard_normal((3, 4))


def layer(p, x):
    z = p["w"] @ x
    return {"h": np.tanh(z), "parts": (np.sum(x**2), x)}


def same(found, expected):
    assert type(found) is type(expected)
    if isinstance(found, dict):
        assert found.keys() == expected.keys()
        for key in found:
            same(found[key], expected[key])
    elif isinstance(found, tuple):
        for a, b in zip(found, expected, strict=True):
            same(a, b)
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_linear_map():
    value, push = gd.linearize(layer, {"w": W}, X)
    same(value, layer({"w": W}, X))
    for d, v in [(D, V), (0 * D, V), (2 * D, -V)]:
        same(push({"w": d}, v), gd.jvp(layer)(({"w": W}, X), ({"w": d}, v))[1])
    assert repr(push) == "<linear map layer_linear>"


def test_what_is_known_is_not_computed_again():
    _, push = gd.linearize(layer, {"w": W}, X)
    labels = {node.op.label for node in push.graph.nodes}
    assert "tanh" not in labels
    assert "square" not in labels
    assert set(push.residuals) <= set(push.graph.inputs)
    module = push.emit().load()
    tangents = {"tangent_w": D, "tangent_x": V}
    found = module(**tangents, **push.residuals)
    expected = push({"w": D}, V)
    np.testing.assert_allclose(found[0], expected["h"])
    assert "layer_linear" in push.emit().source
    assert "tangent_w" in push.show()


def test_fixed_arguments_and_lone_results():
    value, push = gd.linearize(lambda x, n: np.sin(x) ** n, X, 3)
    np.testing.assert_allclose(value, np.sin(X) ** 3)
    np.testing.assert_allclose(push(V, None), 3 * np.sin(X) ** 2 * np.cos(X) * V)
    value, push = gd.linearize(lambda x, i: 2 * x[i], X, np.array([0, 2]))
    np.testing.assert_array_equal(push(V, np.zeros(2, int)), 2 * V[[0, 2]])
    value, push = gd.linearize(lambda x: np.ones(2), X)
    np.testing.assert_array_equal(push(V), np.zeros(2))
    value, push = gd.linearize(lambda x: x, X)
    np.testing.assert_array_equal(push(V), V)


def test_inside_of_a_trace():
    def f(x):
        value, push = gd.linearize(lambda y: np.sin(y) * x, x)
        return np.sum(value * push(V) + push(push(V)))

    slope = np.cos(X) * X
    by_hand = np.sum(np.sin(X) * X * slope * V + slope * slope * V)
    np.testing.assert_allclose(gd.compile(gd.trace(f, X))(X), by_hand)
    assert gd.grad(f)(X).shape == X.shape


def test_graphs():
    graph = gd.trace(layer, {"w": gd.spec("m,n")}, gd.spec("n"))
    values, linear = gd.linearize(graph, of="h", wrt="x")
    found = gd.evaluate(values, {"p.w": W, "x": X})
    kept = {n: v for n, v in found.items() if n in linear.inputs}
    image = gd.evaluate(linear, {"tangent_x": V, **kept})
    expected = (1 - np.tanh(W @ X) ** 2) * (W @ V)
    np.testing.assert_allclose(image["d_h"], expected)

    pushed = gd.jvp(graph, of="h", wrt="x")
    image = gd.evaluate(pushed, {"p.w": W, "x": X, "tangent_x": V})
    np.testing.assert_allclose(image["d_h"], expected)
    pulled = gd.vjp(graph, of="h")
    c = np.ones(3)
    image = gd.evaluate(pulled, {"p.w": W, "x": X, "cotangent_h": c})
    np.testing.assert_allclose(image["d_x"], W.T @ (1 - np.tanh(W @ X) ** 2))
    assert image["d_w"].shape == W.shape
    scalar = gd.trace(lambda x: np.sum(x**3), gd.spec("n"))
    product = gd.hvp(scalar)
    image = gd.evaluate(product, {"x": X, "vector_x": V})
    np.testing.assert_allclose(image["hvp_x"], 6 * X * V)
    assert list(image) == ["output", "hvp_x"]


def test_expressions():
    x, w = gd.var("x", "n"), gd.var("w", "m,n")
    y = np.tanh(w @ x)
    by_x, by_w = gd.jacobians(y, [x, w])
    ((second,),) = gd.hessians(np.sum(y**2), [x])
    outputs = {"x": by_x, "w": by_w, "second": second}
    graph = gd.simplify(gd.Graph(inputs={"x": x, "w": w}, outputs=outputs))
    found = gd.evaluate(graph, {"x": X, "w": W})
    expected = gd.jacobian(lambda x, w: np.tanh(w @ x), (0, 1))(X, W)
    np.testing.assert_allclose(found["x"], expected[0])
    np.testing.assert_allclose(found["w"], expected[1])
    hessian = gd.hessian(lambda x: np.sum(np.tanh(W @ x) ** 2))(X)
    np.testing.assert_allclose(found["second"], hessian)


def test_mistakes():
    _, push = gd.linearize(layer, {"w": W}, X)
    with pytest.raises(ShapeError, match=r"tangents.1: expected shape \(4,\)"):
        push({"w": D}, V[:2])
    with pytest.raises(GraphTypeError, match="tangents: expected the structure"):
        push({"w": D})
    with pytest.raises(GraphTypeError, match="fn: expected a function or a graph"):
        gd.linearize(3, X)
    with pytest.raises(GraphValueError, match="of= and wrt= name parts of a graph"):
        gd.linearize(np.sin, X, of="y")
    with pytest.raises(GraphValueError, match="of= and wrt= name parts of a graph"):
        gd.jvp(np.sin, of="y")
    with pytest.raises(GraphTypeError, match="a graph is linearized without primals"):
        gd.linearize(gd.trace(np.sin, X), X)
