"""Incomplete gamma and beta functions and their inverses (DLMF, chapter 8).

In the parameters SciPy has no derivatives: they come from series and integrals of our
own, `graphdiff.runtime.incomplete`, as a family of functions closed under derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.ops.core.entries import Elementwise, Rule, family, late_ufunc, parametric
from graphdiff.ops.special.entropy import xlog1py, xlogy
from graphdiff.ops.special.gamma import betaln, digamma, gammaln, slope_of_digamma
from graphdiff.runtime.incomplete import derived_exp, derived_exp_of_two


def gamma_density(a: Any, x: Any) -> Any:
    """x^(a - 1) exp(-x) / gamma(a)."""
    return np.exp(xlogy(a - 1, x) - x - gammaln(a))


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """x^(a - 1) (1 - x)^(b - 1) / beta(a, b)."""
    return np.exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b))


# --- gamma ----------------------------------------------------------------------------
@family
def gammainc_slope(n: int) -> Elementwise:
    """The n-th derivative of gammainc in its parameter."""

    def by_x(g: Any, y: Any, a: Any, x: Any) -> Any:
        slopes = [np.log(x) - digamma(a)]
        slopes += [-slope_of_digamma(k, a) for k in range(1, n)]
        return g * (gamma_density(a, x) * derived_exp(slopes, n))

    rules = (lambda g, y, a, x: g * gammainc_slope(n + 1)(a, x), by_x)
    return parametric("gammainc_slope", (n,), *rules, singular=True, safe=(1.0, 1.0))


gammainc: Elementwise = late_ufunc(
    "scipy.special.gammainc",
    lambda g, y, a, x: g * gammainc_slope(1)(a, x),
    lambda g, y, a, x: g * gamma_density(a, x),
    singular=True,
    safe=(1.0, 1.0),
)
gammaincc: Elementwise = late_ufunc(
    "scipy.special.gammaincc",
    lambda g, y, a, x: -(g * gammainc_slope(1)(a, x)),
    lambda g, y, a, x: -(g * gamma_density(a, x)),
    singular=True,
    safe=(1.0, 1.0),
)
gammaincinv: Elementwise = late_ufunc(
    "scipy.special.gammaincinv",
    lambda g, x, a, y: -(g * (gammainc_slope(1)(a, x) / gamma_density(a, x))),
    lambda g, x, a, y: g / gamma_density(a, x),
    singular=True,
    safe=(1.0, 0.5),
)
gammainccinv: Elementwise = late_ufunc(
    "scipy.special.gammainccinv",
    lambda g, x, a, y: -(g * (gammainc_slope(1)(a, x) / gamma_density(a, x))),
    lambda g, x, a, y: -(g / gamma_density(a, x)),
    singular=True,
    safe=(1.0, 0.5),
)


# --- beta -----------------------------------------------------------------------------
@family
def betainc_slope(n: int, m: int) -> Elementwise:
    """The derivative of betainc, n times in a and m times in b."""

    def by_x(g: Any, y: Any, a: Any, b: Any, x: Any) -> Any:
        slopes: dict[tuple[int, int], Any] = {}
        for i in range(n + 1):
            for j in range(m + 1):
                if i + j:
                    slope = slope_of_digamma(i + j - 1, a + b)
                    slope = slope if j else slope - slope_of_digamma(i - 1, a)
                    slopes[i, j] = slope if i else slope - slope_of_digamma(j - 1, b)
        if n:
            slopes[1, 0] = slopes[1, 0] + np.log(x)
        if m:
            slopes[0, 1] = slopes[0, 1] + np.log1p(-x)
        return g * (beta_density(a, b, x) * derived_exp_of_two(slopes, n, m))

    rules = (
        lambda g, y, a, b, x: g * betainc_slope(n + 1, m)(a, b, x),
        lambda g, y, a, b, x: g * betainc_slope(n, m + 1)(a, b, x),
        by_x,
    )
    facts: dict[str, Any] = {"singular": True, "safe": (1.0, 1.0, 0.5)}
    return parametric("betainc_slope", (n, m), *rules, **facts)


def _beta_rules(sign: int) -> tuple[Rule, Rule, Rule]:
    """Those of betainc (1) and of its complement (-1)."""
    by_a, by_b = betainc_slope(1, 0), betainc_slope(0, 1)

    def signed(x: Any) -> Any:
        return x if sign > 0 else -x

    return (
        lambda g, y, a, b, x: signed(g * by_a(a, b, x)),
        lambda g, y, a, b, x: signed(g * by_b(a, b, x)),
        lambda g, y, a, b, x: signed(g * beta_density(a, b, x)),
    )


def _inverse_rules(sign: int) -> tuple[Rule, Rule, Rule]:
    """Those of the inverse of betainc (1) and of its complement (-1)."""

    def by(slope: Elementwise) -> Callable[..., Any]:
        return lambda g, x, a, b, y: -(g * (slope(a, b, x) / beta_density(a, b, x)))

    def by_y(g: Any, x: Any, a: Any, b: Any, y: Any) -> Any:
        slope = g / beta_density(a, b, x)
        return slope if sign > 0 else -slope

    return by(betainc_slope(1, 0)), by(betainc_slope(0, 1)), by_y


_INSIDE: dict[str, Any] = {"singular": True, "safe": (1.0, 1.0, 0.5)}
betainc: Elementwise = late_ufunc("scipy.special.betainc", *_beta_rules(1), **_INSIDE)
betaincc: Elementwise = late_ufunc(
    "scipy.special.betaincc", *_beta_rules(-1), **_INSIDE
)
betaincinv: Elementwise = late_ufunc(
    "scipy.special.betaincinv", *_inverse_rules(1), **_INSIDE
)
betainccinv: Elementwise = late_ufunc(
    "scipy.special.betainccinv", *_inverse_rules(-1), **_INSIDE
)
