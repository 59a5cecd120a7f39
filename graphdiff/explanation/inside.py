"""Loops, branches and functions under a rule, run step by step to look inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Op
from graphdiff.graph.types import ArrayType
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While


class Turn(NamedTuple):
    """One run of a body: with which inputs, what came out, and which run it was."""

    body: Graph
    given: Mapping[Node, Any]
    results: Sequence[Any]
    words: str


def turns(op: Op, args: Sequence[Any], sizes: Mapping[str, int]) -> Iterator[Turn]:
    """The runs of the bodies of `op` on arrays `args`, in the order in which they run.

    `op` is as it stands in the graph; named sizes are `sizes`. An op that is no region
    and holds one body (a function under a rule) runs it once.
    """
    bound = op.bind(sizes) if sizes else op
    if isinstance(bound, Loop):
        yield from _loop(op, bound, args)
    elif isinstance(bound, While):
        yield from _while(op, bound, args)
    elif isinstance(bound, Cond):
        choice = min(max(int(args[0]), 0), len(bound.branches) - 1)
        made = bound.programs[choice](*args[1:])
        yield _turn(
            op.bodies()[choice], args[1:], made, f"in branch {choice} of a choice"
        )
    elif len(op.bodies()) == 1:
        types = [ArrayType(np.shape(a), np.asarray(a).dtype) for a in args]
        made = bound.call(*types)(*args)
        results = made if isinstance(made, tuple) else (made,)
        yield _turn(op.bodies()[0], args, results, f"within {op.label}")


def _turn(body: Graph, args: Sequence[Any], results: Sequence[Any], words: str) -> Turn:
    given = dict(zip(body.inputs.values(), args, strict=True))
    return Turn(body, given, results, words)


def _loop(op: Op, bound: Loop, args: Sequence[Any]) -> Iterator[Turn]:
    (body,), k = op.bodies(), bound.carries
    carry, scanned = list(args[:k]), args[k : k + bound.scanned]
    rest = args[k + bound.scanned :]
    length: Any = bound.length
    steps = range(length)
    for t in reversed(steps) if bound.reverse else steps:
        given = [*carry, *[a[t] for a in scanned], *rest]
        made = bound.program(*given)
        backwards = " that runs backwards" if bound.reverse else ""
        words = f"in step {t} of {length} of a loop{backwards}"
        yield _turn(body, given, made, words)
        carry = made[:k]


def _while(op: Op, bound: While, args: Sequence[Any]) -> Iterator[Turn]:
    (test, step), k = bound.programs, bound.carries
    carry, rest, t = list(args[:k]), args[k:], 0
    while test(*carry, *rest)[0]:
        given = [*carry, *rest]
        made = step(*given)
        yield _turn(op.bodies()[1], given, made, f"in step {t} of a loop")
        carry, t = made[:k], t + 1
