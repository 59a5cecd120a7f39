"""Choice among several: select, choose, piecewise, and maxima that ignore NaN."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphValueError, UnsupportedError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import Arg, Call
from graphdiff.graph.types import ArrayType, dtype_of, promote
from graphdiff.ops.core.elementwise import isnan, pass_on, where, winning
from graphdiff.ops.core.entries import Elementwise, Rule, family, ufunc


# --- maxima that ignore NaN -----------------------------------------------------------
def _winner(sign: int, i: int) -> Rule:
    """As that of maximum and minimum, but a NaN loses to any number."""

    def rule(kinks: str, g: Any, y: Any, *args: Any) -> Any:
        mine, other = args[i], args[1 - i]
        share = winning(sign, i, kinks, *args)
        one, zero = share.dtype.type(1), share.dtype.type(0)
        share = np.where(isnan(mine), zero, share)
        return pass_on(g, np.where(isnan(other), one, share))

    return rule


fmax = ufunc(np.fmax, _winner(1, 0), _winner(1, 1), kink="jumps at ties", masks=(0, 1))
fmin = ufunc(
    np.fmin, _winner(-1, 0), _winner(-1, 1), kink="jumps at ties", masks=(0, 1)
)


# --- choice by conditions -------------------------------------------------------------
@implements(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Entries of the first choice whose condition holds, else of `default`."""
    if len(condlist) != len(choicelist):
        raise GraphValueError(
            f"np.select: {len(condlist)} conditions for {len(choicelist)} choices"
        )
    if not len(condlist):
        raise GraphValueError("np.select: the list of conditions is empty")
    conditions = [lift(c, "np.select") for c in condlist]
    for c in conditions:
        if c.dtype.kind != "b":
            raise DTypeError(f"np.select: conditions must be booleans, got {c.dtype}")
    *choices, rest = _alike("np.select", [*choicelist, default])
    for condition, choice in zip(conditions[::-1], choices[::-1], strict=True):
        rest = where(condition, choice, rest)
    return rest


def _alike(what: str, values: Sequence[Any]) -> list[Any]:
    """The values in the dtype of all; numbers adapt to arrays."""
    given = [v if isinstance(v, (int, float)) else lift(v, what) for v in values]
    dtype = promote(*map(dtype_of, given))  # type: ignore[arg-type]
    return [lift(v, what).astype(dtype) for v in given]


@implements(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Functions of the entries, each where its condition holds; the last one wins.

    A function gets the whole array, with ones where its condition does not hold, so it
    must work entry by entry.
    """
    x = lift(x, "np.piecewise")
    single = isinstance(condlist, (bool, np.bool_)) or (
        not isinstance(condlist, (list, tuple)) and np.ndim(condlist) in (0, x.ndim)
    )
    conditions = [condlist] if single else list(condlist)
    conditions = [lift(c, "np.piecewise").astype(bool) for c in conditions]
    functions = list(funclist)
    if len(functions) == len(conditions) + 1:
        held = conditions[0]
        for condition in conditions[1:]:
            held = held | condition
        conditions.insert(0, ~held)
        functions.insert(0, functions.pop())
    elif len(functions) != len(conditions):
        raise GraphValueError(
            f"np.piecewise: {len(functions)} functions for {len(conditions)} conditions"
        )
    result: Any = np.zeros_like(x)
    for condition, function in zip(conditions, functions, strict=True):
        value = function
        if callable(function):
            inside = where(condition, x, x.dtype.type(1))
            value = _entrywise(function(inside, *args, **kw), inside)
        result = where(condition, lift(value).astype(x.dtype), result)
    return result


def _entrywise(value: Any, x: Expression) -> Any:
    if np.shape(value) in ((), x.shape):
        return value
    raise UnsupportedError(
        f"np.piecewise: a function turned shape {x.shape} into {np.shape(value)}; on "
        f"symbolic arrays it must work entry by entry"
    )


# --- choice by index ------------------------------------------------------------------
class Choose(Elementwise):
    """Entries of the array whose number stands at each place."""

    def call(self, *args: ArrayType) -> Call:
        choices = tuple(map(Arg, range(1, len(args))))
        return Call(self.name, (Arg(0), choices), self.named)

    def compute(self, *values: Any) -> Any:
        return np.choose(values[0], values[1:], **self.named)


def _taken(mode: str, count: int, k: int) -> Callable[..., Any]:
    def rule(g: Any, y: Any, a: Any, *choices: Any) -> Any:
        index = {"wrap": lambda: a % count, "clip": lambda: np.clip(a, 0, count - 1)}
        number = index.get(mode, lambda: a)()
        return np.where(number == k, g, g.dtype.type(0))

    return rule


@family
def _choose(mode: str, count: int) -> Choose:
    def dtypes(index: Any, *given: Any) -> Any:
        dtype = promote(*given)
        return (np.dtype(np.intp), *[dtype] * count), dtype

    return Choose(
        "np.choose",
        dtypes,
        (None, *[_taken(mode, count, k) for k in range(count)]),
        masks=tuple(range(1, count + 1)),
        out=False,
        named={} if mode == "raise" else {"mode": mode},
    )


@implements(np.choose)
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """Entry by entry, that of the array in `choices` whose number stands in `a`."""
    if out is not None:
        raise UnsupportedError("np.choose: out= is not supported; use the result")
    if mode not in ("raise", "wrap", "clip"):
        raise GraphValueError(f"np.choose: mode= must be raise, wrap or clip: {mode!r}")
    a = lift(a, "np.choose")
    if a.dtype.kind not in "iub":
        raise DTypeError(f"np.choose: numbers of arrays are integers, got {a.dtype}")
    return _choose(mode, len(choices))(a, *choices)
