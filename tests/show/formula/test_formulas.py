"""Formulas of graphs, read and compared with what textbooks have."""

import numpy as np

import graphdiff as gd


def unicode_of(function, *specs, wrt=0):
    graph = gd.value_and_grad(function, wrt=wrt).graph(*map(gd.spec, specs))
    return graph.to_unicode()


def test_a_layer():
    def J(X, W1, b1, y):
        H = np.tanh(X @ W1 + b1)
        return 0.5 * np.sum((H - y) ** 2)

    found = unicode_of(J, "n,d", "d,h", "h", "n,h", wrt=("W1", "b1"))
    assert found.splitlines() == [
        "H = tanh(X W₁ + 𝟏 b₁ᵀ)",
        "J = ½ ‖H − y‖_F²",
        "",
        "G = (H − y) ⊙ (1 − H^⊙2)",
        "∂J/∂W₁ = Xᵀ G",
        "∂J/∂b₁ = Gᵀ 𝟏",
    ]


def test_least_squares():
    def J(X, y, w):
        r = X @ w - y
        return 0.5 * np.sum(r**2)

    found = unicode_of(J, "n,d", "n", "d", wrt="w")
    assert found.splitlines() == ["r = X w − y", "J = ½ ‖r‖²", "", "∂J/∂w = Xᵀ r"]
