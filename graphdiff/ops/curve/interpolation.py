"""Piecewise linear interpolation: ``np.interp``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import GraphValueError, ShapeError
from graphdiff.expression.expression import implements, is_symbolic, lift
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, show_shape
from graphdiff.ops.core.index import Put, PutAlong, Take, TakeAlong
from graphdiff.ops.core.pattern import ByArray
from graphdiff.ops.curve.difference import Diff
from graphdiff.ops.order.sorting import Places


@dataclass(frozen=True)
class Interp(Op):
    """The broken line through the points (`xp`, `fp`) at each entry of `x`.

    The line goes on flat on both sides. At a point its slope is the mean of those on
    both sides (or the one that `kinks` names). There may be a line for each row of `x`.
    """

    kink = "jumps at the points"
    masks = (0, 2)

    def infer(self, x: ArrayType, xp: ArrayType, fp: ArrayType) -> ArrayType:
        return ArrayType(x.shape, np.dtype(np.float64))

    def call(self, x: ArrayType, xp: ArrayType, fp: ArrayType) -> Call:
        function = "np.interp" if xp.ndim == 1 else "interp_rows"
        return Call(function, (Arg(0), Arg(1), Arg(2)))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, xp: Any, fp: Any) -> Any:
        if isinstance(xp.shape[-1], int) and xp.shape[-1] == 1:
            if i < 2:
                return None
            return np.sum(g)[None] if xp.ndim == 1 else np.sum(g, -1, keepdims=True)
        share = g
        if i < 2:
            share = g * _slope(at.kinks, x, xp, fp)
        if i == 0:
            return share
        last = xp.shape[-1] - 1
        right = np.clip(_place("right", xp, x), 1, last)
        left = right - 1
        start = _at(xp, left)
        rows = xp.ndim > 1
        first, final = (xp[..., :1], xp[..., -1:]) if rows else (xp[0], xp[-1])
        within = (np.clip(x, first, final) - start) / (_at(xp, right) - start)
        share = share if i == 2 else -share
        to_points: Op = PutAlong(-1, xp.shape[-1])
        if not rows:
            to_points = Put((ByArray(0),), tuple(xp.shape), False)
        return to_points(share * (1 - within), left) + to_points(share * within, right)


def _place(side: str, xp: Any, x: Any) -> Any:
    """How many points lie to the left of `x` (at its place too, if `side` is right)."""
    options = (("side", side),) if side != "left" else ()
    function = "np.searchsorted" if xp.ndim == 1 else "searchsorted_rows"
    return Places(function, 1, options)(xp, x)


def _at(values: Any, places: Any) -> Any:
    if values.ndim > 1:
        return TakeAlong(-1)(values, places)
    return Take((ByArray(0),))(values, places)


def _slope(kinks: str, x: Any, xp: Any, fp: Any) -> Any:
    """The slope of the broken line at `x`; it is flat before and behind the points."""
    flat = np.zeros_like(xp[..., :1])
    slopes = np.concatenate([flat, Diff(-1)(fp) / Diff(-1)(xp), flat], axis=-1)
    if kinks in ("left", "right"):
        return _at(slopes, _place(kinks, xp, x))
    before, after = (_at(slopes, _place(side, xp, x)) for side in ("left", "right"))
    if kinks == "zero":
        return np.where(before == after, after, after.dtype.type(0))
    return (before + after) / 2


@implements(np.interp)
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """The broken line through the points (`xp`, `fp`) at `x`; `xp` must increase."""
    name = "np.interp"
    x, xp, fp = (lift(v, name).astype(np.float64) for v in (x, xp, fp))
    if xp.ndim != 1 or fp.shape != xp.shape:
        raise ShapeError(
            f"{name}: points of shapes {show_shape(xp.shape)} and "
            f"{show_shape(fp.shape)}; expected two vectors of one size"
        )
    if isinstance(xp.shape[0], int) and xp.shape[0] == 0:
        raise ShapeError(f"{name}: there are no points")
    if period is not None:
        return _periodic(x, xp, fp, period)
    y = Interp()(x, xp, fp)
    if left is not None:
        y = np.where(x < xp[0], lift(left, name).astype(y.dtype), y)
    if right is not None:
        y = np.where(x > xp[-1], lift(right, name).astype(y.dtype), y)
    return y


def _periodic(x: Any, xp: Any, fp: Any, period: Any) -> Any:
    """Wrap everything into one period, and go on by one point on both sides."""
    if not is_symbolic(period):
        if period == 0:
            raise GraphValueError("np.interp: period= is 0")
        period = abs(period)
    x, xp = x % period, xp % period
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
    return Interp()(x, xp, np.concatenate([fp[-1:], fp, fp[:1]]))
