"""Derivatives times vectors: nothing as large as a matrix is made.

On nodes, and in the form that takes a graph: with one input more for each vector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphdiff.derivative.differentiate import (
    ascent,
    check_scalar,
    check_variable,
    ones,
    select_inputs,
    target_of,
    zeros,
)
from graphdiff.derivative.push import push_forward
from graphdiff.derivative.sweep import along, collect, pull_back
from graphdiff.errors import GraphValueError, shown
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Input, Node, Role, building, make
from graphdiff.rewrite import stabilise as stabilise_graph
from graphdiff.words import unique

Nodes = Mapping[str, Node]


def hessian_products(
    y: Node, xs: Sequence[Node], vectors: Sequence[Node], kinks: str = "mean"
) -> list[Node]:
    """The change of the gradient of scalar `y` by `xs` along the vectors."""
    found = pull_back({y: ones(y.type)}, xs, kinks)
    slopes = [ascent(x, g) for x, g in zip(xs, found, strict=True)]
    return tangents_of(slopes, dict(zip(xs, vectors, strict=True)), kinks)


def tangents_of(
    ys: Sequence[Node],
    tangents: Mapping[Node, Node],
    kinks: str = "mean",
    apart: bool = False,
) -> list[Node]:
    """The tangents of `ys`; zeros where nothing arrives. See `push_forward`."""
    images = push_forward(ys, tangents, kinks, apart)
    return [
        zeros(y.type) if image is None else image
        for y, image in zip(ys, images, strict=True)
    ]


def cotangents_of(
    ys: Sequence[Node], xs: Sequence[Node], seeds: Sequence[Node], kinks: str = "mean"
) -> list[Node]:
    """The cotangents of `xs`; zeros where nothing arrives."""
    found = pull_back(collect(ys, seeds), xs, kinks, inside=along(seeds))
    return [
        zeros(x.type) if share is None else share
        for x, share in zip(xs, found, strict=True)
    ]


# --- graphs ---------------------------------------------------------------------------
def jvp_of_graph(
    graph: Graph,
    of: str | None,
    wrt: Sequence[str] | str | None,
    kinks: str = "mean",
    apart: bool = False,
) -> Graph:
    """`graph` with inputs ``tangent_x``, and outputs ``d_y``: their images.

    With `apart` no node makes values and images at once.
    """
    check_graph("jvp", graph)
    ys, xs = outputs_of(graph, of), _inputs_of(graph, wrt)
    vectors = _vectors("tangent", graph, xs)
    with building(graph.scope()):
        tangents = dict(zip(xs.values(), vectors.values(), strict=True))
        images = tangents_of([*ys.values()], tangents, kinks, apart)
        return _with_images(graph, vectors, "d", dict(zip(ys, images, strict=True)))


def vjp_of_graph(
    graph: Graph, of: str | None, wrt: Sequence[str] | str | None, kinks: str = "mean"
) -> Graph:
    """`graph` with inputs ``cotangent_y``, and outputs ``d_x``: their images."""
    check_graph("vjp", graph)
    ys, xs = outputs_of(graph, of), _inputs_of(graph, wrt)
    vectors = _vectors("cotangent", graph, ys)
    with building(graph.scope()):
        targets, seeds = [*ys.values()], [*vectors.values()]
        images = cotangents_of(targets, [*xs.values()], seeds, kinks)
        return _with_images(graph, vectors, "d", dict(zip(xs, images, strict=True)))


def hvp_of_graph(
    graph: Graph, of: str | None, wrt: Sequence[str] | str | None, kinks: str = "mean"
) -> Graph:
    """`graph` with inputs ``vector_x``, and outputs ``hvp_x``: the Hessian times it."""
    check_graph("hvp", graph)
    name = target_of(graph, of)
    check_scalar("hvp", f"the output {name!r}", graph.outputs[name].type)
    xs = _inputs_of(graph, wrt)
    vectors = _vectors("vector", graph, xs)
    with building(graph.scope()):
        y, seeds = graph.outputs[name], [*vectors.values()]
        images = hessian_products(y, [*xs.values()], seeds, kinks)
        return _with_images(graph, vectors, "hvp", dict(zip(xs, images, strict=True)))


def stable(graph: Graph, stabilise: bool) -> Graph:
    """`graph` made stable, if that is wanted and it is a graph."""
    return stabilise_graph(graph) if stabilise and isinstance(graph, Graph) else graph


def outputs_of(graph: Graph, of: str | None) -> dict[str, Node]:
    """The outputs to differentiate: the one that `of` names, or all."""
    if of is None:
        return dict(graph.outputs)
    if not isinstance(of, str) or of not in graph.outputs:
        listing = ", ".join(map(repr, graph.outputs))
        raise GraphValueError(
            f"of: expected one of the outputs {listing}, got {shown(of)}"
        )
    return {of: graph.outputs[of]}


def _inputs_of(graph: Graph, wrt: Sequence[str] | str | None) -> dict[str, Node]:
    names = select_inputs(graph, wrt)
    for name in names:
        check_variable(f"wrt: {name!r}", graph.inputs[name].type, False)
    return {name: graph.inputs[name] for name in names}


def _vectors(kind: str, graph: Graph, like: Nodes) -> dict[str, Node]:
    """An input of the type of each of these nodes."""
    used = dict.fromkeys(graph.inputs, 1)
    found = {}
    for name, node in like.items():
        own = unique(f"{kind}_{name.rpartition('.')[2]}", used)
        found[own] = make(Input(own, node.type))
    return found


def _with_images(graph: Graph, vectors: Nodes, stem: str, images: Nodes) -> Graph:
    """The graph that computes the images too, a function of names alone."""
    scope = graph.scope()
    outputs = dict(graph.outputs)
    used = dict.fromkeys(outputs, 1)
    for name, image in images.items():
        if not image.args:
            scope.roles.setdefault(image, Role(image, "unused"))
        outputs[unique(f"{stem}_{name.rpartition('.')[2]}", used)] = image
    return Graph({**graph.inputs, **vectors}, outputs)
