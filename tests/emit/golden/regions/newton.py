"""Value and gradient of newton(a) with respect to a.

Computes newton and d_a.

Cost: about 301 operations, of which 100 for the value; at most 320 bytes beside the
arguments.

Written by graphdiff from regions.py; needs NumPy only.
"""

import numpy as np


def newton_and_grad(a):
    """Compute newton and d_a.

    Arguments:
        a: float64

    Returns:
        newton: float64
        d_a: float64
    """
    a = _number("a", a, np.float64)

    x = a
    x_tape = np.empty(20)
    divide_tape = np.empty(20)
    for t in range(20):
        x_tape[t] = x
        quotient = (x * x - a) / (2 * x)
        divide_tape[t] = quotient
        x -= quotient

    # for t in range(20): ...  (regions.py:26)
    d_x = np.float64(1)
    d_a_2 = np.float64(0)
    for t in reversed(range(20)):
        x_t = x_tape[t]

        # quotient = (x * x - a) / (2 * x)  (regions.py:24)
        d_a_3 = d_x / (2 * x_t)
        d_a_2 += d_a_3
        minus = -d_a_3
        minus_times_x_t = minus * x_t
        d_x = d_x - 2 * (minus * divide_tape[t]) + minus_times_x_t + minus_times_x_t
    d_a = d_x + d_a_2

    return x, d_a


def _within(array, dtype):
    """Return whether the integer dtype holds every entry of the array."""
    limits = np.iinfo(dtype)
    return not array.size or limits.min <= array.min() <= array.max() <= limits.max


def _convert(name, value, dtype):
    """Convert value to an array of the dtype; refuse what might be lost."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name}: masked arrays are not supported")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}: not an array: {error}") from None
    kind, python = array.dtype.kind, not hasattr(value, "dtype")
    wide = "c" if kind == "c" else "fc"
    safe = kind in "biufc" and (
        np.can_cast(array.dtype, dtype)
        or (python and dtype.kind in wide)
        or (array.size == 0 and python)
        or (kind + dtype.kind in ("ii", "iu", "ui", "uu") and _within(array, dtype))
    )
    if not safe:
        raise TypeError(f"{name}: {array.dtype} does not convert safely to {dtype}")
    return array.astype(dtype)


def _number(name, value, dtype):
    """Return value as a NumPy scalar of the dtype."""
    if type(value) is dtype:
        return value
    if type(value) is float:
        return dtype(value)
    value = _convert(name, value, np.dtype(dtype))
    if value.ndim:
        raise ValueError(f"{name}: expected a number, got shape {value.shape}")
    return value[()]
