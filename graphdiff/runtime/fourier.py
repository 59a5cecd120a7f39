"""What the derivatives of discrete Fourier transforms need besides transforms."""

import numpy as np


def resized(x, n, axis):
    """Return x with n entries along the axis: the first ones, or zeros after them."""
    if n <= x.shape[axis]:
        return np.take(x, np.arange(n), axis)
    widths = [(0, 0)] * x.ndim
    widths[axis] = (0, n - x.shape[axis])
    return np.pad(x, widths)


def count_mirrored(x, n, axis):
    """Double the entries of a half spectrum that a spectrum of n entries has twice."""
    times = np.full(n // 2 + 1, 2, x.real.dtype)
    times[0] = 1
    if n % 2 == 0:
        times[-1] = 1
    return x * np.expand_dims(times, tuple(range(1, x.ndim - axis)))
