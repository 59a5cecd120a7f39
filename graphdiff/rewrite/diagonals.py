"""Products with rows that are zero but for a known part, sums of them, their text.

A matrix times unit vectors is the matrix; what is linear goes through a sum of such
rows, term by term, as long as every term stays as empty as it was.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Arange, Node, full_value, make
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import add, divide, multiply, negative
from graphdiff.ops.core.fill import eye
from graphdiff.ops.core.index import Put
from graphdiff.ops.core.linalg import Einsum, GatedMatMul, MatMul
from graphdiff.ops.core.pattern import At1, ByArray, Item, Slice
from graphdiff.ops.shape.alone import Alone, Only
from graphdiff.rewrite.axes import AXES, reshaped, spread, transposed
from graphdiff.rewrite.engine import Rule, rewrite, rewrites
from graphdiff.rewrite.rows import (
    MOVES,
    ROWS,
    alone_along,
    is_full,
    is_rows,
    row_rank,
)


# --- products -------------------------------------------------------------------------
@rewrites(MatMul, GatedMatMul, over=(*ROWS, Reshape))
def matrix_of_rows(node: Node) -> Node | None:
    """alone(v) @ b  ->  v[:, None] * b, b @ alone(v)  ->  b * v.

    And only(v) @ b  ->  only(v @ b), also where rows have been put below each other.
    """
    a, b = node.args
    if is_full(a) and row_rank(a) == 1:
        return _scaled(a.args[0], b, -1)
    if is_full(b) and row_rank(b) == 1:
        return _scaled(b.args[0], a, -2)
    if isinstance(a.op, Only) and a.op.rank == 1 and a.type.ndim == 2:
        (v,) = a.args
        product = make(node.op, reshaped(v, (1, *v.type.shape)), b)
        return make(a.op, reshaped(product, (b.type.shape[-1],)))
    return _below_each_other(node)


def _scaled(v: Node, matrix: Node, axis: int) -> Node:
    """`matrix` with `v` multiplied in, repeated along the axis."""
    if full_value(v) == 1:
        return matrix
    wide = spread(v, (axis,), (matrix.type.shape[axis],))
    return make(multiply, wide, matrix) if axis == -1 else make(multiply, matrix, wide)


def _below_each_other(node: Node) -> Node | None:
    """The product of a stack of matrices, merged into one, with a matrix."""
    merged, b = node.args
    if not isinstance(merged.op, Reshape) or not is_rows(merged.args[0]):
        return None
    (row,) = merged.args
    (v,) = row.args
    if row_rank(row) != 2 or row.type.ndim != 3 or len(merged.type.shape) != 2:
        return None
    if row.type.shape[-1] != merged.type.shape[-1]:
        return None
    if isinstance(row.op, Alone) and -1 in row.op.matched:
        product = _entries_times(v, b)
        if row.op.matched == (-1, -2):
            product = make(Alone(2, (-2,)), product)
        elif row.op.axes is None:
            product = make(Alone(3, (-2,)), product)
    else:
        product = make(row.op, make(node.op, v, b))
    return reshaped(product, node.type.shape)


def _entries_times(v: Node, b: Node) -> Node:
    """The products ``v[i, j] * b[j, k]``, at ``[j, i, k]``: what a sum would be of."""
    rows, inner = v.type.shape
    wide = spread(b, (-2,), (rows,))
    if full_value(v) == 1:
        return wide
    columns = spread(transposed(v, (-1, -2)), (-1,), (b.type.shape[1],))
    assert columns.type.shape == (inner, rows, b.type.shape[1])
    return make(multiply, columns, wide)


@rewrites(Einsum, over=ROWS)
def einsum_of_rows(node: Node) -> Node | None:
    """einsum(ri,ij->rj, alone(v), b)  ->  einsum(r,rj->rj, v, b).

    And where the entries that tell the row are not summed over, rows of the einsum.
    """
    op = node.op
    assert isinstance(op, Einsum)
    for k, row in enumerate(node.args):
        if is_rows(row) and row.type.ndim == row_rank(row) + 1:
            made = _summed_along(node, op, k) or _kept_along(node, op, k)
            if made is not None:
                return made
    return None


def _summed_along(node: Node, op: Einsum, k: int) -> Node | None:
    """The einsum in which the one letter that tells the row is that of the rows."""
    row, letters = node.args[k], op.inputs[k]
    if not isinstance(row.op, Alone) or len(row.op.matched) != 1:
        return None
    kept, told = letters[0], letters[row.op.matched[0]]
    others = [s for i, s in enumerate(op.inputs) if i != k]
    if told in op.output or any(kept in s and told in s for s in others):
        return None
    inputs = [s.replace(told, kept) for s in others]
    args = [arg for i, arg in enumerate(node.args) if i != k]
    if full_value(row.args[0]) != 1 or len(letters) > 2:
        inputs.insert(k, letters[1:].replace(told, kept))
        args.insert(k, row.args[0])
    if kept not in "".join(inputs):
        return None
    return _einsum(tuple(inputs), op.output, args)


def _kept_along(node: Node, op: Einsum, k: int) -> Node | None:
    """The rows of the einsum of the known part."""
    row, letters = node.args[k], op.inputs[k]
    kept, own, out = letters[0], letters[1:], op.output
    others = [s for i, s in enumerate(op.inputs) if i != k]
    if not out.startswith(kept) or any(kept in s for s in others):
        return None
    told = [own[a] for a in getattr(row.op, "matched", ())]
    if not all(letter in out for letter in told):
        return None
    inputs = tuple(own if i == k else s for i, s in enumerate(op.inputs))
    args = [row.args[0] if i == k else arg for i, arg in enumerate(node.args)]
    rank = len(out) - 1
    if isinstance(row.op, Only):
        made = Only(rank, row.op.index, row.op.rows)
        return make(made, _einsum(inputs, out[1:], args))
    axes = tuple(out[1:].index(letter) - rank for letter in told)
    return make(alone_along(rank, axes), _einsum(inputs, out[1:], args))


def _einsum(inputs: tuple[str, ...], output: str, args: list[Node]) -> Node:
    """The product; of one operand a transpose, if all of it is kept."""
    if len(args) == 1 and len(inputs[0]) == len(output):
        rank = len(output)
        order = tuple(inputs[0].index(c) - rank for c in output)
        return transposed(args[0], order)
    return make(Einsum(inputs, output), *args)


# --- sums -----------------------------------------------------------------------------
_MOVING = (Spread, Reshape, Transpose, Put)


@rewrites(
    multiply,
    divide,
    negative,
    Sum,
    Spread,
    Reshape,
    Transpose,
    MatMul,
    Put,
    over=(add,),
)
def through_sum_of_rows(node: Node) -> Node | None:
    """(alone(v) + only(w)) * x  ->  alone(v * x) + only(w * x).

    And likewise for all that is linear, where each term stays as empty as it was.
    """
    for k, arg in enumerate(node.args):
        terms = list(_terms(arg))
        if not terms or (node.op is divide and k):
            continue
        found: Node | None = None
        for term in terms:
            args = [term if i == k else other for i, other in enumerate(node.args)]
            made = _stays_empty(make(node.op, *args))
            if made is None:
                break
            found = made if found is None else make(add, found, made)
        else:
            return found
    return None


def _terms(node: Node) -> Iterator[Node]:
    """The terms of a sum all of which are such rows; none if some are not."""
    stack = [node]
    found: list[Node] = []
    while stack and len(found) < _MOST_TERMS:
        term = stack.pop()
        if term.op is add:
            stack += term.args[::-1]
        elif is_rows(term):
            found.append(term)
        else:
            return
    if not stack and len(found) > 1:
        yield from found


_MOST_TERMS = 8


def _stays_empty(node: Node) -> Node | None:
    """What a rule of this file or of the moves makes of a node."""
    for rule in (*MOVES, matrix_of_rows):
        heads = rule.heads  # type: ignore[attr-defined]
        if any(
            isinstance(node.op, h) if isinstance(h, type) else node.op is h
            for h in heads
        ):
            made: Node | None = rule(node)
            if made is not None:
                return made
    return None


DIAGONALS: tuple[Rule, ...] = (
    *MOVES,
    matrix_of_rows,
    einsum_of_rows,
    through_sum_of_rows,
)


# --- as NumPy writes them -------------------------------------------------------------
@rewrites(Alone)
def rows_of_matrix(node: Node) -> Node | None:
    """alone(v)  ->  reshape(diag(ravel(v))), and eye(n) where v is 1.

    Entries with fellows are written into zeros, at ``[i, i]``.
    """
    (v,) = node.args
    op = node.op
    assert isinstance(op, Alone)
    if op.axes is not None:
        return _at_places(node, op, v)
    if v.type.ndim != op.rank:
        return None
    n = op.count(v.type)
    if full_value(v) == 1:
        square = eye(n, dtype=v.type.dtype).node
    elif op.rank != 1:
        square = make(Alone(1), reshaped(v, (n,)))
    else:
        return None
    return reshaped(square, node.type.shape)


def _at_places(node: Node, op: Alone, v: Node) -> Node | None:
    """The entries of v written where they stand, one axis telling the row.

    Of index arrays with a slice between them, NumPy puts the axis first.
    """
    if len(op.matched) != 1:
        return None
    (told,) = op.matched
    i = make(Arange(op.count(v.type)))
    lead: list[Item] = [Slice()] * (v.type.ndim - op.rank)
    own: list[Item] = [ByArray(1) if a == told else Slice() for a in range(-op.rank, 0)]
    if told != -op.rank:
        v = transposed(v, (told, *(a for a in range(-v.type.ndim, 0) if a != told)))
    pattern: tuple[Item, ...] = (*lead, ByArray(0), *own)
    return make(Put(pattern, node.type.shape, True), v, i, i)


@rewrites(Only)
def row_written(node: Node) -> Node | None:
    """only(v)  ->  v put into zeros, and only(put(v))  ->  v put there."""
    (v,) = node.args
    op = node.op
    assert isinstance(op, Only)
    shape = node.type.shape[node.type.ndim - op.rank - 1 :]
    own: tuple[Item, ...] = (Slice(),) * op.rank
    if isinstance(v.op, Put) and _is_plain(v.op, op.rank) and len(v.args) == 1:
        own, (v,) = v.op.pattern, v.args
    return make(Put((At1(op.index), *own), shape, True), v)


def _is_plain(op: Put, rank: int) -> bool:
    """Whether the pattern is about as many axes as the array has."""
    return len(op.shape) == len(op.pattern) == rank


def written_out(graph: Graph) -> Graph:
    """`graph` with rows that are mostly zero as a person would write them."""
    if not any(map(is_rows, graph.nodes)):
        return graph
    return rewrite(graph, (*AXES, rows_of_matrix, row_written))
