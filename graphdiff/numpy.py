"""NumPy, in which the functions that make arrays take symbolic ones as well.

NumPy hands most of its functions to expressions by itself, but not those that make
arrays of nothing but numbers: ``np.array([x, y])``, ``np.zeros(n)`` of a symbolic
size, ``np.arange(n)``. Write ``import graphdiff.numpy as np`` and they work too; all
else is NumPy's own. With plain arrays and sizes every function gives what NumPy gives.

While a function is traced, arrays of floats that `zeros`, `ones`, `empty`, `full`,
`eye`, `identity` and the functions ``..._like`` make are symbolic in any case, because
entries may be assigned to them later.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as _np

from graphdiff.expression.doors import Door, dispatch, watched
from graphdiff.graph.node import current_scope
from graphdiff.ops.core.fill import holds_symbols
from graphdiff.ops.shape import grids

__all__ = [
    "arange",
    "array",
    "asanyarray",
    "asarray",
    "ascontiguousarray",
    "asfortranarray",
    "bartlett",
    "blackman",
    "diag_indices",
    "empty",
    "empty_like",
    "eye",
    "fromfunction",
    "full",
    "full_like",
    "geomspace",
    "hamming",
    "hanning",
    "identity",
    "indices",
    "kaiser",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "require",
    "tri",
    "zeros",
    "zeros_like",
]


def __getattr__(name: str) -> Any:
    """Anything else is NumPy's own."""
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return getattr(_np, name)
    except AttributeError:
        raise AttributeError(f"NumPy has no attribute {name!r}") from None


def __dir__() -> list[str]:
    """All names of NumPy."""
    return sorted({*__all__, *dir(_np)})


def _served(
    numpys: Callable[..., Any],
    build: Callable[..., Any] | None = None,
    grows: bool = False,
) -> Any:
    """A function of NumPy that goes through its door where something is symbolic.

    That is where an expression or a named size is among its arguments; and, if entries
    of the result may be assigned to (`grows`), where it makes floats in a trace.
    """
    own = None if build is None else Door(numpys, build)

    @functools.wraps(numpys)
    def function(*args: Any, **kwargs: Any) -> Any:
        symbolic = holds_symbols(args) or holds_symbols(kwargs)
        if not symbolic:
            made = numpys(*args, **kwargs)
            in_trace = grows and current_scope().watcher is not None
            if not in_trace or made.dtype.kind != "f":
                return made
        kwargs.pop("like", None)
        if own is not None:
            return watched(own, args, kwargs)
        return dispatch(numpys, args, kwargs)

    return function


array = _served(_np.array)
asarray = _served(_np.asarray)
asanyarray = _served(_np.asanyarray)
ascontiguousarray = _served(_np.ascontiguousarray)
asfortranarray = _served(_np.asfortranarray)
require = _served(_np.require)

zeros = _served(_np.zeros, grows=True)
ones = _served(_np.ones, grows=True)
empty = _served(_np.empty, grows=True)
full = _served(_np.full, grows=True)
eye = _served(_np.eye, grows=True)
identity = _served(_np.identity, grows=True)
zeros_like = _served(_np.zeros_like, grows=True)
ones_like = _served(_np.ones_like, grows=True)
empty_like = _served(_np.empty_like, grows=True)
full_like = _served(_np.full_like, grows=True)

arange = _served(_np.arange)
linspace = _served(_np.linspace)
logspace = _served(_np.logspace)
geomspace = _served(_np.geomspace)
tri = _served(_np.tri)
indices = _served(_np.indices, grids.indices)
fromfunction = _served(_np.fromfunction)
diag_indices = _served(_np.diag_indices, grids.diag_indices)

bartlett = _served(_np.bartlett, grids.window("bartlett"))
blackman = _served(_np.blackman, grids.window("blackman"))
hamming = _served(_np.hamming, grids.window("hamming"))
hanning = _served(_np.hanning, grids.window("hanning"))
kaiser = _served(_np.kaiser, grids.kaiser)
