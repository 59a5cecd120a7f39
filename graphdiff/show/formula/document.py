r"""All equations of a graph, one below the other: LaTeX, Unicode, MathML.

Forward part first, then the gradient; equal signs stand below each other, and what is
too long for a line goes on below its right side, after a plus or a minus.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphdiff.graph.graph import Graph
from graphdiff.show.formula.boxes import Box, Row, Space, row
from graphdiff.show.formula.formulas import Formula, Formulas
from graphdiff.show.formula.latex import latex
from graphdiff.show.formula.mathml import element
from graphdiff.show.formula.notation import laid_out
from graphdiff.show.formula.signs import SIGNS, Sign
from graphdiff.show.formula.unicode import unicode

_WIDEST = 76
_RIGHT = "text-align: right; text-align: -webkit-right"
_DOCUMENT = r"""\documentclass{article}
\usepackage[margin=2cm]{geometry}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
\begin{document}
%s
\end{document}
"""


def to_latex(graph: Graph, *, document: bool = False) -> str:
    r"""The equations of `graph` as a LaTeX ``align*``; `document`: a whole file.

    Needs amsmath, KaTeX or MathJax. Matrices, vectors (columns) and numbers keep the
    user's names. Conventions: ``\odot`` and fractions work entry by entry, as functions
    do; a number added to an array is added to every entry; ``A^{\odot 2}`` squares the
    entries of a matrix, ``x^2`` those of a vector; ``\mathbf{1}`` is a column of ones;
    ``[a > b]`` is 1 where that holds and else 0; an index counts from 0, and one with a
    colon is a slice as in the code; what acts on matrices acts on each of a stack.
    ``\bar{Z}`` is short for ``\frac{\partial J}{\partial Z}``, as the equation that
    introduces it says. A product with a factor that a choice has set to 0 is 0.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def J(X, y, w):
    ...     r = X @ w - y
    ...     return np.sum(r * r) / 2
    >>> form = gd.value_and_grad(J, wrt="w")
    >>> graph = form.graph(gd.spec("n,d"), gd.spec("n"), gd.spec("d"))
    >>> print(graph.to_latex())
    \begin{align*}
    r &= X w - y \\
    J &= \frac{\lVert r \rVert^2}{2} \\[1ex]
    \frac{\partial J}{\partial w} &= X^\top r
    \end{align*}
    """
    forward, gradient = Formulas(graph).equations()
    blocks = [list(_latex_lines(part)) for part in (forward, gradient) if part]
    text = " \\\\[1ex]\n".join(" \\\\\n".join(lines) for lines in blocks)
    made = f"\\begin{{align*}}\n{text}\n\\end{{align*}}" if text else ""
    return _DOCUMENT % made if document else made


def to_unicode(graph: Graph) -> str:
    """The equations of `graph` as lines of Unicode, an empty line before the gradient.

    Conventions are those of `to_latex`; a power or an index that Unicode has no small
    letters for stands in brackets after ``^`` or ``_``.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def J(x):
    ...     return np.sum(np.exp(x))
    >>> print(gd.value_and_grad(J).graph(gd.spec("n")).to_unicode())
    J = ∑ᵢ e^(xᵢ)
    <BLANKLINE>
    ∂J/∂x = exp(x)
    """
    forward, gradient = Formulas(graph).equations()
    blocks = ["\n".join(f.unicode() for f in part) for part in (forward, gradient)]
    return "\n\n".join(block for block in blocks if block)


def to_mathml(graph: Graph) -> str:
    """The equations of `graph` as one ``math`` element, a table aligned at the signs.

    Browsers draw it without help; conventions are those of `to_latex`.
    """
    rows = []
    for part in Formulas(graph).equations():
        for left, lines in map(_sides, part):
            for place, right in enumerate(lines):
                names = f"{element(left)}<mo>=</mo>" if place == 0 else ""
                rows.append(
                    f'<mtr><mtd style="{_RIGHT}">{names}</mtd>'
                    f'<mtd style="text-align: left">{element(right)}</mtd></mtr>'
                )
    table = f'<mtable displaystyle="true">{"".join(rows)}</mtable>'
    return f'<math display="block">{table}</math>'


def _latex_lines(formulas: Iterable[Formula]) -> Iterator[str]:
    for left, (first, *rest) in map(_sides, formulas):
        yield f"{latex(left)} &= {latex(first)}"
        for line in rest:
            yield rf"&\quad {latex(line)}"


def _sides(formula: Formula) -> tuple[Box, list[Box]]:
    """The left side with its inner equal signs, and the lines of the right side."""
    names: list[Box] = []
    for side in formula.left:
        names += [SIGNS["="]] if names else []
        names.append(laid_out(side))
    left = row(*names) if names else row()
    room = _WIDEST - len(unicode(left))
    lines = list(_lines(laid_out(formula.right), room))
    if formula.note is not None:
        note = laid_out(formula.note)
        lines[-1] = row(lines[-1], SIGNS[","], Space(wide=True), note)
    return left, lines


def _lines(box: Box, room: int) -> Iterator[Box]:
    """A right side in lines that are not too long, each after the first with a sign."""
    if not isinstance(box, Row) or len(unicode(box)) <= room:
        yield box
        return
    line: list[Box] = []
    for part in _summands(box):
        if line and len(unicode(row(*line, *part))) > room:
            yield row(*line)
            line = []
        line += part
    yield row(*line)


def _summands(box: Row) -> Iterator[list[Box]]:
    """The terms of a sum, each with the sign before it."""
    part: list[Box] = []
    for place, item in enumerate(box.items):
        signs = isinstance(item, Sign) and item.command in ("+", "-")
        before = box.items[place - 1] if place else None
        if signs and part and not isinstance(before, Sign):
            yield part
            part = []
        part.append(item)
    yield part
