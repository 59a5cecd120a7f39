"""Work that two functions have in common, done once."""

from __future__ import annotations

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, make
from graphdiff.ops.reduce import LogSumExp, Softmax
from graphdiff.rewrite.engine import Engine, rewrite, rewrites
from graphdiff.rewrite.matrices import share_factors


@rewrites(LogSumExp)
def logsumexp_beside_softmax(node: Node, engine: Engine) -> Node | None:
    """logsumexp(x)  ->  max(x) - log(max(softmax(x))), where softmax(x) is computed.

    The gradient of the one is the other: cross-entropy always needs both, and the
    exponentials once. The softmax moves to the forward part with it.
    """
    op, scope = node.op, engine.scope
    if not isinstance(op, LogSumExp) or len(node.args) == 2:
        return None
    p = scope.nodes.get((Softmax(op.axes), node.args))
    if p is None:
        return None
    if node not in scope.roles and scope.roles.pop(p, None) is not None:
        scope.names.pop(p, None)
        if node in scope.positions:
            scope.positions[p] = scope.positions[node]
    return make(op, *node.args, p)


def share(graph: Graph) -> Graph:
    """`graph` with work that serves two ends done once.

    The exponentials of a softmax serve its normaliser, eigenvectors come with their
    values, and systems in one matrix have its factors in common.
    """
    if any(isinstance(node.op, Softmax) for node in graph.nodes):
        graph = rewrite(graph, (logsumexp_beside_softmax,))
    return share_factors(graph)
