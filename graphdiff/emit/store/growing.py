"""Sums over paths that are put together step by step: ``d_W = ...``, ``d_W += ...``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.ops.core.elementwise import add, subtract


def growing(
    graph: Graph,
    order: Sequence[Node],
    uses: Mapping[Node, int],
    named: Collection[Node],
) -> dict[Node, Node]:
    """For partial sums of an adjoint that nothing else reads: the sum they lead to.

    Only of a sum that is `named` itself, and only the term that comes first.
    """
    leads: dict[Node, Node] = {}
    for node in reversed(order):
        if node.op not in (add, subtract) or graph.role_of(node) is None:
            continue
        whole = leads.get(node) or (node if node in named else None)
        first = node.args[0]
        if (
            whole is not None
            and first.op in (add, subtract)
            and uses[first] == 1
            and first not in named
            and graph.role_of(first) is not None
        ):
            leads[first] = whole
    return leads
