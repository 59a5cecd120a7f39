"""Value and gradient of until_converged(a) with respect to a.

Computes until_converged and d_a.

Cost: about 19 * steps + 1 operations, of which 9 * steps for the value; at most 16 *
steps bytes beside the arguments.

Written by graphdiff from regions.py; needs NumPy only.
"""

import numpy as np


def until_converged_and_grad(a):
    """Compute until_converged and d_a.

    Arguments:
        a: float64

    Returns:
        until_converged: float64
        d_a: float64
    """
    a = _number("a", a, np.float64)

    x = a
    x_tape = []
    divide_tape = []
    while np.abs(x * x - a) > 1e-10:
        x_tape.append(x)
        quotient = (x * x - a) / (2 * x)
        divide_tape.append(quotient)
        x -= quotient
    steps = len(x_tape)

    # while np.abs(x * x - a) > 1e-10: ...  (regions.py:38)
    d_x = np.float64(1)
    d_a_2 = np.float64(0)
    for t in reversed(range(steps)):
        x_t = x_tape[t]

        # quotient = (x * x - a) / (2 * x)  (regions.py:35)
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
