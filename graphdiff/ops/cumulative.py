"""Running sums along an axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.expression.expression import Expression, implements
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, normalize_axis
from graphdiff.ops.axes import reshape_node, summed_dtype


@dataclass(frozen=True)
class CumSum(Op):
    """The running sum along ``axis``, from the front or (reverse) from the end."""

    axis: int
    reverse: bool = False

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType(x.shape, summed_dtype(x.dtype))

    def call(self, x: ArrayType) -> Call:
        function = "flipped_cumsum" if self.reverse else "np.cumsum"
        return Call(function, (Arg(0),), {"axis": self.axis + x.ndim})

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return CumSum(self.axis, not self.reverse)(g)


@implements(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The running sum along `axis`, or over all entries."""
    x = a if dtype is None else a.astype(dtype)
    if axis is None:
        x, axis = Expression(reshape_node(x.node, (x.size,))), -1
    return CumSum(normalize_axis("np.cumsum", axis, x.ndim))(x)
