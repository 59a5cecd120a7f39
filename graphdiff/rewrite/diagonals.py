"""Rows of which each has one entry: products with them are products of entries.

The unit vectors of a Jacobian are such rows (`Alone`), whose zeros are strict: nothing
is computed with them, whatever stands on the other side. What is entrywise stays
diagonal; a matrix times unit vectors is the matrix.
"""

from __future__ import annotations

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Full, Node, full_value, make
from graphdiff.graph.types import ArrayType, alike
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
from graphdiff.ops.core.fill import eye
from graphdiff.ops.core.linalg import Einsum, GatedMatMul, MatMul
from graphdiff.ops.shape.alone import Alone, total
from graphdiff.ops.shape.diagonal import Diagonal, Trace
from graphdiff.rewrite.axes import AXES, reshaped, spread, transposed, whole_order
from graphdiff.rewrite.engine import Rule, rewrite, rewrites
from graphdiff.rewrite.fold import is_uniform, uniform


def alone(node: Node) -> Node | None:
    """The v of alone(v), else None."""
    return node.args[0] if isinstance(node.op, Alone) else None


def rank_of(node: Node) -> int:
    """How many axes of each of the rows hold entries."""
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
    """What each entry of the rows `row` meets in `other`."""
    if isinstance(other.op, Alone) and other.op == row.op:
        return other.args[0]
    return same_for_rows(other, rank_of(row))


# --- entrywise ------------------------------------------------------------------------
@rewrites(multiply, divide, gated, ratio, over=(Alone,))
def product_of_rows(node: Node) -> Node | None:
    """alone(v) * w  ->  alone(v * w), and likewise for quotients."""
    first, second = node.args
    places = [(first, second, False)]
    if node.op is multiply:
        places.append((second, first, True))
    for row, other, swapped in places:
        v = alone(row)
        if v is None:
            continue
        w = _beside(row, other)
        if w is None:
            continue
        if full_value(v) == 1 and node.op in (multiply, gated):
            made = w
        else:
            made = make(node.op, w, v) if swapped else make(node.op, v, w)
        return make(row.op, made)
    return None


@rewrites(negative, Cast, conjugate, over=(Alone,))
def function_of_rows(node: Node) -> Node | None:
    """-alone(v)  ->  alone(-v), and likewise for conversions and conjugates."""
    (row,) = node.args
    v = alone(row)
    return None if v is None else make(row.op, make(node.op, v))


@rewrites(add, subtract, over=(Alone,))
def sum_of_rows(node: Node) -> Node | None:
    """alone(v) + alone(w)  ->  alone(v + w), and likewise for differences."""
    first, second = node.args
    if isinstance(first.op, Alone) and first.op == second.op:
        return make(first.op, make(node.op, first.args[0], second.args[0]))
    return None


@rewrites(where, over=(Alone,))
def choice_of_rows(node: Node) -> Node | None:
    """where(c, alone(v), 0)  ->  alone(where(c, v, 0)), and with the two swapped."""
    condition, first, second = node.args
    for row, other in ((first, second), (second, first)):
        v = alone(row)
        if v is None or full_value(other) != 0:
            continue
        c = same_for_rows(condition, rank_of(row))
        if c is None:
            continue
        zero = make(Full.of(0, v.type))
        both = (v, zero) if row is first else (zero, v)
        return make(row.op, make(where, c, *both))
    return None


# --- axes -----------------------------------------------------------------------------
@rewrites(Sum, over=(Alone,))
def sum_over_rows(node: Node) -> Node | None:
    """sum(alone(v))  ->  v.

    Over the axis of rows; or over all axes of each row, as one vector.
    """
    (row,) = node.args
    v = alone(row)
    if v is None:
        return None
    rank, axes = rank_of(row), node.op.axes  # type: ignore[attr-defined]
    if axes == (-rank - 1,):
        return v
    if axes == tuple(range(-rank, 0)):
        return reshaped(v, node.type.shape)
    if axes == tuple(range(-rank - 1, 0)):
        return make(Sum(axes[1:]), v) if rank else v
    return None


@rewrites(Reshape, over=(Alone,))
def reshape_of_rows(node: Node) -> Node | None:
    """reshape(alone(v))  ->  alone(reshape(v)).

    Where the rows stay rows.
    """
    (row,) = node.args
    v = alone(row)
    if v is None:
        return None
    rank = rank_of(row)
    lead = row.type.ndim - rank
    new = node.type.shape
    if len(new) < lead or new[:lead] != row.type.shape[:lead]:
        return None
    own = new[lead:]
    if not alike(total(own), new[lead - 1]):
        return None
    return make(Alone(len(own)), reshaped(v, (*new[: lead - 1], *own)))


@rewrites(Transpose, over=(Alone,))
def transpose_of_rows(node: Node) -> Node | None:
    """transpose(alone(v))  ->  alone(v), in another shape.

    Where the axis of rows goes to the end, past all axes of each row.
    """
    (row,) = node.args
    if alone(row) is None:
        return None
    rank, ndim = rank_of(row), row.type.ndim
    order = whole_order(node.op.order, ndim)  # type: ignore[attr-defined]
    lead = range(-ndim, -rank - 1)
    if order != (*lead, *range(-rank, 0), -rank - 1):
        return None
    if rank == 1:
        return row
    return make(Reshape(rank + 1, node.type.shape[ndim - rank - 1 :]), row)


@rewrites(Diagonal, Trace, over=(Alone,))
def diagonal_of_rows(node: Node) -> Node | None:
    """diagonal(alone(v))  ->  v, and trace(alone(v))  ->  sum(v)."""
    v = alone(node.args[0])
    op = node.op
    if v is None or rank_of(node.args[0]) != 1 or op.k:  # type: ignore[attr-defined]
        return None
    return v if isinstance(op, Diagonal) else make(Sum((-1,)), v)


# --- products -------------------------------------------------------------------------
@rewrites(MatMul, GatedMatMul, over=(Alone,))
def matrix_of_rows(node: Node) -> Node | None:
    """alone(v) @ b  ->  v[:, None] * b, and b @ alone(v)  ->  b * v."""
    a, b = node.args
    if (v := alone(a)) is not None and rank_of(a) == 1:
        return _scaled(v, b, -1)
    if (v := alone(b)) is not None and rank_of(b) == 1:
        return _scaled(v, a, -2)
    return None


def _scaled(v: Node, matrix: Node, axis: int) -> Node:
    """`matrix` with `v` multiplied in, repeated along the axis."""
    if full_value(v) == 1:
        return matrix
    wide = spread(v, (axis,), (matrix.type.shape[axis],))
    return make(multiply, wide, matrix) if axis == -1 else make(multiply, matrix, wide)


@rewrites(Einsum, over=(Alone,))
def einsum_of_rows(node: Node) -> Node | None:
    """einsum(ri,ij->rj, alone(v), b)  ->  einsum(r,rj->rj, v, b).

    Where the entries of a row are summed over.
    """
    op = node.op
    assert isinstance(op, Einsum)
    for k, (row, letters) in enumerate(zip(node.args, op.inputs, strict=True)):
        v = alone(row)
        if v is None or len(letters) != 2:
            continue
        kept, summed = letters[0], letters[1]
        if summed in op.output or len(node.args) < 2:
            continue
        if any(kept in s and summed in s for s in _others(op.inputs, k)):
            continue
        inputs = [s.replace(summed, kept) for s in _others(op.inputs, k)]
        args = [arg for i, arg in enumerate(node.args) if i != k]
        if full_value(v) != 1:
            inputs.insert(k, kept)
            args.insert(k, v)
        if kept in "".join(inputs):
            return _einsum(tuple(inputs), op.output, args)
    return None


def _others(inputs: tuple[str, ...], k: int) -> list[str]:
    return [s for i, s in enumerate(inputs) if i != k]


def _einsum(inputs: tuple[str, ...], output: str, args: list[Node]) -> Node:
    """The product; of one operand a transpose, if all of it is kept."""
    if len(args) == 1 and len(inputs[0]) == len(output):
        rank = len(output)
        order = tuple(inputs[0].index(c) - rank for c in output)
        return transposed(args[0], order)
    return make(Einsum(inputs, output), *args)


DIAGONALS: tuple[Rule, ...] = (
    product_of_rows,
    function_of_rows,
    sum_of_rows,
    choice_of_rows,
    sum_over_rows,
    reshape_of_rows,
    transpose_of_rows,
    diagonal_of_rows,
    matrix_of_rows,
    einsum_of_rows,
)


# --- as NumPy writes them -------------------------------------------------------------
@rewrites(Alone)
def rows_of_matrix(node: Node) -> Node | None:
    """alone(v)  ->  reshape(diag(ravel(v))), and eye(n) where v is 1."""
    (v,) = node.args
    rank = rank_of(node)
    if v.type.ndim != rank:
        return None
    n = total(v.type.shape)
    if full_value(v) == 1:
        square = eye(n, dtype=v.type.dtype).node
    elif rank != 1:
        square = make(Alone(1), reshaped(v, (n,)))
    else:
        return None
    return reshaped(square, node.type.shape)


def written_out(graph: Graph) -> Graph:
    """`graph` with rows of one entry each as a person would write them."""
    if not any(isinstance(node.op, Alone) for node in graph.nodes):
        return graph
    return rewrite(graph, (*AXES, rows_of_matrix))
