"""Unknowns that nest: solvers see one vector, the user's function sees the nest."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError
from graphdiff.expression.expression import Expression, as_array
from graphdiff.graph.nest import flatten, is_nest, leaves_of, path_name, unflatten
from graphdiff.trace.trace import name_of


class Nest:
    """A nest of arrays, and the vector of all their entries."""

    def __init__(self, what: str, value: Any) -> None:
        """Take the structure, shapes and dtypes of `value`; sizes must be numbers."""
        leaves, paths, self.spec = flatten(value)
        self.arrays = [
            leaf if isinstance(leaf, Expression) else as_array(leaf, path_name(what, p))
            for leaf, p in zip(leaves, paths, strict=True)
        ]
        for array, path in zip(self.arrays, paths, strict=True):
            if array.dtype.kind != "f" or not all(type(n) is int for n in array.shape):
                raise GraphTypeError(
                    f"{path_name(what, path)}: expected floats in an array whose sizes "
                    f"are numbers"
                )

    def vector(self, value: Any) -> Any:
        """The entries of a nest like this one, one array after the other."""
        return np.concatenate([np.reshape(leaf, -1) for leaf in leaves_of(value)[0]])

    def nest(self, vector: Any) -> Any:
        """The nest with these entries."""
        made, start = [], 0
        for array in self.arrays:
            count = math.prod(array.shape)
            part = vector[start : start + count]
            made.append(np.reshape(part, array.shape).astype(array.dtype))
            start += count
        return unflatten(self.spec, made)


def over_nests(form: str, number: bool = False) -> Callable[[Any], Any]:
    """Let a form ``solve(f, x0, *args)`` take a nest of arrays for `x0`.

    The function gives a nest like it, or a `number`.
    """

    def wrap(solve: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(solve)
        def solved(f: Any, x0: Any, *args: Any, **options: Any) -> Any:
            plain = isinstance(x0, list) and all(type(v) in (int, float) for v in x0)
            if plain or not callable(f) or not is_nest(x0):
                return solve(f, x0, *args, **options)
            nest = Nest(f"{form}: x0", x0)

            def of_vector(x: Any, *rest: Any) -> Any:
                value = f(nest.nest(x), *rest)
                return value if number else nest.vector(value)

            of_vector.__name__ = name_of(f)
            of_vector.__signature__ = inspect.signature(f)  # type: ignore[attr-defined]
            return nest.nest(solve(of_vector, nest.vector(x0), *args, **options))

        return solved

    return wrap
