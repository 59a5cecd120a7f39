"""Rewriting: settle every node of a graph under a set of small rules.

A rule is a plain function from a node to a better node of the same type and value, or
None. Its docstring is its equation; `rewrites` says with which ops it may begin, so
that a node meets only the rules that concern it. Nodes are settled from the inputs
on: when a rule looks at a node, the arguments have been settled already. A rule that
must know more than the node (who else reads an argument) asks for the engine as its
second parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from graphdiff.errors import GraphValueError
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Op, Scope, building
from graphdiff.ops.core.elementwise import Elementwise
from graphdiff.rewrite.record import current_record

Rule = Callable[..., "Node | None"]

MOST_STEPS = 2000
"""How long one node may take to settle; more means that two rules undo each other."""


Head = Op | type[Op]
"""An elementwise op, or a class of ops."""


def rewrites(*heads: Head, over: Sequence[Head] = ()) -> Callable[[Rule], Rule]:
    """Mark the ops that a rule begins with; `over` are those right below.

    A rule with `over` only meets nodes of which some argument is made by one of them:
    in a large graph, most rules are not even tried.
    """

    def mark(rule: Rule) -> Rule:
        rule.heads, rule.over = heads, over  # type: ignore[attr-defined]
        rule.asks = rule.__code__.co_argcount == 2  # type: ignore[attr-defined]
        return rule

    return mark


def rewrite(
    graph: Graph, rules: Iterable[Rule], fired: dict[str, int] | None = None
) -> Graph:
    """A graph of equal value, in which no rule applies any more.

    `fired`, if given, counts the firings of each rule by name.
    """
    book = Rulebook(rules)
    if not any(book.rules_for(node) or node.op.bodies() for node in graph.nodes):
        return graph
    with building(graph.scope()) as scope:
        becomes = Engine(scope, book, fired).settle_all(graph)
        if all(old is new for old, new in becomes.items()):
            return graph
        return _closed(graph, scope, becomes)


def rebuilt(graph: Graph, scope: Scope, becomes: Mapping[Node, Node]) -> Graph:
    """`graph` with its outputs replaced as `becomes` says, and roles that follow."""
    record = current_record()
    if record is not None:
        record.replaced(scope, becomes)
    return _closed(graph, scope, becomes)


def _closed(graph: Graph, scope: Scope, becomes: Mapping[Node, Node]) -> Graph:
    outputs = {name: becomes.get(node, node) for name, node in graph.outputs.items()}
    roles = scope.roles
    if roles:
        for old, new in becomes.items():
            if new.args and old not in roles:
                roles.pop(new, None)  # What stands for a forward node is one.
    for node, role in list(roles.items()):
        of = becomes.get(role.of, role.of)
        if of is not role.of:
            roles[node] = role._replace(of=of)
    return Graph(graph.inputs, outputs, signature=graph.signature)


def inherit(scope: Scope, old: Node, new: Node) -> None:
    """Give the name, the line, the role and the mark of `old` to what replaces it.

    A forward node that serves as a gradient too stays a forward node, without the
    gradient's name.
    """
    name, position = scope.names.get(old), scope.positions.get(old)
    role, mark = scope.roles.get(old), scope.marks.get(old)
    for made in scope.take_fresh():
        if mark is not None:
            scope.marks.setdefault(made, mark)
        if position is not None:
            scope.positions.setdefault(made, position)
        if role is not None:
            scope.roles.setdefault(made, role)
    if name is not None and new.args and (role is None or new in scope.roles):
        scope.names.setdefault(new, name)


def bring_forward(scope: Scope, node: Node, reader: Node) -> bool:
    """Move `node` out of the derivative, to where a forward `reader` now reads it.

    Whether it did move: it stays if the reader belongs to a derivative itself.
    """
    if reader in scope.roles or scope.roles.pop(node, None) is None:
        return False
    if reader in scope.positions:
        scope.positions[node] = scope.positions[reader]
    scope.marks.pop(node, None)
    if reader in scope.marks:
        scope.marks[node] = scope.marks[reader]
    return True


def _is_one_of(op: Op, heads: Sequence[Head]) -> bool:
    return any(isinstance(op, h) if isinstance(h, type) else op is h for h in heads)


class Rulebook:
    """Rules, by the ops of the nodes that each may begin with."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Take the rules, in the order in which they are tried."""
        self.rules = tuple(rules)
        self._found: dict[tuple[Head, ...], tuple[Rule, ...]] = {}

    def rules_for(self, node: Node) -> tuple[Rule, ...]:
        """The rules that may begin with `node`."""
        op = node.op
        ops = [op, *[arg.op for arg in node.args]]
        key = tuple([o if type(o) is Elementwise else type(o) for o in ops])
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(
                rule
                for rule in self.rules
                if _is_one_of(op, rule.heads)  # type: ignore[attr-defined]
                and (not rule.over or any(_is_one_of(o, rule.over) for o in ops[1:]))  # type: ignore[attr-defined]
            )
        return found


class Engine:
    """The rules at work: what each node has settled to, and how many read it."""

    def __init__(
        self, scope: Scope, book: Rulebook, fired: dict[str, int] | None = None
    ) -> None:
        """Build in `scope`; count firings in `fired`."""
        self.scope = scope
        self.book = book
        self.settled: dict[Node, Node] = {}
        self._uses: dict[Node, int] = {}
        self._fired = fired
        self._record = current_record()

    def settle_all(self, graph: Graph) -> dict[Node, Node]:
        """Settle the nodes of `graph`; returns what each has become."""
        self.scope.keep_fresh = True
        uses = self._uses
        for node in graph.nodes:
            for arg in node.args:
                uses[arg] = uses.get(arg, 0) + 1
        for node in graph.outputs.values():
            uses[node] = uses.get(node, 0) + 1
        settled = self.settled
        for node in graph.nodes:
            if node not in settled:
                new = self._rebuild(node)
                better = self._improve(new)
                final = new if better is None else self._finish(better)
                settled[node] = settled[new] = final
        return settled

    def sole(self, node: Node) -> bool:
        """Whether at most one node reads `node`, so that changing it adds no work."""
        return self._uses.get(node, 0) <= 1

    def serves_only(self, node: Node, reader: Node) -> bool:
        """Whether nothing but `reader` reads `node`, once or twice."""
        return self._uses.get(node, 0) <= reader.args.count(node)

    def known(self, op: Op, *args: Node) -> Node | None:
        """The node of `op` on `args` if it has been settled as it is, else None."""
        node = self.scope.nodes.get((op, args))
        return node if node is not None and self.settled.get(node) is node else None

    def _finish(self, root: Node) -> Node:
        """Settle what a rule has made, which may stand on nodes not settled yet."""
        settled, stack = self.settled, [root]
        becomes: dict[Node, Node] = {}
        for _ in range(MOST_STEPS):
            node = stack[-1]
            waiting = [a for a in node.args if a not in settled]
            if node in settled:
                stack.pop()
                if not stack:
                    return settled[root]
            elif node in becomes:
                if becomes[node] in settled:
                    settled[node] = settled[becomes[node]]
                else:
                    stack.append(becomes[node])
            elif waiting:
                stack += reversed(waiting)
            else:
                new = self._rebuild(node)
                better = self._improve(new)
                if better is None:
                    settled[node] = settled[new] = new
                else:
                    becomes[node] = becomes[new] = better
        raise GraphValueError(f"rewriting {root!r} does not come to an end")

    def _rebuild(self, node: Node) -> Node:
        old, op, settled = node.args, node.op, self.settled
        if not old:
            return node
        args = tuple([settled[a] for a in old])
        if bodies := op.bodies():
            rules = self.book.rules
            op = op.with_bodies(tuple(rewrite(body, rules) for body in bodies))
        if args == old and op is node.op:
            return node
        new = self.scope.make(op, args)
        inherit(self.scope, node, new)
        count = self._uses.pop(node, 0)
        if self._uses.get(new):
            self._let_go(new)
        self._uses[new] = self._uses.get(new, 0) + count
        return new

    def _improve(self, node: Node) -> Node | None:
        """What the first rule that applies makes of `node`."""
        for rule in self.book.rules_for(node):
            asks = rule.asks  # type: ignore[attr-defined]
            better: Node | None = rule(node, self) if asks else rule(node)
            if better is None or better is node:
                continue
            if better.type != node.type:
                raise AssertionError(
                    f"{rule.__name__} turned {node.type} into {better.type}"
                )
            if self._fired is not None:
                name = rule.__name__
                self._fired[name] = self._fired.get(name, 0) + 1
            if self._record is not None:
                self._record.note(self.scope, rule, node, better)
            inherit(self.scope, node, better)
            self._hand_over(node, better)
            return better
        return None

    def _hand_over(self, old: Node, new: Node) -> None:
        """Let the readers of `old` read `new`."""
        uses = self._uses
        count = uses.pop(old, 0)
        if not count:
            return
        before = uses.get(new, 0)
        uses[new] = before + count
        if not before:
            self._take_up(new)
        self._let_go(old)

    def _take_up(self, root: Node) -> None:
        """Count `root`, which is read now, as a reader of its arguments."""
        uses, stack = self._uses, [root]
        while stack:
            for arg in stack.pop().args:
                uses[arg] = uses.get(arg, 0) + 1
                if uses[arg] == 1:
                    stack.append(arg)

    def _let_go(self, root: Node) -> None:
        """Count `root`, which nothing reads, no more as a reader of its arguments."""
        uses, stack = self._uses, [root]
        while stack:
            for arg in stack.pop().args:
                uses[arg] = uses.get(arg, 0) - 1
                if uses[arg] == 0:
                    stack.append(arg)
