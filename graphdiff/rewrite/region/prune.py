"""Results of loops and branches that nobody reads, and what served only those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.node import Input, Node, Pick, building, make
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.region import Region
from graphdiff.ops.region.until import While
from graphdiff.rewrite.engine import rebuilt
from graphdiff.rewrite.region.rebuild import carry_over, rebuild


class Kept(NamedTuple):
    """What is left of a region: its op, and which arguments and results, by place."""

    op: Region
    args: list[int]
    results: list[int]


def pruned(graph: Graph) -> Graph:
    """`graph` with regions that make what is read, and read what they need."""
    used: dict[Node, set[int]] = {}
    live = set(graph.outputs.values())
    kept: dict[Node, Kept] = {}
    for node in reversed(graph.nodes):
        if node not in live:
            continue
        if isinstance(node.op, Pick):
            used.setdefault(node.args[0], set()).add(node.op.index)
        if isinstance(node.op, Region):
            found = kept[node] = _kept(node, used.get(node, set()))
            live.update([node.args[i] for i in found.args])
        else:
            live.update(node.args)
    if all(k.op is node.op for node, k in kept.items()):
        return graph
    done: dict[Node, Node] = {}
    with building(graph.scope()) as scope:
        for node in graph.nodes:
            if node not in live:
                continue
            if node in kept:
                new = rebuild(scope, node, done) if kept[node].op is node.op else None
                if new is None:
                    args = [node.args[i] for i in kept[node].args]
                    new = make(kept[node].op, *[done.get(a, a) for a in args])
                    carry_over(scope, node, new)
            elif isinstance(node.op, Pick) and node.args[0] in kept:
                whole = node.args[0]
                index = kept[whole].results.index(node.op.index)
                new = make(Pick(index), done.get(whole, whole))
                carry_over(scope, node, new)
            else:
                new = rebuild(scope, node, done)
            if new is not node:
                done[node] = new
        return rebuilt(graph, scope, done)


def _kept(node: Node, used: set[int]) -> Kept:
    """What of a region the `used` results need."""
    if isinstance(node.op, Cond):
        return _kept_of_cond(node.op, sorted(used))
    assert isinstance(node.op, (Loop, While))
    return _kept_of_loop(node, node.op, used)


def _reads(outputs: Iterable[Node]) -> set[Node]:
    """The inputs that these outputs depend on."""
    return {n for n in in_order(outputs) if isinstance(n.op, Input)}


def _kept_of_cond(op: Cond, results: list[int]) -> Kept:
    count = len(op.branches[0].outputs)
    outputs = [[list(b.outputs.values())[i] for i in results] for b in op.branches]
    read = [_reads(found) for found in outputs]
    args = [
        i
        for i, xs in enumerate(
            zip(*[b.inputs.values() for b in op.branches], strict=True)
        )
        if any(x in r for x, r in zip(xs, read, strict=True))
    ]
    if len(results) == count and len(args) == len(op.branches[0].inputs):
        return Kept(op, [0, *[i + 1 for i in args]], results)
    branches = tuple([_cut(b, args, results) for b in op.branches])
    return Kept(Cond(branches), [0, *[i + 1 for i in args]], results)


def _kept_of_loop(node: Node, op: Loop | While, used: set[int]) -> Kept:
    k, skip = op.carries, isinstance(op, While)
    inputs, outputs = list(op.body.inputs.values()), list(op.body.outputs.values())
    tested: set[int] = set()
    if isinstance(op, While):
        asked = _reads(op.test.outputs.values())
        tested = {i for i, x in enumerate(op.test.inputs.values()) if x in asked}
    results = [i for i in range(k, len(outputs)) if i + skip in used]
    carries = {i for i in range(k) if i in used or i in tested}
    while True:
        read = _reads(outputs[i] for i in (*carries, *results))
        more = {i for i in range(k) if inputs[i] in read} - carries
        if not more:
            break
        carries |= more
    args = [
        i
        for i, x in enumerate(inputs)
        if (i in carries if i < k else x in read or i in tested)
        or (i >= k and _keeps_order(op, node.args[i]))
    ]
    places = [*sorted(carries), *results]
    found = [*sorted(carries), *([k] if skip else []), *[i + skip for i in results]]
    if len(args) == len(inputs) and len(places) == len(outputs):
        return Kept(op, args, found)
    body = _cut(op.body, args, places)
    if isinstance(op, While):
        test = _cut(op.test, args, [0])
        return Kept(
            replace(op, test=test, body=body, carries=len(carries)), args, found
        )
    scanned = sum(k <= i < k + op.scanned for i in args)
    return Kept(
        replace(op, body=body, carries=len(carries), scanned=scanned), args, found
    )


def _keeps_order(op: Loop | While, arg: Node) -> bool:
    """Whether a loop is given the number of its steps, so as to come after it."""
    born = arg.args[0].op.born if isinstance(arg.op, Pick) else ""
    return isinstance(op, Loop) and not isinstance(op.length, int) and bool(born)


def _cut(body: Graph, inputs: Sequence[int], outputs: Sequence[int]) -> Graph:
    """`body` with some of its inputs and outputs."""
    given, made = list(body.inputs.items()), list(body.outputs.items())
    with building(body.scope()):
        return Graph(dict(given[i] for i in inputs), dict(made[i] for i in outputs))
