"""Pictures of a graph in one call."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from graphdiff.graph.graph import Graph
from graphdiff.show.drawing.drawing import drawing
from graphdiff.show.drawing.place import place
from graphdiff.show.drawing.svg import svg


def to_svg(
    graph: Graph, path: str | PathLike[str] | None = None, *, fold: bool = True
) -> str:
    """`graph` as a picture in SVG: the function on the left, its derivative beside it.

    The picture is that of Goodfellow, Bengio and Courville, *Deep Learning*, figures
    6.8 to 6.11. What the function computes runs upwards; the gradient comes down again,
    each adjoint in the row of the value that it belongs to. Inputs are white, outputs
    have a double border. Without `fold` every node has a box of its own, numbers and
    broadcasts too. The text is returned, and written to `path` if one is given.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(x**2), gd.spec("n"))
    >>> to_svg(graph).startswith("<svg ")
    True
    """
    text = svg(place(drawing(graph, fold=fold)))
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text
