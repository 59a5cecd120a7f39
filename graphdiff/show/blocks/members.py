"""Which nodes belong to which instance of a block, gradient nodes among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from graphdiff.graph.graph import Graph
from graphdiff.graph.ledger import lineage
from graphdiff.graph.node import Input, Node, Role
from graphdiff.show.blocks.block import Block, Instance
from graphdiff.show.blocks.runs import PLAIN

Owners = dict[Node, Instance]


def fill(graph: Graph, blocks: Iterable[Block], owner: Owners) -> None:
    """Give the instances of `blocks` their nodes.

    `owner` has the innermost instance of each operation that the user wrote. What only
    serves an instance, such as a number, belongs to it. A derivative belongs where the
    node does that it is one of.
    """
    roles = graph.ledger.roles
    forward = [node for node in graph.nodes if node not in roles]
    gradient = [node for node in graph.nodes if node in roles]
    known = set(forward)
    lost = []
    _adopt(graph, [n for n in forward if _only_serves(graph, n)], owner)
    for node in gradient:
        root = _root(node, roles)
        if root in owner:
            owner[node] = owner[root]
        elif root not in known:
            lost.append(node)
    _adopt(graph, lost, owner)
    tables: tuple[dict[Instance, list[Node]], ...] = {}, {}
    for nodes, table in zip((forward, gradient), tables, strict=True):
        for node in nodes:
            instance = owner.get(node)
            while instance is not None:
                table.setdefault(instance, []).append(node)
                instance = instance.within
    for block in blocks:
        for instance in block.instances:
            instance.forward, instance.gradient = (
                tuple(table.get(instance, ())) for table in tables
            )


def _root(node: Node, roles: Mapping[Node, Role]) -> Node:
    """The forward node that `node` is a derivative of, of whatever order."""
    *_, root = lineage(node, roles)
    return root


def _adopt(graph: Graph, nodes: Collection[Node], owner: Owners) -> None:
    """Let each of `nodes` belong to the innermost instance that all its readers are in.

    Readers in the gradient do not count for a forward node. Inputs stand outside.
    """
    roles, waiting = graph.ledger.roles, set(nodes)
    home: dict[Node, Instance | None] = dict.fromkeys(graph.outputs.values())
    for node in reversed(graph.nodes):
        found = home.get(node)
        if node in waiting and found is not None:
            owner[node] = found
        here = owner.get(node)
        for arg in node.args:
            if arg not in waiting or isinstance(arg.op, Input):
                continue
            if node in roles and arg not in roles:
                continue
            home[arg] = common(home[arg], here) if arg in home else here


def _only_serves(graph: Graph, node: Node) -> bool:
    """Whether a node is nothing that the user wrote down as an operation."""
    plain = isinstance(node.op, PLAIN)
    return plain or not node.args or node not in graph.ledger.positions


def common(one: Instance | None, other: Instance | None) -> Instance | None:
    """The innermost instance that both are, or stand in."""
    around = set()
    while one is not None:
        around.add(one)
        one = one.within
    while other is not None and other not in around:
        other = other.within
    return other
