"""How each kind of op is written, where that is more than a call of its record.

What differs from op to op is said with the op; here stands what differs from kind to
kind. An op of a kind not listed is written as its call record says.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphdiff.emit.kinds import entrywise, moves, parts, products
from graphdiff.emit.store.value import NOWHERE, Value, plain, short_number
from graphdiff.emit.store.variables import Variables, plain_call
from graphdiff.emit.text.text import literal, method
from graphdiff.graph.node import Arange, Full, Made, Node, Size
from graphdiff.graph.types import ArrayType
from graphdiff.memory.again import Again
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import Cast, Elementwise
from graphdiff.ops.core.index import Concatenate, Put, Take
from graphdiff.ops.core.linalg import GatedMatMul, MatMul
from graphdiff.ops.core.reduce import Mean
from graphdiff.ops.order.quantile import Quantile
from graphdiff.ops.shape.spacing import Linspace


def make(body: Variables, node: Node) -> Value:
    """The value of `node`, made of those of its arguments."""
    return _RULES.get(type(node.op), plain_call)(body, node)


def _sum(body: Variables, node: Node) -> Value:
    """``np.sum(x)`` as the user writes it; of adjoints ``d_x.sum(axis=0)``, quicker.

    In modules always the method: ``np.sum`` only calls it, and takes as long again.
    """
    made = plain_call(body, node)
    arg = node.args[0]
    if not body.methods and (node in body.outside or arg not in body.variables):
        return made
    named = dict(node.op.call(arg.type).kwargs)
    if node in body.kept:
        named["keepdims"] = True
    texts = {name: body.writer.item(value, []) for name, value in named.items()}
    made.text = method(body.full(arg), "sum", [], texts)
    return made


def _full(body: Variables, node: Node) -> Value:
    number = plain(node.op.value, node.type.dtype)  # type: ignore[attr-defined]
    text = literal(short_number(number))
    return Value(text, 0, weak=True, number=node.op.value)  # type: ignore[attr-defined]


def _size(body: Variables, node: Node) -> Value:
    return Value(body.sizes.text(node.op.size), 0, weak=True)  # type: ignore[attr-defined]


def _made(body: Variables, node: Node) -> Value:
    text = body.writer.call(node.op.call(), [])
    return Value(text, len(node.type.shape), weight=1)


def _linspace(body: Variables, node: Node) -> Value:
    """Ends that are numbers stand as they are: NumPy is told the dtype."""
    ends = [body.argument(node, arg) for arg in node.args]
    texts = [
        end.text if end.weak and not arg.type.shape else body.full(arg)
        for end, arg in zip(ends, node.args, strict=True)
    ]
    text = body.writer.call(node.op.call(*[arg.type for arg in node.args]), texts)
    return body.joined(node, text, len(node.type.shape), NOWHERE)


def _mean(body: Variables, node: Node) -> Value:
    """The mean of integers or booleans is taken in float64 by NumPy itself."""
    arg = node.args[0]
    value = body.argument(node, arg)
    made = plain_call(body, node)
    into_float64 = isinstance(arg.op, Cast) and arg.type.dtype == np.float64
    if into_float64 and value.bare is not None and not value.thin:
        source = arg.args[0].type
        if source.dtype.kind in "biu" and value.rank == len(source.shape):
            record = node.op.call(arg.type)
            if node in body.kept:
                record = record._replace(kwargs={**record.kwargs, "keepdims": True})
            made.text = body.writer.call(record, [value.bare.text])
    return made


def _quantile(body: Variables, node: Node) -> Value:
    """``np.quantile(x, 0.3)``: a number takes the type of the entries in NumPy too."""
    made = plain_call(body, node)
    x, q = node.args
    part = body.values[q]
    if part.weak and part.number is not None and q.type == ArrayType((), x.type.dtype):
        record = node.op.call(x.type, q.type)
        made.text = body.writer.call(record, [body.full(x), part.text])
    return made


_RULES: dict[type, Callable[[Variables, Node], Value]] = {
    Full: _full,
    Size: _size,
    Arange: _made,
    Made: _made,
    Linspace: _linspace,
    Elementwise: entrywise.elementwise,
    Cast: entrywise.cast,
    Spread: moves.spread,
    Again: moves.again,
    Reshape: moves.reshape,
    Transpose: moves.transpose,
    MatMul: products.matmul,
    GatedMatMul: products.matmul,
    Concatenate: products.concatenate,
    Put: parts.put,
    Take: parts.take,
    Mean: _mean,
    Sum: _sum,
    Quantile: _quantile,
}
