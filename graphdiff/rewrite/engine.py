"""Rewriting: settle every node of a graph under a set of small rules.

A rule is a plain function from a node to a better node of the same type and value, or
None. Its docstring is its equation; `rewrites` says with which ops it may begin, so
that a node meets only the rules that concern it. Nodes are settled from the inputs
on: when a rule looks at a node, the arguments have been settled already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graphdiff.graph import Graph
from graphdiff.node import Node, Op, Role, Scope, building

Rule = Callable[[Node], "Node | None"]

MOST_FIRINGS = 64
"""How often one node may be replaced; more means that two rules undo each other."""


def rewrites(*heads: Op | type[Op]) -> Callable[[Rule], Rule]:
    """Mark the ops (elementwise ones) or classes of ops that a rule begins with."""

    def mark(rule: Rule) -> Rule:
        rule.heads = heads  # type: ignore[attr-defined]
        return rule

    return mark


def rewrite(
    graph: Graph, rules: Iterable[Rule], fired: dict[str, int] | None = None
) -> Graph:
    """A graph of equal value, in which no rule applies any more.

    `fired`, if given, counts the firings of each rule by name.
    """
    with building(graph.scope()) as scope:
        engine = Engine(scope, rules, fired)
        settled = engine.settle_all(graph.nodes)
        outputs = {name: settled[node] for name, node in graph.outputs.items()}
        for node, role in list(scope.roles.items()):
            of = settled.get(role.of, role.of)
            if of is not role.of:
                scope.roles[node] = role._replace(of=of)
        return Graph(graph.inputs, outputs, signature=graph.signature)


class Engine:
    """The rules by head, and what each node has settled to."""

    def __init__(
        self, scope: Scope, rules: Iterable[Rule], fired: dict[str, int] | None = None
    ) -> None:
        self.scope = scope
        self.rules: dict[Any, list[Rule]] = {}
        self.settled: dict[Node, Node] = {}
        self.fired = fired
        for rule in rules:
            for head in rule.heads:  # type: ignore[attr-defined]
                self.rules.setdefault(head, []).append(rule)

    def settle_all(self, nodes: Iterable[Node]) -> dict[Node, Node]:
        """Settle nodes given in topological order."""
        self.scope.keep_fresh = True
        for node in nodes:
            self._settle(node)
        return self.settled

    def _settle(self, root: Node) -> None:
        settled, becomes = self.settled, dict[Node, Node]()
        stack, firings = [root], 0
        while stack:
            node = stack[-1]
            if node in settled:
                stack.pop()
                continue
            if node in becomes:
                settled[node] = settled[becomes[node]]
                stack.pop()
                continue
            open_args = [a for a in node.args if a not in settled]
            if open_args:
                stack += reversed(open_args)
                continue
            new = self._rebuild(node)
            better = self._apply(new)
            if better is None:
                settled[node] = settled[new] = new
                stack.pop()
                continue
            firings += 1
            if firings > MOST_FIRINGS * (1 + len(becomes)):
                raise RuntimeError(f"rewriting {node!r} does not come to an end")
            becomes[node] = becomes[new] = better
            stack.append(better)

    def _rebuild(self, node: Node) -> Node:
        args = tuple([self.settled[a] for a in node.args])
        op = node.op
        if op.bodies():
            rules = {r for rs in self.rules.values() for r in rs}
            op = op.with_bodies(tuple(rewrite(body, rules) for body in op.bodies()))
        if args == node.args and op is node.op:
            return node
        new = self.scope.make(op, args)
        self._inherit(node, new)
        return new

    def _apply(self, node: Node) -> Node | None:
        op = node.op
        for key in (op, type(op)):
            for rule in self.rules.get(key, ()):
                better = rule(node)
                if better is not None and better is not node:
                    if better.type != node.type:
                        raise AssertionError(
                            f"{rule.__name__} turned {node.type} into {better.type}"
                        )
                    if self.fired is not None:
                        name = rule.__name__
                        self.fired[name] = self.fired.get(name, 0) + 1
                    self._inherit(node, better)
                    return better
        return None

    def _inherit(self, old: Node, new: Node) -> None:
        """Give the name, the line and the role of `old` to what replaces it."""
        scope = self.scope
        name, position = scope.names.get(old), scope.positions.get(old)
        role: Role | None = scope.roles.get(old)
        for made in scope.take_fresh():
            if position is not None:
                scope.positions.setdefault(made, position)
            if role is not None:
                scope.roles.setdefault(made, role)
        if name is not None and new.args:
            scope.names.setdefault(new, name)
