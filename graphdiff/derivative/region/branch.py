"""Derivatives of branches: of the branch that is taken, and only of that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from graphdiff.derivative.sweep import collect, pull_back
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import At, Full, Node, building, current_scope, make
from graphdiff.ops.region.cond import Cond

Derived = list[list[Node | None]]
"""For each branch its derivatives, None where one is 0 everywhere."""


def pull_cond(op: Cond, wanted: Sequence[int], at: At, g: Any, args: Any) -> list[Any]:
    """The cotangents of the `wanted` arguments: the branch runs again, backwards.

    What the branch reads are its operands, so nothing is kept of it: a tape would
    have to make room for all branches.
    """
    given = [i for i, s in enumerate(g) if s is not None]

    def derive(branch: Graph, seeds: list[Node]) -> list[Node | None]:
        flow = Flow(branch, 0)
        shown = given if at.shown is None else [i for i in given if i in at.shown]
        wild = [i - 1 for i in at.wild if i > 0]
        inside = flow.inside([] if at.masked else shown, wild, at.zeros)
        targets = [flow.outputs[i] for i in given]
        variables = [flow.inputs[i - 1] for i in wanted if i > 0]
        return pull_back(collect(targets, seeds), variables, at.kinks, inside=inside)

    symbolic = is_symbolic(args)
    types = [y.type for y in op.branches[0].outputs.values()]
    seeds = [filled(g[i], types[i], symbolic) for i in given]
    names = [f"d_{list(op.branches[0].outputs)[i]}" for i in given]
    found = iter(_derived(op, names, seeds, args, derive))
    return [None if i == 0 else next(found) for i in wanted]


def push_cond(op: Cond, at: At, tangents: Sequence[Any], args: Any) -> list[Any]:
    """The tangents of the results: those of the branch that is taken."""
    given = [i - 1 for i, t in enumerate(tangents) if i > 0 and t is not None]

    def derive(branch: Graph, seeds: list[Node]) -> list[Node | None]:
        inputs = list(branch.inputs.values())
        pairs = {inputs[i]: t for i, t in zip(given, seeds, strict=True)}
        targets = list(branch.outputs.values())
        return push_forward(targets, pairs, at.kinks, zeros=at.zeros)

    symbolic = is_symbolic(args)
    seeds = [filled(tangents[i + 1], type_of(args[i + 1]), symbolic) for i in given]
    names = [f"{list(op.branches[0].inputs)[i]}_dot" for i in given]
    return _derived(op, names, seeds, args, derive)


def _derived(
    op: Cond,
    names: list[str],
    seeds: list[Any],
    args: Any,
    derive: Callable[[Graph, list[Node]], list[Node | None]],
) -> list[Any]:
    """What `derive` makes of every branch, as the results of one branch."""
    types = [type_of(s) for s in seeds]
    scopes = [within(branch) for branch in op.branches]
    inputs: list[list[Node]] = []
    outputs: Derived = []
    for branch, scope in zip(op.branches, scopes, strict=True):
        with building(scope):
            new = Inputs(branch)
            made = [new.make(n, t) for n, t in zip(names, types, strict=True)]
            inputs.append(made)
            outputs.append(derive(branch, made))
    columns = list(zip(*outputs, strict=True))
    kept = [i for i, column in enumerate(columns) if any(column)]
    if not kept:
        return [None] * len(columns)
    like = [next(y for y in columns[i] if y is not None) for i in kept]
    branches = []
    for branch, scope, made, found in zip(
        op.branches, scopes, inputs, outputs, strict=True
    ):
        with building(scope):
            results = [
                found[i] or make(Full.of(0, y.type))
                for i, y in zip(kept, like, strict=True)
            ]
            words = [current_scope().names.get(y) or "share" for y in results]
            own = [*branch.inputs.values(), *made]
            branches.append(graph_of(own, results, words))
    values = dict(zip(kept, Cond(tuple(branches))(*args, *seeds), strict=True))
    return [values.get(i) for i in range(len(columns))]
