"""What is known before the program runs: numbers, and arrays of one number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphdiff.graph.node import Constant, Full, Node, Size, full_value, make
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import Cast, Elementwise, gated, multiply
from graphdiff.ops.core.index import Concatenate, Put, PutAlong, Take
from graphdiff.ops.core.linalg import MatMul
from graphdiff.ops.core.reduce import Reduction
from graphdiff.rewrite.engine import Rule, rewrites

LARGEST = 256
"""The most entries of a constant that folding may make."""


UNIFORM = (Full, Size)


def is_uniform(node: Node) -> bool:
    """Whether every entry of `node` is one number known, or a size."""
    return type(node.op) in UNIFORM


def uniform(node: Node, type: ArrayType) -> Node:
    """The uniform `node` in another shape."""
    op = node.op
    if isinstance(op, Full):
        return make(Full(op.data, type))
    assert isinstance(op, Size)
    return make(Size(op.size, type))


@rewrites(Elementwise, Cast, over=(Full,))
def op_of_numbers(node: Node) -> Node | None:
    """f(2, 3)  ->  the number.

    Where it is finite: what overflows should still warn when the program runs.
    """
    args = node.args
    if type(args[0].op) is not Full or type(args[-1].op) is not Full:
        return None
    values = [full_value(arg) for arg in args]
    if any(v is None for v in values):
        return None
    if type(node.op) is Cast and not np.isfinite(values[0]):
        return None
    types = [ArrayType((), arg.type.dtype) for arg in args]
    with np.errstate(all="ignore"):
        result = node.op.call(*types)(*values)
    if not np.isfinite(result) or _divides_by_zero(node, values):
        return None
    return make(Full.of(result, node.type))


def _divides_by_zero(node: Node, values: Sequence[Any]) -> bool:
    return node.type.dtype.kind in "iu" and len(values) == 2 and not np.all(values[1])


@rewrites(
    Elementwise,
    Cast,
    Sum,
    Reduction,
    Reshape,
    Transpose,
    MatMul,
    Take,
    over=(Constant,),
)
def op_of_constants(node: Node) -> Node | None:
    """f(constant)  ->  the constant that it gives.

    Where that is small, no larger than what it is made from, and finite.
    """
    if type(node.args[0].op) is not Constant and type(node.args[-1].op) is not Constant:
        return None
    if any(type(arg.op) not in (Constant, Full) for arg in node.args):
        return None
    counts = [math.prod(n.type.shape, start=1) for n in (node, *node.args)]
    sizes = [n for n in counts if isinstance(n, int)]
    if len(sizes) < len(counts) or sizes[0] > min(max(sizes[1:]), LARGEST):
        return None
    values = [_value(arg) for arg in node.args]
    with np.errstate(all="ignore"):
        result = np.asarray(node.op.call(*[a.type for a in node.args])(*values))
    if not np.all(np.isfinite(result)) or _divides_by_zero(node, values):
        return None
    if result.ndim == 0:
        return make(Full.of(result, node.type))
    return make(Constant.of(np.ascontiguousarray(result)))


def _value(node: Node) -> np.ndarray:
    if isinstance(node.op, Constant):
        return node.op.value
    return np.full(node.type.shape, full_value(node), node.type.dtype)


@rewrites(Spread, Reshape, Transpose, over=UNIFORM)
def view_of_uniform(node: Node) -> Node | None:
    """spread(full(c))  ->  full(c), and likewise for reshape and transpose."""
    (x,) = node.args
    return uniform(x, node.type) if is_uniform(x) else None


@rewrites(Take, Put, PutAlong, over=UNIFORM)
def index_of_uniform(node: Node) -> Node | None:
    """full(c)[i:j]  ->  full(c), and zeros put into zeros  ->  zeros.

    Without index arrays, which may be out of range.
    """
    x = node.args[0]
    if len(node.args) > 1 or not is_uniform(x):
        return None
    if isinstance(node.op, Take):
        return uniform(x, node.type)
    value = full_value(x)
    return uniform(x, node.type) if value == 0 and not np.signbit(value.real) else None


@rewrites(Concatenate, over=UNIFORM)
def join_of_uniform(node: Node) -> Node | None:
    """concatenate(full(c), full(c))  ->  full(c)."""
    first, *others = node.args
    if is_uniform(first) and all(_same_number(first, other) for other in others):
        return uniform(first, node.type)
    return None


def _same_number(a: Node, b: Node) -> bool:
    if isinstance(a.op, Full):
        return isinstance(b.op, Full) and a.op.data == b.op.data
    return isinstance(b.op, Size) and isinstance(a.op, Size) and a.op.size == b.op.size


@rewrites(Sum, over=(Full,))
def sum_of_number(node: Node) -> Node | None:
    """sum(full(c))  ->  n c.

    Where c is finite.
    """
    (x,) = node.args
    c = full_value(x)
    if c is None or not np.isfinite(c):
        return None
    axes = node.op.axes  # type: ignore[attr-defined]
    n = math.prod((x.type.shape[a] for a in axes), start=1)
    if isinstance(n, int):
        with np.errstate(all="ignore"):
            total = np.asarray(c).astype(node.type.dtype) * np.asarray(n, node.dtype)
        return make(Full.of(total, node.type)) if np.isfinite(total) else None
    count = make(Size(n, node.type))
    return count if c == 1 else make(multiply, make(Full.of(c, node.type)), count)


@rewrites(Cast)
def cast_to_itself(node: Node) -> Node | None:
    """cast(x) to its own dtype  ->  x."""
    return node.args[0] if node.args[0].type == node.type else None


@rewrites(Cast, over=UNIFORM)
def cast_of_uniform(node: Node) -> Node | None:
    """cast(size)  ->  the size in that dtype.

    To a floating-point dtype.
    """
    (x,) = node.args
    return uniform(x, node.type) if is_uniform(x) and node.type.is_real else None


@rewrites(Cast, over=(Cast,))
def cast_of_cast(node: Node) -> Node | None:
    """cast(cast(x))  ->  cast(x).

    Where the inner one loses nothing and the outer one goes to a floating-point
    dtype or back.
    """
    (middle,) = node.args
    if not isinstance(middle.op, Cast):
        return None
    (x,) = middle.args
    if not _lossless(x.type.dtype, middle.type.dtype):
        return None
    if x.type == node.type:
        return x
    return make(node.op, x) if node.type.is_real else None


def _lossless(old: np.dtype, new: np.dtype) -> bool:
    if old.kind in "iu" and old.itemsize == 8 and new.kind == "f":
        return False
    return bool(np.can_cast(old, new, "safe"))


@rewrites(gated)
def gate_of_tame(node: Node) -> Node | None:
    """gated(g, s)  ->  g * s.

    Where s is surely finite.
    """
    g, s = node.args
    c = full_value(s)
    if isinstance(s.op, Constant):
        tame = bool(np.all(np.isfinite(s.op.value)))
    else:
        tame = isinstance(s.op, Size) or (c is not None and bool(np.isfinite(c)))
    return make(multiply, g, s) if tame else None


FOLD: tuple[Rule, ...] = (
    op_of_numbers,
    op_of_constants,
    view_of_uniform,
    index_of_uniform,
    join_of_uniform,
    sum_of_number,
    cast_to_itself,
    cast_of_uniform,
    cast_of_cast,
    gate_of_tame,
)
