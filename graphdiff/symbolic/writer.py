"""A graph of scalars as expressions of sympy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import sympy

from graphdiff.errors import GraphTypeError, GraphValueError, UnsupportedError
from graphdiff.graph.graph import Graph, check_graph, in_order
from graphdiff.graph.node import Constant, Full, Input, Node, Pick, Size
from graphdiff.graph.types import ArrayType, each_type, show_type
from graphdiff.ops.core.elementwise import add
from graphdiff.ops.core.entries import Cast, Elementwise
from graphdiff.ops.region.cond import Cond
from graphdiff.rewrite.unfold import unfolded
from graphdiff.save.known import has_name, spoken
from graphdiff.symbolic.kept import Builder
from graphdiff.symbolic.meanings import MEANINGS, slope
from graphdiff.symbolic.numbers import number_of


def to_sympy(graph: Graph, symbols: Any = ()) -> Any:
    """`graph`, all of whose values are scalars, as an expression of sympy.

    A graph of several outputs gives a dict of expressions by name. Inputs are symbols
    of their names, without assumptions; `symbols`, a mapping from names or the symbols
    themselves, says which to take instead (``Symbol("x", real=True)``, with which sympy
    knows more about ``abs`` and ``max``).

    The expressions are the functions that the graph computes, rounding aside. Integers
    in float64 become integers, ``np.pi`` becomes pi, other numbers `sympy.Float`, the
    same to the last bit; ``np.where`` becomes `sympy.Piecewise`. Where sympy would
    simplify a singular point away, as of ``x / x`` at 0, it is kept from doing so.
    Raises `GraphTypeError` for arrays that are no scalars, and `UnsupportedError` for a
    function that sympy does not have.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> gd.trace(lambda x: x**2 * np.sin(x) / 3, gd.spec()).to_sympy()
    x**2*sin(x)/3
    >>> gd.grad(lambda x: x**3 + np.sin(x)).graph(gd.spec()).to_sympy()
    3*x**2 + cos(x)
    """
    check_graph("to_sympy", graph)
    given = _symbols(symbols)
    variables = {
        node: given.get(name) or sympy.Symbol(name)
        for name, node in graph.inputs.items()
    }
    try:
        found = _expressions(unfolded(graph), variables, Builder())
    except RecursionError:
        raise GraphValueError(
            "to_sympy: the expressions nest deeper than sympy can follow"
        ) from None
    if len(found) == 1:
        (only,) = found.values()
        return only
    return found


def expression_to_sympy(node: Node, symbols: Any = ()) -> Any:
    """What `to_sympy` gives for the graph of one node and the variables it reads."""
    variables = [n for n in in_order([node]) if isinstance(n.op, Input)]
    names = [str(n.op.label) for n in variables]
    if len(set(names)) < len(names):
        raise GraphValueError("to_sympy: two variables have the same name")
    graph = Graph(dict(zip(names, variables, strict=True)), {"output": node})
    return to_sympy(graph, symbols)


def _symbols(symbols: Any) -> dict[str, Any]:
    """The symbols to take, by name."""
    if isinstance(symbols, sympy.Symbol):
        symbols = (symbols,)
    if not isinstance(symbols, (Mapping, Iterable)) or isinstance(symbols, str):
        raise GraphTypeError(
            f"to_sympy: symbols: expected symbols of sympy, got "
            f"{type(symbols).__name__}"
        )
    found = dict(symbols) if isinstance(symbols, Mapping) else {}
    if not found:
        found = {getattr(symbol, "name", ""): symbol for symbol in symbols}
    for symbol in found.values():
        if not isinstance(symbol, sympy.Symbol):
            raise GraphTypeError(
                f"to_sympy: symbols: expected symbols of sympy, got "
                f"{type(symbol).__name__}"
            )
    return found


def _expressions(
    graph: Graph, variables: Mapping[Node, Any], builder: Builder
) -> dict[str, Any]:
    """The outputs as expressions of what the inputs are."""
    found: dict[Node, Any] = {}
    links, terms = _links(graph), dict[Node, list[Any]]()
    for node in graph.nodes:
        if isinstance(node.op, Input):
            _check_scalar(node)
            found[node] = variables[node]
        elif _is_sum(node):
            one, other = (terms.pop(a) if a in terms else [found[a]] for a in node.args)
            one += other
            if node in links:
                terms[node] = one
            else:
                found[node] = builder.add(*one)
        else:
            args = [found[arg] for arg in node.args]
            found[node] = _expression(node, args, builder)
    return {name: found[node] for name, node in graph.outputs.items()}


def _is_sum(node: Node) -> bool:
    """Whether a node is a sum of two numbers."""
    scalar = isinstance(node.type, ArrayType) and node.type.shape == ()
    return node.op is add and scalar and "b" not in _kinds(node)


def _links(graph: Graph) -> set[Node]:
    """The sums that are only terms of another: a long sum is put together once."""
    readers = Counter(arg for node in graph.nodes for arg in node.args)
    inner = {a for node in graph.nodes if _is_sum(node) for a in node.args}
    inner -= set(graph.outputs.values())
    return {node for node in inner if _is_sum(node) and readers[node] == 1}


def _expression(node: Node, args: list[Any], builder: Builder) -> Any:
    op = node.op
    if isinstance(op, Cond):
        return _branches(node, op, args, builder)
    if isinstance(op, Pick) and isinstance(args[0], tuple):
        return args[0][op.index]
    _check_scalar(node)
    if isinstance(op, (Full, Constant)):
        return number_of(op)
    if isinstance(op, Size):
        return sympy.sympify(
            op.size if isinstance(op.size, int) else op.size.to_sympy()
        )
    if isinstance(op, Cast):
        return _cast(node, args[0], builder)
    if isinstance(op, Elementwise):
        name, parameters = spoken(op) if has_name(op) else (op.label, ())
        if name == "where":
            return _where(builder, *[*zip(args, _kinds(node), strict=True)])
        meaning = slope(name, parameters) or MEANINGS.get(name)
        if meaning is not None:
            return meaning(builder, *_operands(name, args, _kinds(node), builder))
    elif type(op).__name__ in _PARTS:
        return builder.call(_PARTS[type(op).__name__], args[0])
    elif len(args) == 1 and type(op).__name__ in _IDENTITIES:
        return args[0]
    raise UnsupportedError(f"to_sympy: sympy has no function for the op {op.label!r}")


_PARTS = {"RealPart": sympy.re, "Imaginary": sympy.im}
_IDENTITIES = ("Spread", "Reshape", "Transpose", "Sum", "Prod", "Mean", "Max", "Min")
"""Ops that leave a scalar as it is."""

_TRUTHS = ("logical_and", "logical_or", "logical_xor", "logical_not")


def _check_scalar(node: Node) -> None:
    if not isinstance(node.type, ArrayType) or node.type.shape != ():
        raise GraphTypeError(
            f"to_sympy: expected a graph of scalars; {node.op.label} is "
            f"{show_type(node.type)}. Trace the function of single numbers"
        )


def _kinds(node: Node) -> list[str]:
    """What the arguments are: truths ("b"), integers, floats, complex numbers."""
    return [arg.dtype.kind for arg in node.args]


def _operands(
    name: str, args: list[Any], kinds: list[str], builder: Builder
) -> list[Any]:
    """The arguments, as truths where an op is about truths, else as numbers."""
    meant = _truth if name in _TRUTHS else _number
    pairs = zip(args, kinds, strict=True)
    return [meant(builder, arg, kind) for arg, kind in pairs]


def _truth(builder: Builder, value: Any, kind: str) -> Any:
    if kind == "b":
        return value
    return builder.call(sympy.Ne, value, sympy.Integer(0))


def _number(builder: Builder, value: Any, kind: str) -> Any:
    if kind != "b":
        return value
    one, zero = sympy.Integer(1), sympy.Integer(0)
    return builder.choose((one, value), (zero, sympy.true))


def _where(builder: Builder, *args: tuple[Any, str]) -> Any:
    """A choice; of choices one after the other, one."""
    condition = _truth(builder, *args[0])
    truths = all(kind == "b" for _, kind in args[1:])
    value, other = (x if truths else _number(builder, x, kind) for x, kind in args[1:])
    if condition in (sympy.true, sympy.false):
        return value if condition else other
    if truths:
        return sympy.ITE(condition, value, other)
    pairs = [(value, condition)]
    if isinstance(other, sympy.Piecewise):
        pairs += [tuple(pair) for pair in other.args]
    elif other is not sympy.nan:
        pairs.append((other, sympy.true))
    return builder.choose(*pairs)


def _cast(node: Node, value: Any, builder: Builder) -> Any:
    """Between dtypes: numbers stay, truths become 1 and 0, floats are cut to ints."""
    before, after = node.args[0].dtype.kind, node.dtype.kind
    if after == "b":
        return _truth(builder, value, before)
    if before == "b":
        return _number(builder, value, before)
    if before in "fc" and after in "iu":
        return MEANINGS["trunc"](builder, value)
    return value


def _branches(node: Node, op: Cond, args: list[Any], builder: Builder) -> Any:
    """What a branch gives: a choice for each result."""
    choice, *operands = args
    results = []
    for branch in op.branches:
        inputs = dict(zip(branch.inputs.values(), operands, strict=True))
        results.append(_expressions(branch, inputs, builder).values())
    kinds = [type.dtype.kind for type in each_type(node.type)]
    if len(results) > 2 or node.args[0].dtype.kind != "b":
        raise UnsupportedError("to_sympy: a choice by an integer has no form in sympy")
    both = zip(*results, kinds, strict=True)
    return tuple(
        _where(builder, (choice, "b"), (yes, kind), (no, kind))
        for no, yes, kind in both
    )
