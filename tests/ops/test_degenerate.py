"""Reductions, orders and matrices where the rules are at their limits.

Masks stand in front of each function, at orders one to three, in evaluated and emitted
code; ties, gaps, empty arrays, singular matrices and equal eigenvalues stand in it.
"""

import warnings

import numpy as np
import pytest

import graphdiff as gd

VECTORS = {
    "sort": lambda x: np.sort(x) ** 2 * np.cos(x),
    "partition": lambda x: np.partition(x, 2)[:3] ** 3,
    "median": lambda x: np.median(x) ** 3,
    "nanmedian": lambda x: np.nanmedian(x) ** 3,
    "quantile": lambda x: np.quantile(x, [0.2, 0.6]) ** 3,
    "quantile hazen": lambda x: np.quantile(x, 0.4, method="hazen") ** 3,
    "nanquantile": lambda x: np.nanquantile(x, 0.35) ** 3,
    "max": lambda x: np.max(x) ** 3,
    "maximum.accumulate": lambda x: np.maximum.accumulate(x) ** 3,
    "cumprod": lambda x: np.cumprod(x),
    "cumsum": lambda x: np.cumsum(x) ** 3,
    "prod": lambda x: np.prod(x) ** 2,
    "std": lambda x: np.std(x),
    "var": lambda x: np.var(x) ** 2,
    "average": lambda x: np.average(x, weights=x**2 + 1) ** 2,
    "reduceat": lambda x: np.add.reduceat(x, [0, 2]) ** 3,
    "interp": lambda x: np.interp(0.4, np.arange(6.0), x) ** 3,
    "logaddexp.reduce": lambda x: np.logaddexp.reduce(x),
    "gradient": lambda x: np.gradient(x) ** 3,
    "trapezoid": lambda x: np.trapezoid(x) ** 3,
    "norm": lambda x: np.linalg.norm(x),
    "norm 3": lambda x: np.linalg.norm(x, 3),
    "outer": lambda x: np.outer(x, x) ** 2,
}
MATRICES = {
    "solve": lambda a, x: np.linalg.solve(a, x) ** 2,
    "inv": lambda a, x: np.linalg.inv(a + np.diag(x)) ** 2,
    "cholesky": lambda a, x: np.linalg.cholesky(a + np.outer(x, x)) ** 2,
    "det": lambda a, x: np.linalg.det(a + np.outer(x, x)),
    "slogdet": lambda a, x: np.linalg.slogdet(a + np.diag(x))[1],
    "eigvalsh": lambda a, x: np.linalg.eigvalsh(a + np.diag(x)) ** 2,
    "eigh": lambda a, x: np.linalg.eigh(a + np.diag(x))[1][:, 0] ** 2,
    "svdvals": lambda a, x: np.linalg.svdvals(a + np.outer(x, x)),
    "norm nuc": lambda a, x: np.linalg.norm(a + np.diag(x), "nuc"),
    "pinv": lambda a, x: np.linalg.pinv(a + np.diag(x)) ** 2,
    "qr": lambda a, x: np.linalg.qr(a + np.outer(x, x))[1] ** 2,
    "matrix_power": lambda a, x: np.linalg.matrix_power(a + np.diag(x), 3),
    "multi_dot": lambda a, x: np.linalg.multi_dot([x, a, a, x]) ** 2,
}
HALF = np.array([0.5, -1.0, 2.0, 0.0, 1.3, 0.8])


def masked(z):
    """A logarithm where there is one: its slope is infinite next to the mask."""
    return np.where(z > 0, np.log(z) + np.sqrt(z), 0.25)


def check(loss, z):
    """Finite at every order, 0 where the mask is, and calm; emitted code alike."""
    form, first = loss, None
    for order in (1, 2, 3):
        slope = gd.grad(form)
        spec = gd.spec(",".join(map(str, z.shape)))
        graph = slope.graph(spec)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            (value,) = gd.evaluate(graph, {"z": z}).values()
            made = gd.emit(graph, name="f").load()(z)
        assert np.isfinite(value).all(), order
        assert np.all(value[z <= 0] == 0), order
        np.testing.assert_allclose(made, value, rtol=1e-9, atol=1e-9)
        first = value if first is None else first

        def form(z, slope=slope):
            return np.sum(np.where(z > 0, np.sin(slope(z)), 0.0))

    for i in np.flatnonzero(z > 0):
        ends = []
        for h in (1e-6, -1e-6):
            moved = z.copy()
            moved[i] += h
            with np.errstate(all="ignore"):
                ends.append(loss(moved))
        assert first[i] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", VECTORS)
def test_masks_before_reductions_and_orders(name):
    def loss(z):
        return np.sum(VECTORS[name](masked(z)))

    check(loss, HALF)


@pytest.mark.parametrize("name", MATRICES)
def test_masks_before_matrices(name):
    a = np.diag(np.arange(3.0, 9.0)) + 0.3 * np.cos(np.arange(36.0)).reshape(6, 6)
    a = a + a.T

    def loss(z):
        return np.sum(MATRICES[name](a, masked(z)))

    check(loss, HALF)


TIES = np.array([2.0, 1.0, 2.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda x: np.sort(x) @ np.arange(1.0, 6.0), [3, 1, 4, 2, 5]),
        (lambda x: np.median(x), [1, 0, 0, 0, 0]),
        (lambda x: np.median(x[:4]), [0.5, 0, 0, 0.5, 0]),
        (lambda x: np.quantile(x, 0.5), [1, 0, 0, 0, 0]),
        (lambda x: np.quantile(x, 0.625), [0.5, 0, 0.5, 0, 0]),
        (lambda x: np.nanmedian(x), [1, 0, 0, 0, 0]),
        (lambda x: np.partition(x, 1)[1], [0, 0, 0, 1, 0]),
        (lambda x: np.max(x), [1 / 3, 0, 1 / 3, 0, 1 / 3]),
    ],
)
def test_of_equal_entries_the_earlier_comes_first(function, slope):
    np.testing.assert_allclose(gd.grad(function)(TIES), slope)
    module = gd.grad(function).emit(gd.spec("5")).load()
    np.testing.assert_allclose(module(TIES), slope)


@pytest.mark.parametrize("name", ["nanmedian", "nanmean", "nanmax", "nanstd", "nansum"])
def test_rows_of_nothing_but_nan_have_no_slope(name):
    x = np.array([[1.0, np.nan, 3.0], [np.nan] * 3])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        slope = gd.grad(lambda x: np.sum(getattr(np, name)(x, axis=1)))(x)
    np.testing.assert_array_equal(slope[1], 0)
    assert np.isfinite(slope[0]).all()
    assert slope[0, 1] == 0


@pytest.mark.parametrize("name", ["sum", "prod", "nansum", "nanprod"])
def test_where_nothing_is_chosen_nothing_has_a_slope(name):
    def loss(x):
        return np.sum(getattr(np, name)(x, axis=0, where=x > 9) ** 2)

    np.testing.assert_array_equal(gd.grad(loss)(HALF), 0)


@pytest.mark.parametrize("name", [n for n in VECTORS if n in (
    "sort", "cumprod", "cumsum", "prod", "norm", "outer", "trapezoid",
)])  # fmt: skip
def test_no_entries_have_no_slopes(name):
    slope = gd.grad(lambda x: np.sum(VECTORS[name](x)))
    assert slope(np.zeros(0)).shape == (0,)
    assert slope.emit(gd.spec("n")).load()(np.zeros(0)).shape == (0,)


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_determinants_of_every_rank_to_order_three(rank, rng):
    n = 4
    a = rng.normal(size=(n, rank)) @ rng.normal(size=(rank, n))
    along = rng.normal(size=(n, n))
    t = np.linspace(-1, 1, 9)
    curve = [np.linalg.det(a + s * along) for s in t]
    expected = np.polynomial.Polynomial.fit(t, curve, n, domain=[-1, 1]).coef
    f = lambda s: np.linalg.det(a + s * along)  # noqa: E731
    scale = 1.0
    for order in (1, 2, 3):
        f, scale = gd.grad(f), scale * order
        assert f(0.0) == pytest.approx(scale * expected[order], rel=1e-7, abs=1e-9)


def test_equal_eigenvalues_leave_sums_smooth(rng):
    along = rng.normal(size=(4, 4))
    along = along + along.T

    def loss(s):
        return np.sum(np.linalg.eigvalsh(2 * np.eye(4) + s * along) ** 3)

    slope, again = gd.grad(loss), gd.grad(gd.grad(loss))
    assert slope(0.0) == pytest.approx(12 * np.trace(along))
    assert np.isfinite(again(0.0))
