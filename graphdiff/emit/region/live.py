"""The part of a body that matters: what leads to results that somebody reads."""

from __future__ import annotations

from collections.abc import Collection

from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.node import building


def live_outputs(graph: Graph, carries: int, read: Collection[int]) -> list[int]:
    """The outputs of a body to compute, if the results `read` are asked for.

    A carry matters as well where a step reads it on the way to what matters.
    """
    inputs, outputs = list(graph.inputs.values()), list(graph.outputs.values())
    live = set(read)
    while True:
        needed = set(in_order([outputs[i] for i in sorted(live)]))
        more = {i for i in range(carries) if inputs[i] in needed} - live
        if not more:
            return sorted(live)
        live |= more


def restricted(graph: Graph, live: Collection[int]) -> Graph:
    """`graph` with those of its outputs alone."""
    if len(live) == len(graph.outputs):
        return graph
    kept = {n: y for i, (n, y) in enumerate(graph.outputs.items()) if i in live}
    with building(graph.scope()):
        return Graph(graph.inputs, kept)
