"""Loops taken in segments, so that reverse mode needs memory for one segment only.

Reverse mode of a loop of n steps keeps a tape of n steps. In segments of k steps it
keeps the carries at the start of each segment, and the tape of the segment that it
works on, which it computes once more: n/k + k steps instead of n, least where k is the
square root of n. Segments within segments need less memory yet, at the cost of one more
computation for each level, as in Griewank and Walther, *Algorithm 799: revolve* (2000),
whose binomial schedule has the same growth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, GraphValueError, shown
from graphdiff.expression.expression import Expression, results_of
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import (
    Arange,
    Input,
    Node,
    Scope,
    building,
    current_scope,
    make,
)
from graphdiff.graph.types import ArrayType, Size
from graphdiff.ops.region.loop import Loop
from graphdiff.sizes.dims import Dim
from graphdiff.words import unique

Checkpoint = int | str | Sequence[int] | None
"""How long segments are, or by which rule they are chosen."""


def segment_lengths(what: str, checkpoint: Checkpoint, steps: Size) -> tuple[int, ...]:
    """The lengths of segments, of those within them, and so on; () for one tape."""
    if checkpoint is None:
        return ()
    if isinstance(checkpoint, str):
        if checkpoint not in ("sqrt", "binomial"):
            raise GraphValueError(
                f"{what}: checkpoint: expected 'sqrt', 'binomial' or the length of a "
                f"segment, got {checkpoint!r}"
            )
        if isinstance(steps, Dim):
            raise GraphValueError(
                f"{what}: checkpoint: {checkpoint!r} needs a number of steps, got the "
                f"named size {steps}; give the length of a segment"
            )
        if checkpoint == "sqrt":
            return (max(1, ceil(steps**0.5)),)
        short = max(1, ceil(round(steps ** (1 / 3), 9)))
        return (short * short, short)
    lengths = checkpoint if isinstance(checkpoint, (tuple, list)) else (checkpoint,)
    for k in lengths:
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
            raise GraphTypeError(
                f"{what}: checkpoint: expected 'sqrt', 'binomial' or the length of a "
                f"segment, at least 1, got {shown(checkpoint)}"
            )
    return tuple(int(k) for k in lengths)


def run_segments(op: Loop, args: Sequence[Node], lengths: Sequence[int]) -> list[Any]:
    """The results of `op`, whose steps are taken in segments of the first length.

    The steps of a segment are taken in segments of the second, and so on. What is left
    over comes at the end, in a loop of its own.
    """
    steps = op.length
    while lengths and isinstance(steps, int) and lengths[0] >= steps:
        lengths = lengths[1:]
    if not lengths:
        return list(results_of(make(op, *args)))
    k = lengths[0]
    count = steps // k
    left = steps - count * k
    parts = [_Scanned(a, op, k, count, left) for a in _scanned(op, args)]
    carries, rest = list(args[: op.carries]), list(args[op.carries + op.scanned :])
    segment = _segment(op, parts, k, lengths[1:])
    outer = Loop(segment, op.carries, op.scanned, count, op.reverse, recompute=True)
    found = results_of(make(outer, *carries, *[p.segments for p in parts], *rest))
    stacks = [np.reshape(y, (count * k, *y.shape[2:])) for y in found[op.carries :]]
    if isinstance(left, int) and left == 0:
        return [*found[: op.carries], *stacks]
    tail = replace(op, length=left)
    carries = [c.node for c in found[: op.carries]]
    found = run_segments(
        tail, [*carries, *[p.left_over for p in parts], *rest], lengths[1:]
    )
    joined = [
        np.concatenate((b, a) if op.reverse else (a, b))
        for a, b in zip(stacks, found[op.carries :], strict=True)
    ]
    return [*found[: op.carries], *joined]


def _scanned(op: Loop, args: Sequence[Node]) -> Sequence[Node]:
    return args[op.carries : op.carries + op.scanned]


class _Scanned:
    """One of the arrays that a loop runs over, in segments; a counter is not stored."""

    def __init__(self, array: Node, op: Loop, k: int, count: Size, left: Size) -> None:
        self.k = k
        self.counts = isinstance(array.op, Arange)
        self.start = left if op.reverse else 0
        whole = Expression(array)
        end = self.start + count * k
        if self.counts:
            first = 0 if op.reverse else end
            self.segments = make(Arange(count))
            self.left_over = (Expression(make(Arange(left))) + first).node
        else:
            main = whole[self.start : end] if op.reverse else whole[:end]
            shape = (count, k, *array.type.shape[1:])
            parted: Any = np.reshape(main, shape)
            self.segments = parted.node
            self.left_over = (whole[:left] if op.reverse else whole[end:]).node

    def slices(self, segment: Node) -> Node:
        """What the steps of a segment run over, given the slice for the segment."""
        if not self.counts:
            return segment
        first = Expression(segment) * self.k + self.start
        found: Node = (Expression(make(Arange(self.k))) + first).node
        return found


def _segment(
    op: Loop, parts: Sequence[_Scanned], k: int, lengths: Sequence[int]
) -> Graph:
    """The body of a loop whose steps are segments of `k` steps of `op`."""
    names, types = list(op.body.inputs), [x.type for x in op.body.inputs.values()]
    for i, part in enumerate(parts, op.carries):
        if not part.counts:
            types[i] = ArrayType((k, *types[i].shape), types[i].dtype)
    scope = Scope()
    scope.born, scope.bodies = current_scope().born, current_scope().bodies
    with building(scope):
        inputs = [make(Input(n, t)) for n, t in zip(names, types, strict=True)]
        scope.names.update(zip(inputs, names, strict=True))
        given = list(inputs)
        for i, part in enumerate(parts, op.carries):
            given[i] = part.slices(inputs[i])
        found = run_segments(replace(op, length=k), given, lengths)
        used: dict[str, int] = {}
        outputs = [unique(n, used) for n in op.body.outputs]
        return Graph(
            dict(zip(names, inputs, strict=True)),
            {n: y.node for n, y in zip(outputs, found, strict=True)},
        )
