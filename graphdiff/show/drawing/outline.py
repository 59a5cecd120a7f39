"""The outlines of frames: a rectangle about the boxes of a layer, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphdiff.show.drawing.layout import Rect
from graphdiff.show.drawing.model import Frame

_ASIDE, _ABOVE, _BELOW = 9.0, 17.0, 9.0


def outlines(frames: Sequence[Frame], boxes: Sequence[Rect]) -> Mapping[int, Rect]:
    """The rectangle of each frame that can be drawn.

    A frame whose rectangle would hold boxes of others is left out: it would say what
    is not so.
    """
    found: dict[int, Rect] = {}
    inner: dict[int, list[Rect]] = {}
    tall = _by_height(boxes)
    for frame in reversed(frames):
        parts = [boxes[i] for i in frame.members] + inner.get(frame.number, [])
        rect = _about(parts)
        if _strangers(rect, frame, boxes, tall):
            continue
        found[frame.number] = rect
        if frame.parent is not None:
            inner.setdefault(frame.parent, []).append(rect)
    return {number: found[number] for number in sorted(found)}


def _about(parts: Sequence[Rect]) -> Rect:
    left = min(part.x for part in parts) - _ASIDE
    top = min(part.y for part in parts) - _ABOVE
    right = max(part.right for part in parts) + _ASIDE
    bottom = max(part.bottom for part in parts) + _BELOW
    return Rect(left, top, right - left, bottom - top)


def _by_height(boxes: Sequence[Rect]) -> list[tuple[float, int]]:
    return sorted((box.y, i) for i, box in enumerate(boxes))


def _strangers(
    rect: Rect, frame: Frame, boxes: Sequence[Rect], tall: list[tuple[float, int]]
) -> bool:
    """Whether a box that is no member stands in the rectangle."""
    members = set(frame.members)
    return any(
        i not in members
        and boxes[i].x < rect.right
        and rect.x < boxes[i].right
        and rect.y < boxes[i].bottom
        for y, i in tall
        if y < rect.bottom
    )
