"""Reverse mode of loops: the same steps backwards, over tapes of what they made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from graphdiff.derivative.region.apply import (
    Inputs,
    filled,
    graph_of,
    is_symbolic,
    type_of,
    within,
)
from graphdiff.derivative.region.flow import Flow
from graphdiff.derivative.region.tape import tape_of
from graphdiff.derivative.sweep import collect, pull_back
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import At, Full, Node, building, current_scope, make
from graphdiff.graph.types import Size
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import COUNT, While
from graphdiff.trace.fresh import substitute


@dataclass(frozen=True)
class Backward:
    """One step backwards: a body for a loop over the tapes, and where things are.

    The inputs of `body` are the cotangents of `carries`, what has been summed up for
    the `invariants`, the cotangents of `results`, the `kept` values of the step, then
    the inputs `read` of the step. Its outputs are the cotangents of the carries before
    the step, the sums with this step's share, and the shares of the slices in
    `slices`. Carries, results, slices and what is read are places in the forward body;
    `words` are names for what is kept.
    """

    body: Graph
    carries: list[int]
    invariants: list[int]
    results: list[int]
    kept: list[Node]
    words: list[str]
    read: list[int]
    slices: list[int]
    forward: Graph


class Reversal:
    """The backward step of a loop, for what is wanted and what cotangents there are."""

    def __init__(
        self, op: Loop | While, wanted: Sequence[int], given: Sequence[int], at: At
    ) -> None:
        """Analyse the body; `given` are the outputs of it that have a cotangent."""
        self.op = op
        self.step = op.body
        self.at = at
        self.scanned = op.scanned if isinstance(op, Loop) else 0
        self.flow = Flow(self.step, op.carries)
        active, changed = self.flow.forward(wanted)
        seeds = self.flow.backward([i for i in given if i in changed], active)
        self.seeded = sorted(i for i in seeds if i in changed)
        self.given = set(given)
        k = op.carries
        self.carries = [i for i in range(k) if i in active and i in seeds]
        self.results = [i for i in self.seeded if i >= k]
        self.wanted = [i for i in wanted if i >= k and i in active]

    @cached_property
    def backward(self) -> Backward:
        """The step, pulled back."""
        names = _words(self.step, self.step.inputs), list(self.step.outputs)
        k = self.op.carries
        with building(within(self.step)):
            new = Inputs(self.step)
            seeds = {
                i: new.make(f"d_{names[i >= k][i]}", self.flow.outputs[i].type)
                for i in (*self.carries, *self.results)
            }
            shares = self._shares(seeds)
            sums = {
                i: new.make(f"d_{names[0][i]}", self.flow.inputs[i].type)
                for i in self.wanted
                if i >= k + self.scanned and shares[i] is not None
            }
            totals = {i: _sum(s, shares[i]) for i, s in sums.items()}
            slices = [
                i for i in self.wanted if i < k + self.scanned and shares[i] is not None
            ]
            outputs = [
                *[shares[i] or _zeros(self.flow.inputs[i]) for i in self.carries],
                *totals.values(),
                *[shares[i] for i in slices],
            ]
            return self._split(seeds, sums, slices, outputs, new)

    def _shares(self, seeds: dict[int, Node]) -> dict[int, Node | None]:
        """The cotangents of the inputs of the step, given those of its outputs."""
        seen = [i for i in seeds if i in self.given and self._is_shown(i)]
        inside = self.flow.inside(seen, self.at.wild, self.at.zeros)
        places = [*self.carries, *self.wanted]
        outputs = [self.flow.outputs[i] for i in seeds]
        found = pull_back(
            collect(outputs, seeds.values()),
            [self.flow.inputs[i] for i in places],
            self.at.kinks,
            inside=inside,
        )
        return dict(zip(places, found, strict=True))

    def _is_shown(self, i: int) -> bool:
        """Whether output `i` of the step is seen whole, where it becomes a result."""
        skip = isinstance(self.op, While) and i >= self.op.carries
        shown = self.at.shown
        return not self.at.masked and (shown is None or i + skip in shown)

    def _split(
        self,
        seeds: dict[int, Node],
        sums: dict[int, Node],
        slices: list[int],
        outputs: Sequence[Any],
        new: Inputs,
    ) -> Backward:
        """Part the pulled step from the step itself, with the tape between them."""
        k, scope = self.op.carries, current_scope()
        tape = tape_of(
            self.step,
            k,
            self.scanned,
            outputs,
            [*seeds.values(), *sums.values()],
            getattr(self.op, "recompute", False),
        )
        words = [scope.names.get(n) or n.op.label for n in tape.kept]
        inputs = self.flow.inputs
        own = set(inputs)
        places = {
            n: n if n in own else new.make(word, n.type)
            for n, word in zip(tape.kept, words, strict=True)
        }
        body = graph_of(
            [
                *[seeds[i] for i in self.carries],
                *sums.values(),
                *[seeds[i] for i in self.results],
                *places.values(),
                *[inputs[i] for i in tape.read],
            ],
            substitute(list(outputs), places),
            [scope.names.get(y) or "share" for y in outputs],
        )
        taped = [n for n in tape.kept if n not in self.flow.outputs[k:]]
        forward = graph_of(
            inputs,
            [*self.flow.outputs, *taped],
            [*self.step.outputs, *[scope.names.get(n) or n.op.label for n in taped]],
        )
        return Backward(
            body,
            self.carries,
            list(sums),
            self.results,
            tape.kept,
            words,
            tape.read,
            slices,
            forward if taped else self.step,
        )


def _words(body: Graph, named: Mapping[str, Node]) -> list[str]:
    """What the user's variables call these inputs; the paths of those without one."""
    return [body.name_of(node) or name for name, node in named.items()]


def _sum(total: Node, share: Node | None) -> Node:
    return (Expression(total) + Expression(share)).node if share else total


def _zeros(like: Node) -> Node:
    return make(Full.of(0, like.type))


def pull_loop(
    op: Loop | While, wanted: Sequence[int], at: At, g: Any, y: Any, args: Any
) -> list[Any]:
    """The cotangents of the `wanted` arguments of a loop.

    One loop over the tapes, in the opposite order, carries the cotangents of the
    carries and the sums for invariants; the tapes are further results of the loop
    itself, with which it is merged.
    """
    symbolic, k = is_symbolic(args), op.carries
    places = list(range(k))
    places += range(k + isinstance(op, While), len(g))
    given = [i for i, place in enumerate(places) if g[place] is not None]
    reversal = Reversal(op, wanted, given, at)
    if not reversal.carries and not reversal.results:
        return [None] * len(wanted)
    step = reversal.backward
    runs = y if step.forward is op.body else _run_taped(op, step.forward, y, args)
    kept = _tapes(op, step, runs)
    outputs = list(op.body.outputs.values())
    inputs = list(op.body.inputs.values())
    seeds = [
        *[filled(g[places[i]], outputs[i].type, symbolic) for i in step.carries],
        *[filled(None, inputs[i].type, symbolic) for i in step.invariants],
    ]
    results = [
        filled(g[places[i]], type_of(runs[places[i]]), symbolic) for i in step.results
    ]
    slices = [i for i in step.read if i < k + reversal.scanned]
    rest = [args[i] for i in step.read if i >= k + reversal.scanned]
    scanned = [*results, *kept, *[args[i] for i in slices]]
    body, length = step.body, _length(op, runs, symbolic)
    if isinstance(op, While) and not scanned:
        body, rest = _counted(body, op), [*rest, runs[k]]
    back = Loop(
        body,
        len(seeds),
        len(scanned),
        length,
        not getattr(op, "reverse", False),
        getattr(op, "recompute", False),
    )
    made = back(*seeds, *scanned, *rest)
    found = dict(
        zip((*step.carries, *step.invariants, *step.slices), made, strict=True)
    )
    return [found.get(i) for i in wanted]


def _run_taped(op: Loop | While, body: Graph, y: Any, args: Any) -> Any:
    """The results of the loop around a body that makes the tapes too.

    It is no part of the derivative, but the loop of which `y` are the results.
    """
    taped = replace(op, body=body)
    if not is_symbolic(args):
        return taped(*args)
    scope, whole = current_scope(), y[0].node.args[0]
    before = scope.take_fresh()
    runs = taped(*args)
    scope.fresh = before
    tables: Any = (scope.positions, scope.roles, scope.marks)
    for node in (runs[0].node.args[0], *[run.node for run in runs]):
        for table in tables:
            if whole in table:
                table.setdefault(node, table[whole])
    return runs


def _tapes(op: Loop | While, step: Backward, runs: Any) -> list[Any]:
    """The stacks of the values that are kept."""
    outputs = list(step.forward.outputs.values())
    skip = isinstance(op, While)
    found = []
    for node, word in zip(step.kept, step.words, strict=True):
        stack = runs[outputs.index(node, op.carries) + skip]
        found.append(stack)
        if isinstance(stack, Expression):
            current_scope().names.setdefault(stack.node, f"{word}_tape")
    return found


def _length(op: Loop | While, runs: Any, symbolic: bool) -> Size:
    """The number of steps there were."""
    if isinstance(op, Loop):
        return op.length
    return op.steps if symbolic else op.count(runs)


def _counted(body: Graph, op: While) -> Graph:
    """`body` with the number of steps as one more invariant.

    A loop that reads no tape must still come after the one that counts its steps.
    """
    with building(body.scope()):
        count = Inputs(body).make(op.born, COUNT)
        return Graph({**body.inputs, count.op.name: count}, body.outputs)  # type: ignore[attr-defined]
