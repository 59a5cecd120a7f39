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

from graphdiff.errors import GraphIndexError, ShapeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import (
    Arange,
    Arg,
    At,
    Call,
    Constant,
    Made,
    Node,
    Op,
    make,
)
from graphdiff.graph.types import (
    ArrayType,
    Shape,
    Size,
    broadcast,
    normalize_axis,
    show_shape,
)
from graphdiff.ops.core.axes import reshape_node, spread_node
from graphdiff.ops.core.pattern import (
    At1,
    Item,
    NewAxis,
    as_key,
    needs_of,
    normalize_key,
    rank_of,
    slice_length,
)
from graphdiff.ops.core.pattern import ByArray as ByArray
from graphdiff.ops.core.pattern import Slice as Slice
from graphdiff.ops.core.selection import select
from graphdiff.sizes.dims import Dim


@dataclass(frozen=True)
class Take(Op):
    """Read ``x[pattern]``, over the last axes of x.

    `whole`: all that means anything is read; what is left out is no one's value.
    """

    over_complex = True

    pattern: tuple[Item, ...]
    whole: bool = False
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
        return () if plain or self.whole else (0,)

    def is_view_of(self, *args: Any) -> bool:
        """Whether no array is among the items, only ints and slices."""
        return not any(isinstance(item, ByArray) for item in self.pattern) or not any(
            index.type.shape for index in args[1:]
        )

    @property
    def needs(self) -> tuple[Dim, ...]:
        """What the slices of the pattern ask of the sizes."""
        return needs_of(self.pattern)

    @property
    def label(self) -> str:
        """A short word for results without a name."""
        return "part"

    def infer(self, x: ArrayType, *index: ArrayType) -> ArrayType:
        lead = x.ndim - rank_of(self.pattern)
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
        key = as_key(self.pattern, x.ndim - rank_of(self.pattern), 1)
        return Call("getitem", (Arg(0), key))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, *index: Any) -> Any:
        if i:
            return None
        rank = rank_of(self.pattern)
        core = tuple(x.shape[x.ndim - rank :])
        return Put(self.pattern, core, _distinct(index))(g, *index)


def _distinct(index: Sequence[Any]) -> bool:
    """Whether an index surely names no entry twice, as one that counts rows."""
    return not index or (
        all(i.ndim == 1 and i.shape == index[0].shape for i in index)
        and any(map(_counts, index))
    )


def _counts(index: Any) -> bool:
    """Whether the positions that an index holds are surely different, and from 0 up."""
    if not isinstance(index, Expression):
        return False
    node = index.node
    while isinstance(node.op, Take) and all(
        isinstance(p, Slice) for p in node.op.pattern
    ):
        node = node.args[0]
    op = node.op
    if isinstance(op, Constant):
        positions = op.value
        return bool(np.all(np.diff(np.sort(positions)) > 0) and np.all(positions >= 0))
    if isinstance(op, Made) and op.function == "np.arange":
        return all(isinstance(n, int) and n >= 0 for n in (op.args[0], *op.args[2:]))
    return isinstance(op, Arange) or _permutes(node)


def _permutes(node: Node) -> bool:
    """Whether the integers of a node are all positions along an axis, each once."""
    return getattr(node.op, "permutes", False)


@dataclass(frozen=True)
class Put(Op):
    """Add ``g`` into zeros of ``shape`` at ``pattern``: `Take` transposed."""

    over_complex = True

    pattern: tuple[Item, ...]
    shape: Shape
    once: bool

    @property
    def needs(self) -> tuple[Dim, ...]:
        """What the slices of the pattern ask of the sizes."""
        return needs_of(self.pattern)

    def infer(self, g: ArrayType, *index: ArrayType) -> ArrayType:
        lead = g.ndim - self._core_rank(index)
        return ArrayType((*g.shape[:lead], *self.shape), g.dtype)

    def _core_rank(self, index: Sequence[ArrayType]) -> int:
        plain = sum(isinstance(i, (Slice, NewAxis)) for i in self.pattern)
        return plain + max((i.ndim for i in index), default=0)

    def call(self, g: ArrayType, *index: ArrayType) -> Call:
        shape = self.infer(g, *index).shape
        key = as_key(self.pattern, len(shape) - len(self.shape), 1)
        return Call("put_once" if self.once else "put", (Arg(0), shape, key))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, *index: Any) -> Any:
        return None if i else Take(self.pattern)(g, *index)


@dataclass(frozen=True)
class TakeAlong(Op):
    """``y[.., j, ..] = x[.., index[.., j, ..], ..]`` along ``axis``."""

    stacks = True
    over_complex = True

    axis: int
    masks = (0,)

    def infer(self, x: ArrayType, index: ArrayType) -> ArrayType:
        return ArrayType(index.shape, x.dtype)

    def call(self, x: ArrayType, index: ArrayType) -> Call:
        axis = {"axis": self.axis + x.ndim}
        return Call("np.take_along_axis", (Arg(0), Arg(1)), axis)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, index: Any) -> Any:
        if i:
            return None
        once = isinstance(index, Expression) and _permutes(index.node)
        return PutAlong(self.axis, x.shape[self.axis], once)(g, index)


@dataclass(frozen=True)
class PutAlong(Op):
    """Add ``g`` into zeros at the index along ``axis``: `TakeAlong` transposed.

    `once`: the index names no entry twice.
    """

    stacks = True
    over_complex = True

    axis: int
    length: Size
    once: bool = False

    def infer(self, g: ArrayType, index: ArrayType) -> ArrayType:
        shape = list(g.shape)
        shape[self.axis] = self.length
        return ArrayType(tuple(shape), g.dtype)

    def call(self, g: ArrayType, index: ArrayType) -> Call:
        shape = self.infer(g, index).shape
        function = "put_along_once" if self.once else "put_along"
        return Call(function, (Arg(0), Arg(1), shape, self.axis + g.ndim))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, index: Any) -> Any:
        return None if i else TakeAlong(self.axis)(g, index)


@dataclass(frozen=True)
class Concatenate(Op):
    """Join arrays end to end along ``axis``."""

    stacks = True
    over_complex = True

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


@implements(operator.getitem)
def getitem(x: Any, key: Any) -> Any:
    """``x[key]``, for basic and integer-array indices."""
    mask = key[0] if isinstance(key, tuple) and len(key) == 1 else key
    if isinstance(mask, Expression) and mask.dtype.kind == "b":
        return select(x, mask)
    pattern, arrays = normalize_key(x.shape, key)
    if not arrays and all(p in (Slice(), NewAxis()) for p in pattern):
        old = iter(x.shape)
        shape = tuple(1 if isinstance(p, NewAxis) else next(old) for p in pattern)
        return Expression(reshape_node(x.node, shape))
    return Take(pattern)(x, *arrays)


@implements(np.take)
def take(a: Any, indices: Any, axis: Any = None, *, mode: str = "raise") -> Any:
    """Entries of `a` at `indices` along `axis`, or of all entries in one axis.

    Beyond the ends, `mode` ``wrap`` counts on from the other one, ``clip`` stays.
    """
    x = lift(a, "np.take")
    if axis is None:
        x, axis = Expression(reshape_node(x.node, (x.size,))), 0
    place = normalize_axis("np.take", axis, x.ndim) + x.ndim
    if not isinstance(indices, (Expression, Dim)) and np.ndim(indices) == 0:
        indices = operator.index(indices)
    if mode not in ("raise", "wrap", "clip"):
        raise GraphIndexError(f"np.take: mode must be raise, wrap or clip: {mode!r}")
    n = x.shape[place]
    if mode != "raise":
        known = isinstance(n, int) and not isinstance(indices, (Expression, Dim))
        rows = np.asarray(indices, np.intp) if known else lift(indices, "np.take")
        rows = rows % n if mode == "wrap" else np.clip(rows, 0, n - 1)
        indices = int(rows) if known and rows.ndim == 0 else rows
    return getitem(x, (*(slice(None),) * place, indices))


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
        [(*s[:place], 1, *s[x.ndim + place + 1 :]) for s in (x.shape, index.shape)],
    )
    wide = [list(common), list(common)]
    wide[0][place], wide[1][place] = x.shape[place], index.shape[place]
    nodes = [
        spread_node(v.node, tuple(w)) for v, w in zip((x, index), wide, strict=True)
    ]
    return Expression(make(TakeAlong(place), *nodes))
