"""Values and steps: what plans are made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from graphdiff.graph.node import Call
from graphdiff.runtime.table import FUNCTIONS

Shape = tuple[int, ...]

BOOL = np.dtype(bool)
LARGE = 1 << 18
"""Bytes from which on an array is worked on block by block."""
MANY = 1 << 11
"""Entries from which on a choice by bits is quicker than ``np.where``."""
SHORT = 16
"""The longest vector that is taken apart into numbers."""


class Value(NamedTuple):
    """A value: its shape, the shape in which it is held, its dtype."""

    shape: Shape
    held: Shape
    dtype: np.dtype

    @property
    def nbytes(self) -> int:
        """The bytes of what is held."""
        return math.prod(self.held) * self.dtype.itemsize


@dataclass(slots=True, eq=False)
class Step:
    """One action: ``target = function(*operands)``.

    `kind` says how it runs: "map" entry by entry (a ufunc), "reduce" (with `axes`),
    "view" (moves nothing), "product" (a matrix product), "call" (anything else).
    `quiet` names the warnings to silence; `record` is the call of a "call" or "view".
    """

    kind: str
    function: str
    operands: tuple[int, ...]
    target: int
    quiet: str = ""
    axes: tuple[int, ...] = ()
    record: Call | None = None


def short_name(function: str) -> str:
    """What steps call a ufunc of the table: NumPy's by their own short names."""
    if function.startswith("np."):
        return FUNCTIONS[function].__name__
    return function


def compute(step: Step, operands: list[Any]) -> Any:
    """The result of one step."""
    if step.function == "pack":
        return np.array([o[()] for o in operands])
    if step.record is not None:
        return step.record(*operands)
    if step.function in KERNELS:
        return KERNELS[step.function](*operands)
    if "." in step.function:
        return FUNCTIONS[step.function](*operands)
    ufunc = getattr(np, step.function)
    if step.kind == "reduce":
        return ufunc.reduce(*operands, axis=step.axes or None)
    return ufunc(*operands)


def _dot(a: Any, b: Any) -> Any:
    return np.dot(a.reshape(-1), b.reshape(-1))


def _bits(mask: Any) -> Any:
    raise ValueError("made in blocks only")


KERNELS: dict[str, Callable[..., Any]] = {
    "dot": _dot,
    "where": np.where,
    "bits": _bits,
    "keep": _bits,
    "select": _bits,
    "cast": _bits,
}
"""Entry-by-entry actions that are no ufunc."""
