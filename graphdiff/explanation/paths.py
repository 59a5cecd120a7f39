"""How many paths the chain rule sums over, and how few operations that takes.

The number of paths from a value to the target is the sum of the numbers from all that
read it (Goodfellow, Bengio and Courville, *Deep Learning*, 2016, section 6.5.3, on
repeated subexpressions): one addition an edge, where the paths themselves may be
exponentially many. The numbers are exact, however large.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graphdiff.graph.node import Node


class Paths(NamedTuple):
    """Paths from a variable to the target, and the work of two ways to sum over them.

    `number` paths of `length` edges in all run over `edges` edges between `nodes`
    operations, `last` of them into the target itself. Multiplying along every path
    takes ``length - number`` products and ``number - 1`` sums; visiting each edge once
    takes ``edges - last`` products and ``edges - nodes`` sums.
    """

    number: int
    length: int
    edges: int
    nodes: int
    last: int

    @property
    def products_by_path(self) -> int:
        """The products of local derivatives, path by path."""
        return self.length - self.number

    @property
    def products_by_edge(self) -> int:
        """The products that back-propagation takes: at the target there are none."""
        return self.edges - self.last

    @property
    def sums_by_edge(self) -> int:
        """The sums that back-propagation takes, where paths meet."""
        return self.edges - self.nodes


def count_paths(
    nodes: Sequence[Node],
    links: Mapping[Node, Sequence[Node]],
    target: Node,
    start: Node,
) -> Paths:
    """The paths from `start` to `target`; `links` lead from each node to what it reads.

    `nodes` come in topological order. Linear in the graph, in operations on integers.
    """
    leads = {start}
    for node in nodes:
        if any(arg in leads for arg in links.get(node, ())):
            leads.add(node)
    count, length = {target: 1}, {target: 0}
    edges = met = last = 0
    for node in reversed(nodes):
        if node not in count or node not in leads:
            continue
        here, far = count.pop(node), length.pop(node)
        if node is start:
            return Paths(here, far, edges, met, last)
        met += 1
        for arg in links.get(node, ()):
            if arg in leads:
                edges += 1
                last += node is target
                count[arg] = count.get(arg, 0) + here
                length[arg] = length.get(arg, 0) + far + here
    return Paths(0, 0, edges, met, last)


def list_paths(
    links: Mapping[Node, Sequence[Node]], target: Node, start: Node, most: int
) -> list[list[Node]]:
    """Up to `most` paths from `start` to `target`, each a list of nodes.

    Only values that lead to `start` are entered, so no path is followed in vain.
    """
    back: dict[Node, list[Node]] = {}
    for node, args in links.items():
        for arg in args:
            back.setdefault(arg, []).append(node)
    reach, queue = {target}, [target]
    while queue:
        for arg in links.get(queue.pop(), ()):
            if arg not in reach:
                reach.add(arg)
                queue.append(arg)
    found: list[list[Node]] = []
    stack: list[_Way] = [(start, None)]
    while stack and len(found) < most:
        way = stack.pop()
        node = way[0]
        if node is target:
            found.append(_unwound(way))
            continue
        for reader in reversed(back.get(node, ())):
            if reader in reach:
                stack.append((reader, way))
    return found


_Way = tuple[Node, "_Way | None"]
"""A node and the way to it: ways that begin alike share what they have in common."""


def _unwound(way: _Way | None) -> list[Node]:
    path: list[Node] = []
    while way is not None:
        path.append(way[0])
        way = way[1]
    return path[::-1]


def large(number: int) -> str:
    """An integer in digits, with the thousands apart, or roughly if it is very large.

    >>> large(1234567), large(2**400)
    ('1,234,567', 'about 2.6e120')
    """
    if number < 10**15:
        return f"{number:,}"
    digits = number.bit_length() - 60
    exponent = math.log10(number >> digits) + digits * math.log10(2)
    whole = math.floor(exponent)
    return f"about {10 ** (exponent - whole):.1f}e{whole}"


def counted(number: int, word: str) -> str:
    """``1 sum``, ``2 sums``."""
    return f"{large(number)} {word}{'' if number == 1 else 's'}"
