"""Functions of vectors, applied along an axis; functions applied over several axes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.types import normalize_axis, show_shape
from graphdiff.ops.core.axes import moveaxis, reshape_node
from graphdiff.ops.core.fill import array
from graphdiff.ops.core.index import getitem
from graphdiff.ops.core.join import stack


@implements(np.apply_along_axis)
def apply_along_axis(
    func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any
) -> Any:
    """`func1d` of every vector along `axis`, each called by itself.

    The number of vectors must be known. A function of arrays with an argument ``axis``
    does the same in one call.
    """
    what = "np.apply_along_axis"
    x = lift(arr, what)
    place = normalize_axis(what, axis, x.ndim) + x.ndim
    others = x.shape[:place] + x.shape[place + 1 :]
    known = [n for n in others if isinstance(n, int)]
    if len(known) < len(others):
        raise ShapeError(
            f"{what}: how many vectors shape {show_shape(x.shape)} has along axis "
            f"{place} is not known; call a function that takes axis=, or give the "
            f"other axes an int in the spec"
        )
    vectors = moveaxis(x, place, -1)
    found = [
        array(func1d(getitem(vectors, key), *args, **kwargs))
        for key in product(*map(range, known))
    ]
    if not found:
        raise ShapeError(f"{what}: there is no vector along axis {place}")
    made = found[0] if not others else stack(found)
    inner = found[0].shape
    made = Expression(reshape_node(made.node, (*known, *inner)))
    source = tuple(range(len(known), len(known) + len(inner)))
    return moveaxis(made, source, tuple(range(place, place + len(inner))))


@implements(np.apply_over_axes)
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """``func(a, axis)`` for each of `axes` in turn, keeping all axes."""
    what = "np.apply_over_axes"
    x = lift(a, what)
    for axis in axes if isinstance(axes, (tuple, list)) else (axes,):
        place = normalize_axis(what, axis, x.ndim) + x.ndim
        y = func(x, place)
        if y.ndim == x.ndim - 1:
            y = np.expand_dims(y, place)
        if y.ndim != x.ndim:
            raise ShapeError(f"{what}: the function must reduce one axis, or none")
        x = y
    return x
