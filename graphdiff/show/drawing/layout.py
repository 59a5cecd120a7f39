"""Where everything stands: boxes in rows and columns, arrows through the gaps.

The layout is our own. What the libraries offer (igraph's and grandalf's Sugiyama
layouts) places points of one size in rows: they know neither that a box is as wide as
its text, nor that two boxes must face each other across two halves that run in opposite
directions, and they lead arrows through boxes where those are large. Graphviz has all
but the facing halves, and is a system package. What is needed is small: rows
(`graphdiff.show.drawing.rows`), an order in them (`order`), places (`spread`), wires
around (`wires`); each is one published method, named where it stands.
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
