"""What is stored so far: values by node, statements in order, names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np

from graphdiff.emit.plan.hush import hushed_nodes
from graphdiff.emit.plan.keepdims import Axes, inserted_axes, kept_axes
from graphdiff.emit.plan.schedule import schedule
from graphdiff.emit.plan.stems import Stems
from graphdiff.emit.plan.traits import VIEWS, is_harmless, is_square, widens
from graphdiff.emit.store.calls import Writer, dtype_text
from graphdiff.emit.store.growing import growing
from graphdiff.emit.store.numbers import is_polynomial
from graphdiff.emit.store.statements import Statement, Update
from graphdiff.emit.store.value import NOWHERE, Value, scalar_text
from graphdiff.emit.text.naming import Names
from graphdiff.emit.text.text import Text, atom, call, method
from graphdiff.errors import Position
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Arange, Constant, Full, Input, Node, Pick, full_value
from graphdiff.graph.types import ArrayType, Shape, Size
from graphdiff.ops.core.axes import Reshape
from graphdiff.ops.region.loop import Loop
from graphdiff.strict import wild_nodes


class Variables:
    """The values of a function so far, and the statements that store them.

    `given` names the values that exist before (arguments, constants), `wanted` says
    what to call others; `hushed` nodes may warn about entries that are thrown away.
    `regroups` says that statements may change places once all are made: adjoints then
    stand in groups, and sums of them grow from one to the next. Who writes one value
    over another must keep the order. `methods` says that every sum is ``x.sum()``.

    `constants` are the names of those of the module; `elsewhere` and `positions` tell
    of graphs within: the statement of each node, and the user's line; `owned` results
    of regions share memory with nothing; `within` says that this is a graph within.
    `lists` are stacks that stay lists of arrays, `entries` inputs that come from one;
    `counts` are the variables of the sizes that loops of this block have counted.
    """

    regroups = True
    methods = False

    def __init__(
        self,
        graph: Graph,
        order: Sequence[Node],
        names: Names,
        writer: Writer,
        given: Mapping[Node, str],
        wanted: Mapping[Node, str],
        hushed: set[Node],
        grown: Collection[Node] = (),
    ) -> None:
        """Begin with what is given; `grown` are sums that are put over their first."""
        self.grown = grown
        self.graph = graph
        self.order = order
        self.numbers = is_polynomial(graph)
        self.names = names
        self.writer = writer
        self.sizes = writer.sizes
        self.wanted = dict(wanted)
        self.hushed = hushed
        self.uses = _uses(order)
        self.picks = _picks(order)
        taken = "_" in {*given.values(), *wanted.values()}
        self.hole = names.fresh("unused") if taken else "_"
        self.outputs = set(graph.outputs.values())
        self.kept: dict[Node, Axes] = kept_axes(order, self.outputs)
        for node in order:
            name = self.wanted.get(node)
            if name and self.is_alias(node) and node.args[0] not in self.wanted:
                self.wanted[node.args[0]] = self.wanted.pop(node)
        roles = graph.ledger.roles
        self.outside = {node for node in order if node not in roles}
        self.leads: dict[Node, Node] = {}
        if self.regroups:
            self.leads = growing(graph, order, self.uses, self.wanted)
        self.statements: list[Statement] = []
        self.places: dict[Node, int] = {}
        self.sums: dict[Node, list[Update]] = {}
        self.elsewhere: dict[Node, Statement] = {}
        self.positions: dict[Node, Position] = dict(graph.ledger.positions)
        self.constants: Mapping[Constant, str] = {}
        self.owned: set[Node] = set()
        self.passed: dict[Node, Node] = {}
        self.lent: dict[Node, Any] = {}
        self.lists: set[Node] = set()
        self.entries: set[Node] = set()
        self.counts: dict[str, str] = {}
        self.within = False
        self.variables: dict[Node, str] = dict(given)
        self.stems = Stems(graph, order, self.variables, names)
        self.values: dict[Node, Value] = {
            node: Value(atom(name), len(node.type.shape))
            for node, name in given.items()
        }

    def ordered(self, graph: Graph) -> list[Node]:
        """The nodes of a graph within this one, as they are written."""
        return schedule(graph)

    def nested(
        self,
        graph: Graph,
        order: Sequence[Node],
        names: Names,
        given: Mapping[Node, str],
        wanted: Mapping[Node, str],
        grown: Collection[Node] = (),
    ) -> Self:
        """The body of a graph within this one: see the class for the arguments."""
        ops = {n: n.op for n in order if isinstance(n.op, Constant)}
        made = {n: self.constants[op] for n, op in ops.items()}
        hushed = hushed_nodes(graph, order)
        body = type(self)(
            graph, order, names, self.writer, {**made, **given}, wanted, hushed, grown
        )
        body.constants, body.elsewhere = self.constants, self.elsewhere
        self.positions.update(body.positions)
        body.positions, body.within = self.positions, True
        return body

    def position_of(self, statement: Statement) -> Position | None:
        """The user's line that made what the statement computes, if known."""
        for node in reversed(statement.parts):
            if node in self.positions:
                return self.positions[node]
        return None

    def write(self, order: Sequence[Node]) -> None:
        """Make the statements of all nodes."""
        raise NotImplementedError

    def cited(self, statement: Statement) -> Statement | None:
        """The statement that this one is the adjoint of, if there is one."""
        raise NotImplementedError

    def arrange(self) -> None:
        """Let the adjoints stand in groups, if statements may change places."""

    @cached_property
    def wild(self) -> set[Node]:
        """The nodes that can be infinite or NaN."""
        return wild_nodes(self.order)

    def store(self, node: Node) -> Value:
        """Write the statement that stores the value of `node`, if there is none yet."""
        value = self.values[node]
        if node in self.variables:
            return value
        text, rank, thin = value.text, value.rank, value.thin
        if node in self.outputs:
            text, rank, thin = self.fresh(node), len(node.type.shape), frozenset()
        name = self._name(node, rank, thin)
        self.variables[node] = name
        statement = Statement(node, name, text, [*value.parts, node], value.hushed)
        statement.shape = self._real_shape(node, rank, thin)
        statement.updates = self.sums.pop(node, ())
        for part in statement.parts:
            self.places.setdefault(part, len(self.statements))
        self.statements.append(statement)
        stored = self.values[node] = Value(atom(name), rank, thin)
        return stored

    def unpack(self, node: Node) -> None:
        """Write ``w, v = f(x)`` for an op of which several results are read."""
        value, picks = self.values[node], self.picks[node]
        names = [self.hole] * len(node.type)  # type: ignore[arg-type]
        for pick in picks:
            name = self.wanted.get(pick) or self.names.fresh(self.stems.of(pick))
            names[pick.op.index] = self.variables[pick] = name  # type: ignore[attr-defined]
            self.values[pick] = Value(atom(name), len(pick.type.shape))
        parts = [*value.parts, node, *picks]
        statement = Statement(node, ", ".join(names), value.text, parts, value.hushed)
        for part in parts:
            self.places.setdefault(part, len(self.statements))
        self.statements.append(statement)

    def give(self, name: str, text: Text, node: Node, variable: Node | None) -> None:
        """Write the statement that gives the value of an output a name of its own.

        The gradient with respect to a `variable` stands under the first statement
        that reads the variable.
        """
        under = None if variable is None else self._readers.get(variable)
        self.statements.append(Statement(node, name, text, [], under=under))

    @cached_property
    def _readers(self) -> dict[Node, Node]:
        """For each input, a node of the first statement of the forward part with it."""
        first: dict[Node, Node] = {}
        for node in self.places:
            if node in self.outside:
                for arg in node.args:
                    if isinstance(arg.op, Input):
                        first.setdefault(arg, node)
        return first

    def _name(self, node: Node, rank: int, thin: frozenset[int]) -> str:
        """What to call a value: what the user does, or what a part of it grows into."""
        whole = self.leads.get(node)
        if whole is not None and rank == len(node.type.shape) and not thin:
            return self.wanted[whole]
        return self.wanted.get(node) or self.names.fresh(self.stems.of(node))

    def argument(self, node: Node, arg: Node) -> Value:
        """The value of `arg`, for use within the expression of `node`."""
        value = self.values[arg]
        if arg in self.sums or (
            self.uses[node] > 1
            and value.weight
            and not _own(node)
            and not (widens(arg) and value.bare is not None and value.bare.stored)
        ):
            return self.store(arg)
        if value.hushed and node not in self.hushed and not is_harmless(node):
            return self.store(arg)
        return value

    def full(self, node: Node) -> Text:
        """The text of an array that holds every entry of `node`."""
        value, type = self.values[node], node.type
        if node in self.picks:
            return value.text
        if value.weak:
            if not type.shape:
                return self.strong(node)
            if value.number is not None:
                return self.writer.call(Full.of(value.number, type).call(), [])
            shape = self.sizes.shape(type.shape)
            kind = {} if type.dtype == np.int64 else {"dtype": dtype_text(type.dtype)}
            return call("np.full", [shape, value.text], kind)
        if value.thin or value.rank < len(type.shape):
            shape = self.sizes.shape(type.shape)
            return call("np.broadcast_to", [value.text, shape])
        return value.text

    def _real_shape(self, node: Node, rank: int, thin: frozenset[int]) -> Shape:
        """The shape that the array has, thin or with axes kept."""
        axes = self.kept.get(node, ())
        if not axes and not thin:
            return node.type.shape[len(node.type.shape) - rank :]
        left = iter(reversed(node.type.shape))
        shape: list[Size] = []
        for axis in range(-1, -rank - 1, -1):
            size = 1 if axis in axes else next(left)
            shape.append(1 if axis in thin else size)
        return tuple(reversed(shape))

    def fresh(self, node: Node) -> Text:
        """As `full`, in an array of its own where NumPy would pretend to repeat."""
        value, shape = self.values[node], node.type.shape
        if value.weak or not (value.thin or value.rank < len(shape)):
            return self.full(node)
        if not value.rank:
            return call("np.full", [self.sizes.shape(shape), value.text])
        return method(self.full(node), "copy")

    def is_alias(self, node: Node) -> bool:
        """Whether `node` only puts back axes that its argument has kept."""
        if not isinstance(node.op, Reshape) or node in self.outputs:
            return False
        return node in self.kept or (
            node.args[0] in self.kept
            and self.kept[node.args[0]]
            == inserted_axes(node.args[0].type.shape, node.type.shape)
        )

    def only_zeroes(self, node: Node) -> bool:
        """Whether an adjoint is 0 where a mask says so, and calm everywhere else.

        Nothing that led to it divides or takes logarithms, so a product with the mask
        is the same number: 0 times an infinity cannot come up.
        """
        _, kept, zero = node.args
        return (
            node not in self.outside
            and full_value(zero) == 0
            and not self.values[kept].weak
            and not np.signbit(full_value(zero).real)
            and kept not in self.wild
            and node not in self.kept
        )

    def strong(self, node: Node) -> Text:
        """The text of `node`; a Python number as a NumPy scalar of the node's dtype."""
        value, dtype = self.values[node], node.type.dtype
        if not value.weak:
            return value.text
        if value.number is not None:
            return scalar_text(value.number, dtype)
        return call(dtype_text(dtype).flat, [value.text])

    def joined(
        self, node: Node, text: Text, rank: int, thin: frozenset[int], weight: int = 1
    ) -> Value:
        """The value of `node`, whose text holds those of its arguments.

        A number may stand in many texts, so it is part of none.
        """
        parts: list[Node] = []
        hushed = node in self.hushed
        for arg in dict.fromkeys(node.args):
            value = self.values[arg]
            if arg.args and arg not in self.variables and not value.weak:
                weight += value.weight
                hushed = hushed or value.hushed
                parts += value.parts
                parts.append(arg)
        return Value(text, rank, thin, weight, hushed=hushed, parts=parts)


def plain_call(body: Variables, node: Node) -> Value:
    """Any op: every argument in full, the call as its record says."""
    for arg in node.args:
        body.argument(node, arg)
    record = node.op.call(*[arg.type for arg in node.args])
    kept = body.kept.get(node, ())
    if kept:
        record = record._replace(kwargs={**record.kwargs, "keepdims": True})
    write = body.writer.plain if node.op.foreign else body.writer.call
    text = write(record, [body.full(arg) for arg in node.args])
    rank = len(node.type.shape) if isinstance(node.type, ArrayType) else 0
    return body.joined(node, text, rank + len(kept), NOWHERE)


def _own(node: Node) -> bool:
    """Whether the result of `node` is computed, so that it is stored if used twice."""
    return not isinstance(node.op, VIEWS)


def _picks(order: Sequence[Node]) -> dict[Node, list[Node]]:
    """The results that are read of each op that has several."""
    picks: dict[Node, list[Node]] = {}
    for node in order:
        if isinstance(node.op, Pick):
            picks.setdefault(node.args[0], []).append(node)
    return picks


def _uses(order: Sequence[Node]) -> Counter[Node]:
    """How many places in the code read each node."""
    return Counter(arg for node in order for arg in _read_by(node))


def _read_by(node: Node) -> tuple[Node, ...]:
    """The arguments of `node` as the code names them: x once in ``x**2``.

    A loop over ``np.arange(n)`` is one over ``range(n)``.
    """
    args = node.args
    if isinstance(node.op, Loop):
        return tuple([a for a in args if not isinstance(a.op, Arange)])
    if len(args) == 2 and args[0] is args[1] and is_square(node):
        return args[:1]
    return args
