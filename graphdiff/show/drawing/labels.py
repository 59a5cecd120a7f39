"""Where labels stand beside their arrows: only where there is room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from graphdiff.show.drawing.layout import Label, Outline, Point, Rect, Route
from graphdiff.show.drawing.metrics import text_width
from graphdiff.show.drawing.model import Frame

SIZE = 9.5
_HIGH, _AWAY, _CLEAR = 11.0, 5.0, 2.5
_CELL = 40.0
_STEP = 6.0
_MOST = 3_000


def labels(
    routes: Sequence[Route],
    boxes: Sequence[Rect],
    outlines: Mapping[Frame, Outline],
    width: float,
) -> tuple[Label, ...]:
    """The labels that find a place beside their arrows, touching nothing else."""
    wanted = [route for route in routes if route.edge.label]
    if not wanted or len(routes) > _MOST:
        return ()
    sizes = [text_width(route.edge.label, SIZE) + 2 for route in wanted]
    shared = _shared(routes)
    tails = [_tail(route, shared) for route in wanted]
    places = [list(_places(*pair)) for pair in zip(tails, sizes, strict=True)]
    taken = _Taken(rect for tried in places for rect in tried)
    for route in routes:
        for part in _parts(route):
            taken.add(part)
        taken.add(_head(route))
    for box in boxes:
        taken.add(box)
    for frame, outline in outlines.items():
        x, y = outline.title
        room = min(text_width(frame.title, SIZE), outline.room)
        taken.add(Rect(x, y - 9, room, _HIGH))
        corners = outline.corners
        for (ax, ay), (bx, by) in pairwise([*corners, corners[0]]):
            taken.add(Rect(min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by)))
    found = []
    for route, tried in zip(wanted, places, strict=True):
        for place in tried:
            inside = place.x > 0 and place.right < width
            if inside and taken.is_free(place):
                x, y = place.middle
                found.append(Label(route.edge.label, x, y + 3.3, route.edge))
                taken.add(place)
                break
    return tuple(found)


def _shared(routes: Sequence[Route]) -> Counter[tuple[int, Point]]:
    """How many arrows of each source pass each point."""
    return Counter(
        (route.edge.source, point) for route in routes for point in set(route.points)
    )


def _tail(route: Route, shared: Mapping[tuple[int, Point], int]) -> Route:
    """The end of an arrow that it has for itself."""
    points = route.points
    i = len(points) - 2
    while i > 0 and shared[route.edge.source, points[i]] == 1:
        i -= 1
    return Route(route.edge, points[i:], route.wire)


def _head(route: Route) -> Rect:
    """About where the head of an arrow is."""
    (ax, ay), (x, y) = route.points[-2:]
    if abs(ay - y) < 0.05:
        return Rect(x - 8 if ax < x else x, y - 4, 8, 8)
    return Rect(x - 4, y - 8 if ay < y else y, 8, 8)


def _places(route: Route, size: float) -> Iterator[Rect]:
    """Beside the arrow, near its end first: to the right, and to the left."""
    points = list(ways(route, _STEP / 3))
    for share in (0.6, 0.5, 0.4, 0.7, 0.3, 0.25, 0.8):
        x, y = points[int(share * (len(points) - 1))]
        yield Rect(x + _AWAY, y - _HIGH / 2, size, _HIGH)
        yield Rect(x - _AWAY - size, y - _HIGH / 2, size, _HIGH)


def ways(route: Route, step: float) -> Iterator[Point]:
    """Points along an arrow, about `step` apart."""
    points = route.points
    yield points[0]
    for (ax, ay), (bx, by) in pairwise(points):
        count = int((abs(bx - ax) + abs(by - ay)) / step) + 1
        swings = not route.wire and abs(bx - ax) > 0.05
        for i in range(1, count + 1):
            t = i / count
            # Along the curve whose tangents are upright at both ends.
            across = t * t * (3 - 2 * t) if swings else t
            down = t + t * (1 - t) * (1 - 2 * t) / 2 if swings else t
            yield ax + (bx - ax) * across, ay + (by - ay) * down


def _parts(route: Route) -> Iterator[Rect]:
    """The straight parts of an arrow, and points along those that swing."""
    for (ax, ay), (bx, by) in pairwise(route.points):
        if route.wire or abs(bx - ax) <= 0.05:
            x, y = min(ax, bx), min(ay, by)
            yield Rect(x, y, abs(bx - ax), abs(by - ay))
        else:
            swing = Route(route.edge, ((ax, ay), (bx, by)))
            yield from (Rect(*point, 0, 0) for point in ways(swing, _STEP))


class _Taken:
    """What stands where, by the cells of a grid: those that matter to some places."""

    def __init__(self, places: Iterable[Rect]) -> None:
        self.cells: dict[tuple[int, int], list[Rect]] = {
            cell: [] for place in places for cell in self._cells(_wider(place))
        }

    def _cells(self, rect: Rect) -> Iterator[tuple[int, int]]:
        for i in range(int(rect.x // _CELL), int(rect.right // _CELL) + 1):
            for j in range(int(rect.y // _CELL), int(rect.bottom // _CELL) + 1):
                yield i, j

    def add(self, rect: Rect) -> None:
        """Take the place of `rect`."""
        for cell in self._cells(rect):
            if cell in self.cells:
                self.cells[cell].append(rect)

    def is_free(self, rect: Rect) -> bool:
        """Whether nothing comes near `rect`."""
        wide = _wider(rect)
        return not any(
            other.x < wide.right
            and wide.x < other.right
            and other.y < wide.bottom
            and wide.y < other.bottom
            for cell in self._cells(wide)
            for other in self.cells[cell]
        )


def _wider(rect: Rect) -> Rect:
    wide, high = rect.width + 2 * _CLEAR, rect.height + 2 * _CLEAR
    return Rect(rect.x - _CLEAR, rect.y - _CLEAR, wide, high)
