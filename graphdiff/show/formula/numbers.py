r"""Numbers and sizes as an author writes them: ½, 10⁻³, 2π, n − 1.

A number is exact: what is printed, read as a decimal or a fraction and rounded to the
dtype, is the number. Only the closest floats to π, e and simple multiples are letters.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from graphdiff.graph.types import Size
from graphdiff.show.formula.boxes import Box, Letter, row
from graphdiff.show.formula.notation import (
    ATOM,
    NEGATED,
    Binds,
    Notation,
    Term,
    boxed,
    letter,
)
from graphdiff.show.formula.signs import SIGNS
from graphdiff.sizes.dims import Dim
from graphdiff.sizes.terms import Floor, Positive, Terms

Names = Callable[[str], Term]
"""Writes the name of a size."""

_PRODUCT = Notation("#1 #2", Binds.PRODUCT, (Binds.PRODUCT, Binds.PRODUCT))
_SUM = Notation("#1 + #2", Binds.SUM, (Binds.SIGNED, Binds.SUM))
_DIFFERENCE = Notation("#1 - #2", Binds.SUM, (Binds.SIGNED, Binds.MATRIX))
_DENOMINATORS = (2, 3, 4, 6, 8)
_SHORT = 6
_KNOWN = {
    math.pi: r"\pi",
    2 * math.pi: r"2 \pi",
    4 * math.pi: r"4 \pi",
    math.pi / 2: r"\frac{\pi}{2}",
    math.pi / 4: r"\frac{\pi}{4}",
    math.pi / 180: r"\frac{\pi}{180}",
    180 / math.pi: r"\frac{180}{\pi}",
    math.e: r"\mathrm{e}",
    math.sqrt(2): r"\sqrt{2}",
    1 / math.sqrt(2): r"\frac{1}{\sqrt{2}}",
    math.sqrt(0.5): r"\frac{1}{\sqrt{2}}",
    math.sqrt(2 * math.pi): r"\sqrt{2 \pi}",
    math.sqrt(2 / math.pi): r"\sqrt{2 / \pi}",
    2 / math.sqrt(math.pi): r"\frac{2}{\sqrt{\pi}}",
    math.log(2): r"\log 2",
    math.log(10): r"\log 10",
    math.log(2 * math.pi): r"\log(2 \pi)",
    0.5 * math.log(2 * math.pi): r"\frac{1}{2} \log(2 \pi)",
    1 / math.sqrt(2 * math.pi): r"\frac{1}{\sqrt{2 \pi}}",
}
_LOOSE = (r"2 \pi", r"4 \pi", r"\log 2", r"\log 10", r"\log(2 \pi)")


def number(value: Any, pi: bool = True) -> Term:
    """The term of a number of NumPy or Python; `pi`: whether letters may stand for it.

    A negative number is the negative of one, so that a sum can subtract it.
    """
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, bool):
        return letter("true" if plain else "false", "words")
    if isinstance(plain, complex):
        return _complex(plain)
    if isinstance(plain, str) or plain != plain:
        return letter("NaN", "upright")
    if plain < 0 or (plain == 0 and math.copysign(1, plain) < 0):
        return NEGATED(_positive(-plain, value, pi))
    return _positive(plain, value, pi)


def _complex(value: complex) -> Term:
    imaginary = letter("i", "upright")
    if value.imag:
        part = number(abs(value.imag))
        unit = imaginary if abs(value.imag) == 1 else _PRODUCT(part, imaginary)
    else:
        return number(value.real)
    if not value.real:
        return NEGATED(unit) if value.imag < 0 else unit
    whole = _DIFFERENCE if value.imag < 0 else _SUM
    return whole(number(value.real), unit)


def _positive(value: int | float, given: Any, pi: bool) -> Term:
    if isinstance(value, int):
        return _decimal(str(value))
    if math.isinf(value):
        return boxed(SIGNS[r"\infty"])
    known = _KNOWN.get(value) if pi else None
    if known is not None:
        binds = Binds.PRODUCT if known in _LOOSE or "frac" in known else Binds.ATOM
        return Notation(known, binds)()
    if value == int(value) and value < 1e5:
        return _decimal(str(int(value)))
    fraction = _fraction(value)
    return fraction if fraction is not None else _decimal(_digits(value, given))


def _digits(value: float, given: Any) -> str:
    """The shortest decimal that is this number in its dtype."""
    dtype = given.dtype if isinstance(given, np.generic) else np.dtype(float)
    return str(dtype.type(value))


def _fraction(value: float) -> Term | None:
    """A fraction of small numbers, where it says more than decimals do."""
    if value > 100:
        return None
    for under in _DENOMINATORS:
        over = round(value * under)
        exact = over and over / under == value and math.gcd(over, under) == 1
        if exact and (under not in (2, 4, 8) or over < under):
            return Notation(rf"\frac{{{over}}}{{{under}}}", Binds.PRODUCT)()
    return None


def _decimal(text: str) -> Term:
    """Digits, and a power of ten where there are many zeros."""
    digits, _, exponent = text.partition("e")
    if not exponent and "." in digits and len(digits.lstrip("0.")) <= 2 < len(digits):
        found = Fraction(digits)
        if found < Fraction(1, 100):
            shift = len(digits.partition(".")[2]) - len(digits.lstrip("0.")) + 1
            rest = digits.lstrip("0.")
            digits = rest if len(rest) == 1 else f"{rest[0]}.{rest[1:]}"
            exponent = str(-shift)
    digits = digits.removesuffix(".0")
    if not exponent:
        return letter(digits, "number")
    ten = Notation(rf"10^{{{int(exponent)}}}", Binds.POWER)()
    if digits == "1":
        return ten
    times = Notation(rf"{digits} \cdot 10^{{{int(exponent)}}}", Binds.PRODUCT)
    return times()


def size(value: Size | Any, name: Names) -> Term:
    """The term of a size: a number, or a polynomial in names, which `name` writes."""
    if not isinstance(value, Dim):
        return number(value)
    return _polynomial(value._terms, name)


def _polynomial(terms: Terms, name: Names) -> Term:
    total: Term | None = None
    ordered = sorted(terms, key=lambda term: term[1] < 0)
    for monomial, factor in ordered:
        part = _monomial(monomial, abs(factor), name)
        if total is None:
            total = NEGATED(part) if factor < 0 else part
        else:
            total = (_DIFFERENCE if factor < 0 else _SUM)(total, part)
    return total if total is not None else number(0)


def _monomial(monomial: tuple[Any, ...], factor: int, name: Names) -> Term:
    powers: dict[Any, int] = {}
    for atom in monomial:
        powers[atom] = powers.get(atom, 0) + 1
    made = number(factor) if factor != 1 or not monomial else None
    for atom, power in powers.items():
        part = _atom(atom, name)
        if power > 1:
            exponent = number(power)
            part = Notation("#1^{#2}", Binds.POWER, (Binds.ATOM,))(part, exponent)
        made = part if made is None else _PRODUCT(made, part)
    assert made is not None
    return made


def _atom(atom: Any, name: Names) -> Term:
    if isinstance(atom, Floor):
        over, under = (_polynomial(terms, name) for terms in atom)
        return Notation(r"\lfloor #1 / #2 \rfloor", ATOM.binds, (Binds.POWER,) * 2)(
            over, under
        )
    if isinstance(atom, Positive):
        return Notation(r"\max(#1, 0)")(_polynomial(atom.inside, name))
    return name(atom)


def exponent(value: Any) -> Term:
    """A number above: ½ is 1/2 there, a fraction on one line."""
    plain = float(value)
    for under in (2, 3, 4):
        over = plain * under
        if abs(over) < 10 and over == int(over) and plain != int(plain):
            digits = Letter(str(abs(int(over))), "number")
            signed: tuple[Box, ...] = (SIGNS["-"],) if over < 0 else ()
            parts = (*signed, digits, SIGNS["/"], Letter(str(under), "number"))
            return boxed(row(*parts), Binds.SIGNED)
    return number(value)
