r"""The formulas of a graph: an equation for each value that has a symbol.

The left side of a gradient is a derivative, ``\frac{\partial J}{\partial W_1}``; that
of an intermediate value introduces its short name too: ``\bar{Z} = \frac{\partial J}
{\partial Z} = ...``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Input, Node, Pick
from graphdiff.ops.core.entries import Elementwise
from graphdiff.ops.region.region import Region
from graphdiff.show.formula.boxes import Box, Space, row
from graphdiff.show.formula.entrywise import is_scalar
from graphdiff.show.formula.latex import latex
from graphdiff.show.formula.local import LocalRules
from graphdiff.show.formula.mathml import mathml
from graphdiff.show.formula.names import Symbols, symbol
from graphdiff.show.formula.notation import (
    Term,
    boxed,
    laid_out,
)
from graphdiff.show.formula.plan import Plan
from graphdiff.show.formula.region import Line, RegionWriter
from graphdiff.show.formula.signs import SIGNS
from graphdiff.show.formula.slopes import PARTIAL, Block, blocks
from graphdiff.show.formula.unicode import unicode
from graphdiff.show.formula.view import View, entry_of
from graphdiff.show.formula.writer import TermWriter

DOT = boxed(SIGNS[r"\bullet"])
"""The adjoint that arrives at a node, in a rule for any."""


class Formula(NamedTuple):
    """An equation, or an expression where there is nothing on the `left`.

    `left` has the names of the value: ``Z̄`` and ``∂J/∂Z``; `right` what it is.
    """

    left: tuple[Term, ...]
    right: Term
    note: Term | None = None

    def latex(self) -> str:
        """LaTeX for math mode."""
        return latex(self.boxes())

    def unicode(self) -> str:
        """One line of Unicode."""
        return unicode(self.boxes(linear=True))

    def mathml(self, block: bool = False) -> str:
        """A ``math`` element for a page; `block`: on a line of its own."""
        return mathml(self.boxes(), block)

    def boxes(self, linear: bool = False) -> Box:
        """What all three are printed from; `linear` for one line of text."""
        parts: list[Box] = []
        for side in (*self.left, self.right):
            parts += [SIGNS["="]] if parts else []
            parts.append(laid_out(side, linear))
        if self.note is not None:
            parts += [SIGNS[","], Space(wide=True), laid_out(self.note, linear)]
        return row(*parts)

    def __str__(self) -> str:
        """The line of Unicode."""
        return self.unicode()


def _inside(
    body: Graph, given: dict[Node, Term], step: Term | None, symbols: Symbols
) -> tuple[list[Line], TermWriter]:
    """The equations of a body, and who writes its values."""
    made = Formulas(body, symbols=symbols, given=given, step=step)
    forward, gradient = made.equations()
    lines = [(f.left, f.right, f.note) for f in (*forward, *gradient)]
    return lines, made.writer


class Formulas:
    """The formulas of one graph, for those who show single nodes of it."""

    def __init__(
        self,
        graph: Graph,
        *,
        symbols: Symbols | None = None,
        given: Mapping[Node, Term] | None = None,
        step: Term | None = None,
    ) -> None:
        """Give symbols to the values of `graph`: linear in its size.

        Of a body within another graph: see `Plan`.
        """
        self.graph = graph
        self.plan = Plan(graph, symbols, given, step)
        self.writer = TermWriter(self.plan.symbols, self.plan.known)
        self._regions: dict[Node, list[Formula]] = {}
        self._said: set[Node] = set()
        for node in graph.nodes:
            if isinstance(node.op, Region):
                self._add_region(node)
        for name in graph.dims:
            self.plan.symbols.size(name)

    def _add_region(self, node: Node) -> None:
        """Write a loop or branch; results that are stacks are said step by step."""
        picks = {n.op.index: n for n in self._picks.get(node, [])}  # type: ignore[attr-defined]
        known = {
            i: self.plan.known[n] for i, n in picks.items() if n in self.plan.known
        }
        given = {i for i, n in picks.items() if n in self.plan.given}
        region = RegionWriter(self.writer, node, _inside, known, given)
        self.writer.results[node] = region.results()
        self._regions[node] = [Formula(*line) for line in region.lines]
        self.plan.known.update(
            (picks[i], region.kept[i]) for i in picks if i in region.kept
        )
        stacks = (n for i, n in picks.items() if node.op.is_stack(i))  # type: ignore[attr-defined]
        self._said.update(stacks)

    @cached_property
    def _picks(self) -> dict[Node, list[Node]]:
        found: dict[Node, list[Node]] = {}
        for node in self.graph.nodes:
            if isinstance(node.op, Pick):
                found.setdefault(node.args[0], []).append(node)
        return found

    def symbol(self, node: Node) -> Formula | None:
        """The symbol of a node, if it has one."""
        known = self.plan.known.get(node)
        return None if known is None else Formula((), known)

    def expression(self, node: Node) -> Formula:
        """What a node computes, in terms of the values that have symbols."""
        if isinstance(node.op, Input):
            return Formula((), self.plan.known[node])
        return Formula((), self._right(node)[1])

    def equation(self, node: Node) -> Formula:
        """The names of a node and what it computes; of an unnamed one only that."""
        if isinstance(node.op, Input):
            return Formula((), self.plan.known[node])
        indices, right = self._right(node)
        return Formula(self._left(node, indices), right)

    def lines(self, node: Node) -> list[Formula]:
        """The equation of a node; of a loop or a branch all that it does."""
        if node in self._regions:
            return self._regions[node]
        return [] if node in self._said else [self.equation(node)]

    def equations(self) -> tuple[list[Formula], list[Formula]]:
        """Those of the forward part, and those of the gradient, in order."""
        forward = [f for node in self.plan.forward for f in self.lines(node)]
        gradient = [f for node in self.plan.gradient for f in self.lines(node)]
        for name, node in self.graph.outputs.items():
            alias = self._alias(name, node)
            if alias is not None:
                (gradient if name in self._gradients else forward).append(alias)
        return forward, gradient

    @cached_property
    def _other_names(self) -> dict[str, Term]:
        """Outputs that are an input, or another output, under a name of their own."""
        if self.plan.is_body:
            return {}
        met: set[Node] = set()
        found: dict[str, Term] = {}
        for name, node in self.graph.outputs.items():
            again = node in met or self.graph.inputs.get(name, node) is not node
            again = again or (
                isinstance(node.op, Input) and name not in self.graph.inputs
            )
            if again and name not in self._gradients and node in self.plan.known:
                found[name] = boxed(self.plan.symbols.of(name))
            met.add(node)
        return found

    def _alias(self, name: str, node: Node) -> Formula | None:
        """An output that is another value under a name of its own."""
        path = self._gradients.get(name)
        if path is None:
            known = self._other_names.get(name)
            return None if known is None else Formula((known,), self.plan.known[node])
        stated = self._adjoints.get(node) is self.graph.inputs[path]
        if stated and node not in self._said:
            return None
        below = self.plan.known[self.graph.inputs[path]]
        known = self.plan.known.get(node)
        if known is not None:
            return Formula((PARTIAL(self._numerator, below),), known)
        indices, right = self._right(node)
        return Formula((PARTIAL(self._numerator, entry_of(below, indices)),), right)

    def local(self, node: Node, place: int) -> Formula | None:
        """The derivative of a node by its argument `place`; None where none flows.

        Of an op that works entry by entry a factor, ``∂H/∂Z = 1 − H^⊙2``; of any
        other what becomes of the adjoint that arrives, which is a dot: ``Xᵀ •``.
        """
        rule = self._rules.of(node, place)
        if rule is None:
            return None
        (adjoint, *variables), made = rule
        view = View(self.writer)
        known = {adjoint: DOT}
        for variable, of in zip(variables, (node, *node.args), strict=True):
            if isinstance(variable.op, Input):
                entries = isinstance(node.op, Elementwise) and is_scalar(of)
                known.setdefault(
                    variable,
                    view.number(of) if entries else self.writer.array(of, view),
                )
        writer = TermWriter(self.plan.symbols, known)
        if isinstance(node.op, Elementwise) and is_scalar(made):
            return Formula(self._slope(node, place, ()), View(writer).number(made))
        indices, right = writer.equation(made)
        return Formula(self._slope(node, place, indices), right)

    def _slope(
        self, node: Node, place: int, indices: tuple[Term, ...]
    ) -> tuple[Term, ...]:
        """``∂H/∂Z``, of an op that works entry by entry on what has a symbol."""
        known = self.plan.known
        above, below = known.get(node), known.get(node.args[place])
        if above is None or below is None or not isinstance(node.op, Elementwise):
            return ()
        return (PARTIAL(entry_of(above, indices), entry_of(below, indices)),)

    @cached_property
    def _rules(self) -> LocalRules:
        return LocalRules()

    def _right(self, node: Node) -> tuple[tuple[Term, ...], Term]:
        if isinstance(node.type, tuple):
            return (), self.writer.called(View(self.writer), node)
        return self.writer.equation(node)

    def _left(self, node: Node, indices: tuple[Term, ...]) -> tuple[Term, ...]:
        known = self.plan.known.get(node)
        derivative = self._derivative(node, indices)
        if known is None:
            return derivative
        name = entry_of(known, indices)
        if not derivative:
            return (name,)
        used = self._reads[node] or node in self._shared
        return (name, *derivative) if used else derivative

    @cached_property
    def _shared(self) -> set[Node]:
        """Adjoints that are the gradient of another value too, as an output says."""
        outputs, inputs = self.graph.outputs, self.graph.inputs
        pairs = (
            (outputs[name], inputs[path]) for name, path in self._gradients.items()
        )
        return {node for node, of in pairs if self._adjoints.get(node) is not of}

    @cached_property
    def _reads(self) -> Counter[Node]:
        return Counter(arg for node in self.graph.nodes for arg in node.args)

    def _derivative(self, node: Node, indices: tuple[Term, ...]) -> tuple[Term, ...]:
        """``∂J/∂Z``, if the node is that; within a loop it is not known of what."""
        if self.plan.is_body:
            return ()
        block = self._blocks.get(node)
        if block is not None:
            return (block.term(self._numerator, self.plan.known, indices),)
        of = self._adjoints.get(node)
        if of is None:
            return ()
        below = entry_of(self.plan.known[of], indices)
        return (PARTIAL(self._numerator, below),)

    @cached_property
    def _blocks(self) -> dict[Node, Block]:
        return blocks(self.graph)

    @cached_property
    def _adjoints(self) -> dict[Node, Node]:
        """The nodes that are adjoints, and of what: as their names say."""
        graph, found = self.graph, {}
        for node in self.plan.gradient:
            if node not in found:
                of = self.plan.adjoint_of(graph.name_of(node) or "")
                if of is not None and of.type == node.type:
                    found[node] = of
        for output, path in self._gradients.items():
            if graph.outputs[output] in self.plan.gradient_nodes:
                found.setdefault(graph.outputs[output], graph.inputs[path])
        return found

    @property
    def _gradients(self) -> dict[str, str]:
        return self.plan.gradients

    @cached_property
    def _numerator(self) -> Term:
        """The value that was differentiated: the scalar among the outputs."""
        graph = self.graph
        for node in graph.outputs.values():
            known = self.plan.known.get(node)
            scalar = not isinstance(node.type, tuple) and node.type.shape == ()
            if known is not None and scalar and graph.role_of(node) is None:
                return known
        name = graph.signature.function if graph.signature else "J"
        return boxed(symbol(name))
