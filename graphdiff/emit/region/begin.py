"""How the variable of a carry gets its first value."""

from __future__ import annotations

from graphdiff.emit.plan.late import shows
from graphdiff.emit.plan.traits import is_loose
from graphdiff.emit.region.carries import Carry, is_number
from graphdiff.emit.region.inner import Inner
from graphdiff.emit.store.blocks import Line
from graphdiff.emit.store.value import Value
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.text import Text, atom, method
from graphdiff.graph.node import Node


def begun(
    body: Variables, inner: Inner, place: int, start: Node, pick: Node | None
) -> Carry:
    """The variable of the carry at `place`, whose first value is `start`.

    A value that only this loop reads is computed into the variable. Whoever else reads
    it, or has given it, keeps it: then the variable begins as another name of it, and
    as a copy where the final value is returned.
    """
    old, new = inner.inputs[place], inner.outputs[place]
    word = _word(body, inner, old, new, pick)
    lone = body.uses[start] == 1 and start not in body.outputs
    alone = lone and bool(start.args)
    own = alone and not (shows(start) or is_loose(start))
    value = body.values[start]
    if start not in body.variables and (value.weight or start in body.sums):
        if alone and start not in body.wanted:
            body.wanted[start] = body.names.fresh(word)
        value = body.store(start)
    line: Line | None = None
    name = body.variables.get(start, "")
    if not (alone and name and _stem(name) == _stem(word) and _whole(start, value)):
        known = body.wanted.get(pick, "") if pick is not None else ""
        same = known and _stem(known) == _stem(word)
        name = known if same else body.names.fresh(word)
        text, fresh = _first(body, start)
        returned = pick in body.outputs and not body.within
        if returned and start.type.shape and not (own or fresh):
            text, fresh = method(text, "copy"), True
        own = own or fresh
        line = Line(start, name, text, [])
    inner.be(old, Value(atom(name), len(old.type.shape)))
    later = inner.graph.name_of(new)
    inner.want({new: later if later not in (None, word) else f"next_{word}"})
    lender = body.lent.get(start) if lone else None
    return Carry(name, old, new, line, own, lender, place, pick)


def _word(
    body: Variables, inner: Inner, old: Node, new: Node, pick: Node | None
) -> str:
    """What to call the variable: as the body calls it, or the result, or the start."""
    word = inner.word(old)
    if inner.graph.name_of(old) is None and pick is not None:
        return body.wanted.get(pick) or word
    return word


def _stem(name: str) -> str:
    return name.rstrip("0123456789").rstrip("_")


def _whole(node: Node, value: Value) -> bool:
    return value.rank == len(node.type.shape) and not (value.thin or value.weak)


def _first(body: Variables, start: Node) -> tuple[Text, bool]:
    """The text of the first value, and whether nothing else holds its array."""
    value = body.values[start]
    if not start.type.shape:
        return body.strong(start), is_number(body, start)
    return body.fresh(start), not _whole(start, value)
