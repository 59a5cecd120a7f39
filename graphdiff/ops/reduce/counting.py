"""Counting entries by number or by bin, each once or with a weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphTypeError, GraphValueError, ShapeError
from graphdiff.expression.expression import implements, is_symbolic, lift
from graphdiff.graph.node import Constant
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, Size, show_shape
from graphdiff.ops.core.index import Take, TakeAlong
from graphdiff.ops.core.pattern import ByArray
from graphdiff.ops.core.reduce import floats
from graphdiff.ops.order.sorting import Places
from graphdiff.sizes.dims import Dim


@dataclass(frozen=True)
class BinCount(Op):
    """The sum of weights (or the count) of the entries that are 0, 1, ... in turn.

    `known`: whether all entries are surely below ``length``.
    """

    stacks = True

    length: Size
    known: bool = False

    def infer(self, x: ArrayType, weights: ArrayType | None = None) -> ArrayType:
        dtype = np.dtype(np.intp if weights is None else np.float64)
        return ArrayType((*x.shape[:-1], self.length), dtype)

    def call(self, x: ArrayType, weights: ArrayType | None = None) -> Call:
        given = () if weights is None else (Arg(1),)
        if x.ndim > 1:
            return Call("bincount_rows", (Arg(0), self.length, *given))
        if self.known:
            return Call("np.bincount", (Arg(0), *given), {"minlength": self.length})
        return Call("bincount", (Arg(0), self.length, *given))

    def pullback(
        self, i: int, at: At, g: Any, y: Any, x: Any, weights: Any = None
    ) -> Any:
        return _at(g, x) if i else None


def _at(values: Any, places: Any) -> Any:
    """The entries of a vector at places, or of each row at places of its own."""
    if places.ndim == 1:
        return Take((ByArray(0),))(values, places)
    return TakeAlong(-1)(values, places)


@dataclass(frozen=True)
class Histogram(Op):
    """The sum of weights (or the count) of the entries between neighbouring edges."""

    stacks = True

    def infer(
        self, a: ArrayType, edges: ArrayType, weights: ArrayType | None = None
    ) -> ArrayType:
        dtype = np.dtype(np.intp) if weights is None else weights.dtype
        return ArrayType((*edges.shape[:-1], edges.shape[-1] - 1), dtype)

    def call(
        self, a: ArrayType, edges: ArrayType, weights: ArrayType | None = None
    ) -> Call:
        function = "histogram" if a.ndim == 1 else "histogram_rows"
        return Call(function, tuple(map(Arg, range(2 if weights is None else 3))))

    def pullback(
        self, i: int, at: At, g: Any, y: Any, a: Any, edges: Any, weights: Any = None
    ) -> Any:
        """A weight counts in the bin that its entry falls into, if in any."""
        if i < 2:
            return None
        last = edges.shape[-1] - 1
        function = "np.searchsorted" if a.ndim == 1 else "searchsorted_rows"
        above = Places(function, 1, (("side", "right"),))(edges, a)
        place = np.clip(above - 1, 0, last - 1)
        inside = np.logical_and(a >= edges[..., :1], a <= edges[..., -1:])
        share = _at(g, place)
        return np.where(inside, share, g.dtype.type(0))


@implements(np.bincount)
def bincount(x: Any, weights: Any = None, minlength: Any = 0) -> Any:
    """How often each number occurs in `x`, or the sum of its `weights`.

    How long the result is depends on the largest number. Where that is not known,
    `minlength` says it, and a number from there on is an error.
    """
    name = "np.bincount"
    numbers = lift(x, name)
    if numbers.dtype.kind not in "iu" or numbers.ndim != 1:
        raise DTypeError(
            f"{name}: expected a vector of integers, got {numbers.dtype} of shape "
            f"{show_shape(numbers.shape)}"
        )
    found = numbers.node.op
    length = minlength
    if isinstance(found, Constant):
        if np.any(found.value < 0):
            raise GraphValueError(f"{name}: numbers below 0 cannot be counted")
        if not isinstance(minlength, Dim):
            length = max(int(np.max(found.value, initial=-1)) + 1, int(minlength))
    elif not isinstance(minlength, Dim) and minlength == 0:
        raise GraphTypeError(
            f"{name}: how long the result is depends on the entries; give minlength="
        )
    op = BinCount(length, isinstance(found, Constant) and isinstance(length, int))
    if weights is None:
        return op(numbers)
    factors = lift(weights, name)
    if factors.shape != numbers.shape:
        raise ShapeError(
            f"{name}: weights of shape {show_shape(factors.shape)} for numbers of "
            f"shape {show_shape(numbers.shape)}"
        )
    return op(numbers, factors.astype(np.float64))


@implements(np.histogram)
def histogram(
    a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> Any:
    """The counts (or sums of weights) in bins, and the edges of the bins.

    Counts jump, so they have derivative 0 by the entries; sums are linear in weights.
    """
    name = "np.histogram"
    x = np.ravel(lift(a, name))
    edges = _edges(name, x, bins, range)
    given = () if weights is None else (np.ravel(lift(weights, name)),)
    if given and given[0].shape != x.shape:
        raise ShapeError(f"{name}: weights and entries differ in shape")
    counts = Histogram()(x, edges, *given)
    if density:
        counts = counts / np.diff(edges).astype(np.float64) / np.sum(counts)
    return counts, edges


@implements(np.histogram_bin_edges)
def histogram_bin_edges(
    a: Any, bins: Any = 10, range: Any = None, weights: Any = None
) -> Any:
    """The edges of the bins of ``np.histogram``."""
    name = "np.histogram_bin_edges"
    return _edges(name, np.ravel(lift(a, name)), bins, range)


def _edges(name: str, x: Any, bins: Any, range: Any) -> Any:
    """The edges of the bins: as given, or across `range` or all entries."""
    if isinstance(bins, str):
        raise GraphTypeError(
            f"{name}: how many bins {bins!r} has depends on the entries; give a number"
        )
    if np.ndim(bins):
        edges = lift(bins, name)
        if edges.ndim != 1:
            raise ShapeError(f"{name}: edges are a vector, got {edges.ndim} axes")
        return edges
    if range is not None and not is_symbolic(*range):
        return lift(np.histogram_bin_edges(np.empty(0, x.dtype), bins, range), name)
    x = floats(x)
    ends = (np.min(x), np.max(x)) if range is None else range
    first, last = (lift(end, name).astype(x.dtype) for end in ends)
    if isinstance(bins, Dim):
        raise GraphTypeError(f"{name}: the number of bins must be known")
    alike = first == last
    first = np.where(alike, first - 0.5, first)
    last = np.where(alike, last + 0.5, last)
    parts = (np.arange(bins + 1) / bins).astype(first.dtype)
    return first + (last - first) * parts
