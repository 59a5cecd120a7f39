"""Value and gradient of recurrent(W, U, h0, xs) with respect to W, U, h0 and xs.

Computes recurrent, d_W, d_U, d_h0 and d_xs.

Cost: about 7 * m * n * steps + 7 * n**2 * steps + 9 * n * steps + n + 1 operations, of
which 2 * m * n * steps + 2 * n**2 * steps + 4 * n * steps + n + 1 for the value; at
most 24 * m * n + 8 * m * steps + 16 * n**2 + 24 * n * steps + 32 * n bytes beside the
arguments.

Written by graphdiff from regions.py; needs NumPy only.
"""

import numpy as np


def recurrent_and_grad(W, U, h0, xs):
    """Compute recurrent, d_W, d_U, d_h0 and d_xs.

    Arguments:
        W: float64 (n, n)
        U: float64 (n, m)
        h0: float64 (n,)
        xs: float64 (steps, m)

    Returns:
        recurrent: float64
        d_W: float64 (n, n)
        d_U: float64 (n, m)
        d_h0: float64 (n,)
        d_xs: float64 (steps, m)
    """
    W = _array("W", W, ("n", "n"))
    U = _array("U", U, ("n", "m"))
    h0 = _array("h0", h0, ("n",))
    xs = _array("xs", xs, ("steps", "m"))
    m = U.shape[1]
    n = W.shape[0]
    steps = xs.shape[0]
    found = [W.shape, U.shape, h0.shape, xs.shape]
    wanted = [(n, n), (n, m), (n,), (steps, m)]
    if found != wanted:
        raise _misfit(
            ["W", "U", "h0", "xs"], found, wanted, {"m": m, "n": n, "steps": steps}
        )

    h = h0
    hs = np.empty((steps, n))
    h_tape = np.empty((steps, n))
    for t in range(steps):
        h_tape[t] = h
        h = np.tanh(W @ h + U @ xs[t])
        hs[t] = h
    recurrent = (hs**2).sum() + h.sum()

    # recurrent = (hs**2).sum() + h.sum()  (regions.py:19)
    d_hs = 2 * hs

    # for t in range(steps): ...  (regions.py:18)
    d_h0 = np.ones(n)
    d_W = np.zeros((n, n))
    d_U = np.zeros((n, m))
    d_xs = np.empty((steps, m))
    for t in reversed(range(steps)):
        h1 = hs[t]

        # h = np.tanh(W @ h + U @ xs[t])  (regions.py:15)
        d_total = (d_h0 + d_hs[t]) * (1 - h1**2)
        d_W += np.outer(d_total, h_tape[t])
        d_U += np.outer(d_total, xs[t])
        d_h0 = W.T @ d_total
        d_xs[t] = U.T @ d_total

    return recurrent, (d_W, d_U, d_h0, d_xs)


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
