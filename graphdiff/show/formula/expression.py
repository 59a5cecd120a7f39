r"""The formula of one expression, from the variables and named values that it reads."""

from __future__ import annotations

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.show.alone import graph_of
from graphdiff.show.formula.formulas import Formula, Formulas


def expression_to_latex(node: Node) -> str:
    r"""The formula of `node` in LaTeX; below it those of the values that it reads.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> x, w = gd.var("x", "n"), gd.var("w", "n")
    >>> gd.nn.sigmoid(w @ x).to_latex()
    '\\sigma(w^\\top x)'
    """
    own, others = formulas_of(graph_of(node), node)
    if not others:
        return own.latex()
    first, *rest = (formula.latex() for formula in others)
    lines = " \\\\\n".join([f"& {own.latex()}", rf"& \text{{where }} {first}"])
    more = "".join(f" \\\\\n& {line}" for line in rest)
    return f"\\begin{{aligned}}\n{lines}{more}\n\\end{{aligned}}"


def expression_to_unicode(node: Node) -> str:
    """The formula of `node` in Unicode; below it those of the values that it reads."""
    own, others = formulas_of(graph_of(node), node)
    where = [f"where {others[0]}", *map(str, others[1:])] if others else []
    return "\n".join([str(own), *where])


def formulas_of(graph: Graph, node: Node) -> tuple[Formula, list[Formula]]:
    """The formula of `node`, and those of the values that it reads, the last first.

    `graph` is the one that computes `node` alone.
    """
    known = Formulas(graph)
    own = known.expression(node)
    forward, gradient = known.equations()
    others = [f for f in (*forward, *gradient) if f.right != own.right]
    return own, others[::-1]
