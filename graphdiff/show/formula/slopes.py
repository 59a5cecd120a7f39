r"""Which values of a graph are derivatives, of what order, and with respect to what.

A gradient has the shape of its variable, a Jacobian those of value and variable one
after the other, a Hessian has two variables: their names and shapes tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.show.formula.notation import Binds, Notation, Term
from graphdiff.show.formula.view import entry_of

PARTIAL = Notation(
    r"\frac{\partial #1}{\partial #2}", Binds.PRODUCT, (Binds.ATOM, Binds.ATOM)
)
_SQUARE = Notation(r"\frac{\partial^2 #1}{\partial #2^2}", Binds.PRODUCT)
_MIXED = Notation(r"\frac{\partial^2 #1}{\partial #2 \, \partial #3}", Binds.PRODUCT)
_HESSIAN = Notation(
    r"\frac{\partial^2 #1}{\partial #2 \, \partial #3^\top}", Binds.PRODUCT
)
_MOST = 64


class Block(NamedTuple):
    """A derivative by one variable or two, of a value of `rank` axes."""

    rank: int
    by: tuple[Node, ...]

    def term(
        self, value: Term, known: Mapping[Node, Term], indices: Sequence[Term]
    ) -> Term:
        """The derivative of `value`, whole or at an entry."""
        rest = list(indices)
        own, rest = rest[: self.rank], rest[self.rank :]
        below: list[Term] = []
        for node in self.by:
            rank = len(node.type.shape)
            below.append(entry_of(known[node], rest[:rank]))
            rest = rest[rank:]
        above = entry_of(value, own)
        if len(below) == 1:
            return PARTIAL(above, *below)
        if self.by[0] is self.by[1] and not self.by[0].type.shape:
            return _SQUARE(above, below[0])
        whole = not indices and all(len(x.type.shape) == 1 for x in self.by)
        return (_HESSIAN if whole else _MIXED)(above, *below)


def blocks(graph: Graph) -> dict[Node, Block]:
    """The Jacobians and Hessians among the outputs of `graph`."""
    inputs = graph.inputs.items()
    short = {n: graph.name_of(n) or path.rpartition(".")[2] for path, n in inputs}
    made: dict[Node, Block] = {}
    wanted = {name: node for name, node in graph.outputs.items() if name[:1] == "d"}
    if not wanted or len(short) > _MOST:
        return made
    for x, first in short.items():
        for name in (f"d_{first}", *(n for n in wanted if n.endswith(f"_d_{first}"))):
            node = wanted.get(name)
            rank = _rank(node, (x,)) if node is not None else None
            if node is not None and rank is not None and node.type != x.type:
                made.setdefault(node, Block(rank, (x,)))
        for z, second in short.items():
            node = wanted.get(f"d2_{first}_{second}")
            if node is not None and _rank(node, (x, z)) is not None:
                made.setdefault(node, Block(0, (x, z)))
    return made


def _rank(node: Node, by: Sequence[Node]) -> int | None:
    """The rank of what was differentiated, if the shapes say that it was by these."""
    if isinstance(node.type, tuple):
        return None
    shape = tuple(n for x in by for n in x.type.shape)
    rank = len(node.type.shape) - len(shape)
    return rank if rank >= 0 and node.type.shape[rank:] == shape else None
