"""Padding, in all of NumPy's modes.

Constants and what mirrors the array are calls of ``np.pad`` itself; the modes that
compute what they fill in (ramps, means, extremes) join the parts that they make.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphdiff.errors import GraphValueError, ShapeError, UnsupportedError
from graphdiff.expression.expression import Expression, implements, is_symbolic, lift
from graphdiff.graph.node import Arange
from graphdiff.graph.op import Arg, At, Call
from graphdiff.graph.types import (
    ArrayType,
    Size,
    normalize_axis,
    whole_number,
)
from graphdiff.ops.core.axes import broadcast_expression
from graphdiff.ops.core.index import ByArray, Put, Slice
from graphdiff.ops.core.join import concatenate
from graphdiff.ops.core.pattern import Item
from graphdiff.ops.shape.moves import Move
from graphdiff.sizes.dims import Dim, is_nonnegative

Pair = tuple[Any, Any]
Widths = tuple[tuple[Size, Size], ...]


def _plainest(pairs: tuple[Pair, ...], lead: int, none: Any = 0) -> Any:
    """Pairs for all axes as a person writes them: one pair or number if all agree."""
    pairs = ((none, none),) * lead + pairs
    if all(pair == pairs[0] for pair in pairs):
        before, after = pairs[0]
        return before if before == after else pairs[0]
    return pairs


@dataclass(frozen=True)
class Pad(Move):
    """The last axes with numbers before and after: ``numbers`` of each, or one."""

    widths: Widths
    numbers: tuple[Pair, ...] = ()

    def infer(self, x: ArrayType) -> ArrayType:
        return _padded(self.widths, x)

    def call(self, x: ArrayType) -> Call:
        lead = x.ndim - len(self.widths)
        named = {}
        if self.numbers:
            named["constant_values"] = _plainest(self.numbers, lead)
        return Call("np.pad", (Arg(0), _plainest(self.widths, lead)), named)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        sizes = x.shape[x.ndim - len(self.widths) :]
        inner = (
            slice(before or None, _end(before, n, after))
            for (before, after), n in zip(self.widths, sizes, strict=True)
        )
        return g[(..., *inner)]


def _end(before: Size, n: Size, after: Size) -> Size | None:
    """Where the part before the padding ends: counted from the end where it can be."""
    if isinstance(after, int):
        return -after if after else None
    return before + n


def _padded(widths: Widths, x: ArrayType) -> ArrayType:
    lead = x.ndim - len(widths)
    sizes = (
        before + n + after
        for n, (before, after) in zip(x.shape[lead:], widths, strict=True)
    )
    return ArrayType((*x.shape[:lead], *sizes), x.dtype)


@dataclass(frozen=True)
class PadBy(Move):
    """The last axes continued by entries of their own: ``mode`` says by which."""

    widths: Widths
    mode: str
    needs: tuple[Dim, ...] = field(default=(), compare=False)  # type: ignore[misc]

    def infer(self, x: ArrayType) -> ArrayType:
        return _padded(self.widths, x)

    def call(self, x: ArrayType) -> Call:
        widths = _plainest(self.widths, x.ndim - len(self.widths))
        return Call("np.pad", (Arg(0), widths), {"mode": self.mode})

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        """Add each entry to the one that it repeats, an axis at a time."""
        for k in range(-1, -len(self.widths) - 1, -1):
            if self.widths[k] != (0, 0):
                n = x.shape[k]
                rows = Arange(n)() if isinstance(x, Expression) else np.arange(n)
                source = PadBy((self.widths[k],), self.mode)(rows)
                pattern: tuple[Item, ...] = (ByArray(0), *(Slice(),) * (-k - 1))
                g = Put(pattern, tuple(x.shape[x.ndim + k :]), False)(g, source)
        return g


# --- arguments ------------------------------------------------------------------------
def _pairs(what: str, value: Any, ndim: int) -> tuple[Pair, ...]:
    """One pair for each axis, of a number, a pair, pairs, or a dict by axis."""
    if isinstance(value, dict):
        found: list[Pair] = [(0, 0)] * ndim
        for axis, pair in value.items():
            found[normalize_axis(what, axis, ndim)] = _pair(what, pair)
        return tuple(found)
    listed = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(listed, (tuple, list)):
        return (_pair(what, listed),) * ndim
    if len(listed) == 1:
        return (_pair(what, listed[0]),) * ndim
    if all(not isinstance(item, (tuple, list)) for item in listed):
        return (_pair(what, listed),) * ndim
    if len(listed) != ndim:
        raise ShapeError(f"{what}: {len(listed)} pairs for {ndim} axes")
    return tuple(_pair(what, item) for item in listed)


def _pair(what: str, value: Any) -> Pair:
    if not isinstance(value, (tuple, list)):
        return value, value
    if len(value) not in (1, 2):
        raise ShapeError(f"{what}: expected a pair, before and after, got {value!r}")
    return value[0], value[-1]


def _width(n: Any) -> Size:
    if isinstance(n, Dim):
        return n
    width = whole_number("np.pad: a width", n)
    if width < 0:
        raise GraphValueError("np.pad: a width cannot be negative")
    return width


_MIRRORS = ("edge", "reflect", "symmetric", "wrap")
_STATISTICS: dict[str, Callable[..., Any]] = {
    "maximum": np.max,
    "minimum": np.min,
    "mean": np.mean,
    "median": np.median,
}
_TAKES = {
    "constant": "constant_values",
    "linear_ramp": "end_values",
    "reflect": "reflect_type",
    "symmetric": "reflect_type",
    **dict.fromkeys(_STATISTICS, "stat_length"),
}


def _check_mode(mode: Any, given: dict[str, Any]) -> None:
    if callable(mode):
        raise UnsupportedError(
            "np.pad: a function as mode= writes into its argument; join the parts with "
            "np.concatenate instead"
        )
    if mode == "empty":
        raise UnsupportedError(
            "np.pad: mode='empty' leaves entries undefined; use mode='constant'"
        )
    if mode not in ("constant", "linear_ramp", *_MIRRORS, *_STATISTICS):
        raise GraphValueError(f"np.pad: mode {mode!r} is not known")
    for name in given:
        if name != _TAKES.get(mode):
            raise GraphValueError(f"np.pad: {name}= is not for mode={mode!r}")


@implements(np.pad)
def pad(
    array: Any,
    pad_width: Any,
    mode: Any = "constant",
    *,
    stat_length: Any = None,
    constant_values: Any = None,
    end_values: Any = None,
    reflect_type: Any = None,
) -> Any:
    """`array` with entries before and after, along each axis."""
    given = {
        "stat_length": stat_length,
        "constant_values": constant_values,
        "end_values": end_values,
        "reflect_type": reflect_type,
    }
    given = {name: value for name, value in given.items() if value is not None}
    _check_mode(mode, given)
    x = lift(array, "np.pad")
    pairs = _pairs("np.pad: pad_width", pad_width, x.ndim)
    widths = tuple((_width(a), _width(b)) for a, b in pairs)
    if all(pair == (0, 0) for pair in widths):
        return x
    if mode == "constant":
        return _with_constants(x, widths, given.get("constant_values", 0))
    if mode in _MIRRORS:
        return _mirrored(x, widths, mode, given.get("reflect_type", "even"))
    if mode == "linear_ramp":
        ends = _pairs("np.pad: end_values", given.get("end_values", 0), x.ndim)
        return _by_axis(x, widths, lambda x, k: _ramps(x, k, widths[k], ends[k]))
    lengths = _pairs("np.pad: stat_length", stat_length, x.ndim)
    compute = _STATISTICS[mode]
    return _by_axis(x, widths, lambda x, k: _statistics(x, k, lengths[k], compute))


# --- constants, and entries of the array itself ---------------------------------------
def _with_constants(x: Expression, widths: Widths, values: Any) -> Any:
    pairs = _pairs("np.pad: constant_values", values, x.ndim)
    if any(is_symbolic(v) or isinstance(v, Dim) for pair in pairs for v in pair):
        return _by_axis(
            x,
            widths,
            lambda x, k: tuple(_number(value, x) for value in pairs[k]),
        )
    numbers = tuple(
        tuple(np.asarray(v).astype(x.dtype).item() for v in pair) for pair in pairs
    )
    start = next(i for i, pair in enumerate(widths) if pair != (0, 0))
    plain = all(v == 0 for pair in numbers for v in pair)
    return Pad(widths[start:], () if plain else numbers[start:])(x)


def _number(value: Any, x: Expression) -> Any:
    """One number as an array that fits beside `x` along any axis."""
    return np.reshape(lift(value, "np.pad").astype(x.dtype), (1,) * x.ndim)


def _mirrored(x: Expression, widths: Widths, mode: str, kind: str) -> Any:
    if kind not in ("even", "odd"):
        raise GraphValueError(f"np.pad: reflect_type must be 'even' or 'odd': {kind!r}")
    for n, pair in zip(x.shape, widths, strict=True):
        if n == 0 and pair != (0, 0):
            raise ShapeError(f"np.pad: an axis without entries has nothing to {mode}")
    if kind == "even":
        start = next(i for i, pair in enumerate(widths) if pair != (0, 0))
        needs = tuple(
            rest
            for n, pair in zip(x.shape, widths, strict=True)
            if isinstance(rest := n - 1, Dim) and pair != (0, 0)
        )
        return PadBy(widths[start:], mode, needs)(x)
    for k, pair in enumerate(widths):
        if pair != (0, 0):
            x = _odd(x, k, pair, mode)
    return x


def _odd(x: Expression, axis: int, pair: Pair, mode: str) -> Any:
    """The axis continued by its mirror image at the point of its last entry."""
    most = x.shape[axis] - (mode == "reflect")
    room = [most - width for width in pair]
    if any(isinstance(n, int) and n < 0 for n in room):
        raise UnsupportedError(
            f"np.pad: reflect_type='odd' continues {x.shape[axis]} entries by at most "
            f"{most}; pad in several steps"
        )
    widths = (pair, *((0, 0),) * (x.ndim - axis - 1))
    needs = tuple(n for n in room if isinstance(n, Dim) and not is_nonnegative(n))
    image = PadBy(widths, mode, needs)(x)
    return 2 * PadBy(widths, "edge", needs)(x) - image


# --- entries that are computed --------------------------------------------------------
def _by_axis(x: Any, widths: Widths, ends: Callable[[Any, int], Pair]) -> Any:
    """Pad one axis after the other with what `ends` makes of what is there so far.

    An end that has size 1 along the axis is repeated.
    """
    for k, pair in enumerate(widths):
        if pair == (0, 0):
            continue
        before, after = (
            _filling(end, x, k, width)
            for end, width in zip(ends(x, k), pair, strict=True)
        )
        parts = [before] if pair[0] != 0 else []
        x = concatenate([*parts, x, after] if pair[1] != 0 else [*parts, x], axis=k)
    return x


def _filling(end: Any, x: Any, axis: int, width: Size) -> Any:
    shape = (*x.shape[:axis], width, *x.shape[axis + 1 :])
    return broadcast_expression("np.pad", end, shape)


def _ramps(x: Any, axis: int, pair: Pair, ends: Pair) -> Pair:
    """Equal steps from the end values up to the first and last entry."""
    lead = (slice(None),) * axis
    edges = x[(*lead, 0)], x[(*lead, -1)]
    before, after = (
        _ramp(end, edge, width, axis, x.dtype)
        for end, edge, width in zip(ends, edges, pair, strict=True)
    )
    return before, np.flip(after, axis)


def _ramp(end: Any, edge: Any, width: Size, axis: int, dtype: np.dtype) -> Any:
    return np.linspace(
        end,
        edge,
        num=width,
        endpoint=False,
        dtype=dtype,
        axis=axis,
    )


def _statistics(x: Any, axis: int, lengths: Pair, compute: Callable[..., Any]) -> Pair:
    """The statistic of so many entries next to each end, by default of all."""
    lead = (slice(None),) * axis
    n = x.shape[axis]
    parts = []
    for length, first in zip(lengths, (True, False), strict=True):
        part = x
        if length is not None and not (isinstance(n, int) and length >= n):
            if whole_number("np.pad: a stat_length", length) < 1:
                raise GraphValueError("np.pad: a stat_length must be at least 1")
            chosen = slice(None, length) if first else slice(-length, None)
            part = x[(*lead, chosen)]
        found = compute(part, axis=axis, keepdims=True)
        if x.dtype.kind in "iu" and found.dtype.kind == "f":
            found = np.round(found)
        parts.append(found.astype(x.dtype))
    return parts[0], parts[1]
