"""Regions computed again: the graph that keeps less, made of the one that keeps all.

Griewank and Walther, *Evaluating Derivatives* (2nd ed., 2008), chapter 12: a reverse
sweep that needs a value of the forward part may keep it, or compute it once more of
what is kept. A graph with regions (`gd.checkpoint`) is the plain one, with marks that
say which nodes a region holds: every pass works on it as on any other. Only when it is
run or written are the reads across the levels of a region led to copies, whose
arguments from outside come through a barrier (`Again`), so that they stay copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import LEAVES, Input, Mark, Node, Pick, Role, Scope, building
from graphdiff.memory.again import RECOMPUTED, Again
from graphdiff.words import unique


def recomputed(graph: Graph) -> Graph:
    """`graph` with the values of its regions computed again where they are read late.

    What a region hands out, and a derivative outside of it needs anyway, is kept and
    read from there. A graph without marks is returned as it is.
    """
    if not graph.ledger.marks:
        return graph
    marks = _of_picks_as_well(graph)
    wanted = Versions(graph, marks, {})
    wanted.collect()
    with building(graph.scope()) as scope:
        scope.marks = {}
        versions = Versions(graph, marks, wanted.kept)
        versions.collect()
        made = versions.build(scope)
        outputs = {name: made[node] for name, node in graph.outputs.items()}
        return Graph(graph.inputs, outputs, signature=graph.signature)


def stored_form(graph: Graph) -> Graph:
    """`graph` with every value computed once, and kept for who reads it later."""
    with building(graph.scope()) as scope:
        made: dict[Node, Node] = {}
        for node in graph.nodes:
            args = tuple([made[arg] for arg in node.args])
            if isinstance(node.op, Again):
                (made[node],) = args
            else:
                new = node if args == node.args else scope.make(node.op, args)
                made[node] = new
                _keep_facts(scope, node, new)
        for node, role in list(scope.roles.items()):
            scope.roles[node] = role._replace(of=made.get(role.of, role.of))
        outputs = {name: made[node] for name, node in graph.outputs.items()}
        return Graph(graph.inputs, outputs, signature=graph.signature)


def _of_picks_as_well(graph: Graph) -> dict[Node, Mark]:
    """The marks of the nodes; one of several results stands where the op does."""
    marks = dict(graph.ledger.marks)
    for node in graph.nodes:
        if isinstance(node.op, Pick):
            marks.pop(node, None)
            if node.args[0] in marks:
                marks[node] = marks[node.args[0]]
    return marks


class Version(NamedTuple):
    """A node as it is computed at some levels of its regions."""

    node: Node
    mark: Mark


class Versions:
    """The versions of the nodes of a graph that its outputs need.

    `kept` maps nodes to the last stage that reads them anyway, so that no stage up to
    that has to compute them again.
    """

    def __init__(
        self, graph: Graph, marks: Mapping[Node, Mark], kept: Mapping[Node, int]
    ) -> None:
        """Take the marks of `graph`; see the class for `kept`."""
        self.graph = graph
        self.marks = marks
        self.held = kept
        self.kept: dict[Node, int] = {}
        self.order: dict[Version, tuple[Version, ...]] = {}

    def collect(self) -> None:
        """Find all versions, each after those that it reads."""
        stack = [self._first(node) for node in self.graph.outputs.values()][::-1]
        read: dict[Version, tuple[Version, ...]] = {}
        while stack:
            version = stack[-1]
            if version in self.order:
                stack.pop()
                continue
            if version not in read:
                read[version] = self._reads(version)
            waiting = [v for v in read[version] if v not in self.order]
            if waiting:
                stack += waiting[::-1]
            else:
                self.order[version] = read.pop(version)
                stack.pop()

    def _first(self, node: Node) -> Version:
        return Version(node, self.marks.get(node, ()))

    def _reads(self, reader: Version) -> tuple[Version, ...]:
        """The versions that `reader` reads; takes note of what is kept for it."""
        turn = self._turn(reader)
        found = [self._seen(arg, reader.mark, turn) for arg in reader.node.args]
        for version in found:
            node, mark = version
            outside = _shared(mark, reader.mark) < len(mark)
            if turn and outside and version == self._first(node):
                self.kept[node] = max(turn, self.kept.get(node, 0))
        return tuple(found)

    def _turn(self, version: Version) -> int:
        """The stage in which `version` is computed; 0 is the forward part."""
        role = self.graph.role_of(version.node)
        level = max([n for _, n in version.mark], default=0)
        return level or (0 if role is None else role.order)

    def _seen(self, node: Node, reader: Mark, turn: int) -> Version:
        """The version of `node` that a reader within these regions reads."""
        own = self.marks.get(node, ())
        if not own or not node.args or self.held.get(node, 0) >= turn > 0:
            return Version(node, own)
        count = _shared(own, reader)
        levels = [
            (region, max(n, m))
            for (region, n), (_, m) in zip(own[:count], reader, strict=False)
        ]
        return Version(node, (*levels, *own[count:]))

    def build(self, scope: Scope) -> dict[Node, Node]:
        """Build all versions; returns what each node of the graph has become."""
        made: dict[Version, Node] = {}
        becomes: dict[Node, Node] = {}
        turns: dict[Mark, int] = {}
        taken = dict.fromkeys(scope.names.values(), 1)
        for version, reads in self.order.items():
            node = version.node
            if version == self._first(node):
                args = tuple([made[v] for v in reads])
                new = node if args == node.args else scope.make(node.op, args)
                becomes[node] = new
                _keep_facts(scope, node, new)
            else:
                turn = turns.setdefault(version.mark, len(turns) + 1)
                role = Role(node, RECOMPUTED, order=self._turn(version))
                args = tuple(
                    [self._argument(scope, v, version, made[v], turn) for v in reads]
                )
                new = scope.make(node.op, args)
                for fresh in (*args, new):
                    if fresh is new or isinstance(fresh.op, Again):
                        scope.roles.setdefault(fresh, role)
                _keep_facts(scope, node, new, taken)
            made[version] = new
        only = {v.node: new for v, new in made.items() if v.node not in becomes}
        known = {**only, **becomes}
        for node, role in list(scope.roles.items()):
            if (of := known.get(role.of, node)) is not node:
                scope.roles[node] = role._replace(of=of)
        return becomes

    def _argument(
        self, scope: Scope, arg: Version, reader: Version, made: Node, turn: int
    ) -> Node:
        """`made`, behind a barrier unless it is computed again for the same sweep."""
        within = _shared(arg.mark, reader.mark) == len(reader.mark)
        first = arg == self._first(arg.node)
        literal = isinstance(made.op, LEAVES) and not isinstance(made.op, Input)
        if literal or (within and not first) or not hasattr(made.type, "shape"):
            return made
        return scope.make(Again(turn), (made,))


def _shared(a: Mark, b: Mark) -> int:
    """How many regions two marks have in common."""
    count = 0
    for (one, _), (other, _) in zip(a, b, strict=False):
        if one is not other:
            break
        count += 1
    return count


def _keep_facts(
    scope: Scope,
    old: Node,
    new: Node,
    taken: dict[str, int] | None = None,
) -> None:
    """Give `new` the line of `old`, its role and its name, or one like that."""
    if new is old:
        return
    if old in scope.positions:
        scope.positions.setdefault(new, scope.positions[old])
    if old in scope.roles and new not in scope.roles:
        scope.roles[new] = scope.roles[old]
    name = scope.names.get(old)
    if name is not None and new not in scope.names:
        scope.names[new] = name if taken is None else unique(f"{name}_again", taken)
