"""Sizes as sympy knows them, for display and for formulas of cost."""

from __future__ import annotations

from typing import Any

from graphdiff.sizes.terms import Atom, Positive, Terms


def to_sympy(polynomial: Terms) -> Any:
    """Give the polynomial as an expression in nonnegative integer symbols."""
    import sympy

    def factor(atom: Atom) -> Any:
        if isinstance(atom, str):
            return sympy.Symbol(atom, integer=True, nonnegative=True)
        if isinstance(atom, Positive):
            return sympy.Max(to_sympy(atom.inside), 0)
        above, below = map(to_sympy, atom)
        return sympy.floor(above / below)

    return sympy.Add(*(c * sympy.Mul(*map(factor, m)) for m, c in polynomial))
