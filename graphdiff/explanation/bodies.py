"""What one step of a loop, or one branch, passes back: the rule of its body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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


def tell_bodies(made: Explanation, wording: Wording, node: Node, kinks: str) -> None:
    """Add what one step of the loop `node`, or each of its branches, passes back."""
    for title, body, seeds in _bodies(node):
        section = made.section(f"{title}{wording.line(node)}")
        _tell(section, body, seeds, kinks)


def _bodies(node: Node) -> Iterator[tuple[str, Graph, dict[Node, str]]]:
    """The bodies of a region, with what the adjoints of their results are called."""
    op = node.op
    used: dict[str, int] = {}
    if isinstance(op, (Loop, While)):
        seeds: dict[Node, str] = {}
        names = list(op.body.inputs)
        for i, (name, result) in enumerate(op.body.outputs.items()):
            state = f"d_{names[i]}_after" if i < op.carries else f"d_{name}"
            if result.type.is_inexact:
                seeds.setdefault(result, unique(state, used))
        yield "one step of the loop", op.body, seeds
    elif isinstance(op, Cond):
        for i, body in enumerate(op.branches):
            found = {
                result: unique(f"d_{name}", used)
                for name, result in body.outputs.items()
                if result.type.is_inexact
            }
            yield f"branch {i}", body, found


def _tell(section: Section, body: Graph, seeds: dict[Node, str], kinks: str) -> None:
    wording = Wording(body)
    wrt = [x for x in body.inputs.values() if x.type.is_inexact]
    found = derive(body, seeds, wrt, wording.named, kinks)
    values = wording.telling(dict.fromkeys((*found.stops, *seeds, *wrt)))
    names = dict(values)
    for adjoint in found.adjoints.values():
        if isinstance(adjoint.op, Input):
            names[adjoint] = adjoint.op.name
    for step in found.steps[:MOST]:
        position = wording.position(step.root)
        where = inert(str(position)) if position is not None else ""
        section.write(wording.statement(step.root), 0, where)
        for arg, share in step.shares.items():
            name = _adjoint(found, values, arg)
            joins = len(found.arrivals(arg)) > 1
            lines = Local({name: share}, names).lines(name, joins)
            section.write("\n".join(map(shortened, lines)), 1)
    if len(found.steps) > MOST:
        section.say(f"and {len(found.steps) - MOST} more statements")


def _adjoint(found: Derivation, names: Mapping[Node, str], node: Node) -> str:
    """What the adjoint of a value of the body is called."""
    made = found.adjoints.get(node)
    if made is not None and isinstance(made.op, Input) and node not in found.targets:
        return made.op.name
    return f"d_{names[node]}"
