"""Numbers in equal or growing steps between two ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import Made
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import (
    ArrayType,
    Size,
    broadcast,
    dtype_of,
    normalize_axis,
    promote,
    promote_to_float,
    whole_number,
)
from graphdiff.ops.core.axes import expand_dims
from graphdiff.ops.core.entries import fit
from graphdiff.sizes.dims import Dim


@dataclass(frozen=True)
class Linspace(Op):
    """``num`` numbers in equal steps from one array to another, along a new axis."""

    stacks = True

    num: Size
    endpoint: bool = True
    axis: int = -1

    def infer(self, start: ArrayType, stop: ArrayType) -> ArrayType:
        shape = list(start.shape)
        shape.insert(self.axis + start.ndim + 1, self.num)
        return ArrayType(tuple(shape), start.dtype)

    def call(self, start: ArrayType, stop: ArrayType) -> Call:
        named: dict[str, Any] = {} if self.endpoint else {"endpoint": False}
        if start.ndim and self.axis + start.ndim + 1:
            named["axis"] = self.axis + start.ndim + 1
        if start.dtype != np.float64:
            named["dtype"] = start.dtype
        return Call("np.linspace", (Arg(0), Arg(1), self.num), named)

    def pullback(self, i: int, at: At, g: Any, y: Any, start: Any, stop: Any) -> Any:
        """The share of each end falls or grows in equal steps."""
        ends = (1.0, 0.0) if i == 0 else (0.0, 1.0)
        shares: Any
        if isinstance(g, Expression):
            named = () if self.endpoint else (("endpoint", False),)
            dtype = np.dtype(np.float64)
            op = Made("np.linspace", (*ends, self.num), named, (self.num,), dtype)
            shares = op().astype(g.dtype)
        else:
            shares = np.linspace(*ends, self.num, endpoint=self.endpoint)
        shares = shares[(slice(None), *(None,) * (-self.axis - 1))]
        return np.sum(g * shares.astype(g.dtype), axis=self.axis)


def _number(what: str, num: Any) -> Size:
    if isinstance(num, Dim):
        return num
    if isinstance(num, Expression):
        raise GraphTypeError(f"{what}: num must be known, or a size such as x.shape[0]")
    count = whole_number(f"{what}: num", num)
    if count < 0:
        raise GraphValueError(f"{what}: the number of samples cannot be negative")
    return count


@implements(np.linspace)
def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`num` numbers in equal steps from `start` to `stop`, and the step if asked."""
    what = "np.linspace"
    count = _number(what, num)
    ends = [v if isinstance(v, (int, float, Dim)) else lift(v) for v in (start, stop)]
    kind = promote_to_float(*map(dtype_of, ends))  # type: ignore[arg-type]
    shape = broadcast(what, [getattr(v, "shape", ()) for v in ends])
    first, last = (Expression(fit(v, kind, shape)) for v in ends)
    place = normalize_axis(what, axis, len(shape) + 1)
    y = Linspace(count, bool(endpoint), place)(first, last)
    if dtype is not None:
        wanted = np.dtype(dtype)
        y = (np.floor(y) if wanted.kind in "iu" else y).astype(wanted)
    if not retstep:
        return y
    steps = count - 1 if endpoint else count
    if isinstance(steps, int) and steps <= 0:
        return y, np.full_like(first, np.nan)
    return y, (last - first) / steps


@implements(np.logspace)
def logspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`base` to the power of what ``np.linspace`` gives."""
    if np.ndim(base):
        rank = max(np.ndim(v) for v in (start, stop, base))
        start, stop, base = (
            np.reshape(lift(v), (1,) * (rank - np.ndim(v)) + np.shape(v))
            for v in (start, stop, base)
        )
        base = expand_dims(base, axis)
    powers = linspace(_lifted(start), _lifted(stop), num, endpoint=endpoint, axis=axis)
    y = np.power(base, powers)
    return y if dtype is None else y.astype(dtype)


def _lifted(value: Any) -> Any:
    return value if isinstance(value, (int, float, Dim)) else lift(value)


@implements(np.geomspace)
def geomspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`num` numbers with equal ratios from `start` to `stop`, which have one sign."""
    ends = [_ends("np.geomspace", v) for v in (start, stop)]
    wanted = np.dtype(dtype or float)
    kind = promote(*map(dtype_of, ends), wanted)  # type: ignore[arg-type]
    kind = promote_to_float(kind)
    first, last = (lift(v).astype(kind) for v in ends)
    sign = np.sign(first)
    powers = (np.log10(v * sign) for v in (first, last))
    y = logspace(*powers, num, endpoint=endpoint, axis=axis)
    y = y * (np.expand_dims(sign, axis) if np.ndim(sign) else sign)
    return y if dtype is None else y.astype(dtype)


def _ends(what: str, value: Any) -> Any:
    known = value if isinstance(value, (int, float, np.ndarray)) else 1
    if np.any(np.equal(known, 0)):
        raise GraphValueError(f"{what}: a sequence with equal ratios has no 0 in it")
    return _lifted(value)
