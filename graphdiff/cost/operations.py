"""How many operations nodes take, also those that hold graphs."""

from __future__ import annotations

from collections.abc import Iterable

from graphdiff.cost.rules import rule_of
from graphdiff.cost.terms import Rule, Term, made, total
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Op
from graphdiff.graph.types import Size
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While
from graphdiff.sizes.dims import Dim


def operations(nodes: Iterable[Node]) -> Size:
    """The number of operations of all `nodes`, a polynomial in the named sizes.

    What a loop does counts as often as it takes steps; that of a loop whose steps are
    known only when it has run is a size of its own. Of the branches of a choice the
    most costly one counts. An op without a rule counts one for each entry it makes.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda A, x: np.tanh(A @ x), gd.spec("n,n"), gd.spec("n,1"))
    >>> operations(graph)
    2 * n**2 + n
    """
    return total(term for node in nodes for term in _rule(type(node.op))(node))


def _rule(op: type[Op]) -> Rule:
    found = _found.get(op)
    if found is None:
        holds_graphs = op.bodies is not Op.bodies
        found = rule_of(op) or (_of_bodies if holds_graphs else made(1))
        _found[op] = found
    return found


_found: dict[type[Op], Rule] = {}


def _of_bodies(node: Node) -> list[Term]:
    """The operations of the graphs that the op of `node` holds."""
    op = node.op
    if isinstance(op, Loop):
        return [(1, (_all(op.body), op.length))]
    if isinstance(op, While):
        return [(1, (_all(op.test) + _all(op.body), op.steps))]
    if isinstance(op, Cond):
        return [(1, (larger(*map(_all, op.branches)),))]
    return [(1, (_all(body),)) for body in op.bodies()]


def _all(body: Graph) -> Size:
    return operations(body.nodes)


def larger(*sizes: Size) -> Size:
    """The largest size; where that is open, one of the highest degree, the first.

    >>> larger(3, Dim.named("n"), Dim.named("m"))
    n
    """
    best = sizes[0]
    for size in sizes[1:]:
        try:
            best = best if best >= size else size
        except TypeError:
            best = max(best, size, key=_degree)
    return best


def _degree(size: Size) -> int:
    return len(size._terms[0][0]) if isinstance(size, Dim) else 0
