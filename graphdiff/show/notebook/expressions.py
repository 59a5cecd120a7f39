"""An expression in a notebook: its formula, those of the named values in it, its type.

The formulas are those of the graph that computes the expression alone, from the
variables that it reads.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.node import Node
from graphdiff.graph.types import show_type
from graphdiff.show.alone import graph_of
from graphdiff.show.formula import Formula, formula
from graphdiff.show.formula.expression import formulas_of
from graphdiff.show.notebook import MOST_DRAWN, code, made

MOST_NAMED = 12
"""So many of the named values that an expression reads are written out."""

_FORMULA = "display: inline-block; font-size: 120%; margin: 0.5em 2em 0.5em 0"


def expression_svg(node: Node) -> str | None:
    """The picture of what computes the expression."""
    return made(lambda: _svg(node))


def expression_latex(node: Node) -> str | None:
    """The formula of the expression, and below it those of the named values in it."""
    return made(lambda: _latex(node))


def expression_html(node: Node) -> str | None:
    """The formulas as MathML, and the type; without formulas the type alone."""
    return made(lambda: _html(node)) or f"<div>{code(repr(node))}</div>"


def _svg(node: Node) -> str | None:
    graph = _graph_to(node)
    return None if graph is None else graph.to_svg()


def _graph_to(node: Node) -> Graph | None:
    """The graph that computes `node`; None if it is too large to be shown."""
    nodes = in_order([node])
    return graph_of(node, nodes) if len(nodes) <= MOST_DRAWN else None


def _formulas(node: Node) -> tuple[Formula, list[Formula]] | None:
    """The formula of the expression, named if it is, and those of what it reads."""
    graph = _graph_to(node)
    if graph is None:
        return None
    own, others = formulas_of(graph, node)
    if graph.name_of(node) is not None:
        own = formula(graph, node)
    return own, others


def _latex(node: Node) -> str | None:
    found = _formulas(node)
    if found is None:
        return None
    own, others = found
    lines = [own.latex(), *_first(others, Formula.latex, r"\dots")]
    if len(lines) == 1:
        return rf"$\displaystyle {lines[0]}$"
    joined = " \\\\\n".join([lines[0], rf"\text{{where }} {lines[1]}", *lines[2:]])
    return f"$$\\begin{{gathered}}\n{joined}\n\\end{{gathered}}$$"


def _html(node: Node) -> str | None:
    found = _formulas(node)
    if found is None:
        return None
    own, others = found
    rest = _first(others, Formula.mathml, "…")
    where = f"<p>where {', '.join(rest)}</p>" if rest else ""
    shown = f'<div style="{_FORMULA}">{own.mathml(block=True)}</div>'
    return f"<div>{shown} {code(show_type(node.type))}{where}</div>"


def _first(
    formulas: list[Formula], write: Callable[[Formula], str], more: str
) -> list[str]:
    """The first formulas, written; `more` stands for those that are left out."""
    written = list(map(write, islice(formulas, MOST_NAMED)))
    return [*written, more] if len(formulas) > MOST_NAMED else written
