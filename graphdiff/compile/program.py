"""A graph as plain records: what a compiled function keeps, and what it pickles.

A record is a call out of the fixed table and the numbers of the values that it reads.
Ops, nodes and expressions stay behind, so that a compiled function can cross to
another process, where it plans again for whatever sizes it meets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from graphdiff.emit.plan.late import written_late
from graphdiff.errors import GraphValueError
from graphdiff.evaluate import quiet_nodes
from graphdiff.graph.graph import Graph, Signature, Tree
from graphdiff.graph.node import Arg, Call, Constant, Input, Node
from graphdiff.graph.op import filled
from graphdiff.graph.types import ArrayType
from graphdiff.memory.order import running_order
from graphdiff.ops.core.elementwise import add
from graphdiff.ops.core.entries import Elementwise
from graphdiff.ops.core.index import Put
from graphdiff.ops.core.pattern import as_key
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


_QUIET: dict[str, Any] = {"all": "ignore"}


@dataclass
class Tape:
    """The records as steps of an interpreter: quick to build, slower to run."""

    steps: list[tuple[Any, ...]]
    table: list[Any]
    inputs: list[int]
    outputs: list[int]

    @cached_property
    def stretches(self) -> list[tuple[bool, list[tuple[Any, ...]]]]:
        """The steps, those together that run with warnings, or without."""
        pairs = groupby(self.steps, key=lambda step: step[2])
        return [(quiet, list(steps)) for quiet, steps in pairs]

    def __call__(self, *inputs: Any) -> list[Any]:
        """The outputs in order; arrays nobody else holds."""
        table = self.table.copy()
        for place, value in zip(self.inputs, inputs, strict=True):
            table[place] = value
        for quiet, steps in self.stretches:
            with np.errstate(**_QUIET if quiet else {}):
                for function, operands, _, target, dead in steps:
                    table[target] = function(*[table[k] for k in operands])
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
    for k, writer in _in_place(program, steps, sizes).items():
        steps[k] = (writer, *steps[k][1:])
    for k in range(len(steps) - 1, -1, -1):
        function, operands, quiet, i, _ = steps[k]
        dead = tuple([a for a in dict.fromkeys(operands) if a not in kept])
        kept.update(dead)
        steps[k] = (function, operands, quiet, i, dead)
    places = list(program.places.values())
    return Tape(steps, table, places, list(program.outputs.values()))


_WRITES = ("set_item", "add_item")
_NEW = (*_WRITES, "put", "put_once", "concatenate", "np.matmul", "np.sum")


def _in_place(
    program: Program, steps: Sequence[tuple[Any, ...]], sizes: Mapping[str, int]
) -> dict[int, Callable[..., Any]]:
    """For steps that may write over their first operand: how they do.

    It is an array of ours, and nothing reads it, or a view of it, afterwards.
    """
    records = program.records
    if not any(r.call and r.call.function in _WRITES for r in records):
        return {}
    root = list(range(len(records)))
    own: set[int] = set()
    end: dict[int, int] = {}
    for k, (_, operands, _, i, _) in enumerate(steps):
        call, shape = records[i].call, getattr(records[i].type, "shape", None)
        assert call is not None
        new = call.function in _NEW or isinstance(FUNCTIONS[call.function], np.ufunc)
        if new and shape:
            own.add(i)
        elif operands and not (new or (call.function == "getitem" and shape == ())):
            root[i] = root[operands[0]]
        for a in operands:
            end[root[a]] = k
    for i in program.outputs.values():
        end[root[i]] = len(steps)
    found = {}
    for k, (_, operands, _, i, _) in enumerate(steps):
        call = records[i].call
        assert call is not None
        if call.function in _WRITES and operands[0] in own and end[operands[0]] == k:
            found[k] = _writer(bound_call(call, sizes))
    return found


def _writer(call: Call) -> Callable[..., Any]:
    """What writes over the first operand of a call, and gives it back."""
    key, sets, once = call.args[2], call.function == "set_item", call.args[-1]

    def write(x: Any, value: Any, *index: Any) -> Any:
        place = filled(key, (x, value, *index))
        if sets:
            x[place] = value
        elif once:
            x[place] += value
        else:
            np.add.at(x, place, value)
        return x

    return write


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
