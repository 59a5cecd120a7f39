"""Graphs within graphs: the bodies that ops hold, and those that these hold."""

from __future__ import annotations

from collections.abc import Iterator

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node


def graphs_within(graph: Graph) -> Iterator[Graph]:
    """`graph` and the graphs that its ops hold, each once."""
    waiting, met = [graph], {graph}
    while waiting:
        here = waiting.pop()
        yield here
        for node in here:
            for body in node.op.bodies():
                if body not in met:
                    met.add(body)
                    waiting.append(body)


def nodes_within(graph: Graph) -> Iterator[Node]:
    """The nodes of `graph` and of the graphs that its ops hold, each op's once."""
    for inside in graphs_within(graph):
        yield from inside
