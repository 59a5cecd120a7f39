"""Linearization: the derivative at a point, as a function of the step alone.

The graph of value and tangent is cut between what depends on the tangent and what does
not. All of the latter is computed once; what the linear part reads of it, its
residuals, stands in the linear function as arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphdiff.compile import compile as compile_graph
from graphdiff.derivative.kinks import check_kinks
from graphdiff.derivative.products import jvp_of_graph, stable, tangents_of
from graphdiff.errors import GraphTypeError, GraphValueError, check_flag
from graphdiff.expression.expression import Expression, as_node
from graphdiff.functions.linear import join, match
from graphdiff.graph.graph import Graph, Tree
from graphdiff.graph.nest import leaves_of, unflatten
from graphdiff.graph.node import (
    LEAVES,
    Input,
    Made,
    Node,
    building,
    current_scope,
    make,
)
from graphdiff.ops.core.axes import Reshape, Spread, Transpose, spread_node
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.rewrite import simplify
from graphdiff.trace.fresh import Fresh, substitute
from graphdiff.trace.trace import bind, name_of, trace
from graphdiff.words import unique


class LinearMap:
    """The derivative at a point: ``(*tangents) -> tangent``, nested as the primals.

    `graph` is its graph: inputs are the tangents, then the `residuals`, arrays known
    by name. It is linear in the tangents, and costs no more than its own operations.
    """

    def __init__(
        self,
        name: str,
        graph: Graph,
        residuals: Mapping[str, Any],
        primals: Tree,
        result: Tree,
        inputs: Mapping[str, str],
        backend: str,
    ) -> None:
        """Take the parts; `inputs` maps leaves of the primals to names of tangents."""
        self.__name__ = name
        self.graph = graph
        self.residuals = residuals
        self._primals = primals
        self._result = result
        self._inputs = inputs
        self._compiled: Callable[..., Any] = compile_graph(graph, backend=backend)

    def __repr__(self) -> str:
        """Name the function."""
        return f"<linear map {self.__name__}>"

    def __call__(self, *tangents: Any) -> Any:
        """The image of the tangents, one for each primal."""
        named = {leaf: self.graph.inputs[own] for leaf, own in self._inputs.items()}
        parts, _ = match("tangents", self._primals, named, tangents)
        values = [value for value, _ in parts.values()]
        given = dict(zip(self._inputs.values(), values, strict=True))
        found = named_results(self.graph, self._compiled(**given, **self.residuals))
        images = dict(zip(self._result.names, found.values(), strict=True))
        return self._result.unflatten(images)

    def emit(self, **options: Any) -> Any:
        """The source: a function of the tangents and the residuals; see `gd.emit`."""
        from graphdiff.emit import emit

        return emit(self.graph, **{"name": self.__name__, **options})

    def show(self) -> str:
        """The listing of the graph."""
        return str(self.graph)


def linearize(
    fn: Callable[..., Any] | Graph,
    *primals: Any,
    of: str | None = None,
    wrt: str | Sequence[str] | None = None,
    backend: str = "numpy",
    kinks: str = "mean",
    stabilise: bool = True,
) -> Any:
    """The value of `fn` at the primals, and its derivative there as a linear function.

    ``value, push = linearize(fn, *primals)``; then ``push(*tangents)``, with one
    tangent for each primal, nested and shaped as it, is the tangent of the value. The
    value is computed once; each call costs the linear part alone. Inside of a trace
    both are made of expressions. Of a graph, two graphs: one gives the outputs and
    the residuals, the other takes inputs ``tangent_x`` and the residuals, and gives
    ``d_y`` (`of` and `wrt` as for `jacobian`).

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> value, push = gd.linearize(np.sin, 0.0)
    >>> float(value), float(push(2.0))
    (0.0, 2.0)
    """
    check_kinks(kinks)
    check_flag("stabilise", stabilise)
    if isinstance(fn, Graph):
        if primals:
            raise GraphTypeError("linearize: a graph is linearized without primals")
        graph = stable(fn, stabilise)
        return cut(jvp_of_graph(graph, of, wrt, kinks, apart=True), graph)
    if of is not None or wrt is not None:
        raise GraphValueError("linearize: of= and wrt= name parts of a graph")
    if not callable(fn):
        raise GraphTypeError(
            f"fn: expected a function or a graph, got {type(fn).__name__}"
        )
    leaves = leaves_of(primals)[0]
    if current_scope().watcher or any(isinstance(v, Expression) for v in leaves):
        return _inline(fn, primals, kinks)
    return _at_point(fn, primals, kinks, stabilise, backend)


def _at_point(
    fn: Callable[..., Any], primals: Any, kinks: str, stabilise: bool, backend: str
) -> Any:
    """The value by its own graph, which also gives the residuals."""
    graph = stable(trace(fn, *primals), stabilise)
    signature = graph.signature
    assert signature is not None
    reals = [n for n, x in graph.inputs.items() if x.type.is_inexact]
    pushed = jvp_of_graph(graph, None, reals, kinks, apart=True)
    values, linear = cut(pushed, graph)
    argument = join(primals, signature.parameters)
    found = _run(values, argument.flatten("primals", primals), backend)
    residuals = {name: found[name] for name in values.outputs if name in linear.inputs}
    tangents = [name for name in linear.inputs if name not in residuals]
    of = dict(zip(reals, tangents, strict=True))
    moving = tuple(n if n in of else None for n in argument.leaves)
    tree = Tree(argument.spec, moving)
    made = LinearMap(
        f"{name_of(fn)}_linear", linear, residuals, tree, signature.result, of, backend
    )
    return signature.result.unflatten(found), made


def _run(graph: Graph, values: Sequence[Any], backend: str) -> dict[str, Any]:
    """The outputs by name."""
    return named_results(graph, compile_graph(graph, backend=backend)(*values))


def named_results(graph: Graph, found: Any) -> dict[str, Any]:
    """What a compiled graph of names returns, by name: a lone array stands alone."""
    names = [*graph.outputs]
    return dict(zip(names, found if len(names) > 1 else [found], strict=True))


def _inline(fn: Callable[..., Any], primals: Any, kinks: str) -> Any:
    """The value as expressions, and a function that appends the tangent."""
    bound = bind(fn, tuple(primals), {})
    fresh = Fresh(bound.arguments)
    bound.arguments.update(fresh.values)
    values, spec = leaves_of(fn(*bound.args, **bound.kwargs))
    outputs = [as_node(v) for v in values]
    argument = join(primals, fresh.trees)
    reals = {n: x for n, x in fresh.inputs.items() if x.type.is_inexact}
    tree = Tree(
        argument.spec, tuple(n if n in reals else None for n in argument.leaves)
    )

    def push(*tangents: Any) -> Any:
        """The image of the tangents, one for each primal."""
        parts, _ = match("tangents", tree, reals, tangents)
        seeds = [
            spread_node(cast_node(as_node(leaf), type.dtype), type.shape)
            for leaf, type in parts.values()
        ]
        along = dict(zip(reals.values(), seeds, strict=True))
        images = fresh.put_back(tangents_of(outputs, along, kinks))
        return unflatten(spec, [*map(Expression, images)])

    given = fresh.put_back(outputs)
    return unflatten(spec, [*map(Expression, given)]), push


# --- the cut --------------------------------------------------------------------------
_ANYWHERE = (*LEAVES, Made)
_VIEWS = (Reshape, Spread, Transpose)


def cut(graph: Graph, primals: Graph) -> tuple[Graph, Graph]:
    """The part that depends on the primals alone, and the linear part.

    `graph` has inputs and outputs beside those of `primals`, the tangents and their
    images. What stands between the parts is an output of the first, by name, and an
    input of the second, after the tangents.
    """
    graph = simplify(graph)
    tangents = {n: x for n, x in graph.inputs.items() if n not in primals.inputs}
    inputs = {n: x for n, x in graph.inputs.items() if n in primals.inputs}
    images = {n: y for n, y in graph.outputs.items() if n not in primals.outputs}
    values = {n: y for n, y in graph.outputs.items() if n in primals.outputs}
    residuals = _between(graph, set(tangents.values()), tangents)
    with building(graph.scope()):
        places = {
            node: make(Input(name, node.type)) for name, node in residuals.items()
        }
        linear = dict(zip(images, substitute([*images.values()], places), strict=True))
        given = dict(zip(residuals, places.values(), strict=True))
        return (
            Graph(inputs, {**values, **residuals}),
            Graph({**tangents, **given}, linear),
        )


def _between(
    graph: Graph, moving: set[Node], taken: Mapping[str, Node]
) -> dict[str, Node]:
    """What the nodes that depend on the tangents read of all others, by name."""
    used = dict.fromkeys((*taken, *graph.outputs), 1)
    found: dict[Node, str] = {}
    for node in graph.nodes:
        if moving.isdisjoint(node.args):
            continue
        moving.add(node)
        for arg in map(_base, node.args):
            if arg in moving or arg in found:
                continue
            if isinstance(arg.op, Input) or not isinstance(arg.op, _ANYWHERE):
                own = arg.op.label if isinstance(arg.op, Input) else "residual"
                name = graph.name_of(arg) or own.rpartition(".")[2]
                found[arg] = unique(name, used)
    return {name: node for node, name in found.items()}


def _base(node: Node) -> Node:
    """What `node` is a view of: to look at it anew costs nothing."""
    while isinstance(node.op, _VIEWS):
        (node,) = node.args
    return node
