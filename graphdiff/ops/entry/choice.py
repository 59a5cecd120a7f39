"""Choosing, rounding and converting: NumPy's functions that are no ufuncs."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import DTypeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.types import check_dtype
from graphdiff.ops.core.elementwise import (
    clip,
    floor_divide,
    maximum,
    minimum,
    mod,
    positive,
    where,
)
from graphdiff.ops.core.entries import cast_node
from graphdiff.ops.core.ufunc_door import implements_ufunc


@implements(np.where)
def where_door(condition: Any, x: Any, y: Any) -> Any:
    """Choose entries of `x` where the condition holds, else of `y`."""
    return where(condition, x, y)


@implements(np.clip)
def clip_door(
    a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None
) -> Any:
    """Limit entries to an interval; a bound of None is absent."""
    a = lift(a, "np.clip")
    low, high = (min if a_min is None else a_min), (max if a_max is None else a_max)
    if a.dtype.kind in "iu":
        limits = np.iinfo(a.dtype)
        low = limits.min if isinstance(low, int) and low < limits.min else low
        high = limits.max if isinstance(high, int) and high > limits.max else high
    if low is None and high is None:
        return positive(a)
    if low is None:
        return minimum(a, high)
    return maximum(a, low) if high is None else clip(a, low, high)


@implements_ufunc(np.divmod)
def divmod_door(x: Any, y: Any) -> tuple[Any, Any]:
    """The floor of the quotient, and the remainder."""
    return floor_divide(x, y), mod(x, y)


@implements(np.astype)
def astype(x: Any, dtype: Any) -> Any:
    """The entries of `x` in another dtype."""
    wanted = check_dtype(np.dtype(dtype), "astype")
    if x.dtype.kind == "c" and wanted.kind not in "cb":
        raise DTypeError(
            f"astype: {wanted} would lose the imaginary parts of {x.dtype}; write "
            f".real, or np.abs"
        )
    return Expression(cast_node(x.node, wanted))


@implements(np.copy)
def copy(a: Any) -> Any:
    """`a`, under another handle: what is written to one is not seen in the other."""
    return Expression(a.node)
