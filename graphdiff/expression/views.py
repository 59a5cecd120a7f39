"""The methods by which a notebook displays an expression.

Each is a door and no more: what displays it is imported when a notebook asks.
"""

from __future__ import annotations

from typing import Any


class Views:
    """The forms of an expression that a notebook can show."""

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
