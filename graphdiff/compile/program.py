"""A graph as plain records: what a compiled function keeps, and what it pickles.

A record is a call out of the fixed table and the numbers of the values that it reads.
Ops, nodes and expressions stay behind, so that a compiled function can cross to
another process, where it plans again for whatever sizes it meets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from graphdiff.errors import GraphValueError
from graphdiff.evaluate import quiet_nodes
from graphdiff.graph.graph import Graph, Signature, Tree
from graphdiff.graph.node import Arg, Call, Constant, Input
from graphdiff.graph.types import ArrayType
from graphdiff.ops.entries import Elementwise
from graphdiff.runtime.table import FUNCTIONS
from graphdiff.sizes.dims import Dim, evaluate_size


class Record(NamedTuple):
    """How one value is made: a call on earlier values; no call for what is given."""

    call: Call | None
    operands: tuple[int, ...]
    type: ArrayType
    quiet: bool


class Declared(NamedTuple):
    """An input as its checks know it."""

    type: ArrayType


@dataclass(frozen=True)
class Program:
    """The records of a graph, numbered in order, and how it is called.

    `inputs` and `outputs` map names to numbers of values; `constants` gives the values
    that the graph holds. `signature` is that of the graph, or one made of its names.
    `needs` are sizes that must be at least 0.
    """

    records: tuple[Record, ...]
    constants: Mapping[int, np.ndarray]
    places: Mapping[str, int]
    outputs: Mapping[str, int]
    signature: Signature | None
    needs: tuple[Dim, ...] = ()

    @cached_property
    def inputs(self) -> dict[str, Declared]:
        """The declared type of each input, as a graph has it."""
        return {n: Declared(self.records[i].type) for n, i in self.places.items()}

    @cached_property
    def parameters(self) -> dict[str, Tree]:
        """What the function is called with: a tree of inputs for each parameter."""
        if self.signature is not None:
            return dict(self.signature.parameters)
        return {name: Tree(None, (name,)) for name in self.places}

    @property
    def is_symbolic(self) -> bool:
        """Whether some size is known only when the function is called."""
        return any(
            not isinstance(n, int)
            for i in self.places.values()
            for n in self.records[i].type.shape
        )


def program_of(graph: Graph) -> Program:
    """The records of `graph`; raises `GraphValueError` for what cannot be called."""
    numbers = {node: i for i, node in enumerate(graph.nodes)}
    quiet = quiet_nodes(graph)
    records: list[Record] = []
    constants: dict[int, np.ndarray] = {}
    entrywise: dict[tuple[Elementwise, int], Call] = {}
    for i, node in enumerate(graph.nodes):
        op, args = node.op, node.args
        call: Call | None = None
        if isinstance(op, Constant):
            constants[i] = op.value
        elif isinstance(op, Elementwise):
            call = entrywise.get((op, len(args)))
            if call is None:
                call = op.call(*[arg.type for arg in args])
                entrywise[op, len(args)] = call
        elif not isinstance(op, Input):
            call = op.call(*[arg.type for arg in args])
            if call.function not in FUNCTIONS:
                raise GraphValueError(f"compile: no function {call.function!r}")
        operands = tuple([numbers[arg] for arg in args])
        records.append(Record(call, operands, node.type, node in quiet))
    return Program(
        tuple(records),
        constants,
        {name: numbers[node] for name, node in graph.inputs.items()},
        {name: numbers[node] for name, node in graph.outputs.items()},
        graph.signature,
        graph.ledger.needs,
    )


def bound(item: Any, sizes: Mapping[str, int]) -> Any:
    """A literal of a call with its named sizes replaced by numbers."""
    if isinstance(item, Dim):
        return evaluate_size(item, sizes)
    if isinstance(item, slice):
        return slice(*[bound(b, sizes) for b in (item.start, item.stop, item.step)])
    if type(item) is tuple:
        return tuple([bound(part, sizes) for part in item])
    return item


def bound_call(call: Call, sizes: Mapping[str, int]) -> Call:
    """`call` with its named sizes replaced by numbers."""
    if not sizes:
        return call
    args = tuple([bound(a, sizes) for a in call.args])
    return call._replace(
        args=args, kwargs={k: bound(v, sizes) for k, v in call.kwargs.items()}
    )


def bound_shape(type: ArrayType, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The shape in numbers."""
    return tuple(
        [n if isinstance(n, int) else evaluate_size(n, sizes) for n in type.shape]
    )


@dataclass
class Tape:
    """The records as steps of an interpreter: quick to build, slower to run."""

    steps: list[tuple[Any, ...]]
    table: list[Any]
    inputs: list[int]
    outputs: list[int]

    def __call__(self, *inputs: Any) -> list[Any]:
        """The outputs in order; arrays nobody else holds."""
        table = self.table.copy()
        for place, value in zip(self.inputs, inputs, strict=True):
            table[place] = value
        for function, operands, quiet, target, dead in self.steps:
            values = [table[k] for k in operands]
            if quiet:
                with np.errstate(all="ignore"):
                    table[target] = function(*values)
            else:
                table[target] = function(*values)
            for k in dead:
                table[k] = None
        return owned([table[k] for k in self.outputs], inputs)


def owned(values: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
    """Results that share no memory with anything: views and repeats are copied."""
    found: list[Any] = []
    seen: set[int] = set(map(id, inputs))
    for value in values:
        if isinstance(value, np.ndarray):
            if value.ndim == 0:
                value = value[()]
            elif (
                value.base is not None or id(value) in seen or not value.flags.writeable
            ):
                value = value.copy()
            seen.add(id(value))
        found.append(value)
    return found


def tape_of(program: Program, sizes: Mapping[str, int]) -> Tape:
    """The tape of `program` at these sizes."""
    records = program.records
    table: list[Any] = [None] * len(records)
    for place, value in program.constants.items():
        table[place] = value
    kept = set(program.outputs.values()) | set(program.constants)
    steps: list[tuple[Any, ...]] = []
    for i, (call, operands, type, quiet) in enumerate(records):
        if call is None:
            continue
        if call.function == "np.full":
            _, value, dtype = bound_call(call, sizes).args
            shape = bound_shape(type, sizes)
            table[i] = np.broadcast_to(np.asarray(value, dtype), shape)
            kept.add(i)
            continue
        steps.append((_runner(call, sizes), operands, quiet, i, ()))
    for k in range(len(steps) - 1, -1, -1):
        function, operands, quiet, i, _ = steps[k]
        dead = tuple([a for a in dict.fromkeys(operands) if a not in kept])
        kept.update(dead)
        steps[k] = (function, operands, quiet, i, dead)
    places = list(program.places.values())
    return Tape(steps, table, places, list(program.outputs.values()))


def _runner(call: Call, sizes: Mapping[str, int]) -> Callable[..., Any]:
    """What computes the call from the values of its operands."""
    args = call.args
    if not call.kwargs:
        for i, arg in enumerate(args):
            if type(arg) is not Arg or arg[0] != i:
                break
        else:
            return FUNCTIONS[call.function]
    return bound_call(call, sizes).__call__
