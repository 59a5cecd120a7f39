"""The methods by which an expression is displayed, drawn, or handed to sympy.

Each is a door and no more: what does it is imported when it is asked.
"""

from __future__ import annotations

from typing import Any


class Views:
    """The forms of an expression besides that of a node."""

    __slots__ = ()

    def _repr_svg_(self: Any) -> str | None:
        from graphdiff.show.notebook.expressions import expression_svg

        return expression_svg(self.node)

    def _repr_latex_(self: Any) -> str | None:
        from graphdiff.show.notebook.expressions import expression_latex

        return expression_latex(self.node)

    def _repr_html_(self: Any) -> str | None:
        from graphdiff.show.notebook.expressions import expression_html

        return expression_html(self.node)

    def to_svg(self: Any, path: Any = None, *, fold: bool = True) -> str:
        """What computes the expression as a picture in SVG; see `gd.Graph.to_svg`."""
        from graphdiff.show.alone import graph_of

        return graph_of(self.node).to_svg(path, fold=fold)

    def to_png(
        self: Any, path: Any = None, *, scale: float = 2.0, fold: bool = True
    ) -> bytes:
        """What computes the expression as a picture in PNG; see `gd.Graph.to_png`."""
        from graphdiff.show.alone import graph_of

        return graph_of(self.node).to_png(path, scale=scale, fold=fold)

    def to_dot(self: Any, path: Any = None, *, fold: bool = True) -> str:
        """What computes the expression as Graphviz text; see `gd.Graph.to_dot`."""
        from graphdiff.show.alone import graph_of

        return graph_of(self.node).to_dot(path, fold=fold)

    def to_mermaid(self: Any, path: Any = None, *, fold: bool = True) -> str:
        """What computes the expression in Mermaid; see `gd.Graph.to_mermaid`."""
        from graphdiff.show.alone import graph_of

        return graph_of(self.node).to_mermaid(path, fold=fold)

    def to_latex(self: Any) -> str:
        """The formula of the expression in LaTeX, with those of the values it reads."""
        from graphdiff.show.formula.expression import expression_to_latex

        return expression_to_latex(self.node)

    def to_unicode(self: Any) -> str:
        """The formula of the expression in Unicode, with those of values it reads."""
        from graphdiff.show.formula.expression import expression_to_unicode

        return expression_to_unicode(self.node)

    def to_sympy(self: Any, symbols: Any = ()) -> Any:
        """The expression, of scalars, as one of sympy; see `gd.Graph.to_sympy`."""
        from graphdiff.symbolic import expression_to_sympy

        return expression_to_sympy(self.node, symbols)
