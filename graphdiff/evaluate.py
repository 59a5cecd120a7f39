"""Running a graph: each node in turn, each array dropped after its last use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphTypeError, GraphValueError, ShapeError
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Constant, Input, Node, Pick
from graphdiff.graph.types import ArrayType, each_type, show_shape
from graphdiff.memory.order import running_order
from graphdiff.rewrite.unfold import unfolded
from graphdiff.sizes.dims import (
    Dim,
    condition,
    is_nonnegative,
    names_in,
    solve_for,
)
from graphdiff.strict import masked_nodes


def evaluate(graph: Graph, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The outputs of `graph` for the given inputs, by interpreting node after node.

    `inputs` maps each input's name to an array, or each parameter to its nest of
    arrays. Lists and safe casts are converted. Raises `GraphValueError` for a name
    missing or unknown, `ShapeError` for a shape that does not fit, and `DTypeError`
    for a cast that loses.
    """
    check_graph("evaluate", graph)
    graph = unfolded(graph)
    given, sizes = bound(graph, inputs)
    table: dict[Node, Any] = dict(given)
    quiet = quiet_nodes(graph)
    order = running_order(graph)
    last = last_uses(graph, order)
    for node in order:
        if not isinstance(node.op, Input):
            if node in quiet:
                with np.errstate(all="ignore"):
                    table[node] = compute(node, table, sizes)
            else:
                table[node] = compute(node, table, sizes)
        for arg in last.get(node, ()):
            del table[arg]
    return _fresh(graph, table)


def node_values(graph: Graph, inputs: Mapping[str, Any]) -> dict[Node, Any]:
    """The value of every node of `graph`, whether it is an output or not.

    `inputs` are as for `evaluate`, with the same checks and errors. The result maps the
    graph's own nodes, in their order, to arrays (of an op of several results, to the
    tuple of them), all of which are kept, and which may share memory with each other
    and with the inputs: look, and do not write. NumPy's warnings are silent, since who
    looks at every value sees what they would say.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(np.exp(x)), gd.spec("n"))
    >>> [v.tolist() for v in node_values(graph, {"x": [0.0, 0.0]}).values()]
    [[0.0, 0.0], [1.0, 1.0], 2.0]
    """
    check_graph("node_values", graph)
    given, sizes = bound(graph, inputs)
    return dict(values_in_turn(graph, given, sizes))


def bound(
    graph: Graph, inputs: Mapping[str, Any]
) -> tuple[dict[Node, np.ndarray], dict[str, int]]:
    """The arrays of the input nodes, and the named sizes; checked as by `evaluate`."""
    values = bind_inputs(graph, inputs)
    sizes = bind_sizes(graph, values)
    check_sizes(graph.ledger.needs, sizes)
    check_types([node.type for node in graph.nodes], sizes)
    return {node: values[name] for name, node in graph.inputs.items()}, sizes


def values_in_turn(
    graph: Graph, given: Mapping[Node, Any], sizes: dict[str, int]
) -> Iterator[tuple[Node, Any]]:
    """Each node of `graph` with its value, in order, given the values of the inputs.

    `sizes` gains those that are known when a loop has run.
    """
    table: dict[Node, Any] = {}
    for node in graph.nodes:
        found = given.get(node)
        if found is None:
            with np.errstate(all="ignore"):
                found = compute(node, table, sizes)
        table[node] = found
        yield node, found


def compute(node: Node, table: Mapping[Node, Any], sizes: dict[str, int]) -> Any:
    """The value of one node, given those of its arguments.

    `sizes` gains the one that is known when the node has run, if there is such a size.
    """
    op = node.op
    if isinstance(op, Constant):
        return op.value
    op = op.bind(sizes) if sizes else op
    args = [table[arg] for arg in node.args]
    if isinstance(op, Pick):
        return args[0][op.index]
    types = [ArrayType(np.shape(a), np.asarray(a).dtype) for a in args]
    value = op.call(*types)(*args)
    if op.born:
        sizes[op.born] = op.count(value)
    return value


def last_uses(graph: Graph, order: Sequence[Node]) -> dict[Node, list[Node]]:
    """For each node, the arguments that nothing needs after it, in this order."""
    kept = set(graph.outputs.values())
    last: dict[Node, list[Node]] = {}
    for node in reversed(order):
        for arg in node.args:
            if arg not in kept:
                kept.add(arg)
                last.setdefault(node, []).append(arg)
    return last


def quiet_nodes(graph: Graph) -> set[Node]:
    """The nodes of a derivative whose NaN and infinities nobody will see.

    NumPy's warnings about them would be noise. A graph without derivatives warns as
    NumPy does.
    """
    if not graph.ledger.roles:
        return set()
    return masked_nodes(list(graph.nodes), set(graph.outputs.values()))


def _fresh(graph: Graph, table: Mapping[Node, Any]) -> dict[str, np.ndarray]:
    """The outputs as arrays that share memory with no input, and not with each other.

    A result that is an argument, or a view of one, would let the caller change both.
    """
    results: dict[str, np.ndarray] = {}
    given: set[Node] = set()
    for name, node in graph.outputs.items():
        array = np.asarray(table[node])
        own = array.base is None and array.flags.writeable
        if not own or node in given or isinstance(node.op, Input):
            array = array.copy()
        given.add(node)
        results[name] = array
    return results


def bind_inputs(graph: Graph, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays for all inputs, checked and converted."""
    given = flatten_inputs(graph, inputs)
    missing = [n for n in graph.inputs if n not in given]
    if missing:
        raise GraphValueError(f"inputs: missing {', '.join(map(repr, missing))}")
    unknown = [n for n in given if n not in graph.inputs]
    if unknown:
        listing = ", ".join(map(repr, graph.inputs))
        raise GraphValueError(f"inputs: {unknown[0]!r} is not one of {listing}")
    return {
        name: convert(name, given[name], node.type)
        for name, node in graph.inputs.items()
    }


def flatten_inputs(graph: Graph, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Spell out nested inputs by the paths of their leaves."""
    if not isinstance(inputs, Mapping):
        raise GraphTypeError(
            f"inputs: expected a dict from names to arrays, got {type(inputs).__name__}"
        )
    flat: dict[str, Any] = {}
    signature = graph.signature
    for name, value in inputs.items():
        tree = signature.parameters.get(name) if signature else None
        if name in graph.inputs or tree is None:
            flat[name] = value
        else:
            leaves = tree.flatten(name, value)
            flat.update(zip(tree.names, leaves, strict=True))
    return flat


def convert(name: str, value: Any, wanted: ArrayType) -> np.ndarray:
    """`value` as an array of the dtype wanted, if nothing is lost by that."""
    if isinstance(value, np.ma.MaskedArray):
        raise GraphTypeError(f"{name}: masked arrays are not supported")
    if type(value).__module__.startswith("graphdiff."):
        raise GraphTypeError(
            f"{name}: expected numbers, got the symbolic {type(value).__name__}; trace "
            f"the function itself, or use its form (gd.grad), which can be traced"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise GraphTypeError(f"{name}: not an array: {error}") from None
    if array.dtype == wanted.dtype:
        return array
    listed = isinstance(value, (list, tuple))
    weak = isinstance(value, (bool, int, float, complex)) or array.size == 0
    python = listed and array.dtype.kind in "iufc"
    kinds = "biufc"
    if array.dtype.kind in kinds and (
        np.can_cast(array.dtype, wanted.dtype, "safe")
        or (
            (weak or python)
            and wanted.is_inexact
            and np.can_cast(array.dtype, wanted.dtype, "same_kind")
        )
        or (listed and array.size == 0)
        or (
            array.dtype.kind in "iu"
            and wanted.dtype.kind in "iu"
            and bool(np.all(array.astype(wanted.dtype) == array))
        )
    ):
        return array.astype(wanted.dtype)
    raise DTypeError(
        f"{name}: expected {wanted.dtype}, got {array.dtype}, which would not survive "
        f"the conversion"
    )


def bind_sizes(graph: Graph, values: Mapping[str, np.ndarray]) -> dict[str, int]:
    """The sizes behind the names of the graph's dimensions."""
    sizes: dict[str, int] = {}
    pending = dict(graph.inputs)
    while pending:
        before = len(pending), len(sizes)
        for name, node in list(pending.items()):
            declared, actual = node.type.shape, values[name].shape
            if len(declared) != len(actual):
                raise ShapeError(
                    f"{name}: expected shape {show_shape(declared)}, got "
                    f"{show_shape(actual)}"
                )
            try:
                left = solve_for(declared, actual, sizes)
            except ValueError as error:
                raise ShapeError(f"{name}: {error}") from None
            if not left:
                del pending[name]
        if (len(pending), len(sizes)) == before:
            listing = ", ".join(map(repr, pending))
            raise ShapeError(f"the named sizes of {listing} cannot be worked out")
    return sizes


def check_sizes(needs: Iterable[Dim], sizes: Mapping[str, int]) -> None:
    """Raise `ShapeError` unless each of `needs` is at least 0, for these sizes.

    ``x[:2]`` is taken to have 2 entries, which holds from n = 2 on.
    """
    for size in needs:
        if size.evaluate(sizes) < 0:
            given = " and ".join(f"{name} = {sizes[name]}" for name in names_in([size]))
            raise ShapeError(f"expected {condition(size)}, where {given}")


def check_types(types: Iterable[ArrayType], sizes: Mapping[str, int]) -> None:
    """Raise `ShapeError` if an axis of one of the types would have a negative size."""
    if sizes:
        single = (t for type in types for t in each_type(type))
        found = {n for type in single for n in type.shape if isinstance(n, Dim)}
        given = [n for n in found if n.names <= sizes.keys()]
        check_sizes((n for n in given if not is_nonnegative(n)), sizes)
