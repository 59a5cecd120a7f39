"""Slices that are the same in every step, handed to a loop once.

The cotangent of a sum over steps is one number, repeated: an array of which every step
would get the same slice.
"""

from __future__ import annotations

from dataclasses import replace

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Full, Input, Node, Scope, building, make
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.region.loop import Loop
from graphdiff.rewrite.engine import rebuilt
from graphdiff.rewrite.region.rebuild import carry_over, rebuild
from graphdiff.trace.fresh import substitute
from graphdiff.words import unique


def steadied(graph: Graph) -> Graph:
    """`graph` whose loops run over no array that only repeats one slice."""
    done: dict[Node, Node] = {}
    with building(graph.scope()) as scope:
        for node in graph.nodes:
            new = rebuild(scope, node, done)
            if isinstance(new.op, Loop) and _may_steady(new):
                new = _steady(scope, new)
            if new is not node:
                done[node] = new
        return rebuilt(graph, scope, done) if done else graph


def _scanned(node: Node) -> tuple[Node, ...]:
    op = node.op
    assert isinstance(op, Loop)
    return node.args[op.carries : op.carries + op.scanned]


def _may_steady(node: Node) -> bool:
    """Whether some slices repeat, and the loop still comes after what counts its steps.

    A named size may be born in a loop before, whose tapes this one runs over.
    """
    op = node.op
    assert isinstance(op, Loop)
    same = [_repeats(array) for array in _scanned(node)]
    return any(same) and (isinstance(op.length, int) or not all(same))


def _repeats(array: Node) -> bool:
    """Whether all slices along axis 0 are the same, by construction."""
    op = array.op
    return isinstance(op, Full) or (
        isinstance(op, Spread) and -len(array.type.shape) in op.axes
    )


def _steady(scope: Scope, node: Node) -> Node:
    """The loop without the arrays that repeat one slice."""
    op = node.op
    assert isinstance(op, Loop)
    stack = op.carries + op.scanned
    names = list(op.body.inputs)
    inputs = list(op.body.inputs.values())
    again = [i for i in range(op.carries, stack) if _repeats(node.args[i])]
    kept = [i for i in range(len(inputs)) if i not in again]
    used = {names[i]: 1 for i in kept}
    with building(op.body.scope()) as within:
        more: dict[str, Node] = {}
        args: list[Node] = []
        places: dict[Node, Node] = {}
        for i in again:
            array, x = node.args[i], inputs[i]
            if isinstance(array.op, Full):
                places[x] = make(Full.of(array.op.value, x.type))
                continue
            name = unique(names[i], used)
            given = more[name] = make(Input(name, array.args[0].type))
            within.names[given] = name
            args.append(array.args[0])
            places[x] = _slice(array, given)
        outputs = substitute(list(op.body.outputs.values()), places)
        body = Graph(
            {**{names[i]: inputs[i] for i in kept}, **more},
            dict(zip(op.body.outputs, outputs, strict=True)),
        )
    made = replace(op, body=body, scanned=op.scanned - len(again))
    whole = scope.make(made, (*[node.args[i] for i in kept], *args))
    carry_over(scope, node, whole)
    return whole


def _slice(array: Node, x: Node) -> Node:
    """One slice along axis 0 of a repetition of `x`."""
    op = array.op
    assert isinstance(op, Spread)
    pairs = list(zip(op.axes, op.lengths, strict=True))
    left = [(a, n) for a, n in pairs if a != -len(array.type.shape)]
    if not left:
        return x
    axes, lengths = zip(*left, strict=True)
    return make(Spread(axes, lengths), x)
