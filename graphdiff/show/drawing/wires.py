"""Arrows that are led around the boxes: between columns, and over very many rows.

Between two rows there is a channel, between two columns a gutter; no box stands in
either. A wire leaves its box into the channel beside it (or straight into the gutter,
where nothing stands between), runs along the gutter and comes back the same way. The
wires of one box into one gutter share their way. Side by side they lie on tracks, given
out by the left-edge method of channel routing (Hashimoto and Stevens, "Wire routing by
optimizing channel assignment within large apertures", 1971).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from graphdiff.show.drawing.column import Column
from graphdiff.show.drawing.model import Edge


@dataclass
class Net:
    """The wires of one box into one gutter.

    `leaves` says how it leaves its box: ``left`` or ``right`` for the side, else the
    channel by its number; `arrives` says the same for each arrow.
    """

    source: int
    gutter: int
    leaves: str | int
    arrives: dict[Edge, str | int] = field(default_factory=dict)
    track: int = 0
    tracks: dict[int, int] = field(default_factory=dict)

    def channels(self) -> dict[int, list[int]]:
        """The boxes that the net meets in each channel."""
        found: dict[int, list[int]] = {}
        if isinstance(self.leaves, int):
            found.setdefault(self.leaves, []).append(self.source)
        for edge, way in self.arrives.items():
            if isinstance(way, int):
                found.setdefault(way, []).append(edge.target)
        return found


def nets(
    edges: Iterable[Edge],
    columns: Sequence[Column],
    column_of: Sequence[int],
    rows: Sequence[int],
    up: Sequence[bool],
) -> list[Net]:
    """The nets of the arrows that are led around, where some columns go `up`."""
    first = {row[0] for column in columns for row in column.rows if row}
    last = {row[-1] for column in columns for row in column.rows if row}

    def way(box: int, gutter: int, out: bool) -> str | int:
        column = column_of[box]
        if gutter == column and box in first:
            return "left"
        if gutter == column + 1 and box in last:
            return "right"
        return rows[box] if out == up[column] else rows[box] - 1

    found: dict[tuple[int, int], Net] = {}
    for edge in edges:
        gutter = _gutter(column_of[edge.source], column_of[edge.target])
        key = edge.source, gutter
        if key not in found:
            found[key] = Net(*key, way(edge.source, gutter, True))
        found[key].arrives[edge] = way(edge.target, gutter, False)
    return list(found.values())


def _gutter(start: int, end: int) -> int:
    """The gutter between two columns, or beside one: gutter k is left of column k."""
    if start == end:
        return start + 1 if start else 0
    return max(start, end)


def give_gutters(found: Sequence[Net], rows: Sequence[int]) -> dict[int, int]:
    """Give each net its track along its gutter; how many each gutter has."""

    def level(box: int, way: str | int) -> int:
        return 2 * way + 1 if isinstance(way, int) else 2 * rows[box]

    spans = []
    for net in found:
        ends = [level(net.source, net.leaves)]
        ends += [level(edge.target, way) for edge, way in net.arrives.items()]
        spans.append((min(ends), max(ends)))
    counts: dict[int, int] = {}
    for gutter in sorted({net.gutter for net in found}):
        here = [i for i, net in enumerate(found) if net.gutter == gutter]
        tracks = left_edge([spans[i] for i in here])
        for i, track in zip(here, tracks, strict=True):
            found[i].track = track
        counts[gutter] = max(tracks) + 1
    return counts


def give_channels(
    found: Sequence[Net],
    box_x: Callable[[int], float],
    gutter_x: Callable[[int], tuple[float, float]],
) -> dict[int, int]:
    """Give each net its track in its channels; how many each channel has."""
    spans: dict[int, list[tuple[float, float, Net]]] = {}
    for net in found:
        for channel, boxes in net.channels().items():
            ends = [*map(box_x, boxes), *gutter_x(net.gutter)]
            spans.setdefault(channel, []).append((min(ends), max(ends), net))
    counts: dict[int, int] = {}
    for channel, here in spans.items():
        tracks = left_edge([(low, high) for low, high, _ in here])
        for (_, _, net), track in zip(here, tracks, strict=True):
            net.tracks[channel] = track
        counts[channel] = max(tracks) + 1
    return counts


def left_edge(spans: Sequence[tuple[float, float]]) -> list[int]:
    """A track for each span, such that those of one track do not meet.

    >>> left_edge([(0, 3), (2, 5), (4, 6)])
    [0, 1, 0]
    """
    tracks = [0] * len(spans)
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    count = 0
    for i in sorted(range(len(spans)), key=lambda i: (*spans[i], i)):
        low, high = spans[i]
        while busy and busy[0][0] < low:
            heappush(free, heappop(busy)[1])
        if free:
            tracks[i] = heappop(free)
        else:
            tracks[i] = count
            count += 1
        heappush(busy, (high, tracks[i]))
    return tracks
