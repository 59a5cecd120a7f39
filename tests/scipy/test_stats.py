"""Distributions: SciPy's values everywhere, derivatives beyond support and in tails."""

import warnings
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import stats as scipys

import graphdiff as gd
from graphdiff.scipy import stats

CONTINUOUS: dict[str, tuple[float, ...]] = {
    "norm": (),
    "t": (3.3,),
    "laplace": (),
    "logistic": (),
    "cauchy": (),
    "gumbel_r": (),
    "lognorm": (0.7,),
    "gamma": (1.7,),
    "chi2": (3.1,),
    "expon": (),
    "pareto": (2.6,),
    "weibull_min": (1.6,),
    "invgamma": (2.7,),
    "halfnorm": (),
    "halfcauchy": (),
    "beta": (1.4, 2.3),
    "uniform": (),
    "truncnorm": (-0.8, 1.9),
}
COUNTS: dict[str, tuple[float, ...]] = {
    "poisson": (1.3,),
    "bernoulli": (0.3,),
    "binom": (4, 0.3),
    "nbinom": (3, 0.4),
    "geom": (0.3,),
}
POINTWISE = {"pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf"}
ALL = pytest.mark.parametrize("name", [*CONTINUOUS, *COUNTS])
POINTS = np.array([-3.0, -1.2, 0.31, 0.7, 1.4, 2.5, 7.0])
NUMBERS = np.array([-1, 0, 1, 2, 4, 5])
BROKEN = np.array([0.5, 1.0, 1.3])
SHARES = np.array([-0.1, 1e-9, 0.3, 0.6, 0.999, 1.1])


def arguments(name: str, method: str) -> list[tuple[Any, ...]]:
    """Arguments at the standard place, and at another."""
    shape = (CONTINUOUS | COUNTS)[name]
    other = (1,) if name in COUNTS else (0.2, 1.3)
    if method in ("entropy", "mean", "var", "std"):
        return [(*shape, *other)]
    points = [NUMBERS, BROKEN] if name in COUNTS else [POINTS]
    if method in ("ppf", "isf"):
        points = [SHARES]
    return [(x, *shape, *place) for x in points for place in ((), other)]


def methods(name: str) -> list[str]:
    return [m for m in dir(getattr(stats, name)) if m != "name"]


@ALL
def test_values_are_scipys_without_a_warning(name: str) -> None:
    for method in methods(name):
        call = getattr(getattr(stats, name), method)
        for args in arguments(name, method):
            specs = [gd.spec_like(np.asarray(a)) for a in args]
            graph = gd.simplify(gd.stabilise(gd.trace(call, *specs)))
            expected = getattr(getattr(scipys, name), method)(*args)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                for found in (gd.compile(graph)(*args), gd.emit(graph).load()(*args)):
                    assert np.shape(found) == np.shape(expected)
                    np.testing.assert_allclose(found, expected, 1e-12, 1e-14)


@ALL
@pytest.mark.parametrize("order", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_outside_of_the_support_nothing_has_a_slope(name: str, order: int) -> None:
    shape = (CONTINUOUS | COUNTS)[name]
    count = name in COUNTS
    place = (0,) if count else (0.2, 1.3)
    low, high = getattr(scipys, name)(*shape, *place).support()
    outside = [x for x in (low - 1, low - 30, high + 1, high + 9) if np.isfinite(x)]
    if not outside:
        pytest.skip("the support is the whole line")
    x = np.array(outside)
    for method in POINTWISE & set(methods(name)):
        call = getattr(getattr(stats, name), method)
        wrt = tuple(range(1, 1 + len(shape))) if count else tuple(range(3))
        args = (x, *map(float, shape), *place)

        def loss(*args: Any, call: Any = call) -> Any:
            y = call(*args)
            return np.sum(np.where(np.isfinite(y), y, 0.0) * y.shape[0])

        slopes = gd.grad(loss, wrt=wrt)
        if order == 2:
            slopes = gd.grad(lambda *a, f=slopes: total(f(*a)), wrt=wrt)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert all(np.all(g == 0) for g in slopes(*args))


def total(values: Any) -> Any:
    return sum(np.sum(v * v + v) for v in values)


def test_plain_arrays_are_served_by_scipy() -> None:
    x = np.linspace(-1, 1, 5)
    found = stats.norm(0.2, scale=[1.0, 2.0, 3.0, 4.0, 5.0]).logpdf(x)
    assert np.array_equal(found, scipys.norm.logpdf(x, 0.2, [1, 2, 3, 4, 5]))
    assert stats.zscore is scipys.zscore


def test_what_is_not_offered_is_named_with_what_is() -> None:
    with pytest.raises(AttributeError, match=r"norm has no rvs; it has pdf, logpdf"):
        stats.norm.rvs(3)
    with pytest.raises(AttributeError, match=r"poisson has no ppf.*logpmf"):
        stats.poisson(2.0).ppf(0.3)
    assert "logpdf" in dir(stats.norm)
    assert repr(stats.norm) == "<graphdiff.scipy.stats.norm>"


def test_wrong_arguments_are_named() -> None:
    x = gd.var("x", 3)
    with pytest.raises(gd.GraphTypeError, match=r"scipy\.stats\.gamma\.pdf: .*'a'"):
        stats.gamma.pdf(x)
    with pytest.raises(gd.GraphTypeError, match=r"norm\.cdf: .*'sigma'"):
        stats.norm.cdf(x, sigma=2)
    with pytest.raises(gd.UnsupportedError, match="allow_singular"):
        stats.multivariate_normal.logpdf(x, np.zeros(3), allow_singular=True)
    with pytest.raises(gd.ShapeError, match="does not fit a mean of 3"):
        stats.multivariate_normal.logpdf(x, x, np.eye(2))
    with pytest.raises(gd.ShapeError, match="do not fit 5"):
        stats.dirichlet.logpdf(x, np.ones(5))


# --- against mpmath -------------------------------------------------------------------
def normal_tail(z: Any) -> Any:
    return mpmath.log(mpmath.erfc(-z / mpmath.sqrt(2)) / 2)


def student(z: Any, df: Any) -> Any:
    return mpmath.log(
        mpmath.gamma((df + 1) / 2)
        / (mpmath.sqrt(df * mpmath.pi) * mpmath.gamma(df / 2))
        * (1 + z**2 / df) ** (-(df + 1) / 2)
    )


def student_below(z: Any, df: Any) -> Any:
    x = df / (df + z * z)
    tail = mpmath.betainc(df / 2, 0.5, 0, x, regularized=True) / 2
    return tail if z < 0 else 1 - tail


def gamma_above(z: Any, a: Any) -> Any:
    return mpmath.gammainc(a, z, mpmath.inf, regularized=True)


def beta_below(z: Any, a: Any, b: Any) -> Any:
    return mpmath.betainc(a, b, 0, z, regularized=True)


TAILS = {
    "norm.logcdf": (
        stats.norm.logcdf,
        normal_tail,
        [(-38.0,), (-5.0,), (0.5,), (9.0,)],
    ),
    "norm.logsf": (stats.norm.logsf, lambda z: normal_tail(-z), [(30.0,), (-4.0,)]),
    "logistic.logsf": (
        stats.logistic.logsf,
        lambda z: -mpmath.log(1 + mpmath.exp(z)),
        [(50.0,), (-50.0,)],
    ),
    "logistic.logpdf": (
        stats.logistic.logpdf,
        lambda z: z - 2 * mpmath.log(1 + mpmath.exp(z)),
        [(50.0,), (-50.0,), (0.0,)],
    ),
    "expon.logcdf": (
        stats.expon.logcdf,
        lambda z: mpmath.log(1 - mpmath.exp(-z)),
        [(1e-5,), (0.6,), (40.0,)],
    ),
    "laplace.logsf": (
        stats.laplace.logsf,
        lambda z: mpmath.log(1 - mpmath.exp(z) / 2) if z < 0 else -z - mpmath.log(2),
        [(-40.0,), (30.0,)],
    ),
    "cauchy.cdf": (
        stats.cauchy.cdf,
        lambda z: mpmath.atan2(1, -z) / mpmath.pi,
        [(-1e8,), (0.3,)],
    ),
    "t.logpdf": (stats.t.logpdf, student, [(0.0, 2.5), (-8.0, 0.3), (3.0, 40.0)]),
    "t.cdf": (
        stats.t.cdf,
        student_below,
        [(-0.2, 2.5), (0.7, 0.4), (-6.0, 12.0), (2.0, 60.0), (-40.0, 1.5)],
    ),
    "gamma.sf": (stats.gamma.sf, gamma_above, [(0.2, 1.4), (20.0, 3.0), (9.0, 12.0)]),
    "beta.cdf": (stats.beta.cdf, beta_below, [(0.1, 2.0, 3.5), (0.97, 1.3, 4.0)]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TAILS)
def test_slopes_keep_their_digits(name: str) -> None:
    ours, theirs, points = TAILS[name]
    for point in points:
        count = len(point)
        orders = [tuple(int(i == j) for j in range(count)) for i in range(count)]
        orders += [tuple(2 * n for n in order) for order in orders]
        orders += [(1,) * count] if count > 1 else [(3,)]
        for order in orders:
            f: Any = ours
            for i, times in enumerate(order):
                for _ in range(times):
                    f = gd.grad(f, wrt=i)
            with mpmath.workdps(60):
                expected = mpmath.diff(theirs, tuple(map(mpmath.mpf, point)), order)
            assert float(f(*point)) == pytest.approx(float(expected), rel=1e-9), order
