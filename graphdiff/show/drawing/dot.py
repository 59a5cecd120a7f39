"""A drawing as Graphviz text: the computation going up, its derivative coming down.

The picture is that of Goodfellow, Bengio and Courville, *Deep Learning*, figures 6.8 to
6.11: one box for each value, arrows from what is read to what reads it, the values that
differentiation appended beside those that were there.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from graphdiff.show.drawing.metrics import printable
from graphdiff.show.drawing.model import Box, Drawing, Edge

_HEAD = """digraph graphdiff {
  graph [rankdir=BT, newrank=true, fontname="Helvetica", fontsize=13, nodesep=0.35,
         ranksep=0.45, pad=0.3, bgcolor="white", splines=true]
  node [shape=box, style="filled,rounded", fontname="Helvetica", fontsize=12,
        penwidth=1.2, margin="0.14,0.07"]
  edge [color="#5b6b7f", arrowsize=0.7, penwidth=1.1]"""

_LEGEND = """  label=<<font color="#3b6fb6">forward</font>   <font
    color="#c9682b">gradient</font>>"""
_INPUT = 'fillcolor="#ffffff", color="#3b6fb6"'
_FORWARD = 'fillcolor="#e6effb", color="#3b6fb6"'
_GRADIENT = 'fillcolor="#fdebdc", color="#c9682b"'
_ACROSS = 'color="#b9c2cd", penwidth=0.9'
_BACK = 'color="#c9682b"'
_LONGEST = 40
_INDENT = "&#160;&#160;"
_LEFT = '<br align="left"/>'


def dot(drawing: Drawing) -> str:
    """`drawing` as the text of a Graphviz file.

    Each value shows its name, its operation and its type; inputs are white, outputs
    have a double border, kinks say which convention was used. The text is the same for
    the same graph; names are escaped, whatever they hold.
    """
    lines = [_HEAD]
    if any(box.order for box in drawing.boxes):
        lines.append(_LEGEND)
    lines += map(_node, drawing.boxes)
    lines += _levels(drawing)
    lines += (_edge(edge, drawing) for edge in drawing.edges)
    return "\n".join([*lines, "}", ""])


def _node(box: Box) -> str:
    look = _INPUT if box.kind == "input" else _FORWARD
    look = _GRADIENT if box.order else look
    border = ", peripheries=2" if box.outputs else ""
    return f"  n{box.number} [label=<{_label(box)}>, {look}{border}]"


def _label(box: Box) -> str:
    lines = [f"<b>{_escape(box.name)}</b>"] if box.name else []
    for other in box.outputs:
        if other != box.name:
            lines.append(f"<b>{_escape(other)}</b> (output)")
    if box.lines:
        rows = [_escape(row).replace("  ", _INDENT) for row in box.lines]
        lines.append("".join(f"{row}{_LEFT}" for row in rows))
    elif box.operation:
        lines.append(_escape(box.operation))
    small = '<font point-size="9" color="#6a7686">{}</font>'
    lines.append(small.format(_escape(box.type)))
    if box.convention:
        lines.append(small.format(_escape(box.convention)))
    return "<br/>".join(lines).replace(f"{_LEFT}<br/>", _LEFT)


def _levels(drawing: Drawing) -> Iterator[str]:
    """Put each adjoint to the right of the value that it is the adjoint of."""
    for box in drawing.boxes:
        if box.partner is not None:
            pair = f"n{box.partner} -> n{box.number} [style=invis]"
            yield f"  {{rank=same; {pair}}}"


def _edge(edge: Edge, drawing: Drawing) -> str:
    """An arrow from what is read to what reads it.

    The derivative runs downwards: its arrows are laid out against their direction, and
    those from the forward half do not pull boxes about.
    """
    source, target = f"n{edge.source}", f"n{edge.target}"
    if edge.kind == "forward":
        return f"  {source} -> {target}"
    if edge.kind == "across":
        return f"  {source} -> {target} [{_ACROSS}, constraint=false]"
    return f"  {target} -> {source} [{_BACK}, dir=back]"


def _escape(text: str) -> str:
    """`text` for an HTML-like label: nothing in it is markup, or breaks the line."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    return escape(printable(text))
