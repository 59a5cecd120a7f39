"""A drawing as Mermaid text, which Markdown shows on GitHub, GitLab and in notebooks.

Mermaid places boxes itself and cannot put two of them on one level, so the two halves
are boxes of their own, side by side; arrows between them are dotted. What
could mean something to Mermaid or to a browser is written as a character entity in
Mermaid's own notation (``#35;``), so that no name can end a label or begin a directive.
"""

from __future__ import annotations

from collections.abc import Iterable

from graphdiff.show.drawing.metrics import printable
from graphdiff.show.drawing.model import Box, Drawing, Edge

_LONGEST = 48
_PLAIN = frozenset(" _.,=+-*/:()[]'!?|~^…·")
_STYLES = """  classDef forward fill:#e6effb,stroke:#3b6fb6,color:#1d2733
  classDef input fill:#ffffff,stroke:#3b6fb6,color:#1d2733
  classDef gradient fill:#fdebdc,stroke:#c9682b,color:#1d2733
  classDef output stroke-width:3px"""
_ARROWS = {"forward": "-->", "back": "-->", "across": "-.->"}


def mermaid(drawing: Drawing) -> str:
    """`drawing` as the text of a Mermaid flowchart, to stand in a Markdown fence.

    Viewers refuse more than 500 arrows (their ``maxEdges``): a larger graph is better
    shown by ``to_svg`` or ``to_html``.
    """
    forward = [box for box in drawing.boxes if not box.order]
    gradient = [box for box in drawing.boxes if box.order]
    lines = ["flowchart BT"]
    if gradient:
        lines += _half("forward", forward)
        lines += _half("gradient", gradient)
    else:
        lines += _boxes(forward, "  ")
    lines += map(_arrow, drawing.edges)
    styled = [i for i, e in enumerate(drawing.edges) if e.kind == "back"]
    if styled:
        numbers = ",".join(map(str, styled))
        lines.append(f"  linkStyle {numbers} stroke:#c9682b")
    return "\n".join([*lines, _STYLES, ""])


def _half(title: str, boxes: Iterable[Box]) -> list[str]:
    return [
        f'  subgraph {title}half ["{title}"]',
        *_boxes(boxes, "    "),
        "  end",
        f"  style {title}half fill:none,stroke:#9aa7b5",
    ]


def _boxes(boxes: Iterable[Box], margin: str) -> list[str]:
    return [f'{margin}n{b.number}["{_label(b)}"]:::{_look(b)}' for b in boxes] + [
        f"{margin}class n{b.number} output" for b in boxes if b.outputs
    ]


def _look(box: Box) -> str:
    if box.order:
        return "gradient"
    return "input" if box.kind == "input" else "forward"


def _label(box: Box) -> str:
    parts = [f"<b>{_escape(box.name)}</b>"] if box.name else []
    parts += [f"{_escape(o)} (output)" for o in box.outputs if o != box.name]
    parts += [_escape(line) for line in box.lines]
    parts += [_escape(box.operation)] if box.operation else []
    parts.append(f"<i>{_escape(box.type)}</i>")
    return "<br/>".join(parts)


def _arrow(edge: Edge) -> str:
    return f"  n{edge.source} {_ARROWS[edge.kind]} n{edge.target}"


def _escape(text: str) -> str:
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    return "".join(
        c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in printable(text)
    )
