"""A graph in a notebook: what it computes, its picture, and its listing, folded.

The picture stands in the HTML as an image of its own: what is drawn in one cell has no
part in another's, and survives where a notebook strips markup that it does not trust.
"""

from __future__ import annotations

import base64
from html import escape

from graphdiff.graph.graph import Graph
from graphdiff.show.notebook import MOST_DRAWN, MOST_LISTED, code, made


def graph_svg(graph: Graph) -> str | None:
    """The picture of a graph that is not too large for one."""
    return made(lambda: graph.to_svg()) if len(graph) <= MOST_DRAWN else None


def graph_latex(graph: Graph) -> str | None:
    """The equations of a graph that is not too large for them, if it has any."""
    return made(lambda: graph.to_latex() or None) if len(graph) <= MOST_DRAWN else None


def graph_html(graph: Graph) -> str | None:
    """What the graph computes, its picture, and its listing, folded."""
    return made(lambda: _html(graph))


def _html(graph: Graph) -> str:
    if len(graph) > MOST_LISTED:
        name = graph.signature.function if graph.signature else "graph"
        parts = [_heading(name, graph), "<p><code>print(graph)</code> lists it.</p>"]
    else:
        title, _, rest = str(graph).partition("\n\n")
        title = " ".join(title.split())
        parts = [_heading(title, graph)]
        if picture := graph_svg(graph):
            parts.append(_image(picture, f"The graph of {title[:200]}"))
        parts.append(_folded("Listing", rest.strip("\n")))
    return f"<div>{''.join(parts)}</div>"


def _heading(title: str, graph: Graph) -> str:
    back = sum(graph.role_of(node) is not None for node in graph)
    counts = [f"{len(graph) - back} nodes forward", f"{back} of the gradient"]
    return f"<p>{code(title)}<br/>{', '.join(counts[: 1 + bool(back)])}</p>"


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
