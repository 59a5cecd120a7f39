"""Signs, rounding and the bits of floats: NumPy's functions that only look at these.

Most are constant between jumps, so nothing flows through them. Those that change a
float by a whole amount or by a power of two have the slope of what is left of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import implements, lift
from graphdiff.graph.node import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.elementwise import isfinite, power, trunc
from graphdiff.ops.core.entries import Elementwise, all_alike, family, ufunc
from graphdiff.ops.core.ufunc_door import implements_ufunc


def _copied(kinks: str, g: Any, y: Any, x: Any, sign: Any) -> Any:
    """The slope of the size of x, with the sign of the other argument."""
    if kinks in ("right", "left"):
        slope = 2 * np.heaviside(x, 1.0 if kinks == "right" else 0.0) - 1
    else:
        slope = np.sign(x)
    return g * (slope * np.copysign(1.0, sign))


copysign = ufunc(np.copysign, _copied, None, kink="jumps at 0")
fmod = ufunc(
    np.fmod,
    lambda g, z, x, y: g,
    lambda g, z, x, y: -(g * np.rint((x - z) / y)),
    singular=True,
    safe=(None, 1.0),
)
ldexp = ufunc(np.ldexp, lambda g, y, x, n: np.ldexp(g, n), None)
nextafter = ufunc(np.nextafter, lambda g, z, x, y: g, None)
spacing, signbit = ufunc(np.spacing), ufunc(np.signbit)
gcd, lcm, bitwise_count = ufunc(np.gcd), ufunc(np.lcm), ufunc(np.bitwise_count)


# --- functions that are no ufuncs -----------------------------------------------------
def _truth(*given: Any) -> Any:
    return given, np.dtype(bool)


_FLAT: dict[str, Any] = {"out": False, "over_complex": False}
isposinf = Elementwise("np.isposinf", _truth, (None,), **_FLAT)
isneginf = Elementwise("np.isneginf", _truth, (None,), **_FLAT)
fix = Elementwise("np.fix", trunc.dtypes, (None,), **_FLAT)
implements(np.isposinf)(isposinf)
implements(np.isneginf)(isneginf)
implements(np.fix)(fix)


@family
def rounded(decimals: int) -> Elementwise:
    """The op that rounds to so many decimals, halves to even."""
    more = (decimals,) if decimals else ()
    return Elementwise("np.round", all_alike, (None,), more=more, **_FLAT)


@implements(np.round, np.around)
def round_door(a: Any, decimals: int = 0) -> Any:
    """Round to the nearest, halves to even."""
    if a.dtype.kind in "iu" and decimals >= 0:
        return a
    if a.dtype.kind == "b":
        return rounded(decimals)(a.astype(np.float16))
    return rounded(decimals)(a)


@family
def _without_nan(named: tuple[tuple[str, float], ...]) -> Elementwise:
    return Elementwise(
        "np.nan_to_num",
        all_alike,
        (lambda g, y, x: np.where(isfinite(x), g, g.dtype.type(0)),),
        masks=(0,),
        named=dict(named),
        **_FLAT,
    )


@implements(np.nan_to_num)
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """Numbers in the place of NaN and infinities, where the slope is 0."""
    if copy is not True:
        raise UnsupportedError(
            "np.nan_to_num: copy=False would change a symbolic array in place; use the "
            "returned value"
        )
    x = lift(x, "np.nan_to_num")
    if x.dtype.kind not in "fc":
        return x
    given = {"nan": nan, "posinf": posinf, "neginf": neginf}
    for name, value in given.items():
        if value is not None and not isinstance(value, (int, float, np.number)):
            raise UnsupportedError(f"np.nan_to_num: {name}= must be a number")
    usual = {"nan": 0.0, "posinf": None, "neginf": None}
    named = [(n, float(v)) for n, v in given.items() if v != usual[n]]
    return _without_nan(tuple(named))(x)


@implements_ufunc(np.float_power)
def float_power(x1: Any, x2: Any) -> Any:
    """``x1 ** x2`` in float64 at least."""
    x1, x2 = lift(x1, "np.float_power"), lift(x2, "np.float_power")
    wide = np.float_power.resolve_dtypes((x1.dtype, x2.dtype, None))
    return power(x1.astype(wide[0]), x2.astype(wide[1]))


# --- of two results -------------------------------------------------------------------
@dataclass(frozen=True)
class Modf(Op):
    """The part behind the point, and the part before it."""

    stacks = True
    results = ("fraction", "whole")

    def infer(self, x: ArrayType) -> tuple[ArrayType, ArrayType]:
        return x, x

    def call(self, x: ArrayType) -> Call:
        return Call("np.modf", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return g[0]


@dataclass(frozen=True)
class Frexp(Op):
    """The mantissa between 1/2 and 1, and the exponent of 2."""

    stacks = True
    results = ("mantissa", "exponent")

    def infer(self, x: ArrayType) -> tuple[ArrayType, ArrayType]:
        return x, ArrayType(x.shape, np.dtype(np.int32))

    def call(self, x: ArrayType) -> Call:
        return Call("np.frexp", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return None if g[0] is None else np.ldexp(g[0], -y[1])


@implements_ufunc(np.modf)
def modf_door(x: Any) -> tuple[Any, Any]:
    """The fractional and the integral part, both with the sign of x."""
    return tuple(Modf()(_float(x, np.modf)))


@implements_ufunc(np.frexp)
def frexp_door(x: Any) -> tuple[Any, Any]:
    """The mantissa and the exponent of 2."""
    return tuple(Frexp()(_float(x, np.frexp)))


def _float(x: Any, ufunc: Any) -> Any:
    return x.astype(ufunc.resolve_dtypes((x.dtype, None, None))[0])
