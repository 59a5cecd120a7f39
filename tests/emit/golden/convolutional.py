"""Value and gradient of convolutional(w, b, images) with respect to w, b and images.

Computes convolutional, d_w, d_b and d_images.

Slopes that are a matter of convention:
    h (relu), programs.py:34: jumps at 0: zero
    p (pooled), programs.py:35: ties share: mean

Cost: about 89368 * batch operations, of which 29440 * batch for the value; at most
52736 * batch + 1792 bytes beside the arguments.

Written by graphdiff from programs.py; needs NumPy only.
"""

import numpy as np


def _chosen(hit, values):
    """Return the values where hit, 0 elsewhere: also where an infinity is not hit."""
    if np.isfinite(values).all():
        return hit * values  # much quicker: it does not branch
    return np.where(hit, values, 0)


def _each(value, kernel):
    """Give a number that is for all axes of the kernel to each of them."""
    return value if isinstance(value, tuple) else (value,) * len(kernel)


def _places(x, kernel, stride, dilation):
    """Count the places of a window along each of the last axes."""
    steps = _each(stride, kernel), _each(dilation, kernel)
    axes = zip(x.shape[-len(kernel) :], kernel, *steps, strict=True)
    return [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in axes]


def _cropped(wide, kernel, padding):
    """Leave out (before, after) entries at the ends of the last axes."""
    if padding == 0:
        return wide
    n = len(kernel)
    low, high = np.broadcast_to(padding, (n, 2)).T
    return wide[(..., *map(slice, low, wide.shape[-n:] - high))]


def _padded(x, kernel, padding, fill=0):
    """Put (before, after) entries more at the ends of the last axes, each the fill."""
    if padding == 0:
        return x
    n = len(kernel)
    low, high = np.broadcast_to(padding, (n, 2)).T
    wide = np.full((*x.shape[:-n], *(low + x.shape[-n:] + high)), fill, x.dtype)
    _cropped(wide, kernel, padding)[...] = x
    return wide


def _columns(x, kernel, stride=1, dilation=1, padding=0):
    """Copy each window of x (..., channels, *sizes) into a column of a matrix."""
    x = _padded(x, kernel, padding)
    n = len(kernel)
    many = _places(x, kernel, stride, dilation)
    steps = x.strides[-n:]
    within, between = np.multiply(steps, dilation), np.multiply(steps, stride)
    view = np.lib.stride_tricks.as_strided(
        x, (*x.shape[:-n], *kernel, *many), (*x.strides[:-n], *within, *between)
    )
    rows = x.shape[-n - 1] * np.prod(kernel)
    return view.copy().reshape(*x.shape[: -n - 1], rows, np.prod(many))


def _taps(x, kernel, stride, dilation):
    """List the keys of what each tap of a window meets, in all places at once."""
    many = _places(x, kernel, stride, dilation)
    steps = _each(stride, kernel), _each(dilation, kernel)
    axes = [
        [slice(d * t, d * t + s * p, s) for t in range(k)]
        for k, p, s, d in zip(kernel, many, *steps, strict=True)
    ]
    return [
        (..., *(axis[t] for axis, t in zip(axes, tap, strict=True)))
        for tap in np.ndindex(*kernel)
    ]


def _from_columns(g, shape, kernel, stride=1, dilation=1, padding=0):
    """Add columns up where windows have them from: (..., channels, *sizes)."""
    low, high = np.broadcast_to(padding, (len(kernel), 2)).T
    sizes = low + shape[1:] + high
    total = np.zeros((*g.shape[:-2], shape[0], *sizes), g.dtype)
    keys = _taps(total, kernel, stride, dilation)
    many = _places(total, kernel, stride, dilation)
    parts = g.reshape(*g.shape[:-2], shape[0], len(keys), *many)
    for part, key in zip(np.moveaxis(parts, g.ndim - 1, 0), keys, strict=True):
        total[key] += part
    return _cropped(total, kernel, padding)


def _pooled(combine, x, kernel, stride, dilation):
    """Combine the entries of each window by a ufunc, along one axis after the other."""
    many = _places(x, kernel, stride, dilation)
    steps = _each(stride, kernel), _each(dilation, kernel)
    for axis, (k, p, s, d) in enumerate(zip(kernel, many, *steps, strict=True), 1):
        rest = (slice(None),) * (len(kernel) - axis)
        parts = [x[(..., slice(d * t, d * t + s * p, s), *rest)] for t in range(k)]
        x = parts[0].copy(order="K")
        for part in parts[1:]:
            combine(x, part, out=x)
    return x


def _max_pool(x, kernel, stride=1, dilation=1, padding=0):
    """Return the largest entry of each window; padding is never the largest."""
    wide = _padded(x, kernel, padding, -np.inf)
    return _pooled(np.maximum, wide, kernel, stride, dilation)


def _pool_hits(wide, y, keys, ties):
    """Tell for each tap of the windows where it meets the largest entry y.

    Of several, all of them ("mean"), the first ("right") or last ("left"), or none.
    """
    hits = np.stack([wide[key] == y for key in keys])
    if ties == "zero":
        hits &= hits.sum(axis=0) == 1
    elif ties != "mean":
        order = hits if ties == "right" else hits[::-1]
        order &= np.cumsum(order, axis=0) == 1
    return hits


def _max_pool_back(g, x, y, kernel, stride=1, dilation=1, padding=0, ties="mean"):
    """Add each entry of g to where x has the largest entry y of its window."""
    wide = _padded(x, kernel, padding, -np.inf)
    keys = _taps(wide, kernel, stride, dilation)
    hits = _pool_hits(wide, y, keys, ties)
    share = g / np.maximum(hits.sum(axis=0, dtype=g.dtype), 1)
    total = np.zeros(wide.shape, g.dtype)
    for key, hit in zip(keys, hits, strict=True):
        total[key] += _chosen(hit, share)
    return _cropped(total, kernel, padding)


def _relu(x):
    """Return the positive part of x."""
    return np.maximum(x, 0)


def convolutional_and_grad(w, b, images):
    """Compute convolutional, d_w, d_b and d_images.

    Arguments:
        w: float64 (8, 3, 3, 3)
        b: float64 (8,)
        images: float64 (batch, 3, 16, 16)

    Returns:
        convolutional: float64
        d_w: float64 (8, 3, 3, 3)
        d_b: float64 (8,)
        d_images: float64 (batch, 3, 16, 16)
    """
    w = _array("w", w, (8, 3, 3, 3))
    b = _array("b", b, (8,))
    images = _array("images", images, ("batch", 3, 16, 16))
    batch = images.shape[0]
    found = [w.shape, b.shape, images.shape]
    wanted = [(8, 3, 3, 3), (8,), (batch, 3, 16, 16)]
    if found != wanted:
        raise _misfit(["w", "b", "images"], found, wanted, {"batch": batch})

    columns_images = _columns(images, (3, 3), stride=2, padding=1)  # (batch, 27, 64)
    # (batch, 8, 8, 8)
    z = (w.reshape(8, 27) @ columns_images).reshape(batch, 8, 8, 8) + b[:, None, None]
    h = _relu(z)
    p = _max_pool(h, (2, 2), stride=2)  # (batch, 8, 4, 4)
    convolutional = (p**2).sum()

    # convolutional = (p**2).sum()  (programs.py:36)
    d_p = 2 * p

    # p = _max_pool(h, (2, 2), stride=2)  (programs.py:35)
    d_h = _max_pool_back(d_p, h, p, (2, 2), stride=2)

    # h = _relu(z)  (programs.py:34)
    d_z = d_h * (z > 0)

    # z = (w.reshape(8, 27) @ columns_images).reshape(batch, 8, 8, ...  (programs.py:33)
    d_b = d_z.sum(axis=(0, 2, 3))  # (8,)
    product = w.reshape(8, 27).T @ d_z.reshape(batch, 8, 64)  # (batch, 27, 64)
    d_reshaped = (d_z.reshape(batch, 8, 64) @ columns_images.mT).sum(axis=0)  # (8, 27)
    d_w = d_reshaped.reshape(8, 3, 3, 3)  # (8, 3, 3, 3)

    # columns_images = _columns(images, (3, 3), stride=2, padding=1)  (programs.py:33)
    # (batch, 3, 16, 16)
    d_images = _from_columns(product, (3, 16, 16), (3, 3), stride=2, padding=1)

    return convolutional, (d_w, d_b, d_images)


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
