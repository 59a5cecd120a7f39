"""Expressions take the form that a person would give them, and keep their value."""

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.emit.emitted import emit


def lines_of(fn, *specs, wrt=0):
    graph = gd.value_and_grad(fn, wrt=wrt).graph(*specs)
    out = emit(graph)
    body = out.source.partition(f"def {out.name}(")[2].partition("    return ")[0]
    return [line.partition("  # ")[0].strip() for line in body.splitlines()]


SIGNS = {
    "product": (lambda x, y: -(x * y), "-x * y"),
    "quotient": (lambda x, y: -(x / y * x), "-x / y * x"),
    "longer": (lambda x, y: -(np.sin(x) * y / x), "-np.sin(x) * y / x"),
    "mask": (lambda x, y: -((y > 0) * x), "-((y > 0) * x)"),
    "sum": (lambda x, y: -(x + y), "-(x + y)"),
    "power": (lambda x, y: -(x**2 * y), "-(x**2) * y"),
}


@pytest.mark.parametrize(("fn", "text"), SIGNS.values(), ids=SIGNS)
def test_the_sign_of_a_product_is_that_of_its_first_factor(rng, fn, text):
    graph = gd.trace(fn, gd.spec("n"), gd.spec("n"))
    out = emit(gd.simplify(graph), name="f")
    assert f" = {text}\n" in out.source
    x, y = rng.normal(size=(2, 5))
    np.testing.assert_array_equal(out.load()(x, y), fn(x, y))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.bool_])
def test_no_sign_is_given_to_what_is_converted(dtype):
    def signed(k, x):
        return -(k * x)

    out = emit(gd.trace(signed, gd.spec("n", dtype=dtype), gd.spec("n")))
    k, x = np.array([0, 1, 3]).astype(dtype), np.array([1.5, -2.0, 4.0])
    np.testing.assert_array_equal(out.load()(k, x), signed(k, x))


def two_layers(W1, b1, W2, x, y):
    h = np.tanh(W1 @ x + b1)
    return np.sum((W2 @ h - y) ** 2) / 3 + np.sum((W2.T @ y - h) ** 2)


def test_vectors_are_not_written_as_columns(rng):
    specs = map(gd.spec, ("h,i", "h", "o,h", "i", "o"))
    found = "\n".join(lines_of(two_layers, *specs, wrt=("W1", "b1", "W2")))
    assert "None" not in found
    assert "[:, 0]" not in found
    assert found.count("np.outer(") == 3


def test_vectors_written_as_such_keep_their_values(rng):
    specs = map(gd.spec, ("h,i", "h", "o,h", "i", "o"))
    graph = gd.value_and_grad(two_layers, wrt=("W1", "b1", "W2", "x")).graph(*specs)
    shapes = {"W1": (4, 3), "b1": 4, "W2": (2, 4), "x": 3, "y": 2}
    given = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    expected = gd.evaluate(graph, given)
    for style in ("readable", "fast"):
        value, found = emit(graph, style=style).load()(**given)
        np.testing.assert_allclose(value, expected["two_layers"], rtol=1e-13)
        for name, slope in zip(("W1", "b1", "W2", "x"), found, strict=True):
            np.testing.assert_allclose(slope, expected[f"d_{name}"], rtol=1e-12)


def test_the_mean_of_a_difference_is_divided_once():
    def logistic(w, X, y):
        z = X @ w
        p = 1 / (1 + np.exp(-z))
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    found = lines_of(logistic, gd.spec("k"), gd.spec("n,k"), gd.spec("n"))
    assert "d_z = (one_minus_y * _sigmoid(z) - y * _sigmoid(minus)) / n" in found


def test_numpy_makes_complex_numbers_of_real_ones_by_itself(rng):
    def tones(rate, decay, t):
        z = np.exp((2j * rate - decay)[:, None] * t)
        return np.sum(np.abs(np.sum(z, axis=0)) ** 2)

    out = gd.value_and_grad(tones, wrt=("rate", "decay")).emit(
        gd.spec("k"), gd.spec("k"), gd.spec("n")
    )
    assert "astype" not in out.source.partition("\n    return ")[0]
    rate, decay, t = rng.normal(size=3), rng.normal(size=3), rng.normal(size=5)
    value, (d_rate, _) = out.load()(rate, decay, t)
    assert value == pytest.approx(tones(rate, decay, t), rel=1e-14)
    step = 1e-6 * np.eye(3)[1]
    slope = tones(rate + step, decay, t) - tones(rate - step, decay, t)
    assert d_rate[1] == pytest.approx(slope / 2e-6, rel=1e-6)


def parts(x):
    return np.exp(x[3]) * np.sin(x[0]) + np.sum(np.cos(x[1:3]) ** 3)


def test_entries_are_written_from_the_first_to_the_last(rng):
    lines = lines_of(parts, gd.spec("6"))
    written = [line for line in lines if line.startswith("d_x[")]
    assert [line.partition("]")[0] for line in written] == ["d_x[0", "d_x[1:3", "d_x[3"]
    assert all("] = " in line for line in written)
    x = rng.normal(size=6)
    wanted = gd.grad(parts)(x)
    found = gd.value_and_grad(parts).emit(gd.spec("6")).load()(x)[1]
    np.testing.assert_allclose(found, wanted, rtol=1e-15)


def test_entries_that_meet_are_added_in_any_order(rng):
    def overlapping(x):
        return np.sum(x[2:] ** 2 * x[:-2]) + x[3] * x[0]

    lines = lines_of(overlapping, gd.spec("6"))
    written = [line.partition("]")[2][:3] for line in lines if line[:4] == "d_x["]
    assert written == [" = ", " = ", " +=", " +="]
    x = rng.normal(size=6)
    found = gd.value_and_grad(overlapping).emit(gd.spec("6")).load()(x)[1]
    np.testing.assert_allclose(found, gd.grad(overlapping)(x), rtol=1e-14)


def test_entries_are_added_to_a_copy_of_what_is_given(rng):
    def back(x, cotangent):
        _, (d_x,) = gd.vjp(lambda x: x + 0.0 * x[0])((x,), cotangent)
        return d_x

    out = emit(gd.simplify(gd.trace(back, gd.spec("4"), gd.spec("4"))))
    body = out.source.partition("    return ")[0]
    assert "cotangent.copy()" in body
    assert "np.zeros" not in body
    x, g = rng.normal(size=(2, 4))
    given = g.copy()
    np.testing.assert_allclose(out.load()(x, g), back(x, g), rtol=1e-15)
    np.testing.assert_array_equal(g, given)


def test_a_part_without_a_name_is_called_after_where_it_stands():
    def total(pair):
        return pair[0] * pair[1]

    source = emit(gd.trace(total, (gd.spec(), gd.spec()))).source
    assert "pair_0 * pair_1" in source
