"""Dim: an integer polynomial in named sizes, for the axes of arrays.

A ``Dim`` is exact. Two sizes are the same size if and only if they are equal here, so
that a shape error can be reported when the graph is built, for every size at once.
Names stand for integers of at least zero. Floor divisions that do not come out even
stay in the polynomial as atoms of their own: ``(n + 1) // 2``.

Every operation whose result has no name in it gives a plain ``int``; a ``Dim`` is never
a constant in disguise.
"""

from __future__ import annotations

import keyword
import os
import sys
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from math import gcd
from numbers import Integral
from typing import Any, NamedTuple, NoReturn, TypeAlias, Union

_PACKAGE = "graphdiff"
_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")
_MAX_POWER = 64

Size: TypeAlias = Union[int, "Dim"]
Atom: TypeAlias = Union[str, "Floor"]
Monomial: TypeAlias = tuple[Atom, ...]


class Floor(NamedTuple):
    """The atom ``numerator // denominator`` that no rule could simplify."""

    numerator: Size
    denominator: Size

    def text(self) -> str:
        """Give the quotient as Python writes it, without outer brackets."""
        above, below = str(self.numerator), str(self.denominator)
        if isinstance(self.numerator, Dim) and len(self.numerator._terms) > 1:
            above = f"({above})"
        if not below.isidentifier() and not below.isdecimal():
            below = f"({below})"
        return f"{above} // {below}"


class Dim:
    """An immutable integer polynomial in named sizes, in canonical form.

    Made by ``Dim.named`` and by arithmetic with ``+ - * // % **``, never directly.
    Equal polynomials are equal and hash alike. What would need the number itself
    (``int``, ``range``, truth, an undecidable comparison) raises ``TypeError``: to
    answer for one size would silently bake that size into the graph.

    >>> batch = Dim.named("batch")
    >>> (4 * batch + 3) // 2
    2 * batch + 1
    >>> batch - batch
    0
    """

    __slots__ = ("__weakref__", "_hash", "_names", "_terms", "_text")
    __array_ufunc__ = None

    _terms: tuple[tuple[Monomial, int], ...]
    _hash: int
    _names: frozenset[str]
    _text: str | None

    def __init__(self) -> None:
        raise TypeError("a Dim is made by Dim.named(name) and by arithmetic")

    @staticmethod
    def named(name: str) -> Dim:
        """Give the size called `name`; the same name is always the same size."""
        return _named(name)

    @property
    def names(self) -> frozenset[str]:
        """The names that the value depends on."""
        return self._names

    def evaluate(self, sizes: Mapping[str, int]) -> int:
        """Give the number that the size is, when the names have these sizes.

        Raises ``ValueError`` when a name is missing, ``ZeroDivisionError`` when a
        denominator is 0.
        """
        missing = sorted(self._names.difference(sizes))
        if missing:
            raise ValueError(f"the size {self} needs a value for {', '.join(missing)}")
        value = self.substitute(sizes)
        assert isinstance(value, int), "substituting ints for all names gives an int"
        return value

    def substitute(self, sizes: Mapping[str, Size]) -> Size:
        """Replace names by sizes; names that `sizes` does not hold stay."""
        total: Size = 0
        for monomial, coefficient in self._terms:
            term: Size = coefficient
            for atom in monomial:
                term = term * _substitute_atom(atom, sizes)
            total = total + term
        return total

    def to_sympy(self) -> Any:
        """Give the size as a sympy expression in nonnegative integer symbols."""
        import sympy

        def factor(atom: Atom) -> Any:
            if isinstance(atom, str):
                return sympy.Symbol(atom, integer=True, nonnegative=True)
            above, below = (
                part.to_sympy() if isinstance(part, Dim) else sympy.Integer(part)
                for part in atom
            )
            return sympy.floor(above / below)

        return sympy.Add(*(c * sympy.Mul(*map(factor, m)) for m, c in self._terms))

    def __add__(self, other: Size) -> Size:
        size = _as_size(other)
        return NotImplemented if size is None else _add(self, size)

    __radd__ = __add__

    def __sub__(self, other: Size) -> Size:
        size = _as_size(other)
        return NotImplemented if size is None else _add(self, -size)

    def __rsub__(self, other: Size) -> Size:
        size = _as_size(other)
        return NotImplemented if size is None else _add(-self, size)

    def __neg__(self) -> Size:
        return _multiply(self, -1)

    def __mul__(self, other: Size) -> Size:
        size = _as_size(other)
        return NotImplemented if size is None else _multiply(self, size)

    __rmul__ = __mul__

    def __floordiv__(self, other: Size) -> Size:
        size = _as_size(other)
        return NotImplemented if size is None else _floordiv(self, size)

    def __rfloordiv__(self, other: Size) -> Size:
        size = _as_size(other)
        return NotImplemented if size is None else _floordiv(size, self)

    def __mod__(self, other: Size) -> Size:
        size = _as_size(other)
        return NotImplemented if size is None else self - size * _floordiv(self, size)

    def __rmod__(self, other: Size) -> Size:
        size = _as_size(other)
        return NotImplemented if size is None else size - self * _floordiv(size, self)

    def __pow__(self, power: int) -> Size:
        exponent = _as_size(power)
        if not isinstance(exponent, int):
            return NotImplemented
        if not 0 <= exponent <= _MAX_POWER:
            raise ValueError(
                f"a size takes powers from 0 to {_MAX_POWER}, got ({self}) ** {power}"
            )
        result: Size = 1
        for _ in range(exponent):
            result = result * self
        return result

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(other) is Dim:
            return self._hash == other._hash and self._terms == other._terms
        size = _as_size(other)
        if size is None:
            return NotImplemented
        if _attainable(self, size) and _called_from_outside():
            _refuse(self, f"whether it equals {size} cannot be decided")
        return False

    def __ne__(self, other: object) -> bool:
        if type(other) is Dim:
            return not self == other
        size = _as_size(other)
        if size is None:
            return NotImplemented
        if _attainable(self, size) and _called_from_outside():
            _refuse(self, f"whether it differs from {size} cannot be decided")
        return True

    def __hash__(self) -> int:
        return self._hash

    def __lt__(self, other: Size) -> bool:
        size = _as_size(other)
        return NotImplemented if size is None else _less(self, size, self, f"< {size}")

    def __gt__(self, other: Size) -> bool:
        size = _as_size(other)
        return NotImplemented if size is None else _less(size, self, self, f"> {size}")

    def __le__(self, other: Size) -> bool:
        size = _as_size(other)
        if size is None:
            return NotImplemented
        return not _less(size, self, self, f"<= {size}")

    def __ge__(self, other: Size) -> bool:
        size = _as_size(other)
        if size is None:
            return NotImplemented
        return not _less(self, size, self, f">= {size}")

    def __bool__(self) -> bool:
        _refuse(self, "whether it is zero cannot be decided")

    def __int__(self) -> int:
        _refuse(self, "int() of it has no value")

    def __float__(self) -> float:
        _refuse(self, "float() of it has no value")

    def __index__(self) -> int:
        _refuse(self, "it cannot serve as an index, a count or an array's size")

    def __array__(self, dtype: object = None, copy: object = None) -> NoReturn:
        _refuse(self, "it cannot become an array")

    def __str__(self) -> str:
        if self._text is None:
            self._text = _text(self._terms)
        return self._text

    __repr__ = __str__

    def __copy__(self) -> Dim:
        return self

    def __deepcopy__(self, memo: object) -> Dim:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._terms,)


def _as_size(value: object) -> Size | None:
    """Give `value` as a size, or None when its own operators should handle it."""
    kind = type(value)
    if kind is int or kind is Dim:
        return value  # type: ignore[return-value]
    if isinstance(value, Integral) and kind is not bool:
        return int(value)
    return None


def _refuse(dim: Dim, consequence: str) -> NoReturn:
    raise TypeError(
        f"the size {dim} is symbolic: it is known only when the function runs, so "
        f"{consequence}. Use it in arithmetic with arrays, use np.zeros_like(x) or "
        f"np.ones_like(x) to make an array, or give the axis an int size in the spec; "
        f"to iterate, loop over an axis with an int size."
    )


def _called_from_outside() -> bool:
    """Tell whether the comparison under way was written outside this package.

    Looks past the method that asks. The module's name is looked at besides the file,
    because the ``__eq__`` that a dataclass of ours got has no file.
    """
    frame = sys._getframe(2)
    if frame.f_code.co_filename.startswith(_FOLDER):
        return False
    module = frame.f_globals.get("__name__", "")
    return not (module == _PACKAGE or module.startswith(f"{_PACKAGE}."))


@lru_cache(maxsize=None)
def _named(name: str) -> Dim:
    if not isinstance(name, str):
        raise TypeError(f"a size is named by a str, got {type(name).__name__}")
    plain = unicodedata.normalize("NFKC", name)
    if plain == "_" or not plain.isidentifier() or keyword.iskeyword(plain):
        raise ValueError(f"a size needs a plain identifier as its name, got {name!r}")
    return _rebuild((((plain,), 1),))


def _rebuild(terms: tuple[tuple[Monomial, int], ...]) -> Dim:
    """Make the Dim of terms that are canonical already."""
    dim = object.__new__(Dim)
    names: set[str] = set()
    for monomial, _ in terms:
        for atom in monomial:
            if isinstance(atom, str):
                names.add(atom)
            else:
                names.update(*(p.names for p in atom if isinstance(p, Dim)))
    dim._terms, dim._names = terms, frozenset(names)
    dim._hash, dim._text = hash((Dim, terms)), None
    return dim


def _build(terms: dict[Monomial, int]) -> Size:
    """Make a size of terms in any order; without names it is an int."""
    kept = [(m, c) for m, c in terms.items() if c]
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    return _rebuild(tuple(sorted(kept, key=lambda term: _order(term[0]))))


@lru_cache(maxsize=4096)
def _order(monomial: Monomial) -> tuple[int, tuple[tuple[bool, str], ...]]:
    """Sort key: higher degree first, then alphabetically, quotients after names."""
    return -len(monomial), tuple(map(_atom_order, monomial))


def _atom_order(atom: Atom) -> tuple[bool, str]:
    return (False, atom) if isinstance(atom, str) else (True, atom.text())


def _terms_of(size: Size) -> tuple[tuple[Monomial, int], ...]:
    if isinstance(size, Dim):
        return size._terms
    return (((), size),) if size else ()


@lru_cache(maxsize=4096)
def _add(a: Size, b: Size) -> Size:
    total = dict(_terms_of(a))
    for monomial, coefficient in _terms_of(b):
        total[monomial] = total.get(monomial, 0) + coefficient
    return _build(total)


@lru_cache(maxsize=4096)
def _multiply(a: Size, b: Size) -> Size:
    total: dict[Monomial, int] = {}
    for left, c in _terms_of(a):
        for right, d in _terms_of(b):
            product = tuple(sorted(left + right, key=_atom_order))
            total[product] = total.get(product, 0) + c * d
    return _build(total)


@lru_cache(maxsize=4096)
def _floordiv(a: Size, b: Size) -> Size:
    """Divide: the even part comes out exactly, the rest becomes a Floor atom."""
    if b == 0:
        raise ZeroDivisionError(f"the size {a} is divided by zero")
    if _terms_of(b)[0][1] < 0:
        a, b = -a, -b
    quotient, rest = _long_division(a, b)
    if (low := _lowest(rest)) is not None and low >= 0:
        below = _lowest(b - rest)
        if rest == 0 or (below is not None and below > 0):
            return quotient
    elif (high := _lowest(-rest)) is not None and high > 0:
        above = _lowest(b + rest)
        if above is not None and above >= 0:
            return quotient - 1
    rest, b = _cancel(rest, b)
    if b == 1:
        return quotient + rest
    if (merged := _merge(rest, b)) is not None:
        return quotient + merged
    return quotient + _rebuild((((Floor(rest, b),), 1),))


def _long_division(a: Size, b: Size) -> tuple[Size, Size]:
    """Give q and r with a = q*b + r, no term of r divisible by b's leading term.

    Floor division by an integer-valued b commutes with taking out any integer-valued
    q, so that ``a // b == q + r // b`` holds for all sizes.
    """
    lead, scale = _terms_of(b)[0]
    quotient: Size = 0
    rest: Size = 0
    while a != 0:
        monomial, coefficient = _terms_of(a)[0]
        term = _build({monomial: coefficient})
        over = _without(monomial, lead)
        if over is not None and (times := coefficient // scale):
            step = _build({over: times})
            quotient = quotient + step
            kept = _build({monomial: coefficient % scale})
            rest = rest + kept
            a = a - step * b - kept
        else:
            rest = rest + term
            a = a - term
    return quotient, rest


def _without(monomial: Monomial, part: Monomial) -> Monomial | None:
    """Divide monomials, None when `part` does not divide."""
    left = list(monomial)
    for atom in part:
        if atom not in left:
            return None
        left.remove(atom)
    return tuple(left)


def _cancel(a: Size, b: Size) -> tuple[Size, Size]:
    """Divide both sides of a quotient by what all their terms have in common.

    An integer factor g may leave a constant behind in `a` when b is known not to be
    negative: floor((g*m + c) / (g*b)) = floor((m + floor(c/g)) / b).
    """
    low = _lowest(b)
    loose = low is not None and low >= 0
    scale = gcd(*(c for m, c in _terms_of(a) if m or not loose))
    scale = gcd(scale, *(c for _, c in _terms_of(b)))
    shared = list(_terms_of(b)[0][0])
    for monomial, _ in (*_terms_of(a), *_terms_of(b)):
        pool = list(monomial)
        shared = [atom for atom in shared if atom in pool and not pool.remove(atom)]  # type: ignore[func-returns-value]
    part = tuple(shared)

    def divided(size: Size) -> Size:
        return _build({_without(m, part) or (): c // scale for m, c in _terms_of(size)})

    return divided(a), divided(b)


def _merge(a: Size, b: Size) -> Size | None:
    """(x // k + m) // b = (x + k*m) // (k*b) for ints k, b > 0; None elsewhere."""
    if not isinstance(b, int):
        return None
    nested = [
        (monomial, coefficient)
        for monomial, coefficient in _terms_of(a)
        if any(isinstance(atom, Floor) for atom in monomial)
    ]
    if len(nested) != 1 or len(nested[0][0]) != 1 or nested[0][1] != 1:
        return None
    floor = nested[0][0][0]
    if not isinstance(floor, Floor) or not isinstance(floor.denominator, int):
        return None
    others = a - _build({nested[0][0]: 1})
    return _floordiv(
        floor.numerator + floor.denominator * others, floor.denominator * b
    )


def _lowest(size: Size) -> int | None:
    """Give a lower bound that holds for all sizes, None when none is known."""
    if isinstance(size, int):
        return size
    constant = 0
    for monomial, coefficient in size._terms:
        if not monomial:
            constant = coefficient
        elif coefficient < 0 or not all(map(_nonnegative, monomial)):
            return None
    return constant


def _nonnegative(atom: Atom) -> bool:
    if isinstance(atom, str):
        return True
    bounds = [_lowest(part) for part in atom]
    return all(bound is not None and bound >= 0 for bound in bounds)


def _attainable(dim: Dim, value: int) -> bool:
    """Tell whether `dim` may equal `value` for some sizes, as far as is known."""
    difference = dim - value
    low, high = _lowest(difference), _lowest(-difference)
    if (low is not None and low > 0) or (high is not None and high > 0):
        return False
    step = gcd(*(c for m, c in _terms_of(difference) if m))
    return sum(c for m, c in _terms_of(difference) if not m) % step == 0


def _less(a: Size, b: Size, dim: Dim, asked: str) -> bool:
    """Decide ``a < b`` for all sizes at once, or refuse."""
    low = _lowest(b - a)
    if low is not None and low > 0:
        return True
    high = _lowest(a - b)
    if high is not None and high >= 0:
        return False
    _refuse(dim, f"whether it is {asked} cannot be decided")


def _substitute_atom(atom: Atom, sizes: Mapping[str, Size]) -> Size:
    if isinstance(atom, str):
        if atom not in sizes:
            return _named(atom)
        size = _as_size(sizes[atom])
        if size is None:
            raise TypeError(f"the size {atom} must be an int, got {sizes[atom]!r}")
        return size
    above, below = (
        part.substitute(sizes) if isinstance(part, Dim) else part for part in atom
    )
    if below == 0:
        raise ZeroDivisionError(f"the size {atom.text()} divides by zero")
    return above // below


def _text(terms: tuple[tuple[Monomial, int], ...]) -> str:
    """Write the sum with a positive term in front, if there is one."""
    first = next((i for i, (_, c) in enumerate(terms) if c > 0), 0)
    ordered = (terms[first], *terms[:first], *terms[first + 1 :])
    monomial, coefficient = ordered[0]
    text = _term_text(monomial, abs(coefficient))
    if coefficient < 0:
        bare = len(monomial) == 1 and coefficient == -1
        text = f"-({text})" if bare and isinstance(monomial[0], Floor) else f"-{text}"
    for monomial, coefficient in ordered[1:]:
        sign = "-" if coefficient < 0 else "+"
        text += f" {sign} {_term_text(monomial, abs(coefficient))}"
    return text


def _term_text(monomial: Monomial, coefficient: int) -> str:
    """Write a product, spaced as ruff does: ``n**2``, but ``(n // 2) ** 2``."""
    if coefficient == 1 and len(monomial) == 1 and isinstance(monomial[0], Floor):
        return monomial[0].text()
    factors = [] if coefficient == 1 and monomial else [str(coefficient)]
    for atom in dict.fromkeys(monomial):
        power = monomial.count(atom)
        if isinstance(atom, str):
            factors.append(atom if power == 1 else f"{atom}**{power}")
        else:
            base = f"({atom.text()})"
            factors.append(base if power == 1 else f"{base} ** {power}")
    return " * ".join(factors)
