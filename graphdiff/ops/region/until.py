"""A loop whose number of steps is known only when it has run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphTypeError, ShapeError
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Op
from graphdiff.graph.types import ArrayType, show_shape
from graphdiff.ops.region.program import Program, stacked
from graphdiff.ops.region.region import (
    Region,
    bound_body,
    check_argument,
    input_types,
    output_types,
)
from graphdiff.sizes.dims import Dim

COUNT = ArrayType((), np.dtype(np.int64))
"""The type of a number of steps."""
_FIRST = 16
"""Steps for which the stacks have room at first; they double when it is used up."""


@dataclass(frozen=True)
class While(Region):
    """Run `body` as long as `test` holds, each step on the carries of the one before.

    Arguments: `carries` initial values; then invariants, which every step gets whole.
    The inputs of `test` and of `body` are in that order. `test` has one output, a
    boolean scalar. The outputs of `body` are the next carries, each of the type of
    its carry, then the per-step results.

    Results: the final carries; then the number of steps that were taken, an int64
    scalar; then the per-step results, stacked along a new axis 0 whose size is
    `steps`. That named size is born when the loop has run: who runs a graph binds it
    to the number of steps. It belongs to this loop, and to those that hold the same
    tape; nothing before the loop may depend on it.
    """

    test: Graph
    body: Graph
    carries: int
    steps: Dim

    @property
    def results(self) -> tuple[str, ...]:
        """What the results are called: as the outputs of the body, and the count."""
        names = list(self.body.outputs)
        return (*names[: self.carries], str(self.steps), *names[self.carries :])

    @property
    def born(self) -> str:
        """The name of the size that is known when the loop has run."""
        (name,) = self.steps.names
        return name

    def infer(self, *args: ArrayType) -> tuple[ArrayType, ...]:
        """The final carries, the count and the stacks."""
        for body in (self.test, self.body):
            wanted = input_types(body)
            if len(args) != len(wanted):
                raise GraphTypeError(
                    f"while: expected {len(wanted)} arguments, got {len(args)}"
                )
            for name, given, type in zip(body.inputs, args, wanted, strict=True):
                check_argument(f"while: {name}", given, type)
        (truth,) = output_types(self.test)
        if truth.shape != ():
            raise ShapeError(
                f"while: the test must give a scalar, got shape "
                f"{show_shape(truth.shape)}"
            )
        if truth.dtype.kind != "b":
            raise DTypeError(f"while: the test must give a truth, got {truth.dtype}")
        made = output_types(self.body)
        for i, name in enumerate(self.body.inputs):
            if i < self.carries:
                check_argument(f"while: the next {name}", made[i], args[i])
        stacks = [
            ArrayType((self.steps, *type.shape), type.dtype)
            for type in made[self.carries :]
        ]
        return (*made[: self.carries], COUNT, *stacks)

    def count(self, results: Any) -> int:
        """How many steps were taken, given the results."""
        return int(results[self.carries])

    def bind(self, sizes: Mapping[str, int]) -> Op:
        """The same loop with numbers for the named sizes that are known before."""
        bodies = [bound_body(b, sizes) for b in self.bodies()] if self._dims else []
        return self.with_bodies(tuple(bodies) or self.bodies())

    def is_stack(self, index: int) -> bool:
        """Whether result `index` has an entry for each step, or counts them."""
        return index >= self.carries

    def bodies(self) -> tuple[Graph, ...]:
        """The test and the body."""
        return (self.test, self.body)

    def with_bodies(self, bodies: tuple[Graph, ...]) -> Op:
        """The same loop around another test and body."""
        test, body = bodies
        same = test is self.test and body is self.body
        return self if same else replace(self, test=test, body=body)

    @cached_property
    def programs(self) -> tuple[Program, Program]:
        """The test and the body, ready to run."""
        return Program(self.test), Program(self.body)

    def run(self, *values: Any) -> tuple[Any, ...]:
        """Take steps until the test fails."""
        (test, body), k = self.programs, self.carries
        carry, rest = list(values[:k]), values[k:]
        room, count = _FIRST, 0
        types = output_types(self.body)[k:]
        stacks = stacked(room, types)
        with body.warnings():
            while test(*carry, *rest)[0]:
                made = body(*carry, *rest)
                carry = made[:k]
                if count == room and stacks:
                    stacks = [np.concatenate((s, np.empty_like(s))) for s in stacks]
                    room *= 2
                for stack, value in zip(stacks, made[k:], strict=True):
                    stack[count] = value
                count += 1
        return (*carry, np.int64(count), *[s[:count] for s in stacks])
