"""The outlines of frames: about the boxes of a layer, and no others.

A rectangle, where that holds no stranger. Rows are shared, though: the weights of one
layer stand beside the values of the one before. Then the outline follows the boxes row
by row, as a staircase; and where even a row mixes two layers there is none, for a frame
about the wrong boxes would say what is not so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from graphdiff.show.drawing.layout import Outline, Point, Rect
from graphdiff.show.drawing.model import Frame

_ASIDE, _ABOVE, _BELOW, _TITLE = 9.0, 8.0, 8.0, 15.0
_DEEPER = 5.0


class _Band(NamedTuple):
    """What a frame holds of one row."""

    left: float
    right: float
    top: float
    bottom: float


def outlines(
    frames: Sequence[Frame], boxes: Sequence[Rect], rows: Sequence[int]
) -> Mapping[int, Outline]:
    """The outline of each frame that can be drawn."""
    in_row: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        in_row.setdefault(row, []).append(number)
    height = _heights(frames)
    found: dict[int, Outline] = {}
    for frame in frames:
        bands = _bands(frame, boxes, rows, height[frame.number] * _DEEPER)
        whole = _whole(bands)
        low, high = min(bands), max(bands)
        members = set(frame.members)
        strangers = {
            row: [boxes[i] for i in in_row[row] if i not in members]
            for row in range(low, high + 1)
        }
        if not any(_inside(b, whole) for row in strangers.values() for b in row):
            found[frame.number] = _outline([whole])
            continue
        if all(row in bands for row in strangers):
            steps = {row: _widened(bands, row, strangers[row]) for row in bands}
            if not any(
                _inside(b, steps[r]) for r, some in strangers.items() for b in some
            ):
                found[frame.number] = _outline(list(steps.values()))
    return found


def _widened(bands: Mapping[int, _Band], row: int, strangers: Sequence[Rect]) -> _Band:
    """A row's band, as wide as any other of the frame where no stranger stands."""
    band = bands[row]
    lefts = sorted({b.left for b in bands.values() if b.left <= band.left})
    rights = sorted({-b.right for b in bands.values() if b.right >= band.right})
    left = next(x for x in lefts if x == band.left or _free(x, band.left, strangers))
    right = next(
        -x for x in rights if -x == band.right or _free(band.right, -x, strangers)
    )
    return band._replace(left=left, right=right)


def _free(left: float, right: float, strangers: Sequence[Rect]) -> bool:
    return not any(
        box.x < right + _ASIDE and left - _ASIDE < box.right for box in strangers
    )


def _heights(frames: Sequence[Frame]) -> list[int]:
    """How many frames nest in each."""
    found = [0] * len(frames)
    for frame in reversed(frames):
        if frame.parent is not None:
            found[frame.parent] = max(found[frame.parent], found[frame.number] + 1)
    return found


def _bands(
    frame: Frame, boxes: Sequence[Rect], rows: Sequence[int], more: float
) -> dict[int, _Band]:
    """The frame's part of each row, from the top."""
    held: dict[int, list[Rect]] = {}
    for i in frame.members:
        held.setdefault(rows[i], []).append(boxes[i])
    found: dict[int, _Band] = {}
    for row in range(max(held), min(held) - 1, -1):
        if row in held:
            found[row] = _Band(
                min(box.x for box in held[row]) - _ASIDE - more,
                max(box.right for box in held[row]) + _ASIDE + more,
                min(box.y for box in held[row]) - _ABOVE - more,
                max(box.bottom for box in held[row]) + _BELOW + more,
            )
    return found


def _whole(bands: Mapping[int, _Band]) -> _Band:
    parts = list(bands.values())
    return _Band(
        min(band.left for band in parts),
        max(band.right for band in parts),
        min(band.top for band in parts),
        max(band.bottom for band in parts),
    )


def _inside(box: Rect, band: _Band) -> bool:
    level = box.x < band.right and band.left < box.right
    return level and box.y < band.bottom and band.top < box.bottom


def _outline(bands: Sequence[_Band]) -> Outline:
    """Down along the right sides, up along the left; a step lies by the wider row."""
    first = bands[0]
    top = first.top - (_TITLE - _ABOVE)
    right: list[Point] = [(first.right, top)]
    left: list[Point] = [(first.left, top)]
    for above, below in pairwise(bands):
        for side, a, b, wider in (
            (right, above.right, below.right, above.right > below.right),
            (left, above.left, below.left, above.left < below.left),
        ):
            y = above.bottom if wider else below.top
            side += [(a, y), (b, y)]
    last = bands[-1]
    right.append((last.right, last.bottom))
    left.append((last.left, last.bottom))
    corners = [*right, *reversed(left)]
    room = (first.right - first.left) / 2 - 12
    return Outline(tuple(corners), (first.left + 7, top + 11), max(room, 40.0))
