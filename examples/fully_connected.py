"""A fully connected network with a regulariser: algorithms 6.3 and 6.4 of the book.

Algorithm 6.3, forward:                Algorithm 6.4, backward:
    h_0 = x                                g = gradient of L in y_hat
    for k = 1, ..., l:                     for k = l, ..., 1:
        a_k = b_k + W_k h_(k-1)                g = g * f'(a_k)
        h_k = f(a_k)                           gradient in b_k = g + lambda dOmega/db_k
    y_hat = h_l                                gradient in W_k = g h_(k-1)^T
    J = L(y_hat, y) + lambda Omega                               + lambda dOmega/dW_k
                                               g = W_k^T g

Both are written out by hand here, in plain loops. graphdiff is given the first alone,
and writes the second.
"""

from itertools import pairwise

import numpy as np
from excerpt import function_of

import graphdiff as gd


def cost(parameters, x, y, lam):
    """Algorithm 6.3 in NumPy: f is tanh, L the squared error, Omega sums squares."""
    h = x
    for W, b in parameters:
        a = b + W @ h
        h = np.tanh(a)
    J = np.sum((h - y) ** 2)
    for W, b in parameters:
        J = J + lam * (np.sum(W**2) + np.sum(b**2))
    return J


def forward_by_hand(parameters, x, y, lam):
    """Algorithm 6.3, number by number: J, and every h."""
    h = [list(x)]
    omega = 0.0
    for W, b in parameters:
        a = [
            b[i] + sum(W[i][j] * h[-1][j] for j in range(len(h[-1])))
            for i in range(len(b))
        ]
        h.append([np.tanh(z) for z in a])
        omega += sum(w**2 for row in W for w in row) + sum(z**2 for z in b)
    loss = sum((h[-1][i] - y[i]) ** 2 for i in range(len(y)))
    return loss + lam * omega, h


def backward_by_hand(parameters, x, y, lam):
    """Algorithm 6.4, number by number: J, and its gradient layer by layer."""
    J, h = forward_by_hand(parameters, x, y, lam)
    g = [2 * (h[-1][i] - y[i]) for i in range(len(y))]
    gradients = []
    for k in range(len(parameters), 0, -1):
        W, b = parameters[k - 1]
        g = [g[i] * (1 - h[k][i] ** 2) for i in range(len(b))]
        d_b = [g[i] + lam * 2 * b[i] for i in range(len(b))]
        d_W = [
            [g[i] * h[k - 1][j] + lam * 2 * W[i][j] for j in range(len(h[k - 1]))]
            for i in range(len(b))
        ]
        gradients.insert(0, (d_W, d_b))
        g = [sum(W[i][j] * g[i] for i in range(len(b))) for j in range(len(h[k - 1]))]
    return J, gradients


def written(depth):
    """The module that graphdiff writes for this many layers, of any sizes."""
    parameters = [
        (gd.spec(f"n{k},n{k - 1}"), gd.spec(f"n{k}")) for k in range(1, depth + 1)
    ]
    specs = parameters, gd.spec("n0"), gd.spec(f"n{depth}"), gd.spec("")
    return gd.value_and_grad(cost).emit(*specs, name="cost_and_grad")


def start(sizes, seed=0):
    """Random parameters for layers of these sizes, an input, a target, and lambda."""
    rng = np.random.default_rng(seed)
    parameters = [
        (rng.normal(size=(m, n)), rng.normal(size=m)) for n, m in pairwise(sizes)
    ]
    return parameters, rng.normal(size=sizes[0]), rng.normal(size=sizes[-1]), 0.01


def largest_difference(sizes):
    """How far the written gradient is from the one by hand, anywhere."""
    values = start(sizes)
    J, gradients = written(len(sizes) - 1).load()(*values)
    J_by_hand, by_hand = backward_by_hand(*values)
    differences = [abs(J - J_by_hand)]
    for layer, layer_by_hand in zip(gradients, by_hand, strict=True):
        for array, lists in zip(layer, layer_by_hand, strict=True):
            differences.append(np.max(np.abs(array - np.array(lists))))
    return max(differences)


def main():
    print("Forward and backward pass of two layers, as graphdiff writes them:\n")
    print(function_of(written(2)))
    print()
    for sizes in [(3, 2), (5, 4, 3), (20, 15, 10, 5), (6, 5, 1, 5, 6)]:
        print(
            f"layers of {'-'.join(map(str, sizes))}: largest difference from the loops "
            f"by hand {largest_difference(sizes):.0e}"
        )


if __name__ == "__main__":
    main()
