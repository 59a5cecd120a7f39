"""What each kind of op says about which entries depend on which.

A rule gets a node, the place of an argument, the shape of the result asked for and
what is `Known`; it gives `Links`, or None where nothing depends. An op without a rule
is dense: each entry of its result depends on all of every argument. That is always
correct, and only wasteful.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from graphdiff.graph.node import Node, Op
from graphdiff.graph.op import At
from graphdiff.graph.types import ArrayType
from graphdiff.ops.complex.complexes import Imaginary
from graphdiff.ops.complex.fourier import Transform
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import Elementwise, gated, multiply, where
from graphdiff.ops.core.entries import Cast, RealPart
from graphdiff.ops.core.index import Concatenate, Put, PutAlong, Take, TakeAlong
from graphdiff.ops.core.recurrence import Recurrence, Shift
from graphdiff.ops.core.reduce import OthersProduct, Reduction
from graphdiff.ops.core.setitem import SetItem
from graphdiff.ops.curve.difference import Diff, DiffBack, Slope
from graphdiff.ops.curve.interpolation import Interp
from graphdiff.ops.curve.polynomial import PolyVal, Vander
from graphdiff.ops.matrix.determinant import Cofactors, Det, LogDet, SlogDet
from graphdiff.ops.matrix.equations import OnSquares
from graphdiff.ops.matrix.factor import MatrixPower, Pinv, Qr
from graphdiff.ops.matrix.products import Cross
from graphdiff.ops.matrix.solve import Cholesky, Inv, System
from graphdiff.ops.matrix.spectral import (
    Eig,
    Eigh,
    Eigvals,
    Eigvalsh,
    Gaps,
    Svd,
    Svdvals,
)
from graphdiff.ops.matrix.triangle import HalfLower, Triangle
from graphdiff.ops.order.sorting import Partition, Sort
from graphdiff.ops.reduce.cumulative import CumSum, Running
from graphdiff.ops.reduce.running import RunningExtremum, RunningLogSumExp
from graphdiff.ops.shape.diagonal import Trace
from graphdiff.ops.shape.moves import Move, SumRuns
from graphdiff.ops.window.convolution import Sliding
from graphdiff.ops.window.windows import Columns, FromColumns
from graphdiff.sparsity.known import Known
from graphdiff.sparsity.links import (
    SAME,
    Links,
    along,
    band,
    dense,
    feeding,
    grouped,
    lane_numbers,
    matrix,
    positions,
    reading,
)

Rule = Callable[[Node, int, Sequence[int], Known], Links | None]
RULES: dict[type[Op], Rule] = {}
_MOST_SPELLED = 1_000_000


def rule(*kinds: type[Op]) -> Callable[[Rule], Rule]:
    """Register a rule for ops of these kinds."""

    def register(found: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, found))
        return found

    return register


def links(node: Node, i: int, shape: Sequence[int], known: Known) -> Links | None:
    """What a result of `node`, of this `shape`, depends on in argument `i`."""
    for kind in type(node.op).__mro__:
        if kind in RULES:
            return RULES[kind](node, i, shape, known)
    return dense(prod(shape), prod(node.args[i].shape))  # type: ignore[arg-type]


def sizes(node: Node) -> tuple[int, ...]:
    """The shape of a node of concrete sizes."""
    return node.shape  # type: ignore[return-value]


def size(node: Node) -> int:
    """The number of entries of a node of concrete sizes."""
    return prod(sizes(node))


@rule(Cast, RealPart, Imaginary)
def same(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Entry by entry."""
    return SAME


@rule(Elementwise)
def entrywise(node: Node, i: int, shape: Sequence[int], known: Known) -> Links | None:
    """Entry by entry, but for what a known mask or a known factor leaves out."""
    live: Any = None
    if node.op is where:
        live = known.value(node.args[0])
        live = live if live is None or i == 1 else ~live
    elif node.op in (multiply, gated):
        live = known.value(node.args[1 - i])
        live = live if live is None else live != 0
    if live is None or np.all(live):
        return SAME
    places = np.where(live, positions(shape), 0)
    return reading(places, places.size) if np.any(places) else None


# --- entries that move ----------------------------------------------------------------
MOVES = (Reshape, Spread, Transpose, Take, TakeAlong, Concatenate, SetItem, Columns)
_SUMS = (Sum, Put, PutAlong, SumRuns, Trace, FromColumns)


@rule(Move, Triangle, *MOVES)
def moved(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Let the op move the numbers of places: each entry says where it came from."""
    values = _beside(node, i, known)
    if values is None:
        return dense(prod(shape), size(node.args[i]))
    values[i] = positions(sizes(node.args[i]))
    types = [ArrayType(v.shape, v.dtype) for v in values]
    return reading(node.op.call(*types)(*values), values[i].size)


@rule(*_SUMS)
def added(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Let the pullback, which moves entries, say which sum each one goes to."""
    values = _beside(node, i, known)
    if values is None:
        return dense(prod(shape), size(node.args[i]))
    values[i] = np.zeros(sizes(node.args[i]), int)
    taken = node.op.pullback(i, At(), positions(shape), None, *values)
    return feeding(taken, prod(shape))


def _beside(node: Node, i: int, known: Known) -> list[Any] | None:
    """Zeros for the arguments but number `i`; indices as they are, if all are known."""
    values: list[Any] = []
    for k, arg in enumerate(node.args):
        if k != i and arg.type.dtype.kind in "iub":
            values.append(known.value(arg))
        else:
            values.append(np.zeros(() if k == i else sizes(arg), int))
    return None if any(v is None for v in values) else values


@rule(HalfLower)
def half(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """The lower triangle of matrices."""
    return reading(np.tril(positions(shape)), prod(shape))


# --- entries that meet all of their group ---------------------------------------------
@rule(Reduction)
def reduced(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Each lane along the axes to its result, or to all of itself (softmax)."""
    x = sizes(node.args[i])
    lanes = lane_numbers(x, [a for a in node.op.axes])  # type: ignore[attr-defined]
    count = int(lanes.max(initial=-1)) + 1
    if tuple(shape) == x:
        return grouped(lanes, lanes, count)
    if prod(shape) == count and i == 0:
        return grouped(np.arange(count), lanes, count)
    return dense(prod(shape), prod(x))


@rule(OthersProduct)
def others(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """All of an entry's lane but the entry itself."""
    found = reduced(node, i, shape, known)
    assert found is not None
    spread, union = found
    if prod(shape) * (prod(shape) // max(union.shape[0], 1)) > _MOST_SPELLED:
        return spread, union
    own = np.arange(prod(shape))
    return ((spread @ union > matrix(own, own, (own.size, own.size))).tocsr(),)


def stacked(core: int) -> Rule:
    """The rule of an op on the last `core` axes, of what may be a stack of arrays."""

    def found(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
        x = sizes(node.args[i])
        lead = max(len(x) - core, 0)
        if tuple(shape[:lead]) != x[:lead]:
            return dense(prod(shape), prod(x))
        mine, theirs = (lane_numbers(s, range(lead - len(s), 0)) for s in (shape, x))
        return grouped(mine, theirs, prod(x[:lead]))

    return found


rule(Inv, Cholesky, Det, Cofactors, LogDet, SlogDet, Pinv, MatrixPower, Qr)(stacked(2))
rule(Eigh, Eigvalsh, Eig, Eigvals, Svd, Svdvals, OnSquares)(stacked(2))
rule(Gaps)(stacked(1))
rule(Vander)(stacked(0))


@rule(Cross)
def crossed(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Each entry of a vector product depends on the other two of each vector."""
    return along(-1, shape, sizes(node.args[i]), *np.nonzero(1 - np.eye(3)))


@rule(System)
def solved(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """A column of the solution depends on its right-hand side, and on the matrix."""
    if i == 0:
        return stacked(2)(node, i, shape, known) or SAME
    axes = (-1,) if node.op.vector else (-2,)  # type: ignore[attr-defined]
    return _lanes(shape, sizes(node.args[i]), axes)


@rule(Transform)
def transformed(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Each lane along the axes of a Fourier transform, whole."""
    return _lanes(shape, sizes(node.args[i]), node.op.axes)  # type: ignore[attr-defined]


@rule(Sort, Partition)
def ordered(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Each lane along the axis, whole: which entry comes where is not known."""
    return _lanes(shape, sizes(node.args[i]), (node.op.axis,))  # type: ignore[attr-defined]


def _lanes(shape: Sequence[int], x: Sequence[int], axes: Sequence[int]) -> Links:
    mine, theirs = lane_numbers(shape, axes), lane_numbers(x, axes)
    count = prod(n for a, n in enumerate(x) if a - len(x) not in axes)
    return grouped(mine, theirs, count)


@rule(PolyVal, Interp)
def curve(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Entry by entry in the points; all of the curve's numbers matter to each."""
    if i == (1 if isinstance(node.op, PolyVal) else 0):
        return SAME
    return dense(prod(shape), size(node.args[i]))


# --- neighbours and prefixes along an axis --------------------------------------------
@rule(Running, RunningExtremum, RunningLogSumExp, Recurrence)
def running(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """What is up to an entry; from it on, for what runs from the end."""
    op: Any = node.op
    x = sizes(node.args[i])
    back = getattr(op, "reverse", False) if isinstance(op, CumSum) else False
    triangle = np.tri(x[op.axis], dtype=bool)
    if back or getattr(op, "back", False):
        triangle = triangle.T
    return along(op.axis, shape, x, *np.nonzero(triangle))


@rule(Diff, DiffBack, Shift)
def neighbours(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """An entry and the next one, or the one before; or one of them alone."""
    op: Any = node.op
    offsets = {Diff: (0, 1), DiffBack: (-1, 0)}.get(type(op)) or (-op.step,)
    return band(op.axis, shape, sizes(node.args[i]), offsets)


@rule(Slope)
def sloped(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """Both neighbours; at the ends, two or three entries on one side."""
    op: Any = node.op
    n = shape[op.axis]
    inner = np.arange(1, n - 1)
    first = np.arange(min(op.edge_order + 1, n))
    rows = [inner, inner, 0 * first, 0 * first + n - 1]
    columns = [inner - 1, inner + 1, first, n - 1 - first]
    pairs = np.concatenate(rows), np.concatenate(columns)
    return along(op.axis, shape, shape, *(pairs[::-1] if op.back else pairs))


@rule(Sliding)
def slid(node: Node, i: int, shape: Sequence[int], known: Known) -> Links:
    """The entries that meet: a diagonal band, of the width of the other vector.

    NumPy's function itself says which: it slides a delta, at each place in turn.
    """
    op: Any = node.op
    other = sizes(node.args[1 - i])[0]
    values = known.value(node.args[1 - i])
    places = np.arange(other) if values is None else np.flatnonzero(values)
    own = positions(sizes(node.args[i]))
    found = []
    for place in places:
        delta = np.zeros(other, int)
        delta[place] = 1
        pair = (own, delta) if i == 0 else (delta, own)
        types = [ArrayType(v.shape, v.dtype) for v in pair]
        found.append(op.call(*types)(*pair))
    stacked_places = np.array(found, int).reshape(len(found), prod(shape))
    tap, rows = np.nonzero(stacked_places)
    columns = stacked_places[tap, rows] - 1
    return along(-1, shape, own.shape, rows, columns)
