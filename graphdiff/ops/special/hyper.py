"""Hypergeometric functions (DLMF, chapters 13 and 15), exponential integrals (6, 8).

Where ``(exp(x) - 1) / x`` and its kin divide zero by zero, their derivatives are
hypergeometric functions, which do not divide: right at 0, to every order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.ops.core.entries import Elementwise, late_ufunc, literal
from graphdiff.ops.special.refuse import no_slope

hyp2f1: Elementwise = late_ufunc(
    "scipy.special.hyp2f1",
    no_slope("scipy.special.hyp2f1", "a"),
    no_slope("scipy.special.hyp2f1", "b"),
    no_slope("scipy.special.hyp2f1", "c"),
    lambda g, y, a, b, c, z: g * (a * b / c * hyp2f1(a + 1, b + 1, c + 1, z)),
    singular=True,
    safe=(None, None, None, 0.0),
)
hyp1f1: Elementwise = late_ufunc(
    "scipy.special.hyp1f1",
    no_slope("scipy.special.hyp1f1", "a"),
    no_slope("scipy.special.hyp1f1", "b"),
    lambda g, y, a, b, x: g * (a / b * hyp1f1(a + 1, b + 1, x)),
    singular=True,
    safe=(None, None, 0.0),
)
hyp0f1: Elementwise = late_ufunc(
    "scipy.special.hyp0f1",
    no_slope("scipy.special.hyp0f1", "v"),
    lambda g, y, v, z: g * (hyp0f1(v + 1, z) / v),
    singular=True,
    safe=(None, 0.0),
)
exprel: Elementwise = late_ufunc(
    "scipy.special.exprel",
    lambda g, y, x: g * (0.5 * hyp1f1(2, 3, x)),
    singular=True,
    safe=(0.0,),
)

# --- transformations to normality -----------------------------------------------------
boxcox: Elementwise = late_ufunc(
    "scipy.special.boxcox",
    lambda g, y, x, lmbda: g * x ** (lmbda - 1),
    lambda g, y, x, lmbda: (
        g * (0.5 * np.square(np.log(x)) * hyp1f1(2, 3, lmbda * np.log(x)))
    ),
    singular=True,
    safe=(1.0, None),
)
boxcox1p: Elementwise = late_ufunc(
    "scipy.special.boxcox1p",
    lambda g, y, x, lmbda: g * (1 + x) ** (lmbda - 1),
    lambda g, y, x, lmbda: (
        g * (0.5 * np.square(np.log1p(x)) * hyp1f1(2, 3, lmbda * np.log1p(x)))
    ),
    singular=True,
    safe=(0.0, None),
)
inv_boxcox: Elementwise = late_ufunc(
    "scipy.special.inv_boxcox",
    lambda g, x, y, lmbda: g * (x / (1 + lmbda * y)),
    lambda g, x, y, lmbda: (
        -(g * (x * (0.5 * np.square(y) * hyp2f1(2, 2, 3, -(lmbda * y)))))
    ),
    singular=True,
    safe=(0.0, None),
)
inv_boxcox1p: Elementwise = late_ufunc(
    "scipy.special.inv_boxcox1p",
    lambda g, x, y, lmbda: g * ((1 + x) / (1 + lmbda * y)),
    lambda g, x, y, lmbda: (
        -(g * ((1 + x) * (0.5 * np.square(y) * hyp2f1(2, 2, 3, -(lmbda * y)))))
    ),
    singular=True,
    safe=(0.0, None),
)

# --- exponential integrals ------------------------------------------------------------
expi: Elementwise = late_ufunc(
    "scipy.special.expi",
    lambda g, y, x: g * (np.exp(x) / x),
    singular=True,
    safe=(1.0,),
)
exp1: Elementwise = late_ufunc(
    "scipy.special.exp1",
    lambda g, y, x: -(g * (np.exp(-x) / x)),
    singular=True,
    safe=(1.0,),
)


def _expn(g: Any, y: Any, n: Any, x: Any) -> Any:
    """Minus the function of order n - 1, which SciPy has from order 0 on."""
    order = literal(n)
    if order is not None and order >= 1:
        return -(g * expn(n - 1, x))
    below = (np.exp(-x) - (n - 1) * y) / x
    if order is not None:
        return -(g * below)
    return -(g * np.where(n >= 1, expn(np.maximum(n - 1, 0), x), below))


expn: Elementwise = late_ufunc(
    "scipy.special.expn",
    no_slope("scipy.special.expn", "n"),
    _expn,
    singular=True,
    safe=(None, 1.0),
)
