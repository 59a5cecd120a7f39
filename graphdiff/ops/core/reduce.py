"""Reductions other than the sum: means, products, extremes, spreads, log-sum-exp.

Their doors, with all the arguments that NumPy takes, are in `reductions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from graphdiff.errors import DTypeError, ShapeError
from graphdiff.expression.expression import Expression, lift
from graphdiff.graph.node import Arange, Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, show_shape
from graphdiff.ops.core.axes import (
    Reshape,
    Spread,
    Sum,
    Transpose,
    count,
    reduction,
    spread_like,
    summed_dtype,
)
from graphdiff.ops.core.elementwise import ratio
from graphdiff.sizes.dims import Dim


@dataclass(frozen=True)
class Reduction(Op):
    """An op that takes the entries along ``axes`` to one."""

    stacks = True

    axes: tuple[int, ...]

    def infer(self, x: ArrayType) -> ArrayType:
        kept = tuple(x.shape[a] for a in range(-x.ndim, 0) if a not in self.axes)
        return ArrayType(kept, x.dtype)

    def spread(self, g: Any, x: Any) -> Any:
        """Repeat `g` along the axes of `x` that were reduced."""
        return spread_like(g, self.axes, x)


class Mean(Reduction):
    """The arithmetic mean."""

    over_complex = True

    def call(self, x: ArrayType) -> Call:
        return reduction("np.mean", self.axes, x)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.spread(g / count(x, self.axes), x)


class Prod(Reduction):
    """The product; its derivative is the product of the others, also at zeros."""

    over_complex = True

    def infer(self, x: ArrayType) -> ArrayType:
        kept = super().infer(x)
        return ArrayType(kept.shape, summed_dtype(x.dtype))

    def call(self, x: ArrayType) -> Call:
        return reduction("np.prod", self.axes, x)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.spread(g, x) * OthersProduct(self.axes)(x)


class OthersProduct(Reduction):
    """For each entry, the product of all others along ``axes``: leave one out."""

    over_complex = True

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        return Call("others_product", (Arg(0), self.axes))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        """Write out_i as the product over k of (1 if k = i else x_k), and pull back."""
        rows, gs = flatten(x, self.axes), flatten(g, self.axes)
        n = rows.shape[-1]
        order = Arange(n)() if isinstance(x, Expression) else np.arange(n)
        one = Spread((-1,), (n,))(order) == Spread((-2,), (n,))(order)
        lead = tuple(rows.shape[:-1])
        axes = tuple(range(-rows.ndim - 1, -2))
        one = Spread(axes, lead)(one) if axes else one
        masked = np.where(one, x.dtype.type(1), Spread((-2,), (n,))(rows))
        share = Spread((-1,), (n,))(gs) * OthersProduct((-1,))(masked)
        total = Sum((-2,))(np.where(one, x.dtype.type(0), share))
        return unflatten(total, self.axes, x)


class LogProd(Reduction):
    """``log(prod(x))``, where the product may be out of range."""

    singular = True

    def call(self, x: ArrayType) -> Call:
        return Call("log_prod", (Arg(0), plain_axis(self.axes)))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.spread(g, x) / x


@dataclass(frozen=True)
class Extremum(Reduction):
    """The largest or smallest entry; ties share the cotangent equally.

    `initial`: a number that takes part, as if it came before all entries.
    """

    initial: float | None = None

    function: ClassVar[str] = ""
    kink = "ties share"
    masks = (0,)

    def call(self, x: ArrayType) -> Call:
        plain = reduction(self.function, self.axes, x)
        if self.initial is None:
            return plain
        initial = x.dtype.type(self.initial).item()
        return plain._replace(kwargs={**plain.kwargs, "initial": initial})

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        hits = x == self.spread(y, x)
        zero = g.dtype.type(0)
        met = None if self.initial is None else y == x.dtype.type(self.initial)
        if at.kinks in ("right", "left"):
            ranks = np.cumsum(flatten(hits, self.axes), axis=-1)
            if at.kinks == "left":
                ranks = Spread((-1,), (ranks.shape[-1],))(ranks[..., -1]) + 1 - ranks
            elif met is not None:
                g = np.where(met, zero, g)
            hits = unflatten(
                np.logical_and(flatten(hits, self.axes), ranks == 1), self.axes, x
            )
            return np.where(hits, self.spread(g, x), zero)
        shares = Sum(self.axes)(hits.astype(x.dtype))
        if met is not None:
            shares = shares + met.astype(x.dtype)
        if at.kinks == "zero":
            g = np.where(shares == 1, g, zero)
            return np.where(hits, self.spread(g, x), zero)
        return np.where(hits, self.spread(ratio(g, shares), x), zero)


class Max(Extremum):
    """The largest entry."""

    function = "np.max"


class Min(Extremum):
    """The smallest entry."""

    function = "np.min"


@dataclass(frozen=True)
class Var(Reduction):
    """The variance, with ``ddof`` degrees of freedom taken off the count."""

    ddof: float = 0

    over_complex = True

    def infer(self, x: ArrayType) -> ArrayType:
        return _real(super().infer(x))

    def call(self, x: ArrayType) -> Call:
        return _moment("np.var", self, x)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        scale = 2 * g / freedom(x, self.axes, self.ddof)
        return self.spread(scale, x) * np.conj(deviation(x, self.axes))


@dataclass(frozen=True)
class Std(Reduction):
    """The standard deviation; constant entries have slope 0."""

    ddof: float = 0

    over_complex = True
    convention = "0 for constant entries"

    def infer(self, x: ArrayType) -> ArrayType:
        return _real(super().infer(x))

    def call(self, x: ArrayType) -> Call:
        return _moment("np.std", self, x)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        scale = ratio(g, y) / freedom(x, self.axes, self.ddof)
        return self.spread(scale, x) * np.conj(deviation(x, self.axes))


class Norm(Reduction):
    """The square root of the sum of squares; slope 0 at the origin."""

    over_complex = True
    convention = "0 at the origin"

    def infer(self, x: ArrayType) -> ArrayType:
        return _real(super().infer(x))

    def call(self, x: ArrayType) -> Call:
        if x.ndim == len(self.axes) <= 2:
            return Call("np.linalg.norm", (Arg(0),))
        if len(self.axes) == 1:
            return reduction("np.linalg.norm", self.axes, x)
        return Call("norm", (Arg(0), self.axes))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.spread(ratio(g, y), x) * np.conj(x)


class LogSumExp(Reduction):
    """``log(sum(exp(x)))``, shifted so that nothing overflows.

    Where the softmax of x is computed too, it may be handed in as a second argument,
    which saves a second round of exponentials and changes nothing else.
    """

    def infer(self, x: ArrayType, p: ArrayType | None = None) -> ArrayType:
        return super().infer(x)

    def call(self, x: ArrayType, p: ArrayType | None = None) -> Call:
        if p is None:
            return Call("logsumexp", (Arg(0), plain_axis(self.axes)))
        return Call("logsumexp_from_softmax", (Arg(0), Arg(1), plain_axis(self.axes)))

    def is_flat(self, i: int) -> bool:
        return i == 1

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any, p: Any = None) -> Any:
        return self.spread(g, x) * (Softmax(self.axes)(x) if p is None else p)


class Softmax(Reduction):
    """``exp(x) / sum(exp(x))`` along ``axes``; zeros where all entries are -inf."""

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        return Call("softmax", (Arg(0), plain_axis(self.axes)))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return y * (g - self.spread(Sum(self.axes)(g * y), x))


@dataclass(frozen=True)
class Logical(Reduction):
    """Whether all, or any, of the entries along ``axes`` are true."""

    over_complex = True

    function: str = "np.all"

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType(super().infer(x).shape, np.dtype(bool))

    def call(self, x: ArrayType) -> Call:
        return reduction(self.function, self.axes, x)


def _real(type: ArrayType) -> ArrayType:
    """The type of the absolute values of entries of `type`."""
    if not type.is_complex:
        return type
    return ArrayType(type.shape, np.finfo(type.dtype).dtype)


def _moment(function: str, op: Any, x: ArrayType) -> Call:
    plain = reduction(function, op.axes, x)
    return (
        plain._replace(kwargs={**plain.kwargs, "ddof": op.ddof}) if op.ddof else plain
    )


def plain_axis(axes: tuple[int, ...]) -> Any:
    """One axis as a number, several as they are."""
    return axes[0] if len(axes) == 1 else axes


def deviation(x: Any, axes: tuple[int, ...]) -> Any:
    """``x`` minus its mean along `axes`."""
    return x - spread_like(Mean(axes)(x), axes, x)


def freedom(x: Any, axes: tuple[int, ...], ddof: float) -> Any:
    """The number of entries along `axes`, less `ddof`."""
    n = count(x, axes)
    if isinstance(n, Dim) and ddof != int(ddof):
        return lift(n).astype(x.dtype) - ddof
    return n - (int(ddof) if ddof == int(ddof) else ddof)


def flatten(x: Any, axes: tuple[int, ...]) -> Any:
    """Bring `axes` to the end and merge them into one."""
    if len(axes) == 1 and axes[0] == -1:
        return x
    kept = [a for a in range(-x.ndim, 0) if a not in axes]
    order = (*kept, *axes)
    moved = x if order == tuple(range(-x.ndim, 0)) else Transpose(order)(x)
    lead = tuple(x.shape[a] for a in kept)
    return Reshape(x.ndim, (*lead, count(x, axes)))(moved)


def unflatten(rows: Any, axes: tuple[int, ...], x: Any) -> Any:
    """Undo `flatten`, for rows made from `x`."""
    if len(axes) == 1 and axes[0] == -1:
        return rows
    kept = [a for a in range(-x.ndim, 0) if a not in axes]
    order = (*kept, *axes)
    back = tuple(order.index(a) - x.ndim for a in range(-x.ndim, 0))
    moved = Reshape(rows.ndim, tuple(x.shape[a] for a in order))(rows)
    return moved if back == tuple(range(-x.ndim, 0)) else Transpose(back)(moved)


def inexact(x: Any) -> Any:
    """`x`, with integers and booleans as float64."""
    return x if x.dtype.kind in "fc" else x.astype(np.float64)


def floats(x: Any) -> Any:
    """`x`, with integers and booleans as float64; complex numbers are refused."""
    if x.dtype.kind == "c":
        raise DTypeError(
            f"expected real numbers, got {x.dtype}; take .real, .imag or np.abs"
        )
    return inexact(x)


def check_not_empty(name: str, a: Any, axes: tuple[int, ...]) -> None:
    """Raise `ShapeError` if there is nothing along `axes` to choose from."""
    if count(a, axes) == 0:
        raise ShapeError(f"{name}: {show_shape(a.shape)} has no entries to choose from")
