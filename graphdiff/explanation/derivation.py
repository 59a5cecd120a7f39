"""A derivative taken apart: what each statement of a program passes back, and to whom.

The sweep of reverse mode is run once more, with one difference: when the adjoint of a
value that has a name is complete, a fresh variable takes its place. So what the rules
make of it is the local step alone, ``d_H = d_U2 @ W2.T``, and the sum over the paths
behind is left for the step before. The chain rule is what puts the steps together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphdiff.derivative.sweep import Symbolic
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.node import (
    At,
    Full,
    Input,
    Node,
    Pick,
    Scope,
    building,
    make,
)
from graphdiff.words import unique


@dataclass
class Step:
    """What one statement passes back: the share of each value that it reads.

    `root` is the value that the statement computes; `shares` maps the values read to
    their shares in its adjoint, expressions in adjoints and forward values.
    """

    root: Node
    shares: dict[Node, Node] = field(default_factory=dict)


class _Local(Symbolic):
    """A sweep that begins anew at each of the values `stops`."""

    def __init__(
        self,
        scope: Scope,
        targets: Sequence[Node],
        wrt: Sequence[Node],
        kinks: str,
        stops: Mapping[Node, str],
    ) -> None:
        super().__init__(scope, targets, wrt, kinks, None, inner=True)
        self.ends = set(targets)
        self.bare: set[Node] = set()
        several = (n for n in self.nodes if not isinstance(n.type, tuple))
        self.stops = {n: stops[n] for n in several if n in stops}
        self.wrt = set(wrt)
        self.adjoints: dict[Node, Node] = {}
        self.steps: dict[Node, Step] = {}
        self.owners: dict[Node, Node] = {}
        self._used = dict.fromkeys(self.stops.values(), 1)
        self._assign()

    def _assign(self) -> None:
        """Find the statement to which each active node belongs."""
        reads: dict[Node, int] = {}
        for node in reversed(self.nodes):
            if node not in self.active:
                continue
            if reads.get(node, 0) > 1 and not isinstance(node.type, tuple):
                self.stops.setdefault(node, "")
            ends = node in self.stops or node in self.ends
            if ends or isinstance(node.type, tuple) or node not in self.owners:
                self.owners[node] = node
            for _, arg in self.active[node]:
                reads[arg] = reads.get(arg, 0) + 1
                self.owners.setdefault(arg, self.owners[node])

    def settle(self, node: Node, g: Any) -> Any:
        """Let a variable stand for the adjoint of a value that has a name."""
        if node in self.bare or not (node in self.stops or node in self.ends):
            return g
        if isinstance(g.node.op, Full):
            self.adjoints[node] = g.node
            return g
        word = self.stops.get(node) or node.op.label
        name = unique(f"d_{word}", self._used)
        self.adjoints[node] = make(Input(name, node.type))
        return Expression(self.adjoints[node])

    def shares(self, node: Node, at: At, g: Any) -> Iterator[tuple[Node, Any]]:
        """Keep what arrives at a value that has a name."""
        for arg, share in super().shares(node, at, g):
            if share is not None and (arg in self.stops or arg in self.wrt):
                self._keep(self.owners[node], arg, share.node)
            yield arg, share

    def _keep(self, root: Node, arg: Node, share: Node) -> None:
        step = self.steps.setdefault(root, Step(root))
        old = step.shares.get(arg)
        if old is not None:
            share = (Expression(old) + Expression(share)).node
        step.shares[arg] = share


@dataclass
class Derivation:
    """The steps of a derivative, from the target back to the variables.

    `stops` names the values at which steps begin and end (an empty name: none),
    `adjoints` has the variable, or the number, that stands for the adjoint of each.
    `active` lists the edges of the graph that the chain rule goes along: of each node
    the arguments that lead on to a variable.
    """

    graph: Graph
    targets: Sequence[Node]
    wrt: Sequence[Node]
    steps: list[Step]
    stops: dict[Node, str]
    adjoints: dict[Node, Node]
    active: dict[Node, list[Node]]
    nodes: list[Node]
    scope: Scope

    @property
    def links(self) -> dict[Node, list[Node]]:
        """The edges between values that have names: of each root what it reads.

        One of several results reads the node that has them all.
        """
        found = {step.root: list(step.shares) for step in self.steps}
        for node in self.stops:
            if isinstance(node.op, Pick):
                found.setdefault(node, list(node.args))
        return found

    def arrivals(self, node: Node) -> list[Step]:
        """The steps that pass something back to `node`."""
        return self._arrivals.get(node, [])

    def __post_init__(self) -> None:
        """Note which steps lead where."""
        self._arrivals: dict[Node, list[Step]] = {}
        for step in self.steps:
            for arg in step.shares:
                self._arrivals.setdefault(arg, []).append(step)


def derive(
    graph: Graph,
    targets: Mapping[Node, str],
    wrt: Sequence[Node],
    stops: Mapping[Node, str],
    kinks: str = "mean",
) -> Derivation:
    """Take the derivative of `targets` with respect to `wrt`, step by step.

    What arrives at a target from outside is a variable of the name given for it, or,
    if that is empty, the number 1.
    """
    with building(graph.scope()) as scope:
        scope.busy = True
        sweep = _Local(scope, list(targets), wrt, kinks, stops)
        seeds: dict[Node, Any] = {}
        for node, name in targets.items():
            op = Input(name, node.type) if name else Full.of(1, node.type)
            seeds[node] = Expression(make(op))
            if not name:
                sweep.bare.add(node)
                sweep.adjoints[node] = seeds[node].node
        sweep.run(dict(seeds))
    onward = _reached(sweep)
    steps = [s for s in sweep.steps.values() if s.root in onward]
    active = {n: [a for _, a in sweep.active[n]] for n in onward if n in sweep.active}
    nodes = [n for n in sweep.nodes if n in onward]
    ends = list(targets)
    return Derivation(
        graph, ends, wrt, steps, sweep.stops, sweep.adjoints, active, nodes, scope
    )


def _reached(sweep: _Local) -> set[Node]:
    """The active nodes to which a target passes something back."""
    found = set(sweep.ends)
    for node in reversed(sweep.nodes):
        if node in found:
            found.update([arg for _, arg in sweep.active.get(node, ())])
    return found


def kinks_of(graph: Graph) -> str:
    """The convention under which the derivatives in `graph` were taken."""
    for role in graph.ledger.roles.values():
        word = role.convention.rpartition(": ")[2]
        if word in ("right", "left"):
            return word
        if word == "zero" and not role.of.op.convention:
            return "zero"
    return "mean"


def targets_of(graph: Graph, among: Collection[Node]) -> list[tuple[str, Node]]:
    """The outputs of which the nodes `among` can be the derivative: scalars.

    All that these are adjoints of leads to such an output; it comes before them. The
    nearest come first.
    """
    roles = {n: r for n, r in graph.ledger.roles.items() if r.rule != "unused"}
    top = max((roles[n].order for n in among if n in roles), default=1)
    of = {roles[n].of for n in among if n in roles and roles[n].order == top}
    found = []
    for name, node in graph.outputs.items():
        role = roles.get(node)
        if isinstance(node.type, tuple) or node.type.shape or not node.type.is_real:
            continue
        if role is not None and role.order >= top:
            continue
        below = in_order([node])
        if of & set(graph.nodes) <= set(below):
            found.append((len(below), name, node))
    return [(name, node) for _, name, node in sorted(found, key=lambda f: f[0])]
