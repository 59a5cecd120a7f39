"""Joining arrays: end to end, along a new axis, in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphTypeError, GraphValueError, ShapeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.types import (
    broadcast,
    check_dtype,
    normalize_axis,
    promote,
    show_shape,
)
from graphdiff.ops.core.axes import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    broadcast_expression,
    reshape_node,
)
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.ops.core.index import Concatenate


def alike_parts(
    what: str, arrays: Any, dtype: Any = None, casting: str = "same_kind"
) -> list[Expression]:
    """Arrays that will be joined, in one dtype: `dtype`, or what they have together."""
    if isinstance(arrays, Expression):
        arrays = list(arrays)
    parts = [lift(a, what) for a in arrays]
    if not parts:
        raise ShapeError(f"{what}: need at least one array")
    if dtype is None:
        wanted = promote(*[p.dtype for p in parts])
    else:
        wanted = check_dtype(np.dtype(dtype), what)
    for part in parts:
        if not np.can_cast(part.dtype, wanted, casting):  # type: ignore[arg-type]
            raise DTypeError(
                f"{what}: {part.dtype} does not become {wanted} by casting={casting!r}"
            )
    return [Expression(cast_node(p.node, wanted)) for p in parts]


def joined(what: str, parts: list[Any], axis: Any) -> Any:
    """Arrays of one dtype end to end along `axis`."""
    if axis is None:
        parts = [Expression(reshape_node(p.node, (p.size,))) for p in parts]
        axis = 0
    if any(p.ndim == 0 for p in parts):
        raise ShapeError(f"{what}: arrays without axes cannot be joined; np.stack")
    place = normalize_axis(what, axis, parts[0].ndim)
    return parts[0] if len(parts) == 1 else Concatenate(place)(*parts)


@implements(np.concatenate)
def concatenate(
    arrays: Any, axis: Any = 0, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Join arrays end to end along `axis`."""
    what = "np.concatenate"
    return joined(what, alike_parts(what, arrays, dtype, casting), axis)


@implements(np.stack)
def stack(
    arrays: Any, axis: int = 0, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Join arrays of one shape along a new axis."""
    what = "np.stack"
    parts = alike_parts(what, arrays, dtype, casting)
    if any(p.shape != parts[0].shape for p in parts):
        shapes = " and ".join(show_shape(p.shape) for p in parts)
        raise ShapeError(f"{what}: shapes {shapes} differ")
    place = normalize_axis(what, axis, parts[0].ndim + 1)
    return joined(what, [np.expand_dims(p, place) for p in parts], place)


@implements(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays as rows."""
    parts = alike_parts("np.vstack", tup, dtype, casting)
    return joined("np.vstack", [atleast_2d(p) for p in parts], 0)


@implements(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays side by side."""
    parts = [atleast_1d(p) for p in alike_parts("np.hstack", tup, dtype, casting)]
    return joined("np.hstack", parts, 0 if parts[0].ndim == 1 else 1)


@implements(np.dstack)
def dstack(tup: Any) -> Any:
    """Join arrays one behind the other, along the third axis."""
    parts = [atleast_3d(p) for p in alike_parts("np.dstack", tup)]
    return joined("np.dstack", parts, 2)


@implements(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Join vectors as columns, matrices side by side."""
    parts = alike_parts("np.column_stack", tup)
    columns = [p if p.ndim > 1 else p.reshape(-1, 1) for p in parts]
    return joined("np.column_stack", columns, 1)


@implements(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """`arr` and behind it `values`; flat, unless an axis is named."""
    return joined("np.append", alike_parts("np.append", [arr, values]), axis)


@implements(np.block)
def block(arrays: Any) -> Any:
    """Arrays laid out as the nested lists show: the innermost side by side."""
    depth = _depth(arrays)
    leaves: list[Any] = []
    _collect(arrays, leaves)
    alike = iter(alike_parts("np.block", leaves))
    rank = max(depth, *(np.ndim(leaf) for leaf in leaves))
    return _laid(arrays, alike, depth, rank)


def _depth(arrays: Any) -> int:
    """How deep lists nest; the same everywhere."""
    if isinstance(arrays, tuple):
        raise GraphTypeError("np.block: a tuple is no layout; write lists")
    if not isinstance(arrays, list):
        return 0
    depths = {_depth(part) for part in arrays}
    if len(depths) != 1:
        raise GraphValueError("np.block: lists must nest as deep everywhere, not empty")
    return 1 + depths.pop()


def _collect(arrays: Any, leaves: list[Any]) -> None:
    if not isinstance(arrays, list):
        leaves.append(arrays)
        return
    for part in arrays:
        _collect(part, leaves)


def _laid(arrays: Any, leaves: Iterator[Any], level: int, rank: int) -> Any:
    """The parts in turn, joined along axis ``-level``."""
    if not isinstance(arrays, list):
        x = next(leaves)
        return Expression(reshape_node(x.node, (1,) * (rank - x.ndim) + x.shape))
    parts = [_laid(part, leaves, level - 1, rank) for part in arrays]
    return joined("np.block", parts, -level)


@implements(np.broadcast_arrays)
def broadcast_arrays(*args: Any) -> Any:
    """The arrays, each repeated to the shape that all have together."""
    found = [lift(a, "np.broadcast_arrays") for a in args]
    shape = broadcast("np.broadcast_arrays", [a.shape for a in found])
    return tuple(broadcast_expression("np.broadcast_arrays", a, shape) for a in found)
