"""Moving, repeating and adding up axes: the same entries by a shorter way.

The form aimed at has repetition outermost and nothing done on repeated entries. Adding
n equal entries becomes multiplying by n, and nested sums become one: the result may
differ in rounding and in the sign of a zero.
"""

from __future__ import annotations

import math
from dataclasses import replace

from graphdiff.graph.node import Full, Node, make
from graphdiff.graph.types import ArrayType, Shape, Size
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import Cast, Elementwise, multiply, negative
from graphdiff.ops.core.reduce import Max, Mean, Min, Prod
from graphdiff.ops.shape.diagonal import Diagonal, Trace
from graphdiff.rewrite.engine import Engine, Rule, rewrites
from graphdiff.rewrite.fold import is_uniform, uniform

Axes = tuple[int, ...]


def kept_axes(rank: int, removed: Axes) -> Axes:
    """The axes of an array of `rank` other than `removed`, in order."""
    return tuple(a for a in range(-rank, 0) if a not in removed)


def renumbered(axes: Axes, kept: Axes) -> Axes:
    """Where `axes` stand, counted from the end, once only `kept` are left."""
    return tuple(kept.index(a) - len(kept) for a in axes)


def spread(x: Node, axes: Axes, lengths: tuple[Size, ...]) -> Node:
    """`x` repeated along new axes, if there are any."""
    return make(Spread(axes, lengths), x) if axes else x


def summed(x: Node, axes: Axes) -> Node:
    """`x` summed along axes, if there are any."""
    return make(Sum(axes), x) if axes else x


def unwrapped(node: Node) -> Node:
    """`node` without the reshape that ``keepdims`` put around it."""
    return node.args[0] if isinstance(node.op, Reshape) else node


def reshaped(x: Node, shape: Shape) -> Node:
    """`x` in another shape, if it is another."""
    return x if x.type.shape == shape else make(Reshape(x.type.ndim, shape), x)


def long_axes(shape: Shape) -> Axes:
    """The axes whose size is not 1."""
    return tuple(a for a in range(-len(shape), 0) if shape[a] != 1)


def only_moves_ones(old: Shape, new: Shape) -> bool:
    """Whether the shapes differ in axes of size 1 alone."""
    return [n for n in old if n != 1] == [n for n in new if n != 1]


# --- transposes -----------------------------------------------------------------------
def whole_order(order: Axes, rank: int) -> Axes:
    """The order of all `rank` axes, of which the last ones move as in `order`."""
    return (*range(-rank, -len(order)), *order)


def transposed(x: Node, order: Axes) -> Node:
    """`x` with its axes in `order`, leading axes that stay left out of the op."""
    start = 0
    while start < len(order) and order[start] == start - len(order):
        start += 1
    return make(Transpose(order[start:]), x) if start < len(order) else x


@rewrites(Transpose)
def transpose_to_itself(node: Node) -> Node | None:
    """transpose(x) in the order that it has  ->  x."""
    order = node.op.order  # type: ignore[attr-defined]
    return node.args[0] if order == tuple(range(-len(order), 0)) else None


@rewrites(Transpose, over=(Transpose,))
def transpose_twice(node: Node) -> Node | None:
    """transpose(transpose(x))  ->  transpose(x), or x."""
    (middle,) = node.args
    if not isinstance(middle.op, Transpose):
        return None
    rank = node.type.ndim
    inner = whole_order(middle.op.order, rank)
    outer = whole_order(node.op.order, rank)  # type: ignore[attr-defined]
    return transposed(middle.args[0], tuple(inner[a] for a in outer))


@rewrites(Transpose, over=(Spread,))
def transpose_of_spread(node: Node) -> Node | None:
    """transpose(spread(x))  ->  spread(transpose(x)), often spread(x)."""
    (wide,) = node.args
    if not isinstance(wide.op, Spread):
        return None
    rank = node.type.ndim
    order = whole_order(node.op.order, rank)  # type: ignore[attr-defined]
    new = tuple(a for a in range(-rank, 0) if order[a] in wide.op.axes)
    old = kept_axes(rank, wide.op.axes)
    moved = renumbered(tuple(order[a] for a in kept_axes(rank, new)), old)
    return spread(
        transposed(wide.args[0], moved), new, tuple(node.type.shape[a] for a in new)
    )


@rewrites(Transpose)
def transpose_of_ones(node: Node) -> Node | None:
    """transpose(x)  ->  reshape(x).

    Where only axes of size 1 change places.
    """
    (x,) = node.args
    order = whole_order(node.op.order, x.type.ndim)  # type: ignore[attr-defined]
    moved = [a for a in order if x.type.shape[a] != 1]
    return reshaped(x, node.type.shape) if moved == sorted(moved) else None


@rewrites(Diagonal, Trace, over=(Transpose,))
def diagonal_of_transpose(node: Node) -> Node | None:
    """diagonal(x.mT, k)  ->  diagonal(x, -k); likewise the trace."""
    (flipped,) = node.args
    op = node.op
    assert isinstance(op, (Diagonal, Trace))
    if not isinstance(flipped.op, Transpose) or flipped.op.order != (-1, -2):
        return None
    return make(replace(op, k=-op.k), flipped.args[0])


# --- reshapes -------------------------------------------------------------------------
@rewrites(Reshape)
def reshape_to_itself(node: Node) -> Node | None:
    """reshape(x) to the shape that it has  ->  x."""
    return node.args[0] if node.args[0].type == node.type else None


@rewrites(Reshape, over=(Reshape,))
def reshape_twice(node: Node) -> Node | None:
    """reshape(reshape(x))  ->  reshape(x), or x."""
    (middle,) = node.args
    if not isinstance(middle.op, Reshape):
        return None
    return reshaped(middle.args[0], node.type.shape)


@rewrites(Reshape, over=(Spread,))
def reshape_of_spread(node: Node) -> Node | None:
    """reshape(spread(x))  ->  spread(reshape(x)).

    Where the reshape only adds or drops axes of size 1.
    """
    (wide,) = node.args
    old, new = wide.type.shape, node.type.shape
    if not isinstance(wide.op, Spread) or not only_moves_ones(old, new):
        return None
    pairs = zip(long_axes(old), long_axes(new), strict=True)
    axes = tuple(b for a, b in pairs if a in wide.op.axes)
    core = tuple(new[a] for a in kept_axes(len(new), axes))
    return spread(reshaped(wide.args[0], core), axes, tuple(new[a] for a in axes))


# --- repetition -----------------------------------------------------------------------
@rewrites(Spread, over=(Spread,))
def spread_twice(node: Node) -> Node | None:
    """spread(spread(x))  ->  spread(x)."""
    (middle,) = node.args
    if not isinstance(middle.op, Spread):
        return None
    rank, axes = node.type.ndim, node.op.axes  # type: ignore[attr-defined]
    old = kept_axes(rank, axes)
    inner = tuple(old[a] for a in middle.op.axes)
    every = tuple(sorted((*axes, *inner)))
    return spread(middle.args[0], every, tuple(node.type.shape[a] for a in every))


@rewrites(Spread)
def spread_of_length_one(node: Node) -> Node | None:
    """spread(x) along axes of size 1  ->  reshape(x)."""
    if any(n != 1 for n in node.op.lengths):  # type: ignore[attr-defined]
        return None
    return reshaped(node.args[0], node.type.shape)


@rewrites(Elementwise, Cast, over=(Spread,))
def op_of_spreads(node: Node) -> Node | None:
    """f(spread(a), spread(b))  ->  spread(f(a, b)).

    Along the axes that all arguments repeat; numbers and sizes repeat along all.
    """
    common: Axes | None = None
    for arg in node.args:
        op = arg.op
        if type(op) is Spread:
            if common is None or common == op.axes:
                common = op.axes
            else:
                common = tuple(a for a in common if a in op.axes)
        elif not is_uniform(arg):
            return None
    if not common:
        return None
    core = make(node.op, *[_without(arg, common) for arg in node.args])
    return spread(core, common, tuple(node.type.shape[a] for a in common))


def _without(wide: Node, axes: Axes) -> Node:
    """What `wide` repeats along `axes`."""
    shape = wide.type.shape
    old = kept_axes(len(shape), axes)
    if is_uniform(wide):
        return uniform(wide, ArrayType(tuple(shape[a] for a in old), wide.type.dtype))
    rest = tuple(a for a in wide.op.axes if a not in axes)  # type: ignore[attr-defined]
    lengths = tuple(shape[a] for a in rest)
    return spread(wide.args[0], renumbered(rest, old), lengths)


# --- sums -----------------------------------------------------------------------------
@rewrites(Sum, over=(Sum,))
def sum_twice(node: Node) -> Node | None:
    """sum(sum(x))  ->  sum(x)."""
    (middle,) = node.args
    if not isinstance(middle.op, Sum) or middle.type.dtype != middle.args[0].type.dtype:
        return None
    (x,) = middle.args
    old = kept_axes(x.type.ndim, middle.op.axes)
    outer = tuple(old[a] for a in node.op.axes)  # type: ignore[attr-defined]
    return summed(x, tuple(sorted((*outer, *middle.op.axes))))


@rewrites(Sum, Prod, Max, Min, Mean, over=(Transpose,))
def reduction_of_transpose(node: Node) -> Node | None:
    """sum(transpose(x))  ->  transpose(sum(x)), often sum(x); other reductions too."""
    (moved,) = node.args
    if not isinstance(moved.op, Transpose):
        return None
    (x,) = moved.args
    rank = x.type.ndim
    order = whole_order(moved.op.order, rank)
    axes = tuple(sorted(order[a] for a in node.op.axes))  # type: ignore[attr-defined]
    left = tuple(order[a] for a in kept_axes(rank, node.op.axes))  # type: ignore[attr-defined]
    small = make(type(node.op)(axes), x)  # type: ignore[call-arg]
    return transposed(small, renumbered(left, kept_axes(rank, axes)))


@rewrites(Sum, over=(Spread,))
def sum_of_spread(node: Node) -> Node | None:
    """sum(spread(x)) along the axes repeated  ->  n * x.

    Where n is a number above 0: the sum of no infinities is 0, but 0 * inf is not.
    """
    (wide,) = node.args
    if not isinstance(wide.op, Spread) or not node.type.is_real:
        return None
    shape, axes = wide.type.shape, node.op.axes  # type: ignore[attr-defined]
    both = tuple(a for a in axes if a in wide.op.axes)
    n = math.prod(shape[a] for a in both)
    if not both or not isinstance(n, int) or n == 0:
        return None
    old = kept_axes(len(shape), both)
    rest = _without(wide, both)
    y = summed(rest, renumbered(tuple(a for a in axes if a not in both), old))
    return y if n == 1 else make(multiply, make(Full.of(n, y.type)), y)


@rewrites(Sum, over=(Spread,))
def sum_before_spread(node: Node) -> Node | None:
    """sum(spread(x)) along other axes  ->  spread(sum(x))."""
    (wide,) = node.args
    if not isinstance(wide.op, Spread):
        return None
    rank, axes = wide.type.ndim, node.op.axes  # type: ignore[attr-defined]
    if any(a in wide.op.axes for a in axes):
        return None
    small = summed(wide.args[0], renumbered(axes, kept_axes(rank, wide.op.axes)))
    new = renumbered(wide.op.axes, kept_axes(rank, axes))
    return spread(small, new, wide.op.lengths)


@rewrites(Sum, Prod, Max, Min, Mean, over=(Reshape,))
def reduction_of_reshape(node: Node) -> Node | None:
    """sum(reshape(x))  ->  sum(x), over all entries; other reductions too.

    Or over some axes, where the reshape only adds or drops axes of size 1.
    """
    (moved,) = node.args
    if not isinstance(moved.op, Reshape):
        return None
    (x,) = moved.args
    old, new, axes = x.type.shape, moved.type.shape, node.op.axes  # type: ignore[attr-defined]
    if len(axes) == len(new) and old:
        return make(type(node.op)(tuple(range(-len(old), 0))), x)  # type: ignore[call-arg]
    if not only_moves_ones(old, new):
        return None
    pairs = zip(long_axes(old), long_axes(new), strict=True)
    mine = tuple(a for a, b in pairs if b in axes)
    if not mine:
        return None
    return reshaped(make(type(node.op)(mine), x), node.type.shape)  # type: ignore[call-arg]


@rewrites(Sum, over=(negative,))
def sum_of_negative(node: Node, engine: Engine) -> Node | None:
    """sum(-x)  ->  -sum(x).

    Where the negative has no other reader: the sign of the small array is changed.
    """
    (x,) = node.args
    if x.op is negative and x.type == x.args[0].type and engine.sole(x):
        return make(negative, make(node.op, x.args[0]))
    return None


AXES: tuple[Rule, ...] = (
    transpose_to_itself,
    transpose_twice,
    transpose_of_spread,
    transpose_of_ones,
    diagonal_of_transpose,
    reshape_to_itself,
    reshape_twice,
    reshape_of_spread,
    spread_twice,
    spread_of_length_one,
    op_of_spreads,
    sum_twice,
    reduction_of_transpose,
    sum_of_spread,
    sum_before_spread,
    reduction_of_reshape,
    sum_of_negative,
)
