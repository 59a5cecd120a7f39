"""Patterns through ops that hold graphs: loops and branches.

What a body's outputs depend on is found once, by the body's own inputs; then it is
composed. A loop without carries is as many bodies side by side, one with carries so
many one after the other, a branch any one of its graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Op
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.loop import Loop
from graphdiff.runtime.late import sparse
from graphdiff.sparsity.rules import size

MOST_STEPS = 2_000
"""A loop of more steps has no pattern of its own: all depends on all."""

Patterns = Sequence[Any]
"""A pattern for each argument or result; None where nothing depends."""
Inner = Callable[[Sequence[Node], Sequence[Node]], Any]
"""The pattern of some targets by some variables."""


def region_patterns(node: Node, given: Patterns, inner: Inner) -> Patterns | None:
    """The patterns of all results of `node`, of whose arguments they are `given`.

    None says that nothing is known of an op like this one.
    """
    rule = _RULES.get(type(node.op))
    return None if rule is None else rule(node, given, inner)


def _of_cond(node: Node, given: Patterns, inner: Inner) -> Patterns:
    """What the results of any branch depend on."""
    op: Any = node.op
    found = [_composed(_inside(b, inner), given[1:]) for b in op.branches]
    return [_union(results) for results in zip(*found, strict=True)]


def _of_loop(node: Node, given: Patterns, inner: Inner) -> Patterns | None:
    op: Any = node.op
    inside = _inside(op.body, inner)
    sizes = [size(y) for y in op.body.outputs.values()]
    if not op.carries:
        scanned, rest = given[: op.scanned], given[op.scanned :]
        return [_side_by_side(row, scanned, rest, op.length) for row in inside]
    if op.length > MOST_STEPS:
        return None
    carried = list(given[: op.carries])
    stacks: list[list[Any]] = [[None] * op.length for _ in sizes[op.carries :]]
    rest = given[op.carries + op.scanned :]
    steps = range(op.length)
    for t in reversed(steps) if op.reverse else steps:
        slices = [
            _rows(p, t, op.length) for p in given[op.carries : -len(rest) or None]
        ]
        made = _composed(inside, [*carried, *slices, *rest])
        carried = list(made[: op.carries])
        for stack, result in zip(stacks, made[op.carries :], strict=True):
            stack[t] = result
    width = next(p.shape[1] for p in given if p is not None)
    pairs = zip(stacks, sizes[op.carries :], strict=True)
    return [*carried, *[_stacked(stack, rows, width) for stack, rows in pairs]]


def _side_by_side(row: Patterns, scanned: Patterns, rest: Patterns, length: int) -> Any:
    """The stack of one output of bodies that know nothing of each other."""
    each = sparse.eye_array(length, dtype=bool, format="csr")
    every = np.ones((length, 1), bool)
    parts = [
        sparse.kron(each if k < len(scanned) else every, own, format="csr") @ below
        for k, (own, below) in enumerate(zip(row, [*scanned, *rest], strict=True))
        if own is not None and below is not None
    ]
    return _union(parts)


def _inside(body: Graph, inner: Inner) -> list[list[Any]]:
    """For each output of a body, its pattern by each input."""
    inputs = list(body.inputs.values())
    real = [x for x in inputs if x.type.is_inexact]
    bounds = np.cumsum([0, *map(size, real)])
    rows = []
    for y in body.outputs.values():
        whole = inner([y], real) if y.type.is_inexact and real else None
        row: dict[Node, Any] = {}
        for k, x in enumerate(real):
            part = None if whole is None else whole[:, bounds[k] : bounds[k + 1]]
            row[x] = part.tocsr() if part is not None and part.nnz else None
        rows.append([row.get(x) for x in inputs])
    return rows


def _composed(inside: Sequence[Patterns], given: Patterns) -> list[Any]:
    """The patterns of a body's outputs, given those of its inputs."""
    return [
        _union(
            own @ below
            for own, below in zip(row, given, strict=True)
            if own is not None and below is not None
        )
        for row in inside
    ]


def _union(parts: Iterable[Any]) -> Any:
    total = None
    for part in parts:
        if part is not None:
            total = part if total is None else total + part
    return total


def _rows(pattern: Any, t: int, length: int) -> Any:
    """The rows of slice `t` of a scanned array."""
    if pattern is None:
        return None
    step = pattern.shape[0] // length
    return pattern[t * step : (t + 1) * step]


def _stacked(rows: Sequence[Any], height: int, width: int) -> Any:
    empty = sparse.csr_array((height, width), dtype=bool)
    if all(row is None for row in rows):
        return None
    filled = [empty if row is None else row for row in rows]
    return sparse.vstack(filled, format="csr", dtype=bool)


_RULES: dict[type[Op], Callable[[Node, Patterns, Inner], Patterns | None]] = {
    Cond: _of_cond,
    Loop: _of_loop,
}
