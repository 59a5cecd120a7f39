"""Graphs whose adjoints belong to each other: a file can say so."""

import json
from pathlib import Path

import numpy as np
import pytest

import graphdiff as gd

VIEWS = ("to_text", "to_latex", "to_unicode", "to_dot", "to_svg", "to_html")
CIRCLES = ({"1": 1}, {"1": 2, "2": 1}, {"1": 2, "2": 4, "4": 1})


@pytest.mark.parametrize("circle", CIRCLES, ids=len)
def test_every_view_comes_to_an_end(circle: dict[str, int], tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    gd.grad(lambda x: np.sum(np.exp(np.sin(x)))).graph(gd.spec("3")).save(path)
    entry = json.loads(path.read_text())
    entry["roles"] |= {place: [of, "sin", "", 1] for place, of in circle.items()}
    entry["lines"] = {}
    path.write_text(json.dumps(entry))
    graph = gd.load(path)
    for view in VIEWS:
        assert getattr(graph, view)()
    assert gd.jacobian(graph, mode="forward")


def test_a_value_that_serves_a_derivative_too_is_no_adjoint_of_itself() -> None:
    """The derivative of singular values computes them again, with their vectors."""
    x = gd.var("x", "3,3")
    (slope,) = gd.gradients(np.sum(np.linalg.svd(x, compute_uv=False) ** 2), [x])
    (second,) = gd.gradients(np.sum(slope**2), [x])
    graph = gd.simplify(gd.Graph({"x": x}, {"second": second}))
    for node, role in graph.ledger.roles.items():
        assert role.of is not node
