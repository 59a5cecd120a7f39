r"""Notations, terms made of them, and the brackets that they need.

A `Notation` is a template with the strength by which it binds, and the strength that
each argument needs to stand in it without brackets: that is all there is to say about
``#1 + #2``. A `Term` is a notation with its arguments. `laid_out` turns a term into
boxes and sets brackets where a reader would go wrong without, and nowhere else: on the
page, where a fraction's bar is bracket enough, or on one line, where it is not.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from graphdiff.show.formula.boxes import (
    Accent,
    Box,
    Fence,
    Frac,
    Letter,
    Root,
    Row,
    Script,
    Slot,
    Space,
    Table,
    row,
    scripted,
)
from graphdiff.show.formula.signs import SIGNS, Sign
from graphdiff.show.formula.template import parse


class Binds(IntEnum):
    """How strongly a formula holds together, from a comparison to a single letter.

    A product of matrices and one by entries each ask for brackets around the other.
    """

    RELATION = 0
    SIGNED = 1
    SUM = 2
    MATRIX = 3
    ENTRIES = 4
    QUOTIENT = 5
    PRODUCT = 6
    POWER = 7
    ATOM = 8


class Notation(NamedTuple):
    r"""How something is written: ``Notation(r"#1 \odot #2", ENTRIES, (ENTRIES, 4))``.

    `template` is in LaTeX, see `template.parse`; `#1` is the first argument. `needs`
    has the strength that each argument must have where nothing encloses it: within
    brackets, fractions and scripts none is needed. An `open` notation runs on to its
    right, as a sum sign does; the argument of a `bare` one, a named function, stands
    without brackets if it is a single letter.

    An op of a user's own may state one as its class attribute `notation`.

    >>> import graphdiff as gd
    >>> class Smooth(gd.Op):
    ...     notation = gd.Notation(r"\mathcal{S}(#1)")
    ...     def infer(self, x):
    ...         return x
    >>> print((2 * Smooth()(gd.var("x", "n"))).to_unicode())
    2 𝒮(x)
    """

    template: str
    binds: Binds = Binds.ATOM
    needs: tuple[Binds, ...] = ()
    open: bool = False
    bare: bool = False

    def __call__(self, *args: Term) -> Term:
        """The term in which these are the arguments."""
        return Term(parse(self.template), self, args)


class Term(NamedTuple):
    """A formula that has not been laid out: boxes with slots, and what goes there."""

    box: Box
    notation: Notation
    args: tuple[Term, ...] = ()

    @property
    def is_negated(self) -> bool:
        """Whether the term is minus something, which a sum can subtract instead."""
        return self.notation is NEGATED

    @property
    def weight(self) -> int:
        """The number of letters and signs, more or less: how much there is to read."""
        return 1 + sum(arg.weight for arg in self.args)


ATOM = Notation("")
NEGATED = Notation("-#1", Binds.SIGNED, (Binds.MATRIX,))


def letter(text: str, style: str = "italic") -> Term:
    """A term of one letter, word or number."""
    return Term(Letter(text, style), ATOM)


def boxed(box: Box, binds: Binds = Binds.ATOM) -> Term:
    """A term that is these boxes, in which nothing is left open."""
    return Term(box, ATOM if binds is Binds.ATOM else Notation("", binds))


def subscripted(base: Term, sub: Term) -> Term:
    """`base` with a subscript, in brackets if it has one already."""
    return Notation("#1_{#2}", Binds.ATOM, (Binds.ATOM,))(base, sub)


STACK = Notation("(#1)_{#2}")
"""A sequence by its general term: the first argument, for each value of the second."""


def replaced(term: Term, old: Term, new: Term) -> Term:
    """`term` with `new` wherever it has `old`."""
    if term == old:
        return new
    return term._replace(args=tuple(replaced(a, old, new) for a in term.args))


class _Laid(NamedTuple):
    """Boxes, how strongly they bind, and whether they run on to the right."""

    box: Box
    binds: Binds
    open: bool


def laid_out(term: Term, linear: bool = False) -> Box:
    """The boxes of a term, with brackets where needed.

    `linear`: for a single line of text, on which a fraction is a slash.
    """
    return _Layout(linear).laid(term).box


@lru_cache(maxsize=64)
def bracketed(box: Box) -> Fence:
    """Round brackets around `box`."""
    return Fence("(", box, ")")


class _Layout:
    def __init__(self, linear: bool) -> None:
        self.linear = linear

    def laid(self, term: Term, fenced: bool = False) -> _Laid:
        """A term laid out; `fenced`: a named function gets brackets in any case."""
        notation = term.notation
        if notation.bare:
            return self._named(term, fenced)
        items = term.box.items if isinstance(term.box, Row) else (term.box,)
        binds, is_open = notation.binds, notation.open
        made: list[Box] = []
        for place, item in enumerate(items):
            last = place == len(items) - 1
            if not isinstance(item, Slot):
                lonely = len(items) == 1 or self._apart(items, place)
                made.append(self._filled(item, term, lonely))
                continue
            inner, bare = self._placed(item, term, last)
            made.append(inner.box)
            if bare and place == 0 and inner.binds is Binds.SIGNED:
                binds = min(binds, Binds.SIGNED)
            if bare and last and inner.open:
                is_open = True
        if self.linear and len(items) == 1 and _is_slashed(items[0], made[0]):
            binds = min(binds, Binds.QUOTIENT)
        return _Laid(row(*made), binds, is_open)

    def _placed(self, slot: Slot, term: Term, last: bool) -> tuple[_Laid, bool]:
        """What goes into a slot that nothing encloses, and whether without brackets."""
        needs = term.notation.needs
        need = needs[slot.place] if slot.place < len(needs) else Binds.ATOM
        return self._within(term.args[slot.place], need, last)

    def _within(self, content: Term, need: Binds, last: bool) -> tuple[_Laid, bool]:
        inner = self.laid(content)
        runs_on = inner.open and not last and need > Binds.SUM
        if inner.binds >= need and not runs_on:
            return inner, True
        if content.notation.bare:
            return self.laid(content, fenced=True), True
        return _Laid(bracketed(inner.box), Binds.ATOM, False), False

    def _named(self, term: Term, fenced: bool) -> _Laid:
        """A named function: ``log x``, or ``log(x + y)``."""
        (argument,) = term.args
        inner = self.laid(argument)
        name = self._filled(term.box, term, True)
        single = isinstance(inner.box, (Letter, Sign, Script, Accent))
        if fenced or inner.binds < Binds.ATOM or not single:
            outer = inner.box if _is_round(inner.box) else bracketed(inner.box)
            return _Laid(row(name, outer), Binds.ATOM, False)
        return _Laid(row(name, inner.box), Binds.PRODUCT, True)

    def _apart(self, items: tuple[Box, ...], place: int) -> bool:
        """Whether operators or nothing stand on both sides."""
        beside = [items[i] for i in (place - 1, place + 1) if 0 <= i < len(items)]
        return all(isinstance(b, Sign) and b.kind in ("bin", "rel") for b in beside)

    def _free(self, box: Box | None, term: Term) -> Box | None:
        """A box in a place that encloses it."""
        return None if box is None else self._filled(box, term, True)

    def _filled(self, box: Box, term: Term, lonely: bool) -> Box:
        """`box` with its slots filled, which something encloses.

        `lonely`: nothing beside it could be taken for a part of it.
        """
        match box:
            case Slot(index):
                return self.laid(term.args[index]).box
            case Row(items):
                return row(*[self._in_row(i, items, term) for i in range(len(items))])
            case Script(base, sub, sup):
                inner = self._strong(base, term, Binds.ATOM)
                if sub is not None and isinstance(inner, Script) and inner.sub:
                    inner = bracketed(inner)
                return scripted(inner, self._free(sub, term), self._free(sup, term))
            case Frac(over, under):
                return self._fraction(over, under, term, lonely)
            case Root(inside, degree):
                if self.linear:
                    return Root(self._strong(inside, term, Binds.ATOM), degree)
                return Root(self._filled(inside, term, True), degree)
            case Fence(left, inside, right):
                filled = self._filled(inside, term, True)
                if left == "(" and _is_round(filled):
                    return filled
                return Fence(left, filled, right)
            case Table(kind, rows):
                cells = [tuple(self._filled(c, term, True) for c in r) for r in rows]
                return Table(kind, tuple(cells))
            case Accent(mark, inside):
                return Accent(mark, self._strong(inside, term, Binds.ATOM))
        return box

    def _in_row(self, place: int, items: tuple[Box, ...], term: Term) -> Box:
        """One of several boxes within brackets or a script: commas, sums, products."""
        item = items[place]
        if not isinstance(item, Slot):
            return self._filled(item, term, self._apart(items, place))
        beside = [items[i] for i in (place - 1, place + 1) if 0 <= i < len(items)]
        kinds = {b.kind if isinstance(b, Sign) else _parting(b) for b in beside}
        if kinds <= {"punct"}:
            return self.laid(term.args[item.place]).box
        if kinds <= {"punct", "rel"}:
            return self._within(term.args[item.place], Binds.SIGNED, True)[0].box
        return self._placed(item, term, place == len(items) - 1)[0].box

    def _strong(self, box: Box, term: Term, need: Binds) -> Box:
        """What must hold together by itself: the base of a script, a root's inside."""
        if isinstance(box, Slot):
            content = term.args[box.place]
            if content.notation.bare and need is Binds.ATOM:
                return bracketed(self.laid(content).box)
            return self._within(content, need, False)[0].box
        return self._filled(box, term, True)

    def _fraction(self, over: Box, under: Box, term: Term, lonely: bool) -> Box:
        if not self.linear:
            return Frac(self._filled(over, term, True), self._filled(under, term, True))
        top = self._slashed(over, term, Binds.PRODUCT)
        bottom = self._slashed(under, term, Binds.POWER)
        if (top, bottom) in _VULGAR:
            return _VULGAR[top, bottom]
        made = row(top, SIGNS["/"], bottom)
        return made if lonely else bracketed(made)

    def _slashed(self, box: Box, term: Term, need: Binds) -> Box:
        """What stands above or below a bar that is a slash here."""
        if isinstance(box, Slot):
            return self._within(term.args[box.place], need, False)[0].box
        filled = self._filled(box, term, True)
        if not isinstance(filled, Row):
            return filled
        if _is_derivative(filled):
            return bracketed(filled) if len(filled.items) > 2 else filled
        plain = all(not isinstance(i, Sign) or i.kind == "ord" for i in filled.items)
        return filled if plain and need is Binds.PRODUCT else bracketed(filled)


_VULGAR: dict[tuple[Box, Box], Box] = {
    (Letter(over, "number"), Letter(under, "number")): Letter(sign, "number")
    for over, under, sign in ("12½", "13⅓", "23⅔", "14¼", "34¾", "18⅛")
}


def _parting(box: Box) -> str:
    """Whether a box keeps apart what is on either side, as a comma does."""
    apart = isinstance(box, Space) or (isinstance(box, Letter) and box.style == "words")
    return "punct" if apart else "other"


def _is_round(box: Box) -> bool:
    return isinstance(box, Fence) and box.left == "("


def _is_derivative(box: Row) -> bool:
    first = box.items[0]
    base = first.base if isinstance(first, Script) else first
    return base == SIGNS[r"\partial"]


def _is_slashed(template: Box, made: Box) -> bool:
    """Whether a fraction has become a row with a slash."""
    return isinstance(template, Frac) and isinstance(made, Row)
