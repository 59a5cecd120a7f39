"""The same problems as a user of graphdiff would write them: the cost, no gradient."""

import numpy as np

import graphdiff as gd
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


def relaxation(x0, rate, u):
    def step(x, v):
        x = x + 0.01 * (v - rate * x)
        return x, x

    _, xs = gd.scan(step, x0, u)
    return np.sum(xs**2)


def recurrent(W, U, h0, xs):
    def step(h, x):
        h = np.tanh(W @ h + U @ x)
        return h, h

    _, hs = gd.scan(step, h0, xs)
    return np.sum(hs**2)
