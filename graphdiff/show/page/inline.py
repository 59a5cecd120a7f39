"""Expressions in one line: every node's text, with those of its arguments inside."""

from __future__ import annotations

from graphdiff.emit.text.text import atom
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.show.drawing.write import Drawn, Written

_LONGEST = 160


def inlined_texts(graph: Graph) -> dict[Node, str]:
    """The text of every output of `graph`, in terms of its inputs alone.

    One that would be too long to read is left out.
    """
    written = _Inlined(graph)
    found = {}
    for node in graph.outputs.values():
        text = written.drawn[node].text.flat
        if len(text) <= _LONGEST and "…" not in text:
            found[node] = text
    return found
