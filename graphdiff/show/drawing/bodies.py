"""What stands in the box of a loop or a branch: its lines, those that say most."""

from __future__ import annotations

from graphdiff.emit.store.blocks import Region
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.runtime.late import unqualified
from graphdiff.show.text.listing import Listing
from graphdiff.show.text.rows import INDENT

_MOST = 14


def bodies(graph: Graph) -> dict[Node, tuple[str, ...]]:
    """The lines of each loop and branch of `graph`, as they are listed.

    Of a long one those are left out that make room for its results, and then the end.
    """
    listed = Listing(graph)
    found: dict[Node, tuple[str, ...]] = {}
    for statement in listed.body.statements:
        if isinstance(statement, Region):
            rows = list(listed.region(statement, 0, "forward"))
            if len(rows) > _MOST:
                rows = rows[len(statement.first) :]
            lines = [INDENT * row.level + unqualified(row.text) for row in rows]
            more = ["…"] if len(lines) > _MOST else []
            found[statement.node] = (*lines[: _MOST - len(more)], *more)
    return found
