"""Ops that put entries in other places: turned round, rolled on, repeated.

Each is the call of NumPy's own function, in both directions: who writes ``np.roll``
reads ``np.roll`` in the derivative. The functions of axes at the end are made of these.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, ShapeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import (
    ArrayType,
    Size,
    normalize_axes,
    normalize_axis,
    whole_number,
)
from graphdiff.ops.core.axes import as_sizes, reshape_node, transpose
from graphdiff.ops.core.index import take
from graphdiff.sizes.dims import Dim


class Move(Op):
    """An op that computes nothing: its entries are entries of its argument, or 0."""

    stacks = True
    over_complex = True


@dataclass(frozen=True)
class Flip(Move):
    """Reverse the order of entries along ``axes``; its own adjoint."""

    axes: tuple[int, ...]
    view = True

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        return Call("np.flip", (Arg(0),), _axis(self.axes, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self(g)


def _axis(axes: tuple[int, ...], x: ArrayType) -> dict[str, Any]:
    """The keyword ``axis`` in the plainest form; none where all axes are meant."""
    if len(axes) == x.ndim:
        return {}
    found = tuple(a + x.ndim for a in axes)
    return {"axis": found[0] if len(found) == 1 else found}


@dataclass(frozen=True)
class Roll(Move):
    """Entries moved on along each of ``axes``; the last come in at the front."""

    shifts: tuple[Size, ...]
    axes: tuple[int, ...]

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        axes = tuple(a + x.ndim for a in self.axes)
        if len(axes) > 1:
            return Call("np.roll", (Arg(0), self.shifts), {"axis": axes})
        axis = {} if x.ndim == 1 else {"axis": axes[0]}
        return Call("np.roll", (Arg(0), self.shifts[0]), axis)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return Roll(tuple(-n for n in self.shifts), self.axes)(g)


@dataclass(frozen=True)
class Repeat(Move):
    """Each entry along ``axis`` so many times, one after the other."""

    times: Size
    axis: int

    def infer(self, x: ArrayType) -> ArrayType:
        return _resized(x, self.axis, x.shape[self.axis] * self.times)

    def call(self, x: ArrayType) -> Call:
        return Call("np.repeat", (Arg(0), self.times), _along(self.axis, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        place = self.axis + x.ndim
        split = (*x.shape[: place + 1], self.times, *x.shape[place + 1 :])
        return np.sum(np.reshape(g, split), axis=place + 1)


def _resized(x: ArrayType, axis: int, size: Size) -> ArrayType:
    shape = list(x.shape)
    shape[axis] = size
    return ArrayType(tuple(shape), x.dtype)


def _along(axis: int, x: ArrayType) -> dict[str, Any]:
    return {} if x.ndim == 1 else {"axis": axis + x.ndim}


@dataclass(frozen=True)
class RepeatEach(Move):
    """The entries along ``axis``, each its own number of times, which is not 0."""

    times: tuple[int, ...]
    axis: int

    def infer(self, x: ArrayType) -> ArrayType:
        return _resized(x, self.axis, sum(self.times))

    def call(self, x: ArrayType) -> Call:
        return Call("np.repeat", (Arg(0), self.times), _along(self.axis, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return SumRuns(self.times, self.axis)(g)


@dataclass(frozen=True)
class SumRuns(Op):
    """Sums of so many neighbours along ``axis`` in turn: `RepeatEach` transposed."""

    stacks = True
    over_complex = True

    times: tuple[int, ...]
    axis: int

    def infer(self, x: ArrayType) -> ArrayType:
        return _resized(x, self.axis, len(self.times))

    def call(self, x: ArrayType) -> Call:
        ends = np.cumsum(self.times)
        starts = tuple((ends - self.times).tolist())
        axis = {"axis": self.axis + x.ndim} if x.ndim > 1 else {}
        return Call("np.add.reduceat", (Arg(0), starts), axis)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return RepeatEach(self.times, self.axis)(g)


@dataclass(frozen=True)
class Tile(Move):
    """The last axes as one tile, laid side by side ``times`` along each."""

    times: tuple[Size, ...]

    def infer(self, x: ArrayType) -> ArrayType:
        lead = x.ndim - len(self.times)
        laid = (n * k for n, k in zip(x.shape[lead:], self.times, strict=True))
        return ArrayType((*x.shape[:lead], *laid), x.dtype)

    def call(self, x: ArrayType) -> Call:
        times = self.times[0] if len(self.times) == 1 else self.times
        return Call("np.tile", (Arg(0), times))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        split: list[Size] = list(x.shape[: x.ndim - len(self.times)])
        added = []
        for n, k in zip(x.shape[len(split) :], self.times, strict=True):
            if not isinstance(k, int) or k != 1:
                added.append(len(split))
                split.append(k)
            split.append(n)
        return np.sum(np.reshape(g, tuple(split)), axis=tuple(added))


# --- turning round --------------------------------------------------------------------
@implements(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """Reverse the order of entries along `axis`, by default along all."""
    axes = normalize_axes("np.flip", axis, m.ndim)
    return Flip(axes)(m) if axes else m


@implements(np.flipud)
def flipud(m: Any) -> Any:
    """Reverse the first axis: turn a matrix upside down."""
    return Flip((normalize_axis("np.flipud", 0, m.ndim),))(m)


@implements(np.fliplr)
def fliplr(m: Any) -> Any:
    """Reverse the second axis: turn a matrix from left to right."""
    return Flip((normalize_axis("np.fliplr", 1, m.ndim),))(m)


@implements(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turn by `k` right angles, from the first of `axes` towards the second."""
    if len(axes) != 2:
        raise ShapeError(f"np.rot90: expected two axes, got {axes!r}")
    first, second = (normalize_axis("np.rot90", a, m.ndim) for a in axes)
    if first == second:
        raise ShapeError(f"np.rot90: axes {axes!r} are the same axis")
    turns = operator.index(k) % 4
    if turns == 0:
        return m
    if turns == 2:
        return Flip(tuple(sorted((first, second))))(m)
    order = list(range(-m.ndim, 0))
    order[first], order[second] = second, first
    turned = Flip((second,))(m) if turns == 1 else m
    turned = transpose(turned, order)
    return turned if turns == 1 else Flip((second,))(turned)


@implements(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """Move `axis` to before the one that stands at `start`."""
    old = normalize_axis("np.rollaxis", axis, a.ndim) + a.ndim
    new = whole_number("np.rollaxis: start", start)
    if not -a.ndim <= new <= a.ndim:
        raise ShapeError(f"np.rollaxis: start {new} is not in {a.ndim} dimensions")
    new = new + a.ndim if new < 0 else new
    order = [k for k in range(a.ndim) if k != old]
    order.insert(new - (old < new), old)
    return transpose(a, order)


# --- rolling and repeating ------------------------------------------------------------
@implements(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """Entries moved on by `shift`; what leaves at the end comes in at the front.

    Several shifts and axes go together as NumPy broadcasts them.
    """
    if axis is None:
        flat = Expression(reshape_node(a.node, (a.size,)))
        total: Size = sum(_counts("np.roll: a shift", shift))
        return Expression(reshape_node(Roll((total,), (-1,))(flat).node, a.shape))
    shifts = _counts("np.roll: a shift", shift)
    listed = axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = [normalize_axis("np.roll", k, a.ndim) for k in listed]
    if len(shifts) != len(axes) and 1 not in (len(shifts), len(axes)):
        raise ShapeError(f"np.roll: {len(shifts)} shifts for {len(axes)} axes")
    count = 0 if not shifts or not axes else max(len(shifts), len(axes))
    sums: dict[int, Size] = {}
    for i in range(count):
        k = axes[i % len(axes)]
        sums[k] = sums.get(k, 0) + shifts[i % len(shifts)]
    known = {k: n for k, n in sorted(sums.items()) if isinstance(n, Dim) or n}
    return Roll(tuple(known.values()), tuple(known))(a) if known else a


def _counts(what: str, value: Any) -> tuple[Size, ...]:
    """Whole numbers or sizes, one or several."""
    if isinstance(value, Expression):
        raise GraphTypeError(f"{what} must be known while the graph is built")
    listed = value.tolist() if isinstance(value, np.ndarray) else value
    listed = listed if isinstance(listed, (tuple, list)) else (listed,)
    return tuple(n if isinstance(n, Dim) else whole_number(what, n) for n in listed)


@implements(np.repeat)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Each entry `repeats` times, one after the other; or each its own number."""
    x = lift(a, "np.repeat")
    if axis is None:
        x, axis = Expression(reshape_node(x.node, (x.size,))), -1
    place = normalize_axis("np.repeat", axis, x.ndim)
    times = _counts("np.repeat: a number of repeats", repeats)
    if any(isinstance(k, int) and k < 0 for k in times):
        raise ShapeError("np.repeat: numbers of repeats cannot be negative")
    if len(times) == 1:
        return x if times[0] == 1 else Repeat(times[0], place)(x)
    if len(times) != x.shape[place]:
        raise ShapeError(
            f"np.repeat: {len(times)} numbers of repeats for {x.shape[place]} entries"
        )
    known = [k for k in times if isinstance(k, int)]
    if len(known) < len(times):
        raise ShapeError("np.repeat: several numbers of repeats must be ints")
    if 0 in known:
        x = take(x, np.flatnonzero(known), place)
    left = tuple(k for k in known if k)
    return RepeatEach(left, place)(x) if any(k > 1 for k in left) else x


@implements(np.tile)
def tile(A: Any, reps: Any) -> Any:  # noqa: N803
    """`A` as a tile, laid `reps` times along each axis."""
    times = _counts("np.tile: a number of tiles", reps)
    if any(isinstance(k, int) and k < 0 for k in times):
        raise ShapeError("np.tile: numbers of tiles cannot be negative")
    x = lift(A, "np.tile")
    missing = max(len(times) - x.ndim, 0)
    x = Expression(reshape_node(x.node, (1,) * missing + x.shape))
    start = next((i for i, k in enumerate(times) if k != 1), len(times))
    return Tile(times[start:])(x) if start < len(times) else x


@implements(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """The entries in another shape, repeated from the start as often as it takes."""
    x = lift(a, "np.resize")
    shape = as_sizes("np.resize", new_shape)
    wanted: Size = 1
    for n in shape:
        wanted = wanted * n
    flat = Expression(reshape_node(x.node, (x.size,)))
    if wanted != x.size:
        if not isinstance(wanted, int) or not isinstance(x.size, int):
            raise ShapeError(
                f"np.resize: how often {x.size} entries fit into {wanted} is not known "
                f"for symbolic sizes"
            )
        if x.size == 0:
            return np.zeros_like(x, shape=shape)
        flat = tile(flat, -(-wanted // x.size))[:wanted]
    return Expression(reshape_node(flat.node, shape))
