"""Where variables first meet arithmetic: the front, and where its entries came from.

``x[1:] - x[:-1]`` reads two slices of x. By x its Jacobian has two diagonals, which
take two sweeps; by the two slices, taken as variables of their own, each row has its
own entries alone in two diagonal matrices, and one pullback finds them all. An entry
of the Jacobian by x is one by a slice, in another place. So derivatives are compressed
by the nodes of the front, whose entries are entries of the variables moved about, and
then sorted into place: the elements of a partially separable function (Griewank and
Toint 1982).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.graph.graph import in_order
from graphdiff.graph.node import Node
from graphdiff.graph.types import ArrayType
from graphdiff.ops.shape.moves import Move
from graphdiff.sparsity.known import Known
from graphdiff.sparsity.rules import MOVES, size
from graphdiff.strict import ways

_MOST = 16
"""A front of more entries than so many times those of variables and targets is none."""


class Front:
    """Nodes that hold moved entries of variables, between them and all arithmetic.

    `nodes` lists them; `origins` gives for all their entries, one node after the
    other, the column of the variable's entry, and -1 for what is none.
    """

    def __init__(self, nodes: Sequence[Node], origins: np.ndarray) -> None:
        """Take the nodes and the origins."""
        self.nodes = nodes
        self.origins = origins

    @property
    def sizes(self) -> list[int]:
        """How many entries each node has."""
        return [size(node) for node in self.nodes]


def variables_front(variables: Sequence[Node]) -> Front:
    """The variables themselves."""
    return Front(list(variables), np.arange(sum(map(size, variables))))


def find_front(
    targets: Sequence[Node], variables: Sequence[Node], known: Known
) -> Front:
    """The front between `variables` and `targets`; the variables, if it were larger."""
    plain = variables_front(variables)
    moved = _moved(in_order(targets), variables, known)
    read: dict[Node, None] = {}
    for node in in_order(targets):
        if node not in moved:
            read.update((arg, None) for _, arg in ways(node) if arg in moved)
    read.update((y, None) for y in targets if y in moved)
    total = sum(map(size, read))
    if not read or total > _MOST * (len(plain.origins) + sum(map(size, targets))):
        return plain
    return Front(list(read), np.concatenate([moved[n].ravel() - 1 for n in read]))


def _moved(
    nodes: Sequence[Node], variables: Sequence[Node], known: Known
) -> Mapping[Node, np.ndarray]:
    """The origin of each entry, from 1, of nodes that only move entries about.

    The op itself moves the numbers of places; a constant's entries come from nowhere.
    """
    found: dict[Node, np.ndarray] = {}
    start = 1
    for x in variables:
        places = np.arange(start, start + size(x))
        found[x] = places.reshape(x.shape)
        start += size(x)
    for node in nodes:
        if node not in found and any(arg in found for arg in node.args):
            origins = _through(node, found, known)
            if origins is not None:
                found[node] = origins
    return found


def _through(
    node: Node, found: Mapping[Node, np.ndarray], known: Known
) -> np.ndarray | None:
    if not isinstance(node.op, (Move, *MOVES)):
        return None
    active = {arg for _, arg in ways(node)}
    values: list[Any] = []
    for arg in node.args:
        if arg in found:
            values.append(found[arg])
        elif arg in active:
            return None
        elif arg.type.dtype.kind in "iub":
            values.append(known.value(arg))
        else:
            return None
    if any(v is None for v in values):
        return None
    types = [ArrayType(v.shape, v.dtype) for v in values]
    return np.asarray(node.op.call(*types)(*values))
