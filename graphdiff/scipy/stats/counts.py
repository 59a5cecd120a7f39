"""Distributions of counts, as formulas of the count and the parameters.

Where a count is no whole number its probability is 0, so that nothing depends on it
smoothly: derivatives are those in the parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.expression.expression import Expression, lift
from graphdiff.ops.core.elementwise import log1mexp
from graphdiff.ops.special.entropy import entr, xlog1py, xlogy
from graphdiff.ops.special.gamma import gammaln
from graphdiff.ops.special.incomplete import betainc, betaincc, gammainc, gammaincc
from graphdiff.scipy.stats.distribution import (
    Distribution,
    double,
    in_full,
    is_number,
    signed,
)

Formula = Callable[..., Any]
_INF = np.inf


@dataclass(frozen=True)
class Formulas:
    """What there is at location 0: functions of a count and of the parameters.

    Counts go from `first` on, to the `last` where the parameters say that there is one.
    """

    logpmf: Formula
    cdf: Formula
    sf: Formula
    mean: Formula
    var: Formula
    first: int = 0
    last: Formula | None = None
    logcdf: Formula | None = None
    logsf: Formula | None = None
    entropy: Formula | None = None


def discrete(name: str, shapes: str, formulas: Formulas) -> Distribution:
    """The distribution of this name, with SciPy's methods; `shapes`: its parameters."""
    made = _Discrete(name, shapes.split(), formulas)
    return Distribution(name, dict(made.methods()))


@dataclass(frozen=True)
class _Discrete:
    """The methods of a distribution, from its formulas."""

    name: str
    shapes: list[str]
    formulas: Formulas

    def methods(self) -> Iterator[tuple[str, Formula]]:
        """Each method by its name."""
        of_count = {
            "pmf": self.pmf,
            "logpmf": self.logpmf,
            "cdf": self._inside("cdf", 0.0, 1.0),
            "sf": self._inside("sf", 1.0, 0.0),
            "logcdf": self._inside("logcdf", -_INF, 0.0),
            "logsf": self._inside("logsf", 0.0, -_INF),
        }
        for key, build in of_count.items():
            yield key, signed(build, ["k", *self.shapes], loc=0)
        for key in ("entropy", "mean", "var", "std"):
            if key == "std" or getattr(self.formulas, key) is not None:
                yield key, signed(self._number(key), self.shapes, loc=0)

    def logpmf(self, k: Any, *parameters: Any) -> Any:
        *shape, loc = map(double, parameters)
        k, whole = _count(k, loc)
        outside = whole < self.formulas.first
        if self.formulas.last is not None:
            outside = outside | (whole > self.formulas.last(*shape))
        if whole is not k:
            outside = outside | (whole != k)
        inside = np.where(outside, self.formulas.first, whole)
        return np.where(outside, -_INF, self.formulas.logpmf(inside, *shape))

    def pmf(self, *args: Any) -> Any:
        return np.exp(self.logpmf(*args))

    def _inside(self, key: str, below: float, above: float) -> Formula:
        formula = getattr(self.formulas, key)

        def logarithm(*args: Any) -> Any:
            return np.log(getattr(self.formulas, key.removeprefix("log"))(*args))

        def build(k: Any, *parameters: Any) -> Any:
            *shape, loc = map(double, parameters)
            _, whole = _count(k, loc)
            first, outside = self.formulas.first, whole < self.formulas.first
            if self.formulas.last is None:
                inside = np.where(outside, first, whole)
                return np.where(outside, below, (formula or logarithm)(inside, *shape))
            done = whole >= self.formulas.last(*shape)
            inside = np.where(outside | done, first, whole)
            y = np.where(done, above, (formula or logarithm)(inside, *shape))
            return np.where(outside, below, y)

        return build

    def _number(self, key: str) -> Formula:
        """A method of the parameters alone."""

        def build(*parameters: Any) -> Any:
            *shape, loc = map(double, parameters)
            y = getattr(self.formulas, "var" if key == "std" else key)(*shape)
            y = np.sqrt(y) if key == "std" else y
            y = y + loc if key == "mean" and not is_number(loc, 0) else y
            return in_full(self.name, y, *parameters)

        return build


def _count(k: Any, loc: Any) -> tuple[Any, Any]:
    """The count from 0 on, and the whole number that it is or lies above."""
    is_whole = (k if isinstance(k, Expression) else np.asarray(k)).dtype.kind in "iub"
    k = lift(double(k))
    k = k if is_number(loc, 0) else k - loc
    return k, k if is_whole and is_number(loc, 0) else np.floor(k)


def log_choices(n: Any, k: Any) -> Any:
    """The logarithm of the number of ways to choose k of n."""
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


poisson = discrete(
    "poisson",
    "mu",
    Formulas(
        logpmf=lambda k, mu: xlogy(k, mu) - gammaln(k + 1) - mu,
        cdf=lambda k, mu: gammaincc(k + 1, mu),
        sf=lambda k, mu: gammainc(k + 1, mu),
        mean=lambda mu: mu,
        var=lambda mu: mu,
    ),
)
bernoulli = discrete(
    "bernoulli",
    "p",
    Formulas(
        logpmf=lambda k, p: xlogy(k, p) + xlog1py(1 - k, -p),
        cdf=lambda k, p: 1 - p + np.zeros_like(k),
        sf=lambda k, p: p + np.zeros_like(k),
        mean=lambda p: p,
        var=lambda p: p * (1 - p),
        last=lambda p: 1,
        entropy=lambda p: entr(p) + entr(1 - p),
    ),
)
binom = discrete(
    "binom",
    "n p",
    Formulas(
        logpmf=lambda k, n, p: log_choices(n, k) + xlogy(k, p) + xlog1py(n - k, -p),
        cdf=lambda k, n, p: betaincc(k + 1, n - k, p),
        sf=lambda k, n, p: betainc(k + 1, n - k, p),
        mean=lambda n, p: n * p,
        var=lambda n, p: n * p * (1 - p),
        last=lambda n, p: n,
    ),
)
nbinom = discrete(
    "nbinom",
    "n p",
    Formulas(
        logpmf=lambda k, n, p: (
            log_choices(n + k - 1, k) + n * np.log(p) + xlog1py(k, -p)
        ),
        cdf=lambda k, n, p: betainc(n, k + 1, p),
        sf=lambda k, n, p: betaincc(n, k + 1, p),
        mean=lambda n, p: n * (1 - p) / p,
        var=lambda n, p: n * (1 - p) / p**2,
    ),
)
geom = discrete(
    "geom",
    "p",
    Formulas(
        logpmf=lambda k, p: xlog1py(k - 1, -p) + np.log(p),
        cdf=lambda k, p: -np.expm1(k * np.log1p(-p)),
        sf=lambda k, p: np.exp(k * np.log1p(-p)),
        logcdf=lambda k, p: log1mexp(k * np.log1p(-p)),
        logsf=lambda k, p: k * np.log1p(-p),
        mean=lambda p: 1 / p,
        var=lambda p: (1 - p) / p**2,
        first=1,
        entropy=lambda p: -np.log(p) - np.log1p(-p) * (1 - p) / p,
    ),
)
