"""What reverse mode keeps of each step, and what it computes once more.

The derivative of a step reads values of the step. Of those that depend on the carries
or slices, the tape keeps a value unless it is cheap (it moves entries, or computes one
from one by arithmetic alone) and made from values that are at hand in any case: slices,
invariants, and what is kept already. What the derivative itself makes from values of
the step (a cosine, for a sine) is not kept but made when it is read. Of loops within
the step the tapes are kept, so that no loop runs twice; those whose length differs from
step to step (a ``while``) have to. Nothing that a checkpoint within the step computes
is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.node import Node, Pick
from graphdiff.graph.types import ArrayType, dims_of
from graphdiff.ops.core import elementwise as ufuncs
from graphdiff.ops.core.axes import Reshape, Spread, Transpose
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.region import Region, is_literal
from graphdiff.sizes.dims import Dim

_MOVES = (Reshape, Spread, Transpose, ufuncs.Cast)
_ARITHMETIC = frozenset(
    (
        *(ufuncs.add, ufuncs.subtract, ufuncs.multiply, ufuncs.negative),
        *(ufuncs.where, ufuncs.logical_and, ufuncs.logical_not, ufuncs.logical_or),
        *(ufuncs.greater, ufuncs.greater_equal, ufuncs.less, ufuncs.less_equal),
        *(ufuncs.equal, ufuncs.not_equal),
    )
)


@dataclass
class Tape:
    """The values that a derivative reads.

    `kept` are values of the step, each to be kept for every step; `read` are the
    inputs of the body that it reads besides, by place: slices and invariants.
    """

    kept: list[Node]
    read: list[int]


def is_cheap(node: Node) -> bool:
    """Whether making `node` again costs no more than to fetch it."""
    return isinstance(node.op, _MOVES) or node.op in _ARITHMETIC


def tape_of(
    body: Graph,
    carries: int,
    scanned: int,
    outputs: Sequence[Node],
    cotangents: Iterable[Node],
    recompute: bool,
) -> Tape:
    """What the derivative `outputs` of `body`, linear in `cotangents`, read of it.

    The inputs of `body` are `carries`, `scanned` slices, and invariants. With
    `recompute` only carries are kept.
    """
    inputs = {node: i for i, node in enumerate(body.inputs.values())}
    need = _read_values(outputs, cotangents)
    nodes = in_order([n for n in in_order(outputs) if n in need])
    chooser = _Chooser(body, carries, carries + scanned, inputs, nodes, recompute)
    tape = Tape([], [])
    for node in reversed(nodes):
        if node not in need:
            continue
        place = inputs.get(node)
        if place is not None and place >= carries:
            tape.read.append(place)
        elif place is not None or chooser.keeps(node, need):
            tape.kept.append(node)
        else:
            need.update(node.args)
    tape.read.sort()
    tape.kept.reverse()
    return tape


def _read_values(outputs: Sequence[Node], cotangents: Iterable[Node]) -> set[Node]:
    """The values, not made from cotangents, that the derivative reads."""
    linear = set(cotangents)
    read: set[Node] = set()
    for node in in_order(outputs):
        if not linear.isdisjoint(node.args):
            linear.add(node)
            read.update(node.args)
    return (read | set(outputs)) - linear


class _Chooser:
    """Decides about each value that is read: keep it, or make it again."""

    def __init__(
        self,
        body: Graph,
        carries: int,
        varying: int,
        inputs: dict[Node, int],
        nodes: Sequence[Node],
        recompute: bool,
    ) -> None:
        self.recompute = recompute
        self.marked = body.ledger.marks
        self.own = set(body.nodes)
        self.ragged = _ragged_nodes(nodes)
        self.at_hand = _made_of(nodes, {n for n, i in inputs.items() if i >= carries})
        self.varying = _dependent(nodes, {n for n, i in inputs.items() if i < varying})

    def keeps(self, node: Node, need: set[Node]) -> bool:
        """Whether `node` goes on the tape."""
        if self.recompute or node in self.marked or node not in self.varying:
            return False
        if isinstance(node.op, Pick):
            own = node in self.own or isinstance(node.args[0].op, Loop)
            return own and node not in self.ragged
        if isinstance(node.op, Region) or node not in self.own:
            return False
        return not (is_cheap(node) and self._is_at_hand(node, need))

    def _is_at_hand(self, node: Node, need: set[Node]) -> bool:
        """Whether the arguments are read anyway, or take no more room."""
        missing = [
            a
            for a in dict.fromkeys(node.args)
            if a not in need and a not in self.at_hand and not is_literal(a)
        ]
        return not missing or (len(missing) == 1 and _no_larger(missing[0], node))


def _made_of(nodes: Iterable[Node], given: set[Node]) -> set[Node]:
    """What can be made from values at hand by cheap ops alone."""
    found = set(given)
    for node in nodes:
        if node.args and is_cheap(node):
            leaves = (a in found or is_literal(a) for a in node.args)
            if all(leaves):
                found.add(node)
    return found


def _dependent(nodes: Iterable[Node], sources: set[Node]) -> set[Node]:
    """The nodes that are computed from some of `sources`."""
    found = set(sources)
    for node in nodes:
        if not found.isdisjoint(node.args):
            found.add(node)
    return found


def _ragged_nodes(nodes: Iterable[Node]) -> set[Node]:
    """The nodes with a size that is born within the step."""
    born = {n.op.born for n in nodes if n.op.born}
    return {n for n in nodes for dim in dims_of(n.type) if dim.names & born}


def _no_larger(a: Node, b: Node) -> bool:
    """Whether `a` surely takes no more room than `b`."""
    return _bytes(a.type) == _bytes(b.type) or isinstance(b.op, Spread)


def _bytes(type: ArrayType) -> int | Dim:
    total: int | Dim = type.dtype.itemsize
    for n in type.shape:
        total = total * n
    return total
