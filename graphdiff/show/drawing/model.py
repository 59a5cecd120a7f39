"""What is drawn of a graph: boxes, the arrows between them, frames about some of them.

A picture of every node hides what it should show: numbers, broadcasts and transposes
are written into the boxes that use them, and so is a short local derivative that only
one adjoint uses. What is left is what a person would draw: a value is a box, an arrow
leads from what is read to what reads it, an adjoint knows the value that it faces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node

LAST_COLUMN = 2


def column_of(order: int) -> int:
    """The column of an order of derivative: 0, 1, and 2 for all that follow."""
    return min(order, LAST_COLUMN)


@dataclass(frozen=True, slots=True)
class Box:
    """One value of the picture.

    `order` is 0 for what the function computes, 1 for its derivative, 2 for the
    derivative of that. `partner` is the box that an adjoint faces: the value that it is
    the full gradient of. `source` is the box whose rule made it, `rule` that rule.
    `lines` lists the body of a loop or a branch, `written` the nodes that are written
    into this box instead of being drawn.
    """

    number: int
    node: Node
    name: str | None
    operation: str
    type: str
    kind: str
    order: int = 0
    outputs: tuple[str, ...] = ()
    convention: str = ""
    rule: str = ""
    source: int | None = None
    partner: int | None = None
    frame: int | None = None
    lines: tuple[str, ...] = ()
    position: str = ""
    written: tuple[Node, ...] = ()

    @property
    def half(self) -> str:
        """``forward``, or ``gradient``."""
        return "gradient" if self.order else "forward"


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow: the box at `target` reads the box at `source`.

    `kind` is ``forward`` within what the function computes, ``across`` from there into
    the derivative, ``back`` within a derivative. `place` is the first argument of the
    target that reads the source. `label` is the local derivative, where one is known.
    """

    source: int
    target: int
    place: int
    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Boxes that belong together: a layer, a round of a loop, written at `where`."""

    number: int
    title: str
    members: tuple[int, ...]
    parent: int | None = None
    where: str = ""


@dataclass(frozen=True)
class Drawing:
    """What is drawn of `graph`.

    Boxes are numbered in the order of the graph. `shown` gives for each node the box
    that shows it: its own, or the first one that it is written into.
    """

    graph: Graph
    title: str
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    frames: tuple[Frame, ...]
    shown: Mapping[Node, int]

    @cached_property
    def orders(self) -> tuple[int, ...]:
        """The orders of derivatives that there are, from 0."""
        return tuple(sorted({box.order for box in self.boxes}))

    @cached_property
    def partners(self) -> Mapping[int, int]:
        """For each box, the first adjoint that faces it."""
        found: dict[int, int] = {}
        for box in self.boxes:
            if box.partner is not None:
                found.setdefault(box.partner, box.number)
        return found
