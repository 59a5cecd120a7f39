"""Value and gradient of entropy(p, A) with respect to p and A.

Computes entropy, d_p and d_A.

Slopes that are a matter of convention:
    maximum, programs.py:52: jumps at ties: mean

Zeros are strict: an entry that a choice has discarded has the adjoint 0, even where the
slope is infinite or undefined.

Cost: about 114 * n + 2 operations, of which 45 * n + 2 for the value; at most 219 * n +
72 bytes beside the arguments.

Written by graphdiff from programs.py; needs NumPy only.
"""

import numpy as np


def _gated(g, s):
    """Multiply g by s, where a zero of g silences whatever s holds there."""
    live = g != 0
    return np.multiply(g, s, out=np.zeros_like(live * g), where=live)


def _gated_matmul(g, s):
    """Multiply matrices g @ s, where a zero of g silences its partner in s."""
    wild = ~np.isfinite(s)
    total = g @ np.where(wild, s.dtype.type(0), s)
    if np.iscomplexobj(total):
        total[(g != 0) @ wild] = np.nan
        return total
    if wild.any():
        up = (g > 0) @ (s == np.inf) | (g < 0) @ (s == -np.inf)
        down = (g > 0) @ (s == -np.inf) | (g < 0) @ (s == np.inf)
        lost = (g != 0) @ np.isnan(s) | np.isnan(g).any(axis=-1, keepdims=True)
        total[up] = np.inf
        total[down] = -np.inf
        total[lost | (up & down)] = np.nan
    return total


def _matmul_gated(s, g):
    """Multiply matrices s @ g, where a zero of g silences its partner in s."""
    return _gated_matmul(g.mT, s.mT).mT


def _xlogx(x):
    """Return x * log(x), with its limit 0 at 0."""
    return x * np.log(np.where(x == 0, 1, x))


def entropy_and_grad(p, A):
    """Compute entropy, d_p and d_A.

    Arguments:
        p: float64 (n, 3)
        A: float64 (3, 3)

    Returns:
        entropy: float64
        d_p: float64 (n, 3)
        d_A: float64 (3, 3)
    """
    p = _array("p", p, ("n", 3))
    A = _array("A", A, (3, 3))
    n = p.shape[0]
    found = [p.shape, A.shape]
    wanted = [(n, 3), (3, 3)]
    if found != wanted:
        raise _misfit(["p", "A"], found, wanted, {"n": n})

    mask = p > 0
    chosen = np.where(mask, p, 1)
    safe = np.where(mask, _xlogx(chosen), 0)
    # undefined entries here are discarded below
    with np.errstate(all="ignore"):
        sqrt_p = np.sqrt(p)
        root = np.where(mask, sqrt_p @ A, 1)
    entropy = -safe.sum() + np.maximum(root, 0.5).sum()

    # entropy = -safe.sum() + np.maximum(root, 0.5).sum()  (programs.py:52)
    # undefined entries here are discarded below
    with np.errstate(all="ignore"):
        d_root = np.heaviside(root - 0.5, 0.5)

    # root = np.where(mask, sqrt_p @ A, 1)  (programs.py:51)
    chosen_2 = np.where(mask, d_root, 0)
    d_A = _matmul_gated(sqrt_p.T, chosen_2)  # (3, 3)

    # sqrt_p = np.sqrt(p)  (programs.py:51)
    # undefined entries here are discarded below
    with np.errstate(all="ignore"):
        d_p_via_sqrt_p = _gated(_gated_matmul(chosen_2, A.T), 1 / (2 * sqrt_p))

    # chosen = np.where(mask, p, 1)  (programs.py:50)
    d_p = d_p_via_sqrt_p + np.where(mask, -(np.log(chosen) + 1), 0)

    return entropy, (d_p, d_A)


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
