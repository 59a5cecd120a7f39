"""Complex numbers: the convention, arguments, masks, origins, and what is refused."""

import warnings

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import DTypeError

Z = np.array([1 + 2j, -0.5 + 0.3j, 2 - 1j])
X = np.array([0.5, -1.0, 2.0])


def both(fn, *args, wrt=0):
    """The gradient of the function form and of the emitted module, which agree."""
    form = gd.grad(fn, wrt=wrt)
    found = form(*args)
    emitted = form.emit(*args).load()(*args)
    for a, b in zip(np.atleast_1d(found), np.atleast_1d(emitted), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-13)
    return found


# --- the convention -------------------------------------------------------------------
def test_gradients_are_the_steepest_ascent():
    gradient = both(lambda z: np.sum(np.abs(z) ** 2), Z)
    np.testing.assert_allclose(gradient, 2 * Z)
    np.testing.assert_allclose(both(lambda z: np.sum(z.real), Z), np.ones(3))
    np.testing.assert_allclose(both(lambda z: np.sum(z.imag), Z), np.full(3, 1j))


def test_linear_maps_pair_without_conjugation():
    _, (cotangent,) = gd.vjp(lambda z: z**2)((Z,), np.ones(3, complex))
    np.testing.assert_allclose(cotangent, 2 * Z)
    _, tangent = gd.jvp(lambda z: z.conj() * 2)((Z,), (1j * Z,))
    np.testing.assert_allclose(tangent, 2 * np.conj(1j * Z))


def test_every_way_to_a_gradient_agrees():
    def loss(z):
        w = np.exp(z) * z.conj()
        return np.sum(np.abs(w))

    expected = gd.grad(loss)(Z)
    graph = gd.trace(loss, Z)
    dgraph = gd.differentiate(graph, wrt=["z"])
    np.testing.assert_allclose(gd.evaluate(dgraph, {"z": Z})["d_z"], expected)
    table = gd.backprop(graph, {"z": Z})
    np.testing.assert_allclose(table["z"], expected)
    assert table["w"].dtype == np.complex128
    np.testing.assert_allclose(table["w"], np.sign(np.exp(Z) * Z.conj()))
    z = gd.var("z", "3", dtype=complex)
    (by_hand,) = gd.gradients(loss(z), [z])
    made = gd.Graph(inputs={"z": z}, outputs={"g": by_hand})
    np.testing.assert_allclose(gd.evaluate(made, {"z": Z})["g"], expected)


def test_descent_along_the_gradient_descends():
    def loss(z):
        return np.sum(np.abs(z**2 - 1j) ** 2)

    z = Z.copy()
    for _ in range(300):
        z = z - 0.02 * gd.grad(loss)(z)
    np.testing.assert_allclose(z**2, np.full(3, 1j), atol=1e-6)


def test_a_real_argument_has_a_real_gradient():
    gradient = both(lambda x, z: np.sum(np.abs(np.exp(1j * x) * z + x)), X, Z)
    assert gradient.dtype == np.float64
    single = both(lambda x, z: np.sum(np.abs(x * z)), X.astype("f"), Z.astype("F"))
    assert single.dtype == np.float32
    wide = gd.grad(lambda z: np.sum(np.abs(z)))(Z.astype(np.complex64))
    assert wide.dtype == np.complex64


def test_gradients_of_gradients():
    def slope(z):
        return np.sum(np.abs(gd.grad(lambda w: np.sum(np.abs(w) ** 4))(z)) ** 2)

    np.testing.assert_allclose(both(slope, Z), 96 * np.abs(Z) ** 4 * Z)


@pytest.mark.parametrize(
    "fn", [np.sum, lambda z: z[0], lambda z: np.vdot(z, z), lambda z: z @ z]
)
def test_a_complex_value_has_no_gradient(fn):
    with pytest.raises(DTypeError, match=r"np\.abs.*vjp"):
        gd.grad(fn)(Z)


def test_a_complex_seed_of_a_real_value_is_refused():
    x = gd.var("x", "3")
    with pytest.raises(DTypeError, match=r"expected float64, got complex128"):
        gd.pullback([x * 2], [x], [Z])


# --- arguments ------------------------------------------------------------------------
def test_real_arrays_are_complex_arguments():
    form = gd.value_and_grad(lambda z: np.sum(np.abs(z) ** 2))
    emitted = form.emit(gd.spec("n", dtype=complex)).load()
    for given in (X, X.astype(np.float32), [1.0, 2.0], [1, 2j]):
        value, gradient = emitted(given)
        assert gradient.dtype == np.complex128
        assert value == pytest.approx(np.sum(np.abs(given) ** 2))
    graph = gd.trace(lambda z: z * 2, gd.spec("n", dtype=complex))
    assert gd.evaluate(graph, {"z": X})["output"].dtype == np.complex128
    assert gd.compile(graph)(X).dtype == np.complex128


def test_a_python_number_is_an_argument():
    assert gd.grad(lambda c: np.abs(c) ** 2)(1 + 2j) == 2 + 4j


def test_complex_arrays_are_no_real_arguments():
    graph = gd.trace(lambda x: x * 2, gd.spec("n"))
    with pytest.raises(DTypeError, match="complex128"):
        gd.evaluate(graph, {"x": Z})


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize(
    "number", [2j, 1 - 2j, -0.5 + 0.1j, complex(0.0, -1.5), 3 + 0j]
)
def test_numbers_are_written_as_they_are(number, dtype):
    form = gd.value_and_grad(lambda z: np.sum(np.abs(z * number + number)))
    z = Z.astype(dtype)
    for a, b in zip(form(z), form.emit(z).load()(z), strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype


def test_arrays_are_written_as_they_are():
    weights = np.array([1 + 2j, -1j, 3.5])
    form = gd.grad(lambda z: np.sum(np.abs(z * weights)))
    np.testing.assert_allclose(form.emit(Z).load()(Z), form(Z))


# --- origins and masks ----------------------------------------------------------------
@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("fn", [np.abs, np.angle, lambda z: np.real(np.sign(z))])
def test_slopes_at_the_origin_are_zero(fn, order):
    z = gd.var("z", "2", dtype=complex)
    y = np.sum(fn(z))
    for _ in range(order):
        (g,) = gd.gradients(y, [z])
        y = np.sum(np.real(g * (1 - 2j)))
    graph = gd.Graph(inputs={"z": z}, outputs={"g": g})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = gd.evaluate(graph, {"z": np.array([0, 1 + 1j])})["g"]
    assert found[0] == 0
    assert np.isfinite(found[1])


MASKED = {
    "log": np.log,
    "reciprocal": lambda z: 1 / z,
    "sqrt": np.sqrt,
    "power": lambda z: z**-1.5,
    "abs of log": lambda z: np.abs(np.log(z)),
    "sum of logs": lambda z: np.cumsum(np.log(z)),
    "product": lambda z: np.array([[1, 2j], [3, 4]]) @ np.log(z),
    "transform": lambda z: np.fft.fft(np.log(z)),
}


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("name", MASKED)
def test_untaken_branches_are_silent(name, order):
    fn = MASKED[name]

    def loss(z):
        kept = np.where(np.array([True, False]), z, 0)
        inner = np.where(z == 0, 0, fn(z))
        return np.sum(np.abs(inner + kept) ** 2)

    def slopes(z, order):
        if order == 0:
            return loss(z)
        return np.sum(np.real(gd.grad(lambda w: slopes(w, order - 1))(z) * (1 + 1j)))

    point = np.array([0.5 + 1j, 0])
    if name in ("sum of logs", "product", "transform"):

        def loss(z):
            safe = np.where(z == 0, 1, z)
            return np.sum(np.abs(np.where(z == 0, 0, fn(safe))) ** 2)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        form = gd.grad(lambda z: slopes(z, order - 1))
        found = form(point)
        emitted = form.emit(point).load()(point)
    assert np.all(np.isfinite(found))
    np.testing.assert_allclose(emitted, found, rtol=1e-9)


# --- rewriting ------------------------------------------------------------------------
@pytest.mark.parametrize(
    "fn",
    [
        lambda z: np.sqrt(z * z),
        lambda z: np.sqrt(np.sum(z * z)),
        lambda z: np.sqrt(z @ z),
        lambda z: np.sqrt(z**2 + (2 * z) ** 2),
        lambda z: np.sqrt(np.sum(z**2) / 3),
        lambda z: np.log(np.sum(np.exp(z))),
        lambda z: np.log(1 + z),
        lambda z: np.log(1 + np.exp(z)),
        lambda z: 1 / (1 + np.exp(-z)),
        lambda z: np.exp(z) / np.sum(np.exp(z)),
        lambda z: np.log(np.exp(z) + np.exp(2 * z)),
        lambda z: z * np.log(z),
        lambda z: np.linalg.norm(z) ** 2,
        lambda z: np.std(z) ** 2,
        lambda z: np.abs(z) ** 2,
        lambda z: z**2 + 0.0,
        lambda z: np.log(np.linalg.det(z[:, None] * z + np.eye(3))),
    ],
)
def test_rules_of_real_numbers_leave_complex_ones_alone(fn):
    graph = gd.trace(fn, Z)
    for made in (gd.stabilise(graph), gd.simplify(gd.stabilise(graph))):
        np.testing.assert_allclose(
            gd.evaluate(made, {"z": Z})["output"], fn(Z), rtol=1e-13
        )
    assert gd.check_gradients(fn, Z).ok


# --- checking -------------------------------------------------------------------------
def test_check_gradients_moves_both_parts():
    report = gd.check_gradients(lambda z, x: np.sum(np.abs(z**2 + x)), Z, X, order=2)
    assert report.ok, str(report)
    wheres = [c.where for check in report.checks for c in check.comparisons]
    assert any("imaginary" in where for where in wheres)
    assert gd.check_gradients(np.exp, Z).ok
    assert gd.check_gradients(lambda z: np.sum(np.abs(z)), np.tile(Z, 30)).ok


def test_the_test_beside_a_module_knows_complex_numbers(tmp_path):
    out = gd.value_and_grad(lambda z, x: np.sum(np.abs(z * x) ** 2)).emit(
        gd.spec("n", dtype=complex), gd.spec("n")
    )
    assert "test_gradients_agree_with_differences" in out.test


# --- what is refused ------------------------------------------------------------------
@pytest.mark.parametrize(
    "fn",
    [
        lambda z: np.maximum(z, 0),
        lambda z: np.clip(z, 0, 1),
        lambda z: np.max(z),
        lambda z: np.sort(z),
        lambda z: np.argmax(z),
        lambda z: np.median(z),
        np.floor,
        lambda z: z % 2,
        lambda z: np.arctan2(z, 1),
        lambda z: np.hypot(z, 1),
        lambda z: z.astype(float),
        np.cbrt,
        np.real_if_close,
        np.fft.rfft,
    ],
)
def test_what_needs_real_numbers_says_so(fn):
    with pytest.raises(TypeError, match=r"test_complex\.py"):
        gd.trace(lambda z: fn(z), Z)
