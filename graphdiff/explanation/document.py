"""An explanation: sections of lines, printed as text, as LaTeX or as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from textwrap import fill

from graphdiff.explanation.symbols import Equations
from graphdiff.explanation.wording import inert

WIDTH = 88
"""How wide words are written."""

_WIDE = 60
"""Beyond this column the user's lines are not lined up any more."""


@dataclass(frozen=True)
class Line:
    """A line of words, or one or more of code, with the user's `where`.

    `math` gives the same as equations, made when LaTeX or HTML is asked for.
    """

    text: str
    indent: int = 0
    where: str = ""
    code: bool = False
    math: Equations | None = None


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
        math: Equations | None = None,
    ) -> None:
        """Add code."""
        self.lines.append(Line(text, indent, where, True, math))


@dataclass
class Explanation:
    """What `explain` gives: print it, or take it as LaTeX or HTML.

    `name` is what was asked about, `title` says it in a line; `sections` are titles
    with lines of words and of code. `legend` tells those who read formulas what a bar
    means.
    """

    name: str
    title: str
    sections: list[Section] = field(default_factory=list)
    legend: Equations | None = None

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
        """LaTeX for the body of a document; a bar marks the adjoint of a value."""
        parts = [rf"\paragraph{{{_latex(self.title)}}}"]
        if self.legend is not None:
            parts += [rf"where $\displaystyle {e.latex()}$" for e in self.legend()]
        for section in self.sections:
            if section.lines:
                parts += [rf"\subparagraph{{{_latex(section.title)}}}"]
                parts += map(_latex_line, section.lines)
        return "\n".join(parts) + "\n"

    def to_html(self) -> str:
        """A fragment of HTML, formulas in MathML; nothing in it runs or loads."""
        parts = [f"<article class='graphdiff-explanation'><h3>{_html(self.title)}</h3>"]
        if self.legend is not None:
            parts += [f"<p>where {e.mathml()}</p>" for e in self.legend()]
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
        if line.where and len(text) <= _WIDE and "\n" not in text
    ]
    width = max(placed, default=0)
    for text, line in zip(texts, section.lines, strict=True):
        yield f"{text:{width}}  # {line.where}" if line.where else text


def _wrapped(line: Line) -> str:
    """The line with its margin; words go on below each other."""
    margin = "  " * (line.indent + 1)
    if line.code:
        return "\n".join(margin + inert(text) for text in line.text.split("\n"))
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
    where = rf" \hfill {{\small {_latex(line.where)}}}" if line.where else ""
    if line.math is not None:
        formulas = [rf"$\displaystyle {equation.latex()}$" for equation in line.math()]
        return "\n".join(
            [*(rf"{f}\par" for f in formulas[:-1]), rf"{formulas[-1]}{where}\par"]
        )
    texts = [_latex(text) for text in line.text.split("\n")]
    body = r"\par ".join(rf"\texttt{{{text}}}" if line.code else text for text in texts)
    return rf"{body}{where}\par"


def _html(text: str) -> str:
    return escape(inert(text))


def _html_line(line: Line) -> str:
    style = f" style='margin:0.2em 0 0.2em {1.2 * line.indent:g}em'"
    where = f" <small>{_html(line.where)}</small>" if line.where else ""
    if line.math is not None:
        body = "<br>".join(equation.mathml() for equation in line.math())
        return f"<p{style} title='{_html(line.text)}'>{body}{where}</p>"
    if not line.code:
        return f"<p{style}>{_html(line.text)}{where}</p>"
    texts = "<br>".join(map(_html, line.text.split("\n")))
    return f"<p{style}><code>{texts}</code>{where}</p>"
