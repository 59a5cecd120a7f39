"""An explanation: sections of lines, printed as text, as LaTeX or as HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from textwrap import fill
from typing import Any

from graphdiff.explanation.wording import inert

WIDTH = 88
"""How wide words are written."""

_WIDE = 60
"""Beyond this column the user's lines are not lined up any more."""


@dataclass(frozen=True)
class Line:
    """A line of words, or of code with the user's `where`.

    `math` gives the same as a formula, made when LaTeX or HTML is asked for.
    """

    text: str
    indent: int = 0
    where: str = ""
    code: bool = False
    math: Callable[[], Any] | None = None


@dataclass
class Section:
    """A title and lines."""

    title: str
    lines: list[Line] = field(default_factory=list)

    def say(self, text: str, indent: int = 0) -> None:
        """Add words."""
        self.lines.append(Line(text, indent))

    def write(
        self,
        text: str,
        indent: int = 0,
        where: str = "",
        math: Callable[[], Any] | None = None,
    ) -> None:
        """Add code."""
        self.lines.append(Line(text, indent, where, True, math))


@dataclass
class Explanation:
    """What `explain` gives: print it, or take it as LaTeX or HTML.

    `name` is what was asked about, `title` says it in a line; `sections` are titles
    with lines of words and of code.
    """

    name: str
    title: str
    sections: list[Section] = field(default_factory=list)

    def section(self, title: str) -> Section:
        """Begin a section."""
        self.sections.append(Section(title))
        return self.sections[-1]

    def to_text(self) -> str:
        """Plain text, the user's lines in a column."""
        lines = [self.title]
        for section in self.sections:
            if section.lines:
                lines += ["", *_texts(section)]
        return "\n".join(inert(line) for text in lines for line in text.split("\n"))

    def __str__(self) -> str:
        """Plain text."""
        return self.to_text()

    def __repr__(self) -> str:
        """Plain text: an interactive session shows it."""
        return self.to_text()

    def to_latex(self) -> str:
        """LaTeX for the body of a document, formulas in math; needs amsmath."""
        parts = [rf"\paragraph{{{_latex(self.title)}}}"]
        for section in self.sections:
            if section.lines:
                parts += [rf"\subparagraph{{{_latex(section.title)}}}"]
                parts += map(_latex_line, section.lines)
        return "\n".join(parts) + "\n"

    def to_html(self) -> str:
        """A fragment of HTML, formulas in MathML; nothing in it runs or loads."""
        parts = [f"<article class='graphdiff-explanation'><h3>{_html(self.title)}</h3>"]
        for section in self.sections:
            if section.lines:
                parts += [f"<h4>{_html(section.title)}</h4>"]
                parts += map(_html_line, section.lines)
        return "\n".join([*parts, "</article>"])

    def _repr_html_(self) -> str:
        return self.to_html()


def _texts(section: Section) -> Iterator[str]:
    yield f"{section.title}:"
    texts = [_wrapped(line) for line in section.lines]
    placed = [
        len(text)
        for text, line in zip(texts, section.lines, strict=True)
        if line.where and len(text) <= _WIDE
    ]
    width = max(placed, default=0)
    for text, line in zip(texts, section.lines, strict=True):
        yield f"{text:{width}}  # {line.where}" if line.where else text


def _wrapped(line: Line) -> str:
    """The line with its margin; words go on below each other."""
    margin = "  " * (line.indent + 1)
    if line.code:
        return margin + line.text
    return fill(
        inert(line.text),
        WIDTH,
        initial_indent=margin,
        subsequent_indent=f"{margin}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    '"': r"\textquotedbl{}",
}


def _latex(text: str) -> str:
    """Words for LaTeX, in which nothing is a command."""
    return "".join(_LATEX.get(c, c) for c in inert(text))


def _latex_line(line: Line) -> str:
    if line.math is not None:
        return rf"\[ {line.math().latex()} \]"
    text = _latex(line.text)
    where = rf" \hfill {{\small {_latex(line.where)}}}" if line.where else ""
    body = rf"\texttt{{{text}}}" if line.code else text
    return rf"{body}{where}\par"


def _html(text: str) -> str:
    return escape(inert(text))


def _html_line(line: Line) -> str:
    style = f" style='margin:0.2em 0 0.2em {1.2 * line.indent:g}em'"
    if line.math is not None:
        title = f" title='{_html(line.text)}'"
        return f"<p{style}{title}>{line.math().mathml()}</p>"
    body = f"<code>{_html(line.text)}</code>" if line.code else _html(line.text)
    where = f" <small>{_html(line.where)}</small>" if line.where else ""
    return f"<p{style}>{body}{where}</p>"
