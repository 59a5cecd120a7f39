r"""Explanations in the notation of textbooks: ``\bar{H} = \bar{U}_2 W_2^\top``.

The adjoint of a value is its symbol with a bar, as in the formulas of a graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from graphdiff.explanation.local import Local
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Input, Node, Pick
from graphdiff.ops.region.region import Region
from graphdiff.show.formula import Formulas
from graphdiff.show.formula.boxes import Letter
from graphdiff.show.formula.latex import latex
from graphdiff.show.formula.mathml import element
from graphdiff.show.formula.names import barred, symbol
from graphdiff.show.formula.notation import Binds, Notation, Term, boxed, laid_out
from graphdiff.show.formula.unicode import unicode

PARTIAL = Notation(
    r"\frac{\partial #1}{\partial #2}", Binds.PRODUCT, (Binds.ATOM, Binds.ATOM)
)
TIMES = Notation(r"#1 \cdot #2", Binds.PRODUCT, (Binds.PRODUCT, Binds.PRODUCT))
PLUS = Notation("#1 + #2", Binds.SUM, (Binds.SUM, Binds.SUM))


class Equation(NamedTuple):
    """Terms with signs between them; ``+=`` says that a share is added."""

    sides: tuple[Term, ...]
    sign: str = "="

    def latex(self) -> str:
        """LaTeX for math mode."""
        sign = " = " if self.sign == "=" else r" \mathrel{+}= "
        return sign.join(latex(laid_out(side)) for side in self.sides)

    def mathml(self) -> str:
        """A ``math`` element."""
        parts = [element(laid_out(side)) for side in self.sides]
        sides = f"<mo>{self.sign}</mo>".join(parts)
        return f'<math displaystyle="true">{sides}</math>'

    def unicode(self) -> str:
        """One line."""
        parts = [unicode(laid_out(side, linear=True)) for side in self.sides]
        return f" {self.sign} ".join(parts)


Equations = Callable[[], Sequence[Equation]]
"""Equations that are made when somebody asks for them."""


def named(name: str) -> Term:
    """The symbol of a value that has a name."""
    return boxed(symbol(name))


def adjoint(name: str) -> Term:
    """The symbol of the adjoint of the value called `name`."""
    return boxed(barred(symbol(name)))


ONE = boxed(Letter("1", "number"))
"""The adjoint of the target."""


def legend(target: str) -> Equations:
    """What a bar means: the derivative of the target with respect to a value."""
    value = named("Z")
    return lambda: [Equation((adjoint("Z"), PARTIAL(named(target), value)))]


class Symbols:
    """The formulas of a graph, and of the steps of a derivative through it.

    `adjoints` maps the names of adjoints to those of what they are adjoints of,
    `values` names to the nodes of the graph that they stand for; `roots` are the nodes
    of which a statement is told.
    """

    def __init__(self, graph: Graph) -> None:
        """Make nothing yet: formulas are made when they are printed."""
        self.graph = graph
        self.adjoints: dict[str, str] = {}
        self.values: dict[str, Node] = {}
        self.roots: set[Node] = set()

    @cached_property
    def _whole(self) -> Formulas:
        """The formulas of the graph, in which values are called as in the listing.

        What has no name of the user's is written out where that is short, unless its
        own statement is told.
        """
        made = Formulas(self.graph)
        known = made.plan.known
        names = {node: name for name, node in self.values.items()}
        outputs = set(self.graph.outputs.values())
        for node in self.graph.nodes:
            kept = self.graph.name_of(node) is not None or node in outputs
            if kept or not node.args or isinstance(node.op, Pick):
                continue
            if node in self.roots and node in names:
                known[node] = named(names[node])
            elif node in known and all(a in known or not a.args for a in node.args):
                del known[node]
            elif node in known and node in names:
                known[node] = named(names[node])
        return made

    def symbol(self, name: str) -> Term:
        """The symbol of a value or of an adjoint, by its name."""
        of = self.adjoints.get(name)
        if of is not None:
            return adjoint(of)
        node = self.values.get(name)
        if node is None or not node.args:
            return named(name)
        known = self._whole.plan.known.get(node)
        return self._whole.expression(node).right if known is None else known

    def statement(self, node: Node, name: str) -> Equations | None:
        """The equation of a forward value."""
        if isinstance(node.type, tuple) or isinstance(node.op, (Input, Region)):
            return None
        if any(isinstance(a.op, Region) for a in node.args):
            return None
        return lambda: [Equation((self._left(node, name), self._right(node)))]

    def _left(self, node: Node, name: str) -> Term:
        known = self._whole.plan.known.get(node)
        return named(name) if known is None else known

    def _right(self, node: Node) -> Term:
        return self._whole.expression(node).right

    def share(self, local: Local, name: str, joins: bool) -> Equations:
        """What a step passes back under this name: added to what arrives, or all."""

        def made() -> Sequence[Equation]:
            formulas = self._of(local.graph)
            node = local.graph.outputs[name]
            right = formulas.expression(node).right
            needed = [
                Equation((formulas.plan.known[n], formulas.expression(n).right))
                for n in formulas.plan.forward
                if n is not node and n not in set(local.graph.outputs.values())
            ]
            sign = "+=" if joins else "="
            return [*needed, Equation((self.symbol(name), right), sign)]

        return made

    def slope(self, local: Local, top: str, bottom: str) -> Equations:
        """A local derivative."""
        left = PARTIAL(named(top), named(bottom))
        return lambda: [Equation((left, self._slope(local)))]

    def product(
        self,
        top: str,
        bottom: str,
        products: Sequence[Sequence[tuple[str, str, Local]]],
    ) -> Equations:
        """The whole derivative: the sum over paths of the products along each."""

        def made() -> Sequence[Equation]:
            left = Notation(
                r"\frac{d #1}{d #2}", Binds.PRODUCT, (Binds.ATOM, Binds.ATOM)
            )(named(top), named(bottom))
            chains = [
                _joined(TIMES, [PARTIAL(named(a), named(b)) for a, b, _ in chain])
                for chain in products
            ]
            values = [
                _joined(TIMES, [self._slope(local) for _, _, local in chain])
                for chain in products
            ]
            return [Equation((left, _joined(PLUS, chains), _joined(PLUS, values)))]

        return made

    def _slope(self, local: Local) -> Term:
        graph = local.graph
        return self._of(graph).expression(graph.outputs["slope"]).right

    def _of(self, graph: Graph) -> Formulas:
        """The formulas of a step, in the symbols of the whole."""
        formulas = Formulas(graph)
        known: Mapping[str, Node] = graph.inputs
        for name, node in known.items():
            formulas.plan.known[node] = self.symbol(name)
        return formulas


def _joined(notation: Notation, terms: Sequence[Term]) -> Term:
    total = terms[0]
    for term in terms[1:]:
        total = notation(total, term)
    return total
