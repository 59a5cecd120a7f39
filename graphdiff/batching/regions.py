"""Loops and branches on a batch: one region, whose bodies work on the batch.

Which carries differ from example to example is a fixpoint: one does if its initial
value does, or what a step makes of it. A branch or an end that differs from example to
example becomes a choice by entries: all branches run, and a loop goes on until it has
ended for the last example, while the others keep what they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from graphdiff.batching.batched import Batch
from graphdiff.batching.rules import Same, Stacked, batches
from graphdiff.expression.expression import Expression, results_of
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import (
    Arange,
    Full,
    Input,
    Node,
    Op,
    Scope,
    building,
    current_scope,
    make,
)
from graphdiff.graph.types import ArrayType, Size
from graphdiff.ops.core.axes import spread_node
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While
from graphdiff.rewrite.unfold import inlined
from graphdiff.words import unique


def batched_body(
    body: Graph, mapped: Sequence[bool], size: Size, full: Sequence[bool] = ()
) -> tuple[Graph, list[bool]]:
    """A body on a batch: the inputs that are `mapped` get an axis of `size` in front.

    Tells which outputs depend on them. These get the axis too, and so do those that
    are asked for in `full`; all others stay.
    """
    with building(body.scope()) as scope:
        inputs = dict(body.inputs)
        places: dict[Node, Node] = {}
        for (name, old), flag in zip(body.inputs.items(), mapped, strict=True):
            if flag:
                type = ArrayType((size, *old.type.shape), old.type.dtype)
                inputs[name] = places[old] = make(Input(name, type))
                if old in scope.names:
                    scope.names[inputs[name]] = scope.names[old]
        results = list(body.outputs.values())
        batch = Batch(results, places, size)
        flags = [batch.depends(y) for y in results]
        wanted = [*full, *[False] * (len(results) - len(full))]
        made = [
            batch.full(y) if flag or want else batch.once(y)
            for y, flag, want in zip(results, flags, wanted, strict=True)
        ]
        return Graph(inputs, dict(zip(body.outputs, made, strict=True))), flags


def _settled(body: Graph, mapped: Sequence[bool], carries: int, size: Size) -> Any:
    """The body on a batch with all carries that differ, and which those are.

    Returns the body, the flags of its inputs, and those of its outputs.
    """
    flags = list(mapped)
    while True:
        made, outputs = batched_body(body, flags, size, flags[:carries])
        grown = [a or b for a, b in zip(flags, outputs[:carries], strict=False)]
        if grown == flags[:carries]:
            return made, flags, [*grown, *outputs[carries:]]
        flags[:carries] = grown


def _given(at: Stacked, flags: Sequence[bool]) -> list[Node]:
    """The arguments, those flagged with the batch in front."""
    return [at.full(i).node if f else at.nodes[i] for i, f in enumerate(flags)]


def _result(y: Any, mapped: bool, stack: bool = False) -> Any:
    """One result; the batch lies behind the steps in a stack of them."""
    if not mapped:
        return Same(y.node)
    return y.transpose((1, 0, *range(2, y.ndim))) if stack else y


@batches(Loop)
def loop(op: Loop, at: Stacked) -> Any:
    """One loop, each step of which takes the batch one step further."""
    counts = [at.counts[n] for n in _names(op.length) if n in at.counts]
    if counts:
        return _ragged(op, at, counts[0])
    k = op.carries
    body, flags, out = _settled(op.body, at.mapped, k, at.size)
    args = _given(at, flags)
    for i in range(k, k + op.scanned):
        if flags[i]:
            args[i] = _steps_first(args[i])
    results = results_of(make(replace(op, body=body), *args))
    return tuple(
        _result(y, flag, i >= k)
        for i, (y, flag) in enumerate(zip(results, out, strict=True))
    )


def _names(length: Size) -> list[str]:
    return [] if isinstance(length, int) else sorted(length.names)


def _steps_first(x: Node) -> Node:
    """An array with the batch in front as a loop scans it."""
    swapped: Any = np.swapaxes(Expression(x), 0, 1)
    node: Node = swapped.node
    return node


def _ragged(op: Loop, at: Stacked, count: Node) -> Any:
    """A loop over the steps that another one took, fewer for some of the examples.

    They sit out the steps that they have not: their carries stay, their results are 0.
    """
    k, stack = op.carries, op.carries + op.scanned
    flags = [True] * k + list(at.mapped[k:])
    body, _ = batched_body(op.body, flags, at.size, [True] * len(op.body.outputs))
    steps = spread_node(make(Arange(op.length)), (at.size, op.length))
    takes = _steps_first((Expression(steps) < Expression(count)[:, None]).node)
    current_scope().names.setdefault(takes, "takes_step")
    with building(body.scope()):
        name = unique("takes_step", dict.fromkeys(body.inputs, 1))
        mask = make(Input(name, ArrayType((at.size,), np.dtype(bool))))
        names = list(body.inputs)
        inputs = {n: body.inputs[n] for n in names[:stack]} | {name: mask}
        inputs |= {n: body.inputs[n] for n in names[stack:]}
        carries = list(body.inputs.values())[:k]
        made = [
            _where(mask, y, carries[i] if i < k else None)
            for i, y in enumerate(body.outputs.values())
        ]
        body = Graph(inputs, dict(zip(body.outputs, made, strict=True)))
    args = _given(at, flags)
    for i in range(k, stack):
        args[i] = _steps_first(args[i]) if flags[i] else args[i]
    args = [*args[:stack], takes, *args[stack:]]
    results = results_of(make(replace(op, body=body, scanned=op.scanned + 1), *args))
    return tuple(_result(y, True, i >= k) for i, y in enumerate(results))


def _where(mask: Node, y: Node, other: Node | None) -> Node:
    """`y` for the examples of the mask, else `other`, or zeros."""
    truth = Expression(mask).reshape((y.type.shape[0], *(1,) * (y.type.ndim - 1)))
    rest = make(Full.of(0, y.type)) if other is None else other
    chosen: Any = np.where(truth, Expression(y), Expression(rest))
    node: Node = chosen.node
    return node


def one_by_one(op: Op, at: Stacked) -> Any:
    """A loop over the examples, around an op that takes one and no more."""
    places = range(len(at.nodes))
    order = sorted(places, key=lambda i: not at.mapped[i])
    with building(Scope()):
        inputs: dict[int, Node] = {}
        for i in order:
            type = at.nodes[i].type
            if at.mapped[i]:
                type = ArrayType(type.shape[1:], type.dtype)
            inputs[i] = make(Input(f"argument_{i}", type))
        found = results_of(make(op, *[inputs[i] for i in places]))
        results = found if isinstance(found, tuple) else (found,)
        body = Graph(
            {f"argument_{i}": x for i, x in inputs.items()},
            {f"result_{i}": y for i, y in enumerate(results)},
        )
    loop = Loop(body, 0, sum(at.mapped), at.size)
    made = results_of(make(loop, *[at.nodes[i] for i in order]))
    return made if isinstance(found, tuple) else made[0]


@batches(Cond)
def branch(op: Cond, at: Stacked) -> Any:
    """One branch for all; or all of them, of which each example has its own."""
    operands = list(at.mapped[1:])
    many = len(op.results)
    if at.mapped[0]:
        return _choose(op, at, operands, many)
    found = [batched_body(b, operands, at.size)[1] for b in op.branches]
    out = [any(flags) for flags in zip(*found, strict=True)]
    branches = [batched_body(b, operands, at.size, out)[0] for b in op.branches]
    results = results_of(make(Cond(tuple(branches)), *at.nodes))
    return tuple(map(_result, results, out))


def _choose(op: Cond, at: Stacked, operands: list[bool], many: int) -> Any:
    """All branches, and of each example the results of its own."""
    choice = at.nodes[0]
    whole = [
        inlined(batched_body(b, operands, at.size, [True] * many)[0], at.nodes[1:])
        for b in op.branches
    ]
    chosen = whole[0]
    for i, results in enumerate(whole[1:], 1):
        is_later = choice
        if choice.type.dtype.kind != "b":
            is_later = (Expression(choice) >= i).node
        pairs = zip(results, chosen, strict=True)
        chosen = [_where(is_later, y, rest) for y, rest in pairs]
    return tuple(map(Expression, chosen))


@batches(While)
def until(op: While, at: Stacked) -> Any:
    """One loop; where examples end after other numbers of steps, until the last has."""
    k = op.carries
    body, flags, out = _settled(op.body, at.mapped, k, at.size)
    test, (differs,) = batched_body(op.test, flags, at.size)
    if differs:
        return _until_all(op, at)
    results = results_of(make(replace(op, test=test, body=body), *_given(at, flags)))
    shown = [*out[:k], False, *out[k:]]
    return tuple(
        _result(y, flag, i > k)
        for i, (y, flag) in enumerate(zip(results, shown, strict=True))
    )


def _until_all(op: While, at: Stacked) -> Any:
    """Go on until the test fails for all; who is done keeps his carries.

    Steps are counted for each example, where somebody reads how many there were, or
    reads what they made: of steps that an example has not taken, that is 0.
    """
    k = op.carries
    flags = [True] * k + list(at.mapped[k:])
    goes_on, _ = batched_body(op.test, flags, at.size, [True])
    body, _ = batched_body(op.body, flags, at.size, [True] * len(op.body.outputs))
    counted = any(i >= k for i in at.read)
    args = _given(at, flags)
    if counted:
        args.insert(k, make(Full.of(0, _counts(at.size))))
    test = _with_any(goes_on, k, counted, at.size)
    body = _while_active(body, goes_on, k, counted, at.size)
    whole = replace(op, test=test, body=body, carries=k + counted)
    results = results_of(make(whole, *args))
    if not counted:
        return (*results[:k], Same(results[k].node), *map(_swapped, results[k + 1 :]))
    at.counts[op.born] = results[k].node
    return (*results[: k + 1], *map(_swapped, results[k + 2 :]))


def _swapped(y: Any) -> Any:
    return _result(y, True, stack=True)


def _counts(size: Size) -> ArrayType:
    return ArrayType((size,), np.dtype(np.int64))


def _inputs(body: Graph, k: int, counted: bool, size: Size) -> dict[str, Node]:
    """The inputs of a body, with a count for each example behind the carries."""
    inputs = dict(body.inputs)
    if not counted:
        return inputs
    names = list(inputs)
    name = unique("count", dict.fromkeys(names, 1))
    inputs[name] = make(Input(name, _counts(size)))
    return {n: inputs[n] for n in (*names[:k], name, *names[k:])}


def _with_any(test: Graph, k: int, counted: bool, size: Size) -> Graph:
    """Whether the test holds for any example."""
    with building(test.scope()):
        inputs = _inputs(test, k, counted, size)
        ((name, truth),) = test.outputs.items()
        return Graph(inputs, {name: np.any(Expression(truth))})


def _while_active(body: Graph, test: Graph, k: int, counted: bool, size: Size) -> Graph:
    """A step of those examples for which the test holds."""
    with building(body.scope()):
        (active,) = inlined(test, list(body.inputs.values()))
        inputs = _inputs(body, k, counted, size)
        carries = list(inputs.values())
        names, made = list(body.outputs), list(body.outputs.values())
        outputs = {
            name: _where(active, y, carries[i] if i < k else None)
            for i, (name, y) in enumerate(zip(names, made, strict=True))
        }
        if counted:
            count = Expression(carries[k]) + Expression(active)
            word = unique("next_count", dict.fromkeys(names, 1))
            rest = dict(list(outputs.items())[k:])
            first = dict(list(outputs.items())[:k])
            outputs = {**first, word: count.node, **rest}
        return Graph(inputs, outputs)
