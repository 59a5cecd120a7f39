"""The writer of each op that holds graphs."""

from __future__ import annotations

from collections.abc import Callable

from graphdiff.emit.region.branches import cond
from graphdiff.emit.region.loops import loop
from graphdiff.emit.region.untils import until
from graphdiff.emit.store.variables import Variables
from graphdiff.graph.node import Node
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While

_WRITERS: dict[type, Callable[[Variables, Node], None]] = {
    Cond: cond,
    Loop: loop,
    While: until,
}


def write(body: Variables, node: Node) -> None:
    """Write the statement of a region; its results are variables then."""
    _WRITERS[type(node.op)](body, node)
