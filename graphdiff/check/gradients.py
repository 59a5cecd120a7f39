"""Checking a gradient against the function itself, in a report that people can read.

The reference never sees a graph: it calls the user's own function on plain arrays, in
float64, and measures slopes (`differences`). What agrees only because it is zero, or
cannot be measured, does not pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.check.compare import Checker
from graphdiff.check.reference import (
    Array,
    GraphFunction,
    OwnFunction,
    Point,
    Scalar,
    widen,
)
from graphdiff.check.report import Report, kinks_at
from graphdiff.derivative.differentiate import differentiate, select_inputs
from graphdiff.errors import DTypeError, GraphTypeError, GraphValueError, shown
from graphdiff.evaluate import evaluate
from graphdiff.expression.expression import Expression
from graphdiff.expression.spec import Spec
from graphdiff.graph.graph import Graph
from graphdiff.graph.nest import flatten
from graphdiff.graph.node import building
from graphdiff.rewrite import simplify
from graphdiff.trace.trace import bind, trace

_NAMES = """
np.add np.subtract np.multiply np.divide np.negative np.positive np.power np.square
np.sqrt np.reciprocal np.exp np.exp2 np.expm1 np.log np.log1p np.log2 np.log10 np.sin
np.cos np.tan np.arcsin np.arccos np.arctan np.sinh np.cosh np.tanh np.arcsinh
np.arccosh np.arctanh np.sum np.mean np.prod np.cumsum np.matmul np.einsum np.transpose
np.reshape np.take_along_axis spread getitem concatenate sigmoid
"""
_ANALYTIC = frozenset(_NAMES.split())


def check_gradients(
    f: Callable[..., Any],
    /,
    *args: Any,
    wrt: int | str | Sequence[int | str] | None = None,
    order: int = 1,
    rtol: float | None = None,
    seed: int = 0,
    kinks: str = "mean",
) -> Report:
    """Compare the gradient of `f` at `args` with slopes of `f` itself.

    `f` is a function that `gd.trace` takes; what it returns is contracted with random
    weights if it is more than one number. `args` are arrays, nested as `f` wants
    them; `wrt` names those to check (positions, names, paths; all real ones by
    default). Arguments of up to 64 entries are checked entry by entry, larger ones
    along random directions and at some entries. With ``order=2`` the derivative of
    the gradient (along a random direction) is checked as well, against differences of
    the gradient, and so on.

    The reference is Richardson-extrapolated central differences of `f` in float64,
    or the complex step where every op of the graph is analytic and `f` takes complex
    arrays. Complex arguments are moved along the real and the imaginary axis.

    `rtol` is the relative error allowed, by default 1e-6 for float64, 1e-3 for
    float32. A convention at a kink is told apart from a wrong gradient. A gradient
    that is zero everywhere, or cannot be measured, does not count as checked. Raises
    as `gd.trace` and `gd.differentiate` do; a wrong gradient is in the report.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> report = gd.check_gradients(lambda x: np.sum(np.sin(x)), np.array([0.5, 2.0]))
    >>> report.ok
    True
    """
    return check_call(
        f, args, {}, wrt=wrt, order=order, rtol=rtol, seed=seed, kinks=kinks
    )


def check_call(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    *,
    wrt: int | str | Sequence[int | str] | None = None,
    order: int = 1,
    rtol: float | None = None,
    seed: int = 0,
    kinks: str = "mean",
) -> Report:
    """As `check_gradients`, for a call with keyword arguments as well."""
    _refuse(order, rtol, [*args, *kwargs.values()])
    rng = _random(seed)
    traced = trace(f, *args, **kwargs)
    bound = bind(f, args, dict(kwargs))
    names = _names(list(bound.arguments), traced, wrt)
    graph, weights = _scalar_graph(traced, rng)
    own = OwnFunction(f, bound, traced, weights)
    point = own.point
    report = Report(
        function=getattr(f, "__name__", type(f).__name__),
        value=complex(own(point)).real,
        traced=_value(graph, point),
        again=complex(own(point)).real,
        kinks=kinks_at(graph, point),
        convention=kinks,
    )
    wide = graph if order == 1 else _widened(own, weights)
    reference: Scalar = own
    analytic = _is_analytic(graph)
    for degree in range(1, order + 1):
        dgraph = differentiate(graph, "value", names, kinks=kinks)
        with np.errstate(all="ignore"):
            found = list(evaluate(simplify(dgraph), point).values())[1:]
        for name, gradient in zip(names, found, strict=True):
            checker = Checker(reference, point, name, gradient, rtol, analytic)
            report.checks.append(checker.run(degree, rng))
        if degree < order:
            directions = [_direction(g, rng) for g in found]
            graph = _along(dgraph, directions)
            wide = _along(differentiate(wide, "value", names, kinks=kinks), directions)
            reference = GraphFunction(simplify(wide))
            analytic = False
    return report


def _refuse(order: Any, rtol: Any, values: Sequence[Any]) -> None:
    if not isinstance(order, int) or order < 1:
        raise GraphValueError(f"order: expected a positive integer, got {shown(order)}")
    real = isinstance(rtol, (int, float)) and not isinstance(rtol, bool)
    if rtol is not None and not (real and rtol >= 0):
        raise GraphValueError(
            f"rtol: expected a relative error from 0 on, got {shown(rtol)}"
        )
    if any(isinstance(a, (Spec, Expression)) for a in flatten(list(values))[0]):
        raise GraphTypeError(
            "check_gradients: differences need numbers; pass arrays, not specs"
        )


def _random(seed: Any) -> np.random.Generator:
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise GraphValueError(
            f"seed: expected an integer from 0 on, got {shown(seed)}"
        ) from None


def _value(graph: Graph, point: Point) -> float:
    with np.errstate(all="ignore"):
        return float(evaluate(graph, point)["value"])


def _names(parameters: Sequence[str], graph: Graph, wrt: Any) -> list[str]:
    """The inputs to check."""
    if wrt is None:
        names = select_inputs(graph, None)
        if not names:
            raise DTypeError("check_gradients: no argument is an array of real numbers")
        return names
    listed = [wrt] if not isinstance(wrt, Iterable) or isinstance(wrt, str) else wrt
    words = []
    for word in listed:
        if isinstance(word, int):
            if not -len(parameters) <= word < len(parameters):
                raise GraphValueError(
                    f"wrt: position {word} of {len(parameters)} arguments"
                )
            word = parameters[word]
        words.append(word)
    names = select_inputs(graph, words)
    if not names:
        raise GraphValueError("wrt: expected at least one argument, got none")
    return names


def _scalar_graph(graph: Graph, rng: np.random.Generator) -> tuple[Graph, list[Array]]:
    """`graph` with the one output ``value``, and the weights of its own outputs."""
    outputs = list(graph.outputs.values())
    weights = []
    for y in outputs:
        if not y.type.is_inexact:
            weights.append(np.zeros(()))
        elif y.type.shape == () and len(outputs) == 1 and y.type.is_real:
            weights.append(np.ones(()))
        else:
            signs = rng.choice([-1.0, 1.0], y.type.shape)
            weight = np.asarray(rng.uniform(0.5, 1.5, y.type.shape) * signs)
            if y.type.is_complex:
                weight = weight * np.exp(1j * rng.uniform(0, 6, y.type.shape))
            weights.append(widen(weight.astype(y.type.dtype)))
    if not any(np.any(weight) or not weight.size for weight in weights):
        raise DTypeError("check_gradients: the function returns no real number")
    return _weighed(graph, weights), weights


def _weighed(graph: Graph, weights: Sequence[Array]) -> Graph:
    """The outputs of `graph`, times weights, added up to ``value``; of complex real."""
    with building(graph.scope()):
        total: Any = None
        for node, weight in zip(graph.outputs.values(), weights, strict=True):
            y = Expression(node)
            if y.dtype.kind not in "fc":
                continue
            plain = not weight.shape and weight == 1
            term = y if plain else np.real(np.sum(y * weight.astype(y.dtype)))
            total = term if total is None else total + term
        inputs = {name: Expression(x) for name, x in graph.inputs.items()}
        return Graph(inputs, {"value": total})


def _along(dgraph: Graph, directions: Sequence[Array]) -> Graph:
    """The gradient along a direction: the function of the next order."""
    slopes = dict(list(dgraph.outputs.items())[1:])
    with building(dgraph.scope()):
        inputs = {name: Expression(x) for name, x in dgraph.inputs.items()}
        only = Graph(inputs, {n: Expression(y) for n, y in slopes.items()})
    return _weighed(only, [np.asarray(d) for d in directions])


def _direction(g: Array, rng: np.random.Generator) -> Array:
    """Numbers to weigh the entries of a gradient with."""
    along = rng.uniform(0.5, 1.5, g.shape)
    return along + 1j * rng.uniform(0.5, 1.5, g.shape) if g.dtype.kind == "c" else along


def _widened(own: OwnFunction, weights: Sequence[Array]) -> Graph:
    """The graph of the function in float64, whatever precision is checked."""
    bound = own.call({name: widen(x) for name, x in own.point.items()})
    return _weighed(trace(own.f, *bound.args, **bound.kwargs), weights)


def _is_analytic(graph: Graph) -> bool:
    """Whether a complex step through every op gives its derivative."""
    return all(
        node.op.call(*[a.type for a in node.args]).function in _ANALYTIC
        for node in graph.nodes
        if node.args
    )
