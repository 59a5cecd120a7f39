"""Shorthands written out: what stands between a graph and its execution.

A function under a rule of its own is one node while derivatives are taken, so that
nobody looks inside and differentiates what the rule speaks for. Whoever runs, counts
or writes down the graph asks for its plain form: the nodes of the function in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Constant, Node, Op, Pick, building, current_scope
from graphdiff.memory.recompute import recomputed
from graphdiff.rewrite.engine import inherit, rebuilt
from graphdiff.rewrite.region import tidy


def unfolded(graph: Graph) -> Graph:
    """`graph` without shorthands, also in the bodies of its ops; names go along.

    Loops do nothing in vain: those that take the same steps are one.
    What stands in a region that is computed again (`gd.checkpoint`) is.
    """
    return recomputed(_written_out(tidy(graph), unfolded))


def written_out(graph: Graph) -> Graph:
    """`graph` without shorthands, also in the bodies of its ops, and else as it is.

    For whoever keeps a graph: regions stay, and derivatives may still be taken.
    """
    return _written_out(graph, written_out)


def _written_out(graph: Graph, inner: Callable[[Graph], Graph]) -> Graph:
    if not any(node.op.shorthand or node.op.bodies() for node in graph.nodes):
        return graph
    with building(graph.scope()) as scope:
        scope.keep_fresh = True
        becomes: dict[Node, Node] = {}
        several: dict[Node, list[Node]] = {}
        for node in graph.nodes:
            args = tuple([becomes[arg] for arg in node.args])
            if isinstance(node.op, Pick) and node.args[0] in several:
                made = several[node.args[0]][node.op.index]
            elif node.op.shorthand:
                results = node.op.unfold(args)
                made = results[0]
                if isinstance(node.type, tuple):
                    several[node] = results
            else:
                made = scope.make(_plain(node.op, inner), args)
            becomes[node] = made
            if made is not node and node not in several:
                inherit(scope, node, made)
        if all(old is new for old, new in becomes.items()):
            return graph
        return rebuilt(graph, scope, becomes)


def _plain(op: Op, inner: Callable[[Graph], Graph]) -> Op:
    """`op` with bodies without shorthands, as `inner` makes them."""
    bodies = op.bodies()
    if not bodies:
        return op
    made = tuple(map(inner, bodies))
    same = all(a is b for a, b in zip(made, bodies, strict=True))
    return op if same else op.with_bodies(made)


def inlined(body: Graph, args: Sequence[Node]) -> list[Node]:
    """The outputs of `body`, built in the current scope from `args` as its inputs.

    Names and lines of the body go along; shorthands stay what they are.
    """
    scope = current_scope()
    becomes = dict(zip(body.inputs.values(), args, strict=True))
    given = set(becomes)
    for node in body.nodes:
        if node not in given:
            made = scope.make(node.op, tuple([becomes[arg] for arg in node.args]))
            becomes[node] = made
    tables: tuple[tuple[Any, Any], ...] = (
        (scope.names, body.ledger.names),
        (scope.positions, body.ledger.positions),
    )
    roles = body.ledger.roles
    for table, own in tables:
        for node, fact in own.items():
            plain = node.args or isinstance(node.op, Constant)
            if plain and node not in given and node not in roles:
                table.setdefault(becomes[node], fact)
    return [becomes[node] for node in body.outputs.values()]
