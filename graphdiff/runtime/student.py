"""Derivatives of Student's distribution function in its degrees of freedom.

They are integrals of the density's derivatives, from 0 to a small t and from a larger
one to infinity, so that the tails keep their digits.
"""

import numpy as np

from graphdiff.runtime.incomplete import derived_exp
from graphdiff.runtime.late import special


def stdtr_slope(df, t, n):
    """Return the n-th derivative of stdtr(df, t) with respect to df."""
    dtype = np.result_type(df, t)
    df, t = np.broadcast_arrays(np.asarray(df, float), np.asarray(t, float))
    size = np.abs(t)
    slope = np.where((df > 0) & ~np.isnan(t), 0.0, np.nan)
    inside = (df > 0) & np.isfinite(df * t)
    near = inside & (size < 0.5)
    slope[near] = stdtr_centre(df[near], size[near], n)
    far = inside & (size >= 0.5)
    slope[far] = -stdtr_tail(df[far], size[far], n)
    return (np.sign(t) * slope).astype(dtype)[()]


def stdtr_centre(df, t, n):
    """Return the n-th derivative in df of the mass between 0 and t."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    u = t[..., None] * (nodes + 1) / 2
    return stdtr_density(df[..., None], u, n) @ weights * t / 2


def stdtr_tail(df, t, n):
    """Return the n-th derivative in df of the mass above t."""
    width = 45 / df
    for _ in range(60):
        far = np.log(df + t * t) + 2 * (45 + width) / (df + 1)
        width = (far + np.log1p(-df * np.exp(-far))) / 2 - np.log(t)
    nodes, weights = np.polynomial.legendre.leggauss(100)
    u = t[..., None] * np.exp(width[..., None] * (nodes + 1) / 2)
    return (u * stdtr_density(df[..., None], u, n)) @ weights * width / 2


def stdtr_density(df, t, n):
    """Return the n-th derivative of Student's density with respect to df."""
    size = special.betaln(df / 2, 0.5) + np.log(df) / 2
    density = np.exp(-(df + 1) / 2 * np.log1p(t * t / df) - size)
    return density * derived_exp(student_slopes(special.polygamma, df, t, n), n)


def student_slopes(polygamma, df, t, n):
    """Return the derivatives in df of the logarithm of Student's density, up to n."""
    h = t * t
    slopes = []
    for m in range(n):
        slope = (polygamma(m, (df + 1) / 2) - polygamma(m, df / 2)) / 2 ** (m + 1)
        if m == 0:
            slopes.append(slope - (np.log1p(h / df) - (h - 1) / (df + h)) / 2)
            continue
        sign, ways = (-1) ** m, special.factorial(m - 1)
        logs = 1 / df**m - 1 / (df + h) ** m
        ratio = m * (h - 1) / (df + h) ** (m + 1)
        slopes.append(slope + sign * ways * (ratio - logs) / 2)
    return slopes
