"""The values that are cheapest to keep: a minimum cut between forward part and sweep.

Every value that the sweep reads must be kept, or computed again of kept ones. Let each
node be an edge whose capacity is its bytes, with endless edges from a node to those
that read it, from what is there anyway (arguments, ops too costly to repeat) and into
what the sweep reads. The cut of least capacity then names the values that are worth
keeping: by the theorem of Ford and Fulkerson (1956) no other choice takes fewer bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import networkx
from networkx.algorithms.flow import boykov_kolmogorov

from graphdiff.graph.node import Node

_THERE, _WANTED = 0, 1


def values_to_keep(
    nodes: Sequence[Node],
    wanted: Collection[Node],
    costly: Collection[Node],
    bytes_of: Callable[[Node], int],
) -> set[Node]:
    """The nodes to keep so that the `wanted` ones can be had, in the fewest bytes.

    `nodes` come in topological order, and what they read from outside is there (and
    may have to be kept); `costly` nodes are never computed again.
    """
    inside = set(nodes)
    behind = _behind(nodes, wanted, costly)
    enter = {node: 2 * i + 2 for i, node in enumerate(behind)}
    network = networkx.DiGraph()
    network.add_nodes_from((_THERE, _WANTED))
    for node, i in enter.items():
        network.add_edge(i, i + 1, capacity=bytes_of(node))
        if node not in inside or node in costly:
            network.add_edge(_THERE, i)
        else:
            for arg in node.args:
                network.add_edge(enter[arg] + 1, i)
        if node in wanted:
            network.add_edge(i + 1, _WANTED)
    through: set[int] = set()
    for part in _parts(network):
        through |= _cut(part)
    return {node for node, i in enter.items() if i in through}


def _behind(
    nodes: Sequence[Node], wanted: Collection[Node], costly: Collection[Node]
) -> dict[Node, None]:
    """What the wanted nodes are made of, up to what is there anyway."""
    inside = set(nodes)
    found = dict.fromkeys(n for n in reversed(nodes) if n in wanted)
    waiting = list(found)
    while waiting:
        node = waiting.pop()
        if node in inside and node not in costly:
            for arg in node.args:
                if arg not in found:
                    found[arg] = None
                    waiting.append(arg)
    return found


def _parts(network: networkx.DiGraph) -> Iterable[networkx.DiGraph]:
    """The network cut into parts that have only the two ends in common."""
    inner = network.subgraph(n for n in network if n > _WANTED)
    for part in networkx.weakly_connected_components(inner):
        yield network.subgraph({_THERE, _WANTED, *part})


def _cut(part: networkx.DiGraph) -> set[int]:
    """Where the edges begin that a minimum cut of `part` goes through."""
    if not part.out_degree(_THERE):
        return set()
    _, (near, _) = networkx.minimum_cut(
        part, _THERE, _WANTED, flow_func=boykov_kolmogorov
    )
    return {i for i in near if i > _WANTED and i % 2 == 0 and i + 1 not in near}
