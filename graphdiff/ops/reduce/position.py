"""Where the largest and the smallest entries are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.expression.expression import Expression, implements
from graphdiff.graph.op import Arg, Call, Op
from graphdiff.graph.types import ArrayType, normalize_axes, normalize_axis
from graphdiff.ops.core.axes import keep, reshape_node
from graphdiff.ops.core.reduce import check_not_empty


@dataclass(frozen=True)
class Position(Op):
    """The position of the largest or smallest entry along ``axis``."""

    stacks = True

    function: str
    axis: int

    @property
    def doubts(self) -> bool:
        """Whether NaN among the entries are expected."""
        return "nan" in self.function

    @property
    def label(self) -> str:
        """``argmax`` or ``argmin``."""
        return self.function.removeprefix("np.")

    def infer(self, x: ArrayType) -> ArrayType:
        kept = tuple(x.shape[a] for a in range(-x.ndim, 0) if a != self.axis)
        return ArrayType(kept, np.dtype(np.intp))

    def call(self, x: ArrayType) -> Call:
        axis = {} if x.ndim == 1 else {"axis": self.axis + x.ndim}
        return Call(self.function, (Arg(0),), axis)


def _position(function: str, a: Any, axis: Any, keepdims: bool) -> Any:
    check_not_empty(function, a, normalize_axes(function, axis, a.ndim))
    if axis is None:
        flat = Expression(reshape_node(a.node, (a.size,)))
        y = Position(function, -1)(flat)
        ones = (1,) * a.ndim
        return Expression(reshape_node(y.node, ones)) if keepdims else y
    one = normalize_axis(function, axis, a.ndim)
    y = Position(function, one)(a)
    return keep(y, (one,), a) if keepdims else y


@implements(np.argmax)
def argmax(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The position of the largest entry along `axis`, the first of ties."""
    return _position("np.argmax", a, axis, keepdims)


@implements(np.argmin)
def argmin(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The position of the smallest entry along `axis`, the first of ties."""
    return _position("np.argmin", a, axis, keepdims)


@implements(np.nanargmax)
def nanargmax(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The position of the largest entry along `axis` that is not NaN."""
    name = "np.nanargmax" if a.dtype.kind == "f" else "np.argmax"
    return _position(name, a, axis, keepdims)


@implements(np.nanargmin)
def nanargmin(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The position of the smallest entry along `axis` that is not NaN."""
    name = "np.nanargmin" if a.dtype.kind == "f" else "np.argmin"
    return _position(name, a, axis, keepdims)
