"""``if test:`` and ``else:``, in which the results are computed into variables."""

from __future__ import annotations

from collections.abc import Mapping

from graphdiff.emit.region.carries import Carry, close_step, is_fresh
from graphdiff.emit.region.close import finish_region, named, picked, region_of
from graphdiff.emit.region.inner import Inner, given, is_constant, settled
from graphdiff.emit.store.blocks import Block, Line
from graphdiff.emit.store.statements import Statement
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.text import Text, atom, binary, literal
from graphdiff.graph.node import Node
from graphdiff.ops.region.cond import Cond

_LIMIT = 70
"""The most columns of a test that stands after ``if``."""


def cond(body: Variables, node: Node) -> None:
    """Write a `Cond`: only the branch that is chosen runs."""
    op = node.op
    assert isinstance(op, Cond)
    picks = picked(body, node)
    choice, *operands = node.args
    inner = [Inner(body, branch, sorted(picks)) for branch in op.branches]
    settled(body, inner, operands)
    several = len(op.branches) > 2 or choice.type.dtype.kind != "b"
    if several and body.values[choice].weight:
        body.store(choice)
    names = {i: _name(body, op, i, pick) for i, pick in picks.items()}
    region = region_of(body, node, picks)
    if body.values[choice].text.width > _LIMIT:
        body.store(choice)
    fresh: set[int] = set(picks)
    blocks = []
    for branch in inner:
        block, own = _branch(body, branch, operands, names)
        fresh &= own
        blocks.append(block)
    text = body.values[choice].text
    heads = _choices(text, len(blocks)) if several else [None, text]
    region.blocks = _in_order(blocks, heads, node)
    finish_region(body, region)
    for i, pick in picks.items():
        named(body, pick, names[i])
        if i in fresh:
            body.owned.add(pick)


def _name(body: Variables, op: Cond, i: int, pick: Node) -> str:
    """What to call a result: as it is known outside, or in a branch."""
    wanted = body.wanted.get(pick)
    if wanted:
        return wanted
    words = [list(branch.outputs)[i] for branch in op.branches]
    known = [w for w in words if w.rstrip("0123456789_") != "result"]
    return body.names.fresh((known or words)[0])


def _branch(
    body: Variables, inner: Inner, operands: list[Node], names: Mapping[int, str]
) -> tuple[Block, set[int]]:
    """The statements of a branch, and which results nothing else holds."""
    for arg, old in zip(operands, inner.inputs, strict=True):
        if inner.uses[old]:
            inner.be(old, given(body, arg), is_constant(body, arg))
    results = [Carry(name, None, inner.outputs[i]) for i, name in names.items()]
    inner.want({c.new: c.name for c in results})
    made = inner.write()
    close_step(made, results)
    inner.close(made)
    fresh = {
        i for i, c in zip(names, results, strict=True) if is_fresh(made, results, c)
    }
    return Block("", None, made.statements, made), fresh


def _choices(text: Text, count: int) -> list[Text | None]:
    """``k <= 0``, ``k == 1``, and nothing for the last."""
    tests: list[Text | None] = [binary("<=", text, literal(0))]
    tests += [binary("==", text, literal(i)) for i in range(1, count - 1)]
    return [*tests, None]


def _in_order(blocks: list[Block], tests: list[Text | None], node: Node) -> list[Block]:
    """The blocks under ``if``, ``elif`` and ``else``: the one without a test last."""
    pairs = list(zip(tests, blocks, strict=True))
    ordered = [p for p in pairs if p[0] is not None] + [
        p for p in pairs if p[0] is None
    ]
    for i, (test, block) in enumerate(ordered):
        block.text = test
        block.opening = "else" if test is None else "elif " if i else "if "
    found = [block for _, block in ordered]
    if not found[-1].statements:
        found.pop()
    for block in found:
        if not block.statements:
            block.statements = _nothing(node)
    return found


def _nothing(node: Node) -> list[Statement]:
    return [Line(node, "", atom("pass"), [])]
