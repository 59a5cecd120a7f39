"""The order in which a graph is written down: the forward part, then the adjoints.

Any topological order computes the same; this one is for readers and for memory. The
forward part keeps the order of the user's lines. The adjoints follow the sweep: those
of the last forward value first, so that each forward array dies as early as it can,
and what belongs to one forward statement stands together.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence

from graphdiff.graph import Graph
from graphdiff.node import Node

Key = tuple[int, int, int]

_NEVER = 1 << 60


def schedule(graph: Graph) -> list[Node]:
    """The nodes of `graph`, each after those that it reads, as they are written."""
    nodes = graph.nodes
    forward = [n for n in nodes if graph.role_of(n) is None]
    keys: dict[Node, Key] = {}
    for place, (node, line) in enumerate(
        zip(forward, _lines(graph, forward), strict=True)
    ):
        keys[node] = (0, line, place)
    ranks = {node: i for i, node in enumerate(_merge(forward, keys))}
    for node in nodes:
        ranks.setdefault(node, len(ranks))
    sweep: dict[Node, int] = {}
    for place, node in enumerate(nodes):
        if node not in keys:
            sweep[node] = _sweep_place(graph, node, ranks, sweep)
            keys[node] = (1, -sweep[node], place)
    return _merge(nodes, keys)


def _lines(graph: Graph, forward: Sequence[Node]) -> list[int]:
    """The line of the function's own file at which each forward node is needed.

    A node made elsewhere (in a helper of another file), or of unknown origin, belongs
    to the first line that uses it.
    """
    positions = [graph.position_of(node) for node in forward]
    files = Counter(p.file for p in positions if p is not None)
    own = max(files, key=lambda file: (files[file], file), default="")
    needed: dict[Node, int] = {}
    lines = [0] * len(forward)
    for i in range(len(forward) - 1, -1, -1):
        node, position = forward[i], positions[i]
        known = position is not None and position.file == own
        line = position.line if known and position else needed.get(node, _NEVER)
        lines[i] = line
        for arg in node.args:
            needed[arg] = min(needed.get(arg, _NEVER), line)
    return lines


def _sweep_place(
    graph: Graph, node: Node, ranks: dict[Node, int], sweep: dict[Node, int]
) -> int:
    """Where in the sweep an adjoint belongs: the place of what it is the adjoint of.

    A sum over the paths to a variable belongs where its last term does.
    """
    role = graph.role_of(node)
    assert role is not None
    if role.of in ranks and role.of.args:
        return ranks[role.of]
    return min((sweep[arg] for arg in node.args if arg in sweep), default=0)


def _merge(nodes: Sequence[Node], keys: dict[Node, Key]) -> list[Node]:
    """A topological order that always takes the ready node of the smallest key."""
    inside = set(nodes)
    waiting: dict[Node, int] = {}
    readers: dict[Node, list[Node]] = {}
    ready: list[tuple[Key, Node]] = []
    for node in nodes:
        args = {arg for arg in node.args if arg in inside}
        waiting[node] = len(args)
        for arg in args:
            readers.setdefault(arg, []).append(node)
        if not args:
            ready.append((keys[node], node))
    heapq.heapify(ready)
    order = []
    while ready:
        _, node = heapq.heappop(ready)
        order.append(node)
        for reader in readers.get(node, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, (keys[reader], reader))
    return order
