"""Positions: grids of them, their numbers in one axis, and windows over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphTypeError, GraphValueError, ShapeError
from graphdiff.expression.expression import Expression, implements, is_symbolic, lift
from graphdiff.graph.node import Arange, make
from graphdiff.graph.op import Arg, Call, Op
from graphdiff.graph.types import ArrayType, Size, broadcast, show_shape
from graphdiff.ops.core.axes import as_sizes, broadcast_expression, reshape_node
from graphdiff.ops.core.entries import cast_node
from graphdiff.ops.core.fill import made_of
from graphdiff.ops.core.join import stack
from graphdiff.sizes.dims import Dim, positive_part


def indices(dimensions: Any, dtype: Any = int, sparse: bool = False) -> Any:
    """The positions along each axis of an array of the shape `dimensions`."""
    sizes = as_sizes("np.indices", dimensions)
    counted = [Expression(make(Arange(n))) for n in sizes]
    grids = meshgrid(*counted, indexing="ij", sparse=sparse)
    found = [cast_node(g.node, np.dtype(dtype)) for g in grids]
    return tuple(map(Expression, found)) if sparse else stack(map(Expression, found))


@implements(np.fromfunction)
def fromfunction(
    function: Callable[..., Any], shape: Any, *, dtype: Any = float, **kwargs: Any
) -> Any:
    """What `function` makes of the positions along each axis, as whole arrays."""
    return function(*indices(shape, dtype), **kwargs)


@implements(np.meshgrid)
def meshgrid(*xi: Any, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """Vectors as the coordinates of a grid: each varies along an axis of its own."""
    if indexing not in ("xy", "ij"):
        raise GraphValueError(
            f"np.meshgrid: indexing must be 'xy' or 'ij', got {indexing!r}"
        )
    rank = len(xi)
    order = list(range(rank))
    if indexing == "xy" and rank > 1:
        order[:2] = 1, 0
    found = [lift(x, "np.meshgrid") for x in xi]
    thin = [_along(x, k, rank) for x, k in zip(found, order, strict=True)]
    return tuple(thin) if sparse else tuple(np.broadcast_arrays(*thin))


def _along(x: Expression, axis: int, rank: int) -> Expression:
    """All entries of `x` along one of `rank` axes."""
    shape = tuple(x.size if k == axis else 1 for k in range(rank))
    return Expression(reshape_node(x.node, shape))


@implements(np.ix_)
def ix_(*args: Any) -> tuple[Any, ...]:
    """Vectors of positions as an open grid; known masks as the positions they hold."""
    found = []
    for k, arg in enumerate(args):
        x = lift(np.flatnonzero(arg) if _is_mask(arg) else arg, "np.ix_")
        if x.ndim != 1:
            raise ShapeError(f"np.ix_: expected vectors, got {show_shape(x.shape)}")
        if x.dtype.kind == "b":
            raise GraphTypeError("np.ix_: which entries a symbolic mask has is unknown")
        found.append(_along(x, k, len(args)))
    return tuple(found)


def _is_mask(value: Any) -> bool:
    return not is_symbolic(value) and np.asarray(value).dtype == bool


# --- positions in one axis and in several ---------------------------------------------
@dataclass(frozen=True)
class Unravel(Op):
    """The positions along each axis of ``shape`` of numbers that count all entries."""

    stacks = True

    shape: tuple[Size, ...]
    order: str

    def infer(self, x: ArrayType) -> tuple[ArrayType, ...]:
        return (ArrayType(x.shape, np.dtype(np.intp)),) * len(self.shape)

    def call(self, x: ArrayType) -> Call:
        order = {} if self.order == "C" else {"order": self.order}
        return Call("np.unravel_index", (Arg(0), self.shape), order)


@dataclass(frozen=True)
class RavelIndex(Op):
    """The number that counts all entries up to positions along each axis."""

    stacks = True

    shape: tuple[Size, ...]
    mode: tuple[str, ...]
    order: str

    def infer(self, *places: ArrayType) -> ArrayType:
        return ArrayType(places[0].shape, np.dtype(np.intp))

    def call(self, *places: ArrayType) -> Call:
        named: dict[str, Any] = {} if self.order == "C" else {"order": self.order}
        if set(self.mode) != {"raise"}:
            same = len(set(self.mode)) == 1
            named["mode"] = self.mode[0] if same else self.mode
        listed = tuple(map(Arg, range(len(places))))
        return Call("np.ravel_multi_index", (listed, self.shape), named)


def _check_order(what: str, order: Any) -> str:
    if order not in ("C", "F"):
        raise GraphValueError(f"{what}: order must be 'C' or 'F', got {order!r}")
    return str(order)


def _whole(what: str, value: Any) -> Expression:
    x = lift(value, what)
    if x.dtype.kind not in "iu":
        raise DTypeError(f"{what}: positions are integers, got {x.dtype}")
    return x


@implements(np.unravel_index)
def unravel_index(indices: Any, shape: Any, order: str = "C") -> tuple[Any, ...]:
    """The positions along each axis of numbers that count all entries."""
    what = "np.unravel_index"
    op = Unravel(as_sizes(what, shape), _check_order(what, order))
    return tuple(op(_whole(what, indices)))


@implements(np.ravel_multi_index)
def ravel_multi_index(
    multi_index: Any, dims: Any, mode: Any = "raise", order: str = "C"
) -> Any:
    """The numbers that count all entries, of positions along each axis."""
    what = "np.ravel_multi_index"
    sizes = as_sizes(what, dims)
    places = [_whole(what, place) for place in multi_index]
    modes = (mode,) * len(sizes) if isinstance(mode, str) else tuple(mode)
    if any(m not in ("raise", "wrap", "clip") for m in modes):
        raise GraphValueError(f"{what}: mode must be raise, wrap or clip: {mode!r}")
    if len(places) != len(sizes):
        raise ShapeError(f"{what}: {len(places)} positions for {len(sizes)} axes")
    shape = broadcast(what, [p.shape for p in places])
    same = [broadcast_expression(what, p, shape) for p in places]
    return RavelIndex(sizes, modes, _check_order(what, order))(*same)


# --- positions of matrices ------------------------------------------------------------
def diag_indices(n: Any, ndim: int = 2) -> tuple[Any, ...]:
    """The positions of the main diagonal."""
    return (Expression(make(Arange(as_sizes("np.diag_indices", n)[0]))),) * ndim


@implements(np.diag_indices_from)
def diag_indices_from(arr: Any) -> tuple[Any, ...]:
    """The positions of the main diagonal of an array with equal axes."""
    if arr.ndim < 2 or any(n != arr.shape[0] for n in arr.shape):
        raise ShapeError(
            f"np.diag_indices_from: the axes of {show_shape(arr.shape)} are not equal"
        )
    return diag_indices(arr.shape[0], arr.ndim)


def _sizes_of_matrix(what: str, arr: Any) -> tuple[int, int]:
    if arr.ndim != 2:
        raise ShapeError(f"{what}: expected a matrix, got {show_shape(arr.shape)}")
    if any(isinstance(n, Dim) for n in arr.shape):
        raise ShapeError(
            f"{what}: the positions in a matrix of symbolic sizes "
            f"{show_shape(arr.shape)} are not known; np.tril and np.triu take it whole"
        )
    return arr.shape  # type: ignore[no-any-return]


@implements(np.tril_indices_from)
def tril_indices_from(arr: Any, k: int = 0) -> tuple[Any, ...]:
    """The positions up to diagonal `k`, as plain arrays."""
    rows, columns = _sizes_of_matrix("np.tril_indices_from", arr)
    return np.tril_indices(rows, k, columns)


@implements(np.triu_indices_from)
def triu_indices_from(arr: Any, k: int = 0) -> tuple[Any, ...]:
    """The positions from diagonal `k` on, as plain arrays."""
    rows, columns = _sizes_of_matrix("np.triu_indices_from", arr)
    return np.triu_indices(rows, k, columns)


# --- windows --------------------------------------------------------------------------
def window(name: str) -> Callable[[Any], Any]:
    """NumPy's window of this name, of a number of points that may be symbolic."""

    def build(M: Any) -> Any:  # noqa: N803
        (points,) = as_sizes(f"np.{name}", M)
        return made_of(f"np.{name}", (points,), (positive_part(points),), float)

    return build


def kaiser(M: Any, beta: Any) -> Any:  # noqa: N803
    """Kaiser's window; `beta` may be an expression."""
    (points,) = as_sizes("np.kaiser", M)
    if not is_symbolic(beta):
        return made_of(
            "np.kaiser", (points, float(beta)), (positive_part(points),), float
        )
    if not isinstance(points, Dim) and points <= 1:
        return np.ones((points,), like=beta)
    middle = (points - 1) / 2
    place = (Expression(make(Arange(points))) - middle) / middle
    return np.i0(beta * np.sqrt(1 - place**2)) / np.i0(beta)
