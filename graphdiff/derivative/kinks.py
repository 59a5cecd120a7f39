"""Where a derivative jumps: the conventions, and where a graph has used one.

One principle decides every slope that the mathematics leaves open. Where both
one-sided derivatives are finite, ``kinks="mean"`` takes their mean: 0 for abs, one half
for each of two tied arguments of maximum, minimum and clip (which is
``minimum(maximum(x, low), high)``), equal shares for the ties of max and min. Among
tied arguments ``"right"`` gives all to the first and ``"left"`` all to the last, and
for abs and relu they take the one-sided derivative; ``"zero"`` gives nothing. The named
relu has slope 0 at 0 (except ``"right"``). Norms, hypot, standard deviations and
arctan2 have slope 0 at the origin, whatever `kinks` says; where a one-sided derivative
is infinite, as that of sqrt at 0, it is infinite here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from graphdiff.errors import GraphValueError, Position
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node

CONVENTIONS = ("mean", "right", "left", "zero")


def check_kinks(kinks: str) -> str:
    """Return `kinks` if it names a convention; raise `GraphValueError` otherwise."""
    if not isinstance(kinks, str) or kinks not in CONVENTIONS:
        raise GraphValueError(
            f"kinks: expected one of {', '.join(CONVENTIONS)}, got {kinks!r}"
        )
    return kinks


class Kink(NamedTuple):
    """A node of which the derivative follows a convention somewhere."""

    node: Node
    name: str
    op: str
    position: Position | None
    convention: str

    def __str__(self) -> str:
        """One line for people: the name, the op, the user's line, the convention."""
        what = self.op if self.name == self.op else f"{self.name} ({self.op})"
        line = "" if self.position is None else f", {self.position}"
        return f"{what}{line}: {self.convention}"


def kinks(graph: Graph) -> tuple[Kink, ...]:
    """The nodes of a derivative graph whose slope a convention decides somewhere.

    Each is listed once, in the order of the graph; a graph without derivatives has
    none. Whether the convention matters at a given input, `check_gradients` tells.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(np.abs(x)), gd.spec("n"))
    >>> [kink.convention for kink in gd.differentiate(graph).kinks()]
    ['jumps at 0: mean']
    """
    graphs = _with_bodies(graph)
    found: dict[Node, str] = {}
    for part in graphs:
        for role in part.ledger.roles.values():
            if role.convention:
                found.setdefault(role.of, role.convention)
    nodes = dict.fromkeys(node for part in graphs for node in part.nodes)
    place = {node: i for i, node in enumerate(nodes)}
    ordered = sorted(found, key=lambda node: place.get(node, len(place)))
    names = _first([part.ledger.names for part in graphs])
    positions = _first([part.ledger.positions for part in graphs])
    return tuple(
        Kink(
            node,
            names.get(node, node.op.label),
            node.op.label,
            positions.get(node),
            found[node],
        )
        for node in ordered
    )


def _with_bodies(graph: Graph) -> list[Graph]:
    """`graph`, the bodies of its loops and branches, and those in them."""
    found = [graph]
    for part in found:
        found += [body for node in part.nodes for body in node.op.bodies()]
    return found


def _first(tables: Sequence[Mapping[Node, Any]]) -> dict[Node, Any]:
    """What the first table that knows a node says of it."""
    return {node: fact for table in reversed(tables) for node, fact in table.items()}
