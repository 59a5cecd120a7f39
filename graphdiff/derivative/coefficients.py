"""Arithmetic of the coefficients of series, of which many are known to be zero."""

from __future__ import annotations

from graphdiff.expression.expression import Expression
from graphdiff.graph.node import Node, Op, make

Coefficient = Node | None
"""None is a coefficient that is zero, whatever the variables are."""


def apply(op: Op, a: Coefficient, b: Coefficient) -> Coefficient:
    """The op of two coefficients, in which both stand as factors."""
    return None if a is None or b is None else make(op, a, b)


def plus(a: Coefficient, b: Coefficient) -> Coefficient:
    """The sum."""
    if a is None or b is None:
        return b if a is None else a
    return (Expression(a) + Expression(b)).node  # type: ignore[no-any-return]


def minus(a: Coefficient, b: Coefficient) -> Coefficient:
    """The difference."""
    if b is None:
        return a
    if a is None:
        return (-Expression(b)).node  # type: ignore[no-any-return]
    return (Expression(a) - Expression(b)).node  # type: ignore[no-any-return]


def times(number: float, a: Coefficient) -> Coefficient:
    """The multiple by a number."""
    if a is None or number == 0:
        return None
    return a if number == 1 else (number * Expression(a)).node


def over(a: Coefficient, number: int) -> Coefficient:
    """The quotient by a number."""
    if a is None or number == 1:
        return a
    return (Expression(a) / number).node  # type: ignore[no-any-return]
