"""Sums and products that run along an axis: linear recurrences, and entries moved on.

A recurrence of n entries takes log2(n) passes over whole arrays (Hillis and Steele,
"Data parallel algorithms", 1986), divides by nothing, and so is right beside zeros.
"""

import numpy as np


def shift(x, step, axis, fill):
    """Move the entries on by a step of 1 or -1 along the axis; the fill comes in."""
    moved = np.roll(x, step, axis)
    edge = [slice(None)] * x.ndim
    edge[axis] = slice(0, 1) if step > 0 else slice(-1, None)
    moved[tuple(edge)] = fill
    return moved


def recurrence(a, b, axis):
    """Solve y[i] = b[i] + a[i] * y[i - 1] along the axis, from y[0] = b[0]."""
    a, y = (np.moveaxis(x, axis, 0).copy() for x in (a, b))
    step = 1
    while step < len(y):
        y[step:] = y[step:] + a[step:] * y[:-step]
        a[step:] = a[step:] * a[:-step]
        step *= 2
    return np.moveaxis(y, 0, axis)


def recurrence_back(a, b, axis):
    """Solve y[i] = b[i] + a[i + 1] * y[i + 1] along the axis: from the end."""
    turned = np.roll(np.flip(a, axis), 1, axis)
    return np.flip(recurrence(turned, np.flip(b, axis), axis), axis)


def gated_recurrence(a, b, axis):
    """Do as recurrence, where a zero of y silences the a that it meets."""
    a, y = (np.moveaxis(x, axis, 0).copy() for x in (a, b))
    step = 1
    with np.errstate(all="ignore"):
        while step < len(y):
            y[step:] = y[step:] + np.where(y[:-step] == 0, 0, a[step:] * y[:-step])
            a[step:] = a[step:] * a[:-step]
            step *= 2
    return np.moveaxis(y, 0, axis)


def gated_recurrence_back(a, b, axis):
    """Do as recurrence_back, where a zero of y silences the a that it meets."""
    turned = np.roll(np.flip(a, axis), 1, axis)
    return np.flip(gated_recurrence(turned, np.flip(b, axis), axis), axis)
