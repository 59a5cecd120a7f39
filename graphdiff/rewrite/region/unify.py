"""Carries of a loop that are always equal, and arguments that are given twice.

Forward mode over a loop and over its twin with the tape makes the same tangents twice.
Two carries are equal in every step if they begin equal and if, taken for one, they are
made by one computation; that is tried for all candidates at once, and those for which
it fails are taken out, until it holds for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Pick, Scope, building, make
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While
from graphdiff.rewrite.engine import rebuilt
from graphdiff.rewrite.region.merge import Part, parts_of
from graphdiff.rewrite.region.rebuild import carry_over, rebuild
from graphdiff.trace.fresh import substitute

MOST_TRIES = 8
"""How often candidates are taken out before all are."""


def unified(graph: Graph) -> Graph:
    """`graph` whose loops carry nothing twice."""
    done: dict[Node, Node] = {}
    moved: dict[Node, list[int]] = {}
    with building(graph.scope()) as scope:
        for node in graph.nodes:
            whole = node.args[0] if isinstance(node.op, Pick) else node
            if whole in moved and whole is not node:
                assert isinstance(node.op, Pick)
                new = make(Pick(moved[whole][node.op.index]), done[whole])
                carry_over(scope, node, new)
            else:
                new = rebuild(scope, node, done)
            if isinstance(new.op, (Loop, While)):
                found = _unify(scope, new)
                if found is not None:
                    new, moved[node] = found
            if new is not node:
                done[node] = new
        return rebuilt(graph, scope, done) if done else graph


def _unify(scope: Scope, node: Node) -> tuple[Node, list[int]] | None:
    """The loop without what it has twice, and where each of its results is now."""
    parts = parts_of(node)
    same = _candidates(parts)
    if not same:
        return None
    op = node.op
    assert isinstance(op, (Loop, While))
    inputs = list(op.body.inputs.values())
    outputs = list(op.body.outputs.values())
    with building(op.body.scope()):
        for _ in range(MOST_TRIES):
            made = substitute(outputs, same)
            place = {x: i for i, x in enumerate(inputs[: op.carries])}
            wrong = [
                x
                for x, twin in same.items()
                if x in place and made[place[x]] is not made[place[twin]]
            ]
            if not wrong:
                break
            same = {x: twin for x, twin in same.items() if x not in wrong}
        else:
            same = {x: twin for x, twin in same.items() if x not in place}
            made = substitute(outputs, same)
    return _without(scope, node, same, made) if same else None


def _candidates(parts: dict[Node, Part]) -> dict[Node, Node]:
    """Inputs that begin as another one does, and that other one."""
    first: dict[tuple[str, Node], Node] = {}
    found: dict[Node, Node] = {}
    for x, part in parts.items():
        twin = first.setdefault((part.kind, part.arg), x)
        if twin is not x and twin.type == x.type:
            found[x] = twin
    return found


def _without(
    scope: Scope, node: Node, same: dict[Node, Node], made: Sequence[Node]
) -> tuple[Node, list[int]]:
    """The loop without the inputs in `same`, where its outputs are `made`."""
    op = node.op
    assert isinstance(op, (Loop, While))
    names, inputs = list(op.body.outputs), list(op.body.inputs.items())
    k, skip = op.carries, isinstance(op, While)
    kept = [i for i, (_, x) in enumerate(inputs) if x not in same]
    carries = [i for i in kept if i < k]
    places = {inputs[i][1]: n for n, i in enumerate(carries)}
    moved = [places[same.get(x, x)] for _, x in inputs[:k]]
    results: dict[Node, int] = {}
    for y in made[k:]:
        results.setdefault(y, len(carries) + len(results) + skip)
    moved += [len(carries)] * skip + [results[y] for y in made[k:]]
    words = {y: name for name, y in zip(names[k:], made[k:], strict=True)}
    with building(op.body.scope()):
        body = Graph(
            dict(inputs[i] for i in kept),
            {
                **{names[i]: made[i] for i in carries},
                **{words[y]: y for y in results},
            },
        )
    new: Loop | While
    if isinstance(op, Loop):
        scanned = sum(k <= i < k + op.scanned for i in kept)
        new = replace(op, body=body, carries=len(carries), scanned=scanned)
    else:
        test = _test_without(op, same, kept)
        new = replace(op, test=test, body=body, carries=len(carries))
    whole = scope.make(new, tuple([node.args[i] for i in kept]))
    carry_over(scope, node, whole)
    return whole, moved


def _test_without(op: While, same: dict[Node, Node], kept: Sequence[int]) -> Graph:
    """The test of the loop, reading the twins of what is left out."""
    given = list(op.test.inputs.items())
    own = dict(zip(op.body.inputs.values(), [x for _, x in given], strict=True))
    with building(op.test.scope()):
        truths = list(op.test.outputs.values())
        found = substitute(truths, {own[x]: own[twin] for x, twin in same.items()})
        return Graph(
            dict(given[i] for i in kept),
            dict(zip(op.test.outputs, found, strict=True)),
        )
