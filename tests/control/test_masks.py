"""What a loop or branch discards never lets a NaN into a derivative."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def chosen(x: Any) -> Any:
    c, _ = gd.scan(lambda c, u: (np.sqrt(c), np.log(u)), x, np.array([1.0, 2.0]))
    return np.where(x > 0, c**2, 0.0)


def early(x: Any) -> Any:
    _, ys = gd.scan(lambda c, _: (np.sqrt(c - 1), c), x, None, length=3)
    return ys[0] ** 2


def skipped(x: Any) -> Any:
    def step(c: Any, u: Any) -> Any:
        c = np.where(u > 0, np.sqrt(c), c)
        return c, c

    return gd.scan(step, x, np.array([-1.0, -1.0]))[0] ** 2


def overwritten(x: Any) -> Any:
    c, ys = gd.scan(lambda c, u: (np.sqrt(u), c), x, x * np.array([0.0, 4.0, 9.0]))
    return c**2 + ys[0] ** 2


def branched(x: Any) -> Any:
    return gd.cond(x > 0, np.log, lambda x: x**2, x)


def branched_before(x: Any) -> Any:
    y = np.log(x)
    return gd.cond(x > 0, lambda y: y, lambda y: 0 * x, y) + x**2


def given_up(x: Any) -> Any:
    return gd.while_loop(lambda c: c > 1.0, lambda c: np.sqrt(c), x) ** 2


CASES: dict[str, tuple[Callable[..., Any], float, float, float]] = {
    "chosen": (chosen, -1.0, 0.0, 0.0),
    "early": (early, 1.0, 2.0, 2.0),
    "early, worse": (early, 0.0, 0.0, 2.0),
    "skipped": (skipped, 0.0, 0.0, 2.0),
    "skipped, worse": (skipped, -3.0, -6.0, 2.0),
    "overwritten": (overwritten, 1.0, 11.0, 2.0),
    "branched": (branched, -1.0, -2.0, 2.0),
    "branched before": (branched_before, -1.0, -2.0, 2.0),
    "given up": (given_up, 0.0, 0.0, 2.0),
}


@pytest.mark.parametrize(("f", "x", "first", "second"), CASES.values(), ids=CASES)
def test_what_is_discarded_has_slope_zero(
    f: Callable[..., Any], x: float, first: float, second: float
) -> None:
    slope = gd.grad(f)
    np.testing.assert_allclose(slope(x), first, atol=1e-12)
    np.testing.assert_allclose(gd.jvp(f)((x,), (1.0,))[1], first, atol=1e-12)
    np.testing.assert_allclose(gd.grad(lambda x: slope(x))(x), second, atol=1e-12)
    pushed = gd.jvp(lambda x: slope(x))((x,), (1.0,))[1]
    np.testing.assert_allclose(pushed, second, atol=1e-12)
    graph = gd.trace(f, x)
    table = gd.backprop(graph, {"x": x})
    np.testing.assert_allclose(table["x"], first, atol=1e-12)
    raw = gd.evaluate(gd.differentiate(graph), {"x": x})
    np.testing.assert_allclose(raw["d_x"], first, atol=1e-12)
