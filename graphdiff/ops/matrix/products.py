"""Products of vectors and matrices that are made of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import implements, lift
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import (
    ArrayType,
    broadcast,
    normalize_axis,
    promote,
    show_shape,
)
from graphdiff.ops.core.linalg import matmul, outer, tensordot
from graphdiff.sizes.dims import Dim, names_in


@dataclass(frozen=True)
class Cross(Op):
    """The vector product of vectors of three entries, along the last axis."""

    stacks = True
    over_complex = True

    def infer(self, a: ArrayType, b: ArrayType) -> ArrayType:
        return ArrayType(a.shape, promote(a.dtype, b.dtype))

    def call(self, a: ArrayType, b: ArrayType) -> Call:
        return Call("np.cross", (Arg(0), Arg(1)))

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, b: Any) -> Any:
        """The cotangents are b x g and g x a; a strict g multiplies entry by entry."""
        if not getattr(g, "strict", False):
            return Cross()(b, g) if i == 0 else Cross()(g, a)
        first, second, third = (g[..., k] for k in range(3))
        x, y, z = ((b if i == 0 else -a)[..., k] for k in range(3))
        parts = third * y - second * z, first * z - third * x, second * x - first * y
        return np.stack(parts, axis=-1)


@implements(np.vecdot, np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, *, axis: int = -1) -> Any:
    """The inner products of vectors along `axis`, the first conjugated."""
    name = "np.vecdot"
    a, b = (_at_end(name, x, axis) for x in (x1, x2))
    if a.shape[-1] != b.shape[-1]:
        raise ShapeError(
            f"{name}: vectors of {a.shape[-1]} and {b.shape[-1]} entries do not fit"
        )
    return np.einsum("...i,...i->...", np.conj(a), b)


def _at_end(name: str, x: Any, axis: Any) -> Any:
    x = lift(x, name)
    place = normalize_axis(name, axis, x.ndim)
    return x if place == -1 else np.moveaxis(x, place, -1)


@implements(np.matvec)
def matvec(x1: Any, x2: Any) -> Any:
    """Stacks of matrices times stacks of vectors."""
    a, b = lift(x1, "np.matvec"), lift(x2, "np.matvec")
    if a.ndim < 2 or not b.ndim:
        raise ShapeError("np.matvec: expected a matrix and a vector")
    return matmul(a, b) if b.ndim == 1 else matmul(a, b[..., None])[..., 0]


@implements(np.vecmat)
def vecmat(x1: Any, x2: Any) -> Any:
    """Stacks of vectors, conjugated, times stacks of matrices."""
    a, b = np.conj(lift(x1, "np.vecmat")), lift(x2, "np.vecmat")
    if b.ndim < 2 or not a.ndim:
        raise ShapeError("np.vecmat: expected a vector and a matrix")
    return matmul(a, b) if a.ndim == 1 else matmul(a[..., None, :], b)[..., 0, :]


@implements(np.linalg.matmul)
def linalg_matmul(x1: Any, x2: Any) -> Any:
    """As ``np.matmul``."""
    return matmul(x1, x2)


@implements(np.linalg.tensordot)
def linalg_tensordot(x1: Any, x2: Any, *, axes: Any = 2) -> Any:
    """As ``np.tensordot``."""
    return tensordot(x1, x2, axes)


@implements(np.linalg.outer)
def linalg_outer(x1: Any, x2: Any) -> Any:
    """As ``np.outer``, of vectors alone."""
    a, b = lift(x1, "np.linalg.outer"), lift(x2, "np.linalg.outer")
    if a.ndim != 1 or b.ndim != 1:
        raise ShapeError(
            f"np.linalg.outer: expected vectors, got {show_shape(a.shape)} and "
            f"{show_shape(b.shape)}"
        )
    return outer(a, b)


@implements(np.kron)
def kron(a: Any, b: Any) -> Any:
    """Kronecker's product: each entry of `a` times the whole of `b`."""
    a, b = lift(a, "np.kron"), lift(b, "np.kron")
    rank = max(a.ndim, b.ndim)
    first = (1,) * (rank - a.ndim) + a.shape
    second = (1,) * (rank - b.ndim) + b.shape
    rows = a.reshape(tuple(n for size in first for n in (size, 1)))
    blocks = b.reshape(tuple(n for size in second for n in (1, size)))
    return (rows * blocks).reshape(
        tuple(m * n for m, n in zip(first, second, strict=True))
    )


@implements(np.cross)
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> Any:
    """The vector product along axes of size 3 (or 2, in a plane)."""
    name = "np.cross"
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = _at_end(name, a, axisa), _at_end(name, b, axisb)
    if x.shape[-1] not in (2, 3) or y.shape[-1] not in (2, 3):
        raise ShapeError(
            f"{name}: vectors have 2 or 3 entries, not {x.shape[-1]} and {y.shape[-1]}"
        )
    if x.shape[-1] == y.shape[-1] == 2:
        return x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0]
    dtype = promote(x.dtype, y.dtype)
    x, y = (_in_space(v).astype(dtype) for v in (x, y))
    shape: Any = broadcast(name, [x.shape, y.shape])
    product = Cross()(np.broadcast_to(x, shape), np.broadcast_to(y, shape))
    place = normalize_axis(name, axisc, product.ndim)
    return product if place == -1 else np.moveaxis(product, -1, place)


@implements(np.linalg.cross)
def linalg_cross(x1: Any, x2: Any, *, axis: int = -1) -> Any:
    """The vector product along axes of size 3."""
    a, b = (_at_end("np.linalg.cross", x, axis) for x in (x1, x2))
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ShapeError(
            f"np.linalg.cross: vectors have 3 entries, not {a.shape[-1]} and "
            f"{b.shape[-1]}"
        )
    return cross(x1, x2, axis=axis)


def _in_space(x: Any) -> Any:
    """A vector of the plane as one of space."""
    if x.shape[-1] == 3:
        return x
    return np.concatenate([x, np.zeros_like(x[..., :1])], axis=-1)


@implements(np.linalg.multi_dot)
def multi_dot(arrays: Any) -> Any:
    """The product of several matrices, in the order of least work.

    Where sizes have names, the order is the one that is best if all of them are large
    and alike: it depends on the graph and not on the numbers of a run.
    """
    name = "np.linalg.multi_dot"
    found = [lift(x, name) for x in arrays]
    if len(found) < 2:
        raise ShapeError(f"{name}: expected at least two arrays, got {len(found)}")
    ends = found[0].ndim, found[-1].ndim
    if not set(ends) <= {1, 2} or any(x.ndim != 2 for x in found[1:-1]):
        raise ShapeError(f"{name}: expected matrices, or vectors at the ends")
    rows = [x.shape[0] if x.ndim == 2 else 1 for x in found]
    columns = found[-1].shape[1] if ends[1] == 2 else 1
    if ends[1] == 1:
        rows[-1] = found[-1].shape[0]
    cut = best_cuts([*map(_nominal, rows), _nominal(columns)])

    def product(first: int, last: int) -> Any:
        if first == last:
            return found[first]
        k = cut[first, last]
        return np.dot(product(first, k), product(k + 1, last))

    return product(0, len(found) - 1)


_LARGE = 1000


def _nominal(size: Any) -> int:
    """The number that stands for a size when orders are compared."""
    if not isinstance(size, Dim):
        return int(size)
    return int(size.evaluate(dict.fromkeys(names_in([size]), _LARGE)))


def best_cuts(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to cut each stretch of a chain of matrices; matrix i has sizes i and i + 1.

    Dynamic programming over stretches (Cormen et al., *Introduction to Algorithms*,
    section 15.2).

    >>> best_cuts([10, 100, 5, 50])[0, 2]
    1
    """
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    cut: dict[tuple[int, int], int] = {}
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            work = {
                k: cost[first, k]
                + cost[k + 1, last]
                + sizes[first] * sizes[k + 1] * sizes[last + 1]
                for k in range(first, last)
            }
            best = min(work, key=lambda k: work[k])
            cut[first, last], cost[first, last] = best, work[best]
    return cut
