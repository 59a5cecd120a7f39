"""What a graph knows of its nodes once passes have made some superfluous."""

import numpy as np

import graphdiff as gd
from graphdiff.graph.ledger import lineage


def roots(graph):
    """The forward nodes that the derivatives in a graph are ones of, and the rest."""
    roles = graph.ledger.roles
    found = [list(lineage(node, roles))[-1] for node in graph if node in roles]
    return [n for n in found if n in set(graph)], [
        n for n in found if n not in set(graph)
    ]


def test_second_derivatives_belong_to_nodes_that_are_there():
    def rosenbrock(x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    known, lost = roots(gd.hessian(rosenbrock).graph(gd.spec("n")))
    assert len(known) > 2 * len(lost)


def test_a_jacobian_by_forward_mode_says_where_its_parts_belong():
    def f(x, k):
        points = x.reshape(4, 3)[k]
        along = points / np.linalg.norm(points, axis=1)[:, None]
        return (along * np.sin(points)).reshape(-1)

    graph = gd.jacobian(f, mode="forward").graph(
        gd.spec("12"), gd.spec("m", dtype=np.int64)
    )
    known, lost = roots(graph)
    assert len(known) > 2 * len(lost)


def test_a_role_is_never_that_of_the_node_itself():
    graph = gd.hessian(lambda x: np.sum(np.exp(x) * x)).graph(gd.spec("n"))
    assert all(role.of is not node for node, role in graph.ledger.roles.items())
