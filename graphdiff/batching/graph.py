"""Batching as a pass over graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphdiff.batching.axes import batched_outputs, common_size, moved
from graphdiff.errors import GraphTypeError, GraphValueError, shown
from graphdiff.expression.spec import spec
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Input, Node, building, make
from graphdiff.graph.types import ArrayType, Size
from graphdiff.rewrite.masks import protect


def batch(
    graph: Graph,
    mapped: str | Sequence[str] | None = None,
    size: int | str | Size = "batch",
) -> Graph:
    """A new graph that computes what `graph` does for every example of a batch.

    `mapped` names the inputs, or prefixes of several (``"params"``), that differ from
    example to example; by default all do. They get an axis of `size` in front, and so
    does every output; what depends on none of them is computed once.
    Names, source lines and roles stay. Raises `GraphValueError` for an input that is
    not there and `UnsupportedError` for an op that has no rule.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda w, x: np.tanh(w @ x), gd.spec("3,n"), gd.spec("n"))
    >>> many = gd.batch(graph, ["x"])
    >>> [str(node.type) for node in many.inputs.values()]
    ['float64[3, n]', 'float64[batch, n]']
    >>> [str(node.type) for node in many.outputs.values()]
    ['float64[batch, 3]']
    """
    check_graph("batch", graph)
    names = _select(graph, mapped)
    number = _size(size)
    stacked = {
        name: ArrayType((number, *node.type.shape), node.type.dtype)
        for name, node in graph.inputs.items()
        if name in names
    }
    axes = dict.fromkeys(graph.outputs, 0)
    return batched_graph(graph, stacked, dict.fromkeys(stacked, 0), axes)


def batched_graph(
    graph: Graph,
    stacked: Mapping[str, ArrayType],
    in_axes: Mapping[str, int],
    out_axes: Mapping[str, int | None],
) -> Graph:
    """`graph` with inputs of other types, which hold the batch along an axis each.

    A branch that an example has not taken is as silent as it was: it is computed, of
    safe operands.
    """
    found = [(name, type, in_axes[name]) for name, type in stacked.items()]
    size = common_size("mapped", found)
    with building(graph.scope()) as scope:
        inputs = dict(graph.inputs)
        places: dict[Node, Node] = {}
        for name, type, axis in found:
            old, new = inputs[name], make(Input(name, type))
            inputs[name] = new
            places[old] = moved(new, axis, 0)
            if old in scope.names:
                scope.names[new] = scope.names[old]
        outputs = batched_outputs(graph.outputs, out_axes, places, size)
        made = Graph(inputs, outputs, signature=graph.signature)
    branches = any(node.op.bodies() for node in graph.nodes)
    return protect(made) if branches else made


def _size(size: int | str | Size) -> Size:
    """The size of the batch: an int, or a named size."""
    try:
        (number,) = spec([size]).type.shape
    except ValueError:
        raise GraphValueError(
            f"size: expected an int or the name of a size, got {shown(size)}"
        ) from None
    return number


def _select(graph: Graph, mapped: str | Sequence[str] | None) -> set[str]:
    """The names of the inputs that `mapped` names."""
    if mapped is None:
        return set(graph.inputs)
    listed = [mapped] if isinstance(mapped, str) else mapped
    if not isinstance(listed, Sequence):
        raise GraphTypeError(
            f"mapped: expected the name of an input, or several, got {shown(mapped)}"
        )
    chosen: set[str] = set()
    for wanted in listed:
        inside = {
            name
            for name in graph.inputs
            if name == wanted or name.startswith(f"{wanted}.")
        }
        if not inside:
            known = ", ".join(map(repr, graph.inputs))
            raise GraphValueError(
                f"mapped: expected one of the inputs {known}, got {shown(wanted)}"
            )
        chosen |= inside
    return chosen
