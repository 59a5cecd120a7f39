"""Symbolic sizes in arithmetic with numbers that are not integers."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from graphdiff.errors import UnsupportedError
from graphdiff.expression.doors import dispatch, name_of_function
from graphdiff.expression.expression import Expression
from graphdiff.sizes.dims import Dim


class Weak(Expression, passes_on=False):
    """A Python number made of symbolic sizes, such as ``1 / m``.

    As a Python float would, it takes on the dtype of the arrays that it meets, so
    that a mean written ``(1 / m) * np.sum(x)`` of float32 stays float32.
    """

    __slots__ = ()

    @property
    def weak(self) -> Any:
        """The kind of Python number that it is."""
        return {"f": float, "c": complex}.get(self.dtype.kind, int)


def _weakly(name: str) -> Any:
    strong = getattr(Expression, name)

    def method(self: Weak, *others: Any) -> Any:
        result = strong(self, *others)
        if all(isinstance(v, Weak) or _is_python_number(v) for v in others):
            return Weak(result.node)
        return result

    return method


def _is_python_number(value: Any) -> bool:
    return isinstance(value, (int, float, complex, Dim)) and not isinstance(
        value, np.generic
    )


_ARITHMETIC: dict[Any, Any] = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.true_divide,
    operator.floordiv: np.floor_divide,
    operator.mod: np.remainder,
    operator.pow: np.power,
}
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    setattr(Weak, f"__{_name}__", _weakly(f"__{_name}__"))
    setattr(Weak, f"__r{_name}__", _weakly(f"__r{_name}__"))
for _name in ("neg", "pos", "abs"):
    setattr(Weak, f"__{_name}__", _weakly(f"__{_name}__"))


def _size_in_arithmetic(function: Any, a: Any, b: Any) -> Any:
    """What a size and a float, an array or an inexact quotient make."""
    if _is_python_number(a) and _is_python_number(b):
        return Weak(dispatch(_ARITHMETIC[function], (a, b), {}).node)
    if any(isinstance(v, (np.ndarray, np.generic)) for v in (a, b)):
        return dispatch(_ARITHMETIC[function], (a, b), {})
    return NotImplemented


def _size_in_ufunc(ufunc: Any, method: str, args: Any, kwargs: Any) -> Any:
    if method != "__call__":
        raise UnsupportedError(
            f"{name_of_function(ufunc)}.{method} is not supported on symbolic sizes"
        )
    return dispatch(ufunc, args, kwargs)


Dim.in_arithmetic = staticmethod(_size_in_arithmetic)
Dim.in_ufunc = staticmethod(_size_in_ufunc)
