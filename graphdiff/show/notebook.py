"""How graphs and expressions show themselves in a notebook.

A notebook asks an object for several forms and displays the richest that it knows:
most take HTML before SVG and LaTeX. So the HTML of a graph holds its picture, with the
listing folded below it; that of an expression its formula, with its type. What is too
large to be taken in is left out, and a form without anything to show is None, which a
notebook passes over: displaying a value never fails, and never takes seconds.

The picture stands in the HTML as an image of its own: what is drawn in one cell has no
part in another's, and survives where a notebook strips markup that it does not trust.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape

from graphdiff.graph.graph import Graph

MOST_DRAWN = 400
"""A picture with more nodes than this is no help within a notebook."""
MOST_LISTED = 3_000
"""Nor is a listing, which a larger graph has in ``print(graph)``."""
_LONGEST = 300


def graph_svg(graph: Graph) -> str | None:
    """The picture of a graph that is not too large for one."""
    return _made(lambda: graph.to_svg()) if len(graph) <= MOST_DRAWN else None


def graph_html(graph: Graph) -> str | None:
    """What the graph computes, its picture, and its listing, folded."""
    return _made(lambda: _graph_html(graph))


def _graph_html(graph: Graph) -> str:
    if len(graph) > MOST_LISTED:
        name = graph.signature.function if graph.signature else "graph"
        parts = [_heading(name, graph), "<p><code>print(graph)</code> lists it.</p>"]
    else:
        title, _, rest = str(graph).partition("\n")
        parts = [_heading(title, graph)]
        if picture := graph_svg(graph):
            parts.append(_image(picture, f"The graph of {_clipped(title)}"))
        parts.append(_folded("Listing", rest.strip("\n")))
    return f"<div>{''.join(parts)}</div>"


def _heading(title: str, graph: Graph) -> str:
    back = sum(graph.role_of(node) is not None for node in graph)
    counts = [f"{len(graph) - back} nodes forward", f"{back} of the gradient"]
    count = ", ".join(counts[: 1 + bool(back)])
    return f"<p><code>{escape(_clipped(title))}</code><br/>{count}</p>"


def _image(svg: str, words: str) -> str:
    data = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(words)}" '
        f'style="max-width: 100%; background: white"/>'
    )


def _folded(title: str, text: str) -> str:
    style = "overflow-x: auto; white-space: pre"
    return (
        f"<details><summary>{title}</summary>"
        f'<pre style="{style}">{escape(text)}</pre></details>'
    )


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _made(make: Callable[[], str]) -> str | None:
    """What `make` gives; None where it fails, for a display must not.

    The user asked for a value, not for its picture: whatever keeps us from drawing it
    leaves the forms that do not fail.
    """
    try:
        return make()
    except Exception:
        return None
