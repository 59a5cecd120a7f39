"""Sums and largest entries of windows that slide along the last axes.

The sum, or the largest entry, of a box is that of those along its edges, so forward
one axis goes after the other. Backward every tap of the window takes its share.
"""

import numpy as np

from graphdiff.runtime.windows import cropped, each, padded, places, taps


def pooled(combine, x, kernel, stride, dilation):
    """Combine the entries of each window by a ufunc, along one axis after the other."""
    many = places(x, kernel, stride, dilation)
    steps = each(stride, kernel), each(dilation, kernel)
    for axis, (k, p, s, d) in enumerate(zip(kernel, many, *steps, strict=True), 1):
        rest = (slice(None),) * (len(kernel) - axis)
        parts = [x[(..., slice(d * t, d * t + s * p, s), *rest)] for t in range(k)]
        x = parts[0].copy(order="K")
        for part in parts[1:]:
            combine(x, part, out=x)
    return x


def sum_pool(x, kernel, stride=1, dilation=1, padding=0):
    """Add up the entries of each window."""
    return pooled(np.add, padded(x, kernel, padding), kernel, stride, dilation)


def sum_pool_back(g, sizes, kernel, stride=1, dilation=1, padding=0):
    """Add each entry of g to all that its window holds, in zeros of the sizes."""
    low, high = np.broadcast_to(padding, (len(kernel), 2)).T
    total = np.zeros((*g.shape[: -len(kernel)], *(low + sizes + high)), g.dtype)
    for key in taps(total, kernel, stride, dilation):
        total[key] += g
    return cropped(total, kernel, padding)


def max_pool(x, kernel, stride=1, dilation=1, padding=0):
    """Return the largest entry of each window; padding is never the largest."""
    wide = padded(x, kernel, padding, -np.inf)
    return pooled(np.maximum, wide, kernel, stride, dilation)


def pool_hits(wide, y, keys, ties):
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


def chosen(hit, values):
    """Return the values where hit, 0 elsewhere: also where an infinity is not hit."""
    if np.isfinite(values).all():
        return hit * values  # much quicker: it does not branch
    return np.where(hit, values, 0)


def max_pool_back(g, x, y, kernel, stride=1, dilation=1, padding=0, ties="mean"):
    """Add each entry of g to where x has the largest entry y of its window."""
    wide = padded(x, kernel, padding, -np.inf)
    keys = taps(wide, kernel, stride, dilation)
    hits = pool_hits(wide, y, keys, ties)
    share = g / np.maximum(hits.sum(axis=0, dtype=g.dtype), 1)
    total = np.zeros(wide.shape, g.dtype)
    for key, hit in zip(keys, hits, strict=True):
        total[key] += chosen(hit, share)
    return cropped(total, kernel, padding)


def max_pool_along(t, x, y, kernel, stride=1, dilation=1, padding=0, ties="mean"):
    """Return the mean of the entries of t where x has the largest of each window."""
    wide = padded(x, kernel, padding, -np.inf)
    keys = taps(wide, kernel, stride, dilation)
    hits = pool_hits(wide, y, keys, ties)
    t = padded(t, kernel, padding)
    total = np.zeros(y.shape, t.dtype)
    for key, hit in zip(keys, hits, strict=True):
        total += chosen(hit, t[key])
    return total / np.maximum(hits.sum(axis=0, dtype=t.dtype), 1)
