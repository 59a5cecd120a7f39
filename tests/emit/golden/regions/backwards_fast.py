"""Value and gradient of backwards(xs) with respect to xs.

Computes backwards and d_xs.

Cost: about 7 * n operations, of which 4 * n for the value; at most 32 * n bytes beside
the arguments.

Written by graphdiff from regions.py; needs NumPy only.
"""

import numpy as np


def backwards_and_grad(xs):
    """Compute backwards and d_xs.

    Arguments:
        xs: float64 (n,)

    Returns:
        backwards: float64
        d_xs: float64 (n,)
    """
    if not (type(xs) is np.ndarray and xs.dtype == np.float64 and xs.ndim == 1):
        xs = _array("xs", xs, ("n",))
    n = xs.shape[0]

    total = np.float64(0)
    d_discounted = np.empty(n)
    for t in reversed(range(n)):
        total = 0.5 * total + xs[t]
        d_discounted[t] = total
    backwards = np.vdot(d_discounted, d_discounted)

    # backwards = np.vdot(d_discounted, d_discounted)  (regions.py:100)
    d_discounted *= 2

    # for t in reversed(range(n)): ...  (regions.py:99)
    d_total = np.float64(0)
    d_xs = np.empty(n)
    for t in range(n):
        total_2 = d_total + d_discounted[t]
        d_xs[t] = total_2

        # total = 0.5 * total + xs[t]  (regions.py:96)
        d_total = 0.5 * total_2

    return backwards, d_xs


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
