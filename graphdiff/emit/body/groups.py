"""Adjoints in groups: each under the one forward statement that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphdiff.emit.store.statements import Statement
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.memory.again import RECOMPUTED
from graphdiff.memory.order import merge, stages

_LAST = 1 << 60


def place_of(
    graph: Graph, statement: Statement, places: Mapping[Node, int]
) -> int | None:
    """The place of the statement that this one is the adjoint of, if there is one.

    `places` tells for each node in which statement it is computed.
    """
    if statement.under is not None and statement.under in places:
        return places[statement.under]
    roles = graph.ledger.roles
    for node in reversed(statement.parts):
        role = roles.get(node)
        if role is not None and role.of.args and role.of in places:
            return places[role.of]
    return None


def elsewhere(
    graph: Graph, statement: Statement, statements: Mapping[Node, Statement]
) -> Statement | None:
    """The statement of another graph that this one is the adjoint of."""
    roles = graph.ledger.roles
    for node in reversed(statement.parts):
        role = roles.get(node)
        if role is not None and role.of in statements:
            return statements[role.of]
    return None


def in_groups(
    graph: Graph, statements: Sequence[Statement], places: Mapping[Node, int]
) -> list[int]:
    """An order of the statements in which what belongs together stands together.

    The forward part stays as it is. The adjoints follow the sweep, the last forward
    statement first; a statement comes early only because another one needs it. Those
    of a second derivative come after those of the first. What is computed again comes
    right before what reads it.
    """
    needs = _needs(statements)
    again = any(is_again(graph, statement) for statement in statements)
    stage = stages(graph) if again else {}
    keys: list[tuple[int, int]] = []
    roles = graph.ledger.roles
    for i, statement in enumerate(statements):
        role = roles.get(statement.node)
        if role is None and statement.parts:
            keys.append((0, i))
            continue
        order = 1 if role is None else stage.get(statement.node, role.order)
        place = place_of(graph, statement, places)
        if place is None:
            before = [keys[j] for j in needs[i] if keys[j][0]]
            keys.append(max(before, default=(order, -_LAST)))
        else:
            keys.append((order, -place))
    if again:
        _on_demand(graph, statements, needs, keys)
    return merge(needs, keys)


def is_again(graph: Graph, statement: Statement) -> bool:
    """Whether the statement computes what has been computed before."""
    role = graph.role_of(statement.node)
    return role is not None and role.rule == RECOMPUTED and bool(statement.parts)


def _on_demand(
    graph: Graph,
    statements: Sequence[Statement],
    needs: Sequence[Sequence[int]],
    keys: list[tuple[int, int]],
) -> None:
    """Let what is computed again come with the first statement that reads it."""
    asked: dict[int, tuple[int, int]] = {}
    for i in range(len(statements) - 1, -1, -1):
        if i in asked and is_again(graph, statements[i]):
            keys[i] = asked[i]
        for j in needs[i]:
            asked[j] = min(keys[i], asked.get(j, keys[i]))


def _needs(statements: Sequence[Statement]) -> list[list[int]]:
    """For each statement, the places of those before it that it reads.

    What stands inline in one statement may be stored by another.
    """
    owner = {part: i for i, s in enumerate(statements) for part in s.parts}
    owner.update({s.node: i for i, s in enumerate(statements) if s.parts})
    needs = []
    for i, statement in enumerate(statements):
        reads = [arg for part in statement.parts for arg in part.args]
        reads += statement.after if statement.parts else [statement.node]
        places = dict.fromkeys(owner[a] for a in reads if a in owner)
        needs.append([j for j in places if j < i])
    return needs
