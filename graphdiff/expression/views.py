"""The methods by which an expression is displayed, or handed to sympy.

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

    def to_sympy(self: Any, symbols: Any = ()) -> Any:
        """The expression, of scalars, as one of sympy; see `gd.Graph.to_sympy`."""
        from graphdiff.symbolic import expression_to_sympy

        return expression_to_sympy(self.node, symbols)
