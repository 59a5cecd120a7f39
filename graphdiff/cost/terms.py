"""What counting operations is made of: numbers times sizes, and how to read them off.

Counted are operations on entries as textbooks count them: one for each entry that a
ufunc makes, two for each multiply-add of a matrix product, one for each entry that a
reduction reads; moving entries costs nothing. Formulas are exact integer polynomials
in the named sizes, but for logarithms: that of a named size counts as `LOGARITHM`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from graphdiff.graph.node import Node
from graphdiff.graph.types import ArrayType, Shape, Size, each_type
from graphdiff.sizes.dims import Dim

Term = tuple[Fraction | int, tuple[Size, ...]]
"""A number, and the sizes that it is multiplied by."""

Rule = Callable[[Node], list[Term]]
"""The terms of a node of some op."""

LOGARITHM = 16
"""The logarithm to base 2 of a size that is not known: that of 65,536."""


def product(sizes: Iterable[Size]) -> Size:
    """The product of sizes; that of none is 1.

    >>> product((Dim.named("batch"), 10))
    10 * batch
    """
    total: Size = 1
    for n in sizes:
        total = total * n
    return total


def nothing(node: Node) -> list[Term]:
    """No operation: entries that are there, or are moved."""
    return []


def made(times: Fraction | int) -> Rule:
    """So many operations for each entry of each result."""

    def rule(node: Node) -> list[Term]:
        return [(times, type.shape) for type in each_type(node.type)]

    return rule


def read(times: Fraction | int) -> Rule:
    """So many operations for each entry of the first argument."""
    return lambda node: [(times, shape_of(node, 0))]


def logarithmic(times: int, sorted_by: Callable[[Node], Size]) -> Rule:
    """So many times the logarithm of a size for each entry of the first argument."""
    return lambda node: [(times * logarithm(sorted_by(node)), shape_of(node, 0))]


def logarithm(n: Size) -> int:
    """The logarithm to base 2, rounded up; at least 1.

    >>> logarithm(1000), logarithm(Dim.named("n"))
    (10, 16)
    """
    return LOGARITHM if isinstance(n, Dim) else max(1, (n - 1).bit_length())


def shape_of(node: Node, i: int) -> Shape:
    """The shape of argument i."""
    type = node.args[i].type
    assert isinstance(type, ArrayType)
    return type.shape


def total(terms: Iterable[Term]) -> Size:
    """The sum of terms; a fraction of a formula is rounded down."""
    counted: dict[tuple[Size, ...], Fraction | int] = {}
    for times, factors in terms:
        if times:
            counted[factors] = counted.get(factors, 0) + times
    found: Size = 0
    for factors, times in counted.items():
        share = Fraction(times)
        part = share.numerator * product(factors)
        found = found + (part if share.denominator == 1 else part // share.denominator)
    return found
