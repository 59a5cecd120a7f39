"""Jacobians: the linear map of a derivative, applied to all unit vectors at once.

One sweep, of either mode, yields an expression that is linear in a vector. Batching
puts the unit vectors in the place of that vector, and so gives all rows (reverse mode)
or all columns (forward mode) by the same operations on larger arrays: no loop over
rows is left, and what does not depend on the vector is computed once. Griewank and
Walther, *Evaluating Derivatives* (2nd ed., 2008), section 3.5, on vector modes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from graphdiff.batching.batched import batched
from graphdiff.cost import operations
from graphdiff.derivative.sweep import pull_back, push_forward
from graphdiff.errors import DTypeError, GraphValueError
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import Full, Hole, Node, make
from graphdiff.graph.types import ArrayType, Shape, Size
from graphdiff.ops.complex.complexes import (
    Imaginary,
    abs_squared,
    angle,
    conjugate,
    direction,
    modulus,
)
from graphdiff.ops.core.axes import reshape_node, transpose
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.ops.core.entries import Cast, RealPart
from graphdiff.ops.shape.alone import total, unit_rows
from graphdiff.sizes.dims import Dim, evaluate_size, names_in

MODES = ("auto", "forward", "reverse")

Block = list[list[Node]]
"""Nodes by output and by variable."""


def check_mode(mode: str) -> str:
    """Return `mode` if there is one of that name; raise `GraphValueError` otherwise."""
    if not isinstance(mode, str) or mode not in MODES:
        raise GraphValueError(f"mode: expected one of {', '.join(MODES)}, got {mode!r}")
    return mode


def jacobian_nodes(
    ys: Sequence[Node], xs: Sequence[Node], kinks: str = "mean", mode: str = "auto"
) -> Block:
    """The Jacobian of each of `ys` by each of `xs`, of shape ``y.shape + x.shape``.

    In the dtype of x; complex where x or y is. Of complex y by complex x it is the
    complex derivative, which exists where y is holomorphic in x: anything else raises
    `DTypeError`. Of real y by complex x it is d/dx + i d/dy, as the gradient is.
    """
    for y in ys:
        if not y.type.is_inexact:
            raise DTypeError(
                f"jacobian: an output has dtype {y.type.dtype}: a derivative needs "
                f"floating-point numbers"
            )
    if mode == "auto":
        return _cheaper(ys, xs, kinks)
    make_blocks = _forward if mode == "forward" else _reverse
    return make_blocks(ys, xs, kinks)


def _cheaper(ys: Sequence[Node], xs: Sequence[Node], kinks: str) -> Block:
    """The Jacobian by the mode that takes fewer operations."""
    outputs, inputs = (sum_of_sizes(nodes) for nodes in (ys, xs))
    if outputs == 1:
        return _reverse(ys, xs, kinks)
    if inputs == 1:
        return _forward(ys, xs, kinks)
    forward, reverse = _forward(ys, xs, kinks), _reverse(ys, xs, kinks)
    costs = [
        operations(in_order([node for row in blocks for node in row]))
        for blocks in (forward, reverse)
    ]
    return reverse if is_less(costs[1], costs[0]) else forward


def sum_of_sizes(nodes: Sequence[Node]) -> Size:
    """How many entries the arrays have together."""
    count: Size = 0
    for node in nodes:
        count = count + total(node.type.shape)
    return count


TYPICAL = 1000
"""What a named size is taken to be where formulas in several must be compared."""


def is_less(a: Size, b: Size) -> bool:
    """Whether one cost is less than another, with all named sizes large and equal."""
    names = names_in([n for n in (a, b) if isinstance(n, Dim)])
    sizes = dict.fromkeys(names, TYPICAL)
    return evaluate_size(a, sizes) < evaluate_size(b, sizes)


# --- one mode and the other -----------------------------------------------------------
def _reverse(ys: Sequence[Node], xs: Sequence[Node], kinks: str) -> Block:
    return [_rows_of(y, xs, kinks) for y in ys]


def _rows_of(y: Node, xs: Sequence[Node], kinks: str) -> list[Node]:
    """The Jacobian of `y`: unit cotangents pulled back."""
    lone = total(y.type.shape) == 1
    g = make(Full.of(1, y.type)) if lone else make(Hole(y.type))
    found = pull_back({y: g}, xs, kinks)
    rows = []
    for x, share in zip(xs, found, strict=True):
        shape = y.type.shape + x.type.shape
        if share is None:
            rows.append(nothing(y, x))
            continue
        _check_linear(share, y, x)
        if not lone:
            (share,) = batched([share], {g: unit_rows(y.type)}, total(y.type.shape))
        rows.append(_settled(reshape_node(share, shape), y, x))
    return rows


def _forward(ys: Sequence[Node], xs: Sequence[Node], kinks: str) -> Block:
    columns = [_columns_of(ys, x, kinks) for x in xs]
    return [list(row) for row in zip(*columns, strict=True)]


def _columns_of(ys: Sequence[Node], x: Node, kinks: str) -> list[Node]:
    """The Jacobian by `x`: unit tangents pushed forward."""
    n = total(x.type.shape)
    t = make(Full.of(1, x.type)) if n == 1 else make(Hole(x.type))
    columns = []
    for y, image in zip(ys, push_forward(ys, {x: t}, kinks), strict=True):
        shape = y.type.shape + x.type.shape
        if image is None:
            columns.append(nothing(y, x))
            continue
        if n != 1:
            (image,) = batched([image], {t: unit_rows(x.type)}, n)
            rank = y.type.ndim
            image = transpose(Expression(image), (*range(1, rank + 1), 0)).node
        columns.append(_settled(reshape_node(image, shape), y, x))
    return columns
