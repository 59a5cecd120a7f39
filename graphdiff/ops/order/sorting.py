"""Putting entries in order, and finding places in an order.

The derivative of a sorted array is that of a fixed permutation. Where entries are
equal, the permutation is the stable one: of equal entries the earlier comes first.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, ShapeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, normalize_axis, show_shape
from graphdiff.ops.core.axes import last_or, reshape_node
from graphdiff.ops.core.index import Put, PutAlong, Take, TakeAlong
from graphdiff.ops.core.pattern import ByArray


@dataclass(frozen=True)
class Places(Op):
    """Integers found by a NumPy function, one for each entry of argument `like`.

    `options` are its keywords; an axis among them counts from the end.
    """

    stacks = True

    function: str
    like: int = 0
    options: tuple[tuple[str, Any], ...] = ()
    listed: bool = False

    @property
    def label(self) -> str:
        """The function's own name."""
        return self.function.removeprefix("np.")

    @property
    def permutes(self) -> bool:
        """Whether the integers along an axis are all its positions, each once."""
        return self.function in ("np.argsort", "np.argpartition", "np.lexsort")

    def infer(self, *args: ArrayType) -> ArrayType:
        return ArrayType(args[self.like].shape, np.dtype(np.intp))

    def call(self, *args: ArrayType) -> Call:
        options = dict(self.options)
        if (axis := options.pop("axis", None)) is not None:
            options = {**last_or(axis, args[self.like]), **options}
        places: tuple[Any, ...] = tuple(map(Arg, range(len(args))))
        return Call(self.function, (places,) if self.listed else places, options)


def stable_order_op(axis: int) -> Places:
    """The op that finds the stable order along `axis`."""
    return Places("np.argsort", 0, (("axis", axis), ("kind", "stable")))


def stable_order(x: Any, axis: int) -> Any:
    """The positions of the entries in order along `axis`; of ties the earlier first."""
    return stable_order_op(axis)(x)


def in_order(x: Any, order: Any, axis: int) -> Any:
    """The entries of `x` along `axis` at the positions in `order`."""
    if x.ndim == 1:
        return Take((ByArray(0),))(x, order)
    return TakeAlong(axis)(x, order)


def in_place(g: Any, order: Any, axis: int) -> Any:
    """What `in_order` took, back where it was: its transpose, for a whole order."""
    if g.ndim == 1:
        return Put((ByArray(0),), tuple(g.shape), True)(g, order)
    return PutAlong(axis, g.shape[axis], True)(g, order)


@dataclass(frozen=True)
class Sort(Op):
    """The entries in ascending order along ``axis``."""

    axis: int

    stacks = True
    convention = "ties in the stable order"

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        return Call("np.sort", (Arg(0),), last_or(self.axis, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return in_place(g, stable_order(x, self.axis), self.axis)


@dataclass(frozen=True)
class Partition(Op):
    """The entries along ``axis``, those at positions `kth` as in order."""

    axis: int
    kth: Any

    stacks = True
    convention = "ties in the stable order"

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        return Call("np.partition", (Arg(0), self.kth), last_or(self.axis, x))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        """What is smallest in the result came from where x is smallest, and so on."""
        ranked = in_order(g, stable_order(y, self.axis), self.axis)
        return in_place(ranked, stable_order(x, self.axis), self.axis)


def _along(name: str, a: Any, axis: Any) -> tuple[Any, int]:
    x = lift(a, name)
    if axis is None:
        return Expression(reshape_node(x.node, (x.size,))), -1
    if not x.ndim:
        raise ShapeError(f"{name}: an array without axes has no order")
    return x, normalize_axis(name, axis, x.ndim)


def _stability(name: str, kind: Any, stable: Any) -> dict[str, Any]:
    if kind is not None and stable is not None:
        raise GraphTypeError(f"{name}: give kind= or stable=, not both")
    if kind not in (None, "quicksort", "mergesort", "heapsort", "stable"):
        raise GraphTypeError(f"{name}: kind={kind!r} is none of NumPy's")
    return {"kind": kind} if kind else {"kind": "stable"} if stable else {}


@implements(np.sort)
def sort(a: Any, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> Any:
    """The entries in ascending order along `axis`; NaN come last."""
    _stability("np.sort", kind, stable)
    x, place = _along("np.sort", a, axis)
    return Sort(place)(x)


@implements(np.argsort)
def argsort(a: Any, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> Any:
    """The positions of the entries in ascending order along `axis`."""
    options = _stability("np.argsort", kind, stable)
    x, place = _along("np.argsort", a, axis)
    return Places("np.argsort", 0, (("axis", place), *options.items()))(x)


def _kth(name: str, kth: Any, n: Any) -> Any:
    listed = [operator.index(k) for k in np.atleast_1d(kth).tolist()]
    for k in listed:
        if isinstance(n, int) and not -n <= k < n:
            raise ShapeError(f"{name}: kth={k} is out of bounds for size {n}")
    return listed[0] if np.ndim(kth) == 0 else tuple(listed)


@implements(np.partition)
def partition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect") -> Any:
    """The entries along `axis`, smaller ones before position `kth`, larger after."""
    x, place = _along("np.partition", a, axis)
    return Partition(place, _kth("np.partition", kth, x.shape[place]))(x)


@implements(np.argpartition)
def argpartition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect") -> Any:
    """The positions of the entries as ``np.partition`` puts them."""
    x, place = _along("np.argpartition", a, axis)
    options = ("kth", _kth("np.argpartition", kth, x.shape[place])), ("axis", place)
    return Places("np.argpartition", 0, options)(x)


@implements(np.lexsort)
def lexsort(keys: Any, axis: Any = -1) -> Any:
    """The positions of the entries in the order of several keys, the last one first."""
    found = [lift(key, "np.lexsort") for key in keys]
    if any(key.shape != found[0].shape for key in found):
        shapes = " and ".join(show_shape(key.shape) for key in found)
        raise ShapeError(f"np.lexsort: shapes {shapes} differ")
    place = normalize_axis("np.lexsort", axis, found[0].ndim)
    return Places("np.lexsort", 0, (("axis", place),), listed=True)(*found)


@implements(np.searchsorted)
def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """Where entries of `v` would stand in the ordered vector `a`."""
    name = "np.searchsorted"
    a, v = lift(a, name), lift(v, name)
    if a.ndim != 1:
        raise ShapeError(f"{name}: expected a vector, got {show_shape(a.shape)}")
    if side not in ("left", "right"):
        raise GraphTypeError(f"{name}: side={side!r} is neither 'left' nor 'right'")
    if sorter is not None:
        a = np.take(a, lift(sorter, name))
    options = (("side", side),) if side != "left" else ()
    return Places(name, 1, options)(a, v)


@implements(np.digitize)
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """The number of the bin that each entry of `x` falls into."""
    x, bins = lift(x, "np.digitize"), lift(bins, "np.digitize")
    if bins.ndim != 1:
        raise ShapeError(
            f"np.digitize: expected a vector of bins, got {show_shape(bins.shape)}"
        )
    options = (("right", True),) if right else ()
    return Places("np.digitize", 0, options)(x, bins)
