"""Value and gradient of with_maximum(X, y, W1, W2, lam) with respect to W1 and W2.

Computes with_maximum, d_W1 and d_W2.

Slopes that are a matter of convention:
    H (maximum), cross_entropy_network.py:36: jumps at ties: mean

Cost: about 6 * batch * classes * hidden1 + 4 * batch * hidden1 * inputs + 10 * batch *
classes + 3 * batch * hidden1 + 4 * classes * hidden1 + 4 * hidden1 * inputs + 3 * batch
+ 6 operations, of which 2 * batch * classes * hidden1 + 2 * batch * hidden1 * inputs +
8 * batch * classes + batch * hidden1 + 2 * classes * hidden1 + 2 * hidden1 * inputs + 2
* batch + 3 for the value; at most 32 * batch * classes + 32 * batch * hidden1 + 8 *
classes * hidden1 + 8 * hidden1 * inputs bytes beside the arguments.

Written by graphdiff from cross_entropy_network.py; needs NumPy only.
"""

import numpy as np


def _logsumexp_from_softmax(x, p, axis):
    """Return log(sum(exp(x))) over the axes, given p = _softmax(x, axis)."""
    top = x.max(axis=axis, initial=-np.inf)
    share = p.max(axis=axis, initial=0)
    return top - np.log(np.where(np.isfinite(top), share, 1))


def _softmax(x, axis):
    """Return exp(x) / sum(exp(x)) over the axes; all -inf gives zeros."""
    top = x.max(axis=axis, keepdims=True, initial=-np.inf)
    e = np.exp(x - np.where(np.isfinite(top), top, 0))
    return e / np.maximum(e.sum(axis=axis, keepdims=True), 1)


def with_maximum_and_grad(X, y, W1, W2, lam):
    """Compute with_maximum, d_W1 and d_W2.

    Arguments:
        X: float64 (batch, inputs)
        y: int64 (batch,)
        W1: float64 (inputs, hidden1)
        W2: float64 (hidden1, classes)
        lam: float64

    Returns:
        with_maximum: float64
        d_W1: float64 (inputs, hidden1)
        d_W2: float64 (hidden1, classes)
    """
    X = _array("X", X, ("batch", "inputs"))
    y = _array("y", y, ("batch",), np.int64)
    W1 = _array("W1", W1, ("inputs", "hidden1"))
    W2 = _array("W2", W2, ("hidden1", "classes"))
    lam = _number("lam", lam, np.float64)
    batch = X.shape[0]
    classes = W2.shape[1]
    hidden1 = W1.shape[1]
    inputs = X.shape[1]
    found = [y.shape, W1.shape, W2.shape]
    wanted = [(batch,), (inputs, hidden1), (hidden1, classes)]
    if found != wanted:
        raise _misfit(
            ["y", "W1", "W2"],
            found,
            wanted,
            {"batch": batch, "classes": classes, "hidden1": hidden1, "inputs": inputs},
        )

    U1 = X @ W1  # (batch, hidden1)
    H = np.maximum(U1, 0)
    U2 = H @ W2  # (batch, classes)
    softmax_U2 = _softmax(U2, -1)
    rows = np.arange(batch)  # (batch,)
    J_mle = np.mean(_logsumexp_from_softmax(U2, softmax_U2, -1) - U2[rows, y])
    J = J_mle + lam * ((W1**2).sum() + (W2**2).sum())

    # J = J_mle + lam * ((W1**2).sum() + (W2**2).sum())  (cross_entropy_network.py:39)
    two_times_lam = 2 * lam

    # J_mle = np.mean(_logsumexp_from_softmax(U2, sof ...  (cross_entropy_network.py:38)
    d_difference = np.float64(1) / batch
    d_U2 = d_difference * softmax_U2
    d_U2[rows, y] -= d_difference

    # U2 = H @ W2  (cross_entropy_network.py:37)
    d_H = d_U2 @ W2.T  # (batch, hidden1)
    d_W2 = two_times_lam * W2 + H.T @ d_U2

    # H = np.maximum(U1, 0)  (cross_entropy_network.py:36)
    d_U1 = d_H * np.heaviside(U1, 0.5)

    # U1 = X @ W1  (cross_entropy_network.py:35)
    d_W1 = two_times_lam * W1 + X.T @ d_U1

    return J, (d_W1, d_W2)


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
