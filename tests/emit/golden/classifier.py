"""Value and gradient of classifier(W1, W2, X, labels, decay) with respect to W1 and W2.

Computes classifier, d_W1 and d_W2.

Slopes that are a matter of convention:
    H (relu), programs.py:26: jumps at 0: zero

Cost: about 3199 * batch * h + 103 * batch + 3176 * h + 6 operations, of which 1589 *
batch * h + 82 * batch + 1588 * h + 3 for the value; at most 33 * batch * h + 240 *
batch + 6352 * h bytes beside the arguments.

Written by graphdiff from programs.py; needs NumPy only.
"""

import numpy as np


def _logsumexp_from_softmax(x, p, axis):
    """Return log(sum(exp(x))) over the axes, given p = _softmax(x, axis)."""
    top = x.max(axis=axis, initial=-np.inf)
    share = p.max(axis=axis, initial=0)
    return top - np.log(np.where(np.isfinite(top), share, 1))


def _relu(x):
    """Return the positive part of x."""
    return np.maximum(x, 0)


def _softmax(x, axis):
    """Return exp(x) / sum(exp(x)) over the axes; all -inf gives zeros."""
    top = x.max(axis=axis, keepdims=True, initial=-np.inf)
    e = np.exp(x - np.where(np.isfinite(top), top, 0))
    return e / np.maximum(e.sum(axis=axis, keepdims=True), 1)


def classifier_and_grad(W1, W2, X, labels, decay):
    """Compute classifier, d_W1 and d_W2.

    Arguments:
        W1: float64 (784, h)
        W2: float64 (h, 10)
        X: float64 (batch, 784)
        labels: int64 (batch,)
        decay: float64

    Returns:
        classifier: float64
        d_W1: float64 (784, h)
        d_W2: float64 (h, 10)
    """
    W1 = _array("W1", W1, (784, "h"))
    W2 = _array("W2", W2, ("h", 10))
    X = _array("X", X, ("batch", 784))
    labels = _array("labels", labels, ("batch",), np.int64)
    decay = _number("decay", decay, np.float64)
    batch = X.shape[0]
    h = W1.shape[1]
    found = [W1.shape, W2.shape, X.shape, labels.shape]
    wanted = [(784, h), (h, 10), (batch, 784), (batch,)]
    if found != wanted:
        raise _misfit(
            ["W1", "W2", "X", "labels"], found, wanted, {"batch": batch, "h": h}
        )

    U1 = X @ W1  # (batch, h)
    H = _relu(U1)
    U2 = H @ W2  # (batch, 10)
    softmax_U2 = _softmax(U2, -1)
    rows = np.arange(batch)  # (batch,)
    J = np.mean(_logsumexp_from_softmax(U2, softmax_U2, -1) - U2[rows, labels])
    classifier = J + decay * ((W1**2).sum() + (W2**2).sum())

    # classifier = J + decay * ((W1**2).sum() + (W2**2).sum())  (programs.py:29)
    two_times_decay = 2 * decay

    # J = np.mean(_logsumexp_from_softmax(U2, softmax_U2, -1) - U2 ...  (programs.py:28)
    d_difference = np.float64(1) / batch
    d_U2 = d_difference * softmax_U2
    d_U2[rows, labels] -= d_difference

    # U2 = H @ W2  (programs.py:27)
    d_H = d_U2 @ W2.T  # (batch, h)
    d_W2 = two_times_decay * W2 + H.T @ d_U2

    # H = _relu(U1)  (programs.py:26)
    d_U1 = d_H * (U1 > 0)

    # U1 = X @ W1  (programs.py:25)
    d_W1 = two_times_decay * W1 + X.T @ d_U1

    return classifier, (d_W1, d_W2)


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
