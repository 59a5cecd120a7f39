"""Error functions and the normal distribution (DLMF, chapter 7).

Slopes are written so that they keep all digits in the tails: the ratio of density and
distribution through `erfcx`, the slope of `expit` as a product of two of it.
"""

from __future__ import annotations

import math

import numpy as np

from graphdiff.ops.core.entries import Elementwise, family, late_ufunc, parametric

ROOT_2, ROOT_PI = math.sqrt(2), math.sqrt(math.pi)
_STEEP, _DENSITY = 2 / ROOT_PI, 1 / math.sqrt(2 * math.pi)
_MILLS = math.sqrt(2 / math.pi)
_LOWEST = -26.0
"""Where erfcx is still finite, and what it divides is 0."""

erf: Elementwise = late_ufunc(
    "scipy.special.erf", lambda g, y, x: g * (_STEEP * np.exp(-np.square(x)))
)
erfc: Elementwise = late_ufunc(
    "scipy.special.erfc", lambda g, y, x: -(g * (_STEEP * np.exp(-np.square(x))))
)


@family
def erfcx_slope(n: int) -> Elementwise:
    """The n-th derivative of erfcx, of which the usual formula loses all digits."""
    rules = (lambda g, y, x: g * erfcx_slope(n + 1)(x),)
    return parametric("erfcx_slope", (n,), *rules, singular=True, safe=(0.0,))


erfcx: Elementwise = late_ufunc(
    "scipy.special.erfcx",
    lambda g, y, x: g * erfcx_slope(1)(x),
    singular=True,
    safe=(0.0,),
)
erfi: Elementwise = late_ufunc(
    "scipy.special.erfi",
    lambda g, y, x: g * (_STEEP * np.exp(np.square(x))),
    singular=True,
    safe=(0.0,),
)


@family
def dawsn_slope(n: int) -> Elementwise:
    """The n-th derivative of dawsn, of which the usual formula loses all digits."""
    rules = (lambda g, y, x: g * dawsn_slope(n + 1)(x),)
    return parametric("dawsn_slope", (n,), *rules)


dawsn: Elementwise = late_ufunc(
    "scipy.special.dawsn", lambda g, y, x: g * dawsn_slope(1)(x)
)
erfinv: Elementwise = late_ufunc(
    "scipy.special.erfinv",
    lambda g, y, x: g * (ROOT_PI / 2 * np.exp(np.square(y))),
    singular=True,
    safe=(0.0,),
)
erfcinv: Elementwise = late_ufunc(
    "scipy.special.erfcinv",
    lambda g, y, x: -(g * (ROOT_PI / 2 * np.exp(np.square(y)))),
    singular=True,
    safe=(1.0,),
)
ndtr: Elementwise = late_ufunc(
    "scipy.special.ndtr", lambda g, y, x: g * (_DENSITY * np.exp(-np.square(x) / 2))
)
ndtri: Elementwise = late_ufunc(
    "scipy.special.ndtri",
    lambda g, y, x: g * (np.exp(np.square(y) / 2) / _DENSITY),
    singular=True,
    safe=(0.5,),
)
log_ndtr: Elementwise = late_ufunc(
    "scipy.special.log_ndtr",
    lambda g, y, x: g * (_MILLS / erfcx(np.maximum(x / -ROOT_2, _LOWEST))),
)
ndtri_exp: Elementwise = late_ufunc(
    "scipy.special.ndtri_exp",
    lambda g, y, x: g * (erfcx(y / -ROOT_2) / _MILLS),
    singular=True,
    safe=(-1.0,),
)
owens_t: Elementwise = late_ufunc(
    "scipy.special.owens_t",
    lambda g, y, h, a: (
        -(g * (_DENSITY / 2 * np.exp(-np.square(h) / 2) * erf(a * h / ROOT_2)))
    ),
    lambda g, y, h, a: (
        g * (np.exp(-np.square(h) * (1 + a * a) / 2) / (2 * math.pi * (1 + a * a)))
    ),
)

# --- the logistic distribution --------------------------------------------------------
expit: Elementwise = late_ufunc(
    "scipy.special.expit", lambda g, y, x: g * (y * expit(-x))
)
log_expit: Elementwise = late_ufunc(
    "scipy.special.log_expit", lambda g, y, x: g * expit(-x)
)
logit: Elementwise = late_ufunc(
    "scipy.special.logit",
    lambda g, y, x: g / (x * (1 - x)),
    singular=True,
    safe=(0.5,),
)
