"""Student's distribution: what SciPy calls stdtr, and its inverse.

In the degrees of freedom the derivatives come from `graphdiff.runtime.student`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.ops.core.entries import Elementwise, family, late_ufunc, parametric
from graphdiff.ops.special.gamma import betaln, slope_of_digamma
from graphdiff.runtime.incomplete import derived_exp
from graphdiff.runtime.student import student_slopes


def student_density(df: Any, t: Any) -> Any:
    """The density of Student's distribution at t."""
    size = betaln(0.5 * df, 0.5) + 0.5 * np.log(df)
    return np.exp(-0.5 * (df + 1) * np.log1p(t * t / df) - size)


@family
def stdtr_slope(n: int) -> Elementwise:
    """The n-th derivative of stdtr in the degrees of freedom."""

    def by_t(g: Any, y: Any, df: Any, t: Any) -> Any:
        slopes = student_slopes(slope_of_digamma, df, t, n)
        return g * (student_density(df, t) * derived_exp(slopes, n))

    rules = (lambda g, y, df, t: g * stdtr_slope(n + 1)(df, t), by_t)
    return parametric("stdtr_slope", (n,), *rules)


stdtr: Elementwise = late_ufunc(
    "scipy.special.stdtr",
    lambda g, y, df, t: g * stdtr_slope(1)(df, t),
    lambda g, y, df, t: g * student_density(df, t),
)
stdtrit: Elementwise = late_ufunc(
    "scipy.special.stdtrit",
    lambda g, t, df, p: -(g * (stdtr_slope(1)(df, t) / student_density(df, t))),
    lambda g, t, df, p: g / student_density(df, t),
    singular=True,
    safe=(2.0, 0.5),
)
