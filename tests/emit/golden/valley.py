"""Value and gradient of valley(x) with respect to x.

Computes valley and d_x.

Cost: about 16 * n + 1 operations, of which 8 * n for the value; at most 40 * n + 16
bytes beside the arguments.

Written by graphdiff from programs.py; needs NumPy only.
"""

import numpy as np


def valley_and_grad(x):
    """Compute valley and d_x.

    Arguments:
        x: float64 (n + 1,)

    Returns:
        valley: float64
        d_x: float64 (n + 1,)
    """
    x = _array("x", x, ("n + 1",))
    n = max(x.shape[0] - 1, 0)
    if x.shape != (n + 1,):
        raise _misfit(["x"], [x.shape], [(n + 1,)], {"n": n})

    part_x = x[:-1]  # (n,)
    gap = x[1:] - part_x**2
    slack = 1 - part_x
    valley = (100 * gap**2 + slack**2).sum()

    # valley = (100 * gap**2 + slack**2).sum()  (programs.py:46)
    d_gap = 200 * gap

    # gap = x[1:] - part_x**2  (programs.py:44)
    d_x = np.zeros(n + 1)
    d_x[:-1] = -2 * slack - 400 * gap * part_x
    d_x[1:] += d_gap

    return valley, d_x


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


def _misfit(names, found, wanted, sizes=None):
    """Say which shape is not the one wanted, and what the named sizes are."""
    where = " and ".join(f"{size} = {n}" for size, n in (sizes or {}).items())
    for name, shape, other in zip(names, found, wanted, strict=True):
        if shape != other:
            message = f"{name}: expected shape {other}, got {shape}"
            return ValueError(f"{message}, where {where}" if where else message)
    return ValueError(f"expected shapes {wanted}, got {found}")
