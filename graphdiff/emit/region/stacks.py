"""Arrays that get one entry in each step: what a loop stacks, and tapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphdiff.emit.region.inner import Inner
from graphdiff.emit.store.blocks import Line, moments
from graphdiff.emit.store.calls import dtype_text
from graphdiff.emit.store.statements import Statement
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.text import atom, call, list_, method, subscript
from graphdiff.graph.node import Node
from graphdiff.ops.region.loop import Loop


@dataclass(slots=True)
class Stack:
    """The entry that each step makes, the result of all, the line that allocates it."""

    entry: Node
    pick: Node
    line: Line


def allocated(body: Variables, inner: Inner, i: int, pick: Node) -> Line:
    """``hs = np.empty((steps, n))``, under the user's name or that of an entry."""
    shape, dtype = pick.type.shape, pick.type.dtype
    size = body.sizes.shape(shape) if len(shape) > 1 else body.sizes.text(shape[0])
    named = {} if dtype.char == "d" else {"dtype": dtype_text(dtype)}
    text = call("np.empty", [size], named)
    return Line(pick, _name(body, inner, i, pick), text, [])


def listed(body: Variables, inner: Inner, i: int, pick: Node) -> Line:
    """``hs = []``, of a loop that nobody knows the length of."""
    return Line(pick, _name(body, inner, i, pick), list_([]), [])


def _name(body: Variables, inner: Inner, i: int, pick: Node) -> str:
    word = inner.word(inner.outputs[i])
    return body.wanted.get(pick) or body.names.fresh(f"{word}_tape")


def written(body: Variables, stacks: Sequence[Stack], counter: str) -> None:
    """Write the entry of each step where it is computed."""
    reads: set[str] = set()
    for moment in moments(body.statements):
        reads |= moment.reads
    nodes = list(body.graph.outputs.values())
    lines = []
    for stack in stacks:
        entry = stack.entry
        target = subscript(atom(stack.line.name), [atom(counter)]).flat
        place = _place(body.statements, entry)
        statement = None if place is None else body.statements[place]
        alone = body.variables.get(entry) not in reads and nodes.count(entry) == 1
        if alone and type(statement) is Statement and not statement.updates:
            statement.name, statement.shape = target, ()
        else:
            lines.append(Line(entry, target, body.values[entry].text, []))
    _insert(body, lines)


def appended(body: Variables, stacks: Sequence[Stack]) -> None:
    """Append the entry of each step where it is computed."""
    lines = []
    for stack in stacks:
        text = body.fresh(stack.entry)
        text = text if stack.entry.type.shape else body.strong(stack.entry)
        line = method(atom(stack.line.name), "append", [text])
        lines.append(Line(stack.entry, "", line, []))
    _insert(body, lines)


def gathered(body: Variables, stack: Stack) -> list[Line]:
    """The line that makes an array of a list, if more than loops read it."""
    pick = stack.pick
    if pick not in body.outputs and all(
        isinstance(node.op, Loop)
        and pick in node.args[node.op.carries :][: node.op.scanned]
        and node.args.count(pick) == 1
        for node in body.order
        if pick in node.args
    ):
        body.lists.add(pick)
        return []
    name, type = stack.line.name, pick.type
    named = {} if type.dtype.char == "d" else {"dtype": dtype_text(type.dtype)}
    text = call("np.array", [atom(name)], named)
    if len(type.shape) > 1:
        text = method(text, "reshape", [body.sizes.text(n) for n in type.shape])
    return [Line(pick, name, text, [])]


def _insert(body: Variables, lines: Sequence[Line]) -> None:
    """Put each line after the statement that completes its entry."""
    known = []
    for line in lines:
        place = _place(body.statements, line.node)
        if place is None:
            known.append(line)
        else:
            body.statements.insert(place + 1, line)
    first = _after_slices(body.statements)
    body.statements[first:first] = known


def _place(statements: Sequence[Statement], entry: Node) -> int | None:
    """Where the entry is complete; None if it is there when the step begins."""
    for i in range(len(statements) - 1, -1, -1):
        statement = statements[i]
        if entry in (statement.node, *statement.parts) and not isinstance(
            statement, Line
        ):
            return i
    return None


def _after_slices(statements: Sequence[Statement]) -> int:
    """The first place after the lines that bind slices."""
    for i, statement in enumerate(statements):
        if not (isinstance(statement, Line) and statement.name.isidentifier()):
            return i
    return len(statements)
