"""What one step of a loop, or one branch, passes back: the rule of its body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from graphdiff.explanation.derivation import Derivation, derive
from graphdiff.explanation.document import Explanation, Section
from graphdiff.explanation.local import Local
from graphdiff.explanation.wording import Wording, inert, shortened
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Input, Node
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While
from graphdiff.words import unique

MOST = 20
"""How many statements of a body are told."""


def tell_bodies(
    made: Explanation, wording: Wording, node: Node, live: Set[int], kinks: str
) -> None:
    """Add what one step of the loop `node`, or each of its branches, passes back.

    `live` are the results to which an adjoint arrives; the others are only kept.
    """
    for title, body, seeds in _bodies(node, live):
        section = made.section(f"{title}{wording.line(node)}")
        _tell(section, body, seeds, kinks)


def _bodies(node: Node, live: Set[int]) -> Iterator[tuple[str, Graph, dict[Node, str]]]:
    """The bodies of a region, with what the adjoints of their results are called."""
    op = node.op
    if isinstance(op, (Loop, While)):
        names = Wording(op.body).named
        states = [names[x] for x in op.body.inputs.values()]
        counts = isinstance(op, While)
        seeds = [
            (y, f"{states[i]}_after" if i < op.carries else name)
            for i, (name, y) in enumerate(op.body.outputs.items())
            if i < op.carries or i + counts in live
        ]
        yield "one step of the loop", op.body, _seeds(seeds)
    elif isinstance(op, Cond):
        for i, body in enumerate(op.branches):
            results = enumerate(body.outputs.items())
            found = [(y, name) for k, (name, y) in results if k in live]
            yield f"branch {i}", body, _seeds(found)


def _seeds(results: Iterable[tuple[Node, str]]) -> dict[Node, str]:
    """What arrives at the results of a body from outside, by name."""
    used: dict[str, int] = {}
    return {
        node: unique(f"d_{name.rpartition('.')[2]}", used)
        for node, name in results
        if node.type.is_inexact
    }


def _tell(section: Section, body: Graph, seeds: dict[Node, str], kinks: str) -> None:
    wording = Wording(body)
    wrt = [x for x in body.inputs.values() if x.type.is_inexact]
    found = derive(body, seeds, wrt, wording.named, kinks)
    values = wording.telling(dict.fromkeys((*found.stops, *seeds, *wrt)))
    names = dict(values)
    for adjoint in found.adjoints.values():
        if isinstance(adjoint.op, Input):
            names[adjoint] = adjoint.op.name
    for node, seed in seeds.items():
        name = _adjoint(found, values, node)
        sign = "+=" if found.arrivals(node) else "="
        if name != seed:
            section.write(f"{name} {sign} {seed}")
    for step in found.steps[:MOST]:
        position = wording.position(step.root)
        where = inert(str(position)) if position is not None else ""
        section.write(wording.statement(step.root), 0, where)
        for arg, share in step.shares.items():
            name = _adjoint(found, values, arg)
            joins = len(found.arrivals(arg)) + (arg in seeds) > 1
            lines = Local({name: share}, names).lines(name, joins)
            section.write("\n".join(map(shortened, lines)), 1)
    if len(found.steps) > MOST:
        section.say(f"and {len(found.steps) - MOST} more statements")


def _adjoint(found: Derivation, names: Mapping[Node, str], node: Node) -> str:
    """What the adjoint of a value of the body is called."""
    made = found.adjoints.get(node)
    if made is not None and isinstance(made.op, Input):
        return made.op.name
    return f"d_{names[node]}"
