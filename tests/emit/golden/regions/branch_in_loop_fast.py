"""Value and gradient of branch_in_loop(x0, xs) with respect to x0 and xs.

Computes branch_in_loop, d_x0 and d_xs.

Cost: about 8 * n + 1 operations, of which 4 * n + 1 for the value; at most 24 * n bytes
beside the arguments.

Written by graphdiff from regions.py; needs NumPy only.
"""

import numpy as np


def branch_in_loop_and_grad(x0, xs):
    """Compute branch_in_loop, d_x0 and d_xs.

    Arguments:
        x0: float64
        xs: float64 (n,)

    Returns:
        branch_in_loop: float64
        d_x0: float64
        d_xs: float64 (n,)
    """
    x0 = _number("x0", x0, np.float64)
    if not (type(xs) is np.ndarray and xs.dtype == np.float64 and xs.ndim == 1):
        xs = _array("xs", xs, ("n",))
    n = xs.shape[0]

    x = x0
    path = np.empty(n)
    x_tape = np.empty(n)
    for t in range(n):
        x_tape[t] = x
        if x > 1:
            x -= xs[t]
        else:
            x = x * x + xs[t]
        path[t] = x
    total = np.add.reduce(path)
    branch_in_loop = x + total

    # for t in range(n): ...  (regions.py:90)
    d_x0 = np.float64(1)
    d_xs = np.empty(n)
    for t in reversed(range(n)):
        x_t = x_tape[t]
        total_2 = d_x0 + 1

        # if x > 1: ...  (regions.py:87)
        if x_t > 1:
            # x -= xs[t]  (regions.py:87)
            d_u = -total_2
            d_x0 = total_2
        else:
            # x = x * x + xs[t]  (regions.py:87)
            d_x0 = 2 * (total_2 * x_t)
            d_u = total_2
        d_xs[t] = d_u

    return branch_in_loop, (d_x0, d_xs)


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


def _array(name, value, shape, dtype=np.float64):
    """Return value as an array of the dtype with as many axes as the shape."""
    if type(value) is not np.ndarray or value.dtype != dtype:
        value = _convert(name, value, np.dtype(dtype))
    if value.ndim != len(shape):
        wanted = str(shape).replace("'", "")
        raise ValueError(f"{name}: expected shape {wanted}, got {value.shape}")
    return value


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
