"""A graph as one of networkx, whose algorithms then tell what leads where; and back."""

from __future__ import annotations

from typing import Any

from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.types import ArrayType, show_type
from graphdiff.rewrite.unfold import written_out
from graphdiff.save.entry import listed
from graphdiff.save.reader import WRONG, graph_of

_WHOLE = ("inputs", "outputs", "needs", "runs", "signature")
_ROW = ("op", "same", "with", "type", "data", "file")


def to_networkx(graph: Graph) -> Any:
    """`graph` as a ``networkx.MultiDiGraph``: an edge from each argument to its reader.

    Nodes are numbered so that each comes after those that it reads. Attributes of a
    node: ``label`` (what the op is called), ``type`` as text, ``shape`` (a tuple of
    ints and of named sizes as text) and ``dtype`` (None, both, for an op of several
    results), ``name`` and ``line`` (None if unknown), ``role`` (None for a forward
    node, else the number of the node through which it was pulled back, the rule, the
    convention, the order), ``mark`` (None, or the regions in which it is computed
    again: a number, a name, a level of each), and ``row``, the op and its parameters
    as files have them. An edge has its ``place``, from 0, among the arguments. What
    belongs to the whole is in ``network.graph``.

    >>> import networkx
    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(np.sin(x) * x), gd.spec("n"))
    >>> network = graph.to_networkx()
    >>> [network.nodes[k]["label"] for k in networkx.topological_sort(network)]
    ['x', 'sin', 'multiply', 'sum']
    >>> str(gd.from_networkx(network)) == str(graph)
    True

    What networkx knows then answers questions to a derivative: which forward values a
    gradient reads (`networkx.ancestors`), over which paths a value acts on the loss
    (`networkx.all_simple_edge_paths`, which tells the two of ``x * x`` apart), through
    which others every one of them leads (`networkx.immediate_dominators`), what must
    be computed one after another (`networkx.dag_longest_path`), whether two functions
    have the same gradient (`networkx.is_isomorphic`, on ``row`` and ``place``).

    >>> total = network.graph["outputs"]["output"]
    >>> above = networkx.immediate_dominators(network.reverse(), total)
    >>> {network.nodes[k]["label"]: network.nodes[above[k]]["label"] for k in range(3)}
    {'x': 'multiply', 'sin': 'multiply', 'multiply': 'sum'}
    """
    import networkx

    check_graph("to_networkx", graph)
    graph = written_out(graph)
    arrays: dict[str, Any] = {}
    entry, nodes = listed(graph, arrays)
    network = networkx.MultiDiGraph()
    network.graph.update({key: entry[key] for key in _WHOLE if key in entry})
    network.graph["arrays"] = arrays
    for k, (node, row) in enumerate(zip(nodes[()], entry["nodes"], strict=True)):
        type = node.type if isinstance(node.type, ArrayType) else None
        network.add_node(
            k,
            label=node.op.label,
            type=show_type(node.type),
            shape=None if type is None else tuple(map(_size, type.shape)),
            dtype=None if type is None else type.dtype.name,
            name=entry["names"].get(str(k)),
            line=entry["lines"].get(str(k)),
            role=entry["roles"].get(str(k)),
            mark=entry.get("marks", {}).get(str(k)),
            row={key: row[key] for key in _ROW if key in row},
        )
        for place, arg in enumerate(row.get("args", ())):
            network.add_edge(arg, k, place=place)
    return network


def from_networkx(network: Any) -> Graph:
    """The graph that `to_networkx` has made a network of, perhaps changed since.

    Raises `GraphValueError` if what the attributes say is no graph.
    """
    if not hasattr(network, "in_edges") or not isinstance(network.graph, dict):
        raise GraphTypeError(
            f"from_networkx: expected a networkx graph, got {type(network).__name__}"
        )
    try:
        facts = network.nodes
        number = {k: i for i, k in enumerate(sorted(facts))}
        entry = {key: value for key, value in network.graph.items() if key in _WHOLE}
        for what in ("inputs", "outputs"):
            entry[what] = {name: number[k] for name, k in entry[what].items()}
        entry["nodes"] = [
            {**facts[k]["row"], "args": [number[a] for a in _arguments(network, k)]}
            for k in number
        ]
        for what in ("name", "line", "role", "mark"):
            known = {str(i): facts[k][what] for k, i in number.items()}
            entry[f"{what}s"] = {i: v for i, v in known.items() if v is not None}
        roles = entry["roles"].items()
        entry["roles"] = {i: [_of(of, number), *rest] for i, (of, *rest) in roles}
        return graph_of(entry, network.graph.get("arrays", {}))
    except WRONG as error:
        raise GraphValueError(f"from_networkx: this is no graph: {error}") from None


def _of(place: Any, number: dict[Any, int]) -> Any:
    """The place of the node that a role speaks of, or a path to it."""
    if isinstance(place, list):
        return [number[place[0]], *place[1:]]
    return number[place]


def _arguments(network: Any, node: Any) -> list[Any]:
    """The arguments of a node, in order."""
    edges = network.in_edges(node, data="place")
    return [
        source for _, source in sorted((place, source) for source, _, place in edges)
    ]


def _size(size: Any) -> int | str:
    return size if isinstance(size, int) else str(size)
