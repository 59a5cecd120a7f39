"""Derivatives of functions of the error function's kin, without cancellation.

Those of erfcx are repeated integrals of erfc (DLMF, 7.18): below 0 the recurrence among
them adds terms of one sign; above, the integrals are taken as they stand. Those of
Dawson's integral are sums of Gaussians near 0 (Rybicki, Computers in Physics 3, 1989);
far from it they are the smallest solution of their recurrence, taken from high orders
to low ones.
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


def dawsn_slope(x, n):
    """Return the n-th derivative of dawsn(x), for n above 0."""
    dtype = np.result_type(x)
    x = np.asarray(x, float)
    odd = np.arange(-53, 54, 2)
    u = np.clip(x, -6.5, 6.5)[..., None] - odd / 4
    bells = special.eval_hermite(n, u) * np.exp(-u * u)
    near = (-1) ** n / np.sqrt(np.pi) * (bells @ (1 / odd))
    size = np.maximum(np.abs(x), 6.5)
    far, ratio = 1, 0
    for k in range(n + 20, 0, -1):
        ratio = -2 * k / (2 * size + ratio)
        far = far * ratio if k <= n else far
    far = far / (2 * size + ratio) * np.sign(x) ** (n + 1)
    slope = np.where(np.abs(x) < 6.5, near, far)
    return slope.astype(dtype)[()]
