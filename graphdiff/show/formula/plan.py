r"""Which values get a symbol and an equation of their own, and which symbol.

Inputs, outputs, and what the user has named keep their names. A value that is read
more than once, or that would make a line too long to read, gets a letter: T or t in
the forward part, G or g in the gradient (small for vectors and numbers). The adjoint of
a value Z is written \bar Z where it is used; the equation that defines it begins with
\frac{\partial J}{\partial Z}, so nothing has to be explained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from graphdiff.emit.shell.header import gradients_of
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import (
    Arange,
    Constant,
    Full,
    Made,
    Node,
    Pick,
    Size,
)
from graphdiff.ops.core.axes import Reshape, Spread, Transpose
from graphdiff.ops.core.entries import Cast
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.region import Region
from graphdiff.show.formula.boxes import Box
from graphdiff.show.formula.entrywise import is_scalar
from graphdiff.show.formula.names import Symbols
from graphdiff.show.formula.notation import Term, boxed, subscripted

_LONGEST = 22
_SMALL = 9
_LEAVES = (Full, Size, Arange, Made)
_LIGHT = (Transpose, Spread, Reshape, Cast)


class Plan:
    """The symbols of a graph's values, and the order of its equations.

    `known` maps nodes to symbols; `forward` and `gradient` list the nodes that have an
    equation, each after those that it reads.
    """

    def __init__(
        self,
        graph: Graph,
        symbols: Symbols | None = None,
        given: Mapping[Node, Term] | None = None,
        step: Term | None = None,
    ) -> None:
        """Plan the formulas of `graph`.

        Of a body within another graph `symbols` are those that are taken, `given` the
        terms of its inputs and of its results, and `step` the index of its loop.
        """
        self.graph = graph
        self.symbols = Symbols() if symbols is None else symbols
        self.known: dict[Node, Term] = dict(given or {})
        self.step = step
        self.is_body = given is not None
        self.given = frozenset(given or ())
        self._boxes: dict[Node, Box] = {}
        self.by_name: dict[str, Node] = {}
        self.gradients = {} if given is not None else gradients_of(graph)
        self._ahead = _needed_forward(graph)
        self._name_inputs()
        self._name_forward()
        self._name_gradient()
        self.symbols.sizes.update(graph.dims)
        self._cut()
        has = [
            node
            for node in graph.nodes
            if _is_region(node) or (node in self.known and _is_stated(node))
        ]
        self.forward = [n for n in has if n in self._ahead]
        self.gradient = [n for n in has if n not in self._ahead]
        self.gradient_nodes = frozenset(self.gradient)

    def _give(self, node: Node, box: Box) -> None:
        self._boxes[node] = box
        term = boxed(box)
        self.known[node] = term if self.step is None else subscripted(term, self.step)

    def _name_inputs(self) -> None:
        graph = self.graph
        for path, node in graph.inputs.items():
            if node in self.known:
                self.by_name.setdefault(path, node)
                continue
            own = graph.name_of(node) if "." in path else None
            name = own or path
            self._give(node, self.symbols.of(name))
            for word in (path, name, path.rpartition(".")[2]):
                self.by_name.setdefault(word, node)

    def _name_forward(self) -> None:
        graph, gradients = self.graph, self.gradients
        named = [] if self.is_body else list(graph.outputs.items())
        names = {n: name for name, n in reversed(named) if name not in gradients}
        for node in graph.nodes:
            if node in self.known or node not in self._ahead:
                continue
            name = graph.name_of(node)
            if name in gradients or graph.role_of(node) is not None:
                name = None
            if name is None or not (node.args or isinstance(node.op, Constant)):
                name = names.get(node)
            if name is not None and _is_value(node):
                self._give(node, self.symbols.of(name))
                self.by_name.setdefault(name, node)

    def _name_gradient(self) -> None:
        graph = self.graph
        named = [] if self.is_body else list(graph.outputs.items())
        names = {node: name for name, node in reversed(named)}
        for node in graph.nodes:
            if node in self._ahead or node in self.known:
                continue
            name = graph.name_of(node) or names.get(node)
            if name is None or not _is_value(node):
                continue
            of = self.adjoint_of(name)
            plain = self._boxes.get(of) if of is not None else None
            if of is None and name.startswith("d_") and name not in graph.outputs:
                continue
            if plain is None:
                self._give(node, self.symbols.of(name))
            elif name in graph.outputs and name not in self.gradients:
                self._give(node, self.symbols.dot(plain))
            else:
                self._give(node, self.symbols.bar(plain))

    def adjoint_of(self, name: str) -> Node | None:
        """The value that an adjoint's name, ``d_Z``, speaks of."""
        return self.by_name.get(name[2:]) if name.startswith("d_") else None

    def _cut(self) -> None:
        """Give letters to what is read twice, and to parts of what is too long."""
        graph = self.graph
        reads = Counter(arg for node in graph.nodes for arg in node.args)
        outputs = set() if self.is_body else set(graph.outputs.values())
        weights: dict[Node, int] = {}
        for node in graph.nodes:
            if not _is_value(node):
                weights[node] = 1 + sum(weights[a] for a in node.args)
                continue
            weight = self._weight(node, weights)
            alone = node in self.known
            if is_scalar(node) and node.type.shape:
                weights[node] = 1 if alone else weight
                continue
            if not alone and (reads[node] > 1 or node in outputs):
                alone = _is_worth(node, weight)
            if not alone and isinstance(node.op, Pick) and reads[node] > 1:
                alone = isinstance(node.args[0].op, Cond)
            if not alone and isinstance(node.op, Constant):
                alone = node.op.value.size > _SMALL
            if alone and node not in self.known:
                self._letter(node)
            weights[node] = 1 if node in self.known else weight

    def _weight(self, node: Node, weights: dict[Node, int]) -> int:
        """How long a node is, written out; its longest parts get letters if need be."""
        parts = sorted(set(node.args), key=lambda a: weights[a], reverse=True)
        weight = 1 + sum(weights[a] for a in node.args)
        for part in parts:
            if weight <= _LONGEST or weights[part] <= 2:
                break
            if _is_value(part):
                self._letter(part)
                weight -= (weights[part] - 1) * node.args.count(part)
                weights[part] = 1
        return min(weight, _LONGEST * 4)

    def _letter(self, node: Node) -> None:
        gradient = node not in self._ahead
        text = "G" if gradient else "TUV"
        if isinstance(node.op, Constant):
            text = "C"
        if len(node.type.shape) < 2:
            text = text.lower()
        self._give(node, self.symbols.numbered(text))


def _is_value(node: Node) -> bool:
    """Whether a node is one array, not the results of an op that has several."""
    return not isinstance(node.type, tuple)


def _is_region(node: Node) -> bool:
    return isinstance(node.op, Region)


def _is_stated(node: Node) -> bool:
    """Whether there is something to say about a node that has a symbol."""
    return bool(node.args) or isinstance(node.op, (Constant, *_LEAVES))


def _needed_forward(graph: Graph) -> set[Node]:
    """The forward part, with what it shares with the gradient."""
    found: set[Node] = set()
    for node in reversed(graph.nodes):
        if graph.role_of(node) is None or node in found:
            found.add(node)
            found.update(node.args)
    return found


def _is_worth(node: Node, weight: int) -> bool:
    """Whether what is read twice deserves a letter: not what is short anyway."""
    if not node.args or isinstance(node.op, _LEAVES):
        return False
    return weight > (4 if isinstance(node.op, _LIGHT) else 3)
