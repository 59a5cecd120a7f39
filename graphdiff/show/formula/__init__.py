"""Formulas: the graph in the notation of textbooks, as LaTeX, Unicode and MathML.

`formulas(graph)` knows the symbol, the equation and the expression of each node;
`to_latex`, `to_unicode` and `to_mathml` write all of them down.
"""

from __future__ import annotations

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.show.formula.document import to_latex as to_latex
from graphdiff.show.formula.document import to_mathml as to_mathml
from graphdiff.show.formula.document import to_unicode as to_unicode
from graphdiff.show.formula.formulas import Formula as Formula
from graphdiff.show.formula.formulas import Formulas as Formulas


def formula(graph: Graph, node: Node) -> Formula:
    """The equation of one node; of many nodes ask one `Formulas(graph)` instead.

    What it returns prints as ``.latex()``, ``.unicode()`` and ``.mathml()``.
    """
    return Formulas(graph).equation(node)
