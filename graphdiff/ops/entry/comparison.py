"""Comparisons of whole arrays, and within tolerances."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import implements, lift
from graphdiff.ops.core.elementwise import isnan
from graphdiff.ops.core.entries import Elementwise, family


def _truth(*given: Any) -> Any:
    return given, np.dtype(bool)


@family
def _close(named: tuple[tuple[str, Any], ...]) -> Elementwise:
    return Elementwise("np.isclose", _truth, (None, None), out=False, named=dict(named))


_USUAL = {"rtol": 1e-05, "atol": 1e-08, "equal_nan": False}


@implements(np.isclose)
def isclose(
    a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False
) -> Any:
    """Whether entries differ by no more than the tolerances."""
    given = {"rtol": rtol, "atol": atol, "equal_nan": equal_nan}
    named = tuple((n, v) for n, v in given.items() if v != _USUAL[n])
    return _close(named)(lift(a, "np.isclose"), lift(b, "np.isclose"))


@implements(np.allclose)
def allclose(
    a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False
) -> Any:
    """Whether all entries are close."""
    return np.all(isclose(a, b, rtol, atol, equal_nan))


@implements(np.array_equal)
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    """Whether two arrays have one shape and the same entries."""
    a1, a2 = lift(a1, "np.array_equal"), lift(a2, "np.array_equal")
    if a1.shape != a2.shape:
        return _never(a1, a2)
    same = a1 == a2
    if equal_nan and a1.dtype.kind in "fc" and a2.dtype.kind in "fc":
        same = same | (isnan(a1) & isnan(a2))
    return np.all(same)


@implements(np.array_equiv)
def array_equiv(a1: Any, a2: Any) -> Any:
    """Whether two arrays broadcast, to the same entries."""
    a1, a2 = lift(a1, "np.array_equiv"), lift(a2, "np.array_equiv")
    try:
        return np.all(a1 == a2)
    except ShapeError:
        return _never(a1, a2)


def _never(*arrays: Any) -> Any:
    return lift(np.False_)
