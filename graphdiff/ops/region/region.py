"""What ops that hold graphs have in common: closed bodies, and how those are run.

A body is a closed `Graph`: everything that it reads comes in through its inputs, in
the order of the op's arguments, and its outputs are, in order, what the op says. The
names of inputs and outputs serve people only. Bodies are compared by identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Protocol

from graphdiff.errors import DTypeError, ShapeError
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import LEAVES, Arg, At, Call, Input, Node, Op, Scope, building
from graphdiff.graph.types import ArrayType, dims_of
from graphdiff.sizes.dims import Dim, bound_size, strongest


class Rules(Protocol):
    """How the derivatives of regions are made; a later layer knows."""

    def hidden(self, op: Any) -> list[int]:
        """The arguments of which some entries may not matter."""

    def pull(
        self, op: Any, wanted: Sequence[int], at: At, g: Any, y: Any, args: Any
    ) -> list[Any]:
        """The cotangents of the wanted arguments."""

    def push(self, op: Any, at: At, tangents: Any, args: Any) -> list[Any]:
        """The tangents of the results."""


class Run(Call):
    """The call record of a region: it runs the op's own `run`."""

    op: Any

    @classmethod
    def of(cls, op: Region, count: int) -> Run:
        """The record of `op` with that many arguments."""
        made = cls(op.label, tuple(map(Arg, range(count))))
        made.op = op
        return made

    def __call__(self, *values: Any) -> Any:
        """Run the bodies on `values`."""
        return self.op.run(*values)


class Region(Op):
    """An op that holds graphs and says when each of them runs."""

    over_complex = True
    pushes = True

    rules: ClassVar[Rules]
    """How derivatives are made; set by ``derivative``, where differentiation is."""

    def masks_of(self, *args: Any) -> tuple[int, ...]:
        """The arguments of which a body may discard entries."""
        return self._hidden

    @cached_property
    def _hidden(self) -> tuple[int, ...]:
        return tuple(self.rules.hidden(self))

    def call(self, *args: ArrayType) -> Call:
        """A call that runs the bodies."""
        return Run.of(self, len(args))

    def is_stack(self, index: int) -> bool:
        """Whether result `index` is stacked, in an array of the region's own."""
        return False

    def run(self, *values: Any) -> tuple[Any, ...]:
        """The results for arrays; every size is a number."""
        raise NotImplementedError

    def pullbacks(
        self, wanted: Sequence[int], at: At, g: Any, y: Any, *args: Any
    ) -> list[Any]:
        """All at once: the cotangents come out of one region."""
        return self.rules.pull(self, wanted, at, g, y, args)

    def pushforward(self, at: At, tangents: Any, y: Any, *args: Any) -> list[Any]:
        """All at once: the tangents come out of one region, beside the results."""
        return self.rules.push(self, at, tangents, args)

    @property
    def needs(self) -> tuple[Dim, ...]:
        """The sizes that must be at least 0 in a body."""
        return strongest(
            dict.fromkeys(n for b in self.bodies() for n in b.ledger.needs)
        )

    @property
    def singular(self) -> bool:
        """Whether some op in a body is."""
        return self._singular

    @cached_property
    def _singular(self) -> bool:
        return any(n.op.singular for body in self.bodies() for n in body.nodes)

    @cached_property
    def _dims(self) -> tuple[Dim, ...]:
        found: dict[Dim, None] = dict.fromkeys(super().sizes())
        for body in self.bodies():
            for node in body.nodes:
                found.update(dict.fromkeys(node.op.sizes()))
                found.update(dict.fromkeys(dims_of(node.type)))
        return tuple([dim for dim in found if not dim.names & self.births])

    @cached_property
    def births(self) -> frozenset[str]:
        """The sizes that are known when the region, or a loop within it, has run."""
        inside = (n.op for body in self.bodies() for n in body.nodes)
        found = [op.births for op in inside if isinstance(op, Region)]
        return frozenset((self.born,)).union(*found)

    def sizes(self) -> Iterator[Dim]:
        """The named sizes among the parameters and in the bodies."""
        return iter(self._dims)

    def bind(self, sizes: Mapping[str, int]) -> Op:
        """The same region with numbers for named sizes, in its bodies too."""
        if not self._dims:
            return self
        op = super().bind(sizes)
        return op.with_bodies(tuple([bound_body(b, sizes) for b in self.bodies()]))


def bound_body(body: Graph, sizes: Mapping[str, int]) -> Graph:
    """`body` with numbers for those named sizes that `sizes` knows.

    A size that is born within stays open, and so does what is computed from it.
    """
    with building(Scope()) as scope:
        done: dict[Node, Node] = {}
        for node in body.nodes:
            op = node.op
            if isinstance(op, Input):
                op = Input(op.name, bound_type(op.type, sizes))
            else:
                op = op.bind(sizes)
            done[node] = scope.make(op, tuple([done[a] for a in node.args]))
            if node in body.ledger.roles:
                scope.roles[done[node]] = body.ledger.roles[node]
        return Graph(
            {name: done[node] for name, node in body.inputs.items()},
            {name: done[node] for name, node in body.outputs.items()},
        )


def bound_type(type: ArrayType, sizes: Mapping[str, int]) -> ArrayType:
    """`type` with numbers for the named sizes."""
    return ArrayType(tuple([bound_size(n, sizes) for n in type.shape]), type.dtype)


def is_literal(node: Node) -> bool:
    """Whether a body has a copy of its own of `node`: a constant, a number, a size."""
    return isinstance(node.op, LEAVES) and not isinstance(node.op, Input)


def check_argument(what: str, given: ArrayType, body: ArrayType) -> None:
    """Raise unless a body gets an argument of the type that it expects."""
    if given.shape != body.shape:
        raise ShapeError(f"{what}: expected shape {body.shape}, got {given.shape}")
    if given.dtype != body.dtype:
        raise DTypeError(f"{what}: expected {body.dtype}, got {given.dtype}")


def input_types(body: Graph) -> list[ArrayType]:
    """The types of the inputs of a body, in order."""
    return [node.type for node in body.inputs.values()]


def output_types(body: Graph) -> list[ArrayType]:
    """The types of the outputs of a body, in order."""
    return [node.type for node in body.outputs.values()]
