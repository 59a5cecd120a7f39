"""Derivatives of incomplete gamma and beta functions in their parameters.

Such a function is a sum, or an integral, of terms exp(L) of one sign, so that nothing
cancels; the derivatives of a term follow from those of its logarithm L, which are
polygamma functions.
"""

import numpy as np

from graphdiff.runtime.late import special


def gammainc_slope(a, x, n):
    """Return the n-th derivative of gammainc(a, x) with respect to a."""
    dtype = np.result_type(a, x)
    a, x = np.broadcast_arrays(np.asarray(a, float), np.asarray(x, float))
    slope = np.where((a > 0) & (x >= 0), 0.0, np.nan)
    inside = (a > 0) & (x > 0) & np.isfinite(a * x)
    below = inside & (x <= a + 1)
    slope[below] = gammainc_series(a[below], x[below], n)
    above = inside & (x > a + 1)
    slope[above] = -gammaincc_integral(a[above], x[above], n)
    return slope.astype(dtype)[()]


def gammainc_series(a, x, n):
    """Return the n-th derivative of gammainc in a as a series, for x below a + 1."""
    z, total, added = a + 1, 0.0, np.inf
    term = np.exp(special.xlogy(a, x) - x - special.gammaln(z))
    slopes = [-special.polygamma(m, z) for m in range(n)]
    slopes[0] = slopes[0] + np.log(x)
    while np.any(np.abs(added) > 1e-17 * np.abs(total)) or np.any(z < a + 10):
        added = term * derived_exp(slopes, n)
        total = total + added
        term = term * x / z
        for m in range(n):
            slopes[m] = slopes[m] - (-1) ** m * special.factorial(m) / z ** (m + 1)
        z = z + 1
    return total


def gammaincc_integral(a, x, n):
    """Return the n-th derivative of gammaincc in a as an integral, for x above a."""
    width = np.full(x.shape, 45.0)
    for _ in range(60):
        width = 45 + (a - 1) * np.log1p(width / x)
    nodes, weights = np.polynomial.legendre.leggauss(80)
    t = x[..., None] + width[..., None] * (nodes + 1) / 2
    z = a[..., None]
    slopes = [-special.polygamma(m, z) for m in range(n)]
    slopes[0] = slopes[0] + np.log(t)
    density = np.exp((z - 1) * np.log(t) - t - special.gammaln(z))
    return (density * derived_exp(slopes, n)) @ weights * width / 2


def betainc_slope(a, b, x, n, m):
    """Return the derivative of betainc(a, b, x), n times by a and m times by b."""
    dtype = np.result_type(a, b, x)
    a, b, x = np.broadcast_arrays(*[np.asarray(v, float) for v in (a, b, x)])
    slope = np.where((a > 0) & (b > 0) & (x >= 0) & (x <= 1), 0.0, np.nan)
    inside = (a > 0) & (b > 0) & (x > 0) & (x < 1) & np.isfinite(a * b)
    left = inside & (x * (a + b + 2) <= a + 1)
    slope[left] = betainc_series(a[left], b[left], x[left], n, m)
    right = inside & ~left
    slope[right] = -betainc_series(b[right], a[right], 1 - x[right], m, n)
    return slope.astype(dtype)[()]


def betainc_series(a, b, x, n, m):
    """Return the derivative of betainc by a and b as a series, for x below the mean."""
    k, total, added = 0, 0.0, np.inf
    term = special.xlogy(a, x) + special.xlog1py(b, -x)
    term = np.exp(term - np.log(a) - special.betaln(a, b))
    while np.any(np.abs(added) > 1e-17 * np.abs(total)) or k < 10:
        added = term * derived_exp_of_two(betainc_slopes(a, b, x, k, n, m), n, m)
        total = total + added
        term = term * x * (a + b + k) / (a + 1 + k)
        k += 1
    return total


def betainc_slopes(a, b, x, k, n, m):
    """Return the derivatives of the logarithm of term k, by times of a and b."""
    slopes = {}
    for i in range(n + 1):
        for j in range(m + 1):
            if i + j:
                slope = special.polygamma(i + j - 1, a + b + k)
                if not j:
                    slope = slope - special.polygamma(i - 1, a + 1 + k)
                if not i:
                    slope = slope - special.polygamma(j - 1, b)
                slopes[i, j] = slope
    if n:
        slopes[1, 0] = slopes[1, 0] + np.log(x)
    if m:
        slopes[0, 1] = slopes[0, 1] + np.log1p(-x)
    return slopes


def derived_exp(slopes, n):
    """Return the n-th derivative of exp(L) over exp(L), given those of L."""
    found = [1.0]
    for k in range(n):
        terms = (special.comb(k, j) * slopes[j] * found[k - j] for j in range(k + 1))
        found.append(sum(terms))
    return found[n]


def derived_exp_of_two(slopes, n, m):
    """Return the derivative of exp(L) over exp(L), n times by one and m by another."""
    found = {(0, 0): 1.0}
    for i in range(n + 1):
        for j in range(m + 1):
            if i + j:
                p, q = (i - 1, j) if i else (i, j - 1)
                found[i, j] = sum(
                    special.comb(p, r)
                    * special.comb(q, s)
                    * slopes[i - r, j - s]
                    * found[r, s]
                    for r in range(p + 1)
                    for s in range(q + 1)
                )
    return found[n, m]
