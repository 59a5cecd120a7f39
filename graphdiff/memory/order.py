"""In which order a graph that computes values again is run: those as late as can be.

Any topological order gives the same numbers. Memory is saved only if a value that is
computed again comes right before the adjoint that reads it, and not with the forward
part, where its arguments are ready too.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Role
from graphdiff.memory.again import RECOMPUTED, recomputes

K = TypeVar("K", int, tuple[int, int])
"""A key: a place, or a stage and a place in it."""


def running_order(graph: Graph) -> Sequence[Node]:
    """The nodes of `graph` as they are run: what is computed again, on demand.

    A graph in which nothing is computed again runs in its own order.
    """
    nodes, roles = graph.nodes, graph.ledger.roles
    if not recomputes(nodes):
        return nodes
    forward = _forward(nodes, roles)
    ranks = {node: i for i, node in enumerate(forward)}
    rest = [n for n in nodes if n not in ranks]
    stage, places = stages(graph), sweep_keys(rest, roles, ranks)
    keys = [(stage.get(n, 0), key) for n, key in zip(rest, places, strict=True)]
    return [*forward, *merged(rest, _on_demand(rest, roles, keys))]


def _forward(nodes: Sequence[Node], roles: Mapping[Node, Role]) -> list[Node]:
    """The nodes without a role, and what they read."""
    found: set[Node] = set()
    for node in reversed(nodes):
        if node in found or node not in roles:
            found.add(node)
            found.update(node.args)
    return [node for node in nodes if node in found]


def sweep_keys(
    adjoints: Sequence[Node], roles: Mapping[Node, Role], ranks: Mapping[Node, int]
) -> list[int]:
    """When each of `adjoints` has its turn: the smallest key first.

    The adjoints of the last forward value come first, so that each forward array dies
    as early as it can; `ranks` tells the places of the forward values. What is computed
    again has its turn when the first of its readers has.
    """
    ranks = dict(ranks)
    for node in adjoints:
        ranks[node] = len(ranks)
    sweep: dict[Node, int] = {}
    again = False
    for node in adjoints:
        again = again or _is_again(node, roles)
        sweep[node] = _sweep_place(roles.get(node), node, ranks, sweep)
    keys = [-sweep[node] for node in adjoints]
    return _on_demand(adjoints, roles, keys) if again else keys


def stages(graph: Graph) -> dict[Node, int]:
    """For each node of a derivative the stage of the computation that it stands in.

    The first sweep is stage 1. A second one has the adjoints of adjoints before the
    further adjoints of the forward part: stages 2 and 3.
    """
    roles = graph.ledger.roles
    found: dict[Node, int] = {}
    for node in graph.nodes:
        role = roles.get(node)
        if role is None:
            continue
        stage = role.order
        for arg in node.args if role.rule != RECOMPUTED else ():
            if arg in found:
                other = roles[arg]
                same = other.rule == RECOMPUTED or other.order == role.order
                stage = max(stage, found[arg] + (not same))
        found[node] = stage
    return found


def _is_again(node: Node, roles: Mapping[Node, Role]) -> bool:
    role = roles.get(node)
    return role is not None and role.rule == RECOMPUTED


def _on_demand(
    nodes: Sequence[Node], roles: Mapping[Node, Role], keys: Sequence[K]
) -> list[K]:
    """The keys, but for what is computed again the smallest one of its readers."""
    asked: dict[Node, K] = {}
    found = list(keys)
    for i in range(len(nodes) - 1, -1, -1):
        node = nodes[i]
        if node in asked and _is_again(node, roles):
            found[i] = asked[node]
        for arg in node.args:
            asked[arg] = min(found[i], asked.get(arg, found[i]))
    return found


def _sweep_place(
    role: Role | None, node: Node, ranks: Mapping[Node, int], sweep: Mapping[Node, int]
) -> int:
    """Where in the sweep an adjoint belongs: the place of what it is the adjoint of.

    A sum over the paths to a variable belongs where its last term does.
    """
    if role is not None and role.of in ranks and role.of.args:
        return ranks[role.of]
    return min([sweep[arg] for arg in node.args if arg in sweep], default=0)


def merged(nodes: Sequence[Node], keys: Sequence[Any]) -> list[Node]:
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
