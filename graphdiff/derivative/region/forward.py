"""Forward mode of loops: each carry with its tangent, in one loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import Any

from graphdiff.derivative.push import push_forward
from graphdiff.derivative.region.apply import (
    Inputs,
    filled,
    graph_of,
    is_symbolic,
    type_of,
    within,
)
from graphdiff.derivative.region.flow import Flow
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import At, Full, building, make
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While


class Beside:
    """Where the tangents stand among the arguments: behind those of their kind.

    Carries come first, then slices, then invariants, each kind followed by the
    tangents of those of its members that have one.
    """

    def __init__(self, op: Loop | While, active: set[int]) -> None:
        """Say where the `active` arguments of `op` have their tangents."""
        scanned = op.scanned if isinstance(op, Loop) else 0
        ends = (0, op.carries, op.carries + scanned, len(op.body.inputs))
        spans = list(pairwise(ends))
        self.groups = [[i for i in range(*span) if i in active] for span in spans]
        self.spans = [range(*span) for span in spans]
        self.carries, self.slices, self.invariants = self.groups

    def all(self, values: Sequence[Any], tangents: dict[int, Any]) -> list[Any]:
        """The values with their tangents."""
        found: list[Any] = []
        for span, group in zip(self.spans, self.groups, strict=True):
            found += [values[i] for i in span]
            found += [tangents[i] for i in group]
        return found

    def __iter__(self) -> Any:
        """Iterate over the places of the arguments that have a tangent."""
        return chain(*self.groups)


def push_loop(
    op: Loop | While, at: At, tangents: Sequence[Any], args: Any
) -> list[Any]:
    """The tangents of the results of a loop.

    The loop that makes them carries the values beside the tangents, so it does all
    that the loop itself does, which is merged with it.
    """
    k, skip = op.carries, isinstance(op, While)
    flow = Flow(op.body, k)
    given = [i for i, t in enumerate(tangents) if t is not None]
    active, changed = flow.forward(given)
    pushed: list[Any] = [None] * (len(flow.outputs) + skip)
    if not changed:
        return pushed
    beside = Beside(op, active)
    results = sorted(i for i in changed if i >= k)
    body = _pushed_body(op, flow, beside, results, at)
    symbolic = is_symbolic(args)
    starts = {i: filled(tangents[i], type_of(args[i]), symbolic) for i in beside}
    runs = _bigger(op, body, beside)(*beside.all(list(args), starts))
    first = k + len(beside.carries)
    for n, i in enumerate(beside.carries):
        pushed[i] = runs[k + n]
    for n, i in enumerate(results):
        pushed[i + skip] = runs[first + skip + n]
    return pushed


def _pushed_body(
    op: Loop | While, flow: Flow, beside: Beside, results: list[int], at: At
) -> Graph:
    """One step on values and tangents."""
    names = list(op.body.inputs)
    with building(within(op.body)) as scope:
        new = Inputs(op.body)
        seeds = {i: new.make(f"{names[i]}_dot", flow.inputs[i].type) for i in beside}
        tangents = {flow.inputs[i]: t for i, t in seeds.items()}
        found = push_forward(flow.outputs, tangents, at.kinks, zeros=at.zeros)
        made = [
            found[i] or make(Full.of(0, flow.outputs[i].type))
            for i in (*beside.carries, *results)
        ]
        words = [scope.names.get(n) or "tangent" for n in made]
        return graph_of(
            beside.all(flow.inputs, seeds),
            [*flow.outputs[: op.carries], *made],
            [*list(op.body.outputs)[: op.carries], *words],
        )


def _bigger(op: Loop | While, body: Graph, beside: Beside) -> Loop | While:
    """The loop that carries tangents too."""
    carries = op.carries + len(beside.carries)
    if isinstance(op, Loop):
        scanned = op.scanned + len(beside.slices)
        return replace(op, body=body, carries=carries, scanned=scanned)
    with building(op.test.scope()):
        new, own = Inputs(op.test), list(op.test.inputs.values())
        unread = {i: new.make(f"dot_{i}", own[i].type) for i in beside}
        outputs = list(op.test.outputs.values())
        test = graph_of(beside.all(own, unread), outputs, list(op.test.outputs))
    return replace(op, test=test, body=body, carries=carries)
