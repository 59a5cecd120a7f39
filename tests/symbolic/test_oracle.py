"""Each op that sympy knows: its value and its derivatives against those of sympy."""

import warnings
from typing import Any

import numpy as np
import pytest
import sympy

import graphdiff as gd
from graphdiff.save.known import singles
from graphdiff.symbolic.meanings import MEANINGS

POINT = (0.4, 0.7, 0.3, 0.6)
POINTS: dict[str, tuple[Any, ...]] = {
    "arccosh": (1.5,),
    "clip": (0.4, 0.1, 0.9),
    "expn": (2, 0.7),
    "kn": (2, 0.7),
    "yn": (2, 0.7),
    "heaviside": (0.4, 0.5),
    "polygamma": (1, 0.7),
    "riemann_zeta": (2.5,),
    "zeta": (2.5, 0.7),
    "hyp0f1": (0.7, 0.3),
    "logical_and": (True, False),
    "logical_or": (True, False),
    "logical_xor": (True, False),
    "logical_not": (True,),
    "abs_squared": (0.4 + 0.3j,),
    "angle": (0.4 + 0.3j,),
    "conjugate": (0.4 + 0.3j,),
    "direction": (0.4 + 0.3j,),
    "modulus": (0.4 + 0.3j,),
    "loggamma": (0.4,),
}
NO_ORDER = {"jv", "iv", "kv", "yv", "expn", "kn", "yn", "polygamma"}
NOT_BY_SYMPY = {"gammainc", "gammaincc", "hyp0f1", "hyp1f1", "hyp2f1", "zeta"}
"""Functions of which sympy has no derivative along the first arguments."""
FLAT = {"ceil", "fix", "floor", "floor_divide", "mod", "trunc"}
UNKNOWN = {*FLAT, "poch", "riemann_zeta"}
"""Functions of which sympy has no derivative, or no value."""


def arguments(name: str) -> tuple[Any, ...]:
    count = len(singles()[name].rules) if name not in POINTS else 0
    return POINTS.get(name, POINT[:count])


def traced(name: str) -> gd.Graph:
    xs = [
        gd.var(f"x{i}", "", np.asarray(a).dtype) for i, a in enumerate(arguments(name))
    ]
    named = {f"x{i}": x for i, x in enumerate(xs)}
    return gd.Graph(named, {"y": singles()[name](*xs)})


def value_of(
    expression: Any, symbols: dict[str, Any], args: tuple[Any, ...]
) -> complex:
    numbers = dict(zip(symbols.values(), args, strict=True))
    if any(isinstance(a, bool) for a in args):
        return complex(bool(expression.subs(numbers)))
    expression = expression.replace(sympy.erfcinv, lambda z: sympy.erfinv(1 - z))
    found = expression.subs({s: sympy.sympify(n) for s, n in numbers.items()})
    return complex(
        1 if found is sympy.true else 0 if found is sympy.false else found.evalf(20)
    )


def symbols_of(name: str) -> dict[str, Any]:
    return {
        f"x{i}": sympy.Symbol(f"x{i}", **({} if np.iscomplexobj(a) else {"real": True}))
        for i, a in enumerate(arguments(name))
    }


@pytest.mark.parametrize("name", MEANINGS)
def test_values_and_derivatives(name: str) -> None:
    args, symbols = arguments(name), symbols_of(name)
    graph = traced(name)
    expression = graph.to_sympy(symbols)
    values = {f"x{i}": np.asarray(a) for i, a in enumerate(args)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mine = complex(gd.evaluate(graph, values)["y"])
    assert mine == pytest.approx(value_of(expression, symbols, args), rel=1e-12)
    for i, a in enumerate(args):
        known = i == len(args) - 1 or name not in NO_ORDER | NOT_BY_SYMPY
        if (
            name in UNKNOWN
            or not isinstance(a, float)
            or graph.outputs["y"].dtype.kind != "f"
            or not known
        ):
            continue
        slopes = gd.differentiate(graph, of="y", wrt=f"x{i}")
        slope = slopes.to_sympy(symbols)[f"d_x{i}"]
        theirs = value_of(sympy.diff(expression, symbols[f"x{i}"]), symbols, args)
        number = complex(gd.evaluate(slopes, values)[f"d_x{i}"])
        assert number == pytest.approx(theirs, rel=1e-10, abs=1e-12)
        assert value_of(slope, symbols, args) == pytest.approx(theirs, rel=1e-10)
