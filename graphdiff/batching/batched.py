"""The pass: what depends on a mapped node gets the batch in front, all else stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphdiff.batching.rules import Same, Stacked, rule_of
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import Node, Pick, current_scope, make
from graphdiff.graph.types import Size, each_type
from graphdiff.ops.core.axes import reshape_node, spread_node


def batched(
    outputs: Sequence[Node],
    mapped: Mapping[Node, Node],
    size: Size,
    inner: bool = False,
) -> list[Node]:
    """`outputs` for a batch: nodes of the current scope, with one more axis in front.

    `mapped` gives for each node that differs from example to example (an input, a
    seed, any node on which outputs depend) its counterpart for all of them, which has
    an axis of `size`, an int or a named size, in front. Nodes that depend on none of
    these stay as they are and are computed once; an output among them is repeated.
    What is made keeps the names, lines and roles of what it was made from. Linear in
    the number of nodes. Raises `UnsupportedError` for an op that has no rule. As an
    `inner` part of the rule of an op, what is made counts as made by that rule.
    """
    batch = Batch(outputs, mapped, size, inner)
    return [batch.full(y) for y in outputs]


class Batch:
    """The counterparts of nodes for a batch.

    Some nodes get an axis; some are the same for every example, but come from an op
    that was batched for another of its results; all others stay.
    """

    def __init__(
        self,
        outputs: Sequence[Node],
        mapped: Mapping[Node, Node],
        size: Size,
        inner: bool = False,
    ) -> None:
        """Make the counterparts, in the current scope."""
        self.size = size
        self._stacked = dict(mapped)
        self._same: dict[Node, Node] = {}
        self._parts: dict[Node, Sequence[Node | Same]] = {}
        self._counts: dict[str, Node] = {}
        self._scope = scope = current_scope()
        before = scope.keep_fresh, scope.busy
        kept = scope.take_fresh()
        scope.keep_fresh = scope.busy = True
        try:
            made = self._run(in_order(outputs, stop=mapped))
        finally:
            scope.keep_fresh, scope.busy = before
            scope.fresh = kept
        if inner:
            scope.fresh += made

    def _run(self, nodes: Sequence[Node]) -> list[Node]:
        """Make the counterparts of `nodes` in turn; the list of all that was made."""
        self._read = _results_read(nodes)
        scope, made = self._scope, []
        adjoints: list[tuple[Node, list[Node]]] = []
        for node in nodes:
            if node in self._stacked or not self._apply(node):
                continue
            fresh = scope.take_fresh()
            made += fresh
            self._inherit(node, fresh)
            if node in scope.roles:
                adjoints.append((node, fresh))
        for node, fresh in adjoints:
            role = scope.roles[node]
            role = role._replace(of=self._counterpart(role.of))
            for new in fresh:
                scope.roles.setdefault(new, role)
        return made

    def depends(self, node: Node) -> bool:
        """Whether `node` differs from example to example."""
        return node in self._stacked

    def once(self, node: Node) -> Node:
        """The counterpart of a node that is the same for every example."""
        return self._same.get(node, node)

    def full(self, node: Node) -> Node:
        """The counterpart of `node` with the batch in front, repeated if need be."""
        if node in self._stacked:
            return self._stacked[node]
        made = self.once(node)
        return spread_node(made, (self.size, *made.type.shape))

    def _counterpart(self, node: Node) -> Node:
        return self._stacked.get(node) or self.once(node)

    def _apply(self, node: Node) -> bool:
        """Make the counterpart of one node, if it has another one than itself."""
        if isinstance(node.op, Pick) and node.args[0] in self._parts:
            part = self._parts[node.args[0]][node.op.index]
            if isinstance(part, Same):
                self._same[node] = part.node
            else:
                self._stacked[node] = part
            return True
        flags = [arg in self._stacked for arg in node.args]
        args = [self._counterpart(arg) for arg in node.args]
        if not any(flags):
            if all(new is old for new, old in zip(args, node.args, strict=True)):
                return False
            self._same[node] = make(node.op, *args)
            return True
        read = frozenset(self._read.get(node, ()))
        at = Stacked(args, flags, self.size, read, self._counts)
        found = rule_of(node.op)(node.op, at)
        if isinstance(found, tuple):
            self._parts[node] = [f if isinstance(f, Same) else f.node for f in found]
        else:
            self._stacked[node] = self._shaped(node, found.node)
        return True

    def _shaped(self, old: Node, new: Node) -> Node:
        """What a rule gave: one axis more than before, and sizes written as before."""
        for one, many in zip(each_type(old.type), each_type(new.type), strict=True):
            assert len(many.shape) == len(one.shape) + 1, f"{old!r} became {new!r}"
            assert many.dtype == one.dtype, f"{old!r} became {new!r}"
        if isinstance(old.type, tuple):
            return new
        return reshape_node(new, (self.size, *old.type.shape))

    def _inherit(self, old: Node, fresh: Sequence[Node]) -> None:
        """Let what was made for `old` have its name, its line and its mark."""
        scope = self._scope
        new = self._counterpart(old)
        if old in scope.names:
            scope.names.setdefault(new, scope.names[old])
        if scope.watcher is not None and new is not old:
            scope.watcher.copied(old, new)
        tables: Any = (scope.positions, scope.marks)
        for table in tables:
            if old in table:
                for node in fresh:
                    table.setdefault(node, table[old])


def _results_read(nodes: Iterable[Node]) -> dict[Node, set[int]]:
    """Of ops of several results, which of these somebody reads."""
    found: dict[Node, set[int]] = {}
    for node in nodes:
        if isinstance(node.op, Pick):
            found.setdefault(node.args[0], set()).add(node.op.index)
    return found
