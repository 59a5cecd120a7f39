"""The graph that is written down: fewer arrays alive, the same numbers.

``x > 0`` becomes ``relu(x) > 0`` where that exists, so that x itself can go; if the
user has named x, the readable style leaves it alone. In the fast style
``g * (y * f(y))`` also becomes ``(g * y) * f(y)``, in which y can be overwritten by
f(y); the last bit of a product may differ by that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import MutableMapping
from typing import Any

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import LEAVES, Node, Scope, building, full_value
from graphdiff.ops.core import elementwise as ufuncs
from graphdiff.ops.core.elementwise import Elementwise


def prepared(graph: Graph, fast: bool) -> Graph:
    """`graph` with these changes, names and lines and roles as they were."""
    if not fast and not any(node.op is ufuncs.relu for node in graph.nodes):
        return graph
    scope = graph.scope()
    uses = Counter(arg for node in graph.nodes for arg in node.args)
    outputs = set(graph.outputs.values())
    free = {n for n in graph.nodes if uses[n] == 1 and n not in outputs}
    positive: dict[Node, Node] = {}
    done: dict[Node, Node] = {}
    for node in graph.nodes:
        made = _with_mask(scope, node, positive)
        if made is None and fast:
            made = _regrouped(scope, node, free, done)
        if made is None:
            args = tuple([done[arg] for arg in node.args])
            made = node if args == node.args else scope.make(node.op, args)
        done[node] = made
        if node.op is ufuncs.relu and (fast or graph.name_of(node.args[0]) is None):
            positive[node.args[0]] = made
        if made is not node:
            _keep_facts(scope, node, made)
    if all(made is node for node, made in done.items()):
        return graph
    with building(scope):
        found = {name: done[node] for name, node in graph.outputs.items()}
        return Graph(graph.inputs, found, signature=graph.signature)


def _with_mask(scope: Scope, node: Node, positive: dict[Node, Node]) -> Node | None:
    """``x > 0`` as ``relu(x) > 0``: the same truth for every x, NaN included."""
    if node.op is not ufuncs.greater or node.args[0] not in positive:
        return None
    if full_value(node.args[1]) != 0:
        return None
    return scope.make(node.op, (positive[node.args[0]], node.args[1]))


def _regrouped(
    scope: Scope, node: Node, free: set[Node], done: dict[Node, Node]
) -> Node | None:
    """``g * (y * f(y))`` as ``(g * y) * f(y)``, if the parts serve nothing else."""
    if node.op is not ufuncs.multiply or node.type.dtype.kind != "f":
        return None
    g, product = node.args
    if product.op is not ufuncs.multiply or product not in free:
        return None
    y, slope = product.args
    if isinstance(y.op, LEAVES) or slope not in free or y is slope:
        return None
    if not isinstance(slope.op, Elementwise) or not _is_of(slope, y):
        return None
    first = scope.make(ufuncs.multiply, (done[g], done[y]))
    _keep_facts(scope, node, first, name=False)
    return scope.make(ufuncs.multiply, (first, done[slope]))


def _is_of(slope: Node, y: Node) -> bool:
    """Whether `slope` is made of y and numbers."""
    found = [arg for arg in slope.args if full_value(arg) is None]
    return found == [y]


def _keep_facts(scope: Scope, old: Node, new: Node, name: bool = True) -> None:
    """Give `new` the name, the line and the role of `old`."""
    tables: tuple[MutableMapping[Node, Any], ...] = (scope.positions, scope.roles)
    for table in (scope.names, *tables) if name else tables:
        if old in table:
            table.setdefault(new, table[old])
