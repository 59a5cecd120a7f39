"""Work that is the same in every step, moved before the loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.node import Input, Node, Scope, building, make
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.region import Region, is_literal
from graphdiff.ops.region.until import While
from graphdiff.rewrite.engine import rebuilt
from graphdiff.rewrite.region.rebuild import carry_over, rebuild
from graphdiff.trace.fresh import substitute
from graphdiff.words import unique


def hoisted(graph: Graph) -> Graph:
    """`graph` with what its loops compute from invariants alone before them.

    What might fail stays where it is unless there surely is a step. What is no work
    stays too: views, and repetition along new axes, since NumPy repeats as it goes.
    """
    done: dict[Node, Node] = {}
    with building(graph.scope()) as scope:
        for node in graph.nodes:
            new = rebuild(scope, node, done)
            if isinstance(node.op, (Loop, While)):
                new = _hoist(scope, new)
            if new is not node:
                done[node] = new
        return rebuilt(graph, scope, done) if done else graph


def _hoist(scope: Scope, node: Node) -> Node:
    """The loop without what it would compute in vain in every step."""
    op = node.op
    assert isinstance(op, (Loop, While))
    found = same_in_each_step(op)
    if not found:
        return node
    start = op.carries + (op.scanned if isinstance(op, Loop) else 0)
    inside = list(op.body.inputs.values())
    places = dict(zip(inside[start:], node.args[start:], strict=True))
    outer = _outside(scope, op.body, found, places)
    used = dict.fromkeys(op.body.inputs, 1)
    with building(op.body.scope()) as within:
        given: dict[Node, Node] = {}
        for old in found:
            name = unique(within.names.get(old) or old.op.label, used)
            given[old] = make(Input(name, old.type))
            within.names[given[old]] = name
        inputs = {**op.body.inputs, **{x.op.name: x for x in given.values()}}  # type: ignore[attr-defined]
        outputs = substitute(list(op.body.outputs.values()), given)
        body = Graph(inputs, dict(zip(op.body.outputs, outputs, strict=True)))
    made: Region = replace(op, body=body)
    if isinstance(op, While):
        made = replace(op, body=body, test=_with_more(op.test, list(given.values())))
    whole = make(made, *node.args, *outer)
    carry_over(scope, node, whole)
    return whole


def same_in_each_step(op: Loop | While) -> list[Node]:
    """The values of a step that follow from invariants, as far as they may go."""
    start = op.carries + (op.scanned if isinstance(op, Loop) else 0)
    surely = isinstance(op, Loop) and isinstance(op.length, int) and op.length > 0
    same = set(list(op.body.inputs.values())[start:])
    work: set[Node] = set()
    for node in op.body.nodes:
        if not node.args or isinstance(node.type, tuple):
            continue
        given = [a for a in node.args if not is_literal(a)]
        if not given or not same.issuperset(given) or not (surely or is_safe(node)):
            continue
        same.add(node)
        if not (isinstance(node.op, Spread) or node.op.is_view_of(*node.args)):
            work.add(node)
    read = [a for n in op.body.nodes if n not in work for a in n.args]
    read += op.body.outputs.values()
    return [n for n in dict.fromkeys(read) if n in work]


def is_safe(node: Node) -> bool:
    """Whether nobody could tell that `node` was computed though there is no step."""
    return not node.op.singular


def _outside(
    scope: Scope, body: Graph, nodes: Sequence[Node], places: dict[Node, Node]
) -> list[Node]:
    """`nodes` of a body, made of what is given for its invariants."""
    done = dict(places)
    for node in in_order(nodes, stop=places):
        if node in done:
            continue
        new = done[node] = make(node.op, *[done[a] for a in node.args])
        ledger = body.ledger
        tables: Any = (
            (scope.names, ledger.names),
            (scope.positions, ledger.positions),
            (scope.roles, ledger.roles),
        )
        for table, known in tables:
            if node in known:
                table.setdefault(new, known[node])
    return [done[n] for n in nodes]


def _with_more(test: Graph, like: Sequence[Node]) -> Graph:
    """`test` with further inputs, which it does not read."""
    used = dict.fromkeys(test.inputs, 1)
    with building(test.scope()):
        more = [make(Input(unique(x.op.name, used), x.type)) for x in like]  # type: ignore[attr-defined]
        named = {x.op.name: x for x in more}  # type: ignore[attr-defined]
        return Graph({**test.inputs, **named}, test.outputs)
