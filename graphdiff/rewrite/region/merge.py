"""Loops that take the same steps become one loop with the results of all.

The tapes of reverse mode, and the tangents of forward mode, come out of loops whose
bodies are that of the user's loop with more results, or more carries: they share its
inputs. Two loops merge if the inputs that they share mean the same in both, and if
neither depends on the other. That is sure where both stand behind equally many loops.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Op, Pick, Scope, building, make
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.region import Region
from graphdiff.ops.region.until import While
from graphdiff.rewrite.engine import rebuilt
from graphdiff.rewrite.region.rebuild import carry_over, merged_scope, rebuild
from graphdiff.words import unique


def merged(graph: Graph) -> Graph:
    """`graph` with its loops merged where they can be."""
    loops = [n for n in graph.nodes if isinstance(n.op, (Loop, While))]
    if len(loops) < 2:
        return graph
    levels = levels_of(graph.nodes)
    waiting: dict[int, list[Node]] = {}
    for node in graph.nodes:
        waiting.setdefault(levels[node], []).append(node)
    done: dict[Node, Node] = {}
    with building(graph.scope()) as scope:
        merger = Merger(scope, graph, done)
        for level in sorted(waiting):
            found = [n for n in waiting[level] if isinstance(n.op, (Loop, While))]
            for node in waiting[level]:
                if isinstance(node.op, Pick) and node in done:
                    continue
                new = rebuild(scope, node, done)
                if new is not node:
                    done[node] = new
            for group in _groups(found, done):
                merger.merge(group)
        return rebuilt(graph, scope, done) if done else graph


def levels_of(nodes: Iterable[Node]) -> dict[Node, int]:
    """Behind how many regions, one after the other, each node stands."""
    levels: dict[Node, int] = {}
    for node in nodes:
        levels[node] = max(
            [levels[a] + isinstance(a.op, Region) for a in node.args], default=0
        )
    return levels


class Part(NamedTuple):
    """What an input of a body stands for: which kind, what comes in, what follows."""

    kind: str
    arg: Node
    next: Node | None


def parts_of(node: Node) -> dict[Node, Part]:
    """The inputs of the body of a loop, and what each stands for."""
    op = node.op
    assert isinstance(op, (Loop, While))
    slices = op.carries + (op.scanned if isinstance(op, Loop) else 0)
    found: dict[Node, Part] = {}
    outputs = list(op.body.outputs.values())
    for i, (x, arg) in enumerate(zip(op.body.inputs.values(), node.args, strict=True)):
        if i < op.carries:
            found[x] = Part("carry", arg, outputs[i])
        else:
            found[x] = Part("slice" if i < slices else "whole", arg, None)
    return found


class Group:
    """Loops that become one: the union of their inputs, and what these stand for."""

    def __init__(self) -> None:
        """Begin without any."""
        self.members: list[Node] = []
        self.parts: dict[Node, Part] = {}

    def admits(self, parts: dict[Node, Part]) -> bool:
        """Whether a loop with these inputs takes the same steps."""
        common = [x for x in parts if x in self.parts]
        return bool(common) and all(parts[x] == self.parts[x] for x in common)

    def add(self, node: Node, parts: dict[Node, Part]) -> None:
        """Take a loop in."""
        self.members.append(node)
        for x, part in parts.items():
            self.parts.setdefault(x, part)


def _groups(loops: Sequence[Node], done: dict[Node, Node]) -> list[Group]:
    """Loops of one level, parted into those that become one; lone ones are left out."""
    groups: dict[Hashable, list[Group]] = {}
    homes: dict[tuple[Hashable, Node], Group] = {}
    for node in loops:
        now = done.get(node, node)
        parts, key = parts_of(now), _key(now.op)
        home = next((homes[key, x] for x in parts if (key, x) in homes), None)
        if home is None or not home.admits(parts):
            home = Group()
            groups.setdefault(key, []).append(home)
        home.add(node, parts)
        for x in parts:
            homes.setdefault((key, x), home)
    return [g for found in groups.values() for g in found if len(g.members) > 1]


def _key(op: object) -> Hashable:
    """What must be equal in loops that merge."""
    if isinstance(op, Loop):
        return (op.length, op.reverse, op.recompute)
    assert isinstance(op, While)
    return (*op.test.outputs.values(), op.steps)


class Merger:
    """Loops of one group made one, and their results found among those of that one."""

    def __init__(self, scope: Scope, graph: Graph, done: dict[Node, Node]) -> None:
        """Build in `scope`; `done` says what nodes have become."""
        self.scope = scope
        self.done = done
        self.picks: dict[Node, list[Node]] = {}
        for node in graph.nodes:
            if isinstance(node.op, Pick):
                self.picks.setdefault(node.args[0], []).append(node)

    def merge(self, group: Group) -> None:
        """Make the loop that stands for all of `group`."""
        scope, done = self.scope, self.done
        ops = [done.get(node, node).op for node in group.members]
        kinds = [[x for x, p in group.parts.items() if p.kind == k] for k in _KINDS]
        inputs = [x for found in kinds for x in found]
        results: dict[Node, None] = {}
        for op in ops:
            results.update(dict.fromkeys(_outputs(op)[op.carries :]))  # type: ignore[attr-defined]
        nexts = [group.parts[x].next for x in kinds[0]]
        bodies = [op.bodies()[-1] for op in ops]
        body = _union(bodies, inputs, [y for y in (*nexts, *results) if y is not None])
        made: Loop | While
        if isinstance(ops[0], Loop):
            carries, scanned = len(kinds[0]), len(kinds[1])
            made = replace(ops[0], body=body, carries=carries, scanned=scanned)
        else:
            assert isinstance(ops[0], While)
            test = _union_test(ops, inputs)
            made = replace(ops[0], test=test, body=body, carries=len(kinds[0]))
        whole = make(made, *[group.parts[x].arg for x in inputs])
        is_forward = any(node not in scope.roles for node in group.members)
        for node in group.members:
            carry_over(scope, node, whole)
        if is_forward:
            scope.roles.pop(whole, None)
        places = {x: i for i, x in enumerate(kinds[0])}
        stacks = {y: i + _first(made) for i, y in enumerate(results)}
        for node, op in zip(group.members, ops, strict=True):
            for pick in self.picks.get(node, ()):
                self._redirect(pick, op, whole, places, stacks)
            done[node] = whole

    def _redirect(
        self,
        pick: Node,
        op: Op,
        whole: Node,
        places: Mapping[Node, int],
        stacks: Mapping[Node, int],
    ) -> None:
        """Let a result of one loop be that of the merged one."""
        assert isinstance(pick.op, Pick)
        assert isinstance(op, (Loop, While))
        i = pick.op.index
        if i < op.carries:
            index = places[list(op.body.inputs.values())[i]]
        elif i < _first(op):
            index = whole.op.carries  # type: ignore[attr-defined]
        else:
            index = stacks[_outputs(op)[i - (_first(op) - op.carries)]]
        new = self.done[pick] = make(Pick(index), whole)
        carry_over(self.scope, pick, new)
        if whole not in self.scope.roles:
            self.scope.roles.pop(new, None)


def _first(op: Loop | While) -> int:
    """The place of the first per-step result."""
    return op.carries + isinstance(op, While)


def _outputs(op: Op) -> list[Node]:
    return list(op.bodies()[-1].outputs.values())


_KINDS = ("carry", "slice", "whole")


def _union(
    bodies: Sequence[Graph], inputs: Sequence[Node], outputs: Sequence[Node]
) -> Graph:
    """One body with the inputs and outputs of all."""
    names = {y: name for body in bodies for name, y in body.outputs.items()}
    used: dict[str, int] = {}
    given: dict[str, int] = {}
    with building(merged_scope(bodies)):
        return Graph(
            {unique(x.op.name, given): x for x in inputs},  # type: ignore[attr-defined]
            {unique(names[y], used): y for y in outputs},
        )


def _union_test(ops: Sequence[Op], inputs: Sequence[Node]) -> Graph:
    """The test of all loops, with an input for each of their bodies'."""
    found: dict[Node, Node] = {}
    for op in ops:
        test, body = op.bodies()
        pairs = zip(body.inputs.values(), test.inputs.values(), strict=True)
        for x, own in pairs:
            found.setdefault(x, own)
    used: dict[str, int] = {}
    first = ops[0].bodies()[0]
    with building(first.scope()):
        return Graph(
            {unique(found[x].op.name, used): found[x] for x in inputs},  # type: ignore[attr-defined]
            first.outputs,
        )
