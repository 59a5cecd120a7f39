"""Banded systems and Riccati's equations: what nobody reads, masks, what is refused."""

import warnings

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import ShapeError, UnsupportedError
from graphdiff.scipy import linalg
from graphdiff.scipy.linalg.refused import REASONS


def banded_loss(ab, b):
    return np.sum(linalg.solve_banded((2, 1), ab, b) ** 3)


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_what_lies_outside_of_the_matrix_has_no_slope(n, rng):
    ab, b = rng.normal(size=(4, n)), rng.normal(size=n)
    ab[1] += 5
    slope, _ = gd.grad(banded_loss, wrt=(0, 1))(ab, b)
    outside = [(k, j) for k in range(4) for j in range(n) if not 0 <= j + k - 1 < n]
    for k, j in outside:
        ab[k, j] = 1e300
        assert slope[k, j] == 0
    again, _ = gd.grad(banded_loss, wrt=(0, 1))(ab, b)
    np.testing.assert_array_equal(again, slope)


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("columns", [(), (3,)])
def test_slopes_are_those_of_the_whole_matrix(n, columns, rng):
    ab, b = rng.normal(size=(4, n)), rng.normal(size=(n, *columns))
    ab[1] += 5

    def whole(ab, b):
        a = sum(
            np.diag(ab[1 - d, max(d, 0) : n + min(d, 0)], d)
            for d in range(max(-2, 1 - n), min(1, n - 1) + 1)
        )
        return np.sum(np.linalg.solve(a, b) ** 3)

    found = gd.grad(banded_loss, wrt=(0, 1))(ab, b)
    wanted = gd.grad(whole, wrt=(0, 1))(ab, b)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_masked_right_hand_sides_let_nothing_through(rng):
    ab, b = rng.normal(size=(4, 4)), np.array([[1.0, -1.0, 2.0, 0.0]] * 2).T
    ab[1] += 5

    def loss(ab, b):
        root = np.where(b > 0, np.log(b), 0.0)
        x = linalg.solve_banded((2, 1), ab, root)
        return np.sum(np.where(b > 0, x, 0.0) ** 2)

    specs = gd.spec("4,4"), gd.spec("4,2")
    graph = gd.differentiate(gd.trace(loss, *specs), of="loss", wrt=["ab", "b"])
    dgraph = gd.simplify(graph)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = gd.evaluate(dgraph, {"ab": ab, "b": b})
        emitted = gd.emit(dgraph, name="f").load()(ab, b)
    for value in values.values():
        assert np.isfinite(value).all()
    np.testing.assert_array_equal(values["d_b"][b <= 0], 0)
    np.testing.assert_allclose(emitted[1][1], values["d_b"], rtol=1e-12)


@pytest.mark.parametrize("kind", ["continuous", "discrete"])
def test_riccati_slopes_are_symmetric_and_right(kind, rng):
    a, b = rng.normal(size=(3, 3)) / 2, rng.normal(size=(3, 2))
    q, r = np.eye(3), np.diag([1.0, 2.0])
    solve = getattr(linalg, f"solve_{kind}_are")
    weights = rng.normal(size=(3, 3))
    slopes = gd.grad(lambda *m: np.sum(weights * solve(*m)), wrt=(0, 1, 2, 3))(
        a, b, q, r
    )
    np.testing.assert_allclose(slopes[2], slopes[2].T, rtol=1e-10)
    np.testing.assert_allclose(slopes[3], slopes[3].T, rtol=1e-10)
    given = [a, b, q, r]
    for i, slope in enumerate(slopes):
        along = rng.normal(size=slope.shape)
        along = along + along.T if i > 1 else along
        ends = []
        for h in (1e-6, -1e-6):
            moved = [m + h * along if k == i else m for k, m in enumerate(given)]
            ends.append(np.sum(weights * solve(*moved)))
        found = (ends[0] - ends[1]) / 2e-6
        assert np.sum(slope * along) == pytest.approx(found, rel=1e-6, abs=1e-8)


def test_polar_factors_are_smooth_where_singular_values_are_equal(rng):
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    weights = rng.normal(size=(3, 3))

    def loss(a):
        return np.sum(weights * linalg.polar(a)[0])

    slope, along = gd.grad(loss)(2 * turn), rng.normal(size=(3, 3))
    found = (loss(2 * turn + 1e-6 * along) - loss(2 * turn - 1e-6 * along)) / 2e-6
    assert np.sum(slope * along) == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize("name", REASONS)
def test_what_is_refused_says_why(name):
    x = gd.var("x", "3,3")
    if not hasattr(linalg, name):
        pytest.skip("not in this SciPy")
    with pytest.raises(UnsupportedError, match=rf"scipy\.linalg\.{name} is not"):
        getattr(linalg, name)(x)


def test_shapes_that_do_not_fit():
    x = gd.var("x", "3,4")
    with pytest.raises(ShapeError, match="expected 4 rows of diagonals"):
        linalg.solve_banded((2, 1), x, np.ones(4))
    with pytest.raises(ShapeError, match="do not fit together"):
        linalg.solve_banded((1, 1), x, np.ones(3))
    with pytest.raises(ShapeError, match="do not fit together"):
        linalg.solve_discrete_are(x, x, x, x)
    with pytest.raises(ShapeError, match="expected two coefficients"):
        linalg.companion(x)
    assert linalg.schur(np.eye(2))[0].shape == (2, 2)
