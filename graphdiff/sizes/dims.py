"""Declared shapes: parsing them, and matching them with the shapes of arrays.

A size is an int or a ``Dim`` (see ``polynomial``), and a shape is a tuple of sizes.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from math import comb
from typing import Literal, NamedTuple, NoReturn

from graphdiff.sizes.polynomial import Dim, Size, from_terms, positive_part
from graphdiff.sizes.terms import attainable

__all__ = [
    "Dim",
    "Size",
    "condition",
    "evaluate_size",
    "is_nonnegative",
    "names_in",
    "parse_dims",
    "positive_part",
    "sides",
    "solve_for",
    "strongest",
]

_MAX_NESTING = 50
_MAX_TERMS = 1000
_OPERATORS: dict[str, Callable[[Size, Size], Size]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|//|.))"
)


def evaluate_size(size: Size, sizes: Mapping[str, int]) -> int:
    """Give the number that `size` is, when the names have these sizes."""
    return size if isinstance(size, int) else size.evaluate(sizes)


def bound_size(size: Size, sizes: Mapping[str, int]) -> Size:
    """The number that `size` is, or what is left of it while some names are open."""
    if isinstance(size, int) or size.names <= sizes.keys():
        return evaluate_size(size, sizes)
    return size.substitute(sizes)


def names_in(shape: Iterable[Size]) -> tuple[str, ...]:
    """Give the names that occur in a shape, sorted, each once."""
    found: set[str] = set()
    for size in shape:
        if isinstance(size, Dim):
            found |= size.names
    return tuple(sorted(found))


def condition(needed: Dim) -> str:
    """Write that a size is at least 0, with what is taken off on the other side.

    >>> condition(2 * Dim.named("n") - 3)
    '2 * n >= 3'
    """
    return "{} >= {}".format(*sides(needed))


def strongest(needs: Iterable[Dim]) -> tuple[Dim, ...]:
    """Give those of sizes that must be at least 0 from which the others follow."""
    kept: list[Dim] = []
    for size in needs:
        if not any(is_nonnegative(size - other) for other in kept):
            kept = [other for other in kept if not is_nonnegative(other - size)]
            kept.append(size)
    return tuple(kept)


def is_nonnegative(size: Size) -> bool:
    """Tell whether a size is known to be at least 0."""
    return positive_part(size) == size


def sides(needed: Dim) -> tuple[Size, Size]:
    """Give a size as a difference of two sizes without minus signs."""
    parts: list[Size] = [0, 0]
    for monomial, coefficient in needed._terms:
        term = from_terms(((monomial, abs(coefficient)),))
        parts[coefficient < 0] += term
    return parts[0], parts[1]


def solve_for(
    pattern: tuple[Size, ...], actual: tuple[int, ...], known: dict[str, int]
) -> tuple[int, ...]:
    """Bind the names of a declared shape to what an actual shape makes of them.

    `known` gains every name that follows from an axis that is linear in one name not
    yet known, and every axis without such a name is verified. Returns the axes that
    are still open, because their names follow only from another array's shape; a
    caller with several arrays comes back to these. A mismatch raises ``ValueError``
    that names both shapes, and leaves `known` as it was: half a binding would blame
    the next array for this one's fault.

    >>> known = {}
    >>> solve_for((Dim.named("n") + 1, 3), (5, 3), known)
    ()
    >>> known
    {'n': 4}
    """
    shapes = f"declared shape {_shape_text(pattern)}, actual shape {actual}"
    if len(pattern) != len(actual):
        raise ValueError(f"{len(pattern)} axes declared, {len(actual)} found: {shapes}")
    bound = dict(known)
    still_open = list(range(len(pattern)))
    progress = True
    while progress:
        waiting = []
        for axis in still_open:
            size = pattern[axis]
            rest = size.substitute(bound) if isinstance(size, Dim) else size
            solution = _solve(rest, actual[axis])
            if solution is None:
                waiting.append(axis)
            elif solution is False:
                because = "" if rest is size else f" (here {rest})"
                raise ValueError(
                    f"axis {axis} is declared {size}{because} and has size "
                    f"{actual[axis]}: {shapes}"
                )
            else:
                bound.update(solution)
        progress = len(waiting) < len(still_open)
        still_open = waiting
    known.update(bound)
    return tuple(still_open)


def _solve(size: Size, actual: int) -> dict[str, int] | Literal[False] | None:
    """Give what `size == actual` binds, False if it cannot hold, None if open."""
    if isinstance(size, int):
        return {} if size == actual else False
    if not attainable(size._terms, actual):
        return False
    (monomial, coefficient), *others = size._terms
    constant = others[0][1] if others and not others[0][0] else 0
    if len(others) > (constant != 0) or len(monomial) != 1:
        return None
    atom = monomial[0]
    if not isinstance(atom, str):
        return None
    value, remainder = divmod(actual - constant, coefficient)
    return {atom: value} if value >= 0 and not remainder else False


def _shape_text(shape: tuple[Size, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def parse_dims(text: str) -> tuple[Size | None, ...]:
    """Read a shape such as ``"batch, 784"`` or ``"2*n, n//2 + 1"``.

    Entries are integer expressions of names with ``+ - * // % **``, brackets and
    ``max(a, b)``; an entry ``_`` gives None, a size for the caller to choose, and empty
    text gives ``()``. The text is read by a small parser of its own and never evaluated
    as Python: shapes come from files as well as from programs. Raises ``ValueError``
    that names the text and the position.

    >>> parse_dims("2*batch, _, 3")
    (2 * batch, None, 3)
    """
    if not isinstance(text, str):
        raise TypeError(f"a shape is declared by a str, got {type(text).__name__}")
    return _Parser(text).shape()


def _terms_of(sign: str, left: Size, right: Size) -> int:
    """How many terms a product or a power may have before equal ones are added up."""
    one, other = (len(s._terms) if isinstance(s, Dim) else 1 for s in (left, right))
    if sign == "**" and isinstance(right, int):
        return comb(one + right - 1, one - 1) if one > 1 else 1
    return one * other if sign == "*" else 0


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


class _Parser:
    """Precedence climbing over the tokens of one declared shape."""

    _LEVELS = (("+", "-"), ("*", "//", "%"))

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [
            _Token(kind, match[kind], match.start(kind))
            for match in _TOKEN.finditer(text.rstrip())
            if (kind := match.lastgroup)
        ]
        self._tokens.append(_Token("end", "the end", len(text)))
        self._next = 0
        self._depth = 0

    def shape(self) -> tuple[Size | None, ...]:
        sizes: list[Size | None] = []
        while self._tokens[self._next].kind != "end":
            sizes.append(self._entry())
            if self._tokens[self._next].kind != "end":
                self._expect(",")
        return tuple(sizes)

    def _entry(self) -> Size | None:
        start = self._tokens[self._next]
        if start.text == "_":
            self._next += 1
            return None
        size = self._sum(0)
        if isinstance(size, int) and size < 0:
            self._fail(start, f"a size is at least 0, got {size}")
        return size

    def _sum(self, level: int) -> Size:
        """Read operands of one precedence level, joined from the left."""
        if level == len(self._LEVELS):
            return self._signed()
        left = self._sum(level + 1)
        while (token := self._tokens[self._next]).text in self._LEVELS[level]:
            self._next += 1
            right = self._sum(level + 1)
            left = self._apply(token, left, right)
        return left

    def _signed(self) -> Size:
        """Read a power, with signs before it, which bind less tightly."""
        negative = False
        while (token := self._tokens[self._next]).text in ("+", "-"):
            negative ^= token.text == "-"
            self._next += 1
        base = self._operand()
        if (token := self._tokens[self._next]).text == "**":
            self._next += 1
            power = self._tokens[self._next]
            if power.kind != "number":
                self._fail(power, "a power is a plain number")
            self._next += 1
            if self._tokens[self._next].text == "**":
                self._fail(self._tokens[self._next], "a power of a power")
            base = self._apply(token, base, int(power.text[:9]))
        return -base if negative else base

    def _operand(self) -> Size:
        token = self._tokens[self._next]
        self._next += 1
        if token.kind == "number":
            if len(token.text) > 18:
                self._fail(token, "the number is too large for a size")
            return int(token.text)
        if token.text == "max" and self._tokens[self._next].text == "(":
            return self._largest()
        if token.kind == "name":
            try:
                return Dim.named(token.text)
            except ValueError as error:
                self._fail(token, str(error))
        if token.text != "(":
            self._fail(token, "expected a name, a number or '('")
        self._depth += 1
        if self._depth > _MAX_NESTING:
            self._fail(token, f"more than {_MAX_NESTING} nested brackets")
        size = self._sum(0)
        self._depth -= 1
        self._expect(")")
        return size

    def _largest(self) -> Size:
        """Read what follows ``max``: two sizes, in brackets."""
        self._depth += 1
        if self._depth > _MAX_NESTING:
            self._fail(self._tokens[self._next], "brackets nested too deep")
        self._next += 1
        one = self._sum(0)
        self._expect(",")
        other = self._sum(0)
        self._depth -= 1
        self._expect(")")
        return other + positive_part(one - other)

    def _apply(self, token: _Token, left: Size, right: Size) -> Size:
        if _terms_of(token.text, left, right) > _MAX_TERMS:
            self._fail(token, f"a size has at most {_MAX_TERMS} terms")
        try:
            return _OPERATORS[token.text](left, right)
        except (ValueError, ZeroDivisionError) as error:
            self._fail(token, str(error))

    def _expect(self, sign: str) -> None:
        token = self._tokens[self._next]
        if token.text != sign:
            self._fail(token, f"expected {sign!r} or an operator")
        self._next += 1

    def _fail(self, token: _Token, reason: str) -> NoReturn:
        raise ValueError(
            f"cannot read the shape {self._text!r}: {reason}; found {token.text!r} at "
            f"position {token.position}"
        ) from None
