"""A branch: of several graphs, the one that is chosen runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphdiff.errors import DTypeError, GraphTypeError, ShapeError
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Op
from graphdiff.graph.types import ArrayType, show_shape
from graphdiff.ops.region.program import Program
from graphdiff.ops.region.region import (
    Region,
    check_argument,
    input_types,
    output_types,
)


@dataclass(frozen=True)
class Cond(Region):
    """Run one of the `branches`: the one that the first argument says.

    Arguments: a scalar that chooses; then the operands, which every branch gets. A
    truth chooses the last of two branches where it holds and the first where it does
    not, as an integer 1 or 0 would; of more branches an integer chooses, below 0 the
    first and past the end the last. The inputs of each branch are the operands, in
    order; its outputs are the results, of the same types in each. The branches that
    are not chosen do not run.
    """

    branches: tuple[Graph, ...]

    @property
    def results(self) -> tuple[str, ...]:
        """What the results are called: as the outputs of the first branch."""
        return tuple(self.branches[0].outputs)

    def infer(self, *args: ArrayType) -> tuple[ArrayType, ...]:
        """The results of any branch."""
        choice, *operands = args
        if choice.shape != ():
            raise ShapeError(
                f"cond: the choice must be a scalar, got shape "
                f"{show_shape(choice.shape)}"
            )
        if choice.dtype.kind not in "biu":
            raise DTypeError(
                f"cond: the choice must be a boolean or an integer, got {choice.dtype}"
            )
        made = output_types(self.branches[0])
        for branch in self.branches:
            wanted = input_types(branch)
            if len(wanted) != len(operands):
                raise GraphTypeError(
                    f"cond: expected {len(wanted)} operands, got {len(operands)}"
                )
            for name, given, type in zip(branch.inputs, operands, wanted, strict=True):
                check_argument(f"cond: {name}", given, type)
            for name, own, type in zip(
                branch.outputs, output_types(branch), made, strict=True
            ):
                check_argument(f"cond: the result {name}", own, type)
        return tuple(made)

    def bodies(self) -> tuple[Graph, ...]:
        """The branches."""
        return self.branches

    def with_bodies(self, bodies: tuple[Graph, ...]) -> Op:
        """The same choice between other branches."""
        same = all(a is b for a, b in zip(bodies, self.branches, strict=True))
        return self if same else Cond(bodies)

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        """The branches, ready to run."""
        return tuple(map(Program, self.branches))

    def run(self, *values: Any) -> tuple[Any, ...]:
        """Run the branch that is chosen."""
        choice = min(max(int(values[0]), 0), len(self.branches) - 1)
        program = self.programs[choice]
        with program.warnings():
            return tuple(program(*values[1:]))
