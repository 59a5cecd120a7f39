"""Moving, inserting, merging and adding up axes.

`Sum` and `Spread` are each other's adjoint, and so the broadcasting that NumPy does in
silence is a node here: a rule never has to undo it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError, UnsupportedError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import Arg, At, Call, Full, Node, Op, Size, make
from graphdiff.graph.types import (
    ArrayType,
    Shape,
    alike,
    broadcast,
    normalize_axes,
    normalize_axis,
    show_shape,
    whole_number,
)
from graphdiff.sizes.dims import Dim


@dataclass(frozen=True)
class Sum(Op):
    """Add along ``axes``, which disappear."""

    stacks = True
    over_complex = True

    axes: tuple[int, ...]

    def infer(self, x: ArrayType) -> ArrayType:
        kept = tuple(x.shape[a] for a in range(-x.ndim, 0) if a not in self.axes)
        return ArrayType(kept, summed_dtype(x.dtype))

    def call(self, x: ArrayType) -> Call:
        return reduction("np.sum", self.axes, x)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return spread_like(g, self.axes, x)


@dataclass(frozen=True)
class Spread(Op):
    """Repeat along new ``axes`` of the given ``lengths``: the adjoint of `Sum`."""

    stacks = True
    over_complex = True
    view = True

    axes: tuple[int, ...]
    lengths: tuple[int | Dim, ...]

    def infer(self, x: ArrayType) -> ArrayType:
        rank = x.ndim + len(self.axes)
        new = dict(zip(self.axes, self.lengths, strict=True))
        old = iter(x.shape)
        shape = tuple(new[a] if a in new else next(old) for a in range(-rank, 0))
        return ArrayType(shape, x.dtype)

    def call(self, x: ArrayType) -> Call:
        return Call("spread", (Arg(0), self.axes, self.infer(x).shape))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return Sum(self.axes)(g)


@dataclass(frozen=True)
class Reshape(Op):
    """Give the last ``rank`` axes another ``shape`` of as many entries."""

    stacks = True
    over_complex = True
    view = True

    rank: int
    shape: Shape

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType((*x.shape[: x.ndim - self.rank], *self.shape), x.dtype)

    def call(self, x: ArrayType) -> Call:
        return Call("np.reshape", (Arg(0), self.infer(x).shape))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return Reshape(len(self.shape), tuple(x.shape[x.ndim - self.rank :]))(g)


@dataclass(frozen=True)
class Transpose(Op):
    """Put the last axes in another order: axis ``-k`` comes from ``order[-k]``."""

    stacks = True
    over_complex = True
    view = True

    order: tuple[int, ...]

    def infer(self, x: ArrayType) -> ArrayType:
        lead = x.shape[: x.ndim - len(self.order)]
        return ArrayType((*lead, *(x.shape[a] for a in self.order)), x.dtype)

    def call(self, x: ArrayType) -> Call:
        lead = range(x.ndim - len(self.order))
        order = (*lead, *(a + x.ndim for a in self.order))
        return Call("np.transpose", (Arg(0), order))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        rank = len(self.order)
        back = tuple(self.order.index(a) - rank for a in range(-rank, 0))
        return Transpose(back)(g)


def as_sizes(what: str, shape: Any) -> Shape:
    """A shape as NumPy takes it: ints and sizes in a tuple or list, or one alone."""
    listed = tuple(shape) if isinstance(shape, (tuple, list, np.ndarray)) else (shape,)
    return tuple(
        n if isinstance(n, Dim) else whole_number(f"{what}: a size", n) for n in listed
    )


def reduction(function: str, axes: tuple[int, ...], x: ArrayType) -> Call:
    """The record of a NumPy reduction over `axes`, given in the plainest form."""
    if len(axes) == x.ndim:
        return Call(function, (Arg(0),), {})
    axis: Any = tuple(a + x.ndim for a in axes)
    return Call(function, (Arg(0),), {"axis": axis[0] if len(axis) == 1 else axis})


def last_or(axis: int, x: ArrayType) -> dict[str, int]:
    """The keyword ``axis=`` of a function that works along the last one by itself."""
    return {} if axis == -1 else {"axis": axis + x.ndim}


def flat_or(axis: int, x: ArrayType) -> dict[str, int]:
    """The keyword ``axis=`` of a function that takes all entries by itself."""
    return {} if x.ndim == 1 else {"axis": axis + x.ndim}


def first_or(axis: int, x: ArrayType) -> dict[str, int]:
    """The keyword ``axis=`` of a function that works along the first one by itself."""
    return {} if axis == -x.ndim else {"axis": axis + x.ndim}


def summed_dtype(dtype: np.dtype) -> np.dtype:
    """The dtype of a sum: small integers and booleans are widened, as in NumPy."""
    return np.add.reduce(np.empty(0, dtype)).dtype if dtype.kind in "biu" else dtype


def spread_like(g: Any, axes: tuple[int, ...], x: Any) -> Any:
    """Repeat `g` along the `axes` of `x` that were reduced."""
    return Spread(axes, tuple(x.shape[a] for a in axes))(g) if axes else g


def keep(y: Any, axes: tuple[int, ...], x: Expression) -> Expression:
    """Put axes of size 1 back where a reduction of `x` over `axes` removed them."""
    ones = tuple(1 if a in axes else x.shape[a] for a in range(-x.ndim, 0))
    return Expression(reshape_node(y.node, ones))


def count(x: Any, axes: tuple[int, ...]) -> Any:
    """The number of entries along `axes`: an int, or a symbolic size."""
    return math.prod((x.shape[a] for a in axes), start=1)


def reshape_node(x: Node, shape: Shape) -> Node:
    """`x` in `shape`, leaving leading axes that stay out of the op."""
    old = x.type.shape
    if old == shape:
        return x
    return make(Reshape(len(old), shape), x)


def spread_node(x: Node, shape: Shape) -> Node:
    """Broadcast `x` to `shape` by explicit nodes: drop axes of size 1, then repeat."""
    old = x.type.shape
    if old == shape:
        return x
    if isinstance(x.op, Full):
        return make(Full(x.op.data, ArrayType(shape, x.type.dtype)))
    if isinstance(x.op, Size):
        return make(Size(x.op.size, ArrayType(shape, x.type.dtype)))
    if any(
        n != m and alike(n, m) for n, m in zip(old[::-1], shape[::-1], strict=False)
    ):
        return spread_node(reshape_node(x, _renamed(old, shape)), shape)
    same = [a for a in range(-len(old), 0) if old[a] == shape[a] and a >= -len(shape)]
    axes = tuple(a for a in range(-len(shape), 0) if a not in same)
    core = reshape_node(x, tuple(old[a] for a in same))
    return make(Spread(axes, tuple(shape[a] for a in axes)), core)


def _renamed(old: Shape, shape: Shape) -> Shape:
    """`old`, with sizes written as in `shape` where they are equal."""
    pairs = zip(old[::-1], shape[::-1], strict=False)
    found = [m if alike(n, m) else n for n, m in pairs][::-1]
    return (*old[: len(old) - len(found)], *found)


def broadcast_expression(what: str, x: Any, shape: Shape) -> Expression:
    """NumPy's ``broadcast_to``; raises `ShapeError` naming `what`."""
    x = lift(x, what)
    if broadcast(what, [x.shape, shape]) != shape:
        raise ShapeError(
            f"{what}: {show_shape(x.shape)} does not fit {show_shape(shape)}"
        )
    return Expression(spread_node(x.node, shape))


@implements(np.transpose, np.permute_dims)
def transpose(a: Any, axes: Any = None) -> Any:
    """Reorder the axes of `a`; reverse them by default."""
    ndim = a.ndim
    if axes is None:
        order = tuple(range(-1, -ndim - 1, -1))
    else:
        order = tuple(normalize_axis("np.transpose", k, ndim) for k in axes)
        if sorted(order) != list(range(-ndim, 0)):
            raise ShapeError(
                f"np.transpose: axes {tuple(axes)!r} do not permute {ndim} axes"
            )
    return a if order == tuple(range(-ndim, 0)) else Transpose(order)(a)


@implements(np.linalg.matrix_transpose)
@implements(np.matrix_transpose)
def matrix_transpose(x: Any) -> Any:
    """Swap the last two axes."""
    if x.ndim < 2:
        raise ShapeError(f"matrix transpose needs 2 axes, got {show_shape(x.shape)}")
    return Transpose((-1, -2))(x)


@implements(np.swapaxes)
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Swap two axes."""
    order = list(range(-a.ndim, 0))
    i, j = (normalize_axis("np.swapaxes", k, a.ndim) for k in (axis1, axis2))
    order[i], order[j] = order[j], order[i]
    return transpose(a, order)


@implements(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Move axes to other places, keeping the order of the rest."""
    listed = [
        s if isinstance(s, (tuple, list)) else (s,) for s in (source, destination)
    ]
    old, new = ([normalize_axis("np.moveaxis", k, a.ndim) for k in s] for s in listed)
    if len(old) != len(new):
        raise ShapeError("np.moveaxis: source and destination differ in length")
    order = [k for k in range(-a.ndim, 0) if k not in old]
    for place, axis in sorted(zip(new, old, strict=True)):
        order.insert(place + a.ndim, axis)
    return transpose(a, order)


@implements(np.reshape)
def reshape(a: Any, shape: Any, order: str = "C") -> Any:
    """Arrange the entries of `a` in another shape; one size may be -1."""
    if order not in ("C", "A", "F"):
        raise UnsupportedError(f"np.reshape: order={order!r} is not supported")
    sizes = as_sizes("np.reshape", shape)
    if order == "F":
        return transpose(reshape(transpose(a), sizes[::-1]))
    unknown = [i for i, n in enumerate(sizes) if n == -1]
    known = math.prod((n for n in sizes if n != -1), start=1)
    total = a.size
    if len(unknown) == 1 and known != 0:
        rest = total // known
        sizes = tuple(rest if n == -1 else n for n in sizes)
        known = known * rest
    if len(unknown) > 1 or not alike(known, total):
        raise ShapeError(
            f"np.reshape: {show_shape(a.shape)} has not as many entries as "
            f"{show_shape(sizes)}"
        )
    return Expression(reshape_node(a.node, sizes))


@implements(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """All entries in one axis."""
    if order == "F":
        a, order = transpose(a), "C"
    return reshape(a, (a.size,), order=order)


@implements(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    """Insert axes of size 1."""
    listed = axis if isinstance(axis, (tuple, list)) else (axis,)
    rank = a.ndim + len(listed)
    axes = normalize_axes("np.expand_dims", tuple(listed), rank)
    old = iter(a.shape)
    shape = tuple(1 if k in axes else next(old) for k in range(-rank, 0))
    return Expression(reshape_node(a.node, shape))


@implements(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    """Remove axes of size 1."""
    if axis is None:
        axes: Sequence[int] = [k for k in range(-a.ndim, 0) if a.shape[k] == 1]
    else:
        axes = normalize_axes("np.squeeze", axis, a.ndim)
        if any(a.shape[k] != 1 for k in axes):
            raise ShapeError(
                f"np.squeeze: axis {axis!r} of {show_shape(a.shape)} is not of size 1"
            )
    kept = tuple(a.shape[k] for k in range(-a.ndim, 0) if k not in axes)
    return Expression(reshape_node(a.node, kept))


@implements(np.broadcast_to)
def broadcast_to(array: Any, shape: Any) -> Any:
    """Repeat `array` to fill `shape`."""
    name = "np.broadcast_to"
    return broadcast_expression(name, array, as_sizes(name, shape))


@implements(np.atleast_1d)
def atleast_1d(*arys: Any) -> Any:
    """Each array with at least one axis."""
    found = [lift(a, "np.atleast_1d") for a in arys]
    found = [a if a.ndim else reshape(a, (1,)) for a in found]
    return found[0] if len(found) == 1 else tuple(found)


@implements(np.atleast_2d)
def atleast_2d(*arys: Any) -> Any:
    """Each array with at least two axes; a vector becomes a row."""
    found = [lift(a, "np.atleast_2d") for a in arys]
    found = [a if a.ndim > 1 else reshape(a, (1, a.size)) for a in found]
    return found[0] if len(found) == 1 else tuple(found)


@implements(np.atleast_3d)
def atleast_3d(*arys: Any) -> Any:
    """Each array with at least three axes; a matrix becomes the front of a stack."""
    found = [lift(a, "np.atleast_3d") for a in arys]
    found = [a if a.ndim else reshape(a, (1,)) for a in found]
    found = [a if a.ndim > 1 else reshape(a, (1, a.size)) for a in found]
    found = [a if a.ndim > 2 else reshape(a, (*a.shape, 1)) for a in found]
    return found[0] if len(found) == 1 else tuple(found)


@implements(np.shape)
def shape(a: Any) -> Shape:
    """The shape, as ``a.shape`` gives it."""
    return a.shape  # type: ignore[no-any-return]


@implements(np.ndim)
def ndim(a: Any) -> int:
    """The number of axes."""
    return a.ndim  # type: ignore[no-any-return]


@implements(np.size)
def size(a: Any, axis: Any = None) -> Any:
    """The number of entries, or the size of one axis."""
    return a.size if axis is None else a.shape[axis]
