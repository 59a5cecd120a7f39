"""Reading entries by position, writing them there, and joining arrays.

`Take` and `Put` are each other's adjoint, as are `TakeAlong` and `PutAlong`. An index
is a pattern of slices, ints and new axes, with places for integer arrays.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.dims import Dim
from graphdiff.errors import GraphIndexError, GraphTypeError, ShapeError
from graphdiff.expression import Expression, as_array, implements, lift
from graphdiff.node import Arange, Arg, At, Call, Op, make
from graphdiff.ops.axes import reshape_node, spread_node
from graphdiff.ops.elementwise import cast_node
from graphdiff.types import (
    ArrayType,
    Shape,
    Size,
    broadcast,
    normalize_axis,
    promote,
    show_shape,
)


@dataclass(frozen=True)
class Slice:
    """A slice whose bounds may be symbolic, along an axis; None is left open."""

    start: Size | None = None
    stop: Size | None = None
    step: int | None = None

    def plain(self) -> slice:
        """The slice that NumPy takes."""
        return slice(self.start, self.stop, self.step)


@dataclass(frozen=True)
class At1:
    """An int along an axis: the axis goes away."""

    index: Size


@dataclass(frozen=True)
class NewAxis:
    """A new axis of size 1."""


@dataclass(frozen=True)
class ByArray:
    """The place of index array ``number`` (from 0) along an axis."""

    number: int


Item = Slice | At1 | NewAxis | ByArray


def _key(pattern: tuple[Item, ...], lead: int, first: int) -> tuple[Any, ...]:
    """The key that NumPy takes, arrays standing as call arguments from `first` on."""
    key: list[Any] = [slice(None)] * lead
    for item in pattern:
        if isinstance(item, Slice):
            key.append(item.plain())
        elif isinstance(item, At1):
            key.append(item.index)
        elif isinstance(item, NewAxis):
            key.append(None)
        else:
            key.append(Arg(first + item.number))
    while key and key[-1] == slice(None):
        key.pop()
    return tuple(key) or (Ellipsis,)


def _rank(pattern: tuple[Item, ...]) -> int:
    return sum(not isinstance(item, NewAxis) for item in pattern)


@dataclass(frozen=True)
class Take(Op):
    """Read ``x[pattern]``, over the last axes of x."""

    pattern: tuple[Item, ...]
    masks = (0,)

    def masks_of(self, *args: Any) -> tuple[int, ...]:
        """Nothing is discarded by an index that only inserts or reverses axes."""
        plain = all(
            isinstance(item, NewAxis)
            or (
                isinstance(item, Slice)
                and item.start is None
                and item.stop is None
                and item.step in (None, 1, -1)
            )
            for item in self.pattern
        )
        return () if plain else (0,)

    @property
    def label(self) -> str:
        """A short word for results without a name."""
        return "part"

    def infer(self, x: ArrayType, *index: ArrayType) -> ArrayType:
        lead = x.ndim - _rank(self.pattern)
        axes = iter(x.shape[lead:])
        rows: list[Size] = list(x.shape[:lead])
        arrays = broadcast("index", [i.shape for i in index]) if index else ()
        places: list[int] = []
        for item in self.pattern:
            if isinstance(item, NewAxis):
                rows.append(1)
                continue
            n = next(axes)
            if isinstance(item, Slice):
                rows.append(slice_length(item, n))
            elif isinstance(item, ByArray):
                places.append(len(rows))
        if index:
            at = places[0] if self._together() else 0
            rows[at:at] = arrays
        return ArrayType(tuple(rows), x.dtype)

    def _together(self) -> bool:
        """Whether the arrays (ints count as such) stand side by side, as NumPy asks."""
        found = [isinstance(p, (ByArray, At1)) for p in self.pattern]
        inside = found[found.index(True) : len(found) - found[::-1].index(True)]
        return all(inside)

    def call(self, x: ArrayType, *index: ArrayType) -> Call:
        key = _key(self.pattern, x.ndim - _rank(self.pattern), 1)
        return Call("getitem", (Arg(0), key))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, *index: Any) -> Any:
        if i:
            return None
        rank = _rank(self.pattern)
        core = tuple(x.shape[x.ndim - rank :])
        return Put(self.pattern, core, _distinct(index))(g, *index)


def _distinct(index: Sequence[Any]) -> bool:
    """Whether an index surely names no entry twice: it has none, or counts rows."""
    return not index or any(
        isinstance(i, Expression) and isinstance(i.node.op, Arange) for i in index
    )


@dataclass(frozen=True)
class Put(Op):
    """Add ``g`` into zeros at ``pattern``, over axes of ``shape``: `Take` transposed."""

    pattern: tuple[Item, ...]
    shape: Shape
    once: bool

    def infer(self, g: ArrayType, *index: ArrayType) -> ArrayType:
        lead = g.ndim - self._core_rank(index)
        return ArrayType((*g.shape[:lead], *self.shape), g.dtype)

    def _core_rank(self, index: Sequence[ArrayType]) -> int:
        plain = sum(isinstance(i, (Slice, NewAxis)) for i in self.pattern)
        return plain + max((i.ndim for i in index), default=0)

    def call(self, g: ArrayType, *index: ArrayType) -> Call:
        shape = self.infer(g, *index).shape
        key = _key(self.pattern, len(shape) - len(self.shape), 1)
        return Call("put_once" if self.once else "put", (Arg(0), shape, key))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, *index: Any) -> Any:
        return None if i else Take(self.pattern)(g, *index)


@dataclass(frozen=True)
class TakeAlong(Op):
    """``y[.., j, ..] = x[.., index[.., j, ..], ..]`` along ``axis``."""

    axis: int
    masks = (0,)

    def infer(self, x: ArrayType, index: ArrayType) -> ArrayType:
        return ArrayType(index.shape, x.dtype)

    def call(self, x: ArrayType, index: ArrayType) -> Call:
        axis = {"axis": self.axis + x.ndim}
        return Call("np.take_along_axis", (Arg(0), Arg(1)), axis)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, index: Any) -> Any:
        return None if i else PutAlong(self.axis, x.shape[self.axis])(g, index)


@dataclass(frozen=True)
class PutAlong(Op):
    """Add ``g`` into zeros at the index along ``axis``: `TakeAlong` transposed."""

    axis: int
    length: Size

    def infer(self, g: ArrayType, index: ArrayType) -> ArrayType:
        shape = list(g.shape)
        shape[self.axis] = self.length
        return ArrayType(tuple(shape), g.dtype)

    def call(self, g: ArrayType, index: ArrayType) -> Call:
        shape = self.infer(g, index).shape
        return Call("put_along", (Arg(0), Arg(1), shape, self.axis + g.ndim))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, index: Any) -> Any:
        return None if i else TakeAlong(self.axis)(g, index)


@dataclass(frozen=True)
class Concatenate(Op):
    """Join arrays end to end along ``axis``."""

    axis: int

    def infer(self, *parts: ArrayType) -> ArrayType:
        first = parts[0]
        total: Size = 0
        for part in parts:
            rest = [
                (p, f)
                for a, (p, f) in enumerate(zip(part.shape, first.shape, strict=False))
                if a - first.ndim != self.axis
            ]
            if part.ndim != first.ndim or any(p != f for p, f in rest):
                raise ShapeError(
                    f"np.concatenate: {show_shape(part.shape)} does not fit "
                    f"{show_shape(first.shape)} along axis {self.axis}"
                )
            total = total + part.shape[self.axis]
        shape = list(first.shape)
        shape[self.axis] = total
        return ArrayType(tuple(shape), first.dtype)

    def call(self, *parts: ArrayType) -> Call:
        places = tuple(map(Arg, range(len(parts))))
        return Call("concatenate", places, {"axis": self.axis + parts[0].ndim})

    def pullback(self, i: int, at: At, g: Any, y: Any, *parts: Any) -> Any:
        start: Size = 0
        for part in parts[:i]:
            start = start + part.shape[self.axis]
        stop = start + parts[i].shape[self.axis]
        rest = (Slice(),) * (-self.axis - 1)
        return Take((Slice(start, stop), *rest))(g)


def slice_length(item: Slice, n: Size) -> Size:
    """The number of entries that a slice of an axis of size `n` has."""
    if isinstance(n, int) and not any(
        isinstance(b, Dim) for b in (item.start, item.stop)
    ):
        return len(range(*item.plain().indices(n)))
    step = item.step or 1
    ends = (0, n) if step > 0 else (n - 1, -1)
    start, stop = (
        end
        if bound is None
        else bound + n
        if isinstance(bound, int) and bound < 0
        else bound
        for bound, end in zip((item.start, item.stop), ends, strict=True)
    )
    if step < 0:
        if item.start is not None or item.stop is not None:
            raise _unknown_length(item, n)
        return (n - step - 1) // -step
    try:
        inside = bool(0 <= start) and bool(stop <= n)
    except TypeError:
        inside = False
    if not inside:
        raise _unknown_length(item, n)
    return (stop - start + step - 1) // step


def _unknown_length(item: Slice, n: Size) -> Exception:
    bounds = ":".join("" if b is None else str(b) for b in (item.start, item.stop))
    return ShapeError(
        f"index: how many entries [{bounds}] has depends on the symbolic size {n}; "
        f"give that axis an int in the spec, or count from its end"
    )


def normalize_key(shape: Shape, key: Any) -> tuple[tuple[Item, ...], list[Any]]:
    """The pattern of a NumPy index on an array of `shape`, and its index arrays."""
    items = list(key) if isinstance(key, tuple) else [key]
    used = sum(item is not None and item is not Ellipsis for item in items)
    dots = [k for k, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        raise GraphIndexError("index: an index can only have one ellipsis (...)")
    if used > len(shape):
        raise GraphIndexError(f"index: {used} indices for shape {show_shape(shape)}")
    place = dots[0] if dots else len(items)
    items[place : place + len(dots)] = [slice(None)] * (len(shape) - used)
    axes = iter(shape)
    pattern: list[Item] = []
    arrays: list[Any] = []
    for item in items:
        if item is None:
            pattern.append(NewAxis())
        else:
            pattern.append(_item(item, next(axes), arrays))
    return tuple(pattern), arrays


def _item(item: Any, n: Size, arrays: list[Any]) -> Item:
    if isinstance(item, slice):
        return Slice(_bound(item.start), _bound(item.stop), _bound(item.step))
    if isinstance(item, Dim):
        return At1(item)
    if not isinstance(
        item, (bool, np.bool_, Expression, np.ndarray, list, tuple, range)
    ):
        try:
            index = operator.index(item)
        except TypeError:
            raise GraphIndexError(
                f"index: expected ints, slices, None, ... or integer arrays, got "
                f"{type(item).__name__}"
            ) from None
        if isinstance(n, int) and not -n <= index < n:
            raise GraphIndexError(f"index: {index} is out of bounds for size {n}")
        return At1(index)
    array = item if isinstance(item, Expression) else as_array(item, "index")
    if array.dtype.kind == "b":
        raise GraphTypeError(
            "index: a boolean mask has a length that is not known; write "
            "np.where(mask, x, 0) and reduce, or use integer positions"
        )
    if isinstance(array, np.ndarray) and array.size == 0:
        array = array.astype(np.intp)
    if array.dtype.kind not in "iu":
        raise GraphIndexError(f"index: an index is of integers, not {array.dtype}")
    if isinstance(array, np.ndarray) and isinstance(n, int) and array.size:
        worst = array[(array >= n) | (array < -n)]
        if worst.size:
            raise GraphIndexError(
                f"index: {worst.flat[0]} is out of bounds for size {n}"
            )
    arrays.append(lift(array, "index"))
    return ByArray(len(arrays) - 1)


def _bound(bound: Any) -> Any:
    if bound is None or isinstance(bound, Dim):
        return bound
    if isinstance(bound, Expression):
        raise GraphTypeError("index: the bounds of a slice must be known, not symbolic")
    return operator.index(bound)


@implements(operator.getitem)
def getitem(x: Any, key: Any) -> Any:
    """``x[key]``, for basic and integer-array indices."""
    pattern, arrays = normalize_key(x.shape, key)
    if not arrays and all(p in (Slice(), NewAxis()) for p in pattern):
        old = iter(x.shape)
        shape = tuple(1 if isinstance(p, NewAxis) else next(old) for p in pattern)
        return Expression(reshape_node(x.node, shape))
    return Take(pattern)(x, *arrays)


@implements(np.take)
def take(a: Any, indices: Any, axis: Any = None) -> Any:
    """Entries of `a` at `indices` along `axis`, or of all entries in one axis."""
    if axis is None:
        a, axis = Expression(reshape_node(a.node, (a.size,))), 0
    if not isinstance(indices, Expression) and np.ndim(indices) == 0:
        indices = operator.index(indices)
    place = normalize_axis("np.take", axis, a.ndim) + a.ndim
    return getitem(a, (*(slice(None),) * place, indices))


@implements(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """Entries of `arr` at `indices` along `axis`, one index for each entry wanted."""
    x, index = lift(arr, "np.take_along_axis"), lift(indices, "np.take_along_axis")
    if axis is None:
        x, axis = Expression(reshape_node(x.node, (x.size,))), 0
    if index.dtype.kind not in "iu":
        raise GraphIndexError(f"np.take_along_axis: an index of {index.dtype}")
    if x.ndim != index.ndim:
        raise ShapeError(
            f"np.take_along_axis: {show_shape(x.shape)} and {show_shape(index.shape)} "
            f"have different numbers of axes"
        )
    place = normalize_axis("np.take_along_axis", axis, x.ndim)
    common = broadcast(
        "np.take_along_axis",
        [s[:place] + (1,) + s[x.ndim + place + 1 :] for s in (x.shape, index.shape)],
    )
    wide = [list(common), list(common)]
    wide[0][place], wide[1][place] = x.shape[place], index.shape[place]
    nodes = [
        spread_node(v.node, tuple(w)) for v, w in zip((x, index), wide, strict=True)
    ]
    return Expression(make(TakeAlong(place), *nodes))


def _alike(what: str, arrays: Any) -> list[Expression]:
    if isinstance(arrays, Expression):
        arrays = list(arrays)
    parts = [lift(a, what) for a in arrays]
    if not parts:
        raise ShapeError(f"{what}: need at least one array")
    dtype = promote(*[p.dtype for p in parts])
    return [Expression(cast_node(p.node, dtype)) for p in parts]


@implements(np.concatenate)
def concatenate(arrays: Any, axis: Any = 0) -> Any:
    """Join arrays end to end along `axis`."""
    parts = _alike("np.concatenate", arrays)
    if axis is None:
        parts = [Expression(reshape_node(p.node, (p.size,))) for p in parts]
        axis = 0
    if any(p.ndim == 0 for p in parts):
        raise ShapeError(
            "np.concatenate: arrays without axes cannot be joined; np.stack"
        )
    place = normalize_axis("np.concatenate", axis, parts[0].ndim)
    return parts[0] if len(parts) == 1 else Concatenate(place)(*parts)


@implements(np.stack)
def stack(arrays: Any, axis: int = 0) -> Any:
    """Join arrays of one shape along a new axis."""
    parts = _alike("np.stack", arrays)
    if any(p.shape != parts[0].shape for p in parts):
        shapes = " and ".join(show_shape(p.shape) for p in parts)
        raise ShapeError(f"np.stack: shapes {shapes} differ")
    place = normalize_axis("np.stack", axis, parts[0].ndim + 1)
    return concatenate([np.expand_dims(p, place) for p in parts], axis=place)


@implements(np.vstack)
def vstack(tup: Any) -> Any:
    """Join arrays as rows."""
    return concatenate(
        [p if p.ndim > 1 else p.reshape(1, -1) for p in _alike("np.vstack", tup)]
    )


@implements(np.hstack)
def hstack(tup: Any) -> Any:
    """Join arrays side by side."""
    parts = [p if p.ndim else p.reshape(1) for p in _alike("np.hstack", tup)]
    return concatenate(parts, axis=0 if parts[0].ndim == 1 else 1)


@implements(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """Reverse the order of entries along `axis`."""
    listed = (
        range(m.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    )
    axes = [normalize_axis("np.flip", k, m.ndim) for k in listed]
    key = tuple(slice(None, None, -1 if k in axes else None) for k in range(-m.ndim, 0))
    return getitem(m, key)


@implements(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut an array into equal parts along `axis`, or at the given places."""
    if hasattr(indices_or_sections, "__index__"):
        n = ary.shape[normalize_axis("np.split", axis, ary.ndim)]
        if isinstance(n, int) and n % operator.index(indices_or_sections):
            raise ShapeError(
                f"np.split: size {n} does not divide into {indices_or_sections} equal "
                f"parts; np.array_split makes unequal ones"
            )
    return array_split(ary, indices_or_sections, axis)


@implements(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut an array into nearly equal parts along `axis`, or at the given places."""
    place = normalize_axis("np.split", axis, ary.ndim) + ary.ndim
    n = ary.shape[place]
    if not hasattr(indices_or_sections, "__index__"):
        cuts = [0, *map(operator.index, indices_or_sections), None]  # type: ignore[list-item]
    elif isinstance(n, int):
        parts = operator.index(indices_or_sections)
        each, more = divmod(n, parts)
        cuts = [k * each + min(k, more) for k in range(parts + 1)]
    else:
        raise ShapeError(
            f"np.split: parts of an axis of symbolic size {n} have no known size; give "
            f"the places to cut at, or give that axis an int in the spec"
        )
    lead = (slice(None),) * place
    return [
        getitem(ary, (*lead, slice(a, b))) for a, b in zip(cuts, cuts[1:], strict=False)
    ]
