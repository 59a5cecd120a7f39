"""The readable module that a graph becomes, and which of its lines compute a node."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from graphdiff.emit import emit
from graphdiff.errors import GraphdiffError
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node

_MOST_NODES = 20_000


class Source(NamedTuple):
    """The lines of a module, and the first and last one of each node in them.

    Where there are no lines, `about` says why.
    """

    lines: list[str]
    spans: Mapping[Node, tuple[int, int]]
    about: str


def emitted(graph: Graph) -> Source:
    """The module of `graph`, as it stands: not simplified any further."""
    if len(graph) > _MOST_NODES:
        return Source([], {}, "The module is too long to be shown here.")
    try:
        module = emit(graph)
    except GraphdiffError as error:
        return Source([], {}, f"This graph cannot be written as a module: {error}")
    lines = module.source.splitlines()
    spans: dict[Node, tuple[int, int]] = {}
    by_name: dict[str, tuple[int, int]] = {}
    places = module.places()
    begun = sorted({line for line, _, _ in places})
    following = dict(pairwise([*begun, len(lines) + 1]))
    for line, nodes, name in places:
        span = line, _last(lines, line, following[line])
        by_name.setdefault(name, span)
        for node in nodes:
            spans.setdefault(node, span)
    for node, name in graph.ledger.names.items():
        if node not in spans and name in by_name:
            spans[node] = by_name[name]
    return Source(lines, spans, "The module that gd.emit writes of this graph.")


def _last(lines: list[str], first: int, following: int) -> int:
    """The last line of the statement that begins at `first`, counted from 1."""
    last = first
    while last + 1 < following:
        text = lines[last].strip()
        if not text or text.startswith("#"):
            break
        last += 1
    return last
