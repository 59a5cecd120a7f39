"""Value and gradient of choice(x, y) with respect to x and y.

Computes choice, d_x and d_y.

Cost: about 9 * n + 8 operations, of which 4 * n + 3 for the value; at most 120 * n
bytes beside the arguments.

Written by graphdiff from regions.py; needs NumPy only.
"""

import numpy as np


def choice_and_grad(x, y):
    """Compute choice, d_x and d_y.

    Arguments:
        x: float64 (n,)
        y: float64 (n,)

    Returns:
        choice: float64
        d_x: float64 (n,)
        d_y: float64 (n,)
    """
    if not (
        type(x) is type(y) is np.ndarray
        and y.dtype is x.dtype
        and x.dtype == np.float64
        and x.ndim == 1
    ):
        x = _array("x", x, ("n",))
        y = _array("y", y, ("n",))
    n = x.shape[0]
    if y.shape != (n,):
        raise _misfit(["y"], [y.shape], [(n,)], {"n": n})

    total = np.add.reduce(x)
    mask = total > 0
    if mask:
        r = np.sin(x)
        r *= y
    else:
        r = np.sqrt(-total) * x
    choice = np.vdot(r, r)

    # choice = np.vdot(r, r)  (regions.py:52)
    d_r = 2 * r

    # if mask: ...  (regions.py:51)
    if mask:
        d_y = np.sin(x)

        # r = np.sin(x)  (regions.py:46)
        cos_x = np.cos(x)

        # r = r * y  (regions.py:46)
        d_x_2 = d_r * y

        # r = np.sin(x)  (regions.py:46)
        d_x_2 *= cos_x

        # r = r * y  (regions.py:46)
        d_y *= d_r
        d_total = np.float64(0)
    else:
        sqrt = np.sqrt(-total)

        # r = np.sqrt(-total) * x  (regions.py:49)
        d_x_2 = d_r * sqrt
        d_sqrt = np.vdot(d_r, x)
        d_total = -d_sqrt / (2 * sqrt)
        d_y = np.zeros(n)

    # total = np.add.reduce(x)  (regions.py:43)
    d_x = d_x_2 + d_total

    return choice, (d_x, d_y)


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
