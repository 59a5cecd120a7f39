"""A record of what rewriting does: which phase made which graph, by which rules.

Whoever explains, compares or teaches asks for the record; a pass that runs without one
pays a look at a context variable for each phase, and nothing for each node.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from graphdiff.errors import Position
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import LEAVES, Node, Scope

Phase = Callable[[Graph], Graph]
"""A part of a pass: a graph in, an equal graph out. Its docstring says what it does."""


class Step(NamedTuple):
    """One node replaced by a better one.

    `rule` is the name of the rule, `equation` its docstring: the equation, and what is
    to be said of it. `name` and `position` are those of the old node, which need not
    stand in any graph: a rule may have made it from another.
    """

    rule: str
    equation: str
    old: Node
    new: Node
    name: str | None = None
    position: Position | None = None


class Pass(NamedTuple):
    """One phase of a pass: the graph before, the graph after, and the steps between.

    `name` is that of the pass (``"stabilise"``), `phase` that of the phase, `about`
    what the phase does, in a sentence. Steps within the bodies of loops and branches
    come among the others.
    """

    name: str
    phase: str
    about: str
    before: Graph
    after: Graph
    steps: tuple[Step, ...]


class Record:
    """What has been done since the record was begun."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.passes: list[Pass] = []
        self.steps: list[Step] = []

    def note(
        self, scope: Scope, rule: Callable[..., object], old: Node, new: Node
    ) -> None:
        """Take note that `rule` made `new` of `old`."""
        self.step(scope, rule.__name__, inspect.getdoc(rule) or "", old, new)

    def step(self, scope: Scope, rule: str, about: str, old: Node, new: Node) -> None:
        """Take note that `new` has taken the place of `old`."""
        name, position = scope.names.get(old), scope.positions.get(old)
        self.steps.append(Step(rule, about, old, new, name, position))

    def replaced(self, scope: Scope, becomes: Mapping[Node, Node]) -> None:
        """Take note of what a pass over the whole graph has replaced.

        A node that only reads other arguments now has not been replaced itself.
        """
        for old, new in becomes.items():
            if new is old or isinstance(old.op, LEAVES):
                continue
            if new.op is old.op and len(new.args) == len(old.args):
                moved = [becomes.get(a, a) for a in old.args]
                if all(a is b for a, b in zip(moved, new.args, strict=True)):
                    continue
            self.step(scope, "", "", old, new)

    def close(self, name: str, phase: Phase, before: Graph, after: Graph) -> None:
        """End a phase: the steps since the last one were its own."""
        about = (inspect.getdoc(phase) or "").split("\n\n")[0].replace("\n", " ")
        title = phase.__name__.strip("_").replace("_", " ")
        made = [
            s if s.rule else s._replace(rule=title, equation=about) for s in self.steps
        ]
        self.steps = []
        self.passes.append(Pass(name, title, about, before, after, tuple(made)))


_record: ContextVar[Record | None] = ContextVar("graphdiff-record", default=None)

current_record = _record.get


@contextmanager
def recording() -> Iterator[list[Pass]]:
    """Record the passes that run within the ``with`` block, in the order they ran."""
    record = Record()
    token = _record.set(record)
    try:
        yield record.passes
    finally:
        _record.reset(token)


def run(name: str, phases: Sequence[Phase], graph: Graph) -> Graph:
    """What the pass `name` makes of `graph`, phase after phase."""
    record = current_record()
    for phase in phases:
        before = graph
        graph = phase(before)
        if record is not None:
            record.close(name, phase, before, graph)
    return graph
