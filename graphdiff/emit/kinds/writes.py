"""Assignments in place: which value lives on in whose array, and what comes before.

``SetItem`` is a value; written as ``A[key] = ...`` it destroys the array that it is
made from. That may happen where nobody reads the old value any more. Who has read it
must have been computed by then, and a view of it that is still needed becomes a copy.
"""

from __future__ import annotations

from collections.abc import Mapping

from graphdiff.emit.plan.late import shows
from graphdiff.emit.plan.traits import is_loose
from graphdiff.emit.store.statements import AUGMENTED, InPlace, Statement, Update
from graphdiff.emit.store.value import NOWHERE, Value
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.text import Text, atom, method, subscript
from graphdiff.graph.node import LEAVES, Node
from graphdiff.ops.core import elementwise as ufuncs
from graphdiff.ops.core.index import Put
from graphdiff.ops.core.setitem import SetItem

UPDATES = {ufuncs.add, ufuncs.subtract, ufuncs.multiply, ufuncs.divide}


class Arrays:
    """Which value lives on in whose array: `lives_in` maps a value to the older one."""

    def __init__(self, body: Variables) -> None:
        """Go through the order of `body` once."""
        self.body = body
        self.readers: dict[Node, list[Node]] = {}
        self.lives_in: dict[Node, Node] = {}
        self.entries: set[Node] = set()
        self.is_used = any(isinstance(node.op, SetItem) for node in body.order)
        if not self.is_used:
            return
        last: dict[Node, Node] = {}
        changed: dict[Node, Node] = {}
        for node in body.order:
            for arg in dict.fromkeys(node.args):
                self.readers.setdefault(arg, []).append(node)
                last[arg] = node
        for node in body.order:
            base = self._base(node)
            if base is None:
                continue
            if last[base] is node and self._is_own(base):
                self.lives_in[node] = base
                self.entries.update(self._entry(node, base))
            elif node in body.outside and isinstance(base.op, SetItem):
                changed[node] = base
        self._share_names(changed)

    def _base(self, node: Node) -> Node | None:
        """The value that `node` might be written over."""
        if isinstance(node.op, SetItem):
            return node.args[0]
        if node.op is ufuncs.where:
            base = node.args[2]
            return base if self._is_free(node, base) else None
        if node.op not in UPDATES or not node.type.shape:
            return None
        first, second = node.args
        if first is second or first.type != node.type or second.type != node.type:
            return None
        for base, other in ((first, second), (second, first)):
            entry = isinstance(other.op, Put) and len(self.readers[other]) == 1
            written = isinstance(base.op, SetItem) or base in self.lives_in
            if (written and entry) or self._is_free(node, base):
                return base if base is first or node.op is ufuncs.add else None
        return None

    def _is_free(self, node: Node, base: Node) -> bool:
        """Whether the user has written over `base`, and calls it nothing else."""
        written = isinstance(base.op, SetItem) or base in self.lives_in
        return written and base not in self.body.wanted and node in self.body.outside

    def _entry(self, node: Node, base: Node) -> list[Node]:
        if isinstance(node.op, SetItem):
            return []
        others = [arg for arg in node.args if arg is not base]
        return [o for o in others if isinstance(o.op, Put) and o not in self.body.kept]

    def _is_own(self, base: Node) -> bool:
        body = self.body
        return not (
            isinstance(base.op, LEAVES)
            or base in body.variables
            or base in body.outputs
            or base in body.kept
            or base in body.picks
            or is_loose(base)
            or shows(base)
        )

    def _share_names(self, changed: Mapping[Node, Node]) -> None:
        """Call an array after the last value in it that has a name.

        An older value of it that has to be kept gets the name with a number.
        """
        wanted = self.body.wanted
        later: dict[Node, str] = {}
        for node in reversed(self.body.order):
            base = self.lives_in.get(node)
            name = later.pop(node, None) or wanted.get(node)
            if name is None:
                continue
            if base is None:
                wanted[node] = name
                old = changed.get(node)
                if old is not None and old not in wanted:
                    later.setdefault(old, self.body.names.fresh(name))
            else:
                later[base] = name
                wanted.pop(node, None)

    # While statements are made.

    def write(self, node: Node) -> bool:
        """Make the statement of `node` if it is an assignment."""
        if not self.is_used:
            return False
        if isinstance(node.op, SetItem):
            self._assign(node)
            return True
        base = self.lives_in.get(node)
        return base is not None and base in self.body.variables and self._grow(node)

    def _assign(self, node: Node) -> None:
        body, base = self.body, node.args[0]
        for arg in node.args[1:]:
            body.argument(node, arg)
        before = self.settle(node, base)
        record = node.op.call(*[arg.type for arg in node.args])
        texts = [body.values[arg].text for arg in node.args]
        for i, arg in enumerate(node.args[2:], 2):
            texts[i] = body.full(arg)
        key = body.writer.key(record.args[2], texts)
        if self._is_stored(node, base):
            name = body.variables[base]
            statement: Statement = InPlace(node, name, atom(name), [])
        else:
            name = body._name(node, len(node.type.shape), NOWHERE)
            statement = Statement(node, name, self._start(node, base), [])
            statement.shape = node.type.shape
        statement.updates = [_update(name, key, texts[1])]
        self._finish(node, statement, before)

    def _is_stored(self, node: Node, base: Node) -> bool:
        body = self.body
        if self.lives_in.get(node) is not base or base not in body.variables:
            return False
        value = body.values[base]
        return value.rank == len(base.type.shape) and not value.thin

    def _start(self, node: Node, base: Node) -> Text:
        """The text of a new array with the entries of `base`."""
        body, value = self.body, self.body.values[base]
        if base in body.sums:
            value = body.store(base)
        new = self.lives_in.get(node) is base and base not in body.variables
        whole = value.rank == len(base.type.shape) and not value.thin
        if value.weak or (new and whole) or not (whole or base in body.picks):
            return body.fresh(base)
        return method(body.full(base), "copy")

    def _grow(self, node: Node) -> bool:
        """``A += x``, or entries added to A."""
        body, base = self.body, self.lives_in[node]
        if not self._is_stored(node, base):
            return False
        if node.op is ufuncs.where:
            return self._choose(node, base)
        first, second = node.args
        other = second if base is first else first
        if other not in body.sums:
            body.argument(node, other)
        before = self.settle(node, base)
        name = body.variables[base]
        statement = InPlace(node, name, atom(name), [])
        sign = AUGMENTED[node.op.name]  # type: ignore[attr-defined]
        if other in body.sums and node.op is ufuncs.add:
            statement.updates = body.sums.pop(other)
        else:
            value = body.store(other) if other in body.sums else body.values[other]
            statement.sign, statement.written = sign, value.text
        self._finish(node, statement, before)
        return True

    def _choose(self, node: Node, base: Node) -> bool:
        """``A[mask] = x`` for one x."""
        body = self.body
        mask, chosen = (body.argument(node, arg) for arg in node.args[:2])
        if chosen.rank or mask.thin or mask.rank < len(node.type.shape):
            return False
        before = self.settle(node, base)
        name = body.variables[base]
        statement = InPlace(node, name, atom(name), [])
        texts = [body.values[arg].text for arg in node.args[:2]]
        statement.updates = [Update([texts[0]], texts[1], True, "=")]
        self._finish(node, statement, before)
        return True

    def _finish(self, node: Node, statement: Statement, before: list[Node]) -> None:
        body, rank = self.body, len(node.type.shape)
        made = body.joined(node, statement.text, rank, NOWHERE)
        statement.parts, statement.hushed = [*made.parts, node], made.hushed
        statement.after = before
        for part in statement.parts:
            body.places.setdefault(part, len(body.statements))
        body.statements.append(statement)
        body.variables[node] = statement.name
        body.values[node] = Value(atom(statement.name), rank)

    def settle(self, node: Node, base: Node) -> list[Node]:
        """Compute, before `node` is written, what reads `base` and is read later.

        Gives all that has been made of it, which has to come before `node`.
        """
        body = self.body
        if self.lives_in.get(node) is not base:
            return []
        met: dict[Node, None] = {}
        waiting = [base]
        while waiting:
            shown = waiting.pop()
            for reader in self.readers.get(shown, ()):
                if reader is node or reader in met or reader not in body.values:
                    continue
                met[reader] = None
                stored = reader in body.variables
                if stored and not shows(reader):
                    continue
                needed = reader in body.outputs or any(
                    r is not node and r not in body.values for r in self.readers[reader]
                )
                if needed and not body.values[reader].weak:
                    self._keep(reader, stored)
                elif not stored:
                    waiting.append(reader)
                elif any(r not in body.variables for r in self.readers[reader]):
                    self._keep(reader, stored)
                else:
                    waiting.append(reader)
        return list(met)

    def _keep(self, reader: Node, stored: bool) -> None:
        """Store `reader` now, in an array of its own."""
        body = self.body
        if not stored:
            body.store(reader)
        if shows(reader):
            name = body.variables[reader]
            for statement in reversed(body.statements):
                if statement.name == name and statement.node is reader:
                    if not statement.text.flat.endswith(".copy()"):
                        statement.text = method(statement.text, "copy")
                    return


def _update(name: str, key: list[Text], value: Text) -> Update:
    """``A[key] = value``, or ``A[key] += rest`` if the value is that of the entry."""
    target = subscript(atom(name), key).flat
    if value.kind == "binary" and getattr(value.parts[0], "flat", "") == target:
        sign, rest = str(value.parts[1]).strip(), value.parts[2]
        if sign in AUGMENTED.values() and isinstance(rest, Text):
            inner = rest.parts[1] if rest.kind == "bracket" else rest
            assert isinstance(inner, Text)
            return Update(key, inner, True, f"{sign}=")
    return Update(key, value, True, "=")
