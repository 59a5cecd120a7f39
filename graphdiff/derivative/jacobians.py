"""Jacobians: the linear map of a derivative, applied to all unit vectors at once.

One sweep, of either mode, yields an expression that is linear in a vector. Batching
puts the unit vectors in the place of that vector, and so gives all rows (reverse mode)
or all columns (forward mode) by the same operations on larger arrays: no loop over
rows is left, and what does not depend on the vector is computed once. Griewank and
Walther, *Evaluating Derivatives* (2nd ed., 2008), section 3.5, on vector modes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from graphdiff.batching.batched import batched
from graphdiff.cost import operations
from graphdiff.derivative.push import push_forward
from graphdiff.derivative.sweep import along, pull_back
from graphdiff.errors import DTypeError, GraphValueError, UnsupportedError
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import Full, Hole, Node, Role, current_scope, make
from graphdiff.graph.types import ArrayType, Size, each_type
from graphdiff.ops.complex.complexes import conjugate
from graphdiff.ops.core.axes import reshape_node, transpose
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.ops.shape.alone import total, unit_rows
from graphdiff.sizes.dims import Dim, evaluate_size, names_in
from graphdiff.trace.fresh import substitute

MODES = ("auto", "forward", "reverse")

Blocks = list[list[Node]]
"""Nodes by output and by variable."""


def check_mode(mode: str) -> str:
    """Return `mode` if there is one of that name; raise `GraphValueError` otherwise."""
    if not isinstance(mode, str) or mode not in MODES:
        raise GraphValueError(f"mode: expected one of {', '.join(MODES)}, got {mode!r}")
    return mode


@contextmanager
def recording(of: Node, rule: str) -> Iterator[None]:
    """Give what is made in the ``with`` block, and has no role, one in a derivative.

    What a sweep makes has a role already. Nobody is told of these nodes: no line of the
    user's has made them.
    """
    scope = current_scope()
    before = scope.keep_fresh, scope.busy, scope.take_fresh()
    scope.keep_fresh = scope.busy = True
    try:
        yield
    finally:
        for node in scope.take_fresh():
            scope.roles.setdefault(node, Role(of, rule))
        scope.keep_fresh, scope.busy, scope.fresh = before


def jacobian_nodes(
    ys: Sequence[Node], xs: Sequence[Node], kinks: str = "mean", mode: str = "auto"
) -> Blocks:
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
    by = _forward if mode == "forward" else _reverse
    return by(ys, xs, kinks)


def _cheaper(ys: Sequence[Node], xs: Sequence[Node], kinks: str) -> Blocks:
    """The Jacobian by the mode that takes fewer operations."""
    outputs, inputs = (sum_of_sizes(nodes) for nodes in (ys, xs))
    if outputs == 1:
        return _reverse(ys, xs, kinks)
    try:
        forward = _forward(ys, xs, kinks)
    except UnsupportedError:  # A rule of the user's that serves reverse mode alone.
        return _reverse(ys, xs, kinks)
    if inputs == 1:
        return forward
    reverse = _reverse(ys, xs, kinks)
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


FAR = 20
"""How many times as many sweeps cost more for sure: a sweep differs by less."""

TYPICAL = 1000
"""What a named size is taken to be where formulas in several must be compared."""


def is_less(a: Size, b: Size) -> bool:
    """Whether one cost is less than another, with all named sizes large and equal."""
    names = names_in([n for n in (a, b) if isinstance(n, Dim)])
    sizes = dict.fromkeys(names, TYPICAL)
    return evaluate_size(a, sizes) < evaluate_size(b, sizes)


# --- one mode and the other -----------------------------------------------------------
def _reverse(ys: Sequence[Node], xs: Sequence[Node], kinks: str) -> Blocks:
    """Unit cotangents pulled back from each output."""
    return [_rows(y, xs, kinks) for y in ys]


def _rows(y: Node, xs: Sequence[Node], kinks: str) -> list[Node]:
    g = make(Hole(y.type))
    real = [x for x in xs if x.type.is_inexact]
    pulled = pull_back({y: g}, real, kinks, inside=along([g]))
    shares = dict(zip(real, pulled, strict=True))
    reached = {x: share for x, share in shares.items() if share is not None}
    found = dict(zip(reached, at_units([*reached.values()], g), strict=True))
    rows = []
    for x in xs:
        if x not in found:
            rows.append(_nothing(y, x))
            continue
        if y.type.is_complex and x.type.is_complex:
            check_holomorphic(reached[x], g, y, x)
        elif y.type.is_complex:
            (other,) = at_units([reached[x]], g, 1j)
            found[x] = _joined(found[x], other, -1j)
        elif x.type.is_complex:
            found[x] = make(conjugate, found[x])
        rows.append(_block(found[x], y, x))
    return rows


def _forward(ys: Sequence[Node], xs: Sequence[Node], kinks: str) -> Blocks:
    """Unit tangents of each variable pushed forward."""
    columns = []
    for x in xs:
        stacks = _stacks(ys, x, kinks)
        columns.append([_moved(s, y, x, 0) for y, s in zip(ys, stacks, strict=True)])
    return [list(row) for row in zip(*columns, strict=True)]


def _stacks(ys: Sequence[Node], x: Node, kinks: str) -> list[Node | None]:
    """The images of unit tangents of `x`, stacked in front if there are several."""
    if not x.type.is_inexact:
        return [None] * len(ys)
    t = make(Hole(x.type))
    images = push_forward(ys, {x: t}, kinks)
    reached = {y: i for y, i in zip(ys, images, strict=True) if i is not None}
    found = dict(zip(reached, at_units([*reached.values()], t), strict=True))
    for y, image in reached.items():
        if y.type.is_complex and x.type.is_complex:
            check_holomorphic(image, t, y, x)
        elif x.type.is_complex:
            (other,) = at_units([image], t, 1j)
            found[y] = _joined(found[y], other, 1j)
    return [found.get(y) for y in ys]


def _moved(stack: Node | None, y: Node, x: Node, behind: int) -> Node:
    """The Jacobian with the axes of `x` before the last so many axes of `y`."""
    if stack is None:
        return _nothing(y, x)
    lead = y.type.ndim - behind
    if total(x.type.shape) != 1 and lead:
        order = (*range(1, lead + 1), 0, *range(lead + 1, y.type.ndim + 1))
        stack = transpose(Expression(stack), order).node
    shape = (*y.type.shape[:lead], *x.type.shape, *y.type.shape[lead:])
    return cast_node(reshape_node(stack, shape), _dtype(y, x))


def at_units(images: Sequence[Node], hole: Node, unit: complex = 1) -> list[Node]:
    """What linear maps make of all unit vectors, stacked; of a lone one, as it is.

    An image is the value for the vector `hole`. `unit` may be 1j, for maps that are
    linear over the real numbers only.
    """
    type = hole.type
    n = total(type.shape)
    if n == 1:
        return substitute(images, {hole: make(Full.of(unit, type))})
    return batched(images, {hole: unit_rows(type, unit)}, n)


def _joined(one: Node, other: Node, unit: complex) -> Node:
    """The complex number of two real derivatives."""
    return (Expression(one) + unit * Expression(other)).node  # type: ignore[no-any-return]


def _block(found: Node, y: Node, x: Node) -> Node:
    """One Jacobian in its shape and dtype."""
    return cast_node(reshape_node(found, y.type.shape + x.type.shape), _dtype(y, x))


def _dtype(y: Node, x: Node) -> np.dtype:
    """That of the variable, as a gradient's; complex where the output is."""
    if y.type.is_complex and not x.type.is_complex:
        return np.result_type(x.type.dtype, np.complex64)
    return x.type.dtype


def _nothing(y: Node, x: Node) -> Node:
    """The Jacobian of what does not depend on the variable."""
    scope = current_scope()
    made = make(Full.of(0, ArrayType(y.type.shape + x.type.shape, _dtype(y, x))))
    if made not in scope.names:
        scope.roles.setdefault(made, Role(x, "unused"))
    return made


def check_holomorphic(image: Node, hole: Node, y: Node, x: Node) -> None:
    """Raise unless the way from `hole` to `image` is one of complex numbers."""
    reached = {hole}
    for node in in_order([image]):
        if not reached.isdisjoint(node.args):
            reached.add(node)
            if node.op is conjugate or not all(
                type.is_complex for type in each_type(node.type)
            ):
                raise DTypeError(
                    f"jacobian: an output of dtype {y.type.dtype} is no holomorphic "
                    f"function of a variable of dtype {x.type.dtype} (np.conj, .real, "
                    f".imag, np.abs or np.angle stands between), so it has no complex "
                    f"derivative; return .real and .imag of it, or use jvp or vjp"
                )


# --- second derivatives ---------------------------------------------------------------
def hessian_nodes(
    y: Node, xs: Sequence[Node], kinks: str = "mean", mode: str = "auto"
) -> Blocks:
    """The second derivatives of `y`, of shape ``y.shape + x.shape + z.shape``.

    The gradient, then forward mode over it (or ``mode="reverse"``). By Schwarz's
    theorem what is found for a unit tangent is a row as well as a column; and of two
    variables one block is computed, the other is its transpose.
    """
    for x in xs:
        if x.type.is_complex and not y.type.is_complex:
            raise DTypeError(
                f"hessian: a variable has dtype {x.type.dtype}: the second derivatives "
                f"of a real function of complex numbers are no complex matrix; take "
                f"those by .real and .imag, or use hvp"
            )
    (firsts,) = jacobian_nodes([y], xs, kinks)
    blocks: Blocks = []
    for i, x in enumerate(xs):
        row = [_flipped(blocks[j][i], y, z, x) for j, z in enumerate(xs[:i])]
        if mode == "reverse":
            (made,) = jacobian_nodes([firsts[i]], xs[i:], kinks, mode)
        else:
            stacks = _stacks(firsts[i:], x, kinks)
            made = [
                _moved(stack, first, x, z.type.ndim)
                for stack, first, z in zip(stacks, firsts[i:], xs[i:], strict=True)
            ]
        blocks.append([*row, *made])
    return blocks


def _flipped(block: Node, y: Node, x: Node, z: Node) -> Node:
    """The block of z and x, made of that of x and z."""
    lead, rows, columns = y.type.ndim, x.type.ndim, z.type.ndim
    order = [*range(lead + rows + columns)]
    moved = order[:lead] + order[lead + rows :] + order[lead : lead + rows]
    return cast_node(transpose(Expression(block), moved).node, _dtype(y, z))
