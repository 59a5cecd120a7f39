"""Value and gradient of shifted(x0) with respect to x0.

Computes shifted and d_x0.

Cost: about 29 operations, of which 15 for the value; at most 0 bytes beside the
arguments.

Written by graphdiff from regions.py; needs NumPy only.
"""

import numpy as np


def shifted_and_grad(x0):
    """Compute shifted and d_x0.

    Arguments:
        x0: float64

    Returns:
        shifted: float64
        d_x0: float64
    """
    x0 = _number("x0", x0, np.float64)

    a = x0
    b = np.float64(1)
    for i in range(7):
        a, b = b, a + b * i
    shifted = a * b

    # for i in range(7): ...  (regions.py:73)
    d_a = b
    d_b = a
    for i in reversed(range(7)):
        d_a, d_b = d_b, d_a + d_b * i

    return shifted, d_a


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
