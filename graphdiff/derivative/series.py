"""Taylor mode: power series in one variable t, carried through a graph.

If y' = D(u, y, u') is the derivative of an operation, written with operations of the
same kinds, then coefficient k of y is coefficient k - 1 of D, divided by k. For exp,
where D is u' y, this is the classical recurrence; sin and cos find each other, for the
nodes of their derivatives are shared. So the rules that first derivatives are made
with serve every order, and only arithmetic needs rules for whole series. Coefficient k
of a product takes k + 1 products: the work grows with the square of the order, where
nested derivatives grow exponentially. Griewank and Walther, *Evaluating Derivatives*
(2nd ed., 2008), chapter 13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from graphdiff.derivative.coefficients import (
    Coefficient,
    apply,
    minus,
    over,
    plus,
    times,
)
from graphdiff.derivative.push import push_forward
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import (
    LEAVES,
    Full,
    Hole,
    Input,
    Node,
    Op,
    Pick,
    Role,
    Scope,
    building,
    current_scope,
    full_value,
    make,
)
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.elementwise import divide, multiply, power, square
from graphdiff.ops.core.linalg import Einsum, MatMul
from graphdiff.strict import ways
from graphdiff.trace.fresh import substitute
from graphdiff.words import unique


class Template(NamedTuple):
    """The derivative of one op, over stand-ins for its arguments and its value.

    `linear` says that the slope does not depend on the arguments, but for steps.
    """

    slope: Node | None
    places: tuple[Node, ...]
    tangents: Mapping[int, Node]
    value: Node
    linear: bool


class Series:
    """The series of nodes, where the variable `x` is ``x + direction * t``.

    The table holds what is known of each active node, lowest order first; a node that
    is not in it does not depend on t. Orders are computed one after the other, each
    for all nodes, so that whatever a rule asks for is there, without recursion over
    the graph. A rule may bring nodes of its own, the slope of a node (see `Template`),
    whose series lags one order behind.
    """

    def __init__(self, x: Node, direction: Node, kinks: str = "mean") -> None:
        """Start with the variable alone."""
        self.kinks = kinks
        self.table: dict[Node, list[Coefficient]] = {x: [x, direction]}
        # The variable, nodes of the graph and slopes of nodes; those that depend on t.
        self._outer = {x}
        self._moving = {x}
        self._fixed = {x}
        # Of each node that needs one, its slope and the nodes of that.
        self._slopes: dict[Node, tuple[Coefficient, list[Node]]] = {}
        # A node and the one that stands for its derivative by t, both ways.
        self._derived: dict[Node, Node] = {}
        self._sources: dict[Node, Node] = {}
        self._products: dict[Node, Node] = {}
        self._templates: dict[tuple[Node, tuple[int, ...]], Template] = {}

    def run(self, targets: Sequence[Node], order: int) -> list[list[Coefficient]]:
        """The coefficients of each target, from 0 to `order`."""
        tape = self._tape(targets)
        for node in tape:
            self.table[node] = [node]
        scope = current_scope()
        names = dict.fromkeys(scope.names.values(), 1)
        before = scope.keep_fresh, scope.busy, scope.take_fresh()
        scope.keep_fresh = scope.busy = True
        try:
            for k in range(1, order + 1):
                for node in tape:
                    self._advance(node, k)
                    self._sign(node, k, names)
        finally:
            scope.keep_fresh, scope.busy, scope.fresh = before
        return [[self.at(y, k) for k in range(order + 1)] for y in targets]

    def at(self, node: Node, k: int) -> Coefficient:
        """Coefficient k of a node."""
        source = self._sources.get(node)
        if source is not None:
            return times(k + 1, self.at(source, k + 1))
        known = self.table.get(node)
        if known is None:
            return node if k == 0 else None
        return known[k] if k < len(known) else None

    # --- what is active ---------------------------------------------------------------
    def _tape(self, targets: Iterable[Node]) -> list[Node]:
        """The nodes between the variable and the targets that depend on t."""
        nodes = in_order(targets)
        tape = []
        for node in nodes:
            if node.args and any(arg in self._moving for _, arg in ways(node)):
                self._moving.add(node)
                if isinstance(node.type, ArrayType):
                    tape.append(node)
        self._outer.update(nodes)
        return tape

    def _is_active(self, node: Node) -> bool:
        return node in self.table or node in self._sources

    def _sign(self, node: Node, k: int, names: dict[str, int]) -> None:
        """Say of what has been made for a coefficient why it is there."""
        scope, op = current_scope(), _head(node).op
        convention = f"{op.kink}: {self.kinks}" if op.kink else op.convention
        made = scope.take_fresh()
        scope.roles.update(dict.fromkeys(made, Role(node, op.label, convention, k)))
        name, found = scope.names.get(node), self.at(node, k)
        if name is not None and found in made and found.args:
            scope.names.setdefault(found, unique(f"{name}_{k}", names))

    # --- one coefficient more ---------------------------------------------------------
    def _advance(self, node: Node, k: int) -> None:
        """Compute coefficient k of a node, of which the lower ones are known."""
        known = self.table.setdefault(node, [])
        if len(known) > k:
            return
        if k == 0:
            known.append(self._value(node))
        elif node in self._fixed:
            known.append(None)
        else:
            known.append(_RULES.get(_key(node.op), Series._by_slope)(self, node, k))

    def _value(self, node: Node) -> Node:
        """What a node of a slope is at t = 0."""
        if isinstance(node.op, Pick):
            (whole,) = node.args
            parts = [self._start(arg) for arg in whole.args]
            return make(node.op, make(whole.op, *parts))
        return make(node.op, *[self._start(arg) for arg in node.args])

    def _start(self, node: Node) -> Node:
        found = self.at(node, 0)
        return make(Full.of(0, node.type)) if found is None else found

    def _by_slope(self, node: Node, k: int) -> Coefficient:
        """By the derivative of the op: coefficient k - 1 of it, divided by k."""
        args = _head(node).args
        moving = tuple(i for i, a in enumerate(args) if self.at(a, k) is not None)
        if self._template(node, self._active_places(node)).linear:
            return self._linear(node, k, moving)
        if node not in self._slopes:
            slope = self._slope(node)
            tape = [] if slope is None else self._tape_of_slope(slope)
            self._slopes[node] = slope, tape
        slope, tape = self._slopes[node]
        for part in tape:
            self._advance(part, k - 1)
        return None if slope is None else over(self.at(slope, k - 1), k)

    def _tape_of_slope(self, slope: Node) -> list[Node]:
        """The nodes of a slope, also those that another slope brought.

        Those that depend on t by steps alone have a value, and no more.
        """
        touched: set[Node] = set()
        active: set[Node] = set()
        tape = []
        for node in in_order([slope], stop=self._outer):
            if node in self._outer:
                continue
            if not any(a in touched or a in self._moving for a in node.args):
                continue
            touched.add(node)
            if any(a in active or a in self._moving for _, a in ways(node)):
                active.add(node)
            else:
                self._fixed.add(node)
            if isinstance(node.type, ArrayType):
                tape.append(node)
        return tape

    def _active_places(self, node: Node) -> tuple[int, ...]:
        args = _head(node).args
        return tuple(i for i, _ in ways(_head(node)) if self._is_active(args[i]))

    def _linear(self, node: Node, k: int, moving: tuple[int, ...]) -> Coefficient:
        """Of a linear op: the op's derivative along coefficients k."""
        if not moving:
            return None
        template = self._template(node, moving)
        if template.slope is None:
            return None
        args = _head(node).args
        given = [self.at(args[i], k) for i in template.tangents]
        starts = map(self._start, args)
        places = dict(zip(template.tangents.values(), given, strict=True))
        places |= dict(zip(template.places, starts, strict=True))
        places[template.value] = self._start(node)
        return substitute([template.slope], places)[0]  # type: ignore[arg-type]

    def _slope(self, node: Node) -> Node | None:
        """The derivative of a node by t, made of its arguments and of their slopes."""
        template = self._template(node, self._active_places(node))
        if template.slope is None:
            return None
        args = _head(node).args
        places = dict(zip(template.places, args, strict=True))
        places[template.value] = node
        for i, tangent in template.tangents.items():
            places[tangent] = self._derivative(args[i])
        return substitute([template.slope], places)[0]

    def _derivative(self, node: Node) -> Node:
        """A node that stands for the derivative of `node` by t."""
        if node not in self._derived:
            self._derived[node] = made = make(Hole(node.type))
            self._sources[made] = node
            self._moving.add(made)
            self._outer.add(made)
        return self._derived[node]

    def _template(self, node: Node, along: tuple[int, ...]) -> Template:
        key = node, along
        if key not in self._templates:
            self._templates[key] = _template(node, along, self.kinks)
        return self._templates[key]

    # --- arithmetic -------------------------------------------------------------------
    def _product(self, node: Node, k: int) -> Coefficient:
        """Of a product: the sum of the products of coefficients i and k - i."""
        a, b = node.args
        total: Coefficient = None
        for i in range(k + 1):
            total = plus(total, apply(node.op, self.at(a, i), self.at(b, k - i)))
        return total

    def _square(self, node: Node, k: int) -> Coefficient:
        """Of a square: twice the products of different coefficients."""
        (x,) = node.args[:1]
        total: Coefficient = None
        for i in range((k + 1) // 2):
            total = plus(total, apply(multiply, self.at(x, i), self.at(x, k - i)))
        total = times(2, total)
        if k % 2 == 0:
            middle = self.at(x, k // 2)
            total = plus(total, apply(multiply, middle, middle))
        return total

    def _einsum(self, node: Node, k: int) -> Coefficient:
        if len(node.args) == 2:
            return self._product(node, k)
        return self._by_slope(node, k)

    def _multiply(self, node: Node, k: int) -> Coefficient:
        a, b = node.args
        return self._square(node, k) if a is b else self._product(node, k)

    def _quotient(self, node: Node, k: int) -> Coefficient:
        """Of y = a / b: from a = y b, in which only the last term is not known."""
        a, b = node.args
        rest = self.at(a, k)
        for i in range(1, k + 1):
            known = apply(multiply, self.at(b, i), self.at(node, k - i))
            rest = minus(rest, known)
        return apply(divide, rest, self._start(b))

    def _power(self, node: Node, k: int) -> Coefficient:
        """Of y = u**p for a number p: from u y' = p u' y, where p < 0 or is whole."""
        u, exponent = node.args
        p = full_value(exponent)
        if p is None or p.dtype.kind not in "fiu":
            return self._by_slope(node, k)
        if p == 2:
            return self._square(node, k)
        if p >= 0 and float(p).is_integer():
            return self._whole_power(node, k, int(p))
        if p > 0:
            return self._by_slope(node, k)
        total: Coefficient = None
        for i in range(1, k + 1):
            term = apply(multiply, self.at(u, i), self.at(node, k - i))
            total = plus(total, times(float(p) * i - (k - i), term))
        return over(apply(divide, total, self._start(u)), k)

    def _whole_power(self, node: Node, k: int, p: int) -> Coefficient:
        """Of u**p for p = 0, 1, 3, 4, ...: as the product of two lower powers."""
        u, exponent = node.args
        if p < 2:
            return self.at(u, k) if p else None
        if node not in self._products:
            parts = [_lower(u, exponent, n) for n in (p // 2, p - p // 2)]
            self._products[node] = make(multiply, *parts)
        product = self._products[node]
        tape = [n for n in in_order([product], stop=[u]) if n.args and n is not u]
        for part in tape:
            for order in range(k + 1):
                self._advance(part, order)
        return self.at(product, k)


def _lower(u: Node, exponent: Node, n: int) -> Node:
    """The node of u**n."""
    value = type(full_value(exponent))(n)
    return u if n == 1 else (Expression(u) ** value).node


def _head(node: Node) -> Node:
    """The node that computes: of one of several results, that of all."""
    return node.args[0] if isinstance(node.op, Pick) else node


def _key(op: Op) -> Any:
    return type(op) if type(op) in _RULES else op


Rule = Callable[[Series, Node, int], Coefficient]

_RULES: dict[Any, Rule] = {
    multiply: Series._multiply,
    square: Series._square,
    divide: Series._quotient,
    power: Series._power,
    MatMul: Series._product,
    Einsum: Series._einsum,
}


def _template(node: Node, along: tuple[int, ...], kinks: str) -> Template:
    """Differentiate one op alone, in a scope of its own."""
    head = _head(node)
    with building(Scope()):
        places = tuple(
            arg
            if isinstance(arg.op, LEAVES) and not isinstance(arg.op, (Hole, Input))
            else make(Input("argument", arg.type))
            for arg in head.args
        )
        value = make(head.op, *places)
        if head is not node:
            value = make(node.op, value)
        tangents = {i: make(Hole(places[i].type)) for i in along}
        by_place = {places[i]: tangent for i, tangent in tangents.items()}
        (slope,) = push_forward([value], by_place, kinks)
        linear = slope is not None and slope not in _reached(slope, places)
        return Template(slope, places, tangents, value, linear)


def _reached(slope: Node, places: Sequence[Node]) -> set[Node]:
    """The nodes that change as the arguments do."""
    found = set(places)
    for node in in_order([slope]):
        if any(arg in found for _, arg in ways(node)):
            found.add(node)
    return found
