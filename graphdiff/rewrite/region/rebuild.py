"""Building a graph again with some of its nodes replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Scope, building
from graphdiff.ops.region.region import Region
from graphdiff.rewrite.engine import rebuilt


def carry_over(scope: Scope, old: Node, new: Node) -> None:
    """Give `new` the name, line, role and mark of `old`, unless it has its own."""
    if new is old:
        return
    tables: Any = (scope.names, scope.positions, scope.roles, scope.marks)
    for table in tables:
        if old in table:
            table.setdefault(new, table[old])


def rebuild(scope: Scope, node: Node, done: Mapping[Node, Node]) -> Node:
    """`node` with its arguments replaced as `done` says."""
    args = tuple([done.get(a, a) for a in node.args])
    if args == node.args:
        return node
    new = scope.make(node.op, args)
    carry_over(scope, node, new)
    return new


def with_regions(graph: Graph, change: Callable[[Region], Region]) -> Graph:
    """`graph` with each region replaced by one of the same arguments and results."""
    if not any(isinstance(node.op, Region) for node in graph.nodes):
        return graph
    with building(graph.scope()) as scope:
        done: dict[Node, Node] = {}
        for node in graph.nodes:
            new = rebuild(scope, node, done)
            if isinstance(node.op, Region):
                op = change(node.op)
                if op is not node.op:
                    new = scope.make(op, new.args)
                    carry_over(scope, node, new)
            if new is not node:
                done[node] = new
        return rebuilt(graph, scope, done) if done else graph


def merged_scope(bodies: Iterable[Graph]) -> Scope:
    """A scope in which the nodes of several bodies are shared and known."""
    scopes = [body.scope() for body in bodies]
    scope = scopes[0]
    for other in scopes[1:]:
        scope.adopt(list(other.nodes.values()))
        tables: Any = (
            (scope.names, other.names),
            (scope.positions, other.positions),
            (scope.roles, other.roles),
            (scope.marks, other.marks),
        )
        for own, more in tables:
            for node, value in more.items():
                own.setdefault(node, value)
        scope.needs.update(other.needs)
    return scope
