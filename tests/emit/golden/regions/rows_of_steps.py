"""Value and gradient of rows_of_steps(A, x) with respect to A and x.

Computes rows_of_steps, d_A and d_x.

Cost: about 9 * k * m * n + 2 * m * n + 3 * m + n + 1 operations, of which 3 * k * m * n
+ m * n + 2 * m + n + 1 for the value; at most 16 * k * m * n + 8 * k * m + 16 * k * n +
8 * k + 24 * m + 64 * n bytes beside the arguments.

Written by graphdiff from regions.py; needs NumPy only.
"""

import numpy as np


def rows_of_steps_and_grad(A, x):
    """Compute rows_of_steps, d_A and d_x.

    Arguments:
        A: float64 (m, k)
        x: float64 (n,)

    Returns:
        rows_of_steps: float64
        d_A: float64 (m, k)
        d_x: float64 (n,)
    """
    A = _array("A", A, ("m", "k"))
    x = _array("x", x, ("n",))
    k = A.shape[1]
    m = A.shape[0]
    n = x.shape[0]

    x1 = x.copy()
    sums = np.empty(m)
    x_tape_tape = np.empty((m, k, n))
    cos_tape_tape = np.empty((m, k, n))
    for t in range(m):
        x_tape = np.empty((k, n))
        cos_tape = np.empty((k, n))
        for i in range(k):
            x_tape[i] = x1
            cos_x_2 = np.cos(x1)
            cos_tape[i] = cos_x_2
            x1 += A[t, i] * cos_x_2
        cos_tape_tape[t] = cos_tape
        x_tape_tape[t] = x_tape
        sums[t] = x1.sum()
    rows_of_steps = x1.sum() + (sums**2).sum()

    # rows_of_steps = x1.sum() + (sums**2).sum()  (regions.py:65)
    d_sums = 2 * sums

    # for t in range(m): ...  (regions.py:64)
    d_x = np.ones(n)
    d_A = np.empty((m, k))
    for t in reversed(range(m)):
        d_x = d_x + d_sums[t]
        d_a = np.empty(k)
        for i in reversed(range(k)):
            # x1 += A[t, i] * cos_x_2  (regions.py:58)
            d_a[i] = (d_x * cos_tape_tape[t, i]).sum()

            # cos_x_2 = np.cos(x1)  (regions.py:58)
            d_x -= d_x * A[t, i] * np.sin(x_tape_tape[t, i])
        d_A[t] = d_a

    return rows_of_steps, (d_A, d_x)


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
