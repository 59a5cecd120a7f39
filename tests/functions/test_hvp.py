"""The Hessian times a vector, against the Hessian."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import GraphTypeError, ShapeError

RNG = np.random.default_rng(7)
X = RNG.uniform(0.5, 1.5, 4)
V = RNG.standard_normal(4)
W = RNG.standard_normal((3, 4))


def loss(p, x, reg=0.1):
    return np.sum(np.tanh(p["w"] @ x) ** 2) * p["s"] + reg * np.sum(x**4)


P = {"w": W, "s": 0.7}
D = {"w": RNG.standard_normal((3, 4)), "s": -0.4}


def test_products():
    by_p, by_x = gd.hessian(loss, (0, 1))(P, X)
    np.testing.assert_allclose(gd.hvp(loss, 1)(P, X, V), by_x[1] @ V)
    found = gd.hvp(loss, "p")(P, X, D)
    expected = np.tensordot(by_p["w"][0]["w"], D["w"]) + by_p["w"][0]["s"] * D["s"]
    np.testing.assert_allclose(found["w"], expected)
    found, image = gd.hvp(loss, ("p", "x"))(P, X, (D, V))
    np.testing.assert_allclose(found["w"], expected + by_p["w"][1] @ V)
    across = np.tensordot(by_x[0]["w"], D["w"]) + by_x[0]["s"] * D["s"]
    np.testing.assert_allclose(image, across + by_x[1] @ V)
    (image,) = gd.hvp(loss, ("p.s",))(P, X, (1.0,))
    assert float(image) == 0


def test_how_the_vector_is_passed():
    form = gd.hvp(loss, "x")
    expected = gd.hessian(loss, "x")(P, X, 0.3) @ V
    np.testing.assert_allclose(form(P, X, 0.3, V), expected)
    np.testing.assert_allclose(form(P, X, V, reg=0.3), expected)
    np.testing.assert_allclose(form(P, X, vector=V, reg=0.3), expected)
    np.testing.assert_allclose(form(P, x=X, vector=V, reg=0.3), expected)

    def variadic(a, *rest, k=1.0):
        return k * a**2 * rest[0] * rest[1] ** 3

    found = gd.hvp(variadic, (0, 2))(2.0, 3.0, 5.0, (1.0, 0.0), k=2.0)
    np.testing.assert_allclose(found, [2 * 2 * 3 * 125, 2 * 4 * 3 * 75])
    out = gd.hvp(variadic, 0).emit(2.0, 3.0, 5.0, 1.0).load()
    np.testing.assert_allclose(out(2.0, 3.0, 5.0, vector=1.0), 750)
    clash = gd.hvp(lambda vector: np.sum(vector**3))
    np.testing.assert_allclose(clash(X, V), 6 * X * V)


def test_emitted_and_inside_of_a_trace():
    form = gd.hvp(loss, 1)
    spec = {"w": gd.spec("m,n"), "s": 1.0}
    out = form.emit(spec, gd.spec("n"), gd.spec("n"), name="product")
    np.testing.assert_allclose(out.load()(P, X, V), form(P, X, V))
    inside = gd.trace(lambda p, x, v: gd.hvp(loss, 1)(p, x, v), P, X, V)
    np.testing.assert_allclose(gd.compile(inside)(P, X, V), form(P, X, V))
    third = gd.jacobian(lambda x: gd.hvp(loss, 1)(P, x, V))(X)
    h = 1e-4
    expected = [
        (form(P, X + d, V) - form(P, X - d, V)) / (2 * h) for d in h * np.eye(4)
    ]
    np.testing.assert_allclose(third, np.transpose(expected), rtol=1e-5)


def test_complex_variables():
    z = X + 1j * V

    def f(z):
        return np.sum(np.abs(z) ** 4)

    h, v = 1e-6, V + 1j * X
    slope = gd.grad(f)
    expected = (slope(z + h * v) - slope(z - h * v)) / (2 * h)
    np.testing.assert_allclose(gd.hvp(f)(z, v), expected, rtol=1e-6)


def test_mistakes():
    with pytest.raises(ShapeError, match=r"vector: expected shape \(4,\), got \(3,\)"):
        gd.hvp(loss, 1)(P, X, V[:3])
    with pytest.raises(GraphTypeError, match="vector: expected the structure"):
        gd.hvp(loss)(P, X, V)
    with pytest.raises(ShapeError, match="hvp: the value of the function must be a"):
        gd.hvp(np.sin)(X, V)
    with pytest.raises(GraphTypeError, match="must return one number, but returns"):
        gd.hvp(lambda x: (x, x))(X, V)
    with pytest.raises(GraphTypeError, match="got no arguments"):
        gd.hvp(np.sin)()
    with pytest.raises(GraphTypeError, match=r"last argument is the vector.*'x'"):
        gd.hvp(loss)(P, X)
