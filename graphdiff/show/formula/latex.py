r"""Boxes as LaTeX, for any of amsmath, KaTeX and MathJax.

What a user has named may hold anything: `plain_text` spells it so that LaTeX reads
text and no command, in ASCII where that can be.
"""

from __future__ import annotations

import unicodedata
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
    is_tall,
)
from graphdiff.show.formula.glyphs import is_right_to_left
from graphdiff.show.formula.signs import GREEK, Sign

_ESCAPED = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "…": r"\ldots{}",
    **{sign: f"\\{sign}" for sign in "{}$%&#_"},
}
_COMMANDS = {
    "upright": r"\mathrm",
    "bold": r"\mathbf",
    "script": r"\mathcal",
    "function": r"\operatorname",
    "words": r"\text",
}
_GREEK = {sign.text: command for command, sign in GREEK.items()}
_WRITTEN = {r"\convolved": "*", r"\colon": ":", r"\ast": "*"}


def latex(box: Box) -> str:
    r"""LaTeX of a formula, for math mode.

    >>> from graphdiff.show.formula.template import parse
    >>> latex(parse(r"\frac{x_1}{\sqrt{2}} \odot (a+b)"))
    '\\frac{x_1}{\\sqrt{2}} \\odot (a + b)'
    """
    match box:
        case Letter(text, style):
            return _letter(text, style)
        case Sign(command):
            return _WRITTEN.get(command, command)
        case Space(wide):
            return r"\quad" if wide else r"\,"
        case Row(items):
            return _row(items)
        case Frac(over, under):
            return rf"\frac{{{latex(over)}}}{{{latex(under)}}}"
        case Script(base, sub, sup):
            return _script(base, sub, sup)
        case Root(inside, degree):
            root = rf"\sqrt[{latex(degree)}]" if degree is not None else r"\sqrt"
            return f"{root}{{{latex(inside)}}}"
        case Fence(left, inside, right):
            return _fence(left, inside, right)
        case Table(kind, rows):
            lines = r" \\ ".join(" & ".join(map(latex, row)) for row in rows)
            return rf"\begin{{{kind}}} {lines} \end{{{kind}}}"
        case Accent(mark, inside):
            wide = len(inside.text) > 1 if isinstance(inside, Letter) else False
            names = {"bar": "overline", "hat": "widehat", "tilde": "widetilde"}
            name = names.get(mark, mark) if wide else mark
            return rf"\{name}{{{latex(inside)}}}"
        case Slot(index):
            return f"#{index + 1}"
    raise TypeError(f"no LaTeX for {box!r}")


def plain_text(text: str) -> str:
    r"""`text` as LaTeX for ``\text``: every character stands for itself.

    Letters of other scripts are kept; what is no visible character is written by its
    number, so that two names never look alike for want of a glyph.

    >>> print(plain_text("50%_a"))
    50\%\_a
    """
    return "".join(map(_character, text))


def _character(char: str) -> str:
    if char in _ESCAPED:
        return _ESCAPED[char]
    if " " <= char <= "~":
        return char
    usual = unicodedata.normalize("NFKC", char) == char
    if unicodedata.category(char)[0] in "LN" and usual and not is_right_to_left(char):
        return char
    return f"[{ord(char):04X}]"


def _letter(text: str, style: str) -> str:
    if style == "number":
        return text
    if style == "italic" and len(text) == 1 and text.isascii() and text.isalnum():
        return text
    if style == "words":
        return rf"\text{{{plain_text(text)}}}"
    command = _COMMANDS.get(style, r"\mathit")
    if text in _GREEK:
        return _GREEK[text]
    if text.isascii() and text.isalnum():
        return f"{command}{{{text}}}"
    return rf"\text{{{plain_text(text)}}}"


def _row(items: Sequence[Box]) -> str:
    if all(isinstance(i, Letter) and i.style == "italic" for i in items):
        texts = list(map(latex, items))
        return ("" if all(len(t) == 1 for t in texts) else " ").join(texts)
    parts: list[str] = []
    for place, item in enumerate(items):
        text = latex(item)
        if place and _is_tight(items[place - 1], item, unary=_is_unary(items, place)):
            parts[-1] += text if not _runs_in(parts[-1], text) else f" {text}"
        else:
            parts.append(text)
    return " ".join(parts)


def _is_unary(items: Sequence[Box], place: int) -> bool:
    """Whether the sign before `place` has nothing on its left."""
    sign = items[place - 1]
    if not isinstance(sign, Sign) or sign.kind != "bin":
        return False
    before = items[place - 2] if place > 1 else None
    return before is None or (
        isinstance(before, Sign)
        and (before.kind in ("bin", "rel", "punct") or before.command == r"\colon")
    )


def _is_tight(before: Box, after: Box, unary: bool) -> bool:
    """Whether a typist sets no space between two boxes."""
    if unary or (isinstance(after, Sign) and after.kind == "punct"):
        return True
    if isinstance(before, Sign) and before.command in ("/", r"\colon"):
        return True
    if isinstance(after, Sign) and after.command in ("/", r"\colon"):
        return True
    if isinstance(after, Fence):
        return _is_function(before)
    return False


def _is_function(box: Box) -> bool:
    if isinstance(box, Script):
        return _is_function(box.base)
    if isinstance(box, Sign):
        return box.kind == "fun"
    return isinstance(box, Letter) and box.style in ("function", "script")


def _runs_in(before: str, after: str) -> bool:
    r"""Whether a command's name would run on into what follows, as in ``\pix``."""
    name = before.rpartition("\\")[2]
    return "\\" in before and name.isalpha() and after[:1].isalnum()


def _script(base: Box, sub: Box | None, sup: Box | None) -> str:
    simple = isinstance(base, (Letter, Sign, Fence, Accent))
    text = latex(base) if simple else f"{{{latex(base)}}}"
    for sign, script in (("_", sub), ("^", sup)):
        if script is not None:
            inside = latex(script)
            plain = len(inside) == 1 or inside == r"\top"
            text += f"{sign}{inside if plain else f'{{{inside}}}'}"
    return text


def _fence(left: str, inside: Box, right: str) -> str:
    text = latex(inside)
    if is_tall(inside):
        return rf"\left{left} {text} \right{right}"
    if left[0] == "\\" and left[1].isalpha():
        return f"{left} {text} {right}"
    return f"{left}{text}{right}"
