"""What a formula looks like, before it is LaTeX, Unicode or MathML.

A formula is a tree of a dozen kinds of boxes: letters and signs in a row, fractions,
scripts, roots, brackets, tables, accents. Each printer says how each kind is written,
and knows nothing else; what is in brackets and what is not has been decided before.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from graphdiff.show.formula.signs import Sign


class Letter(NamedTuple):
    """Text: a variable in italics, or a word, a number, a bold or a script letter.

    `style` is ``italic``, ``upright`` (a name of several letters), ``function`` (one
    with its argument behind it), ``words`` (of a sentence), ``bold``, ``script`` or
    ``number``. The text may be anything at all: printers make it inert.
    """

    text: str
    style: str = "italic"


class Space(NamedTuple):
    """A space, wide between a formula and what is said about it."""

    wide: bool = False


class Slot(NamedTuple):
    """The place of argument `place` in the template of a notation."""

    place: int


class Row(NamedTuple):
    """Boxes side by side."""

    items: tuple[Box, ...]


class Frac(NamedTuple):
    """A fraction."""

    over: Box
    under: Box


class Script(NamedTuple):
    """Something with a subscript, a superscript, or both; bounds of a large sign."""

    base: Box
    sub: Box | None
    sup: Box | None


class Root(NamedTuple):
    """A square root, or the cube root and so on where `degree` is given."""

    inside: Box
    degree: Box | None = None


class Fence(NamedTuple):
    """Brackets of any kind, as high as what is within; signs by their command."""

    left: str
    inside: Box
    right: str


class Table(NamedTuple):
    """A matrix in square brackets, or the cases of a choice (`kind` ``cases``)."""

    kind: str
    rows: tuple[tuple[Box, ...], ...]


class Accent(NamedTuple):
    """A letter with a mark above: ``hat``, ``bar``, ``tilde``, ``dot``, ``vec``."""

    mark: str
    inside: Box


Box: TypeAlias = (
    "Letter | Sign | Space | Slot | Row | Frac | Script | Root | Fence | Table | Accent"
)


def row(*items: Box) -> Box:
    """Boxes side by side, rows within joined in; one alone is itself."""
    flat: list[Box] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Row) else (item,))
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def scripted(base: Box, sub: Box | None, sup: Box | None) -> Script:
    """`base` with scripts; those that it has already are kept, if they are others."""
    if isinstance(base, Script) and sub is None and base.sup is None:
        return Script(base.base, base.sub, sup)
    return Script(base, sub, sup)


def is_tall(box: Box) -> bool:
    """Whether brackets around the box must be larger than letters."""
    match box:
        case Frac() | Table():
            return True
        case Row(items):
            return any(map(is_tall, items))
        case Script(Sign(kind="big"), _, _):
            return True
        case Script(base, _, _):
            return is_tall(base)
        case Fence(_, inside, _) | Root(inside, _) | Accent(_, inside):
            return is_tall(inside)
    return False
