"""From a drawing to its layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from graphdiff.errors import GraphValueError
from graphdiff.show.drawing.card import card
from graphdiff.show.drawing.column import KNOT, Column, columns
from graphdiff.show.drawing.labels import labels
from graphdiff.show.drawing.layout import Label, Layout, Point, Rect, Route
from graphdiff.show.drawing.model import Drawing, Edge, column_of
from graphdiff.show.drawing.order import arrange
from graphdiff.show.drawing.outline import outlines
from graphdiff.show.drawing.rows import rows
from graphdiff.show.drawing.spread import nearest, spread
from graphdiff.show.drawing.wires import Net, give_channels, give_gutters, nets

MOST = 5_000
_GAP = 22.0
_GUTTER, _RAIL = 30.0, 14.0
_CHANNEL, _SWING, _TRACK = 26.0, 22.0, 5.0
_MARGIN, _HEADING = 20.0, 26.0
_PORTS = 14.0
_HEADINGS = ("forward", "gradient", "second derivative")


def place(drawing: Drawing) -> Layout:
    """Find a place for everything in `drawing`.

    The function runs upwards on the left, its derivative comes down on the right, each
    adjoint beside the value that it belongs to; boxes do not overlap, and arrows pass
    between them. Raises `GraphValueError` for more boxes than anyone can look at.
    """
    if len(drawing.boxes) > MOST:
        refuse(f"{len(drawing.boxes):,} boxes")
    return _Placer(drawing).layout()


def refuse(what: str) -> NoReturn:
    """Raise `GraphValueError`: there is too much of it to be looked at."""
    raise GraphValueError(
        f"a picture of {what} serves nobody (the limit is {MOST:,} boxes); "
        f"print(graph) lists them, graph.to_dot() writes them for tools that draw more"
    )


class _Placer:
    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.cards = tuple(map(card, drawing.boxes))
        self.count = len(drawing.boxes)
        self.row, up = rows(drawing)
        orders = [column_of(box.order) for box in drawing.boxes]
        self.present = sorted(set(orders))
        self.up = [up[order] for order in self.present]
        self.column = [self.present.index(order) for order in orders]
        self.height = max(self.row, default=0) + 1
        self.columns, around = columns(drawing, self.row, self.column, self.height)
        self.x: dict[int, float] = {}
        self.bounds: list[tuple[float, float]] = []
        for c, column in enumerate(self.columns):
            arrange(column, self._keys(c, column))
        self.nets = nets(around, self.columns, self.column, self.row, self.up)
        self.gutters = give_gutters(self.nets, self.row)
        self._stand()
        self.ports = _Ports(self)
        channels = give_channels(self.nets, self._box_x, self._gutter)
        self.channels = channels
        self._stack()

    def _keys(self, c: int, column: Column) -> dict[int, float]:
        """The way to the loss next to the derivative: the rest on the outside."""
        found = {}
        for row in column.rows:
            for p in row:
                if p >= self.count:
                    found[p] = 0.5
                    continue
                box = self.drawing.boxes[p]
                inner = bool(column.below.get(p))
                found[p] = float(not inner) if self.present[c] % 2 else float(inner)
                if box.kind in ("input", "constant"):
                    found[p] = 0.0
        return found

    def _width(self, place: int) -> float:
        return self.cards[place].width if place < self.count else KNOT

    def _stand(self) -> None:
        """The columns side by side, with their gutters between."""
        at = _MARGIN
        for c, column in enumerate(self.columns):
            at += self._gutter_width(c)
            found = spread(column, self._width, _GAP, self.count)
            right = max((x + self._width(p) / 2 for p, x in found.items()), default=0)
            self.x.update({p: x + at for p, x in found.items()})
            self.bounds.append((at, at + right))
            at += right
        self.width = at + self._gutter_width(len(self.columns)) + _MARGIN

    def _gutter_width(self, gutter: int) -> float:
        inner = 0 < gutter < len(self.columns)
        tracks = self.gutters.get(gutter, 0)
        if not tracks and not inner:
            return 0.0
        return (2 * _GUTTER if inner else 2 * _RAIL) + (max(tracks, 1) - 1) * _TRACK

    def _gutter(self, gutter: int) -> tuple[float, float]:
        """Where the first and the last track of a gutter lie."""
        if gutter < len(self.columns):
            end = self.bounds[gutter][0]
            start = end - self._gutter_width(gutter)
        else:
            start = self.bounds[-1][1]
            end = start + self._gutter_width(gutter)
        inset = _GUTTER if 0 < gutter < len(self.columns) else _RAIL
        return start + inset, end - inset

    def _box_x(self, box: int) -> float:
        return self.x[box]

    def _stack(self) -> None:
        """The rows above each other, each as high as its highest box."""
        heights = [0.0] * self.height
        for number, row in enumerate(self.row):
            heights[row] = max(heights[row], self.cards[number].height)
        self.row_height = heights
        y = _MARGIN + _HEADING
        self.row_top = [0.0] * self.height
        self.channel_top: dict[int, float] = {}
        for row in range(self.height - 1, -2, -1):
            tracks = self.channels.get(row, 0)
            inner = 0 <= row < self.height - 1
            self.channel_top[row] = y
            y += (_CHANNEL + _SWING * 0.5 if inner else 0) + (
                (tracks + 1) * _TRACK if tracks else 0
            )
            if row >= 0:
                self.row_top[row] = y
                y += heights[row]
        self.total = y + _MARGIN

    def _track_y(self, net: Net, channel: int) -> float:
        top = self.channel_top[channel]
        inner = 0 <= channel < self.height - 1
        start = (_CHANNEL + _SWING * 0.5) / 2 if inner else 0
        return top + start + (net.tracks[channel] + 1) * _TRACK

    def rect(self, number: int) -> Rect:
        """Where a box stands: in the middle of its row."""
        found, row = self.cards[number], self.row[number]
        top = self.row_top[row] + (self.row_height[row] - found.height) / 2
        return Rect(self.x[number] - found.width / 2, top, found.width, found.height)

    def layout(self) -> Layout:
        """Everything at its place."""
        boxes = tuple(self.rect(i) for i in range(self.count))
        routes = [
            self._swing(edge, path, boxes)
            for column in self.columns
            for edge, path in column.paths.items()
        ]
        for net in self.nets:
            routes += [self._wire(net, edge, boxes) for edge in net.arrives]
        routes.sort(key=lambda r: (r.edge.target, r.edge.source))
        frames = outlines(self.drawing.frames, boxes, self.row)
        named = {self.drawing.frames[number]: line for number, line in frames.items()}
        return Layout(
            self.drawing,
            self.cards,
            boxes,
            tuple(routes),
            frames,
            labels(routes, boxes, named, self.width),
            self._headings(),
            self.width,
            self.total,
        )

    def _headings(self) -> tuple[Label, ...]:
        if len(self.present) < 2:
            return ()
        return tuple(
            Label(_HEADINGS[order], (left + right) / 2, _MARGIN + 8)
            for order, (left, right) in zip(self.present, self.bounds, strict=True)
        )

    def _swing(self, edge: Edge, path: Sequence[int], boxes: Sequence[Rect]) -> Route:
        up = self.row[edge.target] > self.row[edge.source]
        start, end = boxes[edge.source], boxes[edge.target]
        x0, x1 = self.ports.out(edge, None), self.ports.into(edge)
        points: list[Point] = [(x0, start.y if up else start.bottom)]

        def edges_of(row: int) -> tuple[float, float]:
            top = self.row_top[row]
            bottom = top + self.row_height[row]
            return (bottom, top) if up else (top, bottom)

        points.append((x0, edges_of(self.row[edge.source])[1]))
        column = self.columns[self.column[edge.source]]
        for knot in path[1:-1]:
            points += [(self.x[knot], y) for y in edges_of(column.row_of[knot])]
        points.append((x1, edges_of(self.row[edge.target])[0]))
        points.append((x1, end.bottom if up else end.y))
        return Route(edge, tuple(points))

    def _wire(self, net: Net, edge: Edge, boxes: Sequence[Rect]) -> Route:
        track = self._gutter(net.gutter)[0] + net.track * _TRACK
        start = self._end(net, edge, net.source, net.leaves, boxes, out=True)
        end = self._end(net, edge, edge.target, net.arrives[edge], boxes, out=False)
        points = (*start, (track, start[-1][1]), (track, end[-1][1]), *end[::-1])
        return Route(edge, points, wire=True)

    def _end(
        self,
        net: Net,
        edge: Edge,
        box: int,
        way: str | int,
        boxes: Sequence[Rect],
        out: bool,
    ) -> list[Point]:
        rect = boxes[box]
        if isinstance(way, str):
            y = rect.y + self.ports.aside(net, edge, out) * rect.height
            return [(rect.x if way == "left" else rect.right, y)]
        x = self.ports.out(edge, net) if out else self.ports.into(edge)
        above = way == self.row[box]
        return [
            (x, rect.y if above else rect.bottom),
            (x, self._track_y(net, way)),
        ]


class _Ports:
    """Where arrows meet their boxes: side by side, in the order of where they go."""

    def __init__(self, placer: _Placer) -> None:
        self.placer = placer
        self._out: dict[tuple[int, int | None], float] = {}
        self._into: dict[Edge, float] = {}
        self._aside: dict[tuple[int, int, Edge | None], float] = {}
        out: dict[int, list[tuple[float, int | None]]] = {}
        into: dict[int, list[tuple[float, Edge]]] = {}
        sides: dict[tuple[int, str], list[Edge]] = {}
        x = placer.x
        for column in placer.columns:
            for edge, path in column.paths.items():
                out.setdefault(edge.source, []).append((x[path[1]], None))
                into.setdefault(edge.target, []).append((x[path[-2]], edge))
        for net in placer.nets:
            towards = placer._gutter(net.gutter)[0]
            if isinstance(net.leaves, int):
                out.setdefault(net.source, []).append((towards, net.gutter))
            for edge, way in net.arrives.items():
                if isinstance(way, int):
                    into.setdefault(edge.target, []).append((towards, edge))
                else:
                    sides.setdefault((edge.target, way), []).append(edge)
        for box, ends in out.items():
            self._share_out(box, ends)
        for box, arriving in into.items():
            arriving.sort(key=lambda e: (e[0], e[1].source))
            ports = self._along(box, [at for at, _ in arriving])
            for (_, edge), port in zip(arriving, ports, strict=True):
                self._into[edge] = port
        for (_, _), edges in sides.items():
            for i, edge in enumerate(edges):
                self._aside[edge.target, edge.source, edge] = (i + 1) / (len(edges) + 1)

    def _share_out(self, box: int, ends: list[tuple[float, int | None]]) -> None:
        means: dict[int | None, list[float]] = {}
        for at, gutter in ends:
            means.setdefault(gutter, []).append(at)
        order = sorted(means, key=lambda g: (sum(means[g]) / len(means[g]), g or 0))
        middle = self.placer.x[box]
        wanted = [middle if g is None else sum(means[g]) / len(means[g]) for g in order]
        for gutter, port in zip(order, self._along(box, wanted), strict=True):
            self._out[box, gutter] = port

    def _along(self, box: int, wanted: Sequence[float]) -> list[float]:
        """Ports on a box's upper or lower side: straight ahead where that is free."""
        reach = 0.38 * self.placer.cards[box].width
        middle = self.placer.x[box]
        step = min(_PORTS, 2 * reach / max(len(wanted) - 1, 1))
        clipped = [min(max(at, middle - reach), middle + reach) for at in wanted]
        found = nearest(clipped, [1.0] * len(wanted), [step] * (len(wanted) - 1))
        last = len(found) - 1
        return [
            min(max(at, middle - reach + i * step), middle + reach - (last - i) * step)
            for i, at in enumerate(found)
        ]

    def out(self, edge: Edge, net: Net | None) -> float:
        """The x at which an arrow leaves its box upwards or downwards."""
        return self._out[edge.source, net.gutter if net is not None else None]

    def into(self, edge: Edge) -> float:
        """The x at which an arrow arrives at its box from above or below."""
        return self._into[edge]

    def aside(self, net: Net, edge: Edge, out: bool) -> float:
        """How far down its box's side an arrow leaves or arrives, from 0 to 1."""
        if out:
            return 0.22
        share = self._aside[edge.target, edge.source, edge]
        return 0.32 + 0.56 * share
