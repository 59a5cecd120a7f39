"""The distributions of scipy.stats, each method differentiated in all it takes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.scipy import stats
from tests.cases.table import FIXED, FLAT, OURS, above, case, ints, real, unit

DENSITY = ("pdf", "logpdf")
MASS = ("pmf", "logpmf")
BELOW = ("cdf", "logcdf")
ABOVE = ("sf", "logsf")
SHARE = ("ppf", "isf")
NUMBERS = ("entropy", "mean", "var", "std")


def total(of: str, methods: tuple[str, ...]) -> Callable[..., Any]:
    """The sum of the methods that the distribution has."""
    found = getattr(stats, of)
    calls = [getattr(found, m) for m in methods if m in dir(found)]
    return lambda *args, **named: sum(call(*args, **named) for call in calls)


def distribution(
    of: str, x: Any, *shapes: Any, numbers: tuple[str, ...] = NUMBERS, **facts: Any
) -> None:
    """Cases of a continuous distribution at points `x` of its standard form."""
    loc, scale = np.array(0.3), np.array(1.2)
    place = (*map(np.asarray, shapes), loc, scale)
    facts = {"order": 2, **OURS, **facts}
    for title, methods in (("density", DENSITY), ("below", BELOW), ("above", ABOVE)):
        f = total(of, methods)
        case(f"stats.{of} {title}", f, loc + scale * x, *place, **facts)
    if "ppf" in dir(getattr(stats, of)):
        q = 0.1 + 0.35 * above(3)
        case(f"stats.{of} share", total(of, SHARE), q, *place, **facts)
    if numbers and "mean" in dir(getattr(stats, of)):
        case(f"stats.{of} numbers", total(of, numbers), *place, **facts)


def counts(of: str, k: Any, *shapes: Any, down: int = 0, **facts: Any) -> None:
    """Cases of a discrete distribution at counts `k`, `down` for what lies above."""
    facts = {"order": 2, **OURS, **facts}
    place = tuple(map(np.asarray, shapes))
    for title, methods, at in (
        ("mass", MASS, k),
        ("below", BELOW, k),
        ("above", ABOVE, [n - down for n in k]),
    ):
        f = total(of, methods)
        case(f"stats.{of} {title}", f, at, *place, **facts)
        moved = lambda n, *args, f=f: f(n + 1, *args, loc=1)  # noqa: E731
        case(f"stats.{of} {title} loc=", moved, at, *place, **{**facts, **FLAT})
    f = total(of, NUMBERS)
    case(f"stats.{of} numbers", f, *place, **facts)
    moved = lambda *args, f=f: f(*args, loc=1)  # noqa: E731
    case(f"stats.{of} numbers loc=", moved, *place, **{**facts, **FLAT})


# --- of one variable ------------------------------------------------------------------
NEAR: dict[str, Any] = {"near": 1e-4}
for _name in ("norm", "laplace", "logistic", "gumbel_r"):
    distribution(_name, real(3))
distribution("cauchy", real(3), numbers=("entropy",))
distribution("t", real(3), 3.4, numbers=(), **NEAR)
_t_numbers = total("t", NUMBERS)
case("stats.t numbers", lambda df: _t_numbers(df.astype(float), 0.3, 1.2), 3.4, **OURS)
distribution("lognorm", above(3), 0.7)
distribution("gamma", above(3), 1.7, **NEAR)
distribution("chi2", above(3), 3.3, **NEAR)
distribution("pareto", 1 + above(3), 2.6)
distribution("weibull_min", above(3), 1.6)
distribution("invgamma", above(3), 2.7, **NEAR)
for _name in ("expon", "halfnorm"):
    distribution(_name, above(3))
distribution("halfcauchy", above(3), numbers=("entropy",))
distribution("beta", 0.5 + 0.4 * unit(3), 1.4, 2.3, **NEAR)
distribution("uniform", 0.5 + 0.4 * unit(3))
distribution("truncnorm", unit(3), -1.1, 1.6, **NEAR)

# --- of counts ------------------------------------------------------------------------
counts("poisson", [0, 1, 4], 1.3, **NEAR)
counts("bernoulli", [0, 1, 1], 0.3, down=1)
counts("binom", [0, 2, 3], 4, 0.3)
counts("nbinom", [0, 2, 5], 2.5, 0.4, **NEAR)
counts("geom", [1, 2, 4], 0.3)
case("stats.poisson loc=", lambda m: stats.poisson.logpmf(3.0, m, loc=1), above(3))
case(
    "stats.norm of matrices",
    lambda x, m, s: stats.norm(m, scale=s).logpdf(x),
    real(3, 4),
    real(4),
    above(3, 1),
    **OURS,
)
case("stats.norm of ints", lambda n: stats.norm.logcdf(n, 1), ints(4), **FLAT)
case(
    "stats.gamma by name",
    lambda x, b: stats.gamma.sf(x, a=2.0, scale=b),
    *[above(3)] * 2,
)

for _name, _shape in (
    ("norm", ()),
    ("laplace", ()),
    ("logistic", ()),
    ("cauchy", ()),
    ("t", (3.4,)),
    ("gamma", (1.7,)),
    ("chi2", (3.3,)),
    ("expon", ()),
    ("pareto", (2.6,)),
    ("beta", (1.4, 2.3)),
):
    case(
        f"stats.{_name}.logpdf",
        lambda x, *place, of=_name: getattr(stats, of).logpdf(x, *place),
        np.array([1.4, 1.1, 0.9] if _name == "beta" else [1.9, 3.3, 2.6]),
        *_shape,
        0.4,
        1.3,
        order=1,
    )

# --- of vectors -----------------------------------------------------------------------
_half = unit(3, 3) + 1.5 * np.eye(3)
_covariance = _half @ _half.T
_normal = stats.multivariate_normal
case(
    "stats.multivariate_normal",
    lambda x, m, c: _normal.logpdf(x, m, c) + _normal.pdf(x, mean=m, cov=c),
    real(4, 3),
    real(3),
    _covariance,
    ulps=1000,
    **OURS,
)
case(
    "stats.multivariate_normal of one",
    lambda x, m, c: _normal(m, c).logpdf(x),
    real(3),
    real(3),
    above(3),
    **FIXED,
    **OURS,
)
case(
    "stats.multivariate_normal of stacks",
    lambda x, c: _normal.logpdf(x, cov=c),
    real(2, 4, 3),
    _covariance,
    **FIXED,
    ulps=1000,
    **OURS,
)
case(
    "stats.multivariate_normal of numbers",
    lambda x, m, c: _normal.logpdf(x, m, c),
    real(4),
    real(),
    above(),
    **FIXED,
    **OURS,
)
case(
    "stats.multivariate_normal entropy",
    lambda c: _normal.entropy(cov=c),
    _covariance,
    **OURS,
)
_shares = above(3)
_shares = _shares / _shares.sum()
_few = np.array([[0.2, 0.1], [0.3, 0.4]])
case(
    "stats.dirichlet",
    lambda x, a: stats.dirichlet.logpdf(x, a) + stats.dirichlet(a).pdf(x),
    _few,
    above(3) + 0.5,
    **FIXED,
    **OURS,
)
case(
    "stats.dirichlet numbers",
    lambda a: (
        stats.dirichlet.entropy(a)
        + stats.dirichlet.mean(a)
        + stats.dirichlet.var(a)
        + stats.dirichlet.cov(a)[0]
    ),
    above(3) + 0.5,
    **FIXED,
    **OURS,
)
case(
    "stats.multinomial",
    lambda k, p: stats.multinomial.logpmf(k, 4, p) + stats.multinomial.pmf(k, 4, p),
    np.array([[1, 2, 1], [0, 4, 0]]),
    _shares,
    **OURS,
)
case(
    "stats.multinomial numbers",
    lambda p: stats.multinomial.mean(4, p) + stats.multinomial.cov(4, p)[0],
    _shares,
    **FIXED,
    **OURS,
)
