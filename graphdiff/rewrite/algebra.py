"""Identities of arithmetic that hold in floating point."""

from graphdiff.node import Node, full_value
from graphdiff.ops.elementwise import multiply
from graphdiff.rewrite.engine import Rule, rewrites


@rewrites(multiply)
def times_one(node: Node) -> Node | None:
    """x * 1  ->  x."""
    x, y = node.args
    if full_value(y) == 1:
        return x
    return y if full_value(x) == 1 else None


ALGEBRA: tuple[Rule, ...] = (times_one,)
