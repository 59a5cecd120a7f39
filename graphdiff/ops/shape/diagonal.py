"""Diagonals of matrices: read, written into a new matrix, added up."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import Arange
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import (
    ArrayType,
    Size,
    normalize_axis,
    show_shape,
)
from graphdiff.ops.core.axes import moveaxis, reshape_node, summed_dtype
from graphdiff.ops.core.fill import eye
from graphdiff.ops.core.index import ByArray, Put
from graphdiff.ops.shape.moves import Move
from graphdiff.sizes.dims import positive_part


def diagonal_length(what: str, rows: Size, columns: Size, k: int) -> Size:
    """How many entries diagonal `k` has."""
    if isinstance(rows, int) and isinstance(columns, int):
        return max(0, min(rows + min(k, 0), columns - max(k, 0)))
    if rows == columns:
        return positive_part(rows - abs(k))
    raise ShapeError(
        f"{what}: how long diagonal {k} of shape ({rows}, {columns}) is depends on "
        f"which size is smaller; give both an int in the spec"
    )


def _keywords(k: int, x: ArrayType) -> dict[str, int]:
    offset = {"offset": k} if k else {}
    return offset if x.ndim == 2 else {**offset, "axis1": -2, "axis2": -1}


@dataclass(frozen=True)
class Diagonal(Move):
    """The entries on diagonal ``k`` of matrices."""

    k: int = 0
    masks = (0,)
    view = True

    def infer(self, x: ArrayType) -> ArrayType:
        n = diagonal_length("np.diagonal", x.shape[-2], x.shape[-1], self.k)
        return ArrayType((*x.shape[:-2], n), x.dtype)

    def call(self, x: ArrayType) -> Call:
        return Call("np.diagonal", (Arg(0),), _keywords(self.k, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        """A square matrix; or the entries, written where they came from.

        The diagonal of a matrix smaller than `k` is empty, and would make another.
        """
        rows, columns = x.shape[-2:]
        n = g.shape[-1]
        if rows == columns == n + abs(self.k):
            return OnDiagonal(self.k)(g)
        along = Arange(n)() if isinstance(g, Expression) else np.arange(n)
        place = [along - min(self.k, 0), along + max(self.k, 0)]
        return Put((ByArray(0), ByArray(1)), (rows, columns), True)(g, *place)


@dataclass(frozen=True)
class OnDiagonal(Move):
    """Square matrices with given entries on diagonal ``k``, else 0."""

    k: int = 0

    @property
    def label(self) -> str:
        """``diag``."""
        return "diag"

    def infer(self, v: ArrayType) -> ArrayType:
        n = v.shape[-1] + abs(self.k)
        return ArrayType((*v.shape[:-1], n, n), v.dtype)

    def call(self, v: ArrayType) -> Call:
        name = "np.diag" if v.ndim == 1 else "diagonal_matrices"
        return Call(name, (Arg(0),), {"k": self.k} if self.k else {})

    def pullback(self, i: int, at: At, g: Any, y: Any, v: Any) -> Any:
        return Diagonal(self.k)(g)


@dataclass(frozen=True)
class Trace(Op):
    """The sum of diagonal ``k`` of matrices."""

    stacks = True
    over_complex = True

    k: int = 0
    masks = (0,)

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType(x.shape[:-2], summed_dtype(x.dtype))

    def call(self, x: ArrayType) -> Call:
        return Call("np.trace", (Arg(0),), _keywords(self.k, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        make = eye if isinstance(x, Expression) else np.eye
        ones: Any = make(x.shape[-2], x.shape[-1], self.k, x.dtype)
        return g[..., None, None] * ones


# --- doors ----------------------------------------------------------------------------
def _at_end(what: str, a: Any, axis1: int, axis2: int) -> Expression:
    """`a` with the two axes last."""
    x = lift(a, what)
    if x.ndim < 2:
        raise ShapeError(f"{what}: expected a matrix, got shape {show_shape(x.shape)}")
    axes = tuple(normalize_axis(what, k, x.ndim) for k in (axis1, axis2))
    if axes[0] == axes[1]:
        raise ShapeError(f"{what}: axis1 and axis2 are the same axis")
    return moveaxis(x, axes, (-2, -1))  # type: ignore[no-any-return]


@implements(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The entries on a diagonal of the matrices that two axes are, as last axis."""
    return Diagonal(operator.index(offset))(_at_end("np.diagonal", a, axis1, axis2))


@implements(np.linalg.diagonal)
def linalg_diagonal(x: Any, *, offset: int = 0) -> Any:
    """The entries on a diagonal of stacked matrices."""
    return diagonal(x, offset, -2, -1)


@implements(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """The matrix with `v` on diagonal `k`; of a matrix, the entries there."""
    x: Any = lift(v, "np.diag")
    if x.ndim not in (1, 2):
        raise ShapeError(
            f"np.diag: expected a vector or a matrix, got shape {show_shape(x.shape)}"
        )
    op = OnDiagonal if x.ndim == 1 else Diagonal
    return op(operator.index(k))(x)


@implements(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """The matrix with all entries of `v` on diagonal `k`."""
    x = lift(v, "np.diagflat")
    flat = Expression(reshape_node(x.node, (x.size,)))
    return OnDiagonal(operator.index(k))(flat)


@implements(np.trace)
def trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None
) -> Any:
    """The sum of a diagonal of the matrices that two axes are."""
    x = _at_end("np.trace", a, axis1, axis2)
    return Trace(operator.index(offset))(x if dtype is None else x.astype(dtype))


@implements(np.linalg.trace)
def linalg_trace(x: Any, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sum of a diagonal of stacked matrices."""
    return trace(x, offset, -2, -1, dtype)
