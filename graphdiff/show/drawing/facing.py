"""Which adjoint faces which value: the gradient of the loss with respect to it.

A node's role says by which rule it was made, which is the rule of a *reader* of the
value: ``d_y``, the gradient with respect to y, is made by the rule of what reads y. So
the value is found by name where it has one (``d_y`` is what differentiation calls it,
and an input's gradient is an output), and else from both sides: the adjoint of v has
its type, was made by the rule of a reader of v, and is read by what the rule of v made.
Of a value that is read more than once it must be a sum, or it is but a share.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.ops.core.elementwise import add
from graphdiff.show.drawing.write import Written


def partners(
    graph: Graph, written: Written, shown: Mapping[Node, int]
) -> dict[Node, int]:
    """The box that each adjoint faces, where one is known.

    A value is faced once by a derivative of each order.
    """
    found: dict[Node, int] = {}
    faced: set[tuple[Node, int]] = set()
    for pairs in (_by_name(graph, written), _from_both_sides(graph, written)):
        for adjoint, value in pairs:
            order = _order(graph, adjoint)
            if adjoint not in found and (value, order) not in faced:
                found[adjoint] = shown[value]
                faced.add((value, order))
    return found


def _order(graph: Graph, node: Node) -> int:
    role = graph.role_of(node)
    return role.order if role is not None else 0


def _by_name(graph: Graph, written: Written) -> Iterator[tuple[Node, Node]]:
    """Adjoints and values by what they are called; the first of a name is meant."""
    values: dict[str, Node] = {}
    for node in written.boxes:
        for name in _names(node, written):
            values.setdefault(name, node)
            values.setdefault(name.rpartition(".")[2], node)
    for node in written.boxes:
        for name in _names(node, written):
            word = name.removeprefix("d_")
            value = values.get(word) or values.get(re.sub(r"_\d+$", "", word))
            value = value if name.startswith("d_") else None
            if value is not None and _order(graph, value) < _order(graph, node):
                yield node, value


def _names(node: Node, written: Written) -> Iterator[str]:
    name = written.name(node)
    if name is not None:
        yield name
    yield from written.outputs.get(node, ())


def _from_both_sides(graph: Graph, written: Written) -> Iterator[tuple[Node, Node]]:
    """Adjoints and values that both rules agree on: the reader's and the value's."""
    roles = graph.ledger.roles
    reads = Counter(
        a for n in graph.nodes if n not in roles for a in dict.fromkeys(n.args)
    )
    for node, role in graph.ledger.roles.items():
        value = role.of
        if value not in written.boxes:
            continue
        for adjoint in node.args:
            made = graph.role_of(adjoint)
            if (
                made is not None
                and made.of is not value
                and value in made.of.args
                and adjoint in written.boxes
                and adjoint.type == value.type
                and _order(graph, value) < made.order
                and (reads[value] <= 1 or adjoint.op is add)
            ):
                yield adjoint, value
