"""Quotients by sizes: the mean over a batch reads as ``x / batch``."""

from __future__ import annotations

from graphdiff.graph.node import Full, Node, Size, full_value, make
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.core.elementwise import divide, multiply
from graphdiff.rewrite.algebra import number
from graphdiff.rewrite.engine import Engine, Rule, rewrites
from graphdiff.sizes.dims import Dim


@rewrites(divide)
def literal_over_size(node: Node) -> Node | None:
    """(k c) / (k n)  ->  c / n.

    For small integers k and a symbolic size n: both quotients round the same number.
    """
    c, size = full_value(node.args[0]), node.args[1].op
    if not isinstance(size, Size) or c is None or not node.type.is_real:
        return None
    if not isinstance(size.size, Dim) or not 1 < abs(c) <= 64 or c != int(c):
        return None
    for k in range(int(abs(c)), 1, -1):
        reduced = size.size // k
        if c % k == 0 and reduced * k == size.size:
            numerator = number(c / k, node.args[0])
            return make(divide, numerator, make(Size(reduced, node.args[1].type)))
    return None


@rewrites(multiply, over=(divide, Spread))
def over_size(node: Node, engine: Engine) -> Node | None:
    """spread(1 / n) * x  ->  x / n.

    For a symbolic size n, where the quotient has no other reader.
    """
    for one, x in (node.args, node.args[::-1]):
        quotient = one.args[0] if isinstance(one.op, Spread) else one
        if quotient.op is not divide or not engine.sole(one):
            continue
        c, size = quotient.args
        if full_value(c) != 1 or type(size.op) is not Size or type(x.op) is Full:
            continue
        if quotient is one or engine.sole(quotient):
            return make(divide, x, make(Size(size.op.size, node.type)))
    return None


QUOTIENTS: tuple[Rule, ...] = (literal_over_size, over_size)
