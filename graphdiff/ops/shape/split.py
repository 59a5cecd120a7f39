"""Cutting arrays into parts along an axis."""

from __future__ import annotations

import operator
from itertools import pairwise
from typing import Any

import numpy as np

from graphdiff.errors import GraphValueError, ShapeError
from graphdiff.expression.expression import implements, lift
from graphdiff.graph.types import Size, normalize_axis, show_shape
from graphdiff.ops.core.index import getitem
from graphdiff.sizes.dims import Dim


def _is_count(parts: Any) -> bool:
    """Whether `parts` says how many, not where to cut."""
    return np.ndim(parts) == 0 and not isinstance(parts, Dim)


def _cut(x: Any, place: int, cuts: list[Any]) -> list[Any]:
    lead = (slice(None),) * place
    return [getitem(x, (*lead, slice(a, b))) for a, b in pairwise(cuts)]


def _places(listed: Any) -> list[Any]:
    """Where to cut, from the start to the end."""
    found = [n if isinstance(n, Dim) else operator.index(n) for n in listed]
    return [0, *found, None]


def _count(what: str, parts: Any) -> int:
    count = operator.index(parts)
    if count <= 0:
        raise GraphValueError(f"{what}: the number of parts must be larger than 0")
    return count


@implements(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut an array into equal parts along `axis`, or at the given places."""
    x = lift(ary, "np.split")
    place = normalize_axis("np.split", axis, x.ndim) + x.ndim
    if not _is_count(indices_or_sections):
        return _cut(x, place, _places(indices_or_sections))
    n, parts = x.shape[place], _count("np.split", indices_or_sections)
    each: Size = n // parts
    if each * parts != n:
        raise ShapeError(
            f"np.split: size {n} does not divide into {parts} equal parts"
            + ("; np.array_split makes unequal ones" if isinstance(n, int) else "")
        )
    return _cut(x, place, [k * each for k in range(parts + 1)])


@implements(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut an array into nearly equal parts along `axis`, or at the given places."""
    x = lift(ary, "np.array_split")
    place = normalize_axis("np.array_split", axis, x.ndim) + x.ndim
    n = x.shape[place]
    if not _is_count(indices_or_sections):
        return _cut(x, place, _places(indices_or_sections))
    parts = _count("np.array_split", indices_or_sections)
    if not isinstance(n, int):
        if n // parts * parts == n:
            return split(x, parts, place)  # type: ignore[no-any-return]
        raise ShapeError(
            f"np.array_split: parts of an axis of symbolic size {n} have no known "
            f"size; give the places to cut at, or give that axis an int in the spec"
        )
    each, more = divmod(n, parts)
    return _cut(x, place, [k * each + min(k, more) for k in range(parts + 1)])


def _split_along(what: str, ary: Any, parts: Any, axis: int, rank: int) -> list[Any]:
    x = lift(ary, what)
    if x.ndim < rank:
        raise ShapeError(f"{what}: needs {rank} axes, got shape {show_shape(x.shape)}")
    return split(x, parts, axis)  # type: ignore[no-any-return]


@implements(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Cut into parts one below the other."""
    return _split_along("np.vsplit", ary, indices_or_sections, 0, 2)


@implements(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Cut into parts side by side."""
    axis = 0 if ary.ndim == 1 else 1
    return _split_along("np.hsplit", ary, indices_or_sections, axis, 1)


@implements(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Cut into parts one behind the other."""
    return _split_along("np.dsplit", ary, indices_or_sections, 2, 3)


@implements(np.unstack)
def unstack(x: Any, *, axis: int = 0) -> tuple[Any, ...]:
    """The slices along an axis, one after the other."""
    place = normalize_axis("np.unstack", axis, x.ndim) + x.ndim
    n = x.shape[place]
    if not isinstance(n, int):
        raise ShapeError(
            f"np.unstack: how many slices an axis of symbolic size {n} has is not "
            f"known; give that axis an int in the spec"
        )
    lead = (slice(None),) * place
    return tuple(getitem(x, (*lead, k)) for k in range(n))
