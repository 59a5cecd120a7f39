"""The order in which a graph is written down: the forward part, then the adjoints.

Any topological order computes the same; this one is for readers and for memory. The
forward part keeps the order in which the user's code ran. The adjoints follow the
sweep: those of the last forward value first, so that each forward array dies as early
as it can, and what belongs to one forward statement stands together.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from graphdiff.emit.plan.late import written_late
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Role

_NEVER = 1 << 60


def schedule(graph: Graph) -> list[Node]:
    """The nodes of `graph`, each after those that it reads, as they are written."""
    return written_late(_in_sweep(graph))


def _in_sweep(graph: Graph) -> list[Node]:
    nodes, roles = graph.nodes, graph.ledger.roles
    forward = [n for n in nodes if n not in roles]
    order = _merge(forward, _steps(graph, forward))
    if len(order) == len(nodes):
        return order
    ranks = {node: i for i, node in enumerate(order)}
    adjoints = [n for n in nodes if n in roles]
    for node in adjoints:
        ranks[node] = len(ranks)
    sweep: dict[Node, int] = {}
    for node in adjoints:
        sweep[node] = _sweep_place(roles[node], node, ranks, sweep)
    if _is_closed(order):
        return order + _merge(adjoints, [-sweep[node] for node in adjoints])
    keys = [sweep.get(n, len(ranks)) for n in nodes]
    return _merge(nodes, [-key for key in keys])


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


def _sweep_place(
    role: Role, node: Node, ranks: dict[Node, int], sweep: dict[Node, int]
) -> int:
    """Where in the sweep an adjoint belongs: the place of what it is the adjoint of.

    A sum over the paths to a variable belongs where its last term does.
    """
    if role.of in ranks and role.of.args:
        return ranks[role.of]
    return min([sweep[arg] for arg in node.args if arg in sweep], default=0)


def _merge(nodes: Sequence[Node], keys: Sequence[int]) -> list[Node]:
    """A topological order of nodes; what `nodes` does not hold counts as there."""
    return [nodes[i] for i in merge(_needs(nodes), keys)]


def _needs(nodes: Sequence[Node]) -> Iterator[list[int]]:
    """The places of the arguments of each node."""
    place = {node: i for i, node in enumerate(nodes)}
    for node in nodes:
        yield [place[arg] for arg in node.args if arg in place]


def merge(needs: Iterable[Iterable[int]], keys: Sequence[Any]) -> list[int]:
    """A topological order that always takes the ready item of the smallest key.

    `needs` says for each item which others come before it, in some topological order.
    Of equal keys the first item comes first.
    """
    if all(a <= b for a, b in pairwise(keys)):
        return list(range(len(keys)))
    waiting = [0] * len(keys)
    readers: list[list[int]] = [[] for _ in keys]
    ready = []
    for i, before in enumerate(needs):
        for j in before:
            waiting[i] += 1
            readers[j].append(i)
        if not waiting[i]:
            ready.append((keys[i], i))
    heapq.heapify(ready)
    order = []
    while ready:
        i = heapq.heappop(ready)[1]
        order.append(i)
        for j in readers[i]:
            waiting[j] -= 1
            if not waiting[j]:
                heapq.heappush(ready, (keys[j], j))
    return order
