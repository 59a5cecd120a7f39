"""Safe operands under ``where``: what an expert writes by hand as a double where.

In ``where(x > 0, log(x), 0)`` the logarithm is taken of every entry, also of those
that the choice discards; its value there is NaN, with a warning, and so are its
derivatives, of any order. With ``log(where(x > 0, x, 1))`` inside, nothing discarded is
ever out of the domain. This pass finds, for each op with a restricted domain, the
conditions under which its value matters, and substitutes a safe operand elsewhere. It
follows elementwise ops only, one edge at a time; what stands behind a reduction or a
product of matrices is for the strict products of the derivative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Full, Node, Scope, Size, building, full_value, make
from graphdiff.ops.core.elementwise import (
    Cast,
    Elementwise,
    logical_and,
    logical_not,
    where,
)
from graphdiff.ops.region.region import Region
from graphdiff.rewrite.engine import inherit, rebuilt
from graphdiff.rewrite.region.rebuild import with_regions
from graphdiff.strict import is_singular

Guard = tuple[tuple[Node, bool], ...]
"""Conditions that all hold (or, with False, do not) wherever a value matters."""

Conditions = frozenset[tuple[Node, bool]]
"""A guard whose order does not matter."""

MOST_CONDITIONS = 6
"""How many conditions of nested choices are kept, the innermost; fewer is weaker."""


class Need(NamedTuple):
    """Where a value matters: under the guard; whether nothing else hides it there."""

    guard: Guard
    open: bool


def needs_of(nodes: Sequence[Node], outputs: Iterable[Node]) -> dict[Node, Need]:
    """Where the value of each of `nodes`, in topological order, matters.

    A value hidden by something else than the choices of its guard (an index, a
    maximum, a choice behind a sum) is not open.
    """
    needs = {node: Need((), True) for node in outputs}
    for node in reversed(nodes):
        need = needs.get(node)
        if need is None or not node.args:
            continue
        op = node.op
        if op is where:
            c = node.args[0]
            _merge(needs, c, need)
            for arg, holds in zip(node.args[1:], (True, False), strict=True):
                _merge(needs, arg, Need(_narrowed(need.guard, c, holds), need.open))
            continue
        entries = isinstance(op, (Elementwise, Cast))
        guard = need.guard if entries else ()
        shielded = op.masks_of(*node.args)
        for i, arg in enumerate(node.args):
            seen = need.open and i not in shielded and len(guard) == len(need.guard)
            _merge(needs, arg, Need(guard, seen))
    return needs


def _narrowed(guard: Guard, condition: Node, holds: bool) -> Guard:
    """`guard`, and that `condition` holds."""
    while condition.op is logical_not and condition.args[0].type == condition.type:
        condition, holds = condition.args[0], not holds
    parts = conjuncts(condition) if holds else [(condition, False)]
    added = [part for part in parts if part not in guard]
    return (*guard, *added)[-MOST_CONDITIONS:]


def _merge(needs: dict[Node, Need], node: Node, new: Need) -> None:
    """Let `node` matter where it did, and where `new` says."""
    old = needs.get(node)
    if old is None or old == new:
        needs[node] = new
        return
    common = tuple(c for c in old.guard if c in new.guard)
    whole = any(n.open and len(n.guard) == len(common) for n in (old, new))
    needs[node] = Need(common, whole)


def restricted(node: Node) -> list[tuple[int, float]]:
    """The arguments of `node` whose domains are restricted, and safe values for them.

    A number that is known is what it is.
    """
    op = node.op
    if not isinstance(op, Elementwise) or not op.singular or not is_singular(node):
        return []
    return [
        (i, value)
        for i, value in enumerate(op.safe)
        if value is not None and type(node.args[i].op) not in (Full, Size)
    ]


def is_comfortable(op: Elementwise, place: int, value: complex) -> bool:
    """Whether `op` is finite at `value` of a restricted argument, and around it."""
    args = [np.full(3, 0.5 if safe is None else safe) for safe in op.safe]
    args[place] = np.array([value - 1e-3, value, value + 1e-3])
    with np.errstate(all="ignore"):
        return bool(np.all(np.isfinite(op.compute(*args))))


class Outside:
    """For values that are one known number wherever a guard does not hold: which.

    A safe operand is such a value, and so is what is made from it elementwise, which
    therefore needs no safe operand of its own.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[Node, tuple[Conditions, Any]] = {}

    def follow(self, node: Node) -> None:
        """Learn about `node`; its arguments come first."""
        if node.op is where:
            found = chosen_number(node)
            if found is not None:
                self._known[node] = found
        elif self._known and isinstance(node.op, Elementwise):
            guards, values = set(), []
            for arg in node.args:
                known = self._known.get(arg)
                if known is not None:
                    guards.add(known[0])
                values.append(full_value(arg) if known is None else known[1])
            if len(guards) == 1 and None not in values:
                with np.errstate(all="ignore"):
                    value = node.type.dtype.type(node.op.compute(*values))
                self._known[node] = guards.pop(), value

    def is_safe(self, x: Node, guard: Guard, op: Elementwise, place: int) -> bool:
        """Whether `x`, outside `guard`, is a number that suits `op`."""
        known = self._known.get(x)
        if known is None or known[0] != frozenset(guard):
            return False
        return is_comfortable(op, place, np.asarray(known[1]).item())


def chosen_number(node: Node) -> tuple[Conditions, Any] | None:
    """The guard outside of which a ``where`` is one number, and the number."""
    condition, *branches = node.args
    first, second = map(full_value, branches)
    if second is not None:
        return frozenset(conjuncts(condition)), second
    return None if first is None else (frozenset({(condition, False)}), first)


class Protection:
    """One pass from the inputs on, substituting safe operands."""

    def __init__(self, scope: Scope, needs: Mapping[Node, Need]) -> None:
        """Build in `scope`, where values are needed as `needs` says."""
        self.scope = scope
        self.needs = needs
        self.becomes: dict[Node, Node] = {}
        self.outside = Outside()

    def visit(self, node: Node) -> None:
        """Rebuild `node` if its arguments have changed, or need to."""
        args = tuple([self.becomes.get(arg, arg) for arg in node.args])
        need = self.needs.get(node)
        if need is not None and need.guard:
            for place, safe in restricted(node):
                operand = self._safe_operand(node, args[place], need.guard, place, safe)
                args = (*args[:place], operand, *args[place + 1 :])
        new = node
        if args != node.args:
            new = self.becomes[node] = self.scope.make(node.op, args)
            inherit(self.scope, node, new)
        if args:
            self.outside.follow(new)

    def _safe_operand(
        self, node: Node, x: Node, guard: Guard, place: int, safe: float
    ) -> Node:
        op = node.op
        if self.outside.is_safe(x, guard, op, place):  # type: ignore[arg-type]
            return x
        condition, holds = condition_of(guard, self.scope)
        if x.op is where and x.args[0] is condition:
            x = x.args[1 if holds else 2]
        number = make(Full.of(safe, x.type))
        chosen = make(where, condition, *((x, number) if holds else (number, x)))
        self.outside.follow(chosen)
        return chosen


def condition_of(guard: Guard, scope: Scope) -> tuple[Node, bool]:
    """The guard as one node, and whether that must be true or false."""
    if len(guard) == 1:
        return guard[0]
    total: Node | None = None
    for node, holds in guard:
        part = node if holds else scope.make(logical_not, (node,))
        total = part if total is None else scope.make(logical_and, (total, part))
    assert total is not None
    return total, True


def _protect_bodies(op: Region) -> Region:
    made: Any = op.with_bodies(tuple(map(protect, op.bodies())))
    return made  # type: ignore[no-any-return]


def protect(graph: Graph) -> Graph:
    """A graph in which what a choice discards is nowhere out of its domain.

    Done again it changes nothing: an operand that is safe already is left alone.
    """
    graph = with_regions(graph, _protect_bodies)
    if not any(node.op is where for node in graph.nodes):
        return graph
    needs = needs_of(graph.nodes, graph.outputs.values())
    with building(graph.scope()) as scope:
        scope.keep_fresh = True
        protection = Protection(scope, needs)
        for node in graph.nodes:
            protection.visit(node)
        if not protection.becomes:
            return graph
        return rebuilt(graph, scope, protection.becomes)


def settled_nodes(nodes: Sequence[Node], outputs: Iterable[Node]) -> set[Node]:
    """The restricted ops whose operands are safe wherever their value is discarded.

    Products with their slopes need not be strict: a cotangent that is zero there
    meets a finite slope.
    """
    if not any(node.op is where for node in nodes):
        return set()
    needs, outside = needs_of(nodes, outputs), Outside()
    found = set()
    for node in nodes:
        outside.follow(node)
        need = needs.get(node)
        if need is None or not need.open or not need.guard:
            continue
        op, places = node.op, [i for i, _ in restricted(node)]
        if places and all(
            outside.is_safe(node.args[i], need.guard, op, i)  # type: ignore[arg-type]
            for i in places
        ):
            found.add(node)
    return found


def conjuncts(condition: Node) -> list[tuple[Node, bool]]:
    """The conditions that `condition` joins by logical and, as in a guard."""
    found: list[tuple[Node, bool]] = []
    rest = [condition]
    while rest and len(found) <= MOST_CONDITIONS:
        node = rest.pop()
        if node.op is logical_and:
            rest += reversed(node.args)
        elif node.op is logical_not:
            found.append((node.args[0], False))
        else:
            found.append((node, True))
    return found
