"""Products and quotients in which a zero is strict."""

import numpy as np


def gated(g, s):
    """Multiply g by s, where a zero of g silences whatever s holds there."""
    live = g != 0
    return np.multiply(g, s, out=np.zeros_like(live * g), where=live)


def gated_matmul(g, s):
    """Multiply matrices g @ s, where a zero of g silences its partner in s."""
    wild = ~np.isfinite(s)
    total = g @ np.where(wild, s.dtype.type(0), s)
    if np.iscomplexobj(total):
        total[(g != 0) @ wild] = np.nan
        return total
    if wild.any():
        up = (g > 0) @ (s == np.inf) | (g < 0) @ (s == -np.inf)
        down = (g > 0) @ (s == -np.inf) | (g < 0) @ (s == np.inf)
        lost = (g != 0) @ np.isnan(s) | np.isnan(g).any(axis=-1, keepdims=True)
        total[up] = np.inf
        total[down] = -np.inf
        total[lost | (up & down)] = np.nan
    return total


def matmul_gated(s, g):
    """Multiply matrices s @ g, where a zero of g silences its partner in s."""
    return gated_matmul(g.mT, s.mT).mT


def ratio(a, b):
    """Divide a by b, with 0 where either is 0."""
    live = (a != 0) & (b != 0)
    return np.divide(a, b, out=np.zeros_like(a * live), where=live)


def xlogx(x):
    """Return x * log(x), with its limit 0 at 0."""
    return x * np.log(np.where(x == 0, 1, x))


def xlogy(x, y):
    """Return x * log(y), with 0 where x is 0."""
    return x * np.log(np.where(x == 0, 1, y))
