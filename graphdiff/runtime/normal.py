"""Derivatives of the scaled complement of the error function, without cancellation.

They are repeated integrals of erfc (DLMF, 7.18): below 0 the recurrence among them adds
terms of one sign; above, the integrals are taken as they stand.
"""

import numpy as np

from graphdiff.runtime.late import special


def erfcx_slope(x, n):
    """Return the n-th derivative of erfcx(x), for n above 0."""
    dtype = np.result_type(x)
    x = np.asarray(x, float)
    low, high = np.minimum(x, 0), np.maximum(x, 0)
    before, below = 2 / np.sqrt(np.pi), special.erfcx(low)
    for k in range(1, n + 1):
        before, below = below, before / (2 * k) - low / k * below
    width = 45 / (high + np.sqrt(high * high + 45))
    nodes, weights = np.polynomial.legendre.leggauss(60)
    t = width[..., None] * (nodes + 1) / 2
    above = t**n * np.exp(-t * t - 2 * high[..., None] * t) @ weights * width
    above = above / (np.sqrt(np.pi) * special.factorial(n))
    slope = (-2.0) ** n * special.factorial(n) * np.where(x < 0, below, above)
    return slope.astype(dtype)[()]
