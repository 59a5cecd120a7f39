"""The sweep of back-propagation as a table: which share came from where.

Algorithm 6.2 of Goodfellow, Bengio and Courville, *Deep Learning* (2016), section
6.5.2, has a row for each node, in which the shares that its readers send add up. Here a
row is a statement of the listing, as on paper: the sweep passes through what stands
inside of a statement without halting there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from graphdiff.derivative.backprop import Numeric
from graphdiff.derivative.differentiate import ones
from graphdiff.derivative.sweep import Sweep, fit
from graphdiff.emit.shell.header import gradients_of
from graphdiff.errors import GraphValueError, shown
from graphdiff.expression.expression import Expression, results_of
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import At, Input, Node, make
from graphdiff.graph.types import ArrayType
from graphdiff.words import unique


class Goal(NamedTuple):
    """Where back-propagation begins, and the inputs that it leads to, by name."""

    name: str
    target: Node
    inputs: Mapping[str, Node]


def goal_of(graph: Graph, of: str | None) -> Goal | None:
    """The loss of `graph`: the output `of`, else the first that is one real number.

    None where there is none, or where the derivative in the graph is not its gradient
    (a tangent, a Hessian). Raises `GraphValueError` for an unknown `of`.
    """
    if of is not None and of not in graph.outputs:
        listing = ", ".join(map(repr, graph.outputs))
        raise GraphValueError(
            f"of: expected one of the outputs {listing}, got {shown(of)}"
        )
    roles = graph.ledger.roles
    gradients = {x: graph.inputs[x] for x in gradients_of(graph).values()}
    backward = [n for n in graph.outputs.values() if n in roles]
    higher = any(role.order > 1 for role in roles.values())
    if higher or len(gradients) < len(set(backward)):
        return None
    real = {name: x for name, x in graph.inputs.items() if x.type.is_inexact}
    for name in graph.outputs if of is None else [of]:
        node = graph.outputs[name]
        if node not in roles and node.args and _is_number(node):
            return Goal(name, node, gradients or real)
    return None


def _is_number(node: Node) -> bool:
    type = node.type
    return isinstance(type, ArrayType) and not type.shape and type.dtype.kind == "f"


class Term(NamedTuple):
    """One share: from which row, as an expression, as an array; None is unknown."""

    owner: Node | None
    text: Node | None
    value: Any


Terms = tuple[Term, ...]
"""What arrives at a node: one term for each row that sends something."""


class Row(NamedTuple):
    """One row of the table: a node, its name, the adjoint's, the terms of its sum."""

    node: Node
    name: str
    adjoint: str
    terms: Terms


class Table(Sweep):
    """A sweep that notes the rows as they are settled, in `rows`.

    `names` are those of the values that have a statement of their own. `owned` gives
    for each row the nodes through which its share is pulled back: its own, and those
    that stand inside of the statement. With `values` of every node the table has
    numbers too. Expressions are made in the current scope, of the new variables
    `variables`, which stand for values and adjoints; `bars` says of which value each
    of the `adjoints` of a row is.
    """

    def __init__(
        self,
        goal: Goal,
        names: Mapping[Node, str],
        values: Mapping[Node, Any],
        sizes: Mapping[str, int],
    ) -> None:
        """Prepare to pull back from `goal` to its inputs."""
        wrt = goal.inputs.values()
        super().__init__([goal.target], wrt)
        self.target = goal.target
        self.rows: list[Row] = []
        self.owned: dict[Node, list[Node]] = {}
        self.variables: dict[str, Node] = {}
        self.numeric = (
            Numeric([goal.target], wrt, "mean", values, sizes) if values else None
        )
        self._taken: dict[str, int] = {}
        self._names = dict(names)
        self._local: dict[Node, Node] = {}
        self.adjoints: dict[Node, list[Node]] = {}
        self.bars: dict[Node, Node] = {}
        for node in self.nodes:
            self._local[node] = self._stand_in(node)

    def fill(self) -> None:
        """Run the sweep."""
        self.run({self.target: (Term(None, ones(self.target.type), np.ones(())),)})

    def _variable(self, name: str, type: ArrayType) -> Node:
        """A new variable that stands for a value in the expressions of terms."""
        own = unique(name, self._taken)
        node = self.variables[own] = make(Input(own, type))
        return node

    def _stand_in(self, node: Node) -> Node:
        """`node` in the expressions of terms: a variable, or the operation on those."""
        name = self._names.get(node)
        if isinstance(node.type, ArrayType) and name is not None:
            return self._variable(name, node.type)
        if isinstance(node.op, Input):
            return self._variable(node.op.name, node.type)
        return make(node.op, *[self._local[arg] for arg in node.args])

    def settle(self, node: Node, g: Any) -> Any:
        """Note a row, if `node` is one; else it belongs to the one that it serves."""
        terms = [t for slot in (g if isinstance(g, list) else [g]) for t in slot or ()]
        owners = list(dict.fromkeys(term.owner for term in terms))
        named = node in self._names or node is self.target
        if named or isinstance(g, list) or len(owners) > 1:
            name = self._names.get(node) or unique(node.op.label, self._taken)
            joined = tuple(self._joined(terms, owner) for owner in owners)
            adjoint = f"d_{name}"
            self.rows.append(Row(node, name, adjoint, joined))
            self.owned[node] = [node]
            types = node.type if isinstance(node.type, tuple) else (node.type,)
            self.adjoints[node] = [self._variable(adjoint, t) for t in types]
            if not isinstance(node.type, tuple):
                self.bars[self.adjoints[node][0]] = self._local[node]
        elif owners and owners[0] is not None:
            self.owned[owners[0]].append(node)
        return self._carried(node, g)

    def _joined(self, terms: Sequence[Term], owner: Node | None) -> Term:
        """All that one row sends to another, as one term."""
        own = [term for term in terms if term.owner is owner]
        total = own[0]
        for term in own[1:]:
            (total,) = self.add((total,), (term,))
        return total

    def add(self, a: Terms, b: Terms) -> Terms:
        """What arrives over two paths; paths through the same rows are one."""
        found = {term.owner: term for term in a}
        for term in b:
            old = found.get(term.owner)
            found[term.owner] = term if old is None else _sum(old, term)
        return tuple(found.values())

    def _carried(self, node: Node, g: Any) -> Any:
        """What `node` passes on: of a row its adjoint, as one term of that row."""
        if node not in self.owned:
            return g
        slots = g if isinstance(g, list) else [g]
        made: list[Terms | None] = []
        for slot, adjoint in zip(slots, self.adjoints[node], strict=True):
            if slot is None:
                made.append(None)
                continue
            total = None
            if self.numeric is not None:
                total = sum([t.value for t in slot[1:]], start=slot[0].value)
            made.append((Term(node, adjoint, total),))
        return made if isinstance(g, list) else made[0]

    def shares(self, node: Node, at: At, g: Any) -> Iterator[tuple[Node, Any]]:
        """The shares of the arguments, as expressions and as arrays."""
        owner: Node | None
        symbol: Expression | list[Expression | None] | None
        if isinstance(g, list):
            owner = node
            texts = [slot and slot[0].text for slot in g]
            values = [slot and slot[0].value for slot in g]
            symbol, number = _expressions(texts), values
        else:
            owner, text, number = g[0]
            symbol = None if text is None else Expression(text)
        found = [arg for _, arg in self.active[node]]
        written = self._written(node, at, symbol)
        counted: Sequence[Any] = [None] * len(found)
        if self.numeric is not None:
            counted = [s for _, s in self.numeric.shares(node, at, number)]
        for arg, text, value in zip(found, written, counted, strict=True):
            known = text is not None if self.numeric is None else value is not None
            lost = text is None and symbol is None
            yield arg, (Term(owner, text, value),) if known or lost else None

    def _written(self, node: Node, at: At, g: Any) -> list[Node | None]:
        """The shares as expressions; none of loops and branches, which hold graphs."""
        found = self.active[node]
        if g is None or node.op.bodies():
            return [None] * len(found)
        y = results_of(self._local[node])
        args = [Expression(self._local[arg]) for arg in node.args]
        wanted = [i for i, _ in found]
        shares = node.op.pullbacks(wanted, at, g, y, *args)
        return [
            None if share is None else fit(share.node, self._local[arg])
            for share, (_, arg) in zip(shares, found, strict=True)
        ]


def _sum(a: Term, b: Term) -> Term:
    text = None
    if a.text is not None and b.text is not None:
        text = (Expression(a.text) + Expression(b.text)).node
    return Term(a.owner, text, None if a.value is None else a.value + b.value)


def _expressions(nodes: Sequence[Node | None]) -> list[Expression | None]:
    return [None if node is None else Expression(node) for node in nodes]
