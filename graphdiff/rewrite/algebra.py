"""Identities of arithmetic that hold in floating point, bit for bit.

``x * 0``, ``x - x``, ``x / x`` and ``x + 0.0`` are not among them: infinities, NaN and
-0.0 tell them apart from 0, 1 and x. Factors are regrouped only where one is a power
of two, which multiplies without rounding (short of overflow), or where two whole
numbers have an exact product.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.graph.node import Full, Node, full_value, make
from graphdiff.ops.core.axes import Reshape, Spread, Transpose
from graphdiff.ops.core.elementwise import (
    absolute,
    add,
    divide,
    maximum,
    minimum,
    multiply,
    negative,
    positive,
    power,
    relu,
    square,
    subtract,
)
from graphdiff.rewrite.engine import Engine, Rule, rewrites


def number(value: Any, like: Node) -> Node:
    """The node filled with `value`, in the type of `like`."""
    return make(Full.of(value, like.type))


def real_number(value: Any) -> Any:
    """The number as a real one; None if it has an imaginary part."""
    if value.dtype.kind != "c":
        return value
    return value.real if value.imag == 0 else None


def is_power_of_two(value: Any) -> bool:
    """Whether multiplying by `value` never rounds, at moderate exponents."""
    value = real_number(value)
    if value is None or not np.isfinite(value) or value == 0:
        return False
    mantissa, exponent = math.frexp(float(value))
    return abs(mantissa) == 0.5 and abs(exponent) <= 24


def exact_product(c: Any, d: Any) -> bool:
    """Whether ``c * (d * x)`` and ``(c * d) * x`` round alike."""
    if c.dtype.kind in "iu" or is_power_of_two(c) or is_power_of_two(d):
        return bool(c.dtype.kind != "b")
    c, d = real_number(c), real_number(d)
    if c is None or d is None:
        return False
    if not (np.isfinite(c) and np.isfinite(d)) or c % 1 or d % 1:
        return False
    return bool(abs(float(c) * float(d)) <= 2 ** np.finfo(c.dtype).nmant)


def with_literal(node: Node) -> tuple[Any, Node] | None:
    """The number and the other argument of a node of two, if one is a number."""
    first, second = node.args
    if type(first.op) is Full:
        return first.op.value, second
    if type(second.op) is Full:
        return second.op.value, first
    return None


def is_negative(node: Node) -> bool:
    """Whether `node` is the negative of another."""
    return node.op is negative


# --- neutral elements -----------------------------------------------------------------
@rewrites(multiply, over=(Full,))
def times_one(node: Node) -> Node | None:
    """x * 1  ->  x."""
    match with_literal(node):
        case (value, x) if value == 1:
            return x
    return None


@rewrites(divide, over=(Full,))
def over_one(node: Node) -> Node | None:
    """x / 1  ->  x."""
    x, one = node.args
    return x if type(one.op) is Full and one.op.value == 1 else None


@rewrites(power, over=(Full,))
def power_of_one(node: Node) -> Node | None:
    """x ** 1  ->  x."""
    x, p = node.args
    return x if full_value(p) == 1 and x.type == node.type else None


@rewrites(power, over=(Full,))
def power_of_zero(node: Node) -> Node | None:
    """x ** 0  ->  1.

    NumPy's own answer for every x, NaN included.
    """
    return number(1, node) if full_value(node.args[1]) == 0 else None


@rewrites(add, over=(Full,))
def plus_negative_zero(node: Node) -> Node | None:
    """x + (-0.0)  ->  x; for integers x + 0  ->  x.

    Not x + 0.0, which turns -0.0 into 0.0.
    """
    match with_literal(node):
        case (value, x) if value == 0 and value.dtype.kind in "iuf":
            return x if value.dtype.kind != "f" or _signed(value) else None
    return None


@rewrites(subtract, over=(Full,))
def minus_zero(node: Node) -> Node | None:
    """x - 0.0  ->  x.

    Not x - (-0.0), which turns -0.0 into 0.0.
    """
    x, zero = node.args
    value = full_value(zero)
    return x if value == 0 and not _signed(value) else None


def _signed(zero: Any) -> bool:
    return bool(np.signbit(zero.real))


@rewrites(positive)
def plus_sign(node: Node) -> Node | None:
    """+x  ->  x."""
    return node.args[0]


# --- signs ----------------------------------------------------------------------------
@rewrites(negative, over=(negative,))
def negative_twice(node: Node) -> Node | None:
    """-(-x)  ->  x."""
    (x,) = node.args
    return x.args[0] if is_negative(x) else None


@rewrites(multiply, divide, over=(Full,))
def times_minus_one(node: Node) -> Node | None:
    """x * -1  ->  -x, and x / -1  ->  -x."""
    match with_literal(node):
        case (value, x) if value == -1 and value.dtype.kind != "u":
            return (
                make(negative, x) if node.op is multiply or x is node.args[0] else None
            )
    return None


_VIEWS = (Spread, Reshape, Transpose)


def _negated(node: Node) -> Node | None:
    """x of -x, also where -x is only repeated or has its axes moved."""
    if is_negative(node):
        return node.args[0]
    if type(node.op) in _VIEWS and is_negative(node.args[0]):
        return make(node.op, node.args[0].args[0])
    return None


@rewrites(add, over=(negative, *_VIEWS))
def plus_negative(node: Node) -> Node | None:
    """a + (-b)  ->  a - b, and (-a) + b  ->  b - a.

    The second for arrays only: the sign of one number costs nothing.
    """
    a, b = node.args
    if (x := _negated(b)) is not None:
        return make(subtract, a, x)
    if (x := _negated(a)) is not None and node.type.shape:
        return make(subtract, b, x)
    return None


@rewrites(subtract, over=(negative, *_VIEWS))
def minus_negative(node: Node) -> Node | None:
    """a - (-b)  ->  a + b."""
    a, b = node.args
    x = _negated(b)
    return None if x is None else make(add, a, x)


@rewrites(add, over=(multiply,))
def plus_negative_multiple(node: Node, engine: Engine) -> Node | None:
    """a + (-2) * b  ->  a - 2 * b, and a + spread(-s) * b  ->  a - spread(s) * b.

    Where the product has no other reader.
    """
    for a, product in (node.args, node.args[::-1]):
        if product.op is not multiply or not product.type.is_real:
            continue
        if not engine.sole(product):
            continue
        for factor, b in (product.args, product.args[::-1]):
            value = full_value(factor)
            x = number(-value, b) if value is not None and value < 0 else None
            x = _negated(factor) if x is None else x
            if x is not None:
                in_order = (x, b) if factor is product.args[0] else (b, x)
                return make(subtract, a, make(multiply, *in_order))
    return None


@rewrites(multiply, divide, over=(negative,))
def negative_factors(node: Node, engine: Engine) -> Node | None:
    """(-a) * b  ->  -(a * b), and likewise for a quotient; two signs cancel.

    Where the negative has no other reader.
    """
    a, b = node.args
    if is_negative(a) and is_negative(b):
        return make(node.op, a.args[0], b.args[0])
    if is_negative(a) and type(b.op) is not Full and engine.sole(a):
        return make(negative, make(node.op, a.args[0], b))
    if is_negative(b) and type(a.op) is not Full and engine.sole(b):
        return make(negative, make(node.op, a, b.args[0]))
    return None


@rewrites(multiply, divide, over=(negative,))
def negative_times_literal(node: Node) -> Node | None:
    """(-x) * c  ->  (-c) * x, and likewise for a quotient."""
    a, b = node.args
    if not node.type.is_real:
        return None
    if is_negative(a) and type(b.op) is Full:
        literal = number(-b.op.value, b)
        if node.op is divide:
            return make(divide, a.args[0], literal)
        return make(multiply, literal, a.args[0])
    if is_negative(b) and type(a.op) is Full:
        return make(node.op, number(-a.op.value, a), b.args[0])
    return None


@rewrites(negative, over=(multiply, divide))
def negative_of_multiple(node: Node, engine: Engine) -> Node | None:
    """-(c * x)  ->  (-c) * x, and likewise for a quotient with a number.

    Where the product has no other reader.
    """
    (product,) = node.args
    if product.op not in (multiply, divide) or not product.type.is_real:
        return None
    if not engine.sole(product):
        return None
    a, b = product.args
    if type(a.op) is Full:
        return make(product.op, number(-a.op.value, a), b)
    if type(b.op) is Full:
        return make(product.op, a, number(-b.op.value, b))
    return None


@rewrites(absolute, square, over=(negative,))
def even_of_negative(node: Node) -> Node | None:
    """abs(-x)  ->  abs(x), and likewise for square."""
    (x,) = node.args
    return make(node.op, x.args[0]) if is_negative(x) else None


# --- factors --------------------------------------------------------------------------
@rewrites(add)
def doubled(node: Node) -> Node | None:
    """x + x  ->  2 * x."""
    a, b = node.args
    if a is b and node.type.dtype.kind != "b":
        return make(multiply, number(2, a), a)
    return None


# --- repetition -----------------------------------------------------------------------
@rewrites(maximum, minimum)
def extreme_of_itself(node: Node) -> Node | None:
    """max(x, x)  ->  x, and likewise for min."""
    return node.args[0] if node.args[0] is node.args[1] else None


@rewrites(absolute, relu)
def done_twice(node: Node) -> Node | None:
    """abs(abs(x))  ->  abs(x), and likewise for relu."""
    return node.args[0] if node.args[0].op is node.op else None


@rewrites(add, multiply)
def same_in_other_order(node: Node, engine: Engine) -> Node | None:
    """a * b  ->  b * a where that is computed already, and likewise for a + b."""
    a, b = node.args
    return None if a is b else engine.known(node.op, b, a)


ALGEBRA: tuple[Rule, ...] = (
    times_one,
    over_one,
    power_of_one,
    power_of_zero,
    plus_negative_zero,
    minus_zero,
    plus_sign,
    negative_twice,
    times_minus_one,
    doubled,
    plus_negative,
    minus_negative,
    plus_negative_multiple,
    negative_times_literal,
    negative_factors,
    negative_of_multiple,
    even_of_negative,
    extreme_of_itself,
    done_twice,
    same_in_other_order,
)
