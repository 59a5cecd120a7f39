"""Ops whose slope jumps at a point: each convention is a slope of one side there."""

from typing import Any

import numpy as np
import pytest
from scipy import special

import graphdiff as gd
from tests.derivative.test_kinks import Function

POINTS = np.array([0.0, 1.0, 2.0])
HEIGHTS = np.array([0.5, 2.0, 1.0])

JUMPS: dict[str, tuple[Function, float]] = {
    "abs": (np.abs, 0.0),
    "fabs": (np.fabs, 0.0),
    "copysign": (lambda x: np.copysign(x, -2.0), 0.0),
    "relu": (gd.nn.relu, 0.0),
    "maximum": (lambda x: np.maximum(x, 0.5), 0.5),
    "fmax": (lambda x: np.fmax(x, 0.5), 0.5),
    "clip": (lambda x: np.clip(x, -1, 1), -1.0),
    "interp": (lambda x: np.interp(x, POINTS, HEIGHTS), 1.0),
    "ive": (lambda x: special.ive(0, x), 0.0),
    "i0e": (special.i0e, 0.0),
    "i1e": (special.i1e, 0.0),
}


def sides(f: Function, x: float) -> tuple[float, float]:
    """The slopes from the left and from the right, by differences of order two."""
    h = 1e-5

    def slope(h: float) -> float:
        return float(-3 * f(x) + 4 * f(x + h) - f(x + 2 * h)) / (2 * h)

    return slope(-h), slope(h)


@pytest.mark.parametrize("kinks", ["mean", "right", "left", "zero"])
@pytest.mark.parametrize("name", JUMPS)
def test_the_slope_is_that_of_a_side(name: str, kinks: str) -> None:
    f, x = JUMPS[name]
    left, right = sides(lambda x: f(np.float64(x)), x)
    between = (left + right) / 2
    wanted = {"mean": between, "right": right, "left": left}.get(kinks)
    slope = gd.grad(lambda x: np.sum(f(x)), kinks=kinks)
    graph = slope.graph(np.array([x]))
    found = slope(np.array([x]))
    if wanted is not None and (name, kinks) != ("relu", "mean"):
        np.testing.assert_allclose(found, [wanted], atol=1e-8)
    for style in ("readable", "fast"):
        made: Any = gd.emit(graph, style=style).load()
        np.testing.assert_allclose(made(np.array([x])), found, rtol=1e-14)
