"""Distributions on the whole line."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.ops.special.gamma import betaln, digamma
from graphdiff.ops.special.normal import expit, log_expit, log_ndtr, logit, ndtr, ndtri
from graphdiff.ops.special.student import stdtr, stdtrit
from graphdiff.scipy.stats.continuous import Formulas, continuous

LOG_ROOT_2PI = math.log(2 * math.pi) / 2
NORMAL_ENTROPY = LOG_ROOT_2PI + 0.5
_DENSITY = 1 / math.sqrt(2 * math.pi)
_LOG_2 = math.log(2)

norm = continuous(
    "norm",
    "",
    Formulas(
        kernel=lambda z: -0.5 * z**2,
        norm=lambda: LOG_ROOT_2PI,
        pdf=lambda z: _DENSITY * np.exp(-0.5 * z**2),
        cdf=lambda z: ndtr(z),
        sf=lambda z: ndtr(-z),
        logcdf=lambda z: log_ndtr(z),
        logsf=lambda z: log_ndtr(-z),
        ppf=lambda q: ndtri(q),
        isf=lambda q: -ndtri(q),
        falls_out=True,
        mean=lambda: 0.0,
        var=lambda: 1.0,
        entropy=lambda: NORMAL_ENTROPY,
    ),
)


def _t_entropy(df: Any) -> Any:
    half = 0.5 * (df + 1)
    drift = digamma(half) - digamma(0.5 * df)
    return half * drift + 0.5 * np.log(df) + betaln(0.5 * df, 0.5)


t = continuous(
    "t",
    "df",
    Formulas(
        kernel=lambda z, df: -0.5 * (df + 1) * np.log1p(z**2 / df),
        norm=lambda df: betaln(0.5 * df, 0.5) + 0.5 * np.log(df),
        cdf=lambda z, df: stdtr(df, z),
        sf=lambda z, df: stdtr(df, -z),
        ppf=lambda q, df: stdtrit(df, q),
        isf=lambda q, df: -stdtrit(df, q),
        falls_out=True,
        mean=lambda df: np.where(df > 1, 0.0, np.inf),
        var=lambda df: np.where(
            df > 2, df / (df - 2), np.where(df > 1, np.inf, np.nan)
        ),
        entropy=_t_entropy,
    ),
)


def _log_most(z: Any) -> Any:
    """The logarithm of Laplace's share below z, for z above 0."""
    return np.log1p(-0.5 * np.exp(-np.maximum(z, 0)))


laplace = continuous(
    "laplace",
    "",
    Formulas(
        kernel=lambda z: -np.abs(z),
        norm=lambda: _LOG_2,
        pdf=lambda z: 0.5 * np.exp(-np.abs(z)),
        cdf=lambda z: np.where(z > 0, 1 - 0.5 * np.exp(-z), 0.5 * np.exp(z)),
        sf=lambda z: np.where(z > 0, 0.5 * np.exp(-z), 1 - 0.5 * np.exp(z)),
        logcdf=lambda z: np.where(z > 0, _log_most(z), z - _LOG_2),
        logsf=lambda z: np.where(z > 0, -z - _LOG_2, _log_most(-z)),
        ppf=lambda q: np.where(q > 0.5, -np.log(2 * (1 - q)), np.log(2 * q)),
        isf=lambda q: np.where(q > 0.5, np.log(2 * (1 - q)), -np.log(2 * q)),
        mean=lambda: 0.0,
        var=lambda: 2.0,
        entropy=lambda: _LOG_2 + 1,
    ),
)
logistic = continuous(
    "logistic",
    "",
    Formulas(
        kernel=lambda z: log_expit(z) + log_expit(-z),
        pdf=lambda z: expit(z) * expit(-z),
        cdf=lambda z: expit(z),
        sf=lambda z: expit(-z),
        logcdf=lambda z: log_expit(z),
        logsf=lambda z: log_expit(-z),
        ppf=lambda q: logit(q),
        isf=lambda q: -logit(q),
        falls_out=True,
        mean=lambda: 0.0,
        var=lambda: math.pi**2 / 3,
        entropy=lambda: 2.0,
    ),
)
cauchy = continuous(
    "cauchy",
    "",
    Formulas(
        kernel=lambda z: -np.log1p(z**2),
        norm=lambda: math.log(math.pi),
        pdf=lambda z: 1 / (math.pi * (1 + z**2)),
        cdf=lambda z: np.arctan2(1.0, -z) / math.pi,
        sf=lambda z: np.arctan2(1.0, z) / math.pi,
        ppf=lambda q: -1 / np.tan(math.pi * q),
        isf=lambda q: 1 / np.tan(math.pi * q),
        mean=lambda: math.nan,
        var=lambda: math.nan,
        entropy=lambda: math.log(4 * math.pi),
    ),
)


gumbel_r = continuous(
    "gumbel_r",
    "",
    Formulas(
        kernel=lambda z: -z - np.exp(-z),
        cdf=lambda z: np.exp(-np.exp(-z)),
        sf=lambda z: -np.expm1(-np.exp(-z)),
        logcdf=lambda z: -np.exp(-z),
        ppf=lambda q: -np.log(-np.log(q)),
        isf=lambda q: -np.log(-np.log1p(-q)),
        mean=lambda: np.euler_gamma,
        var=lambda: math.pi**2 / 6,
        entropy=lambda: np.euler_gamma + 1,
    ),
)
