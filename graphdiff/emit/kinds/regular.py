"""Integer arrays that follow a rule, written as the rule.

Index arrays of sparse matrices repeat a short block, moved on by a constant each time:
the columns of a tridiagonal matrix are 0 1 0 1 2 1 2 3 2 and so on, three at a time.
Such a stretch is a column of starts plus a row of offsets; an array of a few stretches
is these, one after the other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphdiff.emit.text.text import (
    Text,
    atom,
    binary,
    call,
    list_,
    literal,
    method,
    slice_,
    subscript,
)

SHORT = 100
"""Arrays of fewer entries are written out."""
_LONGEST_BLOCK = 48
_MOST_STRETCHES = 6
_MOST_SPELLED = 4
_WORTH = 6


class _Stretch(NamedTuple):
    """``block``, then the same moved on by ``step``, and so on for `size` entries."""

    block: tuple[int, ...]
    step: int
    size: int


def regular_text(array: np.ndarray) -> Text | None:
    """An expression of NumPy for an integer array; None if it follows no rule."""
    if array.dtype.kind not in "iu" or array.size <= SHORT:
        return None
    found = _stretches(array.ravel().astype(np.int64))
    if found is None:
        return None
    parts = [_written(stretch) for stretch in found]
    text = parts[0] if len(parts) == 1 else call("np.concatenate", [list_(parts)])
    if array.ndim > 1:
        text = method(text, "reshape", [literal(n) for n in array.shape])
    if array.dtype != np.int64:
        text = method(text, "astype", [atom(f"np.{array.dtype.name}")])
    return text


def _stretches(flat: np.ndarray) -> list[_Stretch] | None:
    """The array cut into stretches, each as long as can be; None if that is no gain."""
    found: list[_Stretch] = []
    while flat.size:
        if len(found) >= _MOST_STRETCHES:
            return None
        spelled = _spelled(flat)
        if spelled is None:
            return None
        if spelled:
            found.append(_Stretch(tuple(flat[:spelled].tolist()), 0, spelled))
            flat = flat[spelled:]
        if flat.size:
            found.append(_longest(flat))
            flat = flat[found[-1].size :]
    return found


def _longest(flat: np.ndarray) -> _Stretch:
    """The longest stretch that the array begins with."""
    return max(_candidates(flat), key=lambda s: (s.size, -len(s.block)))


def _spelled(flat: np.ndarray) -> int | None:
    """How many entries to spell out before a stretch that is worth it; None if many."""
    for skipped in range(min(_MOST_SPELLED, flat.size) + 1):
        if skipped == flat.size:
            return skipped
        best = _longest(flat[skipped:])
        if best.size >= _WORTH * len(best.block):
            return skipped
    return None


def _candidates(flat: np.ndarray) -> list[_Stretch]:
    """The stretches that the array may begin with, one for each length of block."""
    found = [_Stretch(tuple(flat[:1].tolist()), 0, 1)]
    for length in range(1, min(_LONGEST_BLOCK, flat.size - 1) + 1):
        moved = flat[length] - flat[0]
        last = flat[-1] - flat[-1 - length]
        start = flat[length : 8 * length] - flat[: min(7 * length, flat.size - length)]
        if not np.all(start == moved):
            continue
        same = flat[length:] - flat[:-length] == moved
        size = length + (same.size if same.all() else int(np.argmin(same)))
        found.append(_Stretch(tuple(flat[:length].tolist()), int(moved), size))
        if size == flat.size and last == moved:
            break
    return found


def _written(stretch: _Stretch) -> Text:
    """``np.arange(...)``, or starts plus offsets."""
    block, step, size = stretch
    if size == len(block):
        return list_([literal(n) for n in block])
    if len(block) == 1:
        return _counted(block[0], step, size)
    times = -(-size // len(block))
    offsets = _offsets(block)
    if step == 0:
        text = call("np.tile", [offsets, literal(times)])
    else:
        starts = subscript(_counted(0, step, times), [slice_(), literal(None)])
        text = method(binary("+", starts, offsets), "ravel")
    whole = times * len(block) == size
    return text if whole else subscript(text, [slice_(None, literal(size))])


def _counted(start: int, step: int, size: int) -> Text:
    """The numbers from `start` on in equal steps."""
    if step == 0:
        return call("np.full", [literal(size), literal(start)])
    stop = start + step * size
    bounds = [start, stop, step] if step != 1 else [start, stop] if start else [stop]
    return call("np.arange", [literal(n) for n in bounds])


def _offsets(block: tuple[int, ...]) -> Text:
    """The block: counted if it can be, and long; else spelled."""
    steps = set(np.diff(block).tolist())
    if len(steps) == 1 and len(block) > 2:
        return _counted(block[0], steps.pop(), len(block))
    return list_([literal(n) for n in block])
