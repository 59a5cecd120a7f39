"""Entries set to zero and added to: the adjoint of ``x[key] += value``."""

from __future__ import annotations

from graphdiff.graph.node import Node, full_value, make
from graphdiff.ops.core.elementwise import add
from graphdiff.ops.core.index import Put, Take
from graphdiff.ops.core.setitem import SetItem
from graphdiff.rewrite.engine import Rule, rewrites


@rewrites(add, over=(SetItem,))
def entries_put_back(node: Node) -> Node | None:
    """g, but 0 at k, + put(v, k)  ->  g, but v at k; and g, if v is g[k].

    For the same entries, none of them twice. The result may differ in the sign of a
    zero.
    """
    for cleared, added in (node.args, node.args[::-1]):
        if isinstance(cleared.op, SetItem) and isinstance(added.op, Put):
            g, zero, *index = cleared.args
            v, *places = added.args
            op, put = cleared.op, added.op
            same = op.pattern == put.pattern and put.shape == node.type.shape
            if not (same and index == places and op.once and put.once):
                continue
            if full_value(zero) != 0 or g.type != node.type:
                continue
            taken = isinstance(v.op, Take) and v.op.pattern == op.pattern
            return g if taken and [*v.args] == [g, *index] else make(op, g, v, *index)
    return None


WRITTEN: tuple[Rule, ...] = (entries_put_back,)
