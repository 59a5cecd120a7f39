"""Functions of entries: NumPy's ufuncs, with the derivatives that NumPy lacks.

One line of the tables below is one op. A rule ``lambda g, y, x: ...`` gives the
cotangent of one argument from ``g``, that of the result ``y``. The functions are those
of NIST's Digital Library of Mathematical Functions, chapter 4; what happens where a
derivative jumps or is infinite is graphdiff's one convention for kinks.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphdiff.expression.expression import Expression
from graphdiff.ops.core.entries import Cast as Cast
from graphdiff.ops.core.entries import Elementwise as Elementwise
from graphdiff.ops.core.entries import Rule, all_alike, choice, helper, literal, ufunc
from graphdiff.ops.core.entries import cast_node as cast_node

LOG_2, LOG_10 = math.log(2), math.log(10)

_WEIGHTS = {"mean": (0.5, 0.5), "right": (1.0, 0.0), "left": (0.0, 1.0)}
"""What each of two tied arguments gets; "zero" gives nothing."""


def _step(a: Any, b: Any, tie: float) -> Any:
    """1 where a > b, 0 where a < b, and `tie` where they are equal."""
    number = literal(b)
    if number is not None and np.isfinite(number):
        return np.heaviside(a if number == 0 else a - b, tie)
    if (number := literal(a)) is not None and np.isfinite(number):
        return np.heaviside(-b if number == 0 else a - b, tie)
    dtype = a.dtype.type
    return np.where(a == b, dtype(tie), np.where(a > b, dtype(1), dtype(0)))


def pass_on(g: Any, step: Any) -> Any:
    """The share of `g` that a step function lets through.

    Where `g` may be infinite, 0 of it must be 0.
    """
    if getattr(g, "strict", False):
        return g * step
    may_be_infinite = getattr(g, "is_open", not isinstance(g, Expression))
    return gated(step, g) if may_be_infinite else g * step


def _winner(sign: int, i: int) -> Rule:
    """The rule of the larger (sign 1) or smaller (sign -1) of two: argument i's."""

    def rule(kinks: str, g: Any, y: Any, *args: Any) -> Any:
        return pass_on(g, winning(sign, i, kinks, *args))

    return rule


def winning(sign: int, i: int, kinks: str, *args: Any) -> Any:
    """1 where argument i is the larger (sign 1) or smaller (sign -1) of two, else 0."""
    tie = _WEIGHTS.get(kinks, (0.0, 0.0))[i]
    mine, other = args[i], args[1 - i]
    return _step(mine, other, tie) if sign > 0 else _step(other, mine, tie)


def _sign(kinks: str, g: Any, y: Any, x: Any) -> Any:
    if kinks in ("right", "left"):
        return g * (2 * _step(x, x * 0, 1.0 if kinks == "right" else 0.0) - 1)
    return g * np.sign(x)


def _power_base(g: Any, y: Any, x: Any, p: Any) -> Any:
    """g p x**(p - 1), and 0 where p is 0, also at x = 0."""
    n = literal(p)
    if n is None:
        return g * (p * x ** (np.where(p == 0, p.dtype.type(1), p) - 1))
    if n == 0:
        return None
    if n == 1:
        return g
    return g * (2 * x if n == 2 else p * x ** (p - 1))


def _power_exponent(g: Any, y: Any, x: Any, p: Any) -> Any:
    """g y log(x), and 0 where x is 0."""
    return g * (y * np.log(np.where(x == 0, x.dtype.type(1), x)))


def _clipped(i: int) -> Rule:
    """np.clip(x, low, high) = min(max(x, low), high): the share of argument i."""

    def rule(kinks: str, g: Any, y: Any, x: Any, low: Any, high: Any) -> Any:
        first, second = _WEIGHTS.get(kinks, (0.0, 0.0))
        above, below = _step(x, low, first), _step(high, x, first)
        bounds = literal(low), literal(high)
        known = bounds[0] is not None and bounds[1] is not None
        if known and not bounds[0] < bounds[1]:
            return None
        fits = None if known else (low < high)
        slope = [
            lambda: above * below,
            lambda: _step(low, x, second),
            lambda: _step(x, high, second),
        ][i]()
        if fits is not None:
            other = slope.dtype.type(1.0 if i == 2 else 0.0)
            slope = np.where(fits, slope, other)
        return pass_on(g, slope)

    return rule


def _gated_gate(g: Any, y: Any, g0: Any, s: Any) -> Any:
    """Linear in the gate: g s, taking no notice of a wild s where the gate is 0."""
    calm = np.logical_or(g0 != 0, np.isfinite(s))
    return g * np.where(calm, s, s.dtype.type(0))


def _ratio_over(g: Any, y: Any, a: Any, b: Any) -> Any:
    """Minus g y / b, and 0 where the ratio was not taken, whatever g is there."""
    return -ratio(np.where(y == 0, y.dtype.type(0), g * y), b)


def _arccosh(g: Any, y: Any, x: Any) -> Any:
    """1 / sqrt(x * x - 1), on the branch of the complex function that NumPy takes."""
    if x.dtype.kind == "c":
        return g / (np.sqrt(x - 1) * np.sqrt(x + 1))
    return g / np.sqrt(x * x - 1)


def _angle(first: bool) -> Rule:
    """The derivatives of the angle of (x, y), 0 at the origin."""

    def rule(g: Any, angle: Any, y: Any, x: Any) -> Any:
        r = np.hypot(x, y)
        return ratio(g * ratio(x if first else -y, r), r)

    return rule


def _logaddexp(i: int, power: Any) -> Rule:
    def rule(g: Any, y: Any, *args: Any) -> Any:
        zero = y.dtype.type(0)
        return g * power(args[i] - np.where(y == -np.inf, zero, y))

    return rule


# --- arithmetic -----------------------------------------------------------------------
_STEEP: dict[str, Any] = {"singular": True, "steep": True}

add = ufunc(np.add, lambda g, z, x, y: g, lambda g, z, x, y: g)
subtract = ufunc(np.subtract, lambda g, z, x, y: g, lambda g, z, x, y: -g)
multiply = ufunc(np.multiply, lambda g, z, x, y: g * y, lambda g, z, x, y: g * x)
divide = ufunc(
    np.true_divide,
    lambda g, z, x, y: g / y,
    lambda g, z, x, y: -(g / y * z),
    singular=True,
    safe=(None, 1.0),
)
negative = ufunc(np.negative, lambda g, y, x: -g)
positive = ufunc(np.positive, lambda g, y, x: g)
power = ufunc(np.power, _power_base, _power_exponent, singular=True, safe=(1.0, None))
mod = ufunc(
    np.remainder,
    lambda g, z, x, y: g,
    lambda g, z, x, y: -(g * np.floor_divide(x, y)),
    singular=True,
    safe=(None, 1.0),
)
floor_divide = ufunc(np.floor_divide, singular=True, safe=(None, 1.0))
reciprocal = ufunc(
    np.reciprocal, lambda g, y, x: -(g * y * y), singular=True, safe=(1.0,)
)
absolute = ufunc(np.absolute, _sign, kink="jumps at 0", over_complex=False)
fabs = ufunc(np.fabs, _sign, kink="jumps at 0")
sign = ufunc(np.sign, over_complex=False)
sqrt = ufunc(np.sqrt, lambda g, y, x: g / (2 * y), **_STEEP, safe=(1.0,))
root = Elementwise(
    "np.sqrt",
    sqrt.dtypes,
    (lambda g, y, x: ratio(g, 2 * y),),
    convention="0 at the origin",
)
"""The square root of a sum of squares, of which the slope at the origin is 0."""
cbrt = ufunc(np.cbrt, lambda g, y, x: g / (3 * (y * y)), **_STEEP, safe=(1.0,))
square = ufunc(np.square, lambda g, y, x: g * (2 * x))
hypot = ufunc(
    np.hypot,
    lambda g, r, x, y: g * ratio(x, r),
    lambda g, r, x, y: g * ratio(y, r),
    convention="0 at the origin",
)

# --- exponentials and logarithms ------------------------------------------------------
exp = ufunc(np.exp, lambda g, y, x: g * y, singular=True, safe=(0.0,))
exp2 = ufunc(np.exp2, lambda g, y, x: g * y * LOG_2, singular=True, safe=(0.0,))
expm1 = ufunc(np.expm1, lambda g, y, x: g * (y + 1), singular=True, safe=(0.0,))
log = ufunc(np.log, lambda g, y, x: g / x, singular=True, safe=(1.0,))
log2 = ufunc(np.log2, lambda g, y, x: g / (x * LOG_2), singular=True, safe=(1.0,))
log10 = ufunc(np.log10, lambda g, y, x: g / (x * LOG_10), singular=True, safe=(1.0,))
log1p = ufunc(np.log1p, lambda g, y, x: g / (1 + x), singular=True, safe=(0.0,))
xlogx = helper("xlogx", lambda g, y, x: g * (np.log(x) + 1), **_STEEP, safe=(1.0,))
times_log = helper(
    "xlogy",
    lambda g, y, a, x: g * np.log(x),
    lambda g, y, a, x: g * ratio(a, x),
    singular=True,
    safe=(None, 1.0),
)
log1mexp = helper(
    "log1mexp",
    lambda g, y, x: g * (np.exp(x) / np.expm1(x)),
    singular=True,
    safe=(-1.0,),
)
logaddexp = ufunc(np.logaddexp, _logaddexp(0, np.exp), _logaddexp(1, np.exp))
logaddexp2 = ufunc(np.logaddexp2, _logaddexp(0, np.exp2), _logaddexp(1, np.exp2))

# --- trigonometric and hyperbolic -----------------------------------------------------
sin = ufunc(np.sin, lambda g, y, x: g * np.cos(x))
cos = ufunc(np.cos, lambda g, y, x: -(g * np.sin(x)))
versine = helper("versine", lambda g, y, x: g * np.sin(x))
tan = ufunc(np.tan, lambda g, y, x: g * (1 + y * y))
arcsin = ufunc(np.arcsin, lambda g, y, x: g / np.sqrt(1 - x * x), **_STEEP, safe=(0.0,))
arccos = ufunc(
    np.arccos, lambda g, y, x: -(g / np.sqrt(1 - x * x)), **_STEEP, safe=(0.0,)
)
arctan = ufunc(np.arctan, lambda g, y, x: g / (1 + x * x))
deg2rad, radians = (
    ufunc(f, lambda g, y, x: g * (math.pi / 180)) for f in (np.deg2rad, np.radians)
)
rad2deg, degrees = (
    ufunc(f, lambda g, y, x: g * (180 / math.pi)) for f in (np.rad2deg, np.degrees)
)
arctan2 = ufunc(np.arctan2, _angle(True), _angle(False), convention="0 at the origin")
sinh = ufunc(np.sinh, lambda g, y, x: g * np.cosh(x), singular=True, safe=(0.0,))
cosh = ufunc(np.cosh, lambda g, y, x: g * np.sinh(x), singular=True, safe=(0.0,))
tanh = ufunc(np.tanh, lambda g, y, x: g * (1 - y * y))
arcsinh = ufunc(np.arcsinh, lambda g, y, x: g / np.sqrt(x * x + 1))
arccosh = ufunc(np.arccosh, _arccosh, **_STEEP, safe=(2.0,))
arctanh = ufunc(np.arctanh, lambda g, y, x: g / (1 - x * x), singular=True, safe=(0.0,))

# --- choice ---------------------------------------------------------------------------
_TIES: dict[str, Any] = {
    "kink": "jumps at ties",
    "masks": (0, 1),
    "over_complex": False,
}
maximum = ufunc(np.maximum, _winner(1, 0), _winner(1, 1), **_TIES)
minimum = ufunc(np.minimum, _winner(-1, 0), _winner(-1, 1), **_TIES)
clip = Elementwise(
    "np.clip",
    all_alike,
    (_clipped(0), _clipped(1), _clipped(2)),
    kink="jumps at the bounds",
    masks=(0, 1, 2),
    over_complex=False,
)
where = Elementwise(
    "np.where",
    choice,
    (
        None,
        lambda g, y, c, a, b: np.where(c, g, g.dtype.type(0)),
        lambda g, y, c, a, b: np.where(c, g.dtype.type(0), g),
    ),
    masks=(1, 2),
    out=False,
)
heaviside = ufunc(
    np.heaviside, None, lambda g, y, x, h: np.where(x == 0, g, g.dtype.type(0))
)

# --- activations ----------------------------------------------------------------------
sigmoid = helper("sigmoid", lambda g, y, x: g * (y * (1 - y)))
softplus = helper("softplus", lambda g, y, x: g * sigmoid(x))
relu = helper(
    "relu",
    lambda kinks, g, y, x: np.where(
        x >= 0 if kinks == "right" else x > 0, g, g.dtype.type(0)
    ),
    kink="jumps at 0",
    convention="zero",
    masks=(0,),
)

# --- products and quotients in which a zero is strict ---------------------------------
gated: Elementwise = helper(
    "gated",
    _gated_gate,
    lambda g, y, g0, s: gated(g0, g),
    masks=(1,),
    over_complex=True,
)
ratio: Elementwise = helper(
    "ratio",
    lambda g, y, a, b: ratio(g, b),
    _ratio_over,
    masks=(0, 1),
    over_complex=True,
)

# --- no derivative --------------------------------------------------------------------
floor, ceil, trunc, rint = map(ufunc, (np.floor, np.ceil, np.trunc, np.rint))
equal, not_equal = ufunc(np.equal), ufunc(np.not_equal)
less, less_equal = ufunc(np.less), ufunc(np.less_equal)
greater, greater_equal = ufunc(np.greater), ufunc(np.greater_equal)
logical_and, logical_or = ufunc(np.logical_and), ufunc(np.logical_or)
logical_xor, logical_not = ufunc(np.logical_xor), ufunc(np.logical_not)
bitwise_and, bitwise_or = ufunc(np.bitwise_and), ufunc(np.bitwise_or)
bitwise_xor, invert = ufunc(np.bitwise_xor), ufunc(np.invert)
left_shift, right_shift = ufunc(np.left_shift), ufunc(np.right_shift)
isfinite, isnan, isinf = ufunc(np.isfinite), ufunc(np.isnan), ufunc(np.isinf)
