"""Distributions on the positive half of the line."""

from __future__ import annotations

import math

import numpy as np

from graphdiff.ops.core.elementwise import log1mexp
from graphdiff.ops.special.entropy import xlogy
from graphdiff.ops.special.gamma import digamma, gammaln
from graphdiff.ops.special.gamma import gamma as gamma_function
from graphdiff.ops.special.incomplete import (
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
)
from graphdiff.ops.special.normal import log_ndtr, ndtr, ndtri
from graphdiff.scipy.stats.continuous import Formulas, continuous
from graphdiff.scipy.stats.lines import LOG_ROOT_2PI, NORMAL_ENTROPY

_POSITIVE = (0.0, np.inf)
_EULER = np.euler_gamma
_LOG_2 = math.log(2)

lognorm = continuous(
    "lognorm",
    "s",
    Formulas(
        kernel=lambda z, s: -0.5 * (np.log(z) / s) ** 2 - np.log(z),
        norm=lambda s: np.log(s) + LOG_ROOT_2PI,
        support=_POSITIVE,
        open=True,
        cdf=lambda z, s: ndtr(np.log(z) / s),
        sf=lambda z, s: ndtr(-np.log(z) / s),
        logcdf=lambda z, s: log_ndtr(np.log(z) / s),
        logsf=lambda z, s: log_ndtr(-np.log(z) / s),
        ppf=lambda q, s: np.exp(s * ndtri(q)),
        isf=lambda q, s: np.exp(-s * ndtri(q)),
        falls_out=True,
        mean=lambda s: np.exp(0.5 * s**2),
        var=lambda s: np.expm1(s**2) * np.exp(s**2),
        entropy=lambda s: NORMAL_ENTROPY + np.log(s),
    ),
)
gamma = continuous(
    "gamma",
    "a",
    Formulas(
        kernel=lambda z, a: xlogy(a - 1, z) - z,
        norm=lambda a: gammaln(a),
        support=_POSITIVE,
        cdf=lambda z, a: gammainc(a, z),
        sf=lambda z, a: gammaincc(a, z),
        ppf=lambda q, a: gammaincinv(a, q),
        isf=lambda q, a: gammainccinv(a, q),
        falls_out=True,
        mean=lambda a: a,
        var=lambda a: a,
        entropy=lambda a: a + gammaln(a) + (1 - a) * digamma(a),
    ),
)
chi2 = continuous(
    "chi2",
    "df",
    Formulas(
        kernel=lambda z, df: xlogy(0.5 * df - 1, z) - 0.5 * z,
        norm=lambda df: gammaln(0.5 * df) + 0.5 * _LOG_2 * df,
        support=_POSITIVE,
        cdf=lambda z, df: gammainc(0.5 * df, 0.5 * z),
        sf=lambda z, df: gammaincc(0.5 * df, 0.5 * z),
        ppf=lambda q, df: 2 * gammaincinv(0.5 * df, q),
        isf=lambda q, df: 2 * gammainccinv(0.5 * df, q),
        falls_out=True,
        mean=lambda df: df,
        var=lambda df: 2 * df,
        entropy=lambda df: (
            0.5 * df + _LOG_2 + gammaln(0.5 * df) + (1 - 0.5 * df) * digamma(0.5 * df)
        ),
    ),
)
expon = continuous(
    "expon",
    "",
    Formulas(
        kernel=lambda z: -z,
        pdf=lambda z: np.exp(-z),
        support=_POSITIVE,
        cdf=lambda z: -np.expm1(-z),
        sf=lambda z: np.exp(-z),
        logcdf=lambda z: log1mexp(-z),
        logsf=lambda z: -z,
        ppf=lambda q: -np.log1p(-q),
        isf=lambda q: -np.log(q),
        mean=lambda: 1.0,
        var=lambda: 1.0,
        entropy=lambda: 1.0,
    ),
)
pareto = continuous(
    "pareto",
    "b",
    Formulas(
        kernel=lambda z, b: -(b + 1) * np.log(z),
        norm=lambda b: -np.log(b),
        pdf=lambda z, b: b * z ** (-b - 1),
        support=(1.0, np.inf),
        cdf=lambda z, b: -np.expm1(-b * np.log(z)),
        sf=lambda z, b: z**-b,
        logcdf=lambda z, b: log1mexp(-b * np.log(z)),
        logsf=lambda z, b: -b * np.log(z),
        ppf=lambda q, b: (1 - q) ** (-1 / b),
        isf=lambda q, b: q ** (-1 / b),
        mean=lambda b: np.where(b > 1, b / (b - 1), np.inf),
        var=lambda b: np.where(b > 2, b / ((b - 1) ** 2 * (b - 2)), np.inf),
        entropy=lambda b: 1 + 1 / b - np.log(b),
    ),
)
weibull_min = continuous(
    "weibull_min",
    "c",
    Formulas(
        kernel=lambda z, c: xlogy(c - 1, z) - z**c,
        norm=lambda c: -np.log(c),
        support=_POSITIVE,
        cdf=lambda z, c: -np.expm1(-(z**c)),
        sf=lambda z, c: np.exp(-(z**c)),
        logcdf=lambda z, c: log1mexp(-(z**c)),
        logsf=lambda z, c: -(z**c),
        ppf=lambda q, c: (-np.log1p(-q)) ** (1 / c),
        isf=lambda q, c: (-np.log(q)) ** (1 / c),
        mean=lambda c: gamma_function(1 + 1 / c),
        var=lambda c: gamma_function(1 + 2 / c) - gamma_function(1 + 1 / c) ** 2,
        entropy=lambda c: _EULER * (1 - 1 / c) - np.log(c) + 1,
    ),
)
invgamma = continuous(
    "invgamma",
    "a",
    Formulas(
        kernel=lambda z, a: -(a + 1) * np.log(z) - 1 / z,
        norm=lambda a: gammaln(a),
        support=_POSITIVE,
        open=True,
        cdf=lambda z, a: gammaincc(a, 1 / z),
        sf=lambda z, a: gammainc(a, 1 / z),
        ppf=lambda q, a: 1 / gammainccinv(a, q),
        isf=lambda q, a: 1 / gammaincinv(a, q),
        falls_out=True,
        mean=lambda a: np.where(a > 1, 1 / (a - 1), np.inf),
        var=lambda a: np.where(a > 2, 1 / ((a - 1) ** 2 * (a - 2)), np.inf),
        entropy=lambda a: a - (a + 1) * digamma(a) + gammaln(a),
    ),
)
halfnorm = continuous(
    "halfnorm",
    "",
    Formulas(
        kernel=lambda z: -0.5 * z**2,
        norm=lambda: 0.5 * math.log(math.pi / 2),
        support=_POSITIVE,
        cdf=lambda z: 2 * ndtr(z) - 1,
        sf=lambda z: 2 * ndtr(-z),
        logsf=lambda z: log_ndtr(-z) + _LOG_2,
        ppf=lambda q: ndtri(0.5 * (1 + q)),
        isf=lambda q: -ndtri(0.5 * q),
        mean=lambda: math.sqrt(2 / math.pi),
        var=lambda: 1 - 2 / math.pi,
        entropy=lambda: 0.5 * math.log(math.pi / 2) + 0.5,
    ),
)
halfcauchy = continuous(
    "halfcauchy",
    "",
    Formulas(
        kernel=lambda z: -np.log1p(z**2),
        norm=lambda: math.log(math.pi / 2),
        pdf=lambda z: 2 / (math.pi * (1 + z**2)),
        support=_POSITIVE,
        cdf=lambda z: 2 / math.pi * np.arctan(z),
        sf=lambda z: 2 / math.pi * np.arctan2(1.0, z),
        ppf=lambda q: np.tan(math.pi / 2 * q),
        isf=lambda q: 1 / np.tan(math.pi / 2 * q),
        mean=lambda: math.inf,
        var=lambda: math.inf,
        entropy=lambda: math.log(2 * math.pi),
    ),
)
