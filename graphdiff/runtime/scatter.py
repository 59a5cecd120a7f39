"""Writing and adding into arrays of zeros."""

import numpy as np


def put(g, shape, key):
    """Add g into zeros of the shape at the key; an entry met twice adds twice."""
    total = np.zeros(shape, g.dtype)
    np.add.at(total, key, g)
    return total


def put_once(g, shape, key):
    """Write g into zeros of the shape at the key, which names no entry twice."""
    total = np.zeros(shape, g.dtype)
    total[key] = g
    return total


def set_item(x, value, key):
    """Return a copy of x with the entries at the key set to the value."""
    x = x.copy()
    x[key] = value
    return x


def add_item(x, value, key, once):
    """Return a copy of x with the value added at the key."""
    x = x.copy()
    if once:
        x[key] += value
    else:
        np.add.at(x, key, value)
    return x


def kept_of(shape, key):
    """Tell which of the entries written at the key are not written over later."""
    last = np.zeros(shape, int)
    order = np.arange(last[key].size).reshape(last[key].shape)
    last[key] = order
    return last[key] == order


def put_along(g, index, shape, axis):
    """Add g into zeros of the shape at the index along the axis."""
    total = np.zeros(shape, g.dtype)
    grid = list(np.ogrid[tuple(map(slice, index.shape))])
    grid[axis] = index
    np.add.at(total, tuple(grid), g)
    return total


def put_along_once(g, index, shape, axis):
    """Write g into zeros of the shape at the index, which names no entry twice."""
    total = np.zeros(shape, g.dtype)
    np.put_along_axis(total, index, g, axis)
    return total


def diagonal_matrices(v, k=0):
    """Write the last axis of v on diagonal k of square matrices of zeros."""
    n = v.shape[-1] + abs(k)
    total = np.zeros((*v.shape[:-1], n, n), v.dtype)
    i = np.arange(v.shape[-1])
    total[..., i - min(k, 0), i + max(k, 0)] = v
    return total


def bincount(x, length, weights=None):
    """Count the integers below the length, or add up their weights."""
    total = np.bincount(x, weights, minlength=length)
    if len(total) > length:
        raise ValueError(f"bincount: {len(total) - 1} is not below {length}")
    return total


def histogram(x, edges, weights=None):
    """Count the entries between neighbouring edges, or add up their weights."""
    return np.histogram(x, edges, weights=weights)[0]
