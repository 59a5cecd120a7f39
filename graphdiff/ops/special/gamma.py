"""The gamma function and its kin (DLMF, chapter 5), zeta functions (chapter 25)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.ops.core.entries import (
    Elementwise,
    family,
    late_function,
    late_ufunc,
    parametric,
)

_INT, _DOUBLE = np.dtype(np.int64), np.dtype(np.float64)


def slope_of_digamma(m: Any, x: Any) -> Any:
    """The m-th derivative of digamma, in the dtype of `x`."""
    if m == 0:
        return digamma(x)
    return polygamma(m, x.astype(_DOUBLE)).astype(x.dtype)


def _beyond_half(g: Any, y: Any, x: Any) -> Any:
    """The slope of 1 / gamma, below 1/2 by reflection, so that poles do no harm."""
    low = x < 0.5
    left, right = np.where(low, x, 0.25), np.where(low, 1, x)
    reflected = np.cos(math.pi * left) * gamma(1 - left) - y * digamma(1 - left)
    return g * -np.where(low, -reflected, y * digamma(right))


digamma: Elementwise = late_ufunc(
    "scipy.special.digamma",
    lambda g, y, x: g * slope_of_digamma(1, x),
    singular=True,
    safe=(1.0,),
)
polygamma: Elementwise = Elementwise(
    "scipy.special.polygamma",
    lambda *given: ((_INT, _DOUBLE), _DOUBLE),
    (None, lambda g, y, n, x: g * polygamma(n + 1, x)),
    singular=True,
    safe=(None, 1.0),
    out=False,
)
gamma: Elementwise = late_ufunc(
    "scipy.special.gamma",
    lambda g, y, x: g * (y * digamma(x)),
    singular=True,
    safe=(1.0,),
)
gammaln: Elementwise = late_ufunc(
    "scipy.special.gammaln",
    lambda g, y, x: g * digamma(x),
    singular=True,
    safe=(1.0,),
)
loggamma: Elementwise = late_ufunc(
    "scipy.special.loggamma",
    lambda g, y, x: g * digamma(x),
    singular=True,
    safe=(1.0,),
)
rgamma: Elementwise = late_ufunc("scipy.special.rgamma", _beyond_half)
gammasgn: Elementwise = late_ufunc("scipy.special.gammasgn", None)
beta: Elementwise = late_ufunc(
    "scipy.special.beta",
    lambda g, y, a, b: g * (y * (digamma(a) - digamma(a + b))),
    lambda g, y, a, b: g * (y * (digamma(b) - digamma(a + b))),
    singular=True,
    safe=(1.0, 1.0),
)
betaln: Elementwise = late_ufunc(
    "scipy.special.betaln",
    lambda g, y, a, b: g * (digamma(a) - digamma(a + b)),
    lambda g, y, a, b: g * (digamma(b) - digamma(a + b)),
    singular=True,
    safe=(1.0, 1.0),
)
binom: Elementwise = late_ufunc(
    "scipy.special.binom",
    lambda g, y, n, k: g * (y * (digamma(n + 1) - digamma(n - k + 1))),
    lambda g, y, n, k: g * (y * (digamma(n - k + 1) - digamma(k + 1))),
    singular=True,
    safe=(1.0, 0.5),
)
poch: Elementwise = late_ufunc(
    "scipy.special.poch",
    lambda g, y, z, m: g * (y * (digamma(z + m) - digamma(z))),
    lambda g, y, z, m: g * (y * digamma(z + m)),
    singular=True,
    safe=(1.0, 1.0),
)


# --- zeta functions, which SciPy has under one name -----------------------------------
def slope_of_zeta(n: int, s: Any, q: Any) -> Any:
    """The n-th derivative of zeta in its exponent."""
    return zeta_slope(n)(s, q) if n else zeta(s, q)


@family
def zeta_slope(n: int) -> Elementwise:
    """The n-th derivative of zeta in its exponent, for n above 0."""

    def by_q(g: Any, y: Any, s: Any, q: Any) -> Any:
        below = n * slope_of_zeta(n - 1, s + 1, q)
        return -(g * (s * zeta_slope(n)(s + 1, q) + below))

    rules = (lambda g, y, s, q: g * zeta_slope(n + 1)(s, q), by_q)
    return parametric("zeta_slope", (n,), *rules, singular=True, safe=(2.0, 1.0))


zeta: Elementwise = late_function(
    "scipy.special.zeta",
    "scipy.special._ufuncs._zeta",
    lambda g, y, s, q: g * zeta_slope(1)(s, q),
    lambda g, y, s, q: -(g * (s * zeta(s + 1, q))),
    singular=True,
    safe=(2.0, 1.0),
)
riemann_zeta: Elementwise = late_function(
    "scipy.special.zeta",
    "scipy.special._ufuncs._riemann_zeta",
    lambda g, y, s: g * zeta_slope(1)(s, 1.0),
    singular=True,
    safe=(2.0,),
)
