"""Loops of a known number of steps, as single ops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from graphdiff.control.body import closed, run_traced, specs
from graphdiff.control.carry import Carry
from graphdiff.control.segments import Checkpoint, run_segments, segment_lengths
from graphdiff.errors import GraphValueError, ShapeError
from graphdiff.expression.expression import as_node
from graphdiff.graph.nest import flatten, path_name, unflatten
from graphdiff.graph.node import Node, building
from graphdiff.graph.types import ArrayType, alike, whole_number
from graphdiff.ops.region.loop import Loop
from graphdiff.sizes.dims import Dim, is_nonnegative


@dataclass(frozen=True)
class Kind:
    """How a kind of loop calls the user's function, and reads what it returns.

    `arguments` gives what the function gets, of a carry and the slices of a step;
    `split` parts what it returns into the next carry and the results of the step.
    """

    what: str
    arguments: Callable[[Any, Any], tuple[Any, ...]]
    split: Callable[[Any], tuple[Any, Any]]
    slices_first: bool = False


class Slices:
    """The arrays that a loop runs over, and the number of its steps."""

    def __init__(self, what: str, xs: Any, length: Any = None) -> None:
        """Look at the first axis of every array, which must agree with `length`."""
        self.nest = xs
        self.leaves, paths, self.spec = flatten(xs)
        self.names = [path_name(f"{what}: xs", path) for path in paths]
        steps = None if length is None else check_length(what, length)
        for leaf, name in zip(self.leaves, self.names, strict=True):
            shape = np.shape(leaf)
            if not shape:
                raise ShapeError(f"{name}: a number has no axis to run over")
            steps = shape[0] if steps is None else steps
            if not alike(steps, shape[0]):
                raise ShapeError(
                    f"{name}: expected {steps} slices along axis 0, got {shape[0]}"
                )
        if steps is None:
            raise GraphValueError(f"{what}: without xs, length= must be given")
        self.length: int | Dim = steps

    @cached_property
    def nodes(self) -> list[Node]:
        """The arrays as nodes."""
        return [as_node(x, n) for x, n in zip(self.leaves, self.names, strict=True)]

    @property
    def specs(self) -> Any:
        """What stands for one slice of each array."""
        types = [ArrayType(n.type.shape[1:], n.type.dtype) for n in self.nodes]
        return specs(self.nest, types)

    @property
    def has_steps(self) -> bool:
        """Whether there surely is a step."""
        return isinstance(self.length, int) and self.length > 0


def check_length(what: str, length: Any) -> int | Dim:
    """`length` if it is a number of steps."""
    if isinstance(length, Dim) and is_nonnegative(length):
        return length
    steps = whole_number(f"{what}: length", length)
    if steps < 0:
        raise GraphValueError(f"{what}: length: expected at least 0, got {steps}")
    return steps


def make_loop(
    kind: Kind,
    fn: Callable[..., Any],
    init: Any,
    slices: Slices,
    reverse: bool = False,
    checkpoint: Checkpoint = None,
) -> tuple[Any, Any]:
    """The final carry and the stacked results, as handles on one `Loop`.

    With `checkpoint`, on one whose steps are segments, and one for what is left over.
    """
    what = kind.what
    carry = Carry(f"{what}: carry", init)
    nexts: list[Node] | None = None
    while nexts is None:
        given = kind.arguments(specs(carry.nest, carry.types), slices.specs)
        traced = run_traced(what, fn, *given)
        made, ys = kind.split(traced.result)
        with building(traced.scope):
            nexts = carry.next_nodes(made)
    inputs = list(traced.inputs.items())
    if kind.slices_first:
        inputs = inputs[len(slices.nodes) :] + inputs[: len(slices.nodes)]
    traced = replace(traced, inputs=dict(inputs))
    leaves, _, spec = flatten(ys)
    with building(traced.scope):
        results = [as_node(y, f"{what}: a step's result") for y in leaves]
    outputs = traced.outputs([n for n, _ in inputs[: len(nexts)]], nexts, results)
    (body,), outer = closed([traced], [outputs])
    op = Loop(body, len(nexts), len(slices.nodes), slices.length, reverse)
    lengths = segment_lengths(what, checkpoint, slices.length)
    values = run_segments(op, [*carry.nodes(), *slices.nodes, *outer], lengths)
    return carry.rebuilt(values[: len(nexts)]), unflatten(spec, values[len(nexts) :])
