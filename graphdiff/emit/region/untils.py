"""``while test:``, with tapes that grow: nobody knows the number of steps before."""

from __future__ import annotations

from collections.abc import Sequence

from graphdiff.emit.region.begin import begun
from graphdiff.emit.region.carries import Carry, close_step
from graphdiff.emit.region.close import finish, named, picked, region_of
from graphdiff.emit.region.inner import Inner, given, is_constant, settled
from graphdiff.emit.region.live import live_outputs
from graphdiff.emit.region.stacks import Stack, appended, gathered, listed
from graphdiff.emit.store.blocks import Block, Line, Region
from graphdiff.emit.store.statements import Statement
from graphdiff.emit.store.value import Value
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.text import Text, atom, binary, call, literal
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import Node
from graphdiff.graph.types import dims_of
from graphdiff.ops.region.until import While

_LIMIT = 76


def until(body: Variables, node: Node) -> None:
    """Write a `While`: its results are variables then, and so is its count."""
    op = node.op
    assert isinstance(op, While)
    picks = picked(body, node)
    k = op.carries
    asked = {i - (i > k) for i in picks if i != k}
    tested = set(in_order(op.test.outputs.values()))
    asked |= {i for i, x in enumerate(op.test.inputs.values()) if x in tested and i < k}
    inner = Inner(body, op.body, live_outputs(op.body, k, asked))
    test = Inner(body, op.test, [0])
    rest = node.args[k:]
    settled(body, [inner, test], rest)
    carries = [
        begun(body, inner, i, node.args[i], picks.get(i)) for i in inner.live if i < k
    ]
    for arg, old in zip(rest, inner.inputs[k:], strict=True):
        if inner.uses[old]:
            inner.be(old, given(body, arg), is_constant(body, arg))
    stacks = [
        Stack(inner.outputs[i], picks[i + 1], listed(body, inner, i, picks[i + 1]))
        for i in inner.live
        if i >= k
    ]
    if not stacks:
        inner.lent = {c.old: c for c in carries if c.old}
    step = inner.write()
    appended(step, stacks)
    close_step(step, carries, [stack.entry for stack in stacks])
    inner.close(step)
    region = region_of(body, node, picks)
    region.first = [c.begins for c in carries if c.begins and not c.begins.is_idle]
    region.first += [stack.line for stack in stacks]
    region.blocks = [_block(body, test, node, carries, step)]
    _count(body, region, op, stacks, picks.get(k))
    for stack in stacks:
        named(body, stack.pick, stack.line.name)
        region.last += gathered(body, stack)
    finish(body, region, step, carries)


def _block(
    body: Variables,
    inner: Inner,
    node: Node,
    carries: Sequence[Carry],
    step: Variables,
) -> Block:
    """The loop under its test; one of several statements stands inside."""
    for carry in carries:
        old = inner.inputs[carry.place]
        inner.be(old, Value(atom(carry.name), len(old.type.shape)), carry.own)
    k = node.op.carries  # type: ignore[attr-defined]
    for arg, old in zip(node.args[k:], inner.inputs[k:], strict=True):
        if inner.uses[old]:
            inner.be(old, given(body, arg), is_constant(body, arg))
    test = inner.write()
    (truth,) = inner.outputs
    text, statements = _inline(test, truth)
    if not statements and text.width <= _LIMIT:
        inner.close(test)
        return Block("while ", text, step.statements or [_nothing(node)], step)
    leaves: list[Statement] = [Line(node, "", atom("break"), [])]
    leaving = Region(
        node, "", atom("pass"), [], blocks=[Block("if not ", text, leaves)]
    )
    inner.close(test)
    inside = [*test.statements, leaving, *step.statements]
    return Block("while ", atom("True"), inside, step)


def _inline(test: Variables, truth: Node) -> tuple[Text, list[Statement]]:
    """The text of the test, and the statements that it needs."""
    text, statements = test.values[truth].text, test.statements
    if len(statements) == 1:
        (last,) = statements
        plain = type(last) is Statement and not last.hushed
        if plain and last.node is truth and last.text.width <= _LIMIT:
            return last.text, []
    return text, statements


def _nothing(node: Node) -> Statement:
    return Line(node, "", atom("pass"), [])


def _count(
    body: Variables,
    region: Region,
    op: While,
    stacks: Sequence[Stack],
    pick: Node | None,
) -> None:
    """Bind the number of steps to a variable, if something reads it.

    A loop that is computed again counts the same steps, so in the same variable:
    statements between the two may stand before or after either count.
    """
    if pick is None and not _is_read(body, op):
        return
    node = region.node
    name = body.wanted.get(pick) if pick is not None else None
    name = name or body.counts.get(op.born) or body.names.fresh(op.born)
    body.counts.setdefault(op.born, name)
    if stacks:
        total = call("len", [atom(stacks[0].line.name)])
        region.last.append(Line(node, name, total, []))
    else:
        region.first.append(Line(node, name, literal(0), []))
        more = binary("+", atom(name), literal(1))
        region.blocks[0].statements.append(Line(node, name, more, []))
    body.sizes.bear(op.born, name)
    if pick is not None:
        body.variables[pick] = name
        body.values[pick] = Value(atom(name), 0, weak=True)


def _is_read(body: Variables, op: While) -> bool:
    """Whether a node of this graph needs the number of steps."""
    for node in body.order:
        dims = [*dims_of(node.type), *node.op.sizes()]
        if node.op is not op and any(op.born in dim.names for dim in dims):
            return True
    return False
