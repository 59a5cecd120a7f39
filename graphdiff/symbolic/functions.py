"""What the functions of sympy are in NumPy and SciPy: one line for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import sympy

from graphdiff.expression.expression import Expression
from graphdiff.save.known import singles
from graphdiff.symbolic.numbers import constant

Build = Callable[..., Any]


def op(name: str) -> Build:
    """The op on entries of that name."""
    return lambda *args: singles()[name](*args)


def number(value: Any) -> Expression:
    """A number of sympy."""
    return Expression(constant(sympy.sympify(value)))


def fold(name: str) -> Build:
    """An op of two, of any number of arguments."""
    return lambda *args: reduce(op(name), args)


def divide(over: list[Any], under: list[Any]) -> Any:
    """The product of those above the line, by the product of those below."""
    upper = fold("multiply")(*over) if over else number(1)
    return op("divide")(upper, fold("multiply")(*under)) if under else upper


def _inverse(name: str) -> Build:
    """One over a function."""
    return lambda x: op("divide")(number(1), op(name)(x))


def _of_inverse(name: str) -> Build:
    """A function of one over x."""
    return lambda x: op(name)(op("divide")(number(1), x))


def _both(*names: str) -> Build:
    """A product of functions of the same arguments, the later ones of the first."""
    first, second = names
    return lambda a, x: op("multiply")(op(first)(a, x), op(second)(a))


def _log(x: Any, base: Any = None) -> Any:
    log = op("log")(x)
    return log if base is None else op("divide")(log, op("log")(base))


def _heaviside(x: Any, at_0: Any = None) -> Any:
    half = op("divide")(number(1), number(2))
    return op("heaviside")(x, half if at_0 is None else at_0)


def _zeta(s: Any, a: Any = None) -> Any:
    return op("riemann_zeta")(s) if a is None else op("zeta")(s, a)


def _sinc(x: Any) -> Any:
    return op("sinc")(op("divide")(x, number(sympy.pi)))


FUNCTIONS: dict[str, Build] = {
    "Abs": lambda x: np.abs(x),
    "And": fold("logical_and"),
    "Ei": op("expi"),
    "Equality": op("equal"),
    "FallingFactorial": lambda x, n: op("divide")(
        op("gamma")(x + 1), op("gamma")(x - n + 1)
    ),
    "GreaterThan": op("greater_equal"),
    "Heaviside": _heaviside,
    "ITE": op("where"),
    "LessThan": op("less_equal"),
    "Max": fold("maximum"),
    "Min": fold("minimum"),
    "Mod": op("mod"),
    "Not": op("logical_not"),
    "Or": fold("logical_or"),
    "RisingFactorial": op("poch"),
    "StrictGreaterThan": op("greater"),
    "StrictLessThan": op("less"),
    "Unequality": op("not_equal"),
    "Xor": fold("logical_xor"),
    "acos": op("arccos"),
    "acosh": op("arccosh"),
    "acot": _of_inverse("arctan"),
    "acoth": _of_inverse("arctanh"),
    "acsc": _of_inverse("arcsin"),
    "acsch": _of_inverse("arcsinh"),
    "arg": lambda x: np.angle(x),
    "asec": _of_inverse("arccos"),
    "asech": _of_inverse("arccosh"),
    "asin": op("arcsin"),
    "asinh": op("arcsinh"),
    "atan": op("arctan"),
    "atan2": op("arctan2"),
    "atanh": op("arctanh"),
    "besseli": op("iv"),
    "besselj": op("jv"),
    "besselk": op("kv"),
    "bessely": op("yv"),
    "beta": op("beta"),
    "binomial": op("binom"),
    "ceiling": op("ceil"),
    "conjugate": lambda x: np.conj(x),
    "cos": op("cos"),
    "cosh": op("cosh"),
    "cot": _inverse("tan"),
    "coth": _inverse("tanh"),
    "csc": _inverse("sin"),
    "csch": _inverse("sinh"),
    "digamma": op("digamma"),
    "elliptic_e": op("ellipe"),
    "elliptic_k": op("ellipk"),
    "erf": op("erf"),
    "erfc": op("erfc"),
    "erfcinv": op("erfcinv"),
    "erfi": op("erfi"),
    "erfinv": op("erfinv"),
    "exp": op("exp"),
    "expint": op("expn"),
    "factorial": lambda n: op("gamma")(n + 1),
    "floor": op("floor"),
    "frac": lambda x: op("subtract")(x, op("floor")(x)),
    "gamma": op("gamma"),
    "im": lambda x: np.imag(x),
    "log": _log,
    "loggamma": op("gammaln"),
    "lowergamma": _both("gammainc", "gamma"),
    "polygamma": op("polygamma"),
    "re": lambda x: np.real(x),
    "sec": _inverse("cos"),
    "sech": _inverse("cosh"),
    "sign": lambda x: np.sign(x),
    "sin": op("sin"),
    "sinc": _sinc,
    "sinh": op("sinh"),
    "tan": op("tan"),
    "tanh": op("tanh"),
    "uppergamma": _both("gammaincc", "gamma"),
    "zeta": _zeta,
}
"""How each function of sympy is built, by the name of its class."""
