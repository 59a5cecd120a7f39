"""Differences of neighbours, slopes made of them, and areas below."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, ShapeError
from graphdiff.expression.expression import implements, is_symbolic, lift
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import (
    ArrayType,
    Size,
    normalize_axes,
    normalize_axis,
    show_shape,
)
from graphdiff.ops.core.axes import flat_or
from graphdiff.ops.core.reduce import floats, inexact
from graphdiff.sizes.dims import Dim, positive_part


@dataclass(frozen=True)
class Diff(Op):
    """Each entry along ``axis`` less the one before."""

    stacks = True
    over_complex = True

    axis: int

    def infer(self, x: ArrayType) -> ArrayType:
        shape = list(x.shape)
        shape[self.axis] = positive_part(shape[self.axis] - 1)
        return ArrayType(tuple(shape), x.dtype)

    def call(self, x: ArrayType) -> Call:
        axis = {} if self.axis == -1 else {"axis": self.axis + x.ndim}
        return Call("np.diff", (Arg(0),), axis)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return -DiffBack(self.axis, x.shape[self.axis])(g)


@dataclass(frozen=True)
class DiffBack(Op):
    """`Diff` with a 0 put before the first entry and after the last.

    That is `Diff` transposed, but for the sign. There are ``length`` differences: at
    size 0 none, although two zeros have one.
    """

    stacks = True
    over_complex = True

    axis: int
    length: Size

    @property
    def label(self) -> str:
        """A short word for results without a name."""
        return "diff"

    def infer(self, x: ArrayType) -> ArrayType:
        shape = list(x.shape)
        shape[self.axis] = self.length
        return ArrayType(tuple(shape), x.dtype)

    def call(self, x: ArrayType) -> Call:
        plain = x.dtype == np.float64 and isinstance(self.length, int)
        if not plain or self.length == 0:
            return Call("diff_between_zeros", (Arg(0), self.axis + x.ndim, self.length))
        axis = {} if self.axis == -1 else {"axis": self.axis + x.ndim}
        return Call("np.diff", (Arg(0),), {**axis, "prepend": 0, "append": 0})

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return -Diff(self.axis)(g)


@dataclass(frozen=True)
class Slope(Op):
    """Central differences along ``axis``, one-sided at the ends: ``np.gradient``.

    `back`: the transpose.
    """

    stacks = True
    over_complex = True

    axis: int
    edge_order: int
    back: bool = False
    needs: tuple[Dim, ...] = field(default=(), compare=False)  # type: ignore[misc]

    @property
    def label(self) -> str:
        """A short word for results without a name."""
        return "slope"

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        axis = self.axis + x.ndim
        if self.back:
            return Call("gradient_transposed", (Arg(0), axis, self.edge_order))
        named = {"edge_order": self.edge_order} if self.edge_order != 1 else {}
        return Call("np.gradient", (Arg(0),), {**flat_or(self.axis, x), **named})

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return Slope(self.axis, self.edge_order, not self.back, self.needs)(g)


def part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    """The entries of `x` from `start` to `stop` along `axis`."""
    lead = (slice(None),) * (axis + x.ndim)
    return x[(*lead, slice(start, stop))]


def difference(x: Any, axis: int) -> Any:
    """Each entry along `axis` less the one before; of truths, whether they differ."""
    if x.dtype == bool:
        return part(x, axis, None, -1) != part(x, axis, 1, None)
    return Diff(axis)(x)


@implements(np.diff)
def diff(
    a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None
) -> Any:
    """Differences of neighbours along `axis`, `n` times over."""
    x = lift(a, "np.diff")
    times = operator.index(n)
    if times < 0:
        raise ShapeError(f"np.diff: n={times} is below 0")
    if times == 0:
        return x
    if not x.ndim:
        raise ShapeError("np.diff: an array without axes has no neighbours")
    place = normalize_axis("np.diff", axis, x.ndim)
    edge: list[Any] = list(x.shape)
    edge[place] = 1
    parts = [
        np.broadcast_to(lift(e, "np.diff"), tuple(edge)) if np.ndim(e) == 0 else e
        for e in (prepend, x, append)
        if e is not None
    ]
    joined: Any = np.concatenate(parts, axis=place) if len(parts) > 1 else x
    for _ in range(times):
        joined = difference(joined, place)
    return joined


@implements(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of neighbours among all entries, between two given ends."""
    x = np.ravel(lift(ary, "np.ediff1d"))
    ends = [
        None if e is None else np.ravel(lift(e, "np.ediff1d")).astype(x.dtype)
        for e in (to_begin, to_end)
    ]
    parts = [e for e in (ends[0], difference(x, -1), ends[1]) if e is not None]
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


@implements(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The slope of `f` along each axis, from central differences.

    `varargs`: a spacing for all axes, or for each its spacing or coordinates.
    """
    name = "np.gradient"
    y = inexact(lift(f, name))
    axes = normalize_axes(name, axis, y.ndim)
    if isinstance(axis, (tuple, list)):
        axes = tuple(normalize_axis(name, k, y.ndim) for k in axis)
    if edge_order not in (1, 2):
        raise GraphTypeError(f"{name}: edge_order={edge_order!r} is neither 1 nor 2")
    given = varargs or (1,)
    if len(given) == 1 and np.ndim(given[0]) == 0:
        given = given * len(axes)
    if len(given) != len(axes):
        raise GraphTypeError(f"{name}: {len(given)} spacings for {len(axes)} axes")
    slopes = [
        _slope(y, k, spacing, edge_order)
        for k, spacing in zip(axes, given, strict=True)
    ]
    return slopes[0] if len(axes) == 1 else tuple(slopes)


def _slope(f: Any, axis: int, spacing: Any, edge_order: int) -> Any:
    n = f.shape[axis]
    if isinstance(n, int) and n <= edge_order:
        raise ShapeError(
            f"np.gradient: size {n} of axis {axis} is too small for edge_order="
            f"{edge_order}"
        )
    if np.ndim(spacing) == 0:
        room = () if isinstance(n, int) else (n - edge_order - 1,)
        y = Slope(axis, edge_order, needs=room)(f)
        plain = not is_symbolic(spacing) and not isinstance(spacing, Dim)
        return y if plain and spacing == 1 else (y / spacing).astype(f.dtype)
    x = lift(spacing, "np.gradient")
    if x.ndim != 1 or x.shape[0] != n:
        raise ShapeError(
            f"np.gradient: coordinates of shape {show_shape(x.shape)} for an axis of "
            f"size {n}"
        )
    return _slope_over(f, axis, floats(x), edge_order).astype(f.dtype)


def _slope_over(f: Any, axis: int, x: Any, edge_order: int) -> Any:
    """The slope where coordinates are given: means of the slopes on both sides."""
    steps = Diff(-1)(x).reshape(-1, *[1] * (-axis - 1))
    slopes = Diff(axis)(f) / steps
    left, right = part(slopes, axis, None, -1), part(slopes, axis, 1, None)
    before, after = part(steps, axis, None, -1), part(steps, axis, 1, None)
    inner = (after * left + before * right) / (before + after)
    first, last = part(slopes, axis, None, 1), part(slopes, axis, -1, None)
    if edge_order == 2:
        second = part(slopes, axis, 1, 2), part(slopes, axis, -2, -1)
        steps = [part(steps, axis, *k) for k in ((0, 1), (1, 2), (-1, None), (-2, -1))]
        first = first - (second[0] - first) * (steps[0] / (steps[0] + steps[1]))
        last = last - (second[1] - last) * (steps[2] / (steps[2] + steps[3]))
    return np.concatenate([first, inner, last], axis=axis)


@implements(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area below `y` along `axis`, by the trapezoidal rule."""
    name = "np.trapezoid"
    y = lift(y, name)
    place = normalize_axis(name, axis, y.ndim)
    heights = part(y, place, 1, None) + part(y, place, None, -1)
    if x is None:
        return np.sum(heights, axis=place) * (dx / 2)
    x = lift(x, name)
    if x.ndim == 1:
        steps = difference(x, -1).reshape(-1, *[1] * (-place - 1))
    else:
        steps = difference(x, normalize_axis(name, axis, x.ndim))
    return np.sum(steps * heights, axis=place) / 2
