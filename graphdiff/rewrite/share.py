"""Work that two functions have in common, done once."""

from __future__ import annotations

from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, make
from graphdiff.ops.core.reduce import LogSumExp, Softmax
from graphdiff.ops.order.sorting import Sort, in_order, stable_order_op
from graphdiff.rewrite.engine import Engine, bring_forward, rewrite, rewrites
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
    if bring_forward(scope, p, node):
        scope.names.pop(p, None)
    return make(op, *node.args, p)


@rewrites(Sort)
def sorted_by_order(node: Node, engine: Engine) -> Node | None:
    """sort(x)  ->  x[argsort(x)], where the order of x is computed.

    The gradient needs it to send each entry's share back to where the entry was.
    """
    op, scope = node.op, engine.scope
    assert isinstance(op, Sort)
    (x,) = node.args
    order = scope.nodes.get((stable_order_op(op.axis), (x,)))
    if order is None:
        return None
    bring_forward(scope, order, node)
    found: Expression = in_order(Expression(x), Expression(order), op.axis)
    return found.node


def share(graph: Graph) -> Graph:
    """`graph` with work that serves two ends done once.

    The exponentials of a softmax serve its normaliser, what is sorted has the order
    that its adjoint asks for, eigenvectors come with their values, and systems in one
    matrix have its factors in common.
    """
    if any(isinstance(node.op, Softmax) for node in graph.nodes):
        graph = rewrite(graph, (logsumexp_beside_softmax,))
    if any(isinstance(node.op, Sort) for node in graph.nodes):
        graph = rewrite(graph, (sorted_by_order,))
    return share_factors(graph)
