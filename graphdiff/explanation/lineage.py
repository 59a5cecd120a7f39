"""Whether one graph was made from another by the known passes, and by which rules.

The passes are run once more on the first graph, with a record; if what comes out is the
second graph, the record says which rule made which node of which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from graphdiff.derivative.differentiate import differentiate
from graphdiff.errors import GraphdiffError
from graphdiff.explanation.compare import Comparison
from graphdiff.explanation.keys import Numbering
from graphdiff.explanation.wording import first_line
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.rewrite import Pass, recording, simplify, stabilise

Maker = Callable[[Graph], Graph]


@dataclass(frozen=True)
class Rule:
    """A rule that was at work: its name, its equation, and whose it is.

    A `stabilising` rule may change rounding for the better, and make a finite number of
    what overflows or is NaN as written; any other changes rounding at most.
    """

    name: str
    equation: str
    stabilising: bool

    def __str__(self) -> str:
        """One line: name, equation, and what it may change."""
        kind = " (stabilising)" if self.stabilising else ""
        return f"{self.name}{kind}: {self.equation}"


@dataclass
class Lineage:
    """How the second graph was made from the first.

    `call` is what to write, of ``a``; `rules` lists the rules at work with how often
    they applied, `by_old` and `by_new` those that replaced or made a computation, by
    its number.
    """

    call: str = ""
    rules: dict[Rule, int] = field(default_factory=dict)
    by_old: dict[int, list[Rule]] = field(default_factory=dict)
    by_new: dict[int, list[Rule]] = field(default_factory=dict)


def lineage(found: Comparison) -> Lineage:
    """The passes by which the second graph of a comparison follows from the first."""
    a, b = found.a.graph, found.b.graph
    for call, make in _candidates(a, b):
        try:
            with recording() as passes:
                made = make(a)
        except GraphdiffError:
            continue
        if _is(found.numbering, made, b):
            return _lineage(call, passes, found)
    return Lineage()


def _is(numbering: Numbering, a: Graph, b: Graph) -> bool:
    """Whether two graphs have the same outputs by name, computed in the same way."""
    if list(a.outputs) != list(b.outputs) or list(a.inputs) != list(b.inputs):
        return False
    first, second = numbering.of_graph(a), numbering.of_graph(b)
    return all(
        first[x] == second[y]
        for x, y in zip(a.outputs.values(), b.outputs.values(), strict=True)
    )


def _candidates(a: Graph, b: Graph) -> Iterator[tuple[str, Maker]]:
    if list(a.inputs) != list(b.inputs):
        return
    more = [name for name in b.outputs if name not in a.outputs]
    if not more:
        yield "gd.simplify(a)", simplify
        yield "gd.stabilise(a)", stabilise
        yield "gd.simplify(gd.stabilise(a))", lambda g: simplify(stabilise(g))
        return
    for name, wrt, kinks in _derivatives(a, b):
        of = "" if len(a.outputs) == 1 else f", of={name!r}"
        words = "" if kinks == "mean" else f", kinks={kinks!r}"
        whole = len(wrt) == sum(x.type.is_inexact for x in a.inputs.values())
        at = "" if whole else f", wrt={wrt!r}"
        for safe in (True, False):
            raw = "" if safe else ", stabilise=False"
            text = f"gd.differentiate(a{of}{at}{words}{raw})"
            make = partial(differentiate, of=name, wrt=wrt, kinks=kinks, stabilise=safe)
            yield text, make
            yield f"gd.simplify({text})", partial(_simplified, make)


def _simplified(make: Maker, graph: Graph) -> Graph:
    return simplify(make(graph))


def _derivatives(a: Graph, b: Graph) -> Iterator[tuple[str, list[str], str]]:
    """The outputs of `a` that may have been differentiated, and in what."""
    from graphdiff.emit.shell.header import gradients_of
    from graphdiff.explanation.derivation import kinks_of

    known = gradients_of(b)
    wrt = [known[n] for n in b.outputs if n in known and n not in a.outputs]
    if not wrt:
        return
    for name, node in a.outputs.items():
        if not isinstance(node.type, tuple) and not node.type.shape:
            yield name, wrt, kinks_of(b)


def _lineage(call: str, passes: list[Pass], found: Comparison) -> Lineage:
    made = Lineage(call)
    known = {**found.a.numbers, **found.b.numbers}
    for phase in passes:
        stable = phase.name == "stabilise"
        for step in phase.steps:
            rule = Rule(step.rule, first_line(step.equation), stable)
            made.rules[rule] = made.rules.get(rule, 0) + 1
            for node, table in ((step.old, made.by_old), (step.new, made.by_new)):
                number = _number(found.numbering, node, known)
                rules = table.setdefault(number, [])
                if rule not in rules:
                    rules.append(rule)
    return made


def _number(numbering: Numbering, node: Node, known: dict[Node, int]) -> int:
    if node not in known:
        numbering.beyond([node], known)
    return known[node]
