"""The end of a region: a statement, and variables of its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphdiff.emit.region.carries import Carry, is_fresh
from graphdiff.emit.store.blocks import Region
from graphdiff.emit.store.value import Value
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.text import atom
from graphdiff.graph.node import Node, Pick


def picked(body: Variables, node: Node) -> dict[int, Node]:
    """The results of a region that are read."""
    return {
        pick.op.index: pick
        for pick in body.picks.get(node, ())
        if isinstance(pick.op, Pick)
    }


def region_of(body: Variables, node: Node, picks: Mapping[int, Node]) -> Region:
    """An empty region in the place of `node`."""
    parts: list[Node] = []
    for arg in dict.fromkeys(node.args):
        if arg not in body.variables:
            parts += [*body.values[arg].parts, arg] if arg.args else []
    return Region(node, "", atom("pass"), [*parts, node, *picks.values()])


def finish(
    body: Variables,
    region: Region,
    step: Variables,
    carries: Sequence[Carry],
) -> None:
    """Make the region a statement; the carries are variables of their final values."""
    finish_region(body, region)
    for carry in carries:
        if carry.pick is not None:
            named(body, carry.pick, carry.name)
            if is_fresh(step, carries, carry):
                if carry.own:
                    body.owned.add(carry.pick)
                body.passed[carry.pick] = region.node.args[carry.place]


def finish_region(body: Variables, region: Region) -> None:
    """Make the region a statement."""
    for part in region.parts:
        body.places.setdefault(part, len(body.statements))
    body.statements.append(region)
    body.values[region.node] = Value(atom("pass"), 0)


def named(body: Variables, pick: Node, name: str) -> None:
    """Let a result be a variable."""
    body.variables[pick] = name
    body.values[pick] = Value(atom(name), len(pick.type.shape))
