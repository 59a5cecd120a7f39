"""Arrays with some entries replaced: what ``x[key] = value`` makes of x."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.graph.node import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.index import Take
from graphdiff.ops.core.pattern import Item, as_key, needs_of, rank_of
from graphdiff.sizes.dims import Dim


@dataclass(frozen=True)
class SetItem(Op):
    """``base`` with the entries at ``pattern`` replaced by those of ``value``.

    `once`: the index names no entry twice. Of several values for one entry NumPy keeps
    the last, and only that has a derivative.
    """

    pattern: tuple[Item, ...]
    once: bool = True

    def masks_of(self, *args: Any) -> tuple[int, ...]:
        """Entries of the base are discarded, and of a value that is written over."""
        return (0,) if self.once else (0, 1)

    @property
    def needs(self) -> tuple[Dim, ...]:
        """What the slices of the pattern ask of the sizes."""
        return needs_of(self.pattern)

    @property
    def label(self) -> str:
        """The word of Python's own library."""
        return "setitem"

    def infer(self, base: ArrayType, value: ArrayType, *index: ArrayType) -> ArrayType:
        return base

    def call(self, base: ArrayType, value: ArrayType, *index: ArrayType) -> Call:
        key = as_key(self.pattern, base.ndim - rank_of(self.pattern), 2)
        return Call("set_item", (Arg(0), Arg(1), key))

    def pullback(
        self, i: int, at: At, g: Any, y: Any, base: Any, value: Any, *index: Any
    ) -> Any:
        if i == 0:
            return type(self)(self.pattern)(g, np.zeros_like(value), *index)
        if i > 1:
            return None
        share = Take(self.pattern)(g, *index)
        if self.once:
            return share
        core = tuple(base.shape[base.ndim - rank_of(self.pattern) :])
        return np.where(Kept(self.pattern, core)(*index), share, 0)


@dataclass(frozen=True)
class Kept(Op):
    """Which of the values written at ``pattern`` are not written over by later ones."""

    pattern: tuple[Item, ...]
    shape: tuple[int | Dim, ...]

    def infer(self, *index: ArrayType) -> ArrayType:
        whole = ArrayType(self.shape, np.dtype(bool))
        return Take(self.pattern).infer(whole, *index)

    def call(self, *index: ArrayType) -> Call:
        return Call("kept_of", (self.shape, as_key(self.pattern, 0, 0)))
