"""Infinite slopes at finite values: where a zero of a given vector needs care.

A unit vector is 0 in all entries but one, and 0 times the slope of ``sqrt`` at 0 would
make a NaN of each. So along given vectors the derivative of such a function is a
strict product, unless its argument shows that it stays away from the edge, as that of
``sqrt(var + eps)`` does.
"""

from __future__ import annotations

from graphdiff.graph.ledger import lineage
from graphdiff.graph.node import Node, Scope, Size, full_value
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import (
    absolute,
    add,
    cosh,
    divide,
    exp,
    exp2,
    hypot,
    maximum,
    multiply,
    power,
    root,
    sqrt,
    square,
)
from graphdiff.ops.core.index import Take
from graphdiff.ops.core.linalg import Einsum
from graphdiff.ops.core.reduce import Mean, Norm, Std, Var
from graphdiff.strict import is_steep

POSITIVE, VANISHING, NOT_NEGATIVE, UNKNOWN = 3, 2, 1, 0
"""What is known of the sign of the entries of a node.

What is `VANISHING` is positive in mathematics, and may be 0 all the same: as
``exp(-2000)`` is in floating point, and a sum of no entries. With another term beside
it, it is taken to be positive: both would have to vanish at once.
"""

_DEEPEST = 12
"""How many nodes one after the other are asked for their sign."""

_MOVES = (Sum, Mean, Spread, Reshape, Transpose, Take)


def stems_from_steep(node: Node, scope: Scope) -> bool:
    """Whether `node`, or what it is a derivative of, can have an infinite slope."""
    for origin in lineage(node, scope.roles):
        if is_steep(origin):
            return origin.op not in (sqrt, power) or sign(origin.args[0]) < POSITIVE
    return False


def sign(node: Node, depth: int = _DEEPEST) -> int:
    """What the operations on the way to `node` tell of its sign, none of its values."""
    value = full_value(node)
    if value is not None:
        return _of_number(value)
    op, args = node.op, node.args
    if isinstance(op, Size):
        return POSITIVE  # Of a size of 0 no entry is left to divide.
    if not depth or not node.type.is_real:
        return UNKNOWN
    if op in (exp, exp2, cosh):
        return POSITIVE if op is cosh else VANISHING
    if op in (sqrt, root):
        return max(sign(args[0], depth - 1), NOT_NEGATIVE)
    if isinstance(op, _MOVES):
        most = VANISHING if isinstance(op, Sum) else POSITIVE
        return min(sign(args[0], depth - 1), most)
    if op in (add, multiply, divide, maximum) and args[0] is not args[1]:
        return _of_two(node, *(sign(arg, depth - 1) for arg in args))
    return NOT_NEGATIVE if _is_square(node) else UNKNOWN


def _of_number(value: complex) -> int:
    if isinstance(value, complex) or not value >= 0:
        return UNKNOWN
    return POSITIVE if value > 0 else NOT_NEGATIVE


def _of_two(node: Node, a: int, b: int) -> int:
    """The sign of a sum, product, quotient, or larger of two."""
    if node.op is maximum:
        return max(a, b)
    if not a or not b:
        return UNKNOWN
    if node.op is add:
        return POSITIVE if max(a, b) > NOT_NEGATIVE else NOT_NEGATIVE
    return min(a, b)


def _is_square(node: Node) -> bool:
    """Whether `node` is a square, an even power, a length, or a sum of such."""
    op, args = node.op, node.args
    if op is power:
        exponent = full_value(args[1])
        return exponent is not None and exponent % 2 == 0
    if op is multiply:
        return args[0] is args[1]
    if isinstance(op, Einsum):
        return len(args) == 2 and args[0] is args[1] and op.inputs[0] == op.inputs[1]
    return op in (square, absolute, hypot) or isinstance(op, (Norm, Std, Var))
