"""Numbers among the factors of a product: they meet, and stand in front.

As in `algebra`, bit for bit: factors are regrouped only where one is a power of two
(short of overflow), or where two whole numbers have an exact product.
"""

from __future__ import annotations

from typing import Any

from graphdiff.graph.node import Full, Node, full_value, make
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.core.elementwise import divide, multiply
from graphdiff.rewrite.algebra import (
    exact_product,
    is_power_of_two,
    number,
    with_literal,
)
from graphdiff.rewrite.engine import Engine, Rule, rewrites


@rewrites(multiply, over=(Full,))
def literal_factors(node: Node) -> Node | None:
    """c * (d * x)  ->  (c d) * x.

    Where c d is exact, or one of them a power of two.
    """
    match with_literal(node):
        case (c, product) if product.op is multiply:
            match with_literal(product):
                case (d, x) if exact_product(c, d):
                    return _scaled(c * d, x)
    return None


@rewrites(multiply, over=(Full,))
def literal_times_quotient(node: Node) -> Node | None:
    """c * (x / d)  ->  (c / d) * x, and c * (d / x)  ->  (c d) / x.

    Where d, or in the second c, is a power of two, or c d exact.
    """
    match with_literal(node):
        case (c, quotient) if quotient.op is divide and c.dtype.kind == "f":
            a, b = quotient.args
            if type(b.op) is Full and is_power_of_two(b.op.value):
                return _scaled(c / b.op.value, a)
            if type(a.op) is Full and is_power_of_two(c):
                return make(divide, number(c * a.op.value, a), b)
    return None


@rewrites(divide, over=(Full,))
def literal_quotient(node: Node) -> Node | None:
    """(c * x) / d  ->  (c / d) * x.

    Where d is a power of two.
    """
    product, divisor = node.args
    d = full_value(divisor)
    if d is None or product.op is not multiply or not is_power_of_two(d):
        return None
    match with_literal(product):
        case (c, x):
            return _scaled(c / d, x)
    return None


def _scaled(c: Any, x: Node) -> Node:
    return x if c == 1 else make(multiply, number(c, x), x)


@rewrites(multiply, over=(multiply,))
def literal_joins_scalar(node: Node, engine: Engine) -> Node | None:
    """spread(s) * (c * x)  ->  spread(c * s) * x, and c * (spread(s) * x) likewise.

    Where c is a power of two: the small array is scaled instead of the large one.
    """
    for first, product in (node.args, node.args[::-1]):
        if product.op is not multiply or not engine.sole(product):
            continue
        for second, x in (product.args, product.args[::-1]):
            for wide, literal in ((first, second), (second, first)):
                c = full_value(literal)
                if type(wide.op) is Spread and c is not None and is_power_of_two(c):
                    (s,) = wide.args
                    small = make(wide.op, make(multiply, number(c, s), s))
                    return make(multiply, small, x)
    return None


@rewrites(multiply, over=(multiply,))
def literal_to_the_front(node: Node, engine: Engine) -> Node | None:
    """a * (c * x)  ->  (c * a) * x.

    Where c is a power of two, so that literals meet: (d * y) * (c * x) has one.
    """
    a, product = node.args
    if product.op is not multiply or type(a.op) is Full or not engine.sole(product):
        return None
    match with_literal(product):
        case (c, x) if is_power_of_two(c) and type(x.op) is not Full:
            return make(multiply, make(multiply, number(c, a), a), x)
    return None


@rewrites(multiply, over=(Full,))
def literal_first(node: Node, engine: Engine) -> Node | None:
    """x * c  ->  c * x in a derivative; the forward part is as the user wrote it."""
    x, literal = node.args
    if type(literal.op) is not Full or type(x.op) is Full:
        return None
    return make(multiply, literal, x) if node in engine.scope.roles else None


LITERALS: tuple[Rule, ...] = (
    literal_factors,
    literal_times_quotient,
    literal_quotient,
    literal_joins_scalar,
    literal_to_the_front,
    literal_first,
)
