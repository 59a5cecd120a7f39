"""Rosenbrock's valley ``(1 - x)^2 + 100 (y - x^2)^2``, of two numbers, of a pair."""

import numpy as np


def cost(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def readable(x, y):
    slack = 1 - x
    gap = y - x**2
    return slack**2 + 100 * gap**2, (-2 * slack - 400 * x * gap, 200 * gap)


def cost_of_pair(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


def readable_of_pair(p):
    return of_two(*p)


def through_floats(p):
    """Python's own floats are quicker than NumPy's scalars, where float64 will do."""
    return of_two(*p.tolist())


def of_two(x, y):
    slack = 1 - x
    gap = y - x * x
    value = slack * slack + 100 * gap * gap
    return value, np.array([-2 * slack - 400 * x * gap, 200 * gap])
