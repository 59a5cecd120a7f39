"""Value and gradient of mapped(X, w) with respect to X and w.

Computes mapped, d_X and d_w.

Cost: about 5 * m * n + 7 * m operations, of which 2 * m * n + 3 * m for the value; at
most 8 * m * n + 24 * m + 24 * n bytes beside the arguments.

Written by graphdiff from regions.py; needs NumPy only.
"""

import numpy as np


def mapped_and_grad(X, w):
    """Compute mapped, d_X and d_w.

    Arguments:
        X: float64 (m, n)
        w: float64 (n,)

    Returns:
        mapped: float64
        d_X: float64 (m, n)
        d_w: float64 (n,)
    """
    X = _array("X", X, ("m", "n"))
    w = _array("w", w, ("n",))
    m = X.shape[0]
    n = X.shape[1]
    if w.shape != (n,):
        raise _misfit(["w"], [w.shape], [(n,)], {"n": n})

    scores = np.empty(m)
    for t in range(m):
        scores[t] = np.tanh(X[t] @ w)
    mapped = (scores**2).sum()

    # mapped = (scores**2).sum()  (regions.py:82)
    d_scores = 2 * scores

    # for t in range(m): ...  (regions.py:81)
    d_w = np.zeros(n)
    d_X = np.empty((m, n))
    for t in reversed(range(m)):
        tanh = scores[t]

        # scores[t] = np.tanh(X[t] @ w)  (regions.py:79)
        d_product = d_scores[t] * (1 - tanh * tanh)
        d_w += d_product * X[t]
        d_X[t] = d_product * w

    return mapped, (d_X, d_w)


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
