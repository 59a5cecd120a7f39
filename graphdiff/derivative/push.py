"""Forward mode: the pullback of a pullback, or node by node.

A pullback is linear in the cotangent that it carries, so pulling back twice pushes
forward, and ops need no rules of their own. Where one states its own pushforward (a
loop carries tangents beside values, in one pass), the tangents go node by node, and the
rules of the other nodes are transposed one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphdiff.derivative.steep import stems_from_steep
from graphdiff.derivative.sweep import (
    OUTSIDE,
    Inside,
    along,
    collect,
    fit,
    fit_type,
    note_made,
    pull_back,
)
from graphdiff.expression.expression import Expression, results_of
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import (
    At,
    Hole,
    Node,
    Pick,
    current_mark,
    current_scope,
    make,
)
from graphdiff.graph.types import each_type
from graphdiff.strict import Open, ways

NOWHERE_LOUD = Inside(loud=frozenset())
"""Of the rule of an op whose cotangent may be 0 anywhere."""


def push_forward(
    targets: Sequence[Node],
    tangents: Mapping[Node, Node],
    kinks: str = "mean",
    apart: bool = False,
    zeros: bool = True,
) -> list[Node | None]:
    """The tangents of `targets`, given those of variables.

    Node by node where an op between them states its own pushforward; else, or to keep
    what is linear in the tangents `apart` from the values, two pullbacks, one after
    the other. Tangents may have `zeros`: these stay 0 where a slope is infinite.
    """
    inside = along(tangents.values()) if zeros else OUTSIDE
    if apart:
        return _push_by_transposing(targets, tangents, kinks, inside)
    nodes = in_order(targets)
    active: dict[Node, list[int]] = {x: [] for x in tangents}
    for node in nodes:
        found = [i for i, arg in ways(node) if arg in active]
        if found and node not in tangents:
            active[node] = found
    if any(node.op.pushes for node in active):
        return _push_node_by_node(nodes, active, targets, tangents, kinks, inside)
    return _push_by_transposing(targets, tangents, kinks, inside)


def _push_by_transposing(
    targets: Sequence[Node], tangents: Mapping[Node, Node], kinks: str, inside: Inside
) -> list[Node | None]:
    """The tangents of `targets`: the pullback, pulled back.

    The cotangents of the targets are holes; what arrives at the variables is linear
    in them, so pulling the tangents back through that gives the forward derivative,
    in which no hole is left.
    """
    holes = [make(Hole(y.type)) for y in targets]
    pulled = pull_back(collect(targets, holes), list(tangents), kinks, Open, turn=0)
    arrived = [
        (share, tangent)
        for share, tangent in zip(pulled, tangents.values(), strict=True)
        if share is not None
    ]
    if not arrived:
        return [None] * len(holes)
    again = collect(*zip(*arrived, strict=True))
    return pull_back(again, holes, kinks, turn=0, inside=inside)


def _push_node_by_node(
    nodes: Sequence[Node],
    active: Mapping[Node, list[int]],
    targets: Sequence[Node],
    tangents: Mapping[Node, Node],
    kinks: str,
    inside: Inside,
) -> list[Node | None]:
    """The tangents of `targets`, each made of those of a node's arguments."""
    scope, within = current_scope(), len(current_mark.get())
    before = scope.keep_fresh, scope.busy, scope.take_fresh()
    scope.keep_fresh = scope.busy = True
    table: dict[Node, Any] = dict(tangents)
    try:
        for node in nodes:
            if node in tangents or node not in active:
                continue
            given = [table.get(arg) for arg in node.args]
            if isinstance(node.op, Pick):
                table[node] = given[0] and given[0][node.op.index]
            elif any(t is not None for t in given):
                table[node] = _pushed(node, given, kinks, inside)
                note_made(scope, node, kinks, within, lambda region, n: n)
    finally:
        scope.keep_fresh, scope.busy, scope.fresh = before
    return [table.get(y) for y in targets]


def _pushed(
    node: Node, tangents: Sequence[Node | None], kinks: str, inside: Inside
) -> Any:
    """The tangent of one node, or those of the results of one that has several."""
    op = node.op
    if op.pushes:
        args = [Expression(a) for a in node.args]
        given = [None if t is None else Expression(t) for t in tangents]
        found = op.pushforward(
            At(kinks, zeros=inside.zeros), given, results_of(node), *args
        )
        fitted = zip(found, each_type(node.type), strict=True)
        pushed = [None if t is None else fit_type(t.node, type) for t, type in fitted]
        return pushed if isinstance(node.type, tuple) else pushed[0]
    types = each_type(node.type)
    holes = [make(Hole(type)) for type in types]
    handles: Any = [Open(h) for h in holes]
    wanted = [i for i, t in enumerate(tangents) if t is not None]
    y, args = results_of(node), [Expression(a) for a in node.args]
    g = handles if isinstance(node.type, tuple) else handles[0]
    shares = op.pullbacks(wanted, At(kinks), g, y, *args)
    pairs = [
        (fit(share.node, node.args[i]), tangents[i])
        for i, share in zip(wanted, shares, strict=True)
        if share is not None
    ]
    pushed = [None] * len(holes)
    if pairs:
        seeds = collect(*zip(*pairs, strict=True))
        strict = inside.zeros and stems_from_steep(node, current_scope())
        here = NOWHERE_LOUD if strict else OUTSIDE
        pushed = pull_back(seeds, holes, kinks, inner=True, inside=here)
    return pushed if isinstance(node.type, tuple) else pushed[0]
