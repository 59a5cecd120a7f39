"""Sizes of axes in emitted code: a variable for each named one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphdiff.emit.text.text import Text, atom, binary, call, literal, tuple_, unary
from graphdiff.graph.types import Shape, Size
from graphdiff.sizes.dims import Dim
from graphdiff.sizes.terms import Atom, Positive, Terms


class Sizes:
    """The text of sizes, given the variables that hold the named ones."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Take the variable of each named size."""
        self.variables = variables
        self.born: dict[str, str] = {}
        self._texts: dict[Size, Text] = {}
        self._shapes: dict[Shape, Text] = {}

    def bear(self, name: str, variable: str) -> None:
        """From now on, `variable` holds a size that a loop has counted."""
        self.born[name] = variable

    def call(self, size: Size, variable: str) -> None:
        """From now on, `variable` holds a size that is computed from named ones."""
        self._texts[size] = atom(variable)
        self._shapes.clear()

    def text(self, size: Size) -> Text:
        """An int, a variable, or a polynomial in variables."""
        if not isinstance(size, Dim):
            return literal(int(size))
        found = self._texts.get(size)
        if found is None:
            found = self._texts[size] = self._sum(size._terms)
        return found

    def shape(self, shape: Shape) -> Text:
        """A shape as a tuple."""
        found = self._shapes.get(shape)
        if found is None:
            found = self._shapes[shape] = tuple_([self.text(n) for n in shape])
        return found

    def _sum(self, terms: Terms) -> Text:
        first = next((i for i, (_, c) in enumerate(terms) if c > 0), 0)
        ordered = [terms[first], *terms[:first], *terms[first + 1 :]]
        total: Text | None = None
        for monomial, coefficient in ordered:
            term = self._product(monomial, abs(coefficient))
            if total is None:
                total = unary("-", term) if coefficient < 0 else term
            else:
                total = binary("-" if coefficient < 0 else "+", total, term)
        return total or literal(0)

    def _product(self, monomial: Sequence[Atom], coefficient: int) -> Text:
        factors = [] if coefficient == 1 and monomial else [literal(coefficient)]
        for factor in dict.fromkeys(monomial):
            base = self._atom(factor)
            power = monomial.count(factor)
            factors.append(base if power == 1 else binary("**", base, literal(power)))
        total = factors[0]
        for factor_text in factors[1:]:
            total = binary("*", total, factor_text)
        return total

    def _atom(self, factor: Atom) -> Text:
        if isinstance(factor, str):
            return atom(self.born.get(factor) or self.variables[factor])
        if isinstance(factor, Positive):
            return call("max", [self._sum(factor.inside), literal(0)])
        above, below = self._sum(factor.numerator), self._sum(factor.denominator)
        return binary("//", above, below)
