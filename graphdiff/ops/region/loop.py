"""A loop whose number of steps is known before it runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from graphdiff.errors import GraphTypeError
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Op
from graphdiff.graph.types import ArrayType, Size
from graphdiff.ops.region.program import Program, stacked
from graphdiff.ops.region.region import (
    Region,
    check_argument,
    input_types,
    output_types,
)


@dataclass(frozen=True)
class Loop(Region):
    """Run `body` `length` times, each step on the carries that the one before left.

    Arguments: `carries` initial values; then `scanned` arrays of `length` slices along
    axis 0, of which step t gets slice t; then invariants, which every step gets whole.
    The inputs of `body` are in that order: carries, slices, invariants. Its outputs
    are the next carries, each of the type of its carry, then the per-step results.

    Results: the final carries, then the per-step results, stacked along a new axis 0
    of `length`: what step t makes is at t. With `reverse` the steps are taken from
    the last slice to the first; places in the stacks are those of the slices all the
    same. `length` is an int or a named size and never depends on data. Without a step
    the final carries are the initial ones.

    `recompute` says what reverse mode keeps of each step: its carries only, from
    which the step is computed once more, instead of what its derivative reads.
    """

    body: Graph
    carries: int
    scanned: int
    length: Size
    reverse: bool = False
    recompute: bool = False

    @property
    def results(self) -> tuple[str, ...]:
        """What the results are called: as the outputs of the body."""
        return tuple(self.body.outputs)

    def infer(self, *args: ArrayType) -> tuple[ArrayType, ...]:
        """The final carries and the stacks."""
        wanted = input_types(self.body)
        if len(args) != len(wanted):
            raise GraphTypeError(
                f"loop: expected {len(wanted)} arguments, got {len(args)}"
            )
        stack = self.carries + self.scanned
        for i, (name, type) in enumerate(zip(self.body.inputs, wanted, strict=True)):
            whole = type
            if self.carries <= i < stack:
                whole = self.stack_of(type)
            check_argument(f"loop: {name}", args[i], whole)
        made = output_types(self.body)
        for i, (name, type) in enumerate(zip(self.body.inputs, made, strict=False)):
            if i < self.carries:
                check_argument(f"loop: the next {name}", type, wanted[i])
        return (
            *made[: self.carries],
            *[self.stack_of(type) for type in made[self.carries :]],
        )

    def stack_of(self, type: ArrayType) -> ArrayType:
        """The type of one value of this type for each step."""
        return ArrayType((self.length, *type.shape), type.dtype)

    def is_stack(self, index: int) -> bool:
        """Whether result `index` has an entry for each step."""
        return index >= self.carries

    def bodies(self) -> tuple[Graph, ...]:
        """The body."""
        return (self.body,)

    def with_bodies(self, bodies: tuple[Graph, ...]) -> Op:
        """The same loop around another body."""
        return self if bodies[0] is self.body else replace(self, body=bodies[0])

    @cached_property
    def program(self) -> Program:
        """The body, ready to run."""
        return Program(self.body)

    def run(self, *values: Any) -> tuple[Any, ...]:
        """Take the steps, one after the other."""
        program, k = self.program, self.carries
        arrays = values[k : k + self.scanned]
        rest = values[k + self.scanned :]
        carry: Any = values[:k]
        length: Any = self.length
        stacks = stacked(length, output_types(self.body)[k:])
        steps = range(length)
        with program.warnings():
            for t in reversed(steps) if self.reverse else steps:
                made = program(*carry, *[a[t] for a in arrays], *rest)
                carry = made[:k]
                for stack, value in zip(stacks, made[k:], strict=True):
                    stack[t] = value
        return (*carry, *stacks)
