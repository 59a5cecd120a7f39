"""Products of matrices and vectors, and arrays joined to one."""

from __future__ import annotations

import numpy as np

from graphdiff.emit.plan.traits import widens
from graphdiff.emit.store.calls import dtype_text
from graphdiff.emit.store.value import NOWHERE, Value, plain
from graphdiff.emit.store.variables import Variables, plain_call
from graphdiff.emit.text.text import (
    Text,
    binary,
    call,
    list_,
    literal,
    slice_,
    subscript,
)
from graphdiff.graph.node import Constant, Full, Node, full_value
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.linalg import GatedMatMul


def matmul(body: Variables, node: Node) -> Value:
    """``a @ b``; with a vector as itself, and ``np.outer`` of two."""
    a, b = (body.argument(node, arg) for arg in node.args)
    left, right = _operands(body, node, a, b)
    first, second = (widens(arg) and not body.values[arg].thin for arg in node.args)
    if first != second:
        left = a.bare.text if first and a.bare is not None else left
        right = b.bare.text if second and b.bare is not None else right
    record = node.op.call(*[arg.type for arg in node.args])
    if isinstance(node.op, GatedMatMul):
        text = body.writer.call(record, [left, right])
        return body.joined(node, text, len(node.type.shape), NOWHERE)
    row, column = _vector(a, -2), _vector(b, -1)
    across, down = _vector(a, -1), _vector(b, -2)
    if across is not None and down is not None:
        return body.joined(node, call("np.outer", [across, down]), 2, NOWHERE)
    made = body.joined(node, binary("@", left, right), len(node.type.shape), NOWHERE)
    if row is not None:
        made.without = (-2,), binary("@", row, right)
    elif column is not None:
        made.without = (-1,), binary("@", left, column)
    return made


def _operands(body: Variables, node: Node, a: Value, b: Value) -> list[Text]:
    """The texts of the operands; a stack that repeats one matrix is that matrix."""
    full = [body.full(arg) for arg in node.args]
    if isinstance(node.op, GatedMatMul):
        return full
    rank = len(node.type.shape)
    for i, (value, other) in enumerate(((a, b), (b, a))):
        whole = other.rank == rank and not other.thin and not other.weak
        if (
            whole
            and value.rank > 1
            and not value.weak
            and max(value.thin, default=-3) < -2
        ):
            full[i] = value.text
            break
    return full


def _vector(value: Value, axis: int) -> Text | None:
    """The text of the vector that a matrix with one row or one column is made of."""
    if value.rank == 2 and value.inserted == (axis,) and value.bare is not None:
        return value.bare.text
    if value.rank == 2 and value.without is not None and value.without[0] == (axis,):
        return value.without[1]
    return None


def concatenate(body: Variables, node: Node) -> Value:
    """``np.stack`` where each part only got its axis for this.

    Numbers in a row are ``np.array([a, 0.0, b])``.
    """
    for arg in node.args:
        body.argument(node, arg)
    axis: int = node.op.axis  # type: ignore[attr-defined]
    rank, dtype = len(node.type.shape), node.type.dtype
    parts = [_without_axis(body, arg, axis) for arg in node.args]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return plain_call(body, node)
    if rank == 1:
        kind = {} if dtype == np.float64 else {"dtype": dtype_text(dtype)}
        return body.joined(node, call("np.array", [list_(found)], kind), 1, NOWHERE)
    place = axis + rank
    text = call("np.stack", [list_(found)], {"axis": literal(place)} if place else {})
    return body.joined(node, text, rank, NOWHERE)


def _without_axis(body: Variables, arg: Node, axis: int) -> Text | None:
    """The text of a part of a concatenation without the axis, if it was put in."""
    value = body.values[arg]
    if value.inserted == (axis,) and value.bare is not None:
        return value.bare.text
    number, shape = full_value(arg), arg.type.shape
    if shape[axis] != 1:
        return None
    if number is None:
        before: list[Text] = [slice_()] * (axis % len(shape))
        constant = isinstance(arg.op, Constant)
        return subscript(value.text, [*before, literal(0)]) if constant else None
    if len(shape) == 1:
        return literal(plain(number, arg.type.dtype))
    less = shape[: axis % len(shape)] + shape[axis % len(shape) + 1 :]
    return body.writer.call(Full.of(number, ArrayType(less, arg.type.dtype)).call(), [])
