"""The sweep of reverse mode.

Algorithm 6.6 of Goodfellow, Bengio and Courville, *Deep Learning* (2016), section
6.5.5, without its recursion: nodes are visited in reverse topological order, so that a
cotangent is complete when its node's turn comes, and every edge is visited once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphdiff.derivative.steep import stems_from_steep
from graphdiff.expression.expression import Expression, results_of
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import (
    At,
    Node,
    Pick,
    Region,
    Role,
    Scope,
    current_mark,
    current_scope,
)
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.axes import spread_node
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.ops.shape.alone import total
from graphdiff.rewrite.masks import settled_nodes
from graphdiff.strict import (
    Open,
    Strict,
    Wary,
    doubted_inputs,
    masked_nodes,
    steep_nodes,
    ways,
    wild_nodes,
)
from graphdiff.words import unique


@dataclass(frozen=True)
class Inside:
    """What the body of a loop or branch must know of where it stands.

    `loud` are the targets whose cotangents may be trusted not to be 0 where a value
    was discarded (None: all of them), `wild` the inputs that may be infinite or NaN.
    With `zeros` the seeds may have entries of 0, which stay 0 whatever slope they meet.
    """

    loud: frozenset[Node] | None = None
    wild: frozenset[Node] = frozenset()
    zeros: bool = False


OUTSIDE = Inside()
"""Of what stands in no body."""


def along(seeds: Collection[Node]) -> Inside:
    """Of a sweep along given vectors: one along a unit vector is 0 in all else.

    A lone number that is 0 is nobody's vector.
    """
    lone = len(seeds) == 1 and all(total(seed.type.shape) == 1 for seed in seeds)
    return Inside(zeros=not lone)


class Sweep:
    """One pass backwards: which nodes matter, which are masked, and the table.

    The table maps a node to its cotangent; what is absent is zero and costs nothing.
    An op of several results has a list of cotangents, with None for what is absent.
    Subclasses say what a cotangent is: an expression, or an array.
    """

    def __init__(
        self,
        targets: Sequence[Node],
        wrt: Iterable[Node],
        kinks: str = "mean",
        inside: Inside = OUTSIDE,
    ) -> None:
        """Find the nodes between the variables `wrt` and the targets."""
        self.nodes = in_order(targets)
        self.kinks = kinks
        self.active: dict[Node, list[tuple[int, Node]]] = {x: [] for x in wrt}
        for node in self.nodes:
            if node.args:
                found = [(i, arg) for i, arg in ways(node) if arg in self.active]
                if found:
                    self.active[node] = found
        loud = targets if inside.loud is None else inside.loud
        wild = wild_nodes(self.nodes, settled_nodes(self.nodes, loud), inside.wild)
        self.wild = wild
        self.shown: dict[Node, set[int]] = {}
        self.hidden = masked_nodes(self.nodes, loud) if wild else set()
        self.masked = wild & self.hidden
        self.zeros = inside.zeros
        wary = inside.wild or (wild and doubted_inputs(self.nodes))
        self.strict = Wary if wary else Strict
        self.steep = wild and steep_nodes(self.nodes)

    def shares(self, node: Node, at: At, g: Any) -> Iterator[tuple[Node, Any]]:
        """The active arguments, each with its share in `g`, the cotangent of `node`.

        None is no share.
        """
        raise NotImplementedError

    def add(self, a: Any, b: Any) -> Any:
        """The sum of what arrives over two paths."""
        raise NotImplementedError

    def settle(self, node: Node, g: Any) -> Any:
        """Take note that the cotangent of `node` is complete; give what goes on."""
        return g

    def leave(self, node: Node) -> None:
        """Take note that the arguments of `node` have got their shares."""

    def run(self, table: dict[Node, Any]) -> dict[Node, Any]:
        """Fill `table`, seeded with the targets' cotangents, down to the variables."""
        plain = At(self.kinks, zeros=self.zeros)
        masked = plain._replace(masked=True)
        for node in reversed(self.nodes):
            g = table.get(node)
            if g is None or node not in self.active:
                continue
            g = self.settle(node, g)
            if isinstance(node.op, Pick):
                self._file(table, node, g)
            elif self.active[node]:
                at = masked if node in self.masked else plain
                if self.wild and node.op.bodies():
                    at = self._inside(node, at)
                for arg, share in self.shares(node, at, g):
                    if share is not None:
                        old = table.get(arg)
                        table[arg] = share if old is None else self.add(old, share)
            self.leave(node)
        return table

    def _inside(self, node: Node, at: At) -> At:
        """What the bodies of `node` must know of where it stands."""
        if not self.shown:
            for n in self.nodes:
                if isinstance(n.op, Pick) and n not in self.hidden:
                    self.shown.setdefault(n.args[0], set()).add(n.op.index)
        wild = [i for i, a in enumerate(node.args) if a in self.wild]
        shown = frozenset(self.shown.get(node, ()))
        return at._replace(wild=frozenset(wild), shown=shown)

    def _file(self, table: dict[Node, Any], pick: Node, g: Any) -> None:
        """Keep the cotangent of one of several results in its place."""
        (whole,) = pick.args
        if whole not in self.active:
            return
        slots = table.setdefault(whole, [None] * len(whole.type))  # type: ignore[arg-type]
        index = pick.op.index  # type: ignore[attr-defined]
        old = slots[index]
        slots[index] = g if old is None else self.add(old, g)


class Symbolic(Sweep):
    """Symbol to symbol: cotangents are expressions, and nodes are appended.

    Records the role of each node made (the adjoint of which node, by which rule) and
    names the adjoints of named nodes. `carry` is the handle in which rules get their
    cotangent; by default one with strict zeros wherever a mask is. `turn` is 1 for a
    sweep that comes after what it reads, 0 in forward mode, which runs beside it: the
    marks of regions count them.
    """

    def __init__(
        self,
        scope: Scope,
        targets: Sequence[Node],
        wrt: Iterable[Node],
        kinks: str,
        carry: type[Expression] | None,
        inner: bool = False,
        turn: int = 1,
        inside: Inside = OUTSIDE,
    ) -> None:
        """Prepare to append to `scope`; see `pull_back` for `inner`."""
        super().__init__(targets, wrt, kinks, inside)
        self.turn = turn
        self.within = len(current_mark.get())
        self.tops: dict[Region, int] = {}
        self.scope = scope
        self.carry = carry
        self.inner = inner
        self.names = {scope.names[n]: 1 for n in self.nodes if n in scope.names}
        if self.zeros:
            steep = {n for n in self.active if stems_from_steep(n, scope)}
            self.masked = self.masked | steep

    def shares(self, node: Node, at: At, g: Any) -> Iterator[tuple[Node, Any]]:
        """Run the op's own rule on expressions."""
        kind = self.carry or (
            self.strict if at.masked else Open if node in self.steep else Expression
        )
        carried = (
            [None if s is None else kind(s.node) for s in g]
            if isinstance(g, list)
            else kind(g.node)
        )
        y, args = results_of(node), [Expression(a) for a in node.args]
        found = self.active[node]
        wanted = [i for i, _ in found]
        shares = node.op.pullbacks(wanted, at, carried, y, *args)
        for (_, arg), share in zip(found, shares, strict=True):
            yield arg, None if share is None else Expression(fit(share.node, arg))

    def add(self, a: Any, b: Any) -> Any:
        """Append the sum: part of what the node being pulled through gives rise to."""
        return a + b

    def settle(self, node: Node, g: Any) -> Any:
        """Name the adjoint of a node that has a name."""
        if not self.inner and isinstance(g, Expression):
            self._name(node, g.node)
        return g

    def _name(self, node: Node, g: Node) -> None:
        scope = self.scope
        name = scope.names.get(node)
        if name is None and not node.args and hasattr(node.op, "name"):
            name = node.op.name.rpartition(".")[2]
        if name is None or g not in scope.roles:
            return
        if g.args and g not in scope.names:
            scope.names[g] = unique(f"d_{name}", self.names)

    def leave(self, node: Node) -> None:
        """Give all nodes made for the shares of `node` their role."""
        if not self.inner:
            note_made(self.scope, node, self.kinks, self.within, self._level)

    def _level(self, region: Region, level: int) -> int:
        """The level of the adjoint of a node of this level.

        A sweep meets last what came first: the adjoints of level 0 come last.
        """
        if not self.turn:
            return level
        if not self.tops:
            for node in self.nodes:
                for other, n in self.scope.marks.get(node, ()):
                    self.tops[other] = max(n, self.tops.get(other, 0))
        return 2 * self.tops[region] + 1 - level


def note_made(
    scope: Scope,
    node: Node,
    kinks: str,
    within: int,
    level: Callable[[Region, int], int],
) -> None:
    """Note the nodes made since last time as derivatives of `node`.

    They get their role, and the mark of `node`: its first `within` regions as they
    are, the others at another `level`.
    """
    made = scope.take_fresh()
    if not made:
        return
    op, roles = node.op, scope.roles
    convention = op.convention
    if op.kink:
        word = convention if convention and kinks == "mean" else kinks
        convention = f"{op.kink}: {word}"
    order = 1 + (roles[node].order if node in roles else 0)
    roles.update(dict.fromkeys(made, Role(node, op.label, convention, order)))
    if mark := scope.marks.get(node):
        outer, inner = mark[:within], mark[within:]
        later = (*outer, *[(r, level(r, n)) for r, n in inner])
        scope.marks.update(dict.fromkeys(made, later))


def fit(share: Node, arg: Node) -> Node:
    """`share` in the dtype and shape of the argument that it belongs to."""
    return fit_type(share, arg.type)


def fit_type(share: Node, type: ArrayType) -> Node:
    """`share` in the dtype and shape of `type`."""
    if share.type is type or share.type == type:
        return share
    return spread_node(cast_node(share, type.dtype), type.shape)


def pull_back(
    targets: Mapping[Node, Node],
    wrt: Sequence[Node],
    kinks: str = "mean",
    carry: type[Expression] | None = None,
    inner: bool = False,
    turn: int = 1,
    inside: Inside = OUTSIDE,
) -> list[Node | None]:
    """The cotangents of `wrt`, given those of `targets`; None where none arrives.

    An `inner` sweep is a part of the rule of an op: the nodes that it makes get their
    role, that of adjoints of the op's node, from the sweep outside.
    """
    if not targets:
        return [None] * len(wrt)
    scope = current_scope()
    sweep = Symbolic(scope, list(targets), wrt, kinks, carry, inner, turn, inside)
    table = {target: Expression(seed) for target, seed in targets.items()}
    before = scope.keep_fresh, scope.busy
    kept = [] if inner else scope.take_fresh()
    scope.keep_fresh = scope.busy = True
    try:
        sweep.run(table)
    finally:
        scope.keep_fresh, scope.busy = before
        scope.fresh = scope.fresh if inner else kept
    return [table[x].node if x in table else None for x in wrt]


def collect(targets: Iterable[Node], seeds: Iterable[Node]) -> dict[Node, Node]:
    """The seed of each target, summed where one is listed twice."""
    found: dict[Node, Node] = {}
    for target, seed in zip(targets, seeds, strict=True):
        old = found.get(target)
        total = seed if old is None else (Expression(old) + Expression(seed)).node
        found[target] = total
    return found
