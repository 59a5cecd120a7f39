"""Assignments as late as they may come: after what reads the value written over."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence

from graphdiff.graph.node import LEAVES, Node
from graphdiff.ops.core.elementwise import Cast
from graphdiff.ops.core.index import Take
from graphdiff.ops.core.setitem import SetItem


def shows(node: Node) -> bool:
    """Whether the array of `node` may lie in the memory of an argument."""
    if isinstance(node.op, Take) and not node.type.shape:
        return False
    return isinstance(node.op, Cast) or node.op.is_view_of(*node.args)


def written_late(order: Sequence[Node]) -> list[Node]:
    """The order with assignments after those that read the old value, where that goes.

    Who reads the new value may be needed for one that reads the old: then it stays.
    """
    bases = {n.args[0] for n in order if isinstance(n.op, SetItem)}
    readers = _readers(order, {n for n in bases if not isinstance(n.op, LEAVES)})
    if not readers:
        return list(order)
    place = {node: i for i, node in enumerate(order)}
    followers: dict[int, list[int]] = {i: [] for i in range(len(order))}
    waits, soft = [0] * len(order), [0] * len(order)
    lazy: dict[int, list[int]] = {}
    for i, node in enumerate(order):
        for arg in dict.fromkeys(node.args):
            if arg in place:
                followers[place[arg]].append(i)
                waits[i] += 1
        if isinstance(node.op, SetItem):
            for reader in readers.get(node.args[0], ()):
                if not isinstance(reader.op, SetItem):
                    lazy.setdefault(place[reader], []).append(i)
                    soft[i] += 1
    ready = [i for i in range(len(order)) if not waits[i] and not soft[i]]
    held = [i for i in range(len(order)) if not waits[i] and soft[i]]
    heapq.heapify(held)
    found: list[Node] = []
    done = [False] * len(order)
    while ready or held:
        i = heapq.heappop(ready if ready else held)
        if done[i]:
            continue
        done[i] = True
        found.append(order[i])
        for j in followers[i]:
            waits[j] -= 1
            if not waits[j]:
                heapq.heappush(held if soft[j] else ready, j)
        for j in lazy.get(i, ()):
            soft[j] -= 1
            if not soft[j] and not waits[j] and not done[j]:
                heapq.heappush(ready, j)
    return found


def _readers(
    order: Sequence[Node], wanted: Collection[Node]
) -> dict[Node, dict[Node, None]]:
    """Who reads each of the wanted nodes, itself or by a view of it."""
    found: dict[Node, dict[Node, None]] = {node: {} for node in wanted}
    if not wanted:
        return found
    roots: dict[Node, Node] = {node: node for node in wanted}
    for node in order:
        for arg in dict.fromkeys(node.args):
            root = roots.get(arg)
            if root is not None:
                found[root][node] = None
                if shows(node) and node not in roots:
                    roots[node] = root
    return found
