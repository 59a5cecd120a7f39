"""Distributions on an interval."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.ops.core.elementwise import log1mexp
from graphdiff.ops.special.entropy import xlog1py, xlogy
from graphdiff.ops.special.gamma import betaln, digamma
from graphdiff.ops.special.incomplete import (
    betainc,
    betaincc,
    betainccinv,
    betaincinv,
)
from graphdiff.ops.special.normal import log_ndtr, ndtr, ndtri_exp
from graphdiff.scipy.stats.continuous import Formulas, continuous
from graphdiff.scipy.stats.lines import LOG_ROOT_2PI

_UNIT = (0.0, 1.0)


def _beta_entropy(a: Any, b: Any) -> Any:
    inner = (a - 1) * digamma(a) + (b - 1) * digamma(b)
    return betaln(a, b) - inner + (a + b - 2) * digamma(a + b)


beta = continuous(
    "beta",
    "a b",
    Formulas(
        kernel=lambda z, a, b: xlogy(a - 1, z) + xlog1py(b - 1, -z),
        norm=lambda a, b: betaln(a, b),
        support=_UNIT,
        cdf=lambda z, a, b: betainc(a, b, z),
        sf=lambda z, a, b: betaincc(a, b, z),
        ppf=lambda q, a, b: betaincinv(a, b, q),
        isf=lambda q, a, b: betainccinv(a, b, q),
        falls_out=True,
        mean=lambda a, b: a / (a + b),
        var=lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1)),
        entropy=_beta_entropy,
    ),
)
uniform = continuous(
    "uniform",
    "",
    Formulas(
        kernel=lambda z: np.zeros_like(z),
        pdf=lambda z: np.ones_like(z),
        support=_UNIT,
        cdf=lambda z: z,
        sf=lambda z: 1 - z,
        logcdf=lambda z: np.log(z),
        logsf=lambda z: np.log1p(-z),
        ppf=lambda q: q,
        isf=lambda q: 1 - q,
        mean=lambda: 0.5,
        var=lambda: 1 / 12,
        entropy=lambda: 0.0,
    ),
)


# --- the normal distribution between two points ---------------------------------------
def _log_mass(a: Any, b: Any) -> Any:
    """The logarithm of the normal mass between a and b, in either tail or across.

    An interval above 0 is reflected, so that no two numbers near 1 are subtracted.
    """
    above = a > 0
    low, high = np.where(above, -b, a), np.where(above, -a, b)
    below = log_ndtr(high) + log1mexp(log_ndtr(low) - log_ndtr(high))
    across = np.log1p(-ndtr(low) - ndtr(-high))
    return np.where(high <= 0, below, across)


def _truncated_quantile(q: Any, a: Any, b: Any) -> Any:
    """From the end of the interval that lies farther out, in logarithms."""
    left = np.logaddexp(log_ndtr(a), np.log(q) + _log_mass(a, b))
    right = np.logaddexp(log_ndtr(-b), np.log1p(-q) + _log_mass(a, b))
    return np.where(a < 0, ndtri_exp(left), -ndtri_exp(right))


truncnorm = continuous(
    "truncnorm",
    "a b",
    Formulas(
        kernel=lambda z, a, b: -0.5 * z**2 - _log_mass(a, b),
        norm=lambda a, b: LOG_ROOT_2PI,
        support=lambda a, b: (a, b),
        cdf=lambda z, a, b: np.exp(_log_mass(a, z) - _log_mass(a, b)),
        sf=lambda z, a, b: np.exp(_log_mass(z, b) - _log_mass(a, b)),
        logcdf=lambda z, a, b: _log_mass(a, z) - _log_mass(a, b),
        logsf=lambda z, a, b: _log_mass(z, b) - _log_mass(a, b),
        ppf=_truncated_quantile,
    ),
)
