"""Why a derivative is zero: which operations on the way pass nothing back."""

from __future__ import annotations

from graphdiff.explanation.wording import Wording, several
from graphdiff.graph.node import Node
from graphdiff.graph.types import each_type
from graphdiff.strict import ways


def why_zero(wording: Wording, target: Node, start: Node) -> str:
    """Why `target` passes nothing back to `start`, in a sentence."""
    graph = wording.graph
    leads, reach = {start}, {start}
    blocked: dict[Node, None] = {}
    for node in graph.nodes:
        if any(arg in reach for arg in node.args):
            reach.add(node)
        read = [arg for arg in node.args if arg in leads]
        if not read:
            continue
        open_ = {arg for _, arg in ways(node)}
        if any(arg in open_ for arg in read) and node.op.label not in _GATES:
            leads.add(node)
        else:
            blocked[node] = None
    name = wording.name(start)
    end = wording.name(target)
    if target not in reach:
        return f"{end} does not depend on {name}: nothing that is computed from it"
    if not blocked:
        return f"nothing of the adjoint of {end} arrives at {name}"
    reasons = several(_reason(wording, node) for node in list(blocked)[:3])
    return f"nothing arrives at {name}: {reasons}"


_GATES = frozenset({"stop_gradient"})


def _reason(wording: Wording, node: Node) -> str:
    where = wording.line(node)
    if node.op.label in _GATES:
        return f"stop_gradient{where} passes nothing back"
    if not any(type.is_inexact for type in each_type(node.type)):
        return f"{wording.name(node)}{where} is no real number, and has no derivative"
    return f"{node.op.label}{where} is flat: its slope is 0 everywhere"
