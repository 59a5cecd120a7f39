"""Boxes as one line of Unicode: ``∂J/∂W₁ = Xᵀ Z̄₁``.

Scripts are raised and lowered digits and letters where Unicode has them all; else they
stand in brackets after ``^`` or ``_``, as in ``x^(n + 1)``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
)
from graphdiff.show.formula.glyphs import SCRIPTS, bold, is_right_to_left, visible
from graphdiff.show.formula.signs import SIGNS, Sign

_LOWERED = dict(
    zip(
        "0123456789+−=()aehijklmnoprstuvxβγρϕχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
_RAISED = dict(
    zip(
        "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWᵀ′*†",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵀ′*†",
        strict=True,
    )
)
_MARKS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}
_VECTOR = "\u20d7"
_WORD = re.compile(r"[^\W\d_]{2}")
"""Letters side by side, which would be hard to read that small."""
_SPACED = ("bin", "rel")


def unicode(box: Box) -> str:
    r"""A formula on one line; lay it out with `linear` first.

    >>> from graphdiff.show.formula.template import parse
    >>> unicode(parse(r"\frac{\partial J}{\partial W_1} = X^\top \bar{Z}"))
    '∂J/∂W₁ = Xᵀ Z̄'
    """
    match box:
        case Letter(text, style):
            return _letter(text, style)
        case Sign(_, text):
            return text
        case Space(wide):
            return "   " if wide else " "
        case Row(items):
            return _row(items)
        case Frac(over, under):
            return f"{unicode(over)}/{unicode(under)}"
        case Script(base, sub, sup):
            lowered = _script(sub, "_", _LOWERED)
            return f"{unicode(base)}{lowered}{_script(sup, '^', _RAISED)}"
        case Root(inside, degree):
            sign = {"3": "∛", "4": "∜"}.get(unicode(degree) if degree else "", "√")
            text = unicode(inside)
            several = isinstance(inside, Row) and len(inside.items) > 1
            return f"{sign}({text})" if several else f"{sign}{text}"
        case Fence(r"\lvert", inside, _) if "|" in unicode(inside):
            return f"abs({unicode(inside)})"
        case Fence(left, inside, right):
            return f"{SIGNS[left].text}{unicode(inside)}{SIGNS[right].text}"
        case Table(kind, rows):
            return _table(kind, rows)
        case Accent(mark, inside):
            text = unicode(inside)
            return f"{text}{_MARKS.get(mark, _VECTOR)}"
        case Slot(index):
            return f"#{index + 1}"
    raise TypeError(f"no Unicode for {box!r}")


def shown(text: str) -> str:
    """`text` made visible; what runs from right to left in an isolate of its own."""
    made = visible(text)
    return f"\u2068{made}\u2069" if is_right_to_left(made) else made


def _letter(text: str, style: str) -> str:
    if style == "bold":
        return bold(text)
    if style == "script":
        return SCRIPTS.get(text, text)
    return shown(text)


def _script(box: Box | None, sign: str, small: dict[str, str]) -> str:
    if box is None:
        return ""
    text = unicode(box)
    if isinstance(box, Letter) and box.style == "upright" and len(text) > 1:
        return f"{sign}{text}"
    dense = text.replace(" ", "")
    if isinstance(box, Row) and all(map(_is_index, box.items)):
        dense = dense.replace(",", "")
    elif _WORD.search(dense):
        dense = ""
    if dense and all(char in small for char in dense):
        return "".join(small[char] for char in dense)
    simple = isinstance(box, (Letter, Fence)) or len(text) == 1 or text[0] == "⊙"
    return f"{sign}{text}" if simple else f"{sign}({text})"


def _is_index(box: Box) -> bool:
    """Whether a box is one letter of an index, or a comma."""
    return (isinstance(box, Letter) and box.style == "italic") or box == SIGNS[","]


def _row(items: Sequence[Box]) -> str:
    text = ""
    for place, item in enumerate(items):
        if place and _is_apart(items, place):
            text += " "
        text += unicode(item)
    return text


def _is_apart(items: Sequence[Box], place: int) -> bool:
    """Whether there is a space before item `place`."""
    before, after = _class(items[place - 1]), _class(items[place])
    if "space" in (before, after) or after == "punct" or "slash" in (before, after):
        return False
    if before == "bin" and _is_unary(items, place - 1):
        return False
    if after in _SPACED or before in _SPACED or before == "punct":
        return True
    if before == "fun" and isinstance(items[place], Fence):
        return _is_shape(items[place])
    first = items[place - 1]
    base = first.base if isinstance(first, Script) else first
    return base != SIGNS[r"\partial"]


def _is_shape(box: Box) -> bool:
    """Whether brackets are not those around the arguments of a function."""
    return isinstance(box, Fence) and box.left != "("


def _is_unary(items: Sequence[Box], place: int) -> bool:
    if place == 0:
        return True
    return _class(items[place - 1]) in ("bin", "rel", "punct", "slash")


def _class(box: Box) -> str:
    if isinstance(box, Script):
        return _class(box.base)
    if isinstance(box, Space):
        return "space"
    if isinstance(box, Sign):
        return "slash" if box.command in ("/", r"\colon", "!") else box.kind
    if isinstance(box, Letter) and box.style in ("function", "script"):
        return "fun"
    return "ord"


def _table(kind: str, rows: Sequence[Sequence[Box]]) -> str:
    if kind == "cases":
        return f"{{{'; '.join(' '.join(map(unicode, row)) for row in rows)}}}"
    return f"[{'; '.join(', '.join(map(unicode, row)) for row in rows)}]"
