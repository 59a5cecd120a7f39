"""Windows that slide along the last axes of an array, as the columns of a matrix.

A window has a tap for each of its entries. One place after the other is slow in NumPy,
and so is a reduction over a view with short axes; one tap after the other, each for
all places at once, is quick.
"""

import numpy as np


def each(value, kernel):
    """Give a number that is for all axes of the kernel to each of them."""
    return value if isinstance(value, tuple) else (value,) * len(kernel)


def padded(x, kernel, padding, fill=0):
    """Put (before, after) entries more at the ends of the last axes, each the fill."""
    if padding == 0:
        return x
    n = len(kernel)
    low, high = np.broadcast_to(padding, (n, 2)).T
    wide = np.full((*x.shape[:-n], *(low + x.shape[-n:] + high)), fill, x.dtype)
    cropped(wide, kernel, padding)[...] = x
    return wide


def cropped(wide, kernel, padding):
    """Leave out (before, after) entries at the ends of the last axes."""
    if padding == 0:
        return wide
    n = len(kernel)
    low, high = np.broadcast_to(padding, (n, 2)).T
    return wide[(..., *map(slice, low, wide.shape[-n:] - high))]


def places(x, kernel, stride, dilation):
    """Count the places of a window along each of the last axes."""
    steps = each(stride, kernel), each(dilation, kernel)
    axes = zip(x.shape[-len(kernel) :], kernel, *steps, strict=True)
    return [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in axes]


def taps(x, kernel, stride, dilation):
    """List the keys of what each tap of a window meets, in all places at once."""
    many = places(x, kernel, stride, dilation)
    steps = each(stride, kernel), each(dilation, kernel)
    axes = [
        [slice(d * t, d * t + s * p, s) for t in range(k)]
        for k, p, s, d in zip(kernel, many, *steps, strict=True)
    ]
    return [
        (..., *(axis[t] for axis, t in zip(axes, tap, strict=True)))
        for tap in np.ndindex(*kernel)
    ]


def columns(x, kernel, stride=1, dilation=1, padding=0):
    """Copy each window of x (..., channels, *sizes) into a column of a matrix."""
    x = padded(x, kernel, padding)
    n = len(kernel)
    many = places(x, kernel, stride, dilation)
    steps = x.strides[-n:]
    within, between = np.multiply(steps, dilation), np.multiply(steps, stride)
    view = np.lib.stride_tricks.as_strided(
        x, (*x.shape[:-n], *kernel, *many), (*x.strides[:-n], *within, *between)
    )
    rows = x.shape[-n - 1] * np.prod(kernel)
    return view.copy().reshape(*x.shape[: -n - 1], rows, np.prod(many))


def from_columns(g, shape, kernel, stride=1, dilation=1, padding=0):
    """Add columns up where windows have them from: (..., channels, *sizes)."""
    low, high = np.broadcast_to(padding, (len(kernel), 2)).T
    sizes = low + shape[1:] + high
    total = np.zeros((*g.shape[:-2], shape[0], *sizes), g.dtype)
    keys = taps(total, kernel, stride, dilation)
    many = places(total, kernel, stride, dilation)
    parts = g.reshape(*g.shape[:-2], shape[0], len(keys), *many)
    for part, key in zip(np.moveaxis(parts, g.ndim - 1, 0), keys, strict=True):
        total[key] += part
    return cropped(total, kernel, padding)
