"""The classic network for digits: two sigmoid layers and the quadratic cost.

``C``, the mean over examples of ``|a2 - Y|^2`` for ``a1 = sigmoid(X W1 + b1)`` and
``a2 = sigmoid(a1 W2 + b2)``; its gradient by the four equations of backpropagation.
X: (batch, inputs), Y: (batch, 10).
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cost(W1, b1, W2, b2, X, Y):
    a1 = sigmoid(X @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    return np.sum((a2 - Y) ** 2) / len(X)


def readable(W1, b1, W2, b2, X, Y):
    a1 = sigmoid(X @ W1 + b1)
    a2 = sigmoid(a1 @ W2 + b2)
    error = a2 - Y
    C = np.sum(error**2) / len(X)

    delta2 = 2 / len(X) * error * a2 * (1 - a2)
    delta1 = delta2 @ W2.T * a1 * (1 - a1)
    return C, (X.T @ delta1, delta1.sum(axis=0), a1.T @ delta2, delta2.sum(axis=0))


def sigmoid_in_place(z):
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    return np.divide(1, z, out=z)


def reusing(W1, b1, W2, b2, X, Y):
    a1 = X @ W1
    a1 += b1
    sigmoid_in_place(a1)
    a2 = a1 @ W2
    a2 += b2
    sigmoid_in_place(a2)

    delta2 = a2 - Y
    C = np.vdot(delta2, delta2) / len(X)
    delta2 *= 2 / len(X)
    delta2 *= a2
    np.subtract(1, a2, out=a2)
    delta2 *= a2
    d_W2 = a1.T @ delta2

    delta1 = delta2 @ W2.T
    delta1 *= a1
    np.subtract(1, a1, out=a1)
    delta1 *= a1
    return C, (X.T @ delta1, delta1.sum(axis=0), d_W2, delta2.sum(axis=0))


class Workspace:
    """Everything allocated once; the gradients are overwritten by the next call."""

    def __init__(self, inputs, hidden, outputs, batch, dtype=np.float64):
        self.a1, self.delta1 = (np.empty((batch, hidden), dtype) for _ in range(2))
        self.a2, self.delta2 = (np.empty((batch, outputs), dtype) for _ in range(2))
        self.ones = np.ones(batch, dtype)
        self.d_W1 = np.empty((inputs, hidden), dtype)
        self.d_b1 = np.empty(hidden, dtype)
        self.d_W2 = np.empty((hidden, outputs), dtype)
        self.d_b2 = np.empty(outputs, dtype)

    def __call__(self, W1, b1, W2, b2, X, Y):
        a1, a2, delta1, delta2 = self.a1, self.a2, self.delta1, self.delta2
        np.matmul(X, W1, out=a1)
        a1 += b1
        sigmoid_in_place(a1)
        np.matmul(a1, W2, out=a2)
        a2 += b2
        sigmoid_in_place(a2)

        np.subtract(a2, Y, out=delta2)
        C = np.vdot(delta2, delta2) / len(X)
        delta2 *= 2 / len(X)
        delta2 *= a2
        np.subtract(1, a2, out=a2)
        delta2 *= a2
        np.matmul(a1.T, delta2, out=self.d_W2)
        np.matmul(self.ones, delta2, out=self.d_b2)

        np.matmul(delta2, W2.T, out=delta1)
        delta1 *= a1
        np.subtract(1, a1, out=a1)
        delta1 *= a1
        np.matmul(X.T, delta1, out=self.d_W1)
        np.matmul(self.ones, delta1, out=self.d_b1)
        return C, (self.d_W1, self.d_b1, self.d_W2, self.d_b2)
