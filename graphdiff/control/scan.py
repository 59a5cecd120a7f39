"""scan, fori_loop and map: loops whose number of steps the data do not decide."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.control.loops import Kind, Slices, make_loop
from graphdiff.control.plain import SymbolicStepError, is_plain, run_loop
from graphdiff.control.segments import Checkpoint
from graphdiff.control.until import while_loop
from graphdiff.errors import (
    DTypeError,
    GraphTypeError,
    GraphValueError,
    check_flag,
    shown,
)
from graphdiff.expression.doors import surface
from graphdiff.expression.expression import Expression, as_node, lift
from graphdiff.graph.node import Arange, make
from graphdiff.graph.types import whole_number
from graphdiff.sizes.dims import Dim, positive_part


@surface
def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | Dim | None = None,
    reverse: bool = False,
    checkpoint: Checkpoint = None,
) -> tuple[Any, Any]:
    """Run ``carry, y = f(carry, x)`` over the slices `x` of `xs` along axis 0.

    Returns the final carry and the `y` of all steps, stacked along a new axis 0.
    `init`, `xs` and `y` are arrays or nests of them; without `xs`, `length` says how
    many steps there are. With `reverse` the last slice comes first; results stand
    where their slices do. On plain arrays this is an ordinary Python loop; in a trace
    it is one op, however many steps there are, and stays a loop in emitted code.

    Reverse mode keeps a tape of all steps. With `checkpoint` it works in segments that
    it computes once more: an int is the length of a segment; ``"sqrt"`` chooses the
    square root of n steps, so that 2 sqrt(n) steps are kept; ``"binomial"`` takes
    segments within segments, keeps 3 n^(1/3) steps, and computes them twice more.

    Raises `ShapeError` or `DTypeError` where a step changes the type of the carry,
    naming the leaf, and `ShapeError` where `xs` differ in length.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def step(total, x):
    ...     total = total + x
    ...     return total, total
    >>> gd.scan(step, 0.0, np.array([1.0, 2.0, 4.0]))
    (np.float64(7.0), array([1., 3., 7.]))
    """
    check_flag("scan: reverse", reverse)
    return _loop(
        _SCAN,
        f,
        init,
        Slices("scan", xs, length),
        reverse=reverse,
        checkpoint=checkpoint,
    )


def _pair(made: Any) -> tuple[Any, Any]:
    if not isinstance(made, tuple) or len(made) != 2:
        raise GraphTypeError(
            f"scan: the function must return (carry, y), got {shown(made)}"
        )
    return made


@surface
def fori_loop(
    lower: int | Dim,
    upper: int | Dim,
    body: Callable[[Any, Any], Any],
    init: Any,
    checkpoint: Checkpoint = None,
) -> Any:
    """Run ``carry = body(i, carry)`` for `i` from `lower` up to `upper`, which is not.

    Returns the final carry, `init` where there is no step. The bounds are ints or
    named sizes; `i` is an int64 scalar. In a trace, bounds may be computed integers
    too, which makes this a `while_loop`. `checkpoint` is that of `scan`.

    >>> import graphdiff as gd
    >>> gd.fori_loop(1, 5, lambda i, product: product * i, 1)
    np.int64(24)
    """
    if isinstance(lower, Expression) or isinstance(upper, Expression):
        return _counted_by_data(lower, upper, body, init, checkpoint)
    first = lower if isinstance(lower, Dim) else whole_number(_LOWER, lower)
    last = upper if isinstance(upper, Dim) else whole_number(_UPPER, upper)
    steps = positive_part(last - first)
    step = body
    if not isinstance(first, int) or first != 0:
        step = functools.wraps(body)(lambda i, carry: body(i + first, carry))
    counter: Any = np.arange(steps) if isinstance(steps, int) else None
    if counter is None or not is_plain(init):
        counter = Expression(make(Arange(steps)))
    slices = Slices("fori_loop", counter)
    return _loop(_COUNTED, step, init, slices, checkpoint=checkpoint)[0]


_LOWER, _UPPER = "fori_loop: lower", "fori_loop: upper"


def _counted_by_data(
    lower: Any, upper: Any, body: Callable[[Any, Any], Any], init: Any, checkpoint: Any
) -> Any:
    """The loop between bounds that are computed: a ``while``."""
    if checkpoint is not None:
        raise GraphValueError(
            "fori_loop: checkpoint: the bounds are computed, so that the number of "
            "steps is not known; give ints or named sizes"
        )
    for name, bound in ((_LOWER, lower), (_UPPER, upper)):
        type = as_node(bound, name).type
        if type.shape != () or type.dtype.kind not in "iu":
            raise DTypeError(f"{name}: expected an integer scalar, got {type}")
    last = lift(upper).astype(np.int64)
    start = (lift(lower).astype(np.int64), init)

    def step(state: Any) -> Any:
        i, carry = state
        return i + 1, body(i, carry)

    return while_loop(lambda state: state[0] < last, step, start)[1]


@surface
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Stack ``f(x)`` for the slices `x` of `xs` along axis 0, one after the other.

    `xs` and the results are arrays or nests of them. For a function that could work
    on all slices at once, `vmap` is quicker; this needs the memory of one.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> gd.map(lambda x: x @ x, np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([ 5., 25.])
    """
    return _loop(_MAP, f, (), Slices("map", xs))[1]


_SCAN = Kind("scan", lambda carry, x: (carry, x), _pair)
_COUNTED = Kind(
    "fori_loop", lambda carry, i: (i, carry), lambda made: (made, None), True
)
_MAP = Kind("map", lambda _, x: (x,), lambda made: ((), made))


def _loop(
    kind: Kind, f: Any, init: Any, slices: Slices, **options: Any
) -> tuple[Any, Any]:
    """One op where something is symbolic, or may be; else the loop itself."""
    if not callable(f):
        raise GraphTypeError(
            f"{kind.what}: expected a function, got {type(f).__name__}"
        )
    if is_plain(init, slices.nest):
        try:
            return run_loop(kind, f, init, slices, **options)
        except SymbolicStepError:
            pass
    return make_loop(kind, f, init, slices, **options)
