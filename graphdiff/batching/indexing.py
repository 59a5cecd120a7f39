"""Reading and writing by position, where the array or the index differs by example.

NumPy puts the axes of index arrays where the first array stood if all arrays stand side
by side, else in front of everything: `_Places` keeps account of where that is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from graphdiff.batching.rules import Stacked, batches
from graphdiff.graph.types import Shape
from graphdiff.ops.core.index import Put, Take
from graphdiff.ops.core.pattern import At1, ByArray, Item, Slice, rank_of
from graphdiff.ops.core.setitem import Kept, SetItem


class _Batched(NamedTuple):
    """An index on arrays with the batch in front: its pattern, arrays, and order.

    Axis k of the part that it reads, with the batch in front, is axis ``order[k]`` of
    what NumPy gives.
    """

    pattern: tuple[Item, ...]
    arrays: list[Any]
    order: tuple[int, ...]

    def read(self, part: Any) -> Any:
        """What NumPy gives, with the batch in front."""
        return part.transpose(self.order)

    def write(self, part: Any) -> Any:
        """A part that has the batch in front, as NumPy takes it."""
        return part.transpose(tuple(int(k) for k in np.argsort(self.order)))


def _place(pattern: tuple[Item, ...]) -> int:
    """Where the axes of index arrays go, among those of the part that is read."""
    arrays = [isinstance(item, (ByArray, At1)) for item in pattern]
    first, last = arrays.index(True), len(arrays) - arrays[::-1].index(True)
    if not all(arrays[first:last]):
        return 0
    by_array = [isinstance(item, ByArray) for item in pattern].index(True)
    return sum(not isinstance(item, At1) for item in pattern[:by_array])


def _batched(
    pattern: tuple[Item, ...], lead: int, at: Stacked, first: int, whole: bool
) -> _Batched:
    """The index of arrays whose arguments from `first` on are the index arrays.

    The pattern reads all but `lead` axes. `whole`: the array that it reads or writes
    has the batch in front.
    """
    numbers = range(first, len(at.nodes))
    mapped = any(at.mapped[i] for i in numbers)
    shapes = [at.nodes[i].type.shape[at.mapped[i] :] for i in numbers]
    rank = max(map(len, shapes), default=0)
    full: tuple[Item, ...] = (*(Slice(),) * lead, *pattern)
    index: list[Any] = [at[i] for i in numbers]
    if mapped:
        index = [at.aligned(i, rank) if at.mapped[i] else at[i] for i in numbers]
    own = _place(full) if index else 0
    if mapped and whole:
        index.append(at.rows(rank))
        full = (ByArray(len(index) - 1), *full)
    elif whole:
        full = (Slice(), *full)
    total = 1 + sum(not isinstance(p, (ByArray, At1)) for p in full[whole:]) + rank
    if not index:
        return _Batched(full, index, tuple(range(total)))
    place = _place(full)
    inserted = [place + k for k in range(rank + mapped)]
    others = [k for k in range(total) if k not in inserted]
    batch = inserted.pop(0) if mapped else others.pop(0)
    order = (batch, *others[:own], *inserted, *others[own:])
    return _Batched(full, index, order)


@batches(Take)
def take(op: Take, at: Stacked) -> Any:
    """Read the same entries of all arrays, or others of each."""
    lead = at.nodes[0].type.ndim - at.mapped[0] - rank_of(op.pattern)
    found = _batched(op.pattern, lead, at, 1, at.mapped[0])
    return found.read(Take(found.pattern)(at[0], *found.arrays))


@batches(Put)
def put(op: Put, at: Stacked) -> Any:
    """Add into zeros, a row of them for each example.

    Where each example names one entry, none is named twice.
    """
    rank = _index_rank(at)
    plain = sum(not isinstance(p, (ByArray, At1)) for p in op.pattern)
    lead = at.nodes[0].type.ndim - at.mapped[0] - plain - rank
    g = at.full(0)
    found = _batched(op.pattern, lead, at, 1, True)
    shape: Shape = (*g.shape[: 1 + lead], *op.shape)
    once = op.once or rank == 0
    return Put(found.pattern, shape, once)(found.write(g), *found.arrays)


def _index_rank(at: Stacked) -> int:
    """The number of axes of the index arrays together, for one example."""
    index = zip(at.nodes[1:], at.mapped[1:], strict=True)
    return max((len(node.type.shape) - m for node, m in index), default=0)


@batches(SetItem)
def set_item(op: SetItem, at: Stacked) -> Any:
    """Replace entries in a copy for each example."""
    base, value = at.full(0), at.full(1)
    lead = base.ndim - 1 - rank_of(op.pattern)
    found = _batched(op.pattern, lead, at, 2, True)
    return SetItem(found.pattern, op.once)(base, found.write(value), *found.arrays)


@batches(Kept)
def kept(op: Kept, at: Stacked) -> Any:
    """Which writes last, in an array for each example."""
    found = _batched(op.pattern, 0, at, 0, True)
    return found.read(Kept(found.pattern, (at.size, *op.shape))(*found.arrays))
