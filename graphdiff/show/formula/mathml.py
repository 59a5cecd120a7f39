"""Boxes as presentation MathML, which browsers draw without help."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

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
from graphdiff.show.formula.glyphs import SCRIPTS, bold, visible
from graphdiff.show.formula.signs import SIGNS, Sign

_MARKS = {"hat": "^", "bar": "‾", "tilde": "~", "dot": "˙", "vec": "→"}
_TIMES = "<mo>\u2062</mo>"
_APPLIED = "<mo>\u2061</mo>"


def mathml(box: Box, block: bool = False) -> str:
    """A formula as a ``math`` element; `block`: on a line of its own.

    >>> from graphdiff.show.formula.template import parse
    >>> mathml(parse("x^2"))
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    display = ' display="block"' if block else ""
    return f"<math{display}>{element(box)}</math>"


def element(box: Box) -> str:
    """The MathML element of a box."""
    match box:
        case Letter(text, style):
            return _letter(text, style)
        case Sign(command, text, kind):
            return _sign(command, text, kind)
        case Space(wide):
            return f'<mspace width="{"1.5em" if wide else "0.17em"}"/>'
        case Row(items):
            return f"<mrow>{_row(items)}</mrow>"
        case Frac(over, under):
            return f"<mfrac>{element(over)}{element(under)}</mfrac>"
        case Script(base, sub, sup):
            return _script(base, sub, sup)
        case Root(inside, None):
            return f"<msqrt>{element(inside)}</msqrt>"
        case Root(inside, degree):
            assert degree is not None
            return f"<mroot>{element(inside)}{element(degree)}</mroot>"
        case Fence(left, inside, right):
            return (
                f'<mrow><mo form="prefix" fence="true">{_bracket(left)}</mo>'
                f'{element(inside)}<mo form="postfix" fence="true">'
                f"{_bracket(right)}</mo></mrow>"
            )
        case Table(kind, rows):
            return _table(kind, rows)
        case Accent(mark, inside):
            stretchy = "true" if mark == "bar" else "false"
            sign = f'<mo stretchy="{stretchy}">{_MARKS[mark]}</mo>'
            return f"<mover>{element(inside)}{sign}</mover>"
        case Slot(index):
            return f"<mi>#{index + 1}</mi>"
    raise TypeError(f"no MathML for {box!r}")


def safe(text: str) -> str:
    """`text` for an XML element: no markup, and no character that XML forbids.

    >>> safe("<b>")
    '&lt;b&gt;'
    """
    return escape(visible(text))


def _letter(text: str, style: str) -> str:
    inside = safe(text)
    if style == "number":
        return f"<mn>{inside}</mn>"
    if style == "words":
        return f"<mtext>{inside.replace(' ', chr(160))}</mtext>"
    if style == "script":
        return f'<mi mathvariant="normal">{SCRIPTS.get(text, inside)}</mi>'
    if style == "bold":
        return f'<mi mathvariant="normal">{safe(bold(text))}</mi>'
    if style == "upright" and len(text) == 1:
        return f'<mi mathvariant="normal">{inside}</mi>'
    return f"<mi>{inside}</mi>"


def _bracket(command: str) -> str:
    return escape(SIGNS[command].text)


def _sign(command: str, text: str, kind: str) -> str:
    if command == r"\top":
        return '<mi mathvariant="normal">⊤</mi>'
    if kind == "fun":
        return f"<mi>{text}</mi>"
    if kind == "ord" and text.isalpha():
        upright = ' mathvariant="normal"' if text.isupper() else ""
        return f"<mi{upright}>{text}</mi>"
    if command in ("/", r"\colon"):
        return f'<mo lspace="0" rspace="0">{text}</mo>'
    if kind == "ord":
        return f"<mi>{escape(text)}</mi>"
    return f"<mo>{escape(text)}</mo>"


def _row(items: Sequence[Box]) -> str:
    made: list[str] = []
    for place, item in enumerate(items):
        if place:
            before = items[place - 1]
            if _is_function(before):
                made.append(_APPLIED)
            elif _stands(before) and _stands(item) and not _is_partial(before):
                made.append(_TIMES)
        made.append(element(item))
    return "".join(made)


def _stands(box: Box) -> bool:
    """Whether the box is an operand, so that two side by side are multiplied."""
    if isinstance(box, Script):
        return _stands(box.base)
    if isinstance(box, Sign):
        return box.kind == "ord" and box.text not in "/:!…⋮"
    return not isinstance(box, Space) and not _is_words(box)


def _is_words(box: Box) -> bool:
    return isinstance(box, Letter) and box.style == "words"


def _is_partial(box: Box) -> bool:
    base = box.base if isinstance(box, Script) else box
    return base == SIGNS[r"\partial"]


def _is_function(box: Box) -> bool:
    if isinstance(box, Script):
        return _is_function(box.base)
    if isinstance(box, Sign):
        return box.kind == "fun"
    return isinstance(box, Letter) and box.style in ("function", "script")


def _script(base: Box, sub: Box | None, sup: Box | None) -> str:
    inside = element(base)
    large = isinstance(base, Sign) and (
        base.kind == "big" or base.command in (r"\max", r"\min")
    )
    below, above, both = (
        ("munder", "mover", "munderover") if large else ("msub", "msup", "msubsup")
    )
    if sub is not None and sup is not None:
        return f"<{both}>{inside}{element(sub)}{element(sup)}</{both}>"
    if sub is not None:
        return f"<{below}>{inside}{element(sub)}</{below}>"
    assert sup is not None
    return f"<{above}>{inside}{element(sup)}</{above}>"


def _table(kind: str, rows: Sequence[Sequence[Box]]) -> str:
    cells = "".join(
        f"<mtr>{''.join(f'<mtd>{element(cell)}</mtd>' for cell in row)}</mtr>"
        for row in rows
    )
    if kind == "cases":
        table = f'<mtable columnalign="left">{cells}</mtable>'
        return f'<mrow><mo form="prefix" fence="true">{{</mo>{table}</mrow>'
    table = f"<mtable>{cells}</mtable>"
    return (
        f'<mrow><mo form="prefix" fence="true">[</mo>{table}'
        f'<mo form="postfix" fence="true">]</mo></mrow>'
    )
