"""Differentiation: append the nodes of the derivative, and so make a new graph.

Reverse mode is algorithms 6.5 and 6.6 of Goodfellow, Bengio and Courville, *Deep
Learning* (2016), section 6.5.5: one sweep over the nodes that lead from the variables
to the target, in reverse topological order, visiting every edge once and summing over
paths. Because a rule builds ordinary nodes, the result can be differentiated again.
Forward mode needs no rules of its own: a pullback is linear in the cotangent that it
carries, so pulling back twice pushes forward.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

from graphdiff.derivative.kinks import check_kinks
from graphdiff.derivative.push import push_forward
from graphdiff.derivative.region.rules import RegionRules
from graphdiff.derivative.sweep import along, collect, pull_back
from graphdiff.errors import (
    DTypeError,
    GraphTypeError,
    GraphValueError,
    ShapeError,
    check_flag,
    shown,
)
from graphdiff.expression.doors import surface
from graphdiff.expression.expression import Expression, lift
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Full, Node, Role, building, current_scope, make
from graphdiff.graph.types import ArrayType, show_shape
from graphdiff.ops.complex.complexes import conjugate
from graphdiff.ops.core.axes import spread_node
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.ops.region.region import Region
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.words import unique

Region.rules = RegionRules()


def ones(type: ArrayType) -> Node:
    """The seed of a gradient."""
    return make(Full.of(1, type))


def zeros(type: ArrayType) -> Node:
    """The gradient with respect to what does not matter."""
    return make(Full.of(0, type))


def ascent(x: Node, g: Node | None) -> Node:
    """The gradient with respect to `x`, given the cotangent that has arrived there.

    Of complex numbers x + iy it is d/dx + i d/dy, the direction of steepest ascent:
    the conjugate of the cotangent, which pairs without conjugation.
    """
    if g is None:
        return zeros(x.type)
    if not x.type.is_complex:
        return g
    scope = current_scope()
    made: Node = conjugate(Expression(g)).node
    if g in scope.roles:
        scope.roles.setdefault(made, scope.roles[g])
    if g in scope.names and made not in scope.names and g.args:
        scope.names[made] = scope.names.pop(g)
    return made


@surface
def gradients(
    y: Expression,
    wrt: Sequence[Expression],
    *,
    kinks: str = "mean",
    allow_int: bool = False,
) -> list[Expression]:
    """The gradient of a scalar `y` with respect to each expression of `wrt`.

    Each has the shape and dtype of its variable (of complex x + iy it is
    d/dx + i d/dy, the direction of steepest ascent), and is made of ordinary nodes:
    evaluate it, emit it, or differentiate it again. A variable on which `y` does not
    depend gets zeros. Raises `ShapeError` if `y` is not scalar, and `DTypeError` for
    an integer variable unless `allow_int`, which gives zeros.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> x = gd.var("x", "n")
    >>> (slope,) = gd.gradients(np.sum(x * x), [x])
    >>> (curvature,) = gd.gradients(np.sum(slope), [x])
    >>> graph = gd.Graph(inputs={"x": x}, outputs={"c": curvature})
    >>> gd.evaluate(graph, {"x": np.zeros(3)})["c"]
    array([2., 2., 2.])
    """
    check_kinks(kinks)
    check_flag("allow_int", allow_int)
    target = expression_node("y", y)
    variables = expression_nodes("wrt", wrt)
    check_scalar("gradients", "y", target.type)
    for i, x in enumerate(variables):
        check_variable(f"wrt[{i}]", x.type, allow_int)
    found = pull_back({target: ones(target.type)}, variables, kinks)
    return [Expression(ascent(x, g)) for x, g in zip(variables, found, strict=True)]


@surface
def pullback(
    ys: Sequence[Expression],
    xs: Sequence[Expression],
    cotangents: Sequence[Any],
    *,
    kinks: str = "mean",
) -> list[Expression]:
    """The cotangents of `xs`, given those of `ys`: the transposed Jacobian, applied.

    Cotangents of complex numbers pair without conjugation.
    """
    check_kinks(kinks)
    targets = expression_nodes("ys", ys)
    variables = expression_nodes("xs", xs)
    seeds = collect(targets, _matching("cotangents", targets, cotangents))
    for i, x in enumerate(variables):
        check_variable(f"xs[{i}]", x.type, False)
    found = pull_back(seeds, variables, kinks, inside=along(seeds.values()))
    return [
        Expression(zeros(x.type) if g is None else g)
        for x, g in zip(variables, found, strict=True)
    ]


@surface
def pushforward(
    ys: Sequence[Expression],
    xs: Sequence[Expression],
    tangents: Sequence[Any],
    *,
    kinks: str = "mean",
) -> list[Expression]:
    """The tangents of `ys`, given those of `xs`: the Jacobian, applied."""
    check_kinks(kinks)
    targets = expression_nodes("ys", ys)
    variables = expression_nodes("xs", xs)
    for i, x in enumerate(variables):
        check_variable(f"xs[{i}]", x.type, False)
    seeds = _matching("tangents", variables, tangents)
    found = push_forward(targets, dict(zip(variables, seeds, strict=True)), kinks)
    return [
        Expression(zeros(y.type) if t is None else t)
        for y, t in zip(targets, found, strict=True)
    ]


def _matching(what: str, nodes: Sequence[Node], values: Sequence[Any]) -> list[Node]:
    if len(values) != len(nodes):
        raise GraphValueError(f"{what}: expected {len(nodes)}, got {len(values)}")
    found = []
    for i, (node, value) in enumerate(zip(nodes, values, strict=True)):
        seed = lift(value, f"{what}[{i}]").node
        if seed.type.shape != node.type.shape and seed.type.shape != ():
            raise ShapeError(
                f"{what}[{i}]: expected shape {show_shape(node.type.shape)}, got "
                f"{show_shape(seed.type.shape)}"
            )
        if seed.type.is_complex and not node.type.is_complex:
            raise DTypeError(
                f"{what}[{i}]: expected {node.type.dtype}, got {seed.type.dtype}"
            )
        found.append(spread_node(cast_node(seed, node.type.dtype), node.type.shape))
    return found


def expression_nodes(what: str, values: Any) -> list[Node]:
    """The nodes of several; a lone one, iterated over, would become its entries."""
    if isinstance(values, Expression) or not isinstance(values, Iterable):
        raise GraphTypeError(
            f"{what}: expected a list of expressions, got {type(values).__name__}"
            f"{'; write [x]' if isinstance(values, Expression) else ''}"
        )
    return [expression_node(f"{what}[{i}]", x) for i, x in enumerate(values)]


def expression_node(what: str, value: Any) -> Node:
    """The node of an expression; raises for anything else."""
    if not isinstance(value, Expression):
        raise GraphTypeError(
            f"{what}: expected an expression, got {type(value).__name__}"
        )
    return value.node


def check_scalar(function: str, what: str, type: ArrayType) -> None:
    """Raise unless a value of `type` has a gradient: one real number."""
    if type.shape != ():
        raise ShapeError(
            f"{function}: {what} must be a scalar, but has shape "
            f"{show_shape(type.shape)}; sum it, or use vjp or pullback"
        )
    if type.is_complex:
        raise DTypeError(
            f"{function}: {what} must be real, but is {type.dtype}: a complex number "
            f"has no direction of ascent; take .real, np.abs(z) or np.abs(z) ** 2 of "
            f"it, or use vjp or pullback"
        )
    if not type.is_real:
        raise DTypeError(f"{function}: {what} must be real, but is {type.dtype}")


def check_variable(what: str, type: ArrayType, allow_int: bool) -> None:
    """Raise for a variable that is not of floats, unless that is allowed."""
    if not type.is_inexact and not allow_int:
        raise DTypeError(
            f"{what} has dtype {type.dtype}: a derivative needs floating-point "
            f"numbers; convert it, or say allow_int=True to get zeros"
        )


def differentiate(
    graph: Graph,
    of: str | None = None,
    wrt: str | Sequence[str] | None = None,
    *,
    kinks: str = "mean",
    allow_int: bool = False,
    stabilise: bool = True,
) -> Graph:
    """A new graph that also computes the gradient of one output.

    `of` names a scalar output (the only one, by default); `wrt` names inputs, or the
    prefix of several (``"params"``), by default every real one. The outputs are those
    of `graph`, and ``d_<input>`` for each input. Nodes that were there stay; those
    appended know which node they are the adjoint of (`Graph.role_of`).

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(x**2), gd.spec("n"))
    >>> dgraph = gd.differentiate(graph, wrt=["x"])
    >>> list(dgraph.outputs)
    ['output', 'd_x']
    """
    check_graph("differentiate", graph)
    check_kinks(kinks)
    check_flag("allow_int", allow_int)
    if check_flag("stabilise", stabilise):
        graph = stabilise_graph(graph)
    target_name = target_of(graph, of)
    target = graph.outputs[target_name]
    check_scalar("differentiate", f"the output {target_name!r}", target.type)
    names = select_inputs(graph, wrt)
    for name in names:
        check_variable(f"wrt: {name!r}", graph.inputs[name].type, allow_int)
    variables = [graph.inputs[name] for name in names]
    with building(graph.scope()) as scope:
        found = pull_back({target: ones(target.type)}, variables, kinks)
        outputs = dict(graph.outputs)
        given: dict[str, str] = {}
        taken = dict.fromkeys(outputs, 1)
        for name, x, g in zip(names, variables, found, strict=True):
            made = ascent(x, g)
            if g is None and made not in graph.ledger.names:
                scope.roles[made] = Role(x, "unused")
            given[name] = gradient_name(name, taken, graph)
            outputs[given[name]] = made
        signature = graph.signature
        if signature is not None:
            value = signature.result.unflatten({n: n for n in graph.outputs})
            gradient = signature.gradient(input_paths(graph, wrt, names), given)
            signature = signature.returning((value, gradient))
        return Graph(graph.inputs, outputs, signature=signature)


def gradient_name(name: str, taken: dict[str, int], graph: Graph) -> str:
    """``d_`` and the input's name, or the last part of its path, made unique."""
    return unique(f"d_{short_name(name, graph)}", taken)


def short_name(name: str, graph: Graph) -> str:
    """The name by which people know an input, or the last part of its path."""
    return graph.name_of(graph.inputs[name]) or name.rpartition(".")[2]


def input_paths(
    graph: Graph, wrt: str | Sequence[str] | None, names: list[str]
) -> list[str]:
    """The paths that `wrt` stands for: whole parameters by default, never aliases."""
    if wrt is None:
        return list(dict.fromkeys(name.partition(".")[0] for name in names))
    aliases = {graph.name_of(graph.inputs[n]): n for n in names if n.count(".")}
    paths = {prefix for name in names for prefix in _prefixes(name)}
    listed = [wrt] if isinstance(wrt, str) else wrt
    return [w if w in paths else aliases.get(w, w) for w in listed]


def _prefixes(name: str) -> Iterable[str]:
    """``p``, ``p.layers`` and ``p.layers.0`` of ``p.layers.0``."""
    return accumulate(name.split("."), "{}.{}".format)


def target_of(graph: Graph, of: str | None) -> str:
    """The name of the output that `of` names; None names the only one."""
    if of is None:
        if len(graph.outputs) != 1:
            raise GraphValueError(
                f"of: name one of the outputs "
                f"{', '.join(map(repr, graph.outputs)) or '(but there is none)'}"
            )
        return next(iter(graph.outputs))
    if not isinstance(of, str) or of not in graph.outputs:
        listing = ", ".join(map(repr, graph.outputs))
        raise GraphValueError(
            f"of: expected one of the outputs {listing}, got {shown(of)}"
        )
    return of


def select_inputs(graph: Graph, wrt: str | Sequence[str] | None) -> list[str]:
    """The names of the inputs that `wrt` names: itself, or the prefix of a path.

    The name of a variable that holds one will do as well, where it is no such path:
    after ``p = p[0]``, ``p`` still means the whole argument.
    """
    if wrt is None:
        return [n for n, x in graph.inputs.items() if x.type.is_inexact]
    known: defaultdict[str, list[str]] = defaultdict(list)
    for n in graph.inputs:
        for prefix in _prefixes(n):
            known[prefix].append(n)
    aliases: defaultdict[str, list[str]] = defaultdict(list)
    for n, x in graph.inputs.items():
        alias = graph.name_of(x)
        if alias is not None and alias not in known:
            aliases[alias].append(n)
    known |= aliases
    found: dict[str, None] = {}
    if not isinstance(wrt, Iterable):
        raise GraphTypeError(
            f"wrt: expected the name of an input, or several, got {shown(wrt)}"
        )
    for wanted in [wrt] if isinstance(wrt, str) else wrt:
        matches = known.get(wanted) if isinstance(wanted, str) else None
        if not matches:
            listing = ", ".join(map(repr, graph.inputs))
            raise GraphValueError(
                f"wrt: expected one of the inputs {listing}, got {shown(wanted)}"
            )
        found.update(dict.fromkeys(matches))
    return list(found)
