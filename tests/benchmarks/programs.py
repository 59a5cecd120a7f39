"""The same problems as a user of graphdiff would write them: the cost, no gradient."""

import numpy as np

from graphdiff import nn


def sigmoid_network(W1, b1, W2, b2, X, Y):
    a1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
    a2 = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
    return np.sum((a2 - Y) ** 2) / X.shape[0]


def book(W1, W2, X, y, decay):
    H = nn.relu(X @ W1)
    U2 = H @ W2
    J_mle = np.mean(nn.cross_entropy(U2, y))
    return J_mle + decay * (np.sum(W1**2) + np.sum(W2**2))


def chain(x):
    for _ in range(5):
        x = np.tanh(0.9 * x + 0.2) ** 2
    return np.sum(x)


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def rosenbrock_of_pair(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
