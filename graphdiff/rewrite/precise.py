"""More rules that keep precision, where differences cancel and products overflow."""

from __future__ import annotations

import numpy as np

from graphdiff.graph.node import Constant, Node, full_value, make
from graphdiff.ops.core.axes import Reshape, Sum
from graphdiff.ops.core.elementwise import (
    Cast,
    absolute,
    cos,
    exp,
    expm1,
    log,
    log1mexp,
    log1p,
    multiply,
    negative,
    sigmoid,
    sqrt,
    square,
    subtract,
    times_log,
    versine,
)
from graphdiff.ops.core.reduce import LogProd, Prod, Softmax
from graphdiff.rewrite.axes import reshaped, unwrapped
from graphdiff.rewrite.engine import Rule, rewrites

POSITIVE = (absolute, exp, sigmoid, sqrt, square)


@rewrites(subtract, over=(cos,))
def one_minus_cosine(node: Node) -> Node | None:
    """1 - cos(x)  ->  versine(x), and cos(x) - 1  ->  -versine(x), for real x."""
    if not node.type.is_real:
        return None
    a, b = node.args
    if b.op is cos and full_value(a) == 1:
        return make(versine, b.args[0])
    if a.op is cos and full_value(b) == 1:
        return make(negative, make(versine, a.args[0]))
    return None


@rewrites(log, log1p, over=(negative,))
def log_of_one_minus_exp(node: Node) -> Node | None:
    """log(1 - exp(x))  ->  log1mexp(x), for real x."""
    (x,) = node.args[0].args
    if node.type.is_real and x.op is (expm1 if node.op is log else exp):
        return make(log1mexp, x.args[0])
    return None


@rewrites(log, over=(Prod, Reshape))
def log_of_product(node: Node) -> Node | None:
    """log(prod(x))  ->  log_prod(x), which for x above 0 is sum(log(x))."""
    product = unwrapped(node.args[0])
    if not isinstance(product.op, Prod) or not product.type.is_real:
        return None
    (x,) = product.args
    if x.op in POSITIVE or isinstance(x.op, Softmax):
        y = make(Sum(product.op.axes), make(log, x))
    else:
        y = make(LogProd(product.op.axes), x)
    return reshaped(y, node.type.shape)


@rewrites(multiply, over=(log,))
def count_times_log(node: Node) -> Node | None:
    """n * log(x)  ->  xlogy(n, x).

    Only for what is made of counts or truths, and for constants that hold a zero; and
    for real numbers.
    """
    if not node.type.is_real:
        return None
    for n, y in (node.args, node.args[::-1]):
        if y.op is log and y.type == node.type and _may_be_zero(n):
            return make(times_log, n, y.args[0])
    return None


def _may_be_zero(n: Node) -> bool:
    if isinstance(n.op, Cast):
        return not n.args[0].type.is_real
    return isinstance(n.op, Constant) and not np.all(n.op.value)


PRECISE: tuple[Rule, ...] = (
    one_minus_cosine,
    log_of_one_minus_exp,
    log_of_product,
    count_times_log,
)
