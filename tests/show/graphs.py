"""The book's figures and a network of two layers, as graphs."""

import numpy as np

import graphdiff as gd


def layer(X, W, b):
    U1 = X @ W
    U2 = U1 + b
    H = gd.nn.relu(U2)
    return H


def chain(w):
    x = np.tanh(w)
    y = np.tanh(x)
    z = np.tanh(y)
    return z


def book(X, W1, W2, y, lam):
    U1 = X @ W1
    H = gd.nn.relu(U1)
    U2 = H @ W2
    J_MLE = gd.nn.cross_entropy(U2, y)
    u = np.sum(W1**2) + np.sum(W2**2)
    J = J_MLE + lam * u
    return J


def network(params, X, Y):
    for W, b in params["layers"]:
        z = X @ W + b
        X = gd.nn.sigmoid(z)
    return np.mean((X - Y) ** 2)


def figure_6_8():
    return gd.trace(layer, gd.spec("n,d"), gd.spec("d,h"), gd.spec("h"))


def figure_6_10():
    return gd.simplify(gd.differentiate(gd.trace(chain, gd.spec(""))))


def figure_6_11():
    shapes = "n,784", "784,256", "256,10"
    labels = gd.spec("n", dtype=np.int64)
    graph = gd.trace(book, *map(gd.spec, shapes), labels, gd.spec(""))
    return gd.simplify(gd.differentiate(graph, wrt=["W1", "W2"]))


def two_layers():
    layers = [(gd.spec("784,h"), gd.spec("h")), (gd.spec("h,10"), gd.spec("10"))]
    graph = gd.trace(
        network, {"layers": layers}, gd.spec("batch,784"), gd.spec("batch,10")
    )
    return gd.simplify(gd.differentiate(graph, wrt="params"))


HOSTILE = (
    '"]; x [label=<b>',
    "lambda",
    "a\nb</b>&amp;\x00",
    "np",
    "\N{CJK UNIFIED IDEOGRAPH-65E5} x",
    "*/ // # -->",
    "__import__('os').system('false')",
)


def hostile():
    """A derivative in which every name is an attack on some notation."""
    variables = {name: gd.var(name, "n") for name in HOSTILE}
    total = sum(variables.values())
    z = gd.named(np.tanh(total), "z\n}")
    graph = gd.Graph(variables, {"out\n--": np.sum(z)})
    return gd.differentiate(graph)
