"""Products: a batch times one matrix is one product, not one for each example."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graphdiff.batching.rules import Stacked, as_stacks, batches, in_front, merged
from graphdiff.expression.expression import Expression
from graphdiff.graph.node import Node
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.core.linalg import LETTERS, Einsum, GatedMatMul, MatMul


@batches(MatMul, GatedMatMul)
def matmul(op: MatMul | GatedMatMul, at: Stacked) -> Any:
    """Fold the batch into the rows (or columns) where the other matrix is one.

    Of columns times rows, both of the batch, entries are multiplied: there is no sum.
    """
    a, b = at[0], at[1]
    if all(at.mapped):
        thin = a.shape[-1] == 1 and isinstance(op, MatMul) and a.dtype == b.dtype
        return a * b if thin else as_stacks(op, at)
    if at.mapped[0]:
        return _rows(op, a, b)
    return _flipped(_rows(_transposed(op), _flipped(b), _flipped(a)))


def _transposed(op: MatMul | GatedMatMul) -> MatMul | GatedMatMul:
    """The op that takes ``b.mT`` and ``a.mT`` to the transpose of the product."""
    return op if isinstance(op, MatMul) else replace(op, gate=1 - op.gate)


def _flipped(x: Any) -> Any:
    """The transposed matrices; of a row or column that is only another shape."""
    *lead, m, n = x.shape
    return x.reshape((*lead, n, m)) if 1 in (m, n) else x.mT


def _rows(op: MatMul | GatedMatMul, a: Any, b: Any) -> Any:
    """Stacks of matrices `a`, with the batch in front, times one stack `b`."""
    matrix = _repeated(b.node)
    shape = (*a.shape[:-1], b.shape[-1])
    if matrix is not None:
        return op(merged(a, a.ndim - 1), Expression(matrix)).reshape(shape)
    lead = b.ndim - 2
    order = (*range(1, lead + 1), 0, lead + 1, lead + 2)
    moved = a.transpose(order)
    *stack, size, m, k = moved.shape
    product = op(moved.reshape((*stack, size * m, k)), b)
    return in_front(product.reshape((*stack, size, m, b.shape[-1])), lead)


def _repeated(node: Node) -> Node | None:
    """The matrix that `node` is, or of which it is a stack of copies."""
    rank = len(node.type.shape)
    if rank == 2:
        return node
    if isinstance(node.op, Spread) and node.op.axes == tuple(range(-rank, -2)):
        return node.args[0]
    return None


_BATCH_LETTERS = "bnmtuvw" + LETTERS
"""Letters for the axis of a batch, those that one would think of first."""


@batches(Einsum)
def einsum(op: Einsum, at: Stacked) -> Any:
    """One more letter, of the batch; an inner product with one vector is a product."""
    if op.inputs == (op.inputs[0],) * 2 and not op.output and sum(at.mapped) == 1:
        return _inner(at)
    used = {*op.output, *"".join(op.inputs)}
    letter = next(c for c in _BATCH_LETTERS if c not in used)
    inputs = [
        letter + letters if mapped else letters
        for letters, mapped in zip(op.inputs, at.mapped, strict=True)
    ]
    operands = [at[i] for i in range(len(inputs))]
    return Einsum(tuple(inputs), letter + op.output)(*operands)


def _inner(at: Stacked) -> Any:
    """The inner products of many vectors with one."""
    many, one = (at[0], at[1]) if at.mapped[0] else (at[1], at[0])
    if one.ndim != 1:
        many, one = many.reshape((many.shape[0], one.size)), one.ravel()
    return (many @ one.reshape((one.size, 1))).reshape(many.shape[:1])
