"""What the page tells about rewriting: in the words of the graph that it shows."""

import numpy as np

import graphdiff as gd
from graphdiff.show.drawing import drawing
from graphdiff.show.page.data import page_data


def loss(W, X, y):
    H = np.tanh(X @ W)
    return 0.5 * np.sum((H - y) ** 2)


def test_passes_before_and_after_keep_the_users_names():
    made = gd.value_and_grad(loss)
    graph = made.graph(gd.spec("n,h"), gd.spec("b,n"), gd.spec("b,h"))
    passes = page_data(drawing(graph), None, None)["passes"]
    lines = [line for made in passes for _, line in made["change"]]
    assert any("d_H" in line for line in lines)
    assert not any("tanh_minus_y" in line for line in lines)
