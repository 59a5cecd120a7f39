"""The order in which a graph is written down: the forward part, then the adjoints.

Any topological order computes the same; this one is for readers and for memory. The
forward part keeps the order in which the user's code ran. The adjoints follow the
sweep: those of the last forward value first, so that each forward array dies as early
as it can, and what belongs to one forward statement stands together.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphdiff.emit.plan.late import written_late
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.memory.order import merged, sweep_keys

_NEVER = 1 << 60


def schedule(graph: Graph) -> list[Node]:
    """The nodes of `graph`, each after those that it reads, as they are written."""
    return written_late(_in_sweep(graph))


def _in_sweep(graph: Graph) -> list[Node]:
    nodes, roles = graph.nodes, graph.ledger.roles
    forward = [n for n in nodes if n not in roles]
    order = merged(forward, _steps(graph, forward))
    if len(order) == len(nodes):
        return order
    ranks = {node: i for i, node in enumerate(order)}
    adjoints = [n for n in nodes if n in roles]
    keys = sweep_keys(adjoints, roles, ranks)
    if _is_closed(order):
        return order + merged(adjoints, keys)
    late = dict(zip(adjoints, keys, strict=True))
    return merged(nodes, [late.get(n, -len(nodes)) for n in nodes])


def _is_closed(order: Sequence[Node]) -> bool:
    """Whether no node reads what is not among them."""
    inside = set(order)
    return all(inside.issuperset(node.args) for node in order)


def _steps(graph: Graph, forward: Sequence[Node]) -> list[int]:
    """The step of the user's code at which each forward node is needed.

    Not the line: a loop comes back to its lines, and a helper stands elsewhere. A
    node belongs to the first step that uses it, if that comes before its own.
    """
    needed: dict[Node, int] = {}
    positions = graph.ledger.positions
    steps = [0] * len(forward)
    for i in range(len(forward) - 1, -1, -1):
        node = forward[i]
        step = needed.get(node, _NEVER)
        position = positions.get(node)
        if position is not None and position.step < step:
            step = position.step
        steps[i] = step
        for arg in node.args:
            if step < needed.get(arg, _NEVER):
                needed[arg] = step
    return steps
