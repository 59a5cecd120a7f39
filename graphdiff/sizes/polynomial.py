"""Dim: an integer polynomial in named sizes, for the axes of arrays.

A ``Dim`` is exact. Two sizes are the same size if and only if they are equal here, so
that a shape error can be reported when the graph is built, for every size at once.
Names stand for integers of at least zero. Floor divisions that do not come out even
stay in the polynomial as atoms of their own, as in ``(n + 1) // 2``, and so do positive
parts: ``max(n - 1, 0)``, the length of ``x[1:]``.

Every operation whose result has no name in it gives a plain ``int``; a ``Dim`` is never
a constant in disguise.
"""

# ruff: noqa: D105, D107 -- the class says what the operators mean.

from __future__ import annotations

import keyword
import operator
import os
import sys
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from numbers import Integral
from typing import Any, ClassVar, NoReturn, TypeAlias, Union

from graphdiff.errors import GraphTypeError
from graphdiff.sizes import terms
from graphdiff.sizes.terms import Atom, Positive, Terms

_PACKAGE = "graphdiff"
_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")
_MAX_POWER = 64

Size: TypeAlias = Union[int, "Dim"]


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
    in_arithmetic: ClassVar[Callable[[Callable[..., Any], Any, Any], Size]]
    in_ufunc: ClassVar[Callable[[Any, str, Any, Any], Any]]
    """What becomes of a size among inexact numbers: set by ``expression``."""

    _terms: Terms
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
        return terms.evaluate(self._terms, sizes)

    def substitute(self, sizes: Mapping[str, Size]) -> Size:
        """Replace names by sizes; names that `sizes` does not hold stay."""
        return _substitute(self._terms, sizes)

    def to_sympy(self) -> Any:
        """Give the size as a sympy expression in nonnegative integer symbols."""
        from graphdiff.sizes.symbols import to_sympy

        return to_sympy(self._terms)

    def __add__(self, other: Size) -> Size:
        size = _as_size(other)
        if size is None:
            return _inexact(operator.add, self, other)
        return _add(self, size)

    __radd__ = __add__

    def __sub__(self, other: Size) -> Size:
        size = _as_size(other)
        if size is None:
            return _inexact(operator.sub, self, other)
        return _add(self, -size)

    def __rsub__(self, other: Size) -> Size:
        size = _as_size(other)
        if size is None:
            return _inexact(operator.sub, other, self)
        return _add(-self, size)

    def __neg__(self) -> Size:
        return _multiply(self, -1)

    def __mul__(self, other: Size) -> Size:
        size = _as_size(other)
        if size is None:
            return _inexact(operator.mul, self, other)
        return _multiply(self, size)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return _inexact(operator.truediv, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _inexact(operator.truediv, other, self)

    def __floordiv__(self, other: Size) -> Size:
        size = _as_size(other)
        if size is None:
            return _inexact(operator.floordiv, self, other)
        return _floordiv(self, size)

    def __rfloordiv__(self, other: Size) -> Size:
        size = _as_size(other)
        if size is None:
            return _inexact(operator.floordiv, other, self)
        return _floordiv(size, self)

    def __mod__(self, other: Size) -> Size:
        size = _as_size(other)
        if size is None:
            return _inexact(operator.mod, self, other)
        return self - size * _floordiv(self, size)

    def __rmod__(self, other: Size) -> Size:
        size = _as_size(other)
        if size is None:
            return _inexact(operator.mod, other, self)
        return size - self * _floordiv(size, self)

    def __pow__(self, power: int) -> Size:
        exponent = _as_size(power)
        if not isinstance(exponent, int) or exponent == -1:
            return _inexact(operator.pow, self, power)
        if not 0 <= exponent <= _MAX_POWER:
            raise ValueError(
                f"a size takes powers from 0 to {_MAX_POWER}, got ({self}) ** {power}"
            )
        result: Size = 1
        for _ in range(exponent):
            result = result * self
        return result

    def __rpow__(self, base: Any) -> Any:
        return _inexact(operator.pow, base, self)

    def __array_ufunc__(
        self, ufunc: Any, method: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Take part in a NumPy ufunc: exactly among integers, else as an array."""
        exact = _EXACT.get(ufunc.__name__)
        sizes = [_as_size(a) for a in args]
        if exact is not None and method == "__call__" and None not in sizes:
            return exact(*sizes)
        return Dim.in_ufunc(ufunc, method, args, kwargs)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(other) is Dim:
            return self._hash == other._hash and self._terms == other._terms
        size = _as_size(other)
        if not isinstance(size, int):
            return NotImplemented
        if terms.attainable(self._terms, size) and _called_from_outside():
            _refuse(self, f"whether it equals {size} cannot be decided")
        return False

    def __ne__(self, other: object) -> bool:
        if type(other) is Dim:
            return not self == other
        size = _as_size(other)
        if not isinstance(size, int):
            return NotImplemented
        if terms.attainable(self._terms, size) and _called_from_outside():
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
            self._text = terms.text(self._terms)
        return self._text

    __repr__ = __str__

    def __copy__(self) -> Dim:
        return self

    def __deepcopy__(self, memo: object) -> Dim:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_terms, (self._terms,)


def _as_size(value: object) -> Size | None:
    """Give `value` as a size, or None when its own operators should handle it."""
    kind = type(value)
    if kind is int or kind is Dim:
        return value  # type: ignore[return-value]
    if isinstance(value, Integral) and kind is not bool:
        return int(value)
    return None


_EXACT: dict[str, Callable[..., Size]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
}


def _inexact(function: Callable[..., Any], a: Any, b: Any) -> Size:
    """What `function` makes of a size and a float: a number that is not known yet."""
    return Dim.in_arithmetic(function, a, b)


def _refuse(dim: Dim, consequence: str) -> NoReturn:
    raise GraphTypeError(
        f"the size {dim} is symbolic: it is known only when the function runs, so "
        f"{consequence}. Use it in arithmetic with arrays; make arrays with "
        f"np.zeros_like(x), with np.ones(shape, like=x) and its kind, which take "
        f"sizes, or with graphdiff.numpy instead of numpy; or give the axis an int "
        f"size in the spec. To iterate, loop over an axis with an int size."
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


@cache
def _named(name: str) -> Dim:
    if not isinstance(name, str):
        raise TypeError(f"a size is named by a str, got {type(name).__name__}")
    plain = unicodedata.normalize("NFKC", name)
    if plain == "_" or not plain.isidentifier() or keyword.iskeyword(plain):
        raise ValueError(f"a size needs a plain identifier as its name, got {name!r}")
    return _from_terms((((plain,), 1),))


def _from_terms(polynomial: Terms) -> Dim:
    """Make the Dim of terms that are canonical and hold a name."""
    dim = object.__new__(Dim)
    dim._terms = polynomial
    dim._names = terms.names(polynomial)
    dim._hash = hash((Dim, polynomial))
    dim._text = None
    return dim


def from_terms(polynomial: Terms) -> Size:
    """Make a size of terms: an int when there is no name in them."""
    if not polynomial:
        return 0
    if not polynomial[0][0]:
        return polynomial[0][1]
    return _from_terms(polynomial)


def _terms(size: Size) -> Terms:
    return size._terms if isinstance(size, Dim) else terms.constant(size)


@lru_cache(maxsize=4096)
def _add(a: Size, b: Size) -> Size:
    return from_terms(terms.add(_terms(a), _terms(b)))


@lru_cache(maxsize=4096)
def _multiply(a: Size, b: Size) -> Size:
    return from_terms(terms.multiply(_terms(a), _terms(b)))


@lru_cache(maxsize=4096)
def _floordiv(a: Size, b: Size) -> Size:
    return from_terms(terms.floordiv(_terms(a), _terms(b)))


@lru_cache(maxsize=4096)
def positive_part(size: Size) -> Size:
    """Give max(size, 0): what a length comes to where `size` counts below zero."""
    return from_terms(terms.positive(_terms(size)))


def _less(a: Size, b: Size, dim: Dim, asked: str) -> bool:
    """Decide ``a < b`` for all sizes at once, or refuse."""
    answer = terms.less(_terms(a), _terms(b))
    if answer is None:
        _refuse(dim, f"whether it is {asked} cannot be decided")
    return answer


def _substitute_atom(atom: Atom, sizes: Mapping[str, Size]) -> Size:
    if isinstance(atom, str):
        if atom not in sizes:
            return _named(atom)
        size = _as_size(sizes[atom])
        if size is None:
            raise TypeError(f"the size {atom} must be an int, got {sizes[atom]!r}")
        return size
    if isinstance(atom, Positive):
        return positive_part(_substitute(atom.inside, sizes))
    above, below = (_substitute(part, sizes) for part in atom)
    return above // below


def _substitute(polynomial: Terms, sizes: Mapping[str, Size]) -> Size:
    total: Size = 0
    for monomial, coefficient in polynomial:
        product: Size = coefficient
        for atom in monomial:
            product = product * _substitute_atom(atom, sizes)
        total = total + product
    return total
