"""Reductions that NumPy lacks."""

import numpy as np


def norm(x, axis):
    """Return the square root of the sum of squares over the axes, without overflow."""
    size = np.max(np.abs(x), axis=axis, keepdims=True, initial=0)
    scale = np.where((size > 0) & np.isfinite(size), size, size.dtype.type(1))
    total = np.sqrt(np.sum(np.abs(x / scale) ** 2, axis=axis, keepdims=True)) * scale
    return np.squeeze(total, axis=axis)


def others_product(x, axis):
    """For each entry, the product of all the others over the axes."""
    axes = tuple(a % x.ndim for a in axis)
    kept = [a for a in range(x.ndim) if a not in axes]
    moved = np.transpose(x, (*kept, *axes))
    length = int(np.prod(moved.shape[len(kept) :]))
    rows = moved.reshape(*moved.shape[: len(kept)], length)
    before = np.ones_like(rows)
    after = np.ones_like(rows)
    np.cumprod(rows[..., :-1], axis=-1, out=before[..., 1:])
    after[..., :-1] = np.cumprod(rows[..., :0:-1], axis=-1)[..., ::-1]
    return np.transpose(
        (before * after).reshape(moved.shape), np.argsort(kept + list(axes))
    )


def log_prod(x, axis):
    """Return log(prod(x)) over the axes, without a product that overflows."""
    total = np.sum(np.log(np.abs(x)), axis=axis)
    below_zero = np.count_nonzero(x < 0, axis=axis) % 2 == 1
    return np.where(below_zero, np.nan, total)


def gradient_transposed(g, axis, edge_order):
    """Add up what np.gradient would hand on to each entry: its transpose."""
    rows = np.moveaxis(g, axis, 0)
    total = np.zeros_like(rows)
    total[2:] += rows[1:-1] / 2
    total[:-2] -= rows[1:-1] / 2
    ends = (-1, 1) if edge_order == 1 else (-1.5, 2, -0.5)
    for i, weight in enumerate(ends):
        total[i] += weight * rows[0]
        total[-1 - i] -= weight * rows[-1]
    return np.moveaxis(total, 0, axis)


def diff_between_zeros(x, axis, length):
    """Take differences of neighbours along the axis, between zeros at both ends."""
    zero = x.dtype.type(0)
    differences = np.diff(x, axis=axis, prepend=zero, append=zero)
    return np.take(differences, np.arange(length), axis)


def median_share(x, axis):
    """Say what share each entry has in the median: 1, or one half of two."""
    order = np.argsort(x, axis, kind="stable")
    count = np.sum(~np.isnan(x), axis, keepdims=True)
    share = np.zeros_like(x)
    if not x.size:
        return share
    for rank in ((count - 1) // 2, count // 2):
        index = np.take_along_axis(order, np.maximum(rank, 0), axis)
        half = np.take_along_axis(share, index, axis) + 0.5
        np.put_along_axis(share, index, half, axis)
    return share
