"""Value and gradient of network(params, X, Y) with respect to params.

Computes network, d_W1, d_b1, d_W2 and d_b2.

Cost: about 3202 * batch * h + 100 * batch + 1 operations, of which 1590 * batch * h +
50 * batch + 1 for the value; at most 40 * batch * h + 400 * batch + 6360 * h + 80 bytes
beside the arguments.

Written by graphdiff from programs.py; needs NumPy only.
"""

import contextvars

import numpy as np

_calm = contextvars.Context()  # in here NumPy does not warn
_calm.run(np.seterr, all="ignore")


def _sigmoid(x):
    """Return 1 / (1 + exp(-x)), right at both ends."""
    return np.reciprocal(1 + _calm.copy().run(np.exp, -x))


def network_and_grad(params, X, Y):
    """Compute network, d_W1, d_b1, d_W2 and d_b2.

    Arguments:
        params["layers"][0][0]: float64 (784, h), called W1
        params["layers"][0][1]: float64 (h,), called b1
        params["layers"][1][0]: float64 (h, 10), called W2
        params["layers"][1][1]: float64 (10,), called b2
        X: float64 (batch, 784)
        Y: float64 (batch, 10)

    Returns:
        network: float64
        d_W1: float64 (784, h)
        d_b1: float64 (h,)
        d_W2: float64 (h, 10)
        d_b2: float64 (10,)
    """
    _entries("params", params, 1)
    _entries("params.layers", params["layers"], 2)
    _entries("params.layers.0", params["layers"][0], 2)
    _entries("params.layers.1", params["layers"][1], 2)
    W1 = _array("params.layers.0.0", params["layers"][0][0], (784, "h"))
    b1 = _array("params.layers.0.1", params["layers"][0][1], ("h",))
    W2 = _array("params.layers.1.0", params["layers"][1][0], ("h", 10))
    b2 = _array("params.layers.1.1", params["layers"][1][1], (10,))
    X = _array("X", X, ("batch", 784))
    Y = _array("Y", Y, ("batch", 10))
    batch = X.shape[0]
    h = W1.shape[1]
    found = [W1.shape, b1.shape, W2.shape, b2.shape, X.shape, Y.shape]
    wanted = [(784, h), (h,), (h, 10), (10,), (batch, 784), (batch, 10)]
    if found != wanted:
        raise _misfit(
            [
                "params.layers.0.0",
                "params.layers.0.1",
                "params.layers.1.0",
                "params.layers.1.1",
                "X",
                "Y",
            ],
            found,
            wanted,
            {"batch": batch, "h": h},
        )

    z1 = X @ W1 + b1  # (batch, h)
    a1 = _sigmoid(z1)
    z2 = a1 @ W2 + b2  # (batch, 10)
    a2 = _sigmoid(z2)
    a2_minus_Y = a2 - Y
    C = (a2_minus_Y**2).sum() / (2 * batch)

    # C = (a2_minus_Y**2).sum() / (2 * batch)  (programs.py:20)
    d_a2 = a2_minus_Y / batch

    # a2 = _sigmoid(z2)  (programs.py:12)
    d_z2 = d_a2 * (a2 * (1 - a2))

    # z2 = a1 @ W2 + b2  (programs.py:18)
    d_b2 = d_z2.sum(axis=0)  # (10,)
    d_a1 = d_z2 @ W2.T  # (batch, h)
    d_W2 = a1.T @ d_z2  # (h, 10)

    # a1 = _sigmoid(z1)  (programs.py:12)
    d_z1 = d_a1 * (a1 * (1 - a1))

    # z1 = X @ W1 + b1  (programs.py:18)
    d_b1 = d_z1.sum(axis=0)  # (h,)
    d_W1 = X.T @ d_z1  # (784, h)

    return C, {"layers": [(d_W1, d_b1), (d_W2, d_b2)]}


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


def _entries(name, nest, count):
    """Refuse a nest with another number of entries than the function was made for."""
    if len(nest) != count:
        raise ValueError(f"{name}: expected {count} entries, got {len(nest)}")


def _misfit(names, found, wanted, sizes=None):
    """Say which shape is not the one wanted, and what the named sizes are."""
    where = " and ".join(f"{size} = {n}" for size, n in (sizes or {}).items())
    for name, shape, other in zip(names, found, wanted, strict=True):
        if shape != other:
            message = f"{name}: expected shape {other}, got {shape}"
            return ValueError(f"{message}, where {where}" if where else message)
    return ValueError(f"expected shapes {wanted}, got {found}")
