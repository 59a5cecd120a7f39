"""Section 6.5.7 of the book: the gradient graph of a network with one hidden layer.

    J = cross-entropy(relu(X W1) W2, y) + lambda (sum of W1^2 + sum of W2^2)

Two matrix products lead forward. Backward, with U1 = X W1, H = relu(U1), U2 = H W2,
and G the gradient of the cross-entropy in U2, the book finds

    gradient in W2:  H^T G  + 2 lambda W2
    G':              G W2^T, set to zero where U1 <= 0
    gradient in W1:  X^T G' + 2 lambda W1

which is three matrix products more. graphdiff finds the same, and nothing else.
"""

from itertools import pairwise

import numpy as np
from excerpt import function_of

import graphdiff as gd
from graphdiff.ops.core.linalg import MatMul


def with_relu(X, y, W1, W2, lam):
    U1 = X @ W1
    H = gd.nn.relu(U1)
    U2 = H @ W2
    J_mle = gd.nn.cross_entropy(U2, y)
    J = J_mle + lam * (np.sum(W1**2) + np.sum(W2**2))
    return J


def with_maximum(X, y, W1, W2, lam):
    """The same with NumPy's own maximum, whose slope at a tie is one half."""
    U1 = X @ W1
    H = np.maximum(U1, 0)
    U2 = H @ W2
    J_mle = gd.nn.cross_entropy(U2, y)
    J = J_mle + lam * (np.sum(W1**2) + np.sum(W2**2))
    return J


def with_tanh(inputs, labels, A, B, decay):
    """Other names, another activation: the same count."""
    hidden = np.tanh(inputs @ A)
    scores = hidden @ B
    return gd.nn.cross_entropy(scores, labels) + decay * (np.sum(A**2) + np.sum(B**2))


def three_layers(X, y, W1, W2, W3, lam):
    """One layer more: one product more forward, two more backward."""
    H1 = gd.nn.relu(X @ W1)
    H2 = gd.nn.relu(H1 @ W2)
    weights = np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2)
    return gd.nn.cross_entropy(H2 @ W3, y) + lam * weights


NETWORKS = {
    with_relu: (2, "W1", "W2"),
    with_maximum: (2, "W1", "W2"),
    with_tanh: (2, "A", "B"),
    three_layers: (3, "W1", "W2", "W3"),
}


def specs(depth):
    """Examples, labels, weights and lambda, with every size left open."""
    widths = ["inputs", *(f"hidden{i}" for i in range(1, depth)), "classes"]
    weights = [gd.spec(f"{m},{n}") for m, n in pairwise(widths)]
    return (
        gd.spec("batch,inputs"),
        gd.spec("batch", dtype=np.int64),
        *weights,
        gd.spec(""),
    )


def gradient_of(network):
    """Value and gradient of `network` in its weights."""
    _, *weights = NETWORKS[network]
    return gd.value_and_grad(network, wrt=weights)


def graph_of(network):
    return gradient_of(network).graph(*specs(NETWORKS[network][0]))


def module_of(network):
    return gradient_of(network).emit(
        *specs(NETWORKS[network][0]), name=f"{network.__name__}_and_grad"
    )


def products(graph):
    """How many matrix products the graph holds: forward, and back."""
    found = [graph.role_of(n) is None for n in graph if isinstance(n.op, MatMul)]
    return found.count(True), found.count(False)


def by_hand(X, y, W1, W2, lam):
    """The book's quantities: J, and its gradients in W1 and W2."""
    U1 = X @ W1
    H = np.maximum(U1, 0)
    U2 = H @ W2
    shifted = U2 - U2.max(axis=1, keepdims=True)
    P = np.exp(shifted)
    P /= P.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    J = -np.mean(np.log(P[rows, y])) + lam * (np.sum(W1**2) + np.sum(W2**2))
    G = P
    G[rows, y] -= 1
    G /= len(y)
    d_W2 = H.T @ G + 2 * lam * W2
    G_prime = np.where(U1 <= 0, 0, G @ W2.T)
    d_W1 = X.T @ G_prime + 2 * lam * W1
    return J, d_W1, d_W2


def start(rng, batch=16, inputs=12, hidden=8, classes=5):
    """Random examples, labels, weights, and lambda."""
    return (
        rng.normal(size=(batch, inputs)),
        rng.integers(classes, size=batch),
        rng.normal(size=(inputs, hidden)),
        rng.normal(size=(hidden, classes)),
        0.01,
    )


def main():
    print("The graph, forward part and gradient part:\n")
    print(graph_of(with_relu))
    print("\nThe module that graphdiff writes:\n")
    module = module_of(with_relu)
    print(function_of(module))
    print()
    values = start(np.random.default_rng(0))
    J, gradients = module.load()(*values)
    expected_J, *expected = by_hand(*values)
    print(f"J = {J:.12f}; by hand {expected_J:.12f}")
    for name, ours, book in zip(["W1", "W2"], gradients, expected, strict=True):
        difference = np.max(np.abs(ours - book))
        print(f"gradient in {name}: largest difference from the book {difference:.0e}")
    print("\nMatrix products          forward   back")
    for network in NETWORKS:
        forward, back = products(graph_of(network))
        print(f"{network.__name__:24} {forward:7}   {back:4}")


if __name__ == "__main__":
    main()
