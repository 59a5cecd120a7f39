"""Putting entries into arrays, leaving some out, choosing by known conditions."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import GraphIndexError, GraphTypeError, ShapeError
from graphdiff.expression.expression import Expression, implements, is_symbolic, lift
from graphdiff.graph.types import Size, normalize_axis
from graphdiff.ops.core.axes import broadcast_expression, moveaxis, reshape_node
from graphdiff.ops.core.entries import cast_node
from graphdiff.ops.core.index import getitem, take
from graphdiff.ops.core.join import joined
from graphdiff.sizes.dims import Dim


def _flat_or_axis(what: str, arr: Any, axis: Any) -> tuple[Expression, int]:
    """The array and the axis counted from the front; flat where none is named."""
    x = lift(arr, what)
    if axis is None:
        return Expression(reshape_node(x.node, (x.size,))), 0
    return x, normalize_axis(what, axis, x.ndim) + x.ndim


def _positions(what: str, obj: Any, n: Size) -> tuple[Any, bool]:
    """Positions in the order given, and whether it is one number alone."""
    if is_symbolic(obj) or isinstance(obj, Dim):
        raise GraphTypeError(f"{what}: positions must be known, not symbolic")
    if isinstance(obj, slice):
        if not isinstance(n, int):
            raise ShapeError(
                f"{what}: which positions a slice of symbolic size {n} has is not "
                f"known; join slices with np.concatenate"
            )
        return np.arange(*obj.indices(n)), False
    given = np.asarray(obj)
    if given.dtype == bool:
        if given.ndim != 1 or given.shape[0] != n:
            raise ShapeError(
                f"{what}: a mask of shape {given.shape} for an axis of size {n}"
            )
        return np.flatnonzero(given), False
    if given.size == 0:
        return np.zeros(0, int), False
    if given.dtype.kind not in "iu" or given.ndim > 1:
        raise GraphIndexError(f"{what}: positions are ints, got {obj!r}")
    return np.atleast_1d(given).astype(int), given.ndim == 0


def _check_bounds(what: str, places: Any, n: Size, last: int) -> Any:
    """Positions counted from the front where that is known."""
    if isinstance(n, int):
        if np.any((places < -n) | (places > n - 1 + last)):
            raise GraphIndexError(f"{what}: {places.tolist()} is out of bounds for {n}")
        return np.where(places < 0, places + n, places)
    if np.any(places < 0) and np.any(places >= 0):
        raise ShapeError(
            f"{what}: which of {places.tolist()} comes first depends on the size {n}"
        )
    return places


def _between(x: Any, axis: int, start: Any, stop: Any) -> Any:
    return getitem(x, (*(slice(None),) * axis, slice(start, stop)))


@implements(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """`arr` with `values` before the entries at known positions along `axis`."""
    what = "np.insert"
    x, place = _flat_or_axis(what, arr, axis)
    n = x.shape[place]
    places, alone = _positions(what, obj, n)
    places = _check_bounds(what, places, n, 1)
    new = Expression(cast_node(lift(values, what).node, x.dtype))
    if len(places) == 1:
        new = Expression(reshape_node(new.node, (1,) * (x.ndim - new.ndim) + new.shape))
        new = moveaxis(new, 0, place) if alone else new
        count = new.shape[place]
    else:
        count = len(places)
    shape = (*x.shape[:place], count, *x.shape[place + 1 :])
    new = broadcast_expression(what, new, shape)
    if not len(places):
        return x
    parts: list[Any] = []
    if len(places) == 1:
        k = int(places[0])
        parts += [_between(x, place, None, k), new, _between(x, place, k, None)]
    else:
        start = None
        for i in np.argsort(places, kind="stable").tolist():
            stop = int(places[i])
            parts.append(_between(x, place, start, stop))
            parts.append(_between(new, place, i, i + 1))
            start = stop
        parts.append(_between(x, place, start, None))
    return joined(what, [p for p in parts if p.shape[place] != 0] or [x], place)


@implements(np.delete)
def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """`arr` without the entries at known positions along `axis`."""
    what = "np.delete"
    x, place = _flat_or_axis(what, arr, axis)
    n = x.shape[place]
    places, _ = _positions(what, obj, n)
    gone = np.unique(_check_bounds(what, places, n, 0))
    if not len(gone):
        return x
    if isinstance(n, int) and len(gone) > 1 and np.any(np.diff(gone) > 1):
        return take(x, np.delete(np.arange(n), gone), place)
    parts: list[Any] = []
    start: Any = None
    for k in gone.tolist():
        parts.append(_between(x, place, start, k))
        start = n if k == -1 else k + 1
    parts.append(_between(x, place, start, None))
    left = [p for p in parts if p.shape[place] != 0]
    return joined(what, left or parts[:1], place)


# --- by a condition -------------------------------------------------------------------
def _holds(what: str, condition: Any) -> np.ndarray:
    """Where a known condition holds, as positions in one axis."""
    if is_symbolic(condition):
        raise GraphTypeError(
            f"{what}: how many entries there are depends on the condition; reduce "
            f"x[mask] at once, as in np.sum(x[mask]), or write np.where(mask, x, 0)"
        )
    return np.flatnonzero(np.asarray(condition))


@implements(np.compress)
def compress(condition: Any, a: Any, axis: Any = None) -> Any:
    """The slices along `axis` for which a known condition holds."""
    what = "np.compress"
    if np.ndim(condition) != 1:
        raise ShapeError(f"{what}: the condition must be a vector")
    x, place = _flat_or_axis(what, a, axis)
    return take(x, _holds(what, condition), place)


@implements(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The entries, in one axis, for which a known condition holds."""
    x, place = _flat_or_axis("np.extract", arr, None)
    return take(x, _holds("np.extract", condition), place)
