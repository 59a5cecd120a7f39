"""Arrays made from nothing but a shape: filled, counted up, or put together.

NumPy asks for these through its keyword ``like=``, as in ``np.ones(shape, like=x)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import Arange, make
from graphdiff.graph.types import Shape, check_dtype
from graphdiff.ops.entries import cast_node, fit
from graphdiff.ops.join import stack


def as_shape(shape: Any) -> Shape:
    """A shape as a tuple; NumPy takes one size as well."""
    return tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)


def filled(what: str, shape: Shape, value: Any, dtype: Any) -> Expression:
    """An array of `shape`, every entry `value`."""
    if not isinstance(value, (int, float, complex)):
        value = lift(value, what)
    return Expression(fit(value, check_dtype(np.dtype(dtype), what), shape))


@implements(np.full_like)
def full_like(a: Any, fill_value: Any, dtype: Any = None, shape: Any = None) -> Any:
    """An array shaped as `a`, every entry `fill_value`."""
    like = lift(a, "np.full_like")
    size = like.shape if shape is None else as_shape(shape)
    return filled(
        "np.full_like", size, fill_value, like.dtype if dtype is None else dtype
    )


@implements(np.zeros_like, np.empty_like)
def zeros_like(a: Any, dtype: Any = None, shape: Any = None) -> Any:
    """An array shaped as `a`, of zeros."""
    return full_like(a, 0, dtype, shape)


@implements(np.ones_like)
def ones_like(a: Any, dtype: Any = None, shape: Any = None) -> Any:
    """An array shaped as `a`, of ones."""
    return full_like(a, 1, dtype, shape)


@implements(np.zeros, np.empty)
def zeros(shape: Any, dtype: Any = float) -> Any:
    """An array of zeros."""
    return filled("np.zeros", as_shape(shape), 0, dtype)


@implements(np.ones)
def ones(shape: Any, dtype: Any = None) -> Any:
    """An array of ones."""
    return filled("np.ones", as_shape(shape), 1, dtype or float)


@implements(np.full)
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """An array with every entry `fill_value`."""
    found = lift(fill_value, "np.full").dtype if dtype is None else dtype
    return filled("np.full", as_shape(shape), fill_value, found)


@implements(np.array)
def array(object: Any, dtype: Any = None) -> Any:
    """An array of nested lists of numbers, of which some are symbolic."""
    if isinstance(object, (list, tuple)):
        made = stack([array(part) for part in object])
    else:
        made = lift(object, "np.array")
    return made if dtype is None else made.astype(dtype)


@implements(np.asarray)
def asarray(a: Any, dtype: Any = None) -> Any:
    """As ``np.array``."""
    return array(a, dtype)


@implements(np.arange)
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """The integers from 0 up to a size."""
    if stop is not None or step is not None:
        raise UnsupportedError("np.arange: give one size: np.arange(n, like=x)")
    node = make(Arange(start))
    return Expression(node if dtype is None else cast_node(node, np.dtype(dtype)))
