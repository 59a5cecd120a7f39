"""Expressions of sympy put together so that no singular point gets lost.

When sympy makes ``x/x`` or ``exp(log(x))`` it simplifies to 1 and x: for most numbers
the same, but NumPy gives NaN at 0, and sympy does not. So what sympy makes of parts is
taken only where each part is still to be seen in it; otherwise the parts stand side by
side (``evaluate=False``), and so does whatever is made of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

_BAD = (sympy.zoo, sympy.oo, -sympy.oo, sympy.nan)


class Builder:
    """Makes expressions; `kept` are those that sympy would have simplified away."""

    def __init__(self) -> None:
        """Begin with none."""
        self.kept: set[Any] = set()

    def _keep(self, made: Any) -> Any:
        self.kept.add(made)
        return made

    def _is_kept(self, *parts: Any) -> bool:
        return any(part in self.kept for part in parts)

    def add(self, *parts: Any) -> Any:
        """The sum of `parts`."""
        made = sympy.Add(*parts)
        terms = {_term(t) for t in sympy.Add.make_args(made)}
        wanted = {_term(t) for p in parts for t in sympy.Add.make_args(p)}
        if made in _BAD or self._is_kept(*parts) or not wanted - {1} <= terms:
            return self._keep(sympy.Add(*parts, evaluate=False))
        return made

    def multiply(self, *parts: Any) -> Any:
        """The product of `parts`."""
        made = sympy.Mul(*parts)
        if made not in _BAD and not self._is_kept(*parts) and _is_product(made, parts):
            return made
        return self._keep(sympy.Mul(*parts, evaluate=False))

    def power(self, base: Any, exponent: Any) -> Any:
        """The power, also of numbers."""
        made = sympy.Pow(base, exponent)
        if made not in _BAD and not self._is_kept(base):
            if made.args == (base, exponent) or exponent in (0, 1):
                return made
            if _is_exact(base, exponent) and made.is_number:
                return made
            if base.is_Pow and _is_flat(base.exp, base.exp * exponent):
                return made
            if base.is_Mul and exponent.is_Integer:
                return made
        return self._keep(sympy.Pow(base, exponent, evaluate=False))

    def divide(self, over: Any, under: Any) -> Any:
        """The quotient."""
        return self.multiply(over, self.power(under, sympy.Integer(-1)))

    def subtract(self, one: Any, other: Any) -> Any:
        """The difference."""
        return self.add(one, self.negative(other))

    def negative(self, x: Any) -> Any:
        """Minus `x`."""
        return self.multiply(sympy.Integer(-1), x)

    def call(self, function: Any, *args: Any) -> Any:
        """``function(*args)``."""
        made = function(*args)
        if made not in _BAD and _is_call(made, function, args):
            return made
        return function(*args, evaluate=False)

    def choose(self, *pairs: tuple[Any, Any]) -> Any:
        """The first value whose condition holds."""
        return sympy.Piecewise(*pairs, evaluate=False)


def _term(term: Any) -> Any:
    """A term of a sum without its number."""
    return term.as_coeff_Mul()[1]


def _factors(*parts: Any) -> Iterator[tuple[Any, Any]]:
    """Bases and exponents of products, without numbers."""
    for part in parts:
        for factor in sympy.Mul.make_args(part):
            if not factor.is_Number:
                yield factor.as_base_exp()


def _is_product(made: Any, parts: tuple[Any, ...]) -> bool:
    """Whether each factor of `parts` is to be seen in `made`."""
    if made.is_Add:
        numbers = [part for part in parts if part.is_Number and part != 0]
        return len(numbers) == len(parts) - 1
    found = dict(_factors(made))
    wanted: dict[Any, list[Any]] = {}
    for base, exponent in _factors(*parts):
        wanted.setdefault(base, []).append(exponent)
    return all(
        (base in found and all(_same_domain(one, found[base]) for one in exponents))
        or (base.is_number and base.is_finite and base.is_nonzero)
        for base, exponents in wanted.items()
    )


def _same_domain(one: Any, other: Any) -> bool:
    """Whether powers with these exponents are defined at the same real numbers."""
    if one == other:
        return True
    if not (one.is_Rational and other.is_Rational):
        return False
    return bool(one.is_Integer == other.is_Integer and (one > 0) == (other > 0))


def _is_flat(inner: Any, whole: Any) -> bool:
    """Whether a power of a power is as defined as the power of both exponents."""
    return bool(inner.is_Integer or (whole.is_Rational and not whole.is_Integer))


def _is_exact(*args: Any) -> bool:
    """Whether these are all numbers, none of them rounded."""
    return all(a.is_number and not a.has(sympy.Float) for a in args)


def _is_call(made: Any, function: Any, args: tuple[Any, ...]) -> bool:
    """Whether `made` is the function of these arguments, up to signs."""
    if made in args or isinstance(made, (sympy.Max, sympy.Min)):
        return True
    if _is_exact(*args):
        return made.is_number and bool(made.is_finite)
    for one in (made, -made) if isinstance(made, sympy.Expr) else (made,):
        if isinstance(one, function):
            return all(map(_is_alike, one.args, args))
    return False


def _is_alike(one: Any, other: Any) -> bool:
    """Whether two arguments are the same up to the sign."""
    return one == other or (isinstance(other, sympy.Expr) and one == -other)
