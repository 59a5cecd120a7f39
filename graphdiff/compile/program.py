"""A graph as plain records: what a compiled function keeps, and what it pickles.

A record is a call out of the fixed table and the numbers of the values that it reads.
Ops, nodes and expressions stay behind, so that a compiled function can cross to
another process, where it plans again for whatever sizes it meets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from graphdiff.compile.regions import region_call
from graphdiff.emit.plan.late import written_late
from graphdiff.errors import GraphValueError
from graphdiff.evaluate import quiet_nodes
from graphdiff.graph.graph import Graph, Signature, Tree
from graphdiff.graph.node import Arg, Call, Constant, Input, Node
from graphdiff.graph.types import ArrayType
from graphdiff.memory.order import running_order
from graphdiff.ops.core.elementwise import add
from graphdiff.ops.core.entries import Elementwise
from graphdiff.ops.core.index import Put
from graphdiff.ops.core.pattern import as_key
from graphdiff.ops.region.region import Region
from graphdiff.runtime.own import Own
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
    nodes = written_late(running_order(graph))
    numbers = {node: i for i, node in enumerate(nodes)}
    entries = entries_of(nodes, set(graph.outputs.values()))
    quiet = quiet_nodes(graph)
    records: list[Record] = []
    constants: dict[int, np.ndarray] = {}
    entrywise: dict[tuple[Elementwise, int], Call] = {}
    for i, node in enumerate(nodes):
        op, args = node.op, node.args
        call: Call | None = None
        if node in entries:
            args = () if isinstance(op, Put) else entries[node].args
            call = None if isinstance(op, Put) else _added(node, entries[node])
            args = () if call is None else (_other(node, entries[node]), *args)
        elif isinstance(op, Constant):
            constants[i] = op.value
        elif isinstance(op, Elementwise):
            call = entrywise.get((op, len(args)))
            if call is None:
                call = op.call(*[arg.type for arg in args])
                entrywise[op, len(args)] = call
        elif isinstance(op, Region):
            call = region_call(op, [program_of(body) for body in op.bodies()])
        elif not isinstance(op, Input):
            call = op.call(*[arg.type for arg in args])
            if call.function not in FUNCTIONS:
                raise GraphValueError(f"compile: no function {call.function!r}")
            if op.foreign and not isinstance(call.function, Own):
                known = FUNCTIONS[call.function]
                call = call._replace(function=Own(call.function, known))
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


def entries_of(nodes: Sequence[Node], outputs: set[Node]) -> dict[Node, Node]:
    """Entries that are only added to an array, and the sums that they are added in.

    Maps both to the entries: they are written into the array, not into zeros.
    """
    readers: dict[Node, list[Node]] = {}
    for node in nodes:
        for arg in node.args:
            readers.setdefault(arg, []).append(node)
    found: dict[Node, Node] = {}
    for put, reading in readers.items():
        (total, *others) = reading
        if (
            isinstance(put.op, Put)
            and not others
            and total.op is add
            and total not in found
            and put not in outputs
            and put.type == total.type == _other(total, put).type
            and total.type.shape
        ):
            found[put] = found[total] = put
    return found


def _other(total: Node, put: Node) -> Node:
    first, second = total.args
    return second if first is put else first


def _added(total: Node, put: Node) -> Call:
    """The call of a sum of an array and entries."""
    op = put.op
    assert isinstance(op, Put)
    key = as_key(op.pattern, total.type.ndim - len(op.shape), 2)
    return Call("add_item", (Arg(0), Arg(1), key, op.once))


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
