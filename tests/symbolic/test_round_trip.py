"""From sympy to graphs and back: the same expression, or the same values."""

from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Float, Integer, Piecewise, Rational, Symbol, pi, symbols

import graphdiff as gd

x, y, z = symbols("x y z")
S: Any = sympy

SAME = [
    *(S.sin(x) * y**2 / 3, x**2, x / y, 2 * x + 3 * y * x**2, S.sqrt(x), 1 / S.sqrt(x)),
    *(x ** Rational(1, 3), S.exp(-(x**2) / 2) / S.sqrt(2 * pi), x**y, 2**x, x ** (-y)),
    Piecewise((x, x > 0), (-x, True)),
    Piecewise((x**2, x > 0), (S.sin(x), x < -1)),
    Piecewise((x, S.And(x > 0, y > 0)), (y, S.Or(x < -1, S.Eq(y, 1))), (z, True)),
    *(S.Max(x, y, 0), S.Min(x, 1), S.Abs(x), S.sign(x), S.floor(x), S.ceiling(x)),
    *(S.log(x) / S.log(10), S.atan2(y, x), S.erf(x), S.gamma(x), S.besselj(2, x)),
    *(x - y, -x, -x - y, Float(2.0) * x, 0.1 * x + Rational(1, 7), pi * x / 2),
    *(Float(3.141592653589793) * x, x ** Float(2.0), S.EulerGamma * x, S.E * x),
    *(
        S.tan(x),
        S.acos(x),
        x * (y + z),
        (x + y) ** 2,
        (x + y) / (x - y),
        1 / (x * y**2),
    ),
    *(Integer(3), Integer(0), x, S.Heaviside(x), S.Mod(x, y), S.cosh(x) * S.sinh(y)),
    *(S.polygamma(1, x), S.zeta(x), S.Eq(x, y), S.Ne(x, y), x > y, Rational(-2, 3)),
    *(
        (x**2 + 1) ** Rational(3, 2),
        S.exp(x) * S.exp(y),
        3 * (x + y) * z,
        S.sqrt(2) * x,
    ),
    *(S.binomial(x, y), S.loggamma(x), S.elliptic_k(x), S.beta(x, y), S.expint(2, x)),
    *(S.Ei(x), S.nan, S.oo, Integer(2) ** 100 * x, S.I * x, S.log(x, 2), S.sinc(x)),
]


@pytest.mark.parametrize("expr", SAME, ids=str)
def test_an_expression_comes_back(expr: Any) -> None:
    graph = gd.from_sympy(expr)
    assert graph.to_sympy() == expr
    text = graph.to_text(exact=True)
    assert gd.parse(text).to_sympy() == expr


def test_inputs_and_outputs() -> None:
    graph = gd.from_sympy({"b": x + z, "a": x * y})
    assert list(graph.inputs) == ["x", "y", "z"]
    assert graph.to_sympy() == {"b": x + z, "a": x * y}
    ordered = gd.from_sympy(x * y, [y, z, x])
    assert list(ordered.inputs) == ["y", "z", "x"]
    assert [t.type.dtype.name for t in ordered.inputs.values()] == ["float64"] * 3
    w = Symbol("w", imaginary=True)
    assert gd.from_sympy(w).inputs["w"].dtype == np.complex128


def test_derivatives_are_those_of_sympy() -> None:
    expr = S.exp(x * y) * S.sin(x) / (1 + y**2)
    graph = gd.differentiate(gd.from_sympy(expr), wrt=["x", "y"])
    values = {"x": 0.3, "y": 0.7}
    found = gd.evaluate(graph, values)
    for symbol in (x, y):
        wanted = float(sympy.diff(expr, symbol).subs(values))
        assert found[f"d_{symbol}"] == pytest.approx(wanted, rel=1e-13)
        slope = graph.to_sympy()[f"d_{symbol}"]
        assert sympy.simplify(slope - sympy.diff(expr, symbol)) == 0


def test_symbols_of_the_users() -> None:
    real = Symbol("x", real=True)
    graph = gd.trace(lambda x: np.sqrt(x * x), gd.spec())
    assert graph.to_sympy() == S.sqrt(x**2)
    for given_ in (real, [real], {"x": real}):
        assert graph.to_sympy(given_) == abs(real)


def test_an_expression_by_hand() -> None:
    a, b = gd.var("a"), gd.var("b")
    assert (a * np.sin(b)).to_sympy() == Symbol("a") * S.sin(Symbol("b"))
    with pytest.raises(gd.GraphValueError, match="the same name"):
        (a * gd.var("a")).to_sympy()


def test_singular_points_stay() -> None:
    def f(x: Any) -> Any:
        return x / x + np.exp(np.log(x)) + 0 * x + x**2 / x + np.sqrt(x) ** 2

    expr = gd.trace(f, gd.spec()).to_sympy()
    assert str(expr).count("x") > 5
    assert expr.doit() == 3 * x + 1
    again = gd.from_sympy(expr)
    for value in (-1.0, 0.0, 2.0, np.inf):
        with np.errstate(all="ignore"):
            mine = gd.evaluate(again, {"x": value})["output"]
            np.testing.assert_equal(mine, f(np.float64(value)))


def test_a_long_sum() -> None:
    terms = symbols(" ".join(f"t{k}" for k in range(700)))
    assert gd.from_sympy(S.Add(*terms)).to_sympy() == S.Add(*terms)


def test_choices() -> None:
    def f(x: Any) -> Any:
        y = gd.cond(x > 0, lambda x: x * 2, lambda x: -x, x)
        return np.where(np.logical_and(x > 1, x < 2), y, np.where(x < 0, 1.0, x))

    assert gd.trace(f, gd.spec()).to_sympy() == Piecewise(
        (Piecewise((2 * x, x > 0), (-x, True)), (x > 1) & (x < 2)),
        (1, x < 0),
        (x, True),
        evaluate=False,
    )


def test_sums_are_written_out() -> None:
    k = Symbol("k", integer=True)
    graph = gd.from_sympy(S.Sum(x**k / k, (k, 1, 5)))
    assert gd.evaluate(graph, {"x": 0.5})["output"] == pytest.approx(0.6885416666666667)
    with pytest.raises(gd.UnsupportedError, match="between integers"):
        gd.from_sympy(S.Sum(x**k, (k, 1, S.oo)))
    with pytest.raises(gd.GraphValueError, match="the most is"):
        gd.from_sympy(S.Sum(x**k, (k, 1, 10**9)))


def test_what_has_no_counterpart() -> None:
    for wrong in ("__import__('os')", 3, [x], sympy.Matrix([x])):
        with pytest.raises(gd.GraphTypeError, match="expected an expression of sympy"):
            gd.from_sympy(wrong)
    with pytest.raises(gd.UnsupportedError, match="has LambertW"):
        gd.from_sympy(S.LambertW(x))
    with pytest.raises(gd.UnsupportedError, match="has f "):
        gd.from_sympy(sympy.Function("f")(x))
    with pytest.raises(gd.GraphValueError, match="no float64"):
        gd.from_sympy(x + 10**30 + 1)
    with pytest.raises(gd.GraphValueError, match="two symbols are called 'x'"):
        gd.from_sympy(x + Symbol("x", real=True))
    with pytest.raises(gd.GraphValueError, match=r"'y'.* are missing"):
        gd.from_sympy(x * y, [x])
    with pytest.raises(gd.GraphTypeError, match="graph of scalars; x is float64"):
        gd.trace(lambda x: x * 2, gd.spec("n")).to_sympy()
    with pytest.raises(gd.UnsupportedError, match="nextafter"):
        gd.trace(lambda x: np.nextafter(x, 1.0), gd.spec()).to_sympy()
    with pytest.raises(gd.GraphTypeError, match="expected symbols"):
        gd.trace(lambda x: x, gd.spec()).to_sympy("x")


def test_names_are_only_names() -> None:
    for name in ("__import__('os').system('x')", "a\nb", "\u202e", "lambda"):
        graph = gd.from_sympy(Symbol(name) * 2)
        assert list(graph.inputs) == [name]
        assert graph.to_sympy() == Symbol(name) * 2


NUMBERS = st.one_of(
    st.integers(-9, 9).map(Integer),
    st.builds(Rational, st.integers(-9, 9), st.integers(1, 9)),
    st.floats(-4, 4).map(Float),
)
EXPRESSIONS = st.recursive(
    st.one_of(st.sampled_from([x, y]), NUMBERS),
    lambda inner: st.one_of(
        st.builds(S.Add, inner, inner),
        st.builds(S.Mul, inner, inner),
        st.builds(S.Pow, inner, st.integers(-3, 3).map(Integer)),
        st.builds(lambda f, a: f(a), st.sampled_from([S.sin, S.exp, S.tanh]), inner),
        st.builds(S.Max, inner, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_any_expression_comes_back(expr: Any) -> None:
    if expr.has(S.zoo, S.nan, S.oo):
        return
    again = gd.from_sympy(expr).to_sympy()
    if again != expr:
        numbers = {x: 0.37, y: -1.3}
        a, b = (complex(e.subs(numbers).evalf(30)) for e in (expr, again))
        assert a == pytest.approx(b, rel=1e-9)
        assert expr.has(Float)
