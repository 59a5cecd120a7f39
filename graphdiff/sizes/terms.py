"""Integer polynomials as tuples of terms: the arithmetic under ``Dim``.

A polynomial is a tuple of (monomial, coefficient) in a fixed order, without zero
coefficients; a monomial is a tuple of atoms in order, each repeated as often as its
power says; an atom is a name, a quotient that did not come out even, or a positive
part whose sign depends on the sizes. Equal tuples are equal polynomials. Names stand
for integers of at least zero.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import gcd
from typing import NamedTuple, TypeAlias, Union

Atom: TypeAlias = Union[str, "Floor", "Positive"]
Monomial: TypeAlias = tuple[Atom, ...]
Terms: TypeAlias = tuple[tuple[Monomial, int], ...]


class Floor(NamedTuple):
    """The atom ``numerator // denominator`` that no rule could simplify."""

    numerator: Terms
    denominator: Terms


class Positive(NamedTuple):
    """The atom ``max(inside, 0)``, where the sign of `inside` is not known."""

    inside: Terms


def constant(value: int) -> Terms:
    """Give the polynomial without names that has this value."""
    return (((), value),) if value else ()


def build(terms: Mapping[Monomial, int]) -> Terms:
    """Put terms into canonical order and leave out those that are zero."""
    kept = [(m, c) for m, c in terms.items() if c]
    return tuple(sorted(kept, key=lambda term: _order(term[0])))


@lru_cache(maxsize=4096)
def _order(monomial: Monomial) -> tuple[int, tuple[tuple[bool, str], ...]]:
    """Sort key: higher degree first, then alphabetically, quotients after names.

    Multiplying two monomials by a third keeps their order, which long division needs.
    """
    return -len(monomial), tuple(map(_atom_order, monomial))


def _atom_order(atom: Atom) -> tuple[bool, str]:
    return not isinstance(atom, str), _atom_text(atom)


def names(terms: Terms) -> frozenset[str]:
    """Give the names that occur, also those inside quotients."""
    found: set[str] = set()
    for monomial, _ in terms:
        for atom in monomial:
            if isinstance(atom, str):
                found.add(atom)
            else:
                found.update(*map(names, atom))
    return frozenset(found)


def evaluate(terms: Terms, sizes: Mapping[str, int]) -> int:
    """Give the value for these sizes; they hold every name that occurs."""
    total = 0
    for monomial, coefficient in terms:
        product = coefficient
        for atom in monomial:
            if isinstance(atom, str):
                product *= sizes[atom]
                continue
            if isinstance(atom, Positive):
                product *= max(evaluate(atom.inside, sizes), 0)
                continue
            below = evaluate(atom.denominator, sizes)
            if below == 0:
                raise ZeroDivisionError(f"{_atom_text(atom)} divides by zero")
            product *= evaluate(atom.numerator, sizes) // below
        total += product
    return total


def add(a: Terms, b: Terms) -> Terms:
    """Give a + b."""
    total = dict(a)
    for monomial, coefficient in b:
        total[monomial] = total.get(monomial, 0) + coefficient
    return build(total)


def negate(a: Terms) -> Terms:
    """Give -a."""
    return tuple((monomial, -coefficient) for monomial, coefficient in a)


def multiply(a: Terms, b: Terms) -> Terms:
    """Give a * b."""
    total: dict[Monomial, int] = {}
    for left, c in a:
        for right, d in b:
            product = tuple(sorted(left + right, key=_atom_order))
            total[product] = total.get(product, 0) + c * d
    return build(total)


def floordiv(a: Terms, b: Terms) -> Terms:
    """Give a // b: the even part exactly, what is left as a quotient atom.

    Raises ``ZeroDivisionError`` when b is zero. A factor that both sides share is
    cancelled, although it may be zero for some sizes: there a // b has no value.
    """
    if not b:
        raise ZeroDivisionError(f"{text(a)} is divided by zero")
    if b[0][1] < 0:
        a, b = negate(a), negate(b)
    quotient, rest = _long_division(a, b)
    if _at_least(rest, 0) and (not rest or _at_least(add(b, negate(rest)), 1)):
        return quotient
    if _at_least(negate(rest), 1) and _at_least(add(b, rest), 0):
        return add(quotient, constant(-1))
    rest, b = _cancel(rest, b)
    if b == constant(1):
        return add(quotient, rest)
    merged = _merge(rest, b)
    return add(quotient, (((Floor(rest, b),), 1),) if merged is None else merged)


def _long_division(a: Terms, b: Terms) -> tuple[Terms, Terms]:
    """Give q and r with a = q*b + r, no term of r divisible by b's leading term.

    Any integer-valued q may be taken out of a floor division: a // b == q + r // b
    holds for all sizes. The leading coefficient of b is positive.
    """
    lead, scale = b[0]
    quotient: Terms = ()
    rest: Terms = ()
    while a:
        monomial, coefficient = a[0]
        over = _without(monomial, lead)
        times = 0 if over is None else coefficient // scale
        if over is not None and times:
            step = ((over, times),)
            quotient = add(quotient, step)
            a = add(a, negate(multiply(step, b)))
            coefficient -= times * scale
        kept = build({monomial: coefficient})
        rest = add(rest, kept)
        a = add(a, negate(kept))
    return quotient, rest


def _without(monomial: Monomial, part: Monomial) -> Monomial | None:
    """Divide monomials; None when `part` does not divide."""
    left = list(monomial)
    for atom in part:
        if atom not in left:
            return None
        left.remove(atom)
    return tuple(left)


def _common(a: Monomial, b: Monomial) -> Monomial:
    """Give the greatest monomial that divides both."""
    pool, shared = list(b), []
    for atom in a:
        if atom in pool:
            pool.remove(atom)
            shared.append(atom)
    return tuple(shared)


def _cancel(a: Terms, b: Terms) -> tuple[Terms, Terms]:
    """Divide both sides of a quotient by what all their terms have in common.

    An integer factor g may leave a constant c behind in `a` when b is known not to be
    negative: floor((g*m + c) / (g*b)) = floor((m + floor(c/g)) / b).
    """
    loose = _at_least(b, 0)
    scale = gcd(*(c for m, c in a if m or not loose), *(c for _, c in b))
    shared = b[0][0]
    for monomial, _ in a + b:
        shared = _common(shared, monomial)

    def divided(terms: Terms) -> Terms:
        return build({_without(m, shared) or (): c // scale for m, c in terms})

    return divided(a), divided(b)


def _merge(a: Terms, b: Terms) -> Terms | None:
    """(x // k + m) // b = (x + k*m) // (k*b) for ints k, b > 0; None elsewhere."""
    nested = [
        (monomial, coefficient)
        for monomial, coefficient in a
        if any(isinstance(atom, Floor) for atom in monomial)
    ]
    if names(b) or len(nested) != 1 or len(nested[0][0]) != 1 or nested[0][1] != 1:
        return None
    floor = nested[0][0][0]
    if not isinstance(floor, Floor) or names(floor.denominator):
        return None
    others = add(a, negate((nested[0],)))
    above = add(floor.numerator, multiply(floor.denominator, others))
    return floordiv(above, multiply(floor.denominator, b))


def lowest(terms: Terms) -> int | None:
    """Give a lower bound that holds for all sizes; None when none is known."""
    bound = 0
    for monomial, coefficient in terms:
        if not monomial:
            bound = coefficient
        elif coefficient < 0 or not all(map(_nonnegative, monomial)):
            return None
    return bound


def _at_least(terms: Terms, bound: int) -> bool:
    """Tell whether the value is known to reach `bound` for all sizes.

    What is taken off is bounded from above: x // d by x / d, for a number d > 0, and
    max(x, 0) by x or by 0, whichever it is.
    """
    low = lowest(terms)
    if low is not None:
        return low >= bound
    for monomial, coefficient in terms:
        atom = monomial[0] if len(monomial) == 1 else ""
        if coefficient > 0 or isinstance(atom, str):
            continue
        rest = add(terms, ((monomial, -coefficient),))
        if isinstance(atom, Positive):
            taken = multiply(constant(coefficient), atom.inside)
            return _at_least(rest, bound) and _at_least(add(rest, taken), bound)
        divisor = lowest(atom.denominator)
        if divisor and divisor > 0 and atom.denominator == constant(divisor):
            taken = multiply(constant(coefficient), atom.numerator)
            whole = add(multiply(constant(divisor), rest), taken)
            return _at_least(whole, divisor * bound)
    return False


def _nonnegative(atom: Atom) -> bool:
    return not isinstance(atom, Floor) or all(_at_least(part, 0) for part in atom)


def positive(a: Terms) -> Terms:
    """Give max(a, 0): a where it is never negative, 0 where it is never positive.

    A common factor comes out, and max(max(x, 0) + c, 0) is max(x + c, 0) for c <= 0,
    so that equal lengths of a part of a part are equal here.
    """
    if _at_least(a, 0):
        return a
    if _at_least(negate(a), 0):
        return ()
    for monomial, coefficient in a:
        if coefficient == 1 and len(monomial) == 1:
            (atom,) = monomial
            rest = add(a, (((atom,), -1),))
            if isinstance(atom, Positive) and _at_least(negate(rest), 0):
                return positive(add(atom.inside, rest))
    scale = gcd(*(c for _, c in a))
    return (((Positive(tuple((m, c // scale) for m, c in a)),), scale),)


def less(a: Terms, b: Terms) -> bool | None:
    """Decide ``a < b`` for all sizes at once; None when it depends on the sizes."""
    difference = add(b, negate(a))
    if _at_least(difference, 1):
        return True
    return False if _at_least(negate(difference), 0) else None


def attainable(terms: Terms, value: int) -> bool:
    """Tell whether some sizes may give this value, as far as bounds and gcd know."""
    difference = add(terms, constant(-value))
    if _at_least(difference, 1) or _at_least(negate(difference), 1):
        return False
    left = sum(c for m, c in difference if not m)
    step = gcd(*(c for m, c in difference if m))
    return left % step == 0 if step else left == 0


def text(terms: Terms) -> str:
    """Write a Python expression, a positive term in front if there is one.

    Brackets stand only where they are needed, and spaces where ruff puts them.
    """
    if not terms:
        return "0"
    first = next((i for i, (_, c) in enumerate(terms) if c > 0), 0)
    monomial, coefficient = terms[first]
    written = _term_text(monomial, abs(coefficient))
    if coefficient < 0:
        bare = coefficient == -1 and len(monomial) == 1 and type(monomial[0]) is Floor
        written = f"-({written})" if bare else f"-{written}"
    for monomial, coefficient in (*terms[:first], *terms[first + 1 :]):
        sign = "-" if coefficient < 0 else "+"
        written += f" {sign} {_term_text(monomial, abs(coefficient))}"
    return written


def _term_text(monomial: Monomial, coefficient: int) -> str:
    """Write a product: ``n**2`` without spaces, but ``(n // 2) ** 2`` with them."""
    if coefficient == 1 and len(monomial) == 1:
        return _atom_text(monomial[0])
    factors = [] if coefficient == 1 and monomial else [str(coefficient)]
    for atom in dict.fromkeys(monomial):
        power = monomial.count(atom)
        if isinstance(atom, str):
            factors.append(atom if power == 1 else f"{atom}**{power}")
        else:
            base = _atom_text(atom)
            base = f"({base})" if isinstance(atom, Floor) else base
            factors.append(base if power == 1 else f"{base} ** {power}")
    return " * ".join(factors)


def _atom_text(atom: Atom) -> str:
    if isinstance(atom, str):
        return atom
    if isinstance(atom, Positive):
        return f"max({text(atom.inside)}, 0)"
    above, below = text(atom.numerator), text(atom.denominator)
    if len(atom.numerator) > 1:
        above = f"({above})"
    if not below.isidentifier() and not below.isdecimal():
        below = f"({below})"
    return f"{above} // {below}"
