"""Value and gradient of rosenbrock(x, y) with respect to x and y.

Computes rosenbrock, d_x and d_y.

Cost: about 13 operations, of which 7 for the value; at most 0 bytes beside the
arguments.

Written by graphdiff from programs.py; needs NumPy only.
"""

import numpy as np


def rosenbrock_and_grad(x, y):
    """Compute rosenbrock, d_x and d_y.

    Arguments:
        x: float64
        y: float64

    Returns:
        rosenbrock: float64
        d_x: float64
        d_y: float64
    """
    if not isinstance(x, float):
        x = _number("x", x, np.float64)
    if not isinstance(y, float):
        y = _number("y", y, np.float64)

    one_minus_x = 1 - x
    y_minus_x_squared = y - x * x
    product = 100 * (y_minus_x_squared * y_minus_x_squared)
    rosenbrock = one_minus_x * one_minus_x + product

    # product = 100 * (y_minus_x_squared * y_minus_x_squared)  (programs.py:40)
    d_y = 200 * y_minus_x_squared

    # one_minus_x = 1 - x  (programs.py:40)
    d_x = -400 * y_minus_x_squared * x - 2 * one_minus_x

    return rosenbrock, (d_x, d_y)


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
