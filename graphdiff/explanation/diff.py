"""What changed between two graphs: statements gone and new, and which rule did it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from graphdiff.emit.store.statements import Statement
from graphdiff.explanation.compare import Comparison, Side
from graphdiff.explanation.lineage import Lineage, Rule, lineage
from graphdiff.explanation.local import statement_lines
from graphdiff.explanation.paths import counted
from graphdiff.explanation.wording import Wording, inert, shortened
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Node
from graphdiff.graph.types import show_type


class Change(NamedTuple):
    """One line of a difference.

    `sign` is ``-`` for what only the first graph has, ``+`` for what only the second
    has, and a space for what both have; `rules` are those that replaced it or made it.
    """

    sign: str
    text: str
    where: str = ""
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What `diff` gives: true if there is a difference; printing it lists it.

    `gone`, `new` and `replaced` are nodes (pairs of nodes of the same name, in
    `replaced`); `renamed` are pairs of names; `moved` the names of values that are in
    another part now, forward or gradient. `made_by` says by which passes the second
    graph follows from the first, if it does, and `rules` how often each rule applied.
    `changes` is the listing.
    """

    gone: tuple[Node, ...]
    new: tuple[Node, ...]
    replaced: tuple[tuple[Node, Node], ...]
    renamed: tuple[tuple[str, str], ...]
    moved: tuple[str, ...]
    interface: tuple[str, ...]
    made_by: str
    rules: dict[Rule, int]
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        """Whether there is a difference."""
        return bool(
            self.gone
            or self.new
            or self.replaced
            or self.renamed
            or self.moved
            or self.interface
        )

    def __str__(self) -> str:
        """The listing: a summary, then statements as in a unified diff."""
        if not self:
            return "no difference"
        return "\n".join([*self._summary(), "", *self._listing()]).rstrip()

    __repr__ = __str__

    def _summary(self) -> Iterator[str]:
        if self.made_by:
            yield f"b is {self.made_by}"
        gone = counted(sum(bool(n.args) for n in self.gone), "operation")
        made = sum(bool(n.args) for n in self.new)
        otherwise = counted(len(self.replaced), "value")
        yield f"{gone} gone, {made} new, {otherwise} computed otherwise"
        yield from self.interface
        for old, new in self.renamed:
            yield f"renamed: {old} -> {new}"
        for words in self.moved:
            yield f"moved: {words}"

    def _listing(self) -> Iterator[str]:
        same = 0
        told: set[Rule] = set()
        for change in (*self.changes, Change("", "")):
            if change.sign == " ":
                same += 1
                continue
            if same:
                yield f"  ... {counted(same, 'statement')} unchanged"
                same = 0
            if not change.sign:
                continue
            where = f"  # {change.where}" if change.where else ""
            yield f"{change.sign} {change.text}{where}"
            for rule in change.rules:
                yield f"    by {rule.name if rule in told else rule}"
                told.add(rule)
        other = [rule for rule in self.rules if rule not in told]
        if other:
            yield ""
            yield "also at work:"
        for rule in other:
            yield f"  {rule}"


def diff(a: Graph, b: Graph) -> Difference:
    """What changed from the graph `a` to the graph `b`.

    Graphs are compared by what they compute, from the inputs on by name, whatever
    scope their nodes were built in: linear in both. A value that has a name in both and
    is computed otherwise counts as replaced, and who reads it as unchanged. Where `b`
    follows from `a` by known passes (`stabilise`, `simplify`, `differentiate`), these
    are run again to tell which rule changed what, with its equation, and whether it is
    one of the stabilising rules, which may change rounding and what overflows; other
    rules change rounding at most.

    The result is false if there is no difference; printing it lists the statements of
    `a` that are gone (``-``) and those of `b` that are new (``+``).

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def f(x):
    ...     y = np.log(1 + x)
    ...     return np.sum(y)
    >>> a = gd.trace(f, gd.spec("n"))
    >>> print(gd.diff(a, gd.stabilise(a)))  # doctest: +ELLIPSIS
    b is gd.stabilise(a)
    1 operation gone, 0 new, 1 value computed otherwise
    <BLANKLINE>
    - y = np.log(1 + x)...
    + y = np.log1p(x)...
        by log_of_one_plus (stabilising): log(1 + x) -> log1p(x), and log(1 - x) -> ...
      ... 1 statement unchanged
    >>> print(gd.diff(a, a))
    no difference
    """
    check_graph("diff", a)
    check_graph("diff", b)
    found = Comparison(a, b)
    interface = tuple(_interface(a, b, found))
    renamed = tuple(_renamed(found))
    moved = tuple(_moved(found))
    parts = tuple(found.gone), tuple(found.new), tuple(found.replaced)
    if not any((*parts, interface, renamed, moved)):
        return Difference(*parts, (), (), (), "", {}, ())
    made = lineage(found)
    changes = tuple(_Merge(found, made).changes())
    return Difference(*parts, renamed, moved, interface, made.call, made.rules, changes)


def _interface(a: Graph, b: Graph, found: Comparison) -> Iterator[str]:
    """What changed of inputs and outputs."""
    for what, old, new in (
        ("input", a.inputs, b.inputs),
        ("output", a.outputs, b.outputs),
    ):
        for name in old:
            if name not in new:
                yield f"{what} gone: {inert(name)}"
            elif old[name].type != new[name].type:
                types = show_type(old[name].type), show_type(new[name].type)
                yield f"{what} {inert(name)}: {types[0]} -> {types[1]}"
            elif found.partners.get(old[name], new[name]) is not new[name]:
                yield f"{what} {inert(name)} is another value"
        for name in new:
            if name not in old:
                yield f"{what} new: {inert(name)}"


def _renamed(found: Comparison) -> Iterator[tuple[str, str]]:
    """The values that both have, under different names."""
    a, b = found.a.graph, found.b.graph
    for old, new in found.partners.items():
        names = a.name_of(old), b.name_of(new)
        if all(names) and names[0] != names[1] and old.args:
            yield inert(str(names[0])), inert(str(names[1]))


def _moved(found: Comparison) -> Iterator[str]:
    """The values that both have, one in the forward part and one in the gradient."""
    a, b = found.a.graph, found.b.graph
    for old, new in found.partners.items():
        parts = [g.role_of(n) is not None for g, n in ((a, old), (b, new))]
        if parts[0] != parts[1] and old.args:
            name = a.name_of(old) or b.name_of(new) or old.op.label
            words = ["forward part", "gradient"]
            yield f"{inert(name)}: {words[parts[0]]} -> {words[parts[1]]}"


class _Merge:
    """The statements of both graphs in one order, each with what became of it."""

    def __init__(self, found: Comparison, made: Lineage) -> None:
        self.found = found
        self.made = made
        self.wordings = Wording(found.a.graph), Wording(found.b.graph)
        self.old, self.new = (w.listed.body.statements for w in self.wordings)
        self.places = {s.node: i for i, s in enumerate(self.old)}
        self.homes = {s.node: s for s in self.new}
        self.back = {b: a for a, b in found.partners.items()}

    def changes(self) -> Iterator[Change]:
        """Walk along the second graph; what is gone stands where it was."""
        at = 0
        for statement in self.new:
            partner = self.back.get(statement.node)
            place = self.places.get(partner, -1) if partner is not None else -1
            same = place >= 0 and self._same(self.old[place], statement)
            if place >= at:
                stop = place if same else place + 1
                yield from self._gone(self.old[at:stop])
                at = place + 1
            if same:
                yield Change(" ", statement.name)
            else:
                yield from self._lines("+", statement, self.wordings[1])
        yield from self._gone(self.old[at:])

    def _same(self, old: Statement, new: Statement) -> bool:
        """Whether two statements compute the same, or at least say the same."""
        rules = self.found.a.rules[old.node], self.found.b.rules[new.node]
        return rules[0] == rules[1] or old.flat == new.flat

    def _gone(self, statements: Sequence[Statement]) -> Iterator[Change]:
        for statement in statements:
            partner = self.found.partners.get(statement.node)
            there = self.homes.get(partner) if partner is not None else None
            if there is None:
                kept = partner is not None
                kept = kept and not self.found.is_replaced(statement.node)
            else:
                kept = self._same(statement, there)
            if not kept:
                yield from self._lines("-", statement, self.wordings[0])

    def _lines(
        self, sign: str, statement: Statement, wording: Wording
    ) -> Iterator[Change]:
        position = wording.listed.body.position_of(statement)
        where = inert(str(position)) if position is not None else ""
        role = wording.graph.role_of(statement.node)
        if role is not None and sign == "+" and not where:
            where = f"rule of {inert(role.rule)} at {wording.name(role.of)}"
        rules = self._rules(sign, statement)
        *lines, last = statement_lines(statement)
        for line in lines:
            yield Change(sign, shortened(line), where)
            where = ""
        yield Change(sign, shortened(last), where, rules)

    def _rules(self, sign: str, statement: Statement) -> tuple[Rule, ...]:
        """The rules that made the nodes of a new statement."""
        if sign == "-":
            return ()
        side: Side = self.found.b
        old: Side = self.found.a
        met: dict[Rule, None] = {}
        for node in dict.fromkeys((statement.node, *statement.parts)):
            for rule in self.made.by_new.get(side.numbers.get(node, -1), ()):
                met[rule] = None
        partner = self.back.get(statement.node)
        if not met and partner is not None:
            for rule in self.made.by_old.get(old.numbers.get(partner, -1), ()):
                met[rule] = None
        return tuple(met)
