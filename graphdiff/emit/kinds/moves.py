"""Axes put in, taken away, repeated and reordered: by indexing where that will do."""

from __future__ import annotations

from graphdiff.emit.plan.keepdims import inserted_axes
from graphdiff.emit.plan.traits import widens
from graphdiff.emit.store.value import NOWHERE, Value
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.text import Text, atom, literal, slice_, subscript
from graphdiff.graph.node import Node
from graphdiff.ops.core.index import Take


def insert(text: Text, rank: int, axes: tuple[int, ...]) -> Text:
    """``text[:, None]``: axes of size 1 put in, `rank` of them afterwards."""
    items = [atom("None") if a in axes else slice_() for a in range(-rank, 0)]
    while len(items) > 1 and items[-1].kind == "slice":
        items.pop()
    return subscript(text, items)


def spread(body: Variables, node: Node) -> Value:
    """Repeat nothing: where the array is thin, NumPy broadcasts."""
    arg, rank = node.args[0], len(node.type.shape)
    value = body.argument(node, arg)
    axes: tuple[int, ...] = node.op.axes  # type: ignore[attr-defined]
    if value.weak:
        return Value(value.text, 0, weak=True, number=value.number)
    if arg in body.kept and value.rank:
        return body.joined(node, value.text, rank, frozenset(axes), 0)
    if not value.rank:
        return body.joined(node, value.text, 0, NOWHERE, 0)
    lead = 0
    while -rank + lead in axes:
        lead += 1
    inner = tuple(a for a in axes if a >= lead - rank)
    bare = value.bare if widens(arg) else None
    if not inner:
        made = body.joined(node, value.text, value.rank, value.thin, 0)
        made.bare = value.bare if value.inserted else bare
        made.inserted = value.inserted
        return made
    thin = frozenset(inner)
    text = insert(body.full(arg), rank - lead, inner)
    made = body.joined(node, text, rank - lead, thin, 0)
    if bare is not None and bare.rank == len(arg.type.shape) and not bare.thin:
        made.bare = Value(insert(bare.text, rank - lead, inner), rank - lead, thin)
    return made


def again(body: Variables, node: Node) -> Value:
    """The array itself, under the name that it has."""
    (arg,) = node.args
    value = body.argument(node, arg)
    if value.weak:
        return Value(value.text, value.rank, weak=True, number=value.number)
    return body.joined(node, value.text, value.rank, value.thin, 0)


def reshape(body: Variables, node: Node) -> Value:
    """Axes of size 1 come and go by indexing; the rest is ``.reshape``."""
    arg = node.args[0]
    old, new = arg.type.shape, node.type.shape
    dropped = inserted_axes(new, old)
    value = body.values[arg]
    once = body.uses[arg] == 1 or isinstance(arg.op, Take)
    if once and value.without is not None and node not in body.kept:
        gone, text = value.without
        if gone == dropped:
            return body.joined(node, text, len(new), NOWHERE, 0)
    value = body.argument(node, arg)
    if value.weak:
        return Value(value.text, 0, weak=True, number=value.number)
    if node in body.kept:
        return body.joined(node, body.full(arg), len(old), NOWHERE, 0)
    axes = inserted_axes(old, new)
    if axes is not None:
        if arg in body.kept and value.rank == len(new):
            return body.joined(node, value.text, len(new), NOWHERE, 0)
        base = body.full(arg)
        made = body.joined(node, insert(base, len(new), axes), len(new), NOWHERE, 0)
        made.bare, made.inserted = Value(base, len(old)), axes
        return made
    base = body.full(arg)
    if dropped:
        items = [literal(0) if a in dropped else slice_() for a in range(-len(old), 0)]
        while items[-1].kind == "slice":
            items.pop()
        return body.joined(node, subscript(base, items), len(new), NOWHERE, 0)
    text = body.writer.call(node.op.call(arg.type), [base])
    return body.joined(node, text, len(new), NOWHERE, 0)


def transpose(body: Variables, node: Node) -> Value:
    """``x.T``, ``x.mT``, ``x.transpose(...)``."""
    arg = node.args[0]
    body.argument(node, arg)
    text = body.writer.call(node.op.call(arg.type), [body.full(arg)])
    return body.joined(node, text, len(node.type.shape), NOWHERE, 0)
