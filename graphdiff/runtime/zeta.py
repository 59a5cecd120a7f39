"""Derivatives of the zeta function in its exponent."""

import numpy as np

from graphdiff.runtime.late import special


def zeta_slope(s, q, n):
    """Return the n-th derivative of zeta(s, q) in s (Euler and Maclaurin's sum)."""
    dtype = np.result_type(s, q)
    s, q = np.asarray(s, float), np.asarray(q, float)
    known = (s != 1) & (q > 0)
    s, q = np.where(known, s, 2), np.where(known, q, 1)
    total = sum((-np.log(q + k)) ** n * (q + k) ** -s for k in range(16))
    end = q + 16
    size, falls = end**-s, -np.log(end)
    total = total + size * falls**n / 2
    for m in range(n + 1):
        ways = special.comb(n, m) * special.factorial(m) * (-1) ** m
        total = total + ways * size * end * falls ** (n - m) / (s - 1) ** (m + 1)
    rising = [s, np.ones_like(s), *[np.zeros_like(s)] * n][: n + 1]
    for j, number in enumerate(special.bernoulli(24)[2::2], 1):
        share = number / special.factorial(2 * j) * size * end ** (1 - 2 * j)
        for m in range(n + 1):
            total = total + special.comb(n, m) * rising[m] * falls ** (n - m) * share
        for factor in (s + 2 * j - 1, s + 2 * j):
            before = [0, *rising]
            rising = [factor * rising[m] + m * before[m] for m in range(n + 1)]
    return np.where(known, total, np.nan).astype(dtype)[()]
