"""Derivatives of sin(pi x) / (pi x)."""

import numpy as np


def sinc_slope(x, n):
    """Return the n-th derivative of np.sinc(x), which is right at 0, too."""
    z = np.pi * x
    near = np.abs(z) <= n + 1
    far = np.where(near, n + 2, z)
    waves = (np.sin(far), np.cos(far), -np.sin(far), -np.cos(far))
    slope = waves[0] / far
    for k in range(1, n + 1):
        slope = (waves[k % 4] - k * slope) / far
    z = np.where(near, z, 0)
    power = n % 2
    term = (-1) ** ((n + 1) // 2) * z**power
    series = term / (n + power + 1)
    while power < 6 * n + 20:
        term = -term * z * z / ((power + 1) * (power + 2))
        power += 2
        series = series + term / (n + power + 1)
    return np.pi**n * np.where(near, series, slope)
