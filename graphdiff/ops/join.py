"""Joining arrays, cutting them apart and turning them round, made of indexing's ops."""

from __future__ import annotations

import operator
from itertools import pairwise
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.types import broadcast, normalize_axis, promote, show_shape
from graphdiff.ops.axes import broadcast_expression, reshape_node
from graphdiff.ops.elementwise import cast_node
from graphdiff.ops.index import Concatenate, getitem


def _alike(what: str, arrays: Any) -> list[Expression]:
    if isinstance(arrays, Expression):
        arrays = list(arrays)
    parts = [lift(a, what) for a in arrays]
    if not parts:
        raise ShapeError(f"{what}: need at least one array")
    dtype = promote(*[p.dtype for p in parts])
    return [Expression(cast_node(p.node, dtype)) for p in parts]


@implements(np.concatenate)
def concatenate(arrays: Any, axis: Any = 0) -> Any:
    """Join arrays end to end along `axis`."""
    parts = _alike("np.concatenate", arrays)
    if axis is None:
        parts = [Expression(reshape_node(p.node, (p.size,))) for p in parts]
        axis = 0
    if any(p.ndim == 0 for p in parts):
        raise ShapeError(
            "np.concatenate: arrays without axes cannot be joined; np.stack"
        )
    place = normalize_axis("np.concatenate", axis, parts[0].ndim)
    return parts[0] if len(parts) == 1 else Concatenate(place)(*parts)


@implements(np.stack)
def stack(arrays: Any, axis: int = 0) -> Any:
    """Join arrays of one shape along a new axis."""
    parts = _alike("np.stack", arrays)
    if any(p.shape != parts[0].shape for p in parts):
        shapes = " and ".join(show_shape(p.shape) for p in parts)
        raise ShapeError(f"np.stack: shapes {shapes} differ")
    place = normalize_axis("np.stack", axis, parts[0].ndim + 1)
    return concatenate([np.expand_dims(p, place) for p in parts], axis=place)


@implements(np.vstack)
def vstack(tup: Any) -> Any:
    """Join arrays as rows."""
    return concatenate(
        [p if p.ndim > 1 else p.reshape(1, -1) for p in _alike("np.vstack", tup)]
    )


@implements(np.hstack)
def hstack(tup: Any) -> Any:
    """Join arrays side by side."""
    parts = [p if p.ndim else p.reshape(1) for p in _alike("np.hstack", tup)]
    return concatenate(parts, axis=0 if parts[0].ndim == 1 else 1)


@implements(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Join vectors as columns, matrices side by side."""
    parts = [p if p.ndim > 1 else p.reshape(-1, 1) for p in _alike("stack", tup)]
    return concatenate(parts, axis=1)


@implements(np.broadcast_arrays)
def broadcast_arrays(*args: Any) -> Any:
    """The arrays, each repeated to the shape that all have together."""
    found = [lift(a, "np.broadcast_arrays") for a in args]
    shape = broadcast("np.broadcast_arrays", [a.shape for a in found])
    return tuple(broadcast_expression("np.broadcast_arrays", a, shape) for a in found)


@implements(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut an array into equal parts along `axis`, or at the given places."""
    if hasattr(indices_or_sections, "__index__"):
        n = ary.shape[normalize_axis("np.split", axis, ary.ndim)]
        if isinstance(n, int) and n % operator.index(indices_or_sections):
            raise ShapeError(
                f"np.split: size {n} does not divide into {indices_or_sections} equal "
                f"parts; np.array_split makes unequal ones"
            )
    parts: list[Any] = array_split(ary, indices_or_sections, axis)
    return parts


@implements(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut an array into nearly equal parts along `axis`, or at the given places."""
    place = normalize_axis("np.split", axis, ary.ndim) + ary.ndim
    n = ary.shape[place]
    if not hasattr(indices_or_sections, "__index__"):
        cuts = [0, *map(operator.index, indices_or_sections), None]
    elif isinstance(n, int):
        parts = operator.index(indices_or_sections)
        each, more = divmod(n, parts)
        cuts = [k * each + min(k, more) for k in range(parts + 1)]
    else:
        raise ShapeError(
            f"np.split: parts of an axis of symbolic size {n} have no known size; give "
            f"the places to cut at, or give that axis an int in the spec"
        )
    lead = (slice(None),) * place
    return [getitem(ary, (*lead, slice(a, b))) for a, b in pairwise(cuts)]
