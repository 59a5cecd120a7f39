"""The methods of a graph that lead to later stages: how it is shown, kept and measured.

Each is a door and no more: the stage is imported when the method is called, so that a
graph knows what can be made of it, and nothing of how.
"""

from __future__ import annotations

from typing import Any


class Doors:
    """What can be made of a graph besides another graph."""

    __slots__ = ()

    def __str__(self: Any) -> str:
        """List the graph as statements: name, expression, type, source line."""
        from graphdiff.show.text import to_text

        return to_text(self)

    def to_text(
        self: Any,
        *,
        of: Any = None,
        depth: int | None = None,
        fold: bool | None = None,
        bodies: bool = True,
        colour: bool | None = False,
        width: int = 100,
        exact: bool = False,
    ) -> str:
        """The graph as ``print`` shows it; `exact`: as `gd.parse` reads it back.

        `of` and `depth` list what values are computed from, so many steps back; `fold`
        writes repeated parts once; without `bodies`, loops are one row each.
        """
        if exact:
            from graphdiff.save.text import exact_text

            return exact_text(self)
        from graphdiff.show.text import to_text

        options = {"of": of, "depth": depth, "fold": fold, "bodies": bodies}
        return to_text(self, **options, colour=colour, width=width)

    def to_dot(self: Any, path: Any = None, *, fold: bool = True) -> str:
        """The graph as Graphviz text, forward part and gradient part told apart."""
        from graphdiff.show.drawing import to_dot

        return to_dot(self, path, fold=fold)

    def to_mermaid(self: Any, path: Any = None, *, fold: bool = True) -> str:
        """The graph as a Mermaid flowchart, for Markdown."""
        from graphdiff.show.drawing import to_mermaid

        return to_mermaid(self, path, fold=fold)

    def to_png(
        self: Any, path: Any = None, *, scale: float = 2.0, fold: bool = True
    ) -> bytes:
        """The graph as a picture in PNG; needs the packages of the extra ``png``."""
        from graphdiff.show.drawing import to_png

        return to_png(self, path, scale=scale, fold=fold)

    def to_svg(
        self: Any, path: Any = None, *, fold: bool = True, engine: str = "graphdiff"
    ) -> str:
        """The graph as a picture in SVG, written to `path` if there is one."""
        from graphdiff.show.drawing import to_svg

        return to_svg(self, path, fold=fold, engine=engine)

    def _repr_svg_(self: Any) -> str | None:
        from graphdiff.show.notebook.graphs import graph_svg

        return graph_svg(self)

    def _repr_latex_(self: Any) -> str | None:
        from graphdiff.show.notebook.graphs import graph_latex

        return graph_latex(self)

    def _repr_html_(self: Any) -> str | None:
        from graphdiff.show.notebook.graphs import graph_html

        return graph_html(self)

    def to_html(
        self: Any, inputs: Any = None, *, of: Any = None, title: Any = None
    ) -> str:
        """The graph as a page to explore, one file; with values of `inputs`."""
        from graphdiff.show.page import to_html

        return to_html(self, inputs, of=of, title=title)

    def to_latex(self: Any, *, document: bool = False) -> str:
        """The equations of the graph in LaTeX, the gradient last, as a textbook has."""
        from graphdiff.show.formula import to_latex

        return to_latex(self, document=document)

    def to_unicode(self: Any) -> str:
        """The equations of the graph in Unicode, one a line, the gradient last."""
        from graphdiff.show.formula import to_unicode

        return to_unicode(self)

    def to_mathml(self: Any) -> str:
        """The equations of the graph in MathML, which browsers draw."""
        from graphdiff.show.formula import to_mathml

        return to_mathml(self)

    def to_networkx(self: Any) -> Any:
        """The graph as a ``networkx.MultiDiGraph``; `gd.from_networkx` leads back."""
        from graphdiff.save.network import to_networkx

        return to_networkx(self)

    def to_sympy(self: Any, symbols: Any = ()) -> Any:
        """A graph of scalars as an expression of sympy; a dict of several outputs.

        `symbols` are the ones to take, with assumptions. `gd.from_sympy` leads back.
        """
        from graphdiff.symbolic import to_sympy

        return to_sympy(self, symbols)

    def save(self: Any, path: Any) -> None:
        """Write the graph to a file that `gd.load` reads: JSON, arrays beside it."""
        from graphdiff.save import save

        save(self, path)

    def kinks(self: Any) -> Any:
        """Where a convention decides a slope of this derivative, and which one."""
        from graphdiff.derivative.kinks import kinks

        return kinks(self)

    def cost(self: Any) -> Any:
        """Operation count and peak memory, as formulas in the named sizes."""
        from graphdiff.cost import cost

        return cost(self)
