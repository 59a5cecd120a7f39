"""Values that one step of a loop hands to the next: a variable for each.

Where the new value is computed after the last statement that reads the old one, it is
computed into the variable at once. Otherwise it has a name of its own until the end of
the step. The same holds for the results of a branch, which have no old value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphdiff.emit.plan.late import shows
from graphdiff.emit.plan.traits import is_loose, is_scalar
from graphdiff.emit.store.blocks import Line, flattened, moments, rename
from graphdiff.emit.store.statements import InPlace, Statement
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.renaming import names_in
from graphdiff.emit.text.text import Text, atom, method, tuple_
from graphdiff.graph.node import Input, Node
from graphdiff.ops.region.region import Region as RegionOp

_SHORT = 60
"""The most columns of values that are assigned together."""


@dataclass(slots=True)
class Carry:
    """A variable: the input of the body that it is, and the value that comes next.

    `begins` is the line that gives it its first value, if that is no statement before
    the region; `own` says that its first array belongs to it alone. A `lender` is the
    variable around it that it begins with, and that nothing else reads. `pick` is the
    result at `place`, if somebody reads it.
    """

    name: str
    old: Node | None
    new: Node
    begins: Line | None = None
    own: bool = False
    lender: Carry | None = None
    place: int = 0
    pick: Node | None = None


def close_step(
    body: Variables, carries: Sequence[Carry], kept: Sequence[Node] = ()
) -> None:
    """End the step: each variable has got its next value.

    `kept` are values whose arrays lists hold on to.
    """
    _delay(body, carries)
    direct = _direct(body, carries)
    names = {body.variables[c.new]: c.name for c in direct}
    last = [c for c in carries if c not in direct and c.new is not c.old]
    lines = _assignments(body, last)
    body.statements += lines
    _rename(body, names, {c.name for c in carries if c.own and _is_lone(c)})
    body.statements = [s for s in body.statements if not _is_idle(s)]
    for node, name in body.variables.items():
        body.variables[node] = names.get(name, name)
    _augment(body, carries, direct, kept)


def _rename(body: Variables, names: Mapping[str, str], numbers: set[str]) -> None:
    """Give variables other names; ``x = x + y`` stays so where that makes it one.

    Unless x is among the `numbers`, which no ``+=`` changes.
    """
    grown = {id(s) for s in flattened(body.statements) if s.grows}
    rename(body.statements, names)
    for statement in flattened(body.statements):
        if statement.grows and id(statement) not in grown:
            statement.augments = statement.name in numbers


def _is_lone(carry: Carry) -> bool:
    return carry.old is not None and not carry.old.type.shape


def _text(body: Variables, node: Node) -> Text:
    """The text of a whole value, as one object of NumPy."""
    return body.fresh(node) if node.type.shape else body.strong(node)


def _delay(body: Variables, carries: Sequence[Carry]) -> None:
    """Let a next value be computed after the last statement that reads the old one.

    Where nothing between needs it, and no other variable is worse off for that.
    """
    direct = _direct(body, carries)
    for carry in carries:
        name = body.variables.get(carry.new, "")
        if carry in direct or carry.new is carry.old:
            continue
        before = list(body.statements)
        places = [i for i, s in enumerate(before) if s.name == name]
        if len(places) != 1 or type(before[places[0]]) is not Statement:
            continue
        place, reads = places[0], [_reads(s) for s in before]
        last = max((i for i, r in enumerate(reads) if carry.name in r), default=0)
        between = range(place + 1, last + 1)
        own = reads[place]
        if last <= place or any(name in reads[i] for i in between):
            continue
        if any(
            isinstance(before[i], InPlace) and before[i].name in own for i in between
        ):
            continue
        body.statements.insert(last, body.statements.pop(place))
        found = _direct(body, carries)
        if len(found) > len(direct):
            direct = found
        else:
            body.statements = before


def _reads(statement: Statement) -> set[str]:
    return {name for moment in moments([statement]) for name in moment.reads}


def _direct(body: Variables, carries: Sequence[Carry]) -> list[Carry]:
    """Those whose next value can be computed into the variable at once."""
    found: list[Carry] = []
    claimed: set[str] = set()
    steps = list(moments(body.statements))
    bound: dict[str, int] = {}
    read: dict[str, int] = {}
    for i, step in enumerate(steps):
        for name in step.binds:
            bound.setdefault(name, i)
        for name in step.reads:
            read[name] = i
    for carry in carries:
        name = body.variables.get(carry.new, "")
        if carry.new is carry.old:
            continue
        if name in bound and name not in claimed:
            claimed.add(name)
            if read.get(carry.name, -1) <= bound[name]:
                found.append(carry)
    for carry in carries:
        if carry not in found and carry.new is not carry.old:
            late = names_in(_text(body, carry.new))
            found = [c for c in found if c.name not in late]
    return found


def _assignments(body: Variables, last: Sequence[Carry]) -> list[Line]:
    """Assignments that happen together: one after the other where that is the same.

    ``a, b = b, a + b`` is one, whose parts need no other name before.
    """
    lines = [Line(c.new, c.name, _text(body, c.new), []) for c in last]
    if len(lines) < 2:
        return lines
    done: set[str] = set()
    apart = True
    for line in lines:
        apart = apart and done.isdisjoint(names_in(line.text))
        done.add(line.name)
    texts = [line.text for line in lines]
    moved = _moved(body, texts)
    if apart and sum(text.width for text in moved.values()) > _SHORT:
        return lines
    body.statements = [s for s in body.statements if s.name not in moved]
    texts = [moved.get(text.flat, text) for text in texts]
    left = ", ".join(line.name for line in lines)
    return [Line(lines[0].node, left, _bare(texts), [])]


def _moved(body: Variables, texts: Sequence[Text]) -> dict[str, Text]:
    """The values among `texts` that the last statements compute, and nothing reads."""
    reads: set[str] = set()
    for moment in moments(body.statements):
        reads |= moment.reads
    wanted = [text.flat for text in texts]
    moved: dict[str, Text] = {}
    for statement in reversed(body.statements):
        name = statement.name
        if isinstance(statement, Line) and "[" in name:
            continue
        plain = type(statement) is Statement and not statement.updates
        if not plain or statement.hushed or name in reads or wanted.count(name) != 1:
            break
        moved[name] = statement.text
    return moved


def _bare(texts: Sequence[Text]) -> Text:
    """``b, a`` without brackets."""
    text = tuple_(texts)
    return Text("bare", text.parts[1:-1], 0, text.width - 2, text.depth)


def _is_idle(statement: Statement) -> bool:
    return isinstance(statement, Line) and statement.is_idle


def _augment(
    body: Variables,
    carries: Sequence[Carry],
    direct: Sequence[Carry],
    kept: Sequence[Node],
) -> None:
    """Decide which variables may be added to in place, and which are fresh at the end.

    ``x += y`` writes into the array of x, which nothing else may hold.
    """
    news = [c.new for c in carries]
    held = _held(body) | {*kept}
    for carry in direct:
        if carry.old is None or carry.old not in carry.new.args:
            continue
        shared = carry.old in news or news.count(carry.new) > 1
        shared = shared or not held.isdisjoint((carry.old, carry.new))
        for i, statement in enumerate(body.statements):
            if statement.node is carry.new and not isinstance(statement, InPlace):
                body.statements[i] = _in_place(statement, carry, shared)


def _in_place(statement: Statement, carry: Carry, shared: bool) -> Statement:
    """The statement, in place where it begins with the old value and may change it."""
    begin = statement.text.flat
    copied = begin == f"{carry.name}.copy()" and bool(statement.updates)
    statement.augments = False
    if not copied and statement.text.kind != "binary":
        return statement
    if _is_lone(carry):
        statement.augments = carry.own and not copied
        return statement
    if shared or not (carry.own or _copy(carry)):
        return statement
    statement.augments = True
    if not copied:
        return statement
    return InPlace(
        statement.node,
        carry.name,
        atom(carry.name),
        statement.parts,
        statement.hushed,
        updates=statement.updates,
    )


def _copy(carry: Carry) -> bool:
    """Begin with an array of its own: the lender's, or a copy."""
    if carry.begins is None:
        return False
    if carry.lender is not None and (carry.lender.own or _copy(carry.lender)):
        carry.own = True
        return True
    carry.begins.text = method(carry.begins.text, "copy")
    carry.own = True
    return True


def is_fresh(body: Variables, carries: Sequence[Carry], carry: Carry) -> bool:
    """Whether the value after a step is an array that nothing else holds.

    Or a number of NumPy, which nobody can change.
    """
    new = carry.new
    if not new.type.shape:
        return is_number(body, new)
    if carry.old is new or [c.new for c in carries].count(new) > 1:
        return False
    if not new.args:
        return body.values[new].weak
    if new in body.owned or (carry.old and body.passed.get(new) is carry.old):
        return True
    while shows(new) and new.args:
        new = new.args[0]
        if new in body.variables:
            return False
    return bool(new.args) and not is_loose(new)


def is_number(body: Variables, node: Node) -> bool:
    """Whether a value without axes is a scalar of NumPy, and no array."""
    given = isinstance(node.op, Input) and not body.within
    known = given or node in body.owned or body.values[node].weak
    return known or is_scalar(node) or (node in body.lent and body.lent[node].own)


def _held(body: Variables) -> set[Node]:
    """Inputs of the body whose array something else holds, under another name."""
    found: set[Node] = set()
    for node in body.order:
        if isinstance(node.op, RegionOp) or (node.args and shows(node)):
            found.update(node.args)
    return found
