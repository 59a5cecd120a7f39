"""What stands between the brackets of ``x[...]``, with places for index arrays."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from graphdiff.errors import GraphIndexError, GraphTypeError, ShapeError
from graphdiff.expression.expression import Expression, as_array, lift
from graphdiff.graph.node import Arg
from graphdiff.graph.types import (
    Shape,
    Size,
    show_shape,
)
from graphdiff.sizes.dims import Dim, is_nonnegative, positive_part


@dataclass(frozen=True)
class Slice:
    """A slice whose bounds may be symbolic, along an axis; None is left open.

    `needs`: sizes that must be at least 0, or it has another length than its type
    says. Empty for one whose bounds surely lie within the axis, and for one whose
    length is right for every size.
    """

    start: Size | None = None
    stop: Size | None = None
    step: int | None = None
    needs: tuple[Dim, ...] = field(default=(), compare=False)

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


def as_key(pattern: tuple[Item, ...], lead: int, first: int) -> tuple[Any, ...]:
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


def rank_of(pattern: tuple[Item, ...]) -> int:
    """The number of axes of the array that the pattern reads."""
    return sum(not isinstance(item, NewAxis) for item in pattern)


def needs_of(pattern: tuple[Item, ...]) -> tuple[Dim, ...]:
    """The sizes that must be at least 0 for the pattern to read what its type says."""
    return tuple(n for p in pattern if isinstance(p, Slice) for n in p.needs)


def slice_length(item: Slice, n: Size) -> Size:
    """The number of entries that a slice of an axis of size `n` has.

    Where NumPy would cut a bound to fit, the length holds if the slice's needs are met.
    """
    if isinstance(n, int) and not _is_symbolic(item):
        return len(range(*item.plain().indices(n)))
    step = item.step or 1
    start, stop = _ends(item, n)
    if step > 0:
        stop = positive_part(stop) if isinstance(item.stop, Dim) else stop
        return positive_part((stop - start + step - 1) // step)
    return positive_part((start - stop - step - 1) // -step)


def _bounds(item: Slice) -> list[Dim]:
    """The bounds that are sizes."""
    return [bound for bound in (item.start, item.stop) if isinstance(bound, Dim)]


def _is_symbolic(item: Slice) -> bool:
    return bool(_bounds(item))


def _ends(item: Slice, n: Size) -> tuple[Size, Size]:
    """Where a slice starts and stops, counted from the start of the axis."""
    ends = (0, n) if (item.step or 1) > 0 else (n - 1, -1)
    start, stop = (
        end
        if bound is None
        else bound + n
        if isinstance(bound, int) and bound < 0
        else bound
        for bound, end in zip((item.start, item.stop), ends, strict=True)
    )
    return start, stop


def _with_needs(item: Slice, n: Size) -> Slice:
    """`item`, with what its length asks of the sizes.

    Most slices ask nothing: ``x[2:]`` has max(n - 2, 0) entries for every n. But NumPy
    gives min(n, 2) entries for ``x[:2]``, which would fit nothing that has 2: it is
    taken to have 2, and n >= 2 is asked. Bounds that are sizes themselves must be at
    least 0, because NumPy counts negative ones from the end; ``x[: n - 1]`` is empty
    for n = 0 either way.
    """
    if item.step == 0:
        raise GraphIndexError("index: the step of a slice cannot be 0")
    symbolic = _is_symbolic(item)
    if not symbolic and (isinstance(n, int) or slice_length(item, n) == 0):
        return item
    forward = (item.step or 1) > 0
    start, stop = _ends(item, n)
    low, high = (start, stop) if forward else (stop + 1, start + 1)
    asked = [n - high, low]
    if isinstance(item.stop, Dim) and not is_nonnegative(stop - n + 2):
        asked.append(stop)
    needs = [size for size in asked if not is_nonnegative(size)]
    backward = symbolic and not forward
    if backward or any(is_nonnegative(-size) for size in (*needs, *_bounds(item))):
        raise _unknown_length(item, n)
    found = [size for size in needs if isinstance(size, Dim)]
    return replace(item, needs=tuple(dict.fromkeys(found)))


def _unknown_length(item: Slice, n: Size) -> Exception:
    bounds = ":".join("" if b is None else str(b) for b in (item.start, item.stop))
    return ShapeError(
        f"index: how many entries [{bounds}] has depends on the symbolic size {n}; "
        f"give that axis an int in the spec"
    )


def normalize_key(shape: Shape, key: Any) -> tuple[tuple[Item, ...], list[Any]]:
    """The pattern of a NumPy index on an array of `shape`, and its index arrays."""
    items = list(key) if isinstance(key, tuple) else [key]
    masks = [_mask(item) for item in items]
    used = sum(
        1 if mask is None else mask.ndim
        for item, mask in zip(items, masks, strict=True)
        if item is not None and item is not Ellipsis
    )
    dots = [k for k, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        raise GraphIndexError("index: an index can only have one ellipsis (...)")
    if used > len(shape):
        raise GraphIndexError(f"index: {used} indices for shape {show_shape(shape)}")
    place = dots[0] if dots else len(items)
    items[place : place + len(dots)] = [slice(None)] * (len(shape) - used)
    masks[place : place + len(dots)] = [None] * (len(shape) - used)
    axes = iter(shape)
    pattern: list[Item] = []
    arrays: list[Any] = []
    for item, mask in zip(items, masks, strict=True):
        if item is None:
            pattern.append(NewAxis())
        elif mask is not None:
            sizes = tuple(next(axes) for _ in mask.shape)
            if sizes != mask.shape:
                raise GraphIndexError(
                    f"index: a boolean mask of shape {mask.shape} does not fit axes of "
                    f"sizes {show_shape(sizes)}"
                )
            pattern += map(_item, np.nonzero(mask), sizes, [arrays] * mask.ndim)
        else:
            pattern.append(_item(item, next(axes), arrays))
    return tuple(pattern), arrays


def _mask(item: Any) -> np.ndarray | None:
    """A plain mask, whose true entries are known: NumPy reads their positions."""
    flags = isinstance(item, list) and item and all(type(b) is bool for b in item)
    if not flags and not isinstance(item, np.ndarray):
        return None
    array = np.asarray(item)
    return array if array.dtype == bool and array.ndim else None


def _item(item: Any, n: Size, arrays: list[Any]) -> Item:
    if isinstance(item, slice):
        plain = Slice(_bound(item.start), _bound(item.stop), _bound(item.step))
        return _with_needs(plain, n)
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
    if isinstance(array, np.ndarray) and array.dtype == bool and array.ndim == 0:
        raise GraphTypeError(
            f"index: {item!r} adds an axis to NumPy's arrays; write np.newaxis, or a "
            f"mask with axes"
        )
    if array.dtype.kind == "b":
        raise GraphTypeError(
            "index: how many entries a symbolic mask selects is not known; x[mask] "
            "alone can be reduced at once, as in np.sum(x[mask]); else write "
            "np.where(mask, x, 0), or use integer positions"
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


_MOST_MARKS = 100_000


def cover(patterns: Iterable[tuple[Item, ...]], shape: Shape) -> bool:
    """Whether parts of an array of `shape` surely hold all of its entries together.

    Known are ints and slices of numbers; an axis of a named size must be read whole.
    The cost is that of the patterns: entries are marked only where there may be enough.
    """
    sizes = [n if isinstance(n, int) else 1 for n in shape]
    size = math.prod(sizes)
    keys: list[tuple[Any, ...]] = []
    read = 0
    for pattern in patterns:
        items = [item for item in pattern if not isinstance(item, NewAxis)]
        lead = len(shape) - len(items)
        key = list(map(_known, items, shape[lead:]))
        if None not in key:
            keys.append((..., *key))
            read += math.prod(sizes[:lead]) * math.prod(map(_count, key, sizes[lead:]))
    if size > min(read, _MOST_MARKS):
        return False
    met = np.zeros(sizes, bool)
    for place in keys:
        met[place] = True
    return bool(met.all())


def _count(known: Any, n: int) -> int:
    return len(range(*known.indices(n))) if isinstance(known, slice) else 1


def _known(item: Item, n: Size) -> int | slice | None:
    """What `item` reads along an axis of size `n`, where that is known."""
    if isinstance(item, At1):
        return (
            item.index if isinstance(item.index, int) and isinstance(n, int) else None
        )
    if not isinstance(item, Slice):
        return None
    known = item.plain()
    if isinstance(n, int):
        plain = all(b is None or isinstance(b, int) for b in (known.start, known.stop))
        return known if plain else None
    return known if known in (slice(None), slice(None, None, -1)) else None
