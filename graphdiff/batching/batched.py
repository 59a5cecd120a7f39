"""The pass: what depends on a mapped node gets the batch in front, all else stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphdiff.batching.rules import Stacked, rule_of
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import Node, Scope, current_scope
from graphdiff.graph.types import Size, each_type
from graphdiff.ops.core.axes import spread_node


def batched(
    outputs: Sequence[Node], mapped: Mapping[Node, Node], size: Size
) -> list[Node]:
    """`outputs` for a batch: nodes of the current scope, with one more axis in front.

    `mapped` gives for each node that differs from example to example (an input, a
    seed, any node on which outputs depend) its counterpart for all of them, which has
    an axis of `size`, an int or a named size, in front. Nodes that depend on none of
    these stay as they are and are computed once; an output among them is repeated.
    What is made keeps the names, lines and roles of what it was made from. Linear in
    the number of nodes. Raises `UnsupportedError` for an op that has no rule.
    """
    found = counterparts(outputs, mapped, size)
    return [
        found[y] if y in found else spread_node(y, (size, *y.type.shape))
        for y in outputs
    ]


def counterparts(
    outputs: Sequence[Node], mapped: Mapping[Node, Node], size: Size
) -> dict[Node, Node]:
    """As `batched`, for every node that depends on a mapped one, and for no other."""
    scope = current_scope()
    table = dict(mapped)
    nodes = in_order(outputs, stop=mapped)
    before = scope.keep_fresh, scope.busy, scope.take_fresh()
    scope.keep_fresh = scope.busy = True
    adjoints: list[tuple[Node, list[Node]]] = []
    try:
        for node in nodes:
            if node in table or not any(arg in table for arg in node.args):
                continue
            table[node] = _apply(node, table, size)
            fresh = scope.take_fresh()
            _inherit(scope, node, table[node], fresh)
            if node in scope.roles:
                adjoints.append((node, fresh))
    finally:
        scope.keep_fresh, scope.busy, scope.fresh = before
    for node, fresh in adjoints:
        role = scope.roles[node]
        role = role._replace(of=table.get(role.of, role.of))
        for made in fresh:
            scope.roles.setdefault(made, role)
    return table


def _apply(node: Node, table: Mapping[Node, Node], size: Size) -> Node:
    """The counterpart of one node, of whose arguments some are in the table."""
    flags = [arg in table for arg in node.args]
    args = [table.get(arg, arg) for arg in node.args]
    made: Node = rule_of(node.op)(node.op, Stacked(args, flags, size)).node
    for old, new in zip(each_type(node.type), each_type(made.type), strict=True):
        assert len(new.shape) == len(old.shape) + 1, f"{node!r} became {made!r}"
        assert new.dtype == old.dtype, f"{node!r} became {made!r}"
    return made


def _inherit(scope: Scope, old: Node, new: Node, fresh: Sequence[Node]) -> None:
    """Let what was made for `old` have its name and its line."""
    if old in scope.names:
        scope.names.setdefault(new, scope.names[old])
    if old in scope.positions:
        for node in fresh:
            scope.positions.setdefault(node, scope.positions[old])
