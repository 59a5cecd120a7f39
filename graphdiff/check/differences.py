"""Slopes of a function of one number, measured by calling it.

Central differences on halving steps, extrapolated to step zero as Richardson did, with
the error estimate of Ridders (*Advances in Engineering Software* 4, 1982). The other
way is the complex step of Squire and Trapp (*SIAM Review* 40, 1998), which has no
cancellation but holds for analytic functions alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

Curve = Callable[[float], float]

_FIRST_STEPS = (0.1, 1e-3, 1e-5, 1e-7)
_LEVELS = 7
_ENOUGH = 1e-9
_EPS = 2.0**-52
COMPLEX_STEP = 1e-30


class Slope(NamedTuple):
    """A measured derivative, and how far off the measurement may be."""

    value: float
    error: float

    @property
    def is_known(self) -> bool:
        """Whether anything could be measured at all."""
        return math.isfinite(self.value) and math.isfinite(self.error)


UNKNOWN = Slope(math.nan, math.inf)


def measure(curve: Curve) -> Slope:
    """The derivative of `curve` at 0, by extrapolated central differences.

    A large step errs by curvature and meets kinks and the ends of domains, a small
    one by rounding; so ladders of steps are tried from large to small until two agree
    and one is good. Where they contradict each other, as on a fast oscillation, the
    smaller steps are right. Non-finite values are passed over.

    >>> found = measure(math.exp)
    >>> abs(found.value - 1) < 1e-10, found.error < 1e-9
    (True, True)
    """
    best = UNKNOWN
    for step in _FIRST_STEPS:
        found = _ladder(curve, step)
        apart = abs(found.value - best.value)
        agree = apart <= 10 * (found.error + best.error)
        if not agree or found.error < best.error:
            best = found if found.is_known else best
        if agree and best.error <= _ENOUGH * abs(best.value):
            break
        if agree and best.error == 0:
            break
    return best


def _ladder(curve: Curve, step: float) -> Slope:
    best = UNKNOWN
    above: list[float] = []
    for level in range(_LEVELS):
        h = step / 2**level
        up, down = curve(h), curve(-h)
        if not (math.isfinite(up) and math.isfinite(down)):
            above = []
            continue
        row = [(up - down) / (2 * h)]
        rounding = _EPS * max(abs(up), abs(down)) / h
        for j, coarse in enumerate(above):
            finer = row[j] + (row[j] - coarse) / (4 ** (j + 1) - 1)
            spread = max(abs(finer - row[j]), abs(finer - coarse))
            row.append(finer)
            if spread + rounding < best.error:
                best = Slope(finer, spread + rounding)
        above = row
        if best.error <= 0.1 * _ENOUGH * abs(best.value):
            break
    return best


class Corner(NamedTuple):
    """A point at which the slopes from the left and from the right differ."""

    left: float
    right: float

    def holds(self, slope: float, slack: float) -> bool:
        """Whether `slope` lies between the two: any convention may choose it."""
        low, high = sorted(self)
        return low - slack <= slope <= high + slack


def corner(curve: Curve) -> Corner | None:
    """The one-sided slopes at 0 if they differ, else None.

    The gap between them must be the same at two steps far apart: that of a curve that
    merely bends shrinks with the step.

    >>> corner(lambda t: max(t, 0.0)), corner(lambda t: t * t)
    (Corner(left=0.0, right=1.0), None)
    """
    middle = curve(0.0)
    found = []
    for h in (1e-4, 1e-6):
        right, left = (_one_sided(curve, middle, s) for s in (h, -h))
        noise = 64 * _EPS * (abs(middle) + 1e-300) / h
        gap = abs(right - left)
        if not gap > 0.01 * max(abs(left), abs(right)) + noise:
            return None
        found.append(Corner(left, right))
    big, small = found
    if abs((big.right - big.left) - (small.right - small.left)) > 0.1 * abs(
        small.right - small.left
    ):
        return None
    return big


def _one_sided(curve: Curve, middle: float, h: float) -> float:
    """A one-sided slope without its first-order error."""
    coarse, fine = ((curve(s) - middle) / s for s in (h, h / 2))
    return 2 * fine - coarse
