"""Zeros that may go because what they are added to is never -0.0."""

from __future__ import annotations

from graphdiff.graph.node import Full, Node, full_value
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import absolute, add, exp, multiply, power, square
from graphdiff.ops.core.reduce import Mean
from graphdiff.rewrite.algebra import with_literal
from graphdiff.rewrite.engine import Rule, rewrites

MOVES = (Sum, Mean, Spread, Reshape, Transpose)
"""Ops that make no -0.0 of entries that are none."""


def never_negative(x: Node) -> bool:
    """Whether no entry of `x` can have its sign bit set, unless it is NaN."""
    for _ in range(len(MOVES)):
        if not isinstance(x.op, MOVES):
            break
        x = x.args[0]
    if not x.type.is_real:
        return False
    if x.op is multiply:
        return x.args[0] is x.args[1]
    if x.op is power:
        exponent = full_value(x.args[1])
        return exponent is not None and float(exponent) % 2 == 0
    return x.op in (absolute, exp, square)


@rewrites(add, over=(Full,))
def plus_zero(node: Node) -> Node | None:
    """x + 0.0  ->  x, where x is a sum of squares, or of anything without a sign.

    Python's ``sum`` of penalties begins with such a zero.
    """
    match with_literal(node):
        case (value, x) if value == 0 and value.dtype.kind == "f" and never_negative(x):
            return x
    return None


SIGNS: tuple[Rule, ...] = (plus_zero,)
