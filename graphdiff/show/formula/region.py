r"""Loops and branches as formulas: recurrences, ranges of their index, cases.

The carry of a loop before step t is ``h_t`` and after it ``h_{t+1}``; a loop that runs
from the end has them the other way round. What a step reads of a stack is ``x_t``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While
from graphdiff.show.formula.boxes import Box, Slot, Table
from graphdiff.show.formula.entrywise import added, not_
from graphdiff.show.formula.names import Symbols, primed, symbol
from graphdiff.show.formula.notation import (
    ATOM,
    STACK,
    Binds,
    Notation,
    Term,
    boxed,
    laid_out,
    letter,
    subscripted,
)
from graphdiff.show.formula.numbers import number
from graphdiff.show.formula.view import View, entry_of
from graphdiff.show.formula.writer import TermWriter

Line = tuple[tuple[Term, ...], Term, Term | None]
"""The names on the left of an equation, its right side, and when it holds."""

Inside = Callable[
    [Graph, dict[Node, Term], Term | None, Symbols], tuple[list[Line], TermWriter]
]
"""Writes the equations of a body, given the terms of its inputs and results."""

_RANGE = Notation(r"#1 = 0, \dots, #2", Binds.RELATION, (Binds.ATOM, Binds.RELATION))
_DOWN = Notation(r"#1 = #2, \dots, 0", Binds.RELATION, (Binds.ATOM, Binds.RELATION))
_AS_LONG = Notation(
    r"#1 = 0, 1, \dots \, \text{while} \, #2",
    Binds.RELATION,
    (Binds.ATOM, Binds.RELATION),
)
_IF = Notation(r"\text{if} \, #1", Binds.RELATION, (Binds.RELATION,))
_LETTERS = "tsrpq"


class RegionWriter:
    """Writes the equations of one region, and the terms of its results."""

    def __init__(
        self,
        writer: TermWriter,
        node: Node,
        inside: Inside,
        named: Mapping[int, Term],
        given: Collection[int] = (),
    ) -> None:
        """Take the writer of the graph around, and who writes bodies.

        `named`: the terms of those results that have a symbol in the graph around;
        `given`: those whose symbol a graph further out has chosen.
        """
        self.given = given
        self.named = named
        self.kept: dict[int, Term] = {}
        self.writer = writer
        self.symbols: Symbols = writer.symbols
        self.node = node
        self.inside = inside
        self.lines: list[Line] = []
        view = View(writer)
        self.args = [writer.array(arg, view) for arg in node.args]

    def results(self) -> list[Term]:
        """The terms of the results; `lines` has the equations then."""
        op = self.node.op
        if isinstance(op, Cond):
            return self._branch(op)
        return self._loop(op)

    def _loop(self, op: Any) -> list[Term]:
        step = boxed(self.symbols.numbered(_LETTERS))
        after = added(step, number(1))
        length = self.writer.size(op.steps if isinstance(op, While) else op.length)
        names = list(op.body.inputs)
        count = op.carries
        carries = [
            boxed(self._carry(name, start))
            for name, start in zip(names[:count], self.args, strict=False)
        ]
        back = isinstance(op, Loop) and op.reverse
        ends = (length, number(0)) if back else (number(0), length)
        before, behind = (after, step) if back else (step, after)
        for carry, start in zip(carries, self.args, strict=False):
            first = subscripted(carry, ends[0])
            if laid_out(first) != laid_out(start):
                self.lines.append(((first,), start, None))
        scanned = op.scanned if isinstance(op, Loop) else 0
        terms = [subscripted(carry, before) for carry in carries]
        stacks = self.args[count : count + scanned]
        terms += [entry_of(whole, [step]) for whole in stacks]
        terms += self.args[count + scanned :]
        outputs = list(op.body.outputs)
        made = [subscripted(carry, behind) for carry in carries]
        elements = self._kept(op.body, terms[:count], made)
        ahead = count + isinstance(op, While)
        for place, name in enumerate(outputs[count:], ahead):
            element = elements.get(op.body.outputs[name])
            if element is not None and place not in self.given:
                self.kept[place] = STACK(element, step)
                made.append(element)
                continue
            whole = self.named.get(place)
            if whole is None:
                whole = boxed(self.symbols.of(name))
            made.append(subscripted(whole, step))
        note = self._note(op, step, length, terms, back)
        self._body(op.body, terms, made, step, note)
        final = [subscripted(carry, ends[1]) for carry in carries]
        counted = [length] if isinstance(op, While) else []
        return [*final, *counted, *(STACK(r, step) for r in made[count:])]

    def _kept(
        self, body: Graph, before: Sequence[Term], behind: Sequence[Term]
    ) -> dict[Node, Term]:
        """What a step may keep that has a symbol already: its carries, and the next."""
        inputs, outputs = body.inputs.values(), body.outputs.values()
        found = dict(zip(outputs, behind, strict=False))
        found.update(zip(inputs, before, strict=False))
        return {node: found[node] for node in found if node.args or node in inputs}

    def _carry(self, name: str, start: Term) -> Box:
        """The symbol of a carry, whose first value no other value looks like."""
        if name.startswith("d_") and len(name) > 2:
            return self.symbols.bar(symbol(name[2:]))
        made = self.symbols.of(name)
        while True:
            first = laid_out(subscripted(boxed(made), number(0)))
            if self.symbols.is_free(first) or first == laid_out(start):
                return made
            made = primed(made)

    def _note(
        self, op: Any, step: Term, length: Term, terms: Sequence[Term], back: bool
    ) -> Term:
        """For which steps the equations of the body hold."""
        if isinstance(op, While):
            given = dict(zip(op.test.inputs.values(), terms, strict=True))
            lines, writer = self.inside(op.test, given, step, self.symbols)
            self.lines += lines
            (test,) = op.test.outputs.values()
            return _AS_LONG(step, writer.truth(test, View(writer)))
        last = self.writer.size(op.length - 1)
        return (_DOWN if back else _RANGE)(step, last)

    def _body(
        self,
        body: Graph,
        terms: Sequence[Term],
        made: Sequence[Term],
        step: Term | None,
        note: Term,
    ) -> None:
        """The equations of a body, and those of results that are something else too."""
        given = dict(zip(body.inputs.values(), terms, strict=True))
        wanted = dict(given)
        aliases: list[tuple[Term, Node]] = []
        for term, node in zip(made, body.outputs.values(), strict=True):
            if wanted.get(node) == term:
                continue
            if node in wanted or not node.args:
                aliases.append((term, node))
            else:
                wanted[node] = term
        lines, writer = self.inside(body, wanted, step, self.symbols)
        for term, node in aliases:
            lines.append(((term,), writer.array(node, View(writer)), None))
        if lines:
            left, right, _ = lines[-1]
            lines[-1] = (left, right, note)
        self.lines += lines

    def _branch(self, op: Cond) -> list[Term]:
        choice = self.node.args[0]
        whole = View(self.writer)
        if choice.type.dtype.kind == "b":
            truth = self.writer.truth(choice, whole)
            tests = [not_(truth), truth]
        else:
            equal = Notation("#1 = #2", Binds.RELATION, (Binds.SIGNED, Binds.SIGNED))
            numbers = range(len(op.branches))
            tests = [equal(self.args[0], number(i)) for i in numbers]
        values: list[list[Term]] = []
        for body, test in zip(op.branches, tests, strict=True):
            given = dict(zip(body.inputs.values(), self.args[1:], strict=True))
            lines, writer = self.inside(body, given, None, self.symbols)
            self.lines += [(left, right, _IF(test)) for left, right, _ in lines]
            view = View(writer)
            values.append([writer.array(n, view) for n in body.outputs.values()])
        order = range(len(tests))[::-1] if len(tests) == 2 else range(len(tests))
        results = range(len(values[0]))
        return [_cases([(tests[i], values[i][k]) for i in order]) for k in results]


def _cases(choices: Sequence[tuple[Term, Term]]) -> Term:
    """What holds in which case; the last is for all others."""
    rows, args = [], []
    for place, (test, value) in enumerate(choices):
        last = place == len(choices) - 1
        condition = letter("otherwise", "words") if last else _IF(test)
        rows.append((Slot(2 * place), Slot(2 * place + 1)))
        args += [value, condition]
    return Term(
        Table("cases", tuple(rows)), ATOM._replace(binds=Binds.QUOTIENT), tuple(args)
    )
