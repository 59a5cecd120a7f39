"""Pictures of a graph in one call."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from graphdiff.errors import GraphValueError, shown
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.show.drawing.dot import dot
from graphdiff.show.drawing.drawing import drawing
from graphdiff.show.drawing.graphviz import graphviz
from graphdiff.show.drawing.layout import Layout
from graphdiff.show.drawing.mermaid import mermaid
from graphdiff.show.drawing.place import MOST, place, refuse
from graphdiff.show.drawing.png import png
from graphdiff.show.drawing.svg import svg

_Path = str | PathLike[str]
_ENGINES = ("graphdiff", "dot")
_SURELY = 8
"""A graph of so many nodes for each box that may be drawn is not even looked at."""


def to_svg(
    graph: Graph,
    path: _Path | None = None,
    *,
    fold: bool = True,
    engine: str = "graphdiff",
) -> str:
    """`graph` as a picture in SVG: the function on the left, its derivative beside it.

    The picture is that of Goodfellow, Bengio and Courville, *Deep Learning*, figures
    6.8 to 6.11. What the function computes runs upwards; the gradient comes down again,
    each adjoint in the row of the value that it belongs to. Inputs are white, outputs
    have a double border. Without `fold` every node has a box of its own, numbers and
    broadcasts too. The text is returned, and written to `path` if one is given.

    `engine` is what places the boxes: ``"graphdiff"``, or ``"dot"`` for Graphviz, whose
    program must be installed (`MissingError`). Raises `GraphValueError` for a graph of
    more boxes than anyone can look at.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(x**2), gd.spec("n"))
    >>> to_svg(graph).startswith("<svg ")
    True
    """
    if engine not in _ENGINES:
        raise GraphValueError(
            f"to_svg: engine: expected one of {', '.join(map(repr, _ENGINES))}, got "
            f"{shown(engine)}"
        )
    by_dot = engine == "dot"
    text = graphviz(to_dot(graph, fold=fold)) if by_dot else svg(_placed(graph, fold))
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def to_png(
    graph: Graph, path: _Path | None = None, *, scale: float = 2.0, fold: bool = True
) -> bytes:
    """The picture of `to_svg` as PNG, with `scale` pixels for each point.

    It needs the extra ``png`` (`MissingError` says so), no fonts and no
    program. The bytes are returned, and written to `path` if one is given.
    """
    made = png(_placed(graph, fold), scale=scale)
    if path is not None:
        Path(path).write_bytes(made)
    return made


def to_dot(graph: Graph, path: _Path | None = None, *, fold: bool = True) -> str:
    """`graph` as the text of a Graphviz file, for ``dot`` to lay out.

    Two halves stand beside each other: what the function computes, and (orange) its
    derivative. The text is returned, and written to `path` if one is given.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(x**2), gd.spec("n"))
    >>> print(to_dot(graph).splitlines()[0])
    digraph graphdiff {
    """
    text = dot(drawing(graph, fold=fold))
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def to_mermaid(graph: Graph, path: _Path | None = None, *, fold: bool = True) -> str:
    """`graph` as a Mermaid flowchart, for a fence in a Markdown file.

    The text is returned, and written to `path` if one is given.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sin(x), gd.spec("n"))
    >>> print("\\n".join(to_mermaid(graph).splitlines()[:4]))
    flowchart BT
      n0["<b>x</b><br/><i>float64[n]</i>"]:::input
      n1["<b>output</b><br/>sin(x)<br/><i>float64[n]</i>"]:::forward
      class n1 output
    """
    text = mermaid(drawing(graph, fold=fold))
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def _placed(graph: Graph, fold: bool) -> Layout:
    """The layout of a graph; of one that is much too large not even the drawing."""
    check_graph("drawing", graph)
    if len(graph) > _SURELY * MOST:
        refuse(f"{len(graph):,} nodes")
    return place(drawing(graph, fold=fold))
