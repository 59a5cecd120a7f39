"""``for t in range(n):`` with a variable for each carry and an array for each stack."""

from __future__ import annotations

from collections.abc import Sequence

from graphdiff.emit.region.begin import begun
from graphdiff.emit.region.carries import close_step
from graphdiff.emit.region.close import finish, named, picked, region_of
from graphdiff.emit.region.inner import Inner, given, is_constant, settled
from graphdiff.emit.region.live import live_outputs
from graphdiff.emit.region.stacks import Stack, allocated, written
from graphdiff.emit.store.blocks import Block, Line, moments
from graphdiff.emit.store.statements import Statement
from graphdiff.emit.store.value import Value
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.breaking import items_of
from graphdiff.emit.text.text import Text, atom, call, operand, subscript
from graphdiff.graph.node import Arange, Input, Node
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.region.loop import Loop

_COUNTERS = ("t", "i", "j", "k")
_STEPS = "steps"
_UNUSED = "_"


def loop(body: Variables, node: Node) -> None:
    """Write a `Loop`: its results are variables then."""
    op = node.op
    assert isinstance(op, Loop)
    picks = picked(body, node)
    k, n = op.carries, op.scanned
    inner = Inner(body, op.body, live_outputs(op.body, k, picks))
    arrays, rest = node.args[k : k + n], node.args[k + n :]
    settled(body, [inner], node.args[k:])
    counted = _length(body, node)
    carries = [
        begun(body, inner, i, node.args[i], picks.get(i)) for i in inner.live if i < k
    ]
    counter = _counter(body, inner, arrays, inner.inputs[k : k + n])
    for arg, old in zip(arrays, inner.inputs[k : k + n], strict=True):
        if inner.uses[old]:
            _slice(body, inner, arg, old, counter)
    for arg, old in zip(rest, inner.inputs[k + n :], strict=True):
        if inner.uses[old]:
            inner.be(old, given(body, arg), is_constant(body, arg))
    stacks = [
        Stack(inner.outputs[i], picks[i], allocated(body, inner, i, picks[i]))
        for i in inner.live
        if i >= k
    ]
    inner.lent = {c.old: c for c in carries if c.old}
    step = inner.write()
    written(step, stacks, counter)
    close_step(step, carries)
    inner.close(step)
    region = region_of(body, node, picks)
    region.first = counted
    region.first += [c.begins for c in carries if c.begins and not c.begins.is_idle]
    region.first += [stack.line for stack in stacks]
    if step.statements:
        region.blocks = [
            _block(body, op, counter, step.statements, step),
        ]
    finish(body, region, step, carries)
    for stack in stacks:
        named(body, stack.pick, stack.line.name)


def _length(body: Variables, node: Node) -> list[Line]:
    """``steps = n - 1``, if the number of steps is to be computed, and stands alone."""
    size = node.op.length  # type: ignore[attr-defined]
    text = body.sizes.text(size)
    adjoint = body.graph.role_of(node) is not None
    if text.kind in ("atom", "number") or body.within or adjoint:
        return []
    name = body.names.fresh(_STEPS)
    body.sizes.call(size, name)
    return [Line(node, name, text, [])]


def _counter(
    body: Variables, inner: Inner, arrays: Sequence[Node], slices: Sequence[Node]
) -> str:
    """What to call the number of the step: as the user does, if the loop counts."""
    for arg, old in zip(arrays, slices, strict=True):
        if isinstance(arg.op, Arange) and inner.word(old).strip("_"):
            return inner.names.fresh(inner.word(old))
    free = [name for name in _COUNTERS if inner.names.is_free(name)]
    return inner.names.fresh(free[0] if free else _COUNTERS[0])


def _slice(body: Variables, inner: Inner, arg: Node, old: Node, counter: str) -> None:
    """Let the slice of an array be an entry, the counter itself, or all of it."""
    value, rank = body.values[arg], len(arg.type.shape)
    if isinstance(arg.op, Arange):
        inner.be(old, Value(atom(counter), 0, weak=True))
    elif isinstance(arg.op, Spread) and (value.weak or value.rank < rank):
        inner.be(old, Value(value.text, value.rank, value.thin, weak=value.weak))
    elif value.weak:
        inner.be(old, Value(value.text, 0, weak=True, number=value.number))
    else:
        whole = value.rank == rank and -rank not in value.thin
        array = value.text if whole else body.full(arg)
        part = isinstance(arg.op, Input) and arg not in body.entries
        text = _entry(array, counter, part)
        word = inner.word(old)
        free = inner.names.is_free(word)
        inner.bind(old, text, word if free else f"{word}_{counter}")
        if arg in body.lists:
            inner.entries.add(old)


def _entry(text: Text, counter: str, is_slice: bool) -> Text:
    """``A[t]``; of the slice of another loop's array ``A[t, i]``, of ``x[None]`` x."""
    items = items_of(text) if text.kind == "subscript" else []
    if items == [atom("None")]:
        return operand(text, 0)
    if is_slice and items and all(item.kind == "atom" for item in items):
        return subscript(operand(text, 0), [*items, atom(counter)])
    return subscript(text, [atom(counter)])


def _block(
    body: Variables,
    op: Loop,
    counter: str,
    statements: list[Statement],
    step: Variables,
) -> Block:
    """The line that opens the loop, and its statements."""
    steps = call("range", [body.sizes.text(op.length)])
    steps = call("reversed", [steps]) if op.reverse else steps
    counts = any(counter in moment.reads for moment in moments(statements))
    name = counter if counts else _UNUSED
    return Block(f"for {name} in ", steps, statements, step)
