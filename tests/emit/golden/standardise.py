"""Value and gradient of standardise(x, idx) with respect to x.

Computes standardise and d_x.

Slopes that are a matter of convention:
    std, programs.py:57: 0 for constant entries
    max, programs.py:60: ties share: mean

Zeros are strict: an entry that a choice has discarded has the adjoint 0, even where the
slope is infinite or undefined.

Cost: about 9 * batch * k + 82 * batch + 2 operations, of which 3 * batch * k + 33 *
batch + 1 for the value; at most 16 * batch * k + 128 * batch bytes beside the
arguments.

Written by graphdiff from programs.py; needs NumPy only.
"""

import numpy as np


def _gated(g, s):
    """Multiply g by s, where a zero of g silences whatever s holds there."""
    live = g != 0
    return np.multiply(g, s, out=np.zeros_like(live * g), where=live)


def _ratio(a, b):
    """Divide a by b, with 0 where either is 0."""
    live = (a != 0) & (b != 0)
    return np.divide(a, b, out=np.zeros_like(a * live), where=live)


def standardise_and_grad(x, idx):
    """Compute standardise and d_x.

    Arguments:
        x: float32 (batch, 4)
        idx: int64 (k,)

    Returns:
        standardise: float32
        d_x: float32 (batch, 4)
    """
    x = _array("x", x, ("batch", 4), np.float32)
    idx = _array("idx", idx, ("k",), np.int64)
    batch = x.shape[0]
    if x.shape != (batch, 4):
        raise _misfit(["x"], [x.shape], [(batch, 4)], {"batch": batch})

    spread = np.std(x, axis=1, keepdims=True)  # (batch, 1)
    x_minus_mean_x = x - np.mean(x, axis=1, keepdims=True)
    total = spread + 0.001  # (batch, 1)
    # undefined entries here are discarded below
    with np.errstate(all="ignore"):
        unit = x_minus_mean_x / total
    picked = unit[:, idx]  # (batch, k)
    tanh_picked = np.tanh(picked)
    largest = np.max(x)
    standardise = (tanh_picked**3).sum() + largest

    # largest = np.max(x)  (programs.py:60)
    same = x == largest
    d_x_via_largest = _ratio(np.float32(1), same.astype(np.float32).sum()) * same

    # tanh_picked = np.tanh(picked)  (programs.py:60)
    d_picked = 3 * tanh_picked**2 * (1 - tanh_picked**2)

    # picked = unit[:, idx]  (programs.py:59)
    d_unit = np.zeros((batch, 4), dtype=np.float32)
    np.add.at(d_unit, np.s_[:, idx], d_picked)

    # unit = x_minus_mean_x / total  (programs.py:58)
    # undefined entries here are discarded below
    with np.errstate(all="ignore"):
        share = _gated(d_unit, 1 / total)
        total_2 = _gated(share, unit).sum(axis=1, keepdims=True)  # (batch, 1)

    # x_minus_mean_x = x - np.mean(x, axis=1, keepdims=True)  (programs.py:58)
    d_x = d_x_via_largest + _ratio(-total_2, spread) / 4 * x_minus_mean_x + share
    d_x += share.sum(axis=1, keepdims=True) / -4

    return standardise, d_x


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
