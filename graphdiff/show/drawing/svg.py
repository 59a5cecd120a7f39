"""A layout as SVG: one picture that needs nothing else, and says what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from graphdiff.show.drawing.labels import SIZE
from graphdiff.show.drawing.layout import Layout, Point, Rect, Route
from graphdiff.show.drawing.metrics import printable, shortened, text_width
from graphdiff.show.drawing.model import Box

FONT = "Helvetica, Arial, 'Liberation Sans', Arimo, sans-serif"
_STYLE = """
.PREFIX text{font-family:FONT;fill:#1d2733;text-anchor:middle}
.PREFIX .code{text-anchor:start}
.PREFIX .name{font-size:13px;font-weight:bold}
.PREFIX .operation{font-size:12px}
.PREFIX .code{font-size:11px}
.PREFIX .type,.PREFIX .note,.PREFIX .label{font-size:9.5px;fill:#5d6977}
.PREFIX .label{fill:#9a4a1c;font-style:normal}
.PREFIX .note{fill:#9a4a1c}
.PREFIX .heading{font-size:13px;font-weight:bold;fill:#3b6fb6}
.PREFIX .heading.gradient{fill:#c9682b}
.PREFIX .box rect{fill:#e6effb;stroke:#3b6fb6;stroke-width:1.2}
.PREFIX .box.input rect,.PREFIX .box.constant rect{fill:#fff}
.PREFIX .box.gradient rect{fill:#fdebdc;stroke:#c9682b}
.PREFIX .box.box.box rect.rim{fill:none}
.PREFIX .edge{fill:none;stroke:#3b6fb6;stroke-width:1.2}
.PREFIX .edge.back{stroke:#c9682b}
.PREFIX .edge.across{stroke:#a9b4c0;stroke-width:1}
.PREFIX .frame path{fill:#f6f8fa;stroke:#b4bec9;stroke-dasharray:4 3}
.PREFIX .frame text{font-size:9.5px;fill:#5d6977;text-anchor:start}
"""
_ROUND = 5.0


def svg(layout: Layout, *, prefix: str = "gd") -> str:
    """`layout` as the text of an SVG file.

    Every box is a group ``<g id="gd-n12" class="box gradient op">``, every arrow a path
    ``<path class="edge back" data-from="12" data-to="15">``. All ids begin with
    `prefix`, so that two pictures may stand in one page. There is no script, and
    nothing is loaded from elsewhere.
    """
    return "".join(_Writer(layout, prefix).lines())


class _Writer:
    def __init__(self, layout: Layout, prefix: str) -> None:
        self.layout = layout
        self.drawing = layout.drawing
        self.prefix = prefix

    def lines(self) -> Iterator[str]:
        """The text of the file, piece by piece."""
        p, wide, high = self.prefix, _n(self.layout.width), _n(self.layout.height)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{p}" role="img" '
            f'aria-labelledby="{p}-title {p}-desc" width="{wide}" height="{high}" '
            f'viewBox="0 0 {wide} {high}">\n'
            f'<title id="{p}-title">{_text(self.drawing.title)}</title>\n'
            f'<desc id="{p}-desc">{_text(self._description())}</desc>\n'
            f"<style>{_STYLE.replace('PREFIX', p).replace('FONT', FONT)}</style>\n"
        )
        yield f"<defs>{self._heads()}</defs>\n"
        yield f'<rect class="paper" width="{wide}" height="{high}" fill="#fff"/>\n'
        for label in self.layout.headings:
            half = "gradient" if label.text != "forward" else "forward"
            yield (
                f'<text class="heading {half}" x="{_n(label.x)}" y="{_n(label.y)}">'
                f"{_text(label.text)}</text>\n"
            )
        if self.layout.frames:
            yield '<g class="frames">\n'
            yield from self._frames()
            yield "</g>\n"
        yield '<g class="edges">\n'
        for wire in (True, False):
            for route in self.layout.routes:
                if route.wire is wire:
                    yield self._edge(route)
        yield "</g>\n"
        if self.layout.labels:
            yield '<g class="labels">\n'
            yield from self._labels()
            yield "</g>\n"
        yield '<g class="boxes">\n'
        for box in self.drawing.boxes:
            yield self._box(box, self.layout.boxes[box.number])
        yield "</g>\n</svg>\n"

    def _description(self) -> str:
        boxes = self.drawing.boxes
        forward = sum(not box.order for box in boxes)
        words = f"A computational graph of {len(boxes)} values."
        if forward < len(boxes):
            words += (
                f" {forward} of them, on the left, are computed by the function, from "
                f"the inputs at the bottom to the outputs at the top; "
                f"{len(boxes) - forward}, on the right, are its derivative, each "
                f"adjoint beside the value that it belongs to."
            )
        return words

    def _heads(self) -> str:
        colours = {"forward": "#3b6fb6", "back": "#c9682b", "across": "#a9b4c0"}
        return "".join(
            f'<marker id="{self.prefix}-{kind}" viewBox="0 0 8 8" refX="7.2" refY="4" '
            f'markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
            f'<path d="M0.6 0.8L7.4 4L0.6 7.2z" fill="{colour}"/></marker>'
            for kind, colour in colours.items()
        )

    def _frames(self) -> Iterator[str]:
        for frame in self.drawing.frames:
            outline = self.layout.frames.get(frame.number)
            if outline is None:
                continue
            title = shortened(frame.title, 9.5, outline.room)
            x, y = outline.title
            yield (
                f'<g id="{self.prefix}-f{frame.number}" class="frame">'
                f"<title>{_text(f'{frame.title} ({frame.where})')}</title>"
                f'<path d="{_closed(outline.corners)}"/>'
                f'<text x="{_n(x)}" y="{_n(y)}">{_text(title)}</text></g>\n'
            )

    def _labels(self) -> Iterator[str]:
        for label in self.layout.labels:
            width = text_width(label.text, SIZE)
            yield (
                f'<text class="label" x="{_n(label.x)}" y="{_n(label.y)}" '
                f'textLength="{_n(width)}" lengthAdjust="spacingAndGlyphs">'
                f"{_text(label.text)}</text>\n"
            )

    def _edge(self, route: Route) -> str:
        e = route.edge
        return (
            f'<path class="edge {e.kind}" data-from="{e.source}" data-to="{e.target}" '
            f'marker-end="url(#{self.prefix}-{e.kind})" d="{path(route)}"/>\n'
        )

    def _box(self, box: Box, rect: Rect) -> str:
        card = self.layout.cards[box.number]
        pieces = [
            f'<g id="{self.prefix}-n{box.number}" class="box {box.half} {box.kind}">'
            f"<title>{_text(full(box))}</title>",
            _rect(rect, 5),
        ]
        if box.outputs:
            inner = Rect(rect.x + 3, rect.y + 3, rect.width - 6, rect.height - 6)
            pieces.append(_rect(inner, 3, ' class="rim"'))
        middle = rect.x + rect.width / 2
        for line in card.lines:
            x = middle if line.left is None else rect.x + line.left
            pieces.append(
                f'<text class="{line.style}" x="{_n(x)}" '
                f'y="{_n(rect.y + line.baseline)}" '
                f'textLength="{_n(line.width)}" lengthAdjust="spacingAndGlyphs">'
                f"{_text(line.text)}</text>"
            )
        return "".join([*pieces, "</g>\n"])


def full(box: Box) -> str:
    """All there is to say of a box, in words."""
    name = box.name or box.operation or box.kind
    words = [f"{name} = {box.operation}" if box.name and box.operation else name]
    words += [box.type]
    words += [f"output {name}" for name in box.outputs]
    words += [part for part in (box.convention, box.position) if part]
    return "; ".join(words)


def path(route: Route) -> str:
    """The way of an arrow as the ``d`` of an SVG path."""
    points = [
        p for i, p in enumerate(route.points) if not i or p != route.points[i - 1]
    ]
    if route.wire:
        return _turning(points)
    (x, y), *rest = points
    pieces = [f"M{_n(x)} {_n(y)}"]
    for a, b in rest:
        if abs(a - x) < 0.05:
            pieces.append(f"V{_n(b)}")
        else:
            mid = (y + b) / 2
            pieces.append(f"C{_n(x)} {_n(mid)} {_n(a)} {_n(mid)} {_n(a)} {_n(b)}")
        x, y = a, b
    return "".join(pieces)


def _closed(corners: Sequence[Point]) -> str:
    """A polygon with rounded corners, begun in the middle of its first side."""
    (ax, ay), (bx, by) = corners[0], corners[1]
    start = (ax + bx) / 2, (ay + by) / 2
    return f"{_turning([start, *corners[1:], corners[0], start])}Z"


def _turning(points: Sequence[Point]) -> str:
    pieces = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for (ax, ay), (bx, by), (cx, cy) in zip(
        points, points[1:], points[2:], strict=False
    ):
        before, after = abs(bx - ax) + abs(by - ay), abs(cx - bx) + abs(cy - by)
        r = min(_ROUND, before / 2, after / 2)
        if r < 0.3 or (ax == bx == cx) or (ay == by == cy):
            pieces.append(f"L{_n(bx)} {_n(by)}")
            continue
        ux, uy = bx - (bx - ax) / before * r, by - (by - ay) / before * r
        vx, vy = bx + (cx - bx) / after * r, by + (cy - by) / after * r
        pieces.append(f"L{_n(ux)} {_n(uy)}Q{_n(bx)} {_n(by)} {_n(vx)} {_n(vy)}")
    pieces.append(f"L{_n(points[-1][0])} {_n(points[-1][1])}")
    return "".join(pieces)


def _rect(rect: Rect, radius: float, more: str = "") -> str:
    return (
        f'<rect x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(rect.width)}" '
        f'height="{_n(rect.height)}" rx="{_n(radius)}"{more}/>'
    )


def _n(value: float) -> str:
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def _text(text: str) -> str:
    return escape(printable(text))
