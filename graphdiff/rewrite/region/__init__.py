"""Loops and branches made no larger than what is read of them."""

from __future__ import annotations

from graphdiff.graph.graph import Graph
from graphdiff.ops.region.region import Region
from graphdiff.rewrite.region.hoist import hoisted
from graphdiff.rewrite.region.merge import merged
from graphdiff.rewrite.region.prune import pruned
from graphdiff.rewrite.region.rebuild import with_regions
from graphdiff.rewrite.region.steady import steadied
from graphdiff.rewrite.region.unify import unified


def tidy(graph: Graph) -> Graph:
    """An equal graph whose loops and branches do nothing in vain, in bodies too.

    Loops that take the same steps become one and carry nothing twice, what nobody reads
    go, and work that is the same in every step moves before the loop, as does an array
    that repeats one slice.
    """
    if not any(isinstance(node.op, Region) for node in graph.nodes):
        return graph
    graph = hoisted(steadied(pruned(unified(merged(graph)))))
    return with_regions(graph, _inside)


def _inside(op: Region) -> Region:
    made = op.with_bodies(tuple([tidy(body) for body in op.bodies()]))
    assert isinstance(made, Region)
    return made
