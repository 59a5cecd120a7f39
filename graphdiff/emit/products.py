"""Products of matrices and vectors, and arrays joined to one."""

from __future__ import annotations

from graphdiff.emit.text import binary, call, list_, literal
from graphdiff.emit.value import NOWHERE, Value
from graphdiff.emit.variables import Variables, plain_call
from graphdiff.graph.node import Node
from graphdiff.ops.linalg import GatedMatMul


def matmul(body: Variables, node: Node) -> Value:
    """``a @ b``; with a vector as itself, and ``np.outer`` of two."""
    a, b = (body.argument(node, arg) for arg in node.args)
    left, right = (body.full(arg) for arg in node.args)
    record = node.op.call(*[arg.type for arg in node.args])
    if isinstance(node.op, GatedMatMul):
        text = body.writer.call(record, [left, right])
        return body.joined(node, text, len(node.type.shape), NOWHERE)
    row, column = _is_vector(a, -2), _is_vector(b, -1)
    if _is_vector(a, -1) and _is_vector(b, -2):
        assert a.bare is not None
        assert b.bare is not None
        text = call("np.outer", [a.bare.text, b.bare.text])
        return body.joined(node, text, 2, NOWHERE)
    made = body.joined(node, binary("@", left, right), len(node.type.shape), NOWHERE)
    if row and a.bare is not None:
        made.without = (-2,), binary("@", a.bare.text, right)
    elif column and b.bare is not None:
        made.without = (-1,), binary("@", left, b.bare.text)
    return made


def _is_vector(value: Value, axis: int) -> bool:
    return value.bare is not None and value.rank == 2 and value.inserted == (axis,)


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
