"""Entries read by index, and written by index into a sum that grows in place."""

from __future__ import annotations

from dataclasses import replace

from graphdiff.emit.store.statements import Update, is_zeros
from graphdiff.emit.store.value import NOWHERE, Value
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.text import Text, binary, method
from graphdiff.graph.node import Full, Node
from graphdiff.graph.types import Shape
from graphdiff.ops.core.elementwise import Elementwise
from graphdiff.ops.core.index import Take
from graphdiff.ops.core.linalg import GatedMatMul, MatMul
from graphdiff.ops.core.pattern import At1, Item, NewAxis, Slice


def take(body: Variables, node: Node) -> Value:
    """A subscript; bounds that an open slice has anyway are left out."""
    for arg in node.args:
        body.argument(node, arg)
    op, types = node.op, [arg.type for arg in node.args]
    assert isinstance(op, Take)
    pattern = open_bounds(op.pattern, types[0].shape)
    texts = [body.full(arg) for arg in node.args]
    text = body.writer.call(replace(op, pattern=pattern).call(*types), texts)
    made = body.joined(node, text, len(node.type.shape), NOWHERE)
    single = [isinstance(p, Slice) and _is_single(p) for p in pattern]
    if any(single) and len(node.args) == 1:
        ints = tuple(
            At1(p.start) if s and isinstance(p, Slice) and p.start is not None else p
            for p, s in zip(pattern, single, strict=True)
        )
        kept = [p for p in pattern if not isinstance(p, At1)]
        axes = tuple(
            i - len(kept)
            for i, p in enumerate(kept)
            if isinstance(p, Slice) and _is_single(p)
        )
        plain_text = body.writer.call(replace(op, pattern=ints).call(*types), texts)
        made.without = axes, plain_text
    return made


def _is_single(item: Slice) -> bool:
    """Whether the slice takes one entry: ``k:k + 1``."""
    start, stop = item.start, item.stop
    return (
        isinstance(start, int)
        and isinstance(stop, int)
        and item.step in (None, 1)
        and stop == start + 1
        and start >= 0
    )


def open_bounds(pattern: tuple[Item, ...], shape: Shape) -> tuple[Item, ...]:
    """The pattern with bounds left out that are the ends of the axis."""
    sizes = iter(shape[len(shape) - sum(not isinstance(p, NewAxis) for p in pattern) :])
    found: list[Item] = []
    for item in pattern:
        size = None if isinstance(item, NewAxis) else next(sizes)
        if isinstance(item, Slice) and item.step in (None, 1) and not _is_single(item):
            start = (
                None if isinstance(item.start, int) and item.start == 0 else item.start
            )
            stop = None if item.stop is not None and item.stop == size else item.stop
            item = Slice(start, stop)
        found.append(item)
    return tuple(found)


def put(body: Variables, node: Node) -> Value:
    """Zeros, into which the entries are written in place."""
    args = [body.argument(node, arg) for arg in node.args]
    record = node.op.call(*[arg.type for arg in node.args])
    texts = [args[0].text, *(body.full(arg) for arg in node.args[1:])]
    zeros = Full.of(0, node.type).call()
    key = body.writer.key(record.args[2], texts)
    once: bool = node.op.once  # type: ignore[attr-defined]
    body.sums[node] = [Update(key, args[0].text, once)]
    made = body.joined(node, body.writer.call(zeros, []), len(node.type.shape), NOWHERE)
    return made


def sum_in_place(body: Variables, node: Node) -> Value | None:
    """A sum with entries written into zeros: ``d_x[1:] += ...`` in the other term."""
    first, second = node.args
    if first is second or (second not in body.sums and first not in body.sums):
        return None
    bases = []
    for arg in (first, second):
        text = _own_array(body, arg)
        if text is None:
            return None
        bases.append(text)
    bases = [t for t in bases if not is_zeros(t)] or bases[:1]
    text = bases[0] if len(bases) == 1 else binary("+", *bases)
    made = body.joined(node, text, len(node.type.shape), NOWHERE)
    updates = body.sums.pop(first, [])
    updates += body.sums.pop(second, [])
    body.sums[node] = updates
    return made


def _own_array(body: Variables, arg: Node) -> Text | None:
    """The text of an array to write into; of one that others read, a copy."""
    value = body.values[arg]
    if arg in body.sums or _is_fresh(body, arg, value):
        return value.text
    whole = value.rank == len(arg.type.shape) and not value.thin
    if arg in body.variables and whole and not value.weak and body.regroups:
        return method(value.text, "copy")
    return None


def _is_fresh(body: Variables, node: Node, value: Value) -> bool:
    """Whether the text makes an array of all entries that nobody else holds."""
    return (
        bool(node.args)
        and node not in body.variables
        and isinstance(node.op, (Elementwise, MatMul, GatedMatMul))
        and value.rank == len(node.type.shape)
        and not value.thin
        and not value.weak
        and not value.hushed
    )
