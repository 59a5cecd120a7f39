"""The mask that should have held: the choice on the way, or what to write if none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from graphdiff.explanation.blame import Blame, is_bad
from graphdiff.explanation.faults import REMEDIES, SPELLED, UNMASKED, condition
from graphdiff.explanation.wording import Wording, at, entry, number
from graphdiff.graph.node import Constant, Full, Input, Node
from graphdiff.ops.core.elementwise import where

Stretch = tuple[Wording, Blame, Sequence[Node]]
"""A part of the way within one graph, from the origin, or the loop that holds it."""


def mask_of(stretches: Sequence[Stretch], kind: str) -> str:
    """Which ``np.where`` on the way let the entry by, or what to write instead.

    The stretches come from the innermost body outwards; `kind` is what went wrong.
    """
    for wording, found, way in stretches:
        for before, node in pairwise(way):
            if node.op is where:
                return _let_by(wording, found, before, node)
    wording, _, way = stretches[0]
    first = way[0]
    if isinstance(first.op, (Input, Constant, Full)):
        return ""
    if kind in UNMASKED and first.op.label not in REMEDIES:
        return UNMASKED[kind]
    last_wording, _, last = stretches[-1]
    name, end = wording.name(first), last_wording.name(last[-1])
    if name == end:
        absent = f"no np.where guards {name}"
    else:
        absent = f"no np.where stands between {name} and {end}"
    role = wording.graph.role_of(first)
    advice = _advice(wording, first) if role is None else _slope(wording, role.of)
    return f"{absent}; {advice}" if advice else absent


def _advice(wording: Wording, node: Node) -> str:
    """What to write, so that `node` stays in its domain."""
    holds = condition(node, _texts(wording, node))
    if holds is not None:
        return f"write np.where({holds}, {_spelled(wording, node)}, 0)"
    return REMEDIES.get(node.op.label, "")


def _slope(wording: Wording, of: Node) -> str:
    """What to write, so that the derivative of the forward value `of` stays finite."""
    if of not in wording.listed.body.values:
        return ""
    holds = condition(of, _texts(wording, of), slope=True)
    if holds is None:
        return ""
    return f"write np.where({holds}, {_spelled(wording, of)}, 0) in the forward part"


def _spelled(wording: Wording, node: Node) -> str:
    """The expression of `node`, in functions that a user can call."""
    spelled = SPELLED.get(node.op.label)
    if spelled is None:
        return wording.expression(node)
    return spelled.format(*_texts(wording, node))


def _texts(wording: Wording, node: Node) -> list[str]:
    """The names of what `node` reads, without repetition along new axes."""
    return [
        wording.name(entry(a, (0,) * a.type.ndim)[0])
        for a in node.args
        if not isinstance(a.type, tuple)
    ]


def _let_by(wording: Wording, found: Blame, before: Node, node: Node) -> str:
    """How the choice `node` came to let an entry of `before` by."""
    chosen = np.asarray(found.values[node])
    index = tuple(np.argwhere(is_bad(chosen))[0].tolist())
    test = node.args[0]
    truth = bool(np.asarray(found.values[test])[index])
    shown = []
    for arg in dict.fromkeys(test.args):
        source, place = entry(arg, index)
        array = found.values[arg]
        if not isinstance(source.op, Full) and np.shape(array) == chosen.shape:
            value = number(np.asarray(array)[index])
            shown.append(f"{at(wording.name(source), place)} = {value}")
    spot = f" at {at('value', index)[5:]}" if index else ""
    given = f" (where {', '.join(shown)})" if shown else ""
    return (
        f"{wording.name(test)}{wording.line(node)} is {truth}{spot}{given}, so "
        f"np.where kept the entry of {wording.name(before)}"
    )
