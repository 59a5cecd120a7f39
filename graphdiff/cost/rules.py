"""How many operations each op takes: one table, an op a line.

Linear algebra has its own (`flops`), with its sources.
"""

from __future__ import annotations

from graphdiff.cost.terms import (
    Rule,
    Term,
    logarithm,
    logarithmic,
    made,
    nothing,
    product,
    read,
    shape_of,
)
from graphdiff.graph.node import LEAVES, Made, Node, Op, Pick
from graphdiff.graph.types import Size
from graphdiff.memory.again import Again
from graphdiff.ops.complex.complexes import Imaginary
from graphdiff.ops.complex.fourier import CountMirrored, Resized, Transform
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import Cast, Elementwise
from graphdiff.ops.core.entries import RealPart
from graphdiff.ops.core.index import Concatenate, Put, PutAlong, Take, TakeAlong
from graphdiff.ops.core.linalg import Einsum, GatedMatMul, MatMul
from graphdiff.ops.core.recurrence import Recurrence, Shift
from graphdiff.ops.core.reduce import LogSumExp, Reduction, Softmax, Std, Var
from graphdiff.ops.core.setitem import Kept, SetItem
from graphdiff.ops.curve.difference import Diff, DiffBack, Slope
from graphdiff.ops.curve.interpolation import Interp
from graphdiff.ops.curve.polynomial import PolyVal, Vander
from graphdiff.ops.entry.cases import Choose
from graphdiff.ops.entry.floats import Frexp, Modf
from graphdiff.ops.entry.sinc import Unwrap
from graphdiff.ops.matrix.banded import (
    BandedProduct,
    BandedTransposed,
    DiagonalsOfProduct,
    SolveBanded,
    SolvehBanded,
)
from graphdiff.ops.matrix.flops import FLOPS
from graphdiff.ops.matrix.products import Cross
from graphdiff.ops.matrix.riccati import Riccati
from graphdiff.ops.matrix.spectral import Gaps, IsPositive
from graphdiff.ops.matrix.triangle import HalfLower, Triangle
from graphdiff.ops.matrix.triangular import SwapRows, UnitLower
from graphdiff.ops.order.quantile import MedianShare, Quantile
from graphdiff.ops.order.sorting import Partition, Places, Sort
from graphdiff.ops.reduce.counting import BinCount, Histogram
from graphdiff.ops.reduce.cumulative import Running
from graphdiff.ops.reduce.position import Position
from graphdiff.ops.reduce.running import RunningExtremum, RunningLogSumExp
from graphdiff.ops.shape.diagonal import Trace
from graphdiff.ops.shape.grids import RavelIndex, Unravel
from graphdiff.ops.shape.moves import Move, SumRuns
from graphdiff.ops.shape.spacing import Linspace
from graphdiff.ops.window.convolution import Sliding
from graphdiff.ops.window.pooling import (
    MaxPool,
    MaxPoolAlong,
    MaxPoolBack,
    SumPool,
    SumPoolBack,
)
from graphdiff.ops.window.windows import Columns, FromColumns


def _matrix(node: Node) -> list[Term]:
    return [(2, (*node.type.shape, shape_of(node, 0)[-1]))]


def _einsum(node: Node) -> list[Term]:
    sizes = node.op.sizes_of(*[a.type for a in node.args])  # type: ignore[attr-defined]
    return [(len(node.args), tuple(sizes.values()))] if len(node.args) > 1 else []


def _taps(times: int, back: bool = False) -> Rule:
    """So many operations for each tap of a window in each of its places."""

    def rule(node: Node) -> list[Term]:
        places = shape_of(node, 0) if back else node.type.shape
        return [(times, (*node.op.kernel, *places))]  # type: ignore[attr-defined]

    return rule


def _along(node: Node) -> Size:
    """The size of the axis that the op works along."""
    axis = getattr(node.op, "axis", -1)
    return shape_of(node, 0)[axis] if shape_of(node, 0) else 1


def _fourier(node: Node) -> list[Term]:
    """5 n log2(n): Van Loan, *Computational Frameworks for the FFT* (1992)."""
    axes: tuple[int, ...] = node.op.axes  # type: ignore[attr-defined]
    lengths: tuple[Size, ...] = node.op.lengths  # type: ignore[attr-defined]
    shape = node.type.shape
    others = [shape[a] for a in range(-len(shape), 0) if a not in axes]
    return [(5 * sum(map(logarithm, lengths)), (*others, *lengths))]


def _banded_width(node: Node) -> int:
    return node.op.below + node.op.above + 1  # type: ignore[attr-defined, no-any-return]


def _solve_banded(node: Node) -> list[Term]:
    """Golub and Van Loan, section 4.3: factors, then two triangles for each column."""
    below, above = node.op.below, node.op.above  # type: ignore[attr-defined]
    n = shape_of(node, 0)[-1:]
    return [
        (2 * below * (below + above), n),
        (2 * (2 * below + above), node.type.shape),
    ]


def _solve_positive_banded(node: Node) -> list[Term]:
    width = node.op.width  # type: ignore[attr-defined]
    n = shape_of(node, 0)[-1:]
    return [(width * (width + 3), n), (4 * width, node.type.shape)]


def _polyval(node: Node) -> list[Term]:
    return [(2, (*node.type.shape, shape_of(node, 0)[-1]))]


def _interp(node: Node) -> list[Term]:
    return [(logarithm(shape_of(node, 1)[-1]) + 5, node.type.shape)]


def _sliding(node: Node) -> list[Term]:
    a, v = shape_of(node, 0), shape_of(node, 1)
    return [(2, (*a, v[-1]))]


def _trace(node: Node) -> list[Term]:
    return [(1, (*node.type.shape, shape_of(node, 0)[-1]))]


def _cubes(times: int) -> Rule:
    return lambda node: [(times, (*node.type.shape, node.type.shape[-1]))]


def _by_axes(times: int) -> Rule:
    """So many operations for each axis of each place."""

    def rule(node: Node) -> list[Term]:
        places = shape_of(node, 0)
        return [(times * len(node.op.shape), places)]  # type: ignore[attr-defined]

    return rule


_FREE = (
    *(*LEAVES, Made, Pick, Again, Move, Cast, Reshape, Spread, Transpose),
    *(Take, TakeAlong, Concatenate, Columns, SetItem, Kept, Shift, Resized, Choose),
    *(RealPart, Imaginary, BandedTransposed, Triangle, SwapRows, UnitLower),
)

RULES: dict[type[Op], Rule] = {
    **dict.fromkeys(_FREE, nothing),
    **FLOPS,
    **dict.fromkeys((MatMul, GatedMatMul), _matrix),
    Einsum: _einsum,
    **dict.fromkeys((Elementwise, CountMirrored, Diff, DiffBack, Vander), made(1)),
    **dict.fromkeys((Gaps, IsPositive, HalfLower, Running, RunningExtremum), made(1)),
    **dict.fromkeys((Frexp, Modf, RavelIndex), read(1)),
    **dict.fromkeys((Recurrence, Slope, Linspace), made(2)),
    **dict.fromkeys((Cross, Unwrap), made(3)),
    RunningLogSumExp: made(4),
    **dict.fromkeys((Sum, Reduction, Put, PutAlong, FromColumns, SumRuns), read(1)),
    **dict.fromkeys((Position, BinCount), read(1)),
    MedianShare: read(2),
    **dict.fromkeys((Partition, Quantile), read(3)),
    **dict.fromkeys((Var, Std, LogSumExp, Softmax), read(4)),
    **dict.fromkeys((Sort, Places), logarithmic(1, _along)),
    Histogram: logarithmic(1, lambda node: product(shape_of(node, 1))),
    **dict.fromkeys((SumPool, MaxPool), _taps(1)),
    SumPoolBack: _taps(1, back=True),
    MaxPoolBack: _taps(2, back=True),
    MaxPoolAlong: _taps(2),
    Transform: _fourier,
    BandedProduct: lambda node: [(2 * _banded_width(node), node.type.shape)],
    DiagonalsOfProduct: lambda node: [(2, (*node.type.shape, shape_of(node, 0)[-1]))],
    SolveBanded: _solve_banded,
    SolvehBanded: _solve_positive_banded,
    PolyVal: _polyval,
    Interp: _interp,
    Sliding: _sliding,
    Trace: _trace,
    Riccati: _cubes(200),
    Unravel: _by_axes(2),
}
"""The rule of each op, or of the class of ops that it belongs to."""


def rule_of(op: type[Op]) -> Rule | None:
    """The rule of an op: its own, or that of the class that it is derived from."""
    return next((RULES[cls] for cls in op.__mro__ if cls in RULES), None)
