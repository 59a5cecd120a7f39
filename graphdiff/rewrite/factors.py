"""What every term of a sum is divided by divides the sum instead.

One product over the entries is saved, and a mean of several terms reads as
``(a - b) / n``. The sum rounds before the product and not after it: where terms cancel
the result is the more accurate one. Only quotients by a size come out: their sign is
known, and with it that of every zero.
"""

from __future__ import annotations

from graphdiff.graph.node import Node, Size, full_value, make
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.core.elementwise import add, divide, multiply, subtract
from graphdiff.rewrite.algebra import number
from graphdiff.rewrite.engine import Engine, Rule, rewrites

DEEPEST = 4
"""How far down in a product the quotient is looked for."""


@rewrites(add, subtract, over=(multiply,))
def common_quotient(node: Node, engine: Engine) -> Node | None:
    """(c / n) * a - (c / n) * b  ->  (c / n) * (a - b), and of a sum likewise.

    For a size n, where the products have no other reader. With a negative c the terms
    of a difference change places instead.
    """
    a, b = node.args
    if a.op is not multiply or b.op is not multiply or a is b:
        return None
    wide = _quotient_in(a, engine)
    if wide is None or _quotient_in(b, engine) is not wide:
        return None
    first, second = (_without(term, wide) for term in node.args)
    (quotient,) = wide.args
    c = full_value(quotient.args[0])
    if c > 0:
        return make(multiply, wide, make(node.op, first, second))
    if node.op is add:
        return None
    positive = make(divide, number(-c, quotient), quotient.args[1])
    return make(multiply, make(wide.op, positive), make(subtract, second, first))


def _quotient_in(product: Node, engine: Engine) -> Node | None:
    """The repeated quotient c / n that the first factors of a product begin with."""
    for _ in range(DEEPEST):
        if product.op is not multiply or not engine.sole(product):
            return None
        for factor in product.args:
            if type(factor.op) is Spread and _is_quotient(factor.args[0]):
                return factor
        product = product.args[0]
    return None


def _is_quotient(s: Node) -> bool:
    return (
        s.op is divide
        and isinstance(s.args[1].op, Size)
        and bool(full_value(s.args[0]))
    )


def _without(product: Node, factor: Node) -> Node:
    """The product without that factor."""
    path = []
    while factor not in product.args:
        path.append(product.args[1])
        product = product.args[0]
    a, b = product.args
    rest = b if a is factor else a
    for other in reversed(path):
        rest = make(multiply, rest, other)
    return rest


FACTORS: tuple[Rule, ...] = (common_quotient,)
