"""Products of matrices and vectors, and arrays joined to one."""

from __future__ import annotations

from graphdiff.emit.plan.traits import widens
from graphdiff.emit.store.value import NOWHERE, Value
from graphdiff.emit.store.variables import Variables, plain_call
from graphdiff.emit.text.text import Text, binary, call, list_, literal
from graphdiff.graph.node import Node
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
    """``np.stack`` where each part only got its axis for this."""
    values = [body.argument(node, arg) for arg in node.args]
    axis: int = node.op.axis  # type: ignore[attr-defined]
    if any(value.inserted != (axis,) for value in values):
        return plain_call(body, node)
    parts = list_([value.bare.text for value in values if value.bare is not None])
    place = axis + len(node.type.shape)
    text = call("np.stack", [parts], {"axis": literal(place)} if place else {})
    return body.joined(node, text, len(node.type.shape), NOWHERE)
