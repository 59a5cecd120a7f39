"""Arrays made from nothing but a shape: filled, counted up, or put together.

NumPy asks for these through its keyword ``like=``, as in ``np.ones(shape, like=x)``;
`graphdiff.numpy` has them without it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, ShapeError, UnsupportedError
from graphdiff.expression.expression import Expression, implements, is_symbolic, lift
from graphdiff.graph.node import Arange, Made, make
from graphdiff.graph.types import Shape, Size, check_dtype, whole_number
from graphdiff.ops.core.axes import as_sizes, reshape_node
from graphdiff.ops.core.entries import fit
from graphdiff.ops.core.join import stack
from graphdiff.sizes.dims import Dim, positive_part


def filled(what: str, shape: Shape, value: Any, dtype: Any) -> Expression:
    """An array of `shape`, every entry `value`."""
    if not isinstance(value, (int, float, complex)):
        value = lift(value, what)
    return Expression(fit(value, check_dtype(np.dtype(dtype), what), shape))


@implements(np.full_like)
def full_like(a: Any, fill_value: Any, dtype: Any = None, *, shape: Any = None) -> Any:
    """An array shaped as `a`, every entry `fill_value`."""
    like = lift(a, "np.full_like")
    size = like.shape if shape is None else as_sizes("np.full_like", shape)
    return filled(
        "np.full_like", size, fill_value, like.dtype if dtype is None else dtype
    )


@implements(np.zeros_like, np.empty_like)
def zeros_like(a: Any, dtype: Any = None, *, shape: Any = None) -> Any:
    """An array shaped as `a`, of zeros."""
    return full_like(a, 0, dtype, shape=shape)


@implements(np.ones_like)
def ones_like(a: Any, dtype: Any = None, *, shape: Any = None) -> Any:
    """An array shaped as `a`, of ones."""
    return full_like(a, 1, dtype, shape=shape)


@implements(np.zeros, np.empty)
def zeros(shape: Any, dtype: Any = None) -> Any:
    """An array of zeros; what NumPy leaves empty is zero here."""
    return filled("np.zeros", as_sizes("np.zeros", shape), 0, dtype or float)


@implements(np.ones)
def ones(shape: Any, dtype: Any = None) -> Any:
    """An array of ones."""
    return filled("np.ones", as_sizes("np.ones", shape), 1, dtype or float)


@implements(np.full)
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """An array with every entry `fill_value`."""
    found = lift(fill_value, "np.full").dtype if dtype is None else dtype
    return filled("np.full", as_sizes("np.full", shape), fill_value, found)


# --- putting together -----------------------------------------------------------------
@implements(np.array)
def array(object: Any, dtype: Any = None, *, ndmin: int = 0) -> Any:
    """An array of nested lists of numbers, of which some are symbolic."""
    made = _together(object)
    made = Expression(made.node) if dtype is None else made.astype(dtype)
    missing = max(whole_number("np.array: ndmin", ndmin) - made.ndim, 0)
    return Expression(reshape_node(made.node, (1,) * missing + made.shape))


def _together(value: Any) -> Expression:
    """Nested lists joined along new axes; what holds nothing symbolic is a constant."""
    if not isinstance(value, (list, tuple)) or not holds_symbols(value):
        return lift(value, "np.array")
    parts = [_together(part) for part in value]
    if any(part.shape != parts[0].shape for part in parts):
        shapes = ", ".join(dict.fromkeys(str(part.shape) for part in parts))
        raise ShapeError(f"np.array: the parts differ in shape: {shapes}")
    return stack(parts)  # type: ignore[no-any-return]


def holds_symbols(value: Any) -> bool:
    """Whether there is an expression or a named size in nested lists and tuples."""
    if isinstance(value, (list, tuple)):
        return any(map(holds_symbols, value))
    if isinstance(value, dict):
        return any(map(holds_symbols, value.values()))
    return is_symbolic(value) or isinstance(value, Dim)


@implements(np.asarray, np.asanyarray, np.asfortranarray)
def asarray(a: Any, dtype: Any = None) -> Any:
    """As ``np.array``; an array of the dtype wanted is itself."""
    made = _together(a)
    return made if dtype is None else made.astype(dtype)


@implements(np.ascontiguousarray)
def ascontiguousarray(a: Any, dtype: Any = None) -> Any:
    """As ``np.asarray``, with at least one axis."""
    return np.atleast_1d(asarray(a, dtype))


@implements(np.require)
def require(a: Any, dtype: Any = None, requirements: Any = None) -> Any:
    """As ``np.asarray``: a symbolic array has no place in memory to ask things of."""
    if requirements:
        raise UnsupportedError(
            f"np.require: requirements={requirements!r} are about memory, and a "
            f"symbolic array has none"
        )
    return asarray(a, dtype)


# --- counting -------------------------------------------------------------------------
@implements(np.arange)
def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    """Numbers from `start` on in equal steps, before `stop`; sizes may be symbolic."""
    if is_symbolic(start, stop, step):
        raise GraphTypeError(
            "np.arange: how many numbers there are depends on values; write "
            "start + step * np.arange(n), or np.linspace(start, stop, n)"
        )
    if stop is None:
        start, stop = 0, start
    step = 1 if step is None else step
    if not any(isinstance(v, Dim) for v in (start, stop, step)):
        if all(isinstance(v, (int, np.integer)) for v in (start, stop, step)):
            made = _counted(*map(int, (start, stop, step)))
        else:
            made = lift(np.arange(start, stop, step))
    else:
        made = _counted(*(_bound(v) for v in (start, stop, step)))
    return made if dtype is None else made.astype(dtype)


def _bound(value: Any) -> Size:
    if isinstance(value, Dim):
        return value
    if isinstance(value, float) and value != int(value):
        raise GraphTypeError(
            f"np.arange: how many numbers lie between sizes in steps of {value} is not "
            f"known; write {value} * np.arange(n)"
        )
    return whole_number("np.arange: a bound", value)


def _counted(start: Size, stop: Size, step: Size) -> Expression:
    """Whole numbers from `start` on."""
    if not isinstance(step, int):
        raise GraphTypeError("np.arange: the step must be known: n * np.arange(m)")
    if step == 0:
        raise GraphTypeError("np.arange: a step of 0 comes to no end")
    span = stop - start if step > 0 else start - stop
    count = positive_part((span + abs(step) - 1) // abs(step))
    if isinstance(start, int) and start == 0 and step == 1:
        return Expression(make(Arange(count)))
    args = (start, stop) if step == 1 else (start, stop, step)
    return Expression(make(Made("np.arange", args, (), (count,), np.dtype(np.int64))))


# --- from sizes alone -----------------------------------------------------------------
def made_of(
    function: str, args: tuple[Any, ...], shape: Shape, dtype: Any, **named: Any
) -> Expression:
    """What a function of NumPy makes of sizes; `dtype` is given if it is not usual."""
    kind = check_dtype(np.dtype(dtype), function)
    if kind != np.float64:
        named["dtype"] = kind
    return Expression(make(Made(function, args, tuple(named.items()), shape, kind)))


@implements(np.eye)
def eye(N: Any, M: Any = None, k: int = 0, dtype: Any = float) -> Any:  # noqa: N803
    """Ones on diagonal `k` of a matrix, zeros elsewhere."""
    rows, columns = as_sizes("np.eye", (N, N if M is None else M))
    sizes = (rows,) if rows == columns else (rows, columns)
    named = {"k": whole_number("np.eye: k", k)} if k else {}
    return made_of("np.eye", sizes, (rows, columns), dtype or float, **named)


@implements(np.identity)
def identity(n: Any, dtype: Any = None) -> Any:
    """Ones on the diagonal of a square matrix, zeros elsewhere."""
    return eye(n, dtype=dtype)


@implements(np.tri)
def tri(N: Any, M: Any = None, k: int = 0, dtype: Any = float) -> Any:  # noqa: N803
    """Ones up to diagonal `k` of a matrix, zeros above."""
    rows, columns = as_sizes("np.tri", (N, N if M is None else M))
    sizes = (rows,) if rows == columns else (rows, columns)
    named = {"k": whole_number("np.tri: k", k)} if k else {}
    return made_of("np.tri", sizes, (rows, columns), dtype or float, **named)
