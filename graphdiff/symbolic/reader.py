"""A graph of scalars from expressions of sympy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from graphdiff.errors import GraphTypeError, GraphValueError, UnsupportedError, shown
from graphdiff.expression.expression import Expression
from graphdiff.expression.spec import var
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Scope, building
from graphdiff.symbolic.functions import FUNCTIONS, divide, op
from graphdiff.symbolic.numbers import constant, is_plain

_HALF = sympy.Rational(1, 2)
_MOST = 10_000  # terms of a sum that is written out


def from_sympy(expr: Any, inputs: Sequence[Any] | None = None) -> Graph:
    """The graph of scalars that computes an expression of sympy, or several by name.

    The symbols become inputs of type float64 (complex128 for one that sympy knows not
    to be real), in the order of `inputs` if that is given and else of their names. One
    expression is the output ``output``; a mapping from names gives one for each.

    Integers stay integers, so that ``to_sympy`` gives them back; a fraction is computed
    by a division, pi is ``np.pi``. `sympy.Piecewise` becomes ``np.where``, sums between
    integers are written out. Only expressions are taken, never text, which sympy would
    have to evaluate. Raises `UnsupportedError` for what neither NumPy nor SciPy has,
    and `GraphValueError` for numbers that are no float64.

    >>> import sympy
    >>> import graphdiff as gd
    >>> x, y = sympy.symbols("x y")
    >>> graph = gd.from_sympy(sympy.sin(x) * y**2 / 3)
    >>> gd.evaluate(graph, {"x": 0.5, "y": 3.0})["output"]
    array(1.43827662)
    >>> graph.to_sympy()
    y**2*sin(x)/3
    """
    outputs = expr if isinstance(expr, Mapping) else {"output": expr}
    for name, one in outputs.items():
        _check(name, one)
    symbols = _inputs(outputs.values(), inputs)
    with building(Scope()) as scope:
        found: dict[Any, Expression] = {}
        for name, symbol in symbols.items():
            dtype = complex if symbol.is_real is False else float
            found[symbol] = var(name, "", dtype)
            scope.names[found[symbol].node] = name
        for one in outputs.values():
            _build(one, found)
        return Graph(
            {name: found[symbol] for name, symbol in symbols.items()},
            {name: found[one] for name, one in outputs.items()},
        )


def _check(name: object, expr: Any) -> None:
    if not isinstance(name, str):
        raise GraphTypeError(
            f"from_sympy: an output is named by a str, got {shown(name)}"
        )
    if not isinstance(expr, (sympy.Expr, Boolean)):
        raise GraphTypeError(
            f"from_sympy: expected an expression of sympy, got {type(expr).__name__}"
        )


def _inputs(exprs: Iterable[Any], inputs: Sequence[Any] | None) -> dict[str, Any]:
    """The symbols by name, in order."""
    free: set[Any] = set().union(*[expr.free_symbols for expr in exprs])
    order = sorted(free, key=str) if inputs is None else list(inputs)
    for symbol in (*order, *free):
        if not isinstance(symbol, sympy.Symbol):
            raise GraphTypeError(
                f"from_sympy: expected symbols as inputs, got {shown(symbol)}"
            )
    found: dict[str, Any] = {}
    for symbol in order:
        if symbol.name in found:
            raise GraphValueError(
                f"from_sympy: two symbols are called {symbol.name!r:.80}"
            )
        found[symbol.name] = symbol
    missing = sorted(s.name for s in free - set(order))
    if missing:
        raise GraphValueError(f"from_sympy: inputs: {shown(missing)} are missing")
    return found


def _build(whole: Any, found: dict[Any, Expression]) -> None:
    """Add to `found` what `whole` and its parts are, from the inside out."""
    stack = [whole]
    while stack:
        expr = stack[-1]
        if expr in found:
            stack.pop()
            continue
        parts = _parts(expr)
        waiting = [part for part in parts if part not in found]
        if waiting:
            stack += waiting[::-1]
        else:
            stack.pop()
            found[expr] = _made(expr, parts, found)


def _parts(expr: Any) -> list[Any]:
    """What must be there before `expr` is."""
    if isinstance(expr, sympy.Add):
        return [part for term in expr.args for part in _signed(term)[1:]]
    if isinstance(expr, (sympy.Mul, sympy.Pow)):
        over, under = _quotient(expr)
        if (over, under) != ([expr], []):
            return [*over, *under]
        return [expr.base] if expr.exp == _HALF else list(expr.args)
    if isinstance(expr, sympy.Rational) and not expr.is_Integer:
        return [sympy.Integer(expr.p), sympy.Integer(expr.q)]
    if isinstance(expr, sympy.Piecewise):
        return [part for pair in expr.args for part in pair]
    if isinstance(expr, (sympy.Sum, sympy.Product)):
        return [_written_out(expr)]
    return [] if is_plain(expr) else list(expr.args)


def _made(expr: Any, parts: list[Any], found: Mapping[Any, Expression]) -> Any:
    """The expression, when its parts are there."""
    args = [found[part] for part in parts]
    if is_plain(expr):
        return Expression(constant(expr))
    if isinstance(expr, sympy.Add):
        return _sum(expr, found)
    if isinstance(expr, (sympy.Mul, sympy.Pow)):
        over, under = _quotient(expr)
        if (over, under) == ([expr], []):
            return op("sqrt" if len(args) == 1 else "power")(*args)
        return divide([found[x] for x in over], [found[x] for x in under])
    if isinstance(expr, sympy.Rational):
        return divide(args[:1], args[1:])
    if isinstance(expr, sympy.Piecewise):
        return _choice(args)
    if isinstance(expr, (sympy.Sum, sympy.Product)):
        return args[0]
    name = type(expr).__name__
    if isinstance(expr, AppliedUndef) or name not in FUNCTIONS:
        raise UnsupportedError(
            f"from_sympy: neither NumPy nor SciPy has {name:.50} "
            f"(of {len(expr.args)} arguments)"
        )
    return FUNCTIONS[name](*args)


def _signed(term: Any) -> tuple[bool, Any]:
    """Whether a term is taken off, and what then."""
    number, _ = term.as_coeff_Mul()
    if number.is_Rational and number < 0 and not term.is_Number:
        return True, -term
    return False, term


def _sum(expr: Any, found: Mapping[Any, Expression]) -> Any:
    terms = sorted((_signed(term) for term in expr.args), key=lambda t: t[0])
    (taken, first), *rest = terms
    total: Any = op("negative")(found[first]) if taken else found[first]
    for taken, term in rest:
        total = op("subtract" if taken else "add")(total, found[term])
    return total


def _quotient(expr: Any) -> tuple[list[Any], list[Any]]:
    """The factors of a product: those above the line, and those below."""
    over: list[Any] = []
    under: list[Any] = []
    for factor in sympy.Mul.make_args(expr):
        exponent = factor.exp if isinstance(factor, sympy.Pow) else None
        if isinstance(factor, sympy.Rational) and not factor.is_Integer:
            over += [sympy.Integer(factor.p)] if factor.p != 1 else []
            under.append(sympy.Integer(factor.q))
        elif exponent is not None and exponent.is_Number and exponent < 0:
            under.append(sympy.Pow(factor.base, -exponent, evaluate=exponent == -1))
        else:
            over.append(factor)
    return over, under


def _written_out(expr: Any) -> Any:
    """A sum or a product, term by term."""
    terms = 1
    for _, first, last in expr.limits:
        if not (first.is_Integer and last.is_Integer):
            raise UnsupportedError(
                f"from_sympy: {type(expr).__name__} between {shown(first)} and "
                f"{shown(last)}: only those between integers can be written out"
            )
        terms *= max(int(last) - int(first) + 1, 0)
    if terms > _MOST:
        raise GraphValueError(
            f"from_sympy: a sum of {terms} terms; the most is {_MOST}"
        )
    return expr.doit(deep=False)


def _choice(args: list[Expression]) -> Expression:
    """The first value whose condition holds; NaN if none does."""
    pairs = list(zip(args[::2], args[1::2], strict=True))
    value: Expression | None = None
    for one, condition in reversed(pairs):
        if value is None and condition.node == constant(sympy.true):
            value = one
        else:
            other = Expression(constant(sympy.nan)) if value is None else value
            value = op("where")(condition, one, other)
    assert value is not None
    return value
