"""Where everything stands: boxes in rows and columns, arrows through the gaps.

The layout is our own, after others were tried on the gradients of a bundle adjustment
(92 boxes) and of networks of 309 and 1,541. igraph's Sugiyama layout takes rows as
given, so that adjoints can be level with their values, but has one gap for boxes of all
widths, mixes the two halves and knows of no gutter between them: 9,458 points wide
where ours are 1,651. grandalf knows the widths, but neither rows nor halves (of 112
adjoints none faced its value), and took 11 seconds for 309 boxes, ours 0.2. networkx
has no layered layout, and Graphviz is a system package (``to_svg(engine="dot")`` uses
it where it is). What is needed is small: rows (`graphdiff.show.drawing.rows`), an order
in them (`order`), places (`spread`), wires around (`wires`); each is one published
method, named where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphdiff.show.drawing.card import Card
from graphdiff.show.drawing.model import Drawing, Edge

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle: its left upper corner, and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """The point in its middle."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Route:
    """The way of an arrow, from its source to its target.

    A `wire` turns at right angles, with rounded corners; any other way leaves and
    arrives upright, and swings from point to point between the rows.
    """

    edge: Edge
    points: tuple[Point, ...]
    wire: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """The line about a frame: the corners of a polygon of level and upright sides.

    The title begins at `title`, and has `room` pixels.
    """

    corners: tuple[Point, ...]
    title: Point
    room: float


@dataclass(frozen=True, slots=True)
class Label:
    """A word beside an arrow: the middle of its text."""

    text: str
    x: float
    y: float
    edge: Edge | None = None


@dataclass(frozen=True)
class Layout:
    """A drawing with all its places, in pixels from the left upper corner.

    `boxes` and `cards` go by the numbers of the boxes, `frames` by those of frames.
    """

    drawing: Drawing
    cards: tuple[Card, ...]
    boxes: tuple[Rect, ...]
    routes: tuple[Route, ...]
    frames: Mapping[int, Outline]
    labels: tuple[Label, ...]
    headings: tuple[Label, ...]
    width: float
    height: float
