"""What the ops on entries mean in sympy: one line for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Integer, Rational, pi

from graphdiff.symbolic.kept import Builder

Meaning = Callable[..., Any]
_0, _1, _2, _HALF = Integer(0), Integer(1), Integer(2), Rational(1, 2)


def _plain(function: Any) -> Meaning:
    return lambda b, *args: b.call(function, *args)


def _relation(kind: Any) -> Meaning:
    return lambda b, x, y: b.call(kind, x, y)


def _degrees(function: Any) -> Meaning:
    return lambda b, x: b.call(function, _radians(b, x))


def _radians(b: Builder, x: Any) -> Any:
    return b.divide(b.multiply(pi, x), Integer(180))


def _where_not_0(b: Builder, x: Any, value: Any) -> Any:
    """`value`, and 0 where `x` is 0 whatever the value is there."""
    return b.choose((_0, b.call(sympy.Eq, x, _0)), (value, sympy.true))


def _log(b: Builder, x: Any) -> Any:
    return b.call(sympy.log, x)


def _exp(b: Builder, x: Any) -> Any:
    return b.call(sympy.exp, x)


def _square(b: Builder, x: Any) -> Any:
    return b.power(x, _2)


def _sqrt(b: Builder, x: Any) -> Any:
    return b.power(x, _HALF)


def _logistic(b: Builder, x: Any) -> Any:
    return b.divide(_1, b.add(_1, _exp(b, b.negative(x))))


def _plus_1(b: Builder, x: Any) -> Any:
    return b.add(_1, x)


def _ndtr(b: Builder, x: Any) -> Any:
    """The normal distribution: (1 + erf(x / sqrt(2))) / 2."""
    inner = b.divide(x, sympy.sqrt(2))
    return b.divide(_plus_1(b, b.call(sympy.erf, inner)), _2)


def _ratio_of(upper: Any, b: Builder, a: Any, x: Any) -> Any:
    """An incomplete gamma function, of all of it."""
    return b.divide(b.call(upper, a, x), b.call(sympy.gamma, a))


def _x_log(b: Builder, x: Any, y: Any) -> Any:
    return _where_not_0(b, x, b.multiply(x, _log(b, y)))


def _hyper(above: int) -> Meaning:
    def meaning(b: Builder, *args: Any) -> Any:
        *parameters, z = args
        return sympy.hyper(parameters[:above], parameters[above:], z)

    return meaning


def _bessel(kind: Any, order: int | None = None) -> Meaning:
    if order is None:
        return lambda b, n, x: b.call(kind, n, x)
    return lambda b, x: b.call(kind, Integer(order), x)


def _trunc(b: Builder, x: Any) -> Any:
    floor = b.call(sympy.floor, b.call(sympy.Abs, x))
    return b.multiply(b.call(sympy.sign, x), floor)


def _cbrt(b: Builder, x: Any) -> Any:
    size = b.power(b.call(sympy.Abs, x), Rational(1, 3))
    return b.multiply(b.call(sympy.sign, x), size)


def _dawsn(b: Builder, x: Any) -> Any:
    """Dawson's integral: sqrt(pi) / 2 * exp(-x**2) * erfi(x)."""
    decay = _exp(b, b.negative(_square(b, x)))
    return b.multiply(sympy.sqrt(pi) / 2, decay, b.call(sympy.erfi, x))


MEANINGS: dict[str, Meaning] = {
    "abs_squared": lambda b, x: _square(b, b.call(sympy.Abs, x)),
    "absolute": _plain(sympy.Abs),
    "add": lambda b, x, y: b.add(x, y),
    "angle": _plain(sympy.arg),
    "arccos": _plain(sympy.acos),
    "arccosh": _plain(sympy.acosh),
    "arcsin": _plain(sympy.asin),
    "arcsinh": _plain(sympy.asinh),
    "arctan": _plain(sympy.atan),
    "arctan2": _plain(sympy.atan2),
    "arctanh": _plain(sympy.atanh),
    "beta": _plain(sympy.beta),
    "betaln": lambda b, x, y: _log(b, b.call(sympy.Abs, b.call(sympy.beta, x, y))),
    "binom": _plain(sympy.binomial),
    "cbrt": _cbrt,
    "ceil": _plain(sympy.ceiling),
    "clip": lambda b, x, low, high: b.call(sympy.Min, b.call(sympy.Max, x, low), high),
    "conjugate": _plain(sympy.conjugate),
    "cos": _plain(sympy.cos),
    "cosdg": _degrees(sympy.cos),
    "cosh": _plain(sympy.cosh),
    "cosm1": lambda b, x: b.subtract(b.call(sympy.cos, x), _1),
    "dawsn": _dawsn,
    "deg2rad": _radians,
    "degrees": lambda b, x: b.divide(b.multiply(Integer(180), x), pi),
    "digamma": _plain(sympy.digamma),
    "direction": _plain(sympy.sign),
    "divide": lambda b, x, y: b.divide(x, y),
    "ellipe": _plain(sympy.elliptic_e),
    "ellipk": _plain(sympy.elliptic_k),
    "entr": lambda b, x: _x_log(b, b.negative(x), x),
    "equal": _relation(sympy.Eq),
    "erf": _plain(sympy.erf),
    "erfc": _plain(sympy.erfc),
    "erfcinv": _plain(sympy.erfcinv),
    "erfcx": lambda b, x: b.multiply(_exp(b, _square(b, x)), b.call(sympy.erfc, x)),
    "erfi": _plain(sympy.erfi),
    "erfinv": _plain(sympy.erfinv),
    "exp": _exp,
    "exp1": lambda b, x: b.call(sympy.expint, _1, x),
    "exp2": lambda b, x: b.power(_2, x),
    "expi": _plain(sympy.Ei),
    "expit": _logistic,
    "expm1": lambda b, x: b.subtract(_exp(b, x), _1),
    "expn": _plain(sympy.expint),
    "fabs": _plain(sympy.Abs),
    "fix": _trunc,
    "floor": _plain(sympy.floor),
    "floor_divide": lambda b, x, y: b.call(sympy.floor, b.divide(x, y)),
    "fmax": _plain(sympy.Max),
    "fmin": _plain(sympy.Min),
    "gamma": _plain(sympy.gamma),
    "gammainc": lambda b, a, x: _ratio_of(sympy.lowergamma, b, a, x),
    "gammaincc": lambda b, a, x: _ratio_of(sympy.uppergamma, b, a, x),
    "gammaln": _plain(sympy.loggamma),
    "gated": lambda b, gate, x: b.multiply(gate, x),
    "greater": _relation(sympy.Gt),
    "greater_equal": _relation(sympy.Ge),
    "heaviside": _plain(sympy.Heaviside),
    "hyp0f1": _hyper(0),
    "hyp1f1": _hyper(1),
    "hyp2f1": _hyper(2),
    "hypot": lambda b, x, y: _sqrt(b, b.add(_square(b, x), _square(b, y))),
    "i0": _bessel(sympy.besseli, 0),
    "i0_of_numpy": _bessel(sympy.besseli, 0),
    "i1": _bessel(sympy.besseli, 1),
    "iv": _bessel(sympy.besseli),
    "j0": _bessel(sympy.besselj, 0),
    "j1": _bessel(sympy.besselj, 1),
    "jv": _bessel(sympy.besselj),
    "k0": _bessel(sympy.besselk, 0),
    "k1": _bessel(sympy.besselk, 1),
    "isfinite": lambda b, x: sympy.true,
    "isinf": lambda b, x: sympy.false,
    "isnan": lambda b, x: sympy.false,
    "isneginf": lambda b, x: sympy.false,
    "isposinf": lambda b, x: sympy.false,
    "kn": _bessel(sympy.besselk),
    "kv": _bessel(sympy.besselk),
    "less": _relation(sympy.Lt),
    "less_equal": _relation(sympy.Le),
    "log": _log,
    "log10": lambda b, x: b.divide(_log(b, x), sympy.log(10)),
    "log1p": lambda b, x: _log(b, _plus_1(b, x)),
    "log2": lambda b, x: b.divide(_log(b, x), sympy.log(2)),
    "log_expit": lambda b, x: b.negative(_log(b, _plus_1(b, _exp(b, b.negative(x))))),
    "log_ndtr": lambda b, x: _log(b, _ndtr(b, x)),
    "logaddexp": lambda b, x, y: _log(b, b.add(_exp(b, x), _exp(b, y))),
    "logical_and": _plain(sympy.And),
    "logical_not": _plain(sympy.Not),
    "logical_or": _plain(sympy.Or),
    "logical_xor": _plain(sympy.Xor),
    "loggamma": _plain(sympy.loggamma),
    "logit": lambda b, x: _log(b, b.divide(x, b.subtract(_1, x))),
    "maximum": _plain(sympy.Max),
    "minimum": _plain(sympy.Min),
    "mod": _plain(sympy.Mod),
    "modulus": _plain(sympy.Abs),
    "multiply": lambda b, x, y: b.multiply(x, y),
    "ndtr": _ndtr,
    "negative": lambda b, x: b.negative(x),
    "not_equal": _relation(sympy.Ne),
    "poch": _plain(sympy.RisingFactorial),
    "polygamma": _plain(sympy.polygamma),
    "positive": lambda b, x: x,
    "power": lambda b, x, y: b.power(x, y),
    "rad2deg": lambda b, x: b.divide(b.multiply(Integer(180), x), pi),
    "radians": _radians,
    "ratio": lambda b, x, y: _where_not_0(b, x, b.divide(x, y)),
    "reciprocal": lambda b, x: b.divide(_1, x),
    "rel_entr": lambda b, x, y: _x_log(b, x, b.divide(x, y)),
    "relu": lambda b, x: b.call(sympy.Max, _0, x),
    "root": _sqrt,
    "rgamma": lambda b, x: b.divide(_1, b.call(sympy.gamma, x)),
    "riemann_zeta": _plain(sympy.zeta),
    "sigmoid": _logistic,
    "sign": _plain(sympy.sign),
    "sin": _plain(sympy.sin),
    "sinc": lambda b, x: b.call(sympy.sinc, b.multiply(pi, x)),
    "sindg": _degrees(sympy.sin),
    "sinh": _plain(sympy.sinh),
    "softplus": lambda b, x: _log(b, _plus_1(b, _exp(b, x))),
    "sqrt": _sqrt,
    "square": _square,
    "subtract": lambda b, x, y: b.subtract(x, y),
    "tan": _plain(sympy.tan),
    "tandg": _degrees(sympy.tan),
    "tanh": _plain(sympy.tanh),
    "times_log": _x_log,
    "trunc": _trunc,
    "versine": lambda b, x: b.subtract(_1, b.call(sympy.cos, x)),
    "xlog1py": lambda b, x, y: _x_log(b, x, _plus_1(b, y)),
    "xlogx": lambda b, x: _x_log(b, x, x),
    "xlogy": _x_log,
    "y0": _bessel(sympy.bessely, 0),
    "y1": _bessel(sympy.bessely, 1),
    "yn": _bessel(sympy.bessely),
    "yv": _bessel(sympy.bessely),
    "zeta": _plain(sympy.zeta),
}
"""The meaning of each op that sympy can speak of, by the name that files use.

What sympy speaks of are numbers: none of them is NaN or infinite.
"""

_SLOPES = ("dawsn", "erfcx", "sinc")


def slope(name: str, parameters: tuple[Any, ...]) -> Meaning | None:
    """The meaning of an op that is a derivative of another, if sympy knows it."""
    base = name.removesuffix("_slope")
    if base == name or base not in _SLOPES:
        return None
    (order,) = parameters

    def meaning(b: Builder, x: Any) -> Any:
        t = sympy.Dummy(real=True)
        return sympy.diff(MEANINGS[base](b, t), t, order).subs(t, x)

    return meaning
