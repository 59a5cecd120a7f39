"""Ops whose slope jumps at a point: each convention is a slope of one side there.

Of those that choose among entries, the equal ones share. Among equals, "right" means
the first, also of a minimum. Every op with a kink has a row.
"""

from typing import Any

import numpy as np
import pytest
from scipy import special

import graphdiff as gd
from graphdiff.graph.node import Op
from graphdiff.ops.core.elementwise import Elementwise
from tests.derivative.test_kinks import Function
from tests.ops.test_cases import leaves_of, modules_of

POINTS = np.array([0.0, 1.0, 2.0])
HEIGHTS = np.array([0.5, 2.0, 1.0])

JUMPS: dict[str, tuple[Function, float]] = {
    "abs": (np.abs, 0.0),
    "fabs": (np.fabs, 0.0),
    "copysign": (lambda x: np.copysign(x, -2.0), 0.0),
    "relu": (gd.nn.relu, 0.0),
    "maximum": (lambda x: np.maximum(x, 0.5), 0.5),
    "minimum": (lambda x: np.minimum(0.5, x), 0.5),
    "fmax": (lambda x: np.fmax(x, 0.5), 0.5),
    "fmin": (lambda x: np.fmin(0.5, x), 0.5),
    "clip": (lambda x: np.clip(x, -1, 1), -1.0),
    "interp": (lambda x: np.interp(x, POINTS, HEIGHTS), 1.0),
    "ive": (lambda x: special.ive(0, x), 0.0),
    "i0e": (special.i0e, 0.0),
    "i1e": (special.i1e, 0.0),
}

# Of five entries, the second, third and fifth are equal and win.
HIGH, WINNERS = np.array([1.0, 3.0, 3.0, 2.0, 3.0]), [1, 2, 4]

TIES: dict[str, Function] = {
    "max": np.max,
    "min": lambda x: -np.min(-x),
    "nanmax": np.nanmax,
    "nanmin": lambda x: -np.nanmin(-x),
    "running max": lambda x: np.maximum.accumulate(x)[-1],
    "running min": lambda x: -np.minimum.accumulate(-x)[-1],
    "max_pool": lambda x: np.sum(gd.nn.max_pool(x[None, None], 5)),
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


@pytest.mark.parametrize("kinks", ["mean", "right", "left", "zero"])
@pytest.mark.parametrize("name", TIES)
def test_equal_entries_share(name: str, kinks: str) -> None:
    shares = {"mean": [1 / 3] * 3, "right": [1, 0, 0], "left": [0, 0, 1]}
    wanted = np.zeros(5)
    wanted[WINNERS] = shares.get(kinks, [0, 0, 0])
    np.testing.assert_allclose(gd.grad(TIES[name], kinks=kinks)(HIGH), wanted)


def test_every_op_with_a_kink_has_a_row() -> None:
    tables: list[tuple[Function, Any]] = [*JUMPS.values()]
    tables += [(f, HIGH) for f in TIES.values()]
    met = [
        node.op
        for f, x in tables
        for node in gd.trace(lambda x, f=f: f(x), np.asarray(x)).nodes
        if node.op.kink
    ]
    values = (v for m in modules_of(gd.ops) for v in vars(m).values())
    ops = {op.name for op in values if isinstance(op, Elementwise) and op.kink}
    assert ops <= {op.name for op in met if isinstance(op, Elementwise)}
    assert {kind for kind in leaves_of(Op) if kind.kink} <= {type(op) for op in met}
