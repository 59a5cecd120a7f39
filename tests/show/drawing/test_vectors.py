"""Products with vectors are drawn as people write them."""

from typing import Any

import numpy as np

import graphdiff as gd
from graphdiff.show.drawing import drawing


def boxes(graph: gd.Graph) -> dict[str, str]:
    """The operations in the boxes of a picture, each with its type."""
    return {box.operation: box.type for box in drawing(graph).boxes}


def test_no_reshape_stands_beside_a_product_with_a_vector() -> None:
    def loss(w: Any, X: Any, y: Any) -> Any:
        return np.sum((X @ w - y) ** 2)

    form = gd.value_and_grad(loss)
    found = boxes(form.graph(gd.spec("d"), gd.spec("n,d"), gd.spec("n")))
    assert found["X @ w"] == "float64[n]"
    assert found["X.T @ (2 * (X @ w - y))"] == "float64[d]"
    assert not any("reshape" in text or "ravel" in text for text in found)


def test_a_column_times_a_row_is_an_outer_product() -> None:
    def loss(W: Any, x: Any) -> Any:
        return np.sum(np.tanh(W @ x))

    found = boxes(gd.grad(loss).graph(gd.spec("m,n"), gd.spec("n")))
    assert found["outer(1 - tanh(W @ x) * tanh(W @ x), x)"] == "float64[m, n]"


def test_other_reshapes_stay() -> None:
    found = boxes(gd.trace(lambda x: x.reshape(2, 3) @ x.reshape(3, 2), gd.spec("6")))
    assert found == {
        "": "float64[6]",
        "x.reshape(2, 3) @ x.reshape(3, 2)": "float64[2, 2]",
    }
