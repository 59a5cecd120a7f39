"""What people know about the nodes of a graph, kept beside it and carried along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphdiff.errors import Position
from graphdiff.graph.node import Mark, Node, Role, Scope
from graphdiff.sizes.dims import Dim, strongest


@dataclass(frozen=True)
class Ledger:
    """What people know about nodes: names, source lines, and roles in a derivative.

    `needs` lists sizes that must be at least 0: those of the nodes, and of nodes that
    a pass has made superfluous. ``np.ones_like(x)[:2]`` is 2 ones only where x has 2.
    `marks` tells which regions, computed again for a derivative, a node stands in.
    """

    names: Mapping[Node, str] = field(default_factory=dict)
    positions: Mapping[Node, Position] = field(default_factory=dict)
    roles: Mapping[Node, Role] = field(default_factory=dict)
    needs: tuple[Dim, ...] = ()
    marks: Mapping[Node, Mark] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope, nodes: Sequence[Node]) -> Ledger:
        """What `scope` knows about `nodes`."""
        names, positions, roles, marks = (
            _known(table, nodes)
            for table in (scope.names, scope.positions, scope.roles, scope.marks)
        )
        _lead_back(roles, scope.roles, nodes)
        needs = dict(scope.needs)
        for node in nodes:
            if node.op.needs:
                needs.update(dict.fromkeys(node.op.needs))
        return cls(names, positions, roles, strongest(needs), marks)


def _known(table: Mapping[Node, Any], nodes: Iterable[Node]) -> dict[Node, Any]:
    """What the table says about these nodes."""
    return {node: table[node] for node in nodes if node in table} if table else {}


def lineage(node: Node, roles: Mapping[Node, Role]) -> Iterator[Node]:
    """`node`, what it is a derivative of, what that is one of, and so on: each once.

    Of equal computations, which are one node, one may be a derivative of the other,
    and a file can say anything: roles may lead round in a circle.
    """
    seen: set[Node] = set()
    while node not in seen:
        yield node
        seen.add(node)
        role = roles.get(node)
        if role is not None:
            node = role.of


def _lead_back(
    roles: dict[Node, Role], known: Mapping[Node, Role], nodes: Iterable[Node]
) -> None:
    """Let roles name nodes that are there, where those that they name are gone.

    The derivative of a derivative that a pass has made superfluous is still one of the
    forward node behind it.
    """
    if not roles:
        return
    inside = set(nodes)
    for node, role in roles.items():
        of = role.of
        if of not in inside and of in known:
            of = next(
                (n for n in lineage(of, known) if n in inside and n is not node), of
            )
            roles[node] = role._replace(of=of)
