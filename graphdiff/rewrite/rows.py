"""Rows that are zero but for a known part: what is done to them is done to the part.

The unit vectors of a Jacobian are such rows (`Alone`, `Only`), whose zeros are strict:
nothing is computed with them, whatever stands on the other side. What is entrywise
stays as empty; sums and moves of axes do, where each row stays a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from graphdiff.graph.node import Full, Node, full_value, make
from graphdiff.graph.types import ArrayType, Shape, alike
from graphdiff.ops.complex.complexes import conjugate
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import (
    Cast,
    add,
    divide,
    gated,
    multiply,
    negative,
    ratio,
    subtract,
    where,
)
from graphdiff.ops.core.index import Put, Take
from graphdiff.ops.core.pattern import At1, Item, Slice
from graphdiff.ops.core.pattern import rank_of as length_of
from graphdiff.ops.shape.alone import Alone, Only, Rows, total
from graphdiff.ops.shape.diagonal import Diagonal, Trace
from graphdiff.rewrite.axes import (
    kept_axes,
    long_axes,
    only_moves_ones,
    renumbered,
    reshaped,
    spread,
    summed,
    transposed,
    whole_order,
)
from graphdiff.rewrite.engine import Rule, rewrites
from graphdiff.rewrite.fold import is_uniform, uniform

ROWS = (Alone, Only)

Axes = tuple[int, ...]


def is_rows(node: Node) -> bool:
    """Whether `node` is a stack of rows that are zero but for a known part."""
    return isinstance(node.op, Rows)


def is_full(node: Node) -> bool:
    """Whether each row has one entry alone."""
    return isinstance(node.op, Alone) and node.op.axes is None


def row_rank(node: Node) -> int:
    """How many axes each row has."""
    return node.op.rank  # type: ignore[attr-defined,no-any-return]


def same_for_rows(node: Node, rank: int) -> Node | None:
    """`node` without the axis of rows, axis -rank - 1, along which it is repeated."""
    shape = node.type.shape
    row = -rank - 1
    without = (*shape[: len(shape) + row], *shape[len(shape) + row + 1 :])
    if is_uniform(node):
        return uniform(node, ArrayType(without, node.type.dtype))
    if isinstance(node.op, Spread) and row in node.op.axes:
        left = [
            (axis + 1 if axis < row else axis, n)
            for axis, n in zip(node.op.axes, node.op.lengths, strict=True)
            if axis != row
        ]
        axes, lengths = zip(*left, strict=True) if left else ((), ())
        return spread(node.args[0], axes, lengths)
    return None


def _beside(row: Node, other: Node) -> Node | None:
    """What the known part of the rows meets in `other`."""
    if is_rows(other) and other.op == row.op:
        return other.args[0]
    return same_for_rows(other, row_rank(row))


def alone_along(rank: int, axes: Axes) -> Alone:
    """The op that says which axes tell the row; all of them, in order, is the usual."""
    return Alone(rank, None if axes == tuple(range(-rank, 0)) else axes)


# --- entrywise ------------------------------------------------------------------------
@rewrites(multiply, divide, gated, ratio, over=ROWS)
def product_of_rows(node: Node) -> Node | None:
    """alone(v) * w  ->  alone(v * w), and likewise for quotients."""
    first, second = node.args
    places = [(first, second, False)]
    if node.op is multiply:
        places.append((second, first, True))
    for row, other, swapped in places:
        w = _beside(row, other) if is_rows(row) else None
        if w is None:
            continue
        (v,) = row.args
        if full_value(v) == 1 and node.op in (multiply, gated):
            made = w
        else:
            made = make(node.op, w, v) if swapped else make(node.op, v, w)
        return make(row.op, made)
    return None


@rewrites(negative, Cast, conjugate, over=ROWS)
def function_of_rows(node: Node) -> Node | None:
    """-alone(v)  ->  alone(-v), and likewise for conversions and conjugates."""
    (row,) = node.args
    return make(row.op, make(node.op, *row.args)) if is_rows(row) else None


@rewrites(add, subtract, over=ROWS)
def sum_of_rows(node: Node) -> Node | None:
    """alone(v) + alone(w)  ->  alone(v + w), and likewise for differences."""
    first, second = node.args
    if is_rows(first) and first.op == second.op:
        return make(first.op, make(node.op, first.args[0], second.args[0]))
    return None


@rewrites(where, over=ROWS)
def choice_of_rows(node: Node) -> Node | None:
    """where(c, alone(v), 0)  ->  alone(where(c, v, 0)), and with the two swapped."""
    condition, first, second = node.args
    for row, other in ((first, second), (second, first)):
        if not is_rows(row) or full_value(other) != 0:
            continue
        (v,) = row.args
        c = same_for_rows(condition, row_rank(row))
        if c is None:
            continue
        zero = make(Full.of(0, v.type))
        both = (v, zero) if row is first else (zero, v)
        return make(row.op, make(where, c, *both))
    return None


# --- axes -----------------------------------------------------------------------------
@rewrites(Sum, over=ROWS)
def sum_over_rows(node: Node) -> Node | None:
    """sum(alone(v))  ->  v, and sum(alone(v))  ->  alone(sum(v)).

    The first over the axis of rows, or over all axes that tell the row.
    """
    (row,) = node.args
    if not is_rows(row):
        return None
    (v,) = row.args
    rank, axes = row_rank(row), node.op.axes  # type: ignore[attr-defined]
    if axes[0] < -rank - 1:
        return None
    if axes[0] == -rank - 1:
        return summed(v, axes[1:])
    kept = kept_axes(rank, axes)
    if isinstance(row.op, Only):
        return make(replace(row.op, rank=len(kept)), summed(v, axes))
    matched = row.op.matched  # type: ignore[attr-defined]
    if not set(axes) & set(matched):
        op = alone_along(len(kept), renumbered(matched, kept))
        return make(op, summed(v, axes))
    if not set(matched) <= set(axes):
        return None
    rest = tuple(a for a in axes if a not in matched)
    left = kept_axes(rank, rest)
    moved = (*renumbered(matched, left), *renumbered(kept, left))
    return reshaped(transposed(summed(v, rest), moved), node.type.shape)


@rewrites(Reshape, over=ROWS)
def reshape_of_rows(node: Node) -> Node | None:
    """reshape(alone(v))  ->  alone(reshape(v)).

    Where the rows stay rows.
    """
    (row,) = node.args
    if not is_rows(row):
        return None
    (v,) = row.args
    place = row.type.ndim - row_rank(row)
    new = node.type.shape
    if len(new) < place or new[:place] != row.type.shape[:place]:
        return None
    own, old = new[place:], row.type.shape[place:]
    if not alike(total(own), total(old)):
        return None
    op = _of_new_shape(row.op, old, own)
    return None if op is None else make(op, reshaped(v, (*new[: place - 1], *own)))


def _of_new_shape(op: Any, old: Shape, new: Shape) -> Rows | None:
    """The op for rows in another shape, if it is one of these."""
    if isinstance(op, Only):
        return replace(op, rank=len(new))
    if op.axes is None:
        return Alone(len(new))
    if not only_moves_ones(old, new):
        return None
    before, after = long_axes(old), long_axes(new)
    matched = tuple(after[before.index(a)] for a in op.axes if a in before)
    return alone_along(len(new), matched) if matched else None


@rewrites(Transpose, over=ROWS)
def transpose_of_rows(node: Node) -> Node | None:
    """transpose(alone(v))  ->  alone(transpose(v)).

    Where the axis of rows stays; or goes to the end of rows that have one entry each:
    such a stack is symmetric.
    """
    (row,) = node.args
    if not is_rows(row):
        return None
    rank, ndim = row_rank(row), row.type.ndim
    order = whole_order(node.op.order, ndim)  # type: ignore[attr-defined]
    place = ndim - rank
    if order[:place] == tuple(range(-ndim, -rank)):
        (v,) = row.args
        moved = order[place:]
        op: Any = row.op
        if isinstance(op, Alone):
            matched = tuple(moved.index(a) - rank for a in op.matched)
            op = alone_along(rank, matched)
        return make(op, transposed(v, moved))
    lead = range(-ndim, -rank - 1)
    if not is_full(row) or order != (*lead, *range(-rank, 0), -rank - 1):
        return None
    return (
        row if rank == 1 else make(Reshape(rank + 1, node.type.shape[place - 1 :]), row)
    )


@rewrites(Spread, over=ROWS)
def spread_of_rows(node: Node) -> Node | None:
    """spread(alone(v))  ->  alone(spread(v)).

    Where the new axes are axes of the rows.
    """
    (row,) = node.args
    axes: Axes = node.op.axes  # type: ignore[attr-defined]
    if not is_rows(row):
        return None
    rank = row_rank(row) + len(axes)
    if axes[0] < -rank:
        return None
    kept = kept_axes(rank, axes)
    op: Any = row.op
    if isinstance(op, Alone):
        old = row_rank(row)
        op = alone_along(rank, tuple(kept[a + old] for a in op.matched))
    else:
        op = replace(op, rank=rank)
    return make(op, make(node.op, *row.args))


@rewrites(Take, over=ROWS)
def part_of_rows(node: Node) -> Node | None:
    """only(v)[:, k]  ->  only(v[k]), and diag(v)[:, i]  ->  v[i] alone in row i."""
    row, *index = node.args
    if not is_rows(row) or any(map(is_rows, index)):
        return None
    (v,) = row.args
    op, pattern = row.op, _without_whole(node.op.pattern)  # type: ignore[attr-defined]
    if isinstance(op, Only) and length_of(pattern) <= op.rank:
        made = make(Take(pattern), v, *index) if pattern else v
        rank = made.type.ndim - (v.type.ndim - op.rank)
        return make(replace(op, rank=rank), made)
    if is_full(row) and row_rank(row) == 1 and len(pattern) == 1:
        item, n = pattern[0], v.type.shape[-1]
        if isinstance(item, At1) and isinstance(item.index, int):
            i = item.index if item.index >= 0 else item.index + n
            return make(Only(0, i, n), make(Take(pattern), v))
    return None


@rewrites(Put, over=ROWS)
def rows_put(node: Node) -> Node | None:
    """put(only(v), k)  ->  only(put(v, k)).

    Where the rows stay rows.
    """
    row, *index = node.args
    op: Any = node.op
    if not isinstance(row.op, Only) or any(map(is_rows, index)):
        return None
    place = row.type.ndim - row.op.rank
    pattern = _without_whole(op.pattern)
    shape = op.shape[len(op.pattern) - len(pattern) :]
    rank = node.type.ndim - place
    if len(shape) != length_of(pattern) or len(shape) > rank:
        return None
    put = make(Put(pattern, shape, op.once), *row.args, *index)
    return make(replace(row.op, rank=rank), put)


def _without_whole(pattern: tuple[Item, ...]) -> tuple[Item, ...]:
    """The pattern without the slices in front that take whole axes."""
    start = 0
    while start < len(pattern) and pattern[start] == Slice():
        start += 1
    return pattern[start:]


@rewrites(Diagonal, Trace, over=(Alone,))
def diagonal_of_rows(node: Node) -> Node | None:
    """diagonal(alone(v))  ->  v, and trace(alone(v))  ->  sum(v)."""
    (row,) = node.args
    op = node.op
    if not is_full(row) or row_rank(row) != 1 or op.k:  # type: ignore[attr-defined]
        return None
    (v,) = row.args
    return v if isinstance(op, Diagonal) else make(Sum((-1,)), v)


MOVES: Sequence[Rule] = (
    product_of_rows,
    function_of_rows,
    sum_of_rows,
    choice_of_rows,
    sum_over_rows,
    reshape_of_rows,
    transpose_of_rows,
    spread_of_rows,
    part_of_rows,
    rows_put,
    diagonal_of_rows,
)
