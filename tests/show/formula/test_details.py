"""Details of formulas in which a reader would stumble."""

from typing import Any

import numpy as np

import graphdiff as gd


def unicode_of(graph: gd.Graph) -> str:
    """The formulas of a graph on lines."""
    return graph.to_unicode()


def test_no_sum_runs_over_a_single_term() -> None:
    """The product of a column and a row, as in the derivative of a.T inv(A) b."""
    form = gd.grad(lambda A, a, b: a @ np.linalg.inv(A) @ b)
    text = unicode_of(form.graph(gd.spec("n,n"), gd.spec("n"), gd.spec("n")))
    assert "∑" not in text
    x, y = gd.var("x", "n,1,2"), gd.var("y", "1,m,2")
    one = gd.Graph({"x": x, "y": y}, {"z": np.einsum("iab,ajb->ijb", x, y)})
    assert "∑" not in unicode_of(one)
    two = gd.Graph({"x": x, "y": y}, {"z": np.einsum("iab,ajb->ij", x, y)})
    assert "∑ₖ" in unicode_of(two)


def test_numbers_in_an_index_are_added_up() -> None:
    """The adjoint of a rod that cools: what is put at 1:-1 is read from there again."""

    def heat(u: Any) -> Any:
        u = u.copy()
        u[1:-1] += 0.25 * (u[2:] - 2 * u[1:-1] + u[:-2])
        return np.sum(u**2)

    text = unicode_of(gd.grad(heat).graph(gd.spec("n")))
    assert "ᵢ₋₂ [i ≥ 2]" in text
    assert "₋₁₊₁" not in text


def test_a_root_of_a_product_stands_in_brackets() -> None:
    x = gd.var("x", "")
    graph = gd.Graph({"x": x}, {"y": np.exp(-x * x / 2) / np.sqrt(2 * np.pi)})
    assert "√2 π" not in unicode_of(graph)
