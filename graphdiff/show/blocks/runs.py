"""The user's program as it ran: a tree of calls, whose leaves are its operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphdiff.errors import Position, Run
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.ops.core.axes import Spread, Transpose

PLAIN = (Spread, Transpose)
"""Ops that only tell how an array is looked at."""


@dataclass(eq=False, slots=True)
class Step:
    """One operation that the user wrote, and the nodes that are left of it."""

    at: Position
    nodes: list[Node]


@dataclass(eq=False, slots=True)
class Ran:
    """One run of a function: its own operations, and the runs that it called, in order.

    `run` is None for what no call is known of. The steps below it are those from
    `start` up to `stop` of all steps of the tree.
    """

    run: Run | None
    items: list[Step | Ran] = field(default_factory=list)
    start: int = 0
    stop: int = 0


@dataclass(eq=False, slots=True)
class Program:
    """The runs of a graph's program, callers first, and its steps in their order.

    `roots` are the runs that nobody called: one for each function that was traced.
    """

    runs: list[Ran]
    roots: list[Ran]
    steps: list[Step]


def program(graph: Graph) -> Program:
    """What is left in `graph` of the program that it was traced from.

    Numbers are no operations here: equal ones are one node, wherever they are used.
    Nor are broadcasting and transposition, which passes put where they like.
    """
    steps = sorted(_steps(graph), key=lambda pair: pair[0])
    runs: dict[Run | None, Ran] = {}
    roots: list[Ran] = []
    for _, step in steps:
        entered: list[Run | None] = []
        run = step.at.run
        while run not in runs:
            entered.append(run)
            if run is None or run.at is None:
                break
            run = run.at.run
        above = runs.get(run)
        for inner in reversed(entered):
            runs[inner] = ran = Ran(inner)
            (roots if above is None else above.items).append(ran)
            above = ran
        runs[step.at.run].items.append(step)
    return Program(list(runs.values()), roots, _ordered(roots))


def _steps(graph: Graph) -> Iterator[tuple[Any, Step]]:
    """The steps of the forward part, each with what it is sorted by."""
    found: dict[Any, Step] = {}
    outermost: dict[Run | None, int] = {None: 0}
    roles, positions = graph.ledger.roles, graph.ledger.positions
    for i, node in enumerate(graph.nodes):
        at = positions.get(node)
        if at is None or node in roles or not node.args or isinstance(node.op, PLAIN):
            continue
        key = (_outermost(at.run, outermost), at.step if at.run else i)
        if key not in found:
            found[key] = Step(at, [])
        found[key].nodes.append(node)
    yield from found.items()


def _outermost(run: Run | None, known: dict[Run | None, int]) -> int:
    """The number of the trace that `run` belongs to."""
    way: list[Run | None] = []
    while run not in known:
        way.append(run)
        assert run is not None
        if run.at is None:
            known[run] = len(known)
            break
        run = run.at.run
    found = known[run]
    known.update(dict.fromkeys(way, found))
    return found


def _ordered(roots: list[Ran]) -> list[Step]:
    """The steps as they stand in the tree; the runs learn where theirs are."""
    steps: list[Step] = []
    for root in roots:
        waiting: list[tuple[Ran, Iterator[Step | Ran]]] = [(root, iter(root.items))]
        root.start = len(steps)
        while waiting:
            ran, rest = waiting[-1]
            item = next(rest, None)
            if isinstance(item, Step):
                steps.append(item)
            elif item is not None:
                item.start = len(steps)
                waiting.append((item, iter(item.items)))
            else:
                ran.stop = len(steps)
                waiting.pop()
    return steps
