"""Jacobians and Hessians against differences, in both modes, evaluated and emitted."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import DTypeError, GraphTypeError, GraphValueError, ShapeError
from graphdiff.ops.core import elementwise as ufuncs

RNG = np.random.default_rng(5)
X = RNG.uniform(0.5, 1.5, 4)
W = RNG.standard_normal((3, 4))
M = RNG.uniform(0.5, 1.5, (2, 3))
MODES = ["auto", "forward", "reverse"]


def differences(f, x, h=1e-4):
    """The Jacobian of `f` at `x`, by central differences of fourth order."""
    columns = []
    for e in np.eye(x.size):
        e = h * e.reshape(x.shape)
        near, far = f(x + e) - f(x - e), f(x + 2 * e) - f(x - 2 * e)
        columns.append((8 * near - far) / (12 * h))
    shape = np.shape(f(x))
    return np.moveaxis(np.reshape(columns, (x.size, *shape)), 0, -1).reshape(
        shape + x.shape
    )


FUNCTIONS = {
    "entrywise": (lambda x: np.sin(x) * np.exp(x) / x, X),
    "matrix_entrywise": (lambda x: np.log(x) ** 2, M),
    "linear": (lambda x: W @ x, X),
    "layer": (lambda x: np.tanh(W @ x + 1), X),
    "product": (lambda x: x @ x.T, M),
    "normalised": (lambda x: x / np.sum(x, axis=1, keepdims=True), M),
    "row_sums": (lambda x: np.sum(x * x, axis=1), M),
    "slices": (lambda x: x[1:] * x[:-1], X),
    "reversed": (lambda x: x[::-1] * x, X),
    "outer": (lambda x: x[:, None] * x, X),
    "stacked": (lambda x: np.stack([x[0] * x[1], np.sin(x[3]), x[2]]), X),
    "joined": (lambda x: np.concatenate([x * x[0], W @ x]), X),
    "moved": (lambda x: (x.T.reshape(2, 3) * 2).T, M),
    "itself": (lambda x: x, M),
    "number": (lambda x: np.sum(x**3), X),
    "of_number": (lambda x: x**2 * X, np.asarray(0.7)),
    "softmax": (lambda x: np.exp(x - np.max(x)) / np.sum(np.exp(x - np.max(x))), X),
    "masked": (lambda x: np.where(x > 1, np.sqrt(x - 1 + (x < 1)), x), X),
    "einsum": (lambda x: np.einsum("ij,kj->ki", x, M), M),
    "constant": (lambda x: np.ones(2) * 1.0 + 0 * x[0], X),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", FUNCTIONS)
def test_jacobian(case, mode):
    f, x = FUNCTIONS[case]
    form = gd.jacobian(f, mode=mode)
    expected = differences(f, x)
    found = form(x)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9)
    emitted = form.emit(x, name="jacobian").load()(x)
    np.testing.assert_allclose(emitted, found, rtol=1e-12, atol=1e-13)
    named = [f"n{i}" for i in range(x.ndim)]
    if case in ("entrywise", "matrix_entrywise", "product", "row_sums", "outer"):
        general = form.emit(gd.spec(",".join(named)), name="jacobian").load()
        np.testing.assert_allclose(general(x), found, rtol=1e-12, atol=1e-13)
        for size in (0, 1, 2):
            y = RNG.uniform(0.5, 1.5, (size,) * x.ndim)
            wanted = gd.evaluate(form.graph(y), {"x": y})
            np.testing.assert_allclose(general(y), *wanted.values(), atol=1e-13)


def test_nests_of_outputs_and_variables():
    def f(p, y):
        return {"a": p["w"] @ y, "b": [y * p["s"]]}

    p = {"w": W, "s": 0.7}
    found = gd.jacobian(f, (0, "y"))(p, X)
    assert found.keys() == {"a", "b"}
    by_p, by_y = found["a"]
    np.testing.assert_allclose(by_p["w"], np.eye(3)[:, :, None] * X)
    np.testing.assert_array_equal(by_p["s"], np.zeros(3))
    np.testing.assert_array_equal(by_y, W)
    np.testing.assert_allclose(found["b"][0][0]["s"], X)
    np.testing.assert_allclose(found["b"][0][1], 0.7 * np.eye(4))
    (lone,) = gd.jacobian(f, ("p.s",))(p, X)["b"][0]
    np.testing.assert_allclose(lone, X)


SCALARS = {
    "quadratic": lambda x: x @ (W.T @ W) @ x,
    "entrywise": lambda x: np.sum(np.sin(x) * x),
    "network": lambda x: np.sum(np.tanh(W @ x) ** 2),
    "norm": lambda x: np.sqrt(np.sum(x * x)),
    "logsumexp": lambda x: np.log(np.sum(np.exp(W @ x))),
    "product": np.prod,
    "vector_valued": lambda x: x**3 * x[0],
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", SCALARS)
def test_hessian(case, mode):
    f = SCALARS[case]
    form = gd.hessian(f, mode=mode)
    found = form(X)
    expected = differences(gd.jacobian(f), X)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(found, np.swapaxes(found, -1, -2), rtol=1e-12)
    emitted = form.emit(X, name="hessian").load()(X)
    np.testing.assert_allclose(emitted, found, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("mode", MODES)
def test_blocks_of_several_variables(mode):
    def f(p, x):
        return np.sum((p["w"] @ x) ** 2) * p["s"]

    p = {"w": W, "s": 0.7}
    by_p, by_x = gd.hessian(f, (0, 1), mode)(p, X)
    by_w, by_s = by_p["w"], by_p["s"]
    assert by_w[0]["w"].shape == (3, 4, 3, 4)
    assert by_w[1].shape == (3, 4, 4)
    assert by_s[1].shape == (4,)
    np.testing.assert_array_equal(by_w[1], np.moveaxis(by_x[0]["w"], 0, -1))
    np.testing.assert_array_equal(by_w[0]["s"], by_s[0]["w"])
    assert float(by_s[0]["s"]) == 0
    np.testing.assert_allclose(by_x[1], 1.4 * W.T @ W)
    np.testing.assert_allclose(by_x[0]["s"], 2 * W.T @ (W @ X))


def test_several_variables_give_a_tuple_of_tuples():
    (aa, ab), (ba, bb) = gd.hessian(lambda a, b: np.sum(a**2) * b, (0, 1))(X, 3.0)
    np.testing.assert_allclose(aa, 6 * np.eye(4))
    np.testing.assert_allclose(ab, 2 * X)
    np.testing.assert_array_equal(ab, ba)
    assert float(bb) == 0


def test_gauss_newton_laplacian_divergence():
    def residuals(p, x):
        return np.exp(p["w"] @ x) - p["s"], p["s"] * x

    p = {"w": W, "s": 0.7}
    first, second = gd.jacobian(residuals)(p, X)
    found = gd.gauss_newton(residuals)(p, X)
    expected = np.einsum("iab,icd->abcd", first["w"], first["w"])
    np.testing.assert_allclose(found["w"]["w"], expected)
    cross = np.einsum("iab,i->ab", first["w"], first["s"])
    np.testing.assert_allclose(found["w"]["s"], cross)
    np.testing.assert_allclose(found["s"]["w"], cross)
    total = first["s"] @ first["s"] + second["s"] @ second["s"]
    np.testing.assert_allclose(found["s"]["s"], total)

    f = SCALARS["network"]
    np.testing.assert_allclose(gd.laplacian(f)(X), np.trace(gd.hessian(f)(X)))
    by_both = gd.laplacian(lambda a, b: np.sum(a**3) * b**2, (0, 1))(X, 2.0)
    np.testing.assert_allclose(by_both, 24 * np.sum(X) + 2 * np.sum(X**3))
    field = gd.divergence(lambda x: np.sin(x) * x[::-1])
    expected = np.trace(gd.jacobian(lambda x: np.sin(x) * x[::-1])(X))
    np.testing.assert_allclose(field(X), expected)
    with pytest.raises(ShapeError, match=r"shaped as 'x', \(4,\), but returns one of"):
        gd.divergence(lambda x: W @ x)(X)
    with pytest.raises(GraphValueError, match="as many arrays"):
        gd.divergence(lambda x: (x, x))(X)


def test_graphs():
    graph = gd.trace(lambda p, x: {"y": p["w"] @ x, "z": np.sum(x)}, {"w": W}, X)
    made = gd.jacobian(graph, wrt="x", of="y")
    assert list(made.outputs) == ["y", "z", "d_x"]
    value, jacobian = gd.compile(made)({"w": W}, X)
    np.testing.assert_allclose(jacobian, W)
    assert value.keys() == {"y", "z"}
    both = gd.jacobian(graph)
    assert list(both.outputs)[2:] == ["d_y_d_w", "d_y_d_x", "d_z_d_w", "d_z_d_x"]
    second = gd.hessian(graph, of="z")
    assert list(second.outputs)[2:] == ["d2_w_w", "d2_w_x", "d2_x_w", "d2_x_x"]
    assert "laplacian" in gd.laplacian(graph, of="z").outputs
    with pytest.raises(GraphValueError, match="of: expected one of the outputs"):
        gd.jacobian(graph, of="q")
    with pytest.raises(GraphValueError, match="of= names an output of a graph"):
        gd.jacobian(np.sin, of="q")


def test_dtypes():
    x = X.astype(np.float32)
    for mode in MODES:
        assert gd.jacobian(lambda x: np.sin(x) * 2, mode=mode)(x).dtype == np.float32
        assert gd.jacobian(lambda x: X * x, mode=mode)(x).dtype == np.float32
        assert gd.hessian(lambda x: np.sum(x**3), mode=mode)(x).dtype == np.float32
    with pytest.raises(DTypeError, match="dtype int64: a derivative needs"):
        gd.jacobian(lambda x: x)(np.arange(3))
    found = gd.jacobian(lambda x: x * X[0], allow_int=True)(np.arange(3))
    np.testing.assert_array_equal(found, np.zeros((3, 3), int))
    with pytest.raises(DTypeError, match="an output has dtype int64"):
        gd.jacobian(np.argsort)(X)


@pytest.mark.parametrize("mode", MODES)
def test_complex_numbers(mode):
    z = X + 1j * X[::-1]
    holomorphic = gd.jacobian(lambda z: np.exp(z) * z[::-1], mode=mode)
    expected = np.diag(np.exp(z) * z[::-1]) + np.diag(np.exp(z))[:, ::-1]
    np.testing.assert_allclose(holomorphic(z), expected)
    of_real = gd.jacobian(lambda x: np.exp(1j * x) * x[0], mode=mode)(X)
    expected = np.diag(1j * np.exp(1j * X) * X[0])
    expected[:, 0] += np.exp(1j * X)
    np.testing.assert_allclose(of_real, expected)
    real = gd.jacobian(lambda z: np.abs(z) ** 2, mode=mode)(z)
    np.testing.assert_allclose(real, np.diag(2 * z))
    np.testing.assert_allclose(
        gd.jacobian(lambda z: np.sum(np.abs(z)), mode=mode)(z),
        gd.grad(lambda z: np.sum(np.abs(z)))(z),
    )
    with pytest.raises(DTypeError, match="no holomorphic function"):
        gd.jacobian(lambda z: z * np.conj(z), mode=mode)(z)
    second = gd.hessian(lambda z: np.sum(z**3), mode=mode)(z)
    np.testing.assert_allclose(second, np.diag(6 * z))
    with pytest.raises(DTypeError, match="hessian: a variable has dtype complex128"):
        gd.hessian(lambda z: np.sum(np.abs(z) ** 2), mode=mode)(z)


def test_zeros_of_unit_vectors_are_strict():
    x = np.array([0.0, 4.0])
    for mode in MODES:
        with np.errstate(divide="ignore"):
            found = gd.jacobian(np.sqrt, mode=mode)(x)
        np.testing.assert_array_equal(found, [[np.inf, 0], [0, 0.25]])


def test_nothing_is_computed_with_unit_vectors():
    for mode in MODES:
        source = gd.jacobian(lambda x: W @ np.sin(x), mode=mode).emit(X).source
        assert "np.eye" not in source
        assert source.count("np.cos") == 1
    assert gd.jacobian(lambda x: W @ x).graph(X).outputs.keys() == {"d_x"}


def derivative(f, mode):
    """The derivative of a function of one number."""
    if mode == "forward":
        return lambda x: gd.jvp(f)((x,), (1.0,))[1]
    return lambda x: gd.vjp(f)((x,), 1.0)[1][0]


@pytest.mark.parametrize("outer", ["forward", "reverse"])
@pytest.mark.parametrize("inner", ["forward", "reverse"])
def test_perturbations_are_not_confused(outer, inner):
    def f(x):
        return x * derivative(lambda y: x * y**2, inner)(x)

    np.testing.assert_allclose(derivative(f, outer)(2.0), 6 * 2.0**2)

    def g(x):
        return gd.jacobian(lambda y: np.sum(x) * y * x, mode=inner)(x) @ x

    found = gd.jacobian(g, mode=outer)(X)
    expected = differences(lambda x: np.sum(x) * x * x, X)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9)


def test_hessian_in_a_loss():
    def loss(x):
        return np.linalg.slogdet(gd.hessian(SCALARS["entrywise"])(x) + np.eye(4))[1]

    expected = differences(loss, X)
    np.testing.assert_allclose(gd.grad(loss)(X), expected, rtol=1e-8)
    by_jacobian = gd.hessian(lambda x: np.sum(gd.jacobian(np.sin)(x) ** 2))(X)
    np.testing.assert_allclose(by_jacobian, np.diag(-2 * np.cos(2 * X)))


@pytest.mark.parametrize("kinks", ["mean", "right", "left"])
def test_kinks(kinks):
    slope = {"mean": 0.0, "right": 1.0, "left": -1.0}[kinks]
    for mode in MODES:
        found = gd.jacobian(np.abs, mode=mode, kinks=kinks)(np.array([0.0, 2.0]))
        np.testing.assert_array_equal(found, [[slope, 0], [0, 1]])


def test_mistakes():
    with pytest.raises(GraphValueError, match="mode: expected one of auto, forward"):
        gd.jacobian(np.sin, mode="backward")
    with pytest.raises(GraphTypeError, match="fn: expected a function"):
        gd.jacobian(3)
    assert repr(gd.gauss_newton(np.sin)) == "<gauss_newton of sin>"


def test_all_of_a_jacobian_is_the_derivative_part():
    graph = gd.jacobian(gd.trace(lambda x: np.abs(x) * x[0], gd.spec("n")))
    assert graph.role_of(graph.outputs["output"]) is None
    assert graph.role_of(graph.outputs["d_x"]) is not None
    (kink,) = graph.kinks()
    assert kink.convention == "jumps at 0: mean"
    listing = gd.jacobian(lambda x: np.sin(x) * x[0]).show(gd.spec("n"))
    assert listing.index("gradient:") < listing.index("d_x =")


def test_what_the_user_wrote_is_no_derivative_of_itself():
    """1 / norm is a value, and what a unit cotangent becomes in its own pullback."""
    f = gd.hessian(lambda x: 1 / np.sqrt(np.sum(x * x)))
    graph = f.graph(gd.spec("3"))
    divide = [node for node in graph.nodes if node.op is ufuncs.divide]
    assert divide
    assert not any(graph.role_of(node) for node in divide)
