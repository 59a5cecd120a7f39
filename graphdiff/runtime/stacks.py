"""Functions that NumPy has for one vector, for stacks of them."""

import numpy as np


def searchsorted_rows(a, v, side="left"):
    """Find where entries of v would stand in the ordered rows of a, row by row."""
    first, second = (a, v) if side == "right" else (v, a)
    both = np.concatenate([first, second], axis=-1)
    order = np.argsort(both, axis=-1, kind="stable")
    n = a.shape[-1]
    is_edge = order < n if side == "right" else order >= v.shape[-1]
    found = np.empty_like(order)
    np.put_along_axis(found, order, np.cumsum(is_edge, axis=-1), -1)
    return found[..., n:] if side == "right" else found[..., : v.shape[-1]]


def bincount_rows(x, length, weights=None):
    """Count the integers below the length row by row, or add up their weights."""
    if x.size and not 0 <= x.min() <= x.max() < length:
        raise ValueError(f"bincount: {x.min()} to {x.max()} are not below {length}")
    count = int(np.prod(x.shape[:-1]))
    place = x.reshape(count, x.shape[-1]) + length * np.arange(count)[:, None]
    given = None if weights is None else weights.ravel()
    total = np.bincount(place.ravel(), given, minlength=length * count)
    return total.reshape(*x.shape[:-1], length)


def histogram_rows(a, edges, weights=None):
    """Count the entries between neighbouring edges row by row, or add up weights."""
    bins = edges.shape[-1] - 1
    place = searchsorted_rows(edges, a, side="right") - 1
    place = np.where(a == edges[..., -1:], bins - 1, place)
    inside = (place >= 0) & (place < bins)
    place = np.where(inside, place, bins)
    total = bincount_rows(place, bins + 1, weights)[..., :-1]
    return total if weights is None else total.astype(weights.dtype)


def interp_rows(x, xp, fp):
    """Evaluate the broken lines through rows of points at rows of entries."""
    last = xp.shape[-1] - 1
    if last == 0:
        return fp + 0 * x
    right = np.clip(searchsorted_rows(xp, x, side="right"), 1, last)
    x1, x2 = (np.take_along_axis(xp, k, -1) for k in (right - 1, right))
    y1, y2 = (np.take_along_axis(fp, k, -1) for k in (right - 1, right))
    inner = (y2 - y1) / (x2 - x1) * (x - x1) + y1
    inner = np.where(x <= xp[..., :1], fp[..., :1], inner)
    return np.where(x >= xp[..., -1:], fp[..., -1:], inner)
