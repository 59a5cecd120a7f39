"""Numbers of sympy as constants of graphs, and back.

An array full of one number stands for what that number is in mathematics, if float64
holds it: 2.0 for the integer 2, ``np.pi`` for pi. A constant of one entry stands for
the float itself, so that ``Float(2.0)`` stays one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy

from graphdiff.errors import GraphValueError
from graphdiff.graph.node import Constant, Full, Node, make
from graphdiff.graph.types import ArrayType

_NAMED = (sympy.pi, sympy.E, sympy.EulerGamma, sympy.Catalan, sympy.GoldenRatio)
_BY_VALUE = {float(number): number for number in _NAMED}
_REAL = ArrayType((), np.dtype(np.float64))


def number_of(op: Full | Constant) -> Any:
    """The number of sympy that a constant stands for."""
    value = op.value.reshape(-1)[0] if isinstance(op, Constant) else op.value
    if op.type.dtype.kind == "b":
        return sympy.true if value else sympy.false
    if op.type.dtype.kind == "c":
        real, imaginary = (_real(float(x), op) for x in (value.real, value.imag))
        return real + sympy.I * imaginary
    if op.type.dtype.kind in "iu":
        return sympy.Integer(int(value))
    return _real(float(value), op)


def _real(value: float, op: Full | Constant) -> Any:
    if math.isnan(value):
        return sympy.nan
    if math.isinf(value):
        return sympy.oo if value > 0 else -sympy.oo
    if isinstance(op, Full):
        if value.is_integer():
            return sympy.Integer(int(value))
        if value in _BY_VALUE:
            return _BY_VALUE[value]
    return sympy.Float(value)


def is_plain(number: Any) -> bool:
    """Whether a number of sympy is one constant: no fraction, no sum."""
    plain = (sympy.Integer, sympy.Float, sympy.NumberSymbol)
    return isinstance(number, plain) or number in (
        *(sympy.oo, -sympy.oo, sympy.nan, sympy.I, sympy.true, sympy.false),
    )


def _is_float(number: Any, value: float) -> bool:
    """Whether `value` is all of a number; pi has no end, and is rounded."""
    if isinstance(number, sympy.Integer):
        return math.isfinite(value) and int(value) == int(number)
    if isinstance(number, sympy.Float):
        return bool(sympy.Float(value, precision=max(number._prec, 53)) == number)
    return True


def constant(number: Any) -> Node:
    """The constant that such a number is; raises for one that is no float64."""
    if number in (sympy.true, sympy.false):
        type = ArrayType((), np.dtype(bool))
        return make(Full.of(bool(number), type))
    if number == sympy.I:
        return make(Full.of(1j, ArrayType((), np.dtype(np.complex128))))
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not _is_float(number, value):
        raise GraphValueError(
            f"from_sympy: no float64 is {number!s:.50}; write a sympy.Float of "
            f"15 digits if the nearest one will do"
        )
    if isinstance(number, sympy.Float) and (value.is_integer() or value in _BY_VALUE):
        return make(Constant.of(np.array(value)))
    return make(Full.of(value, _REAL))
