"""Deep Learning, section 6.5.7: one hidden layer, cross-entropy and weight decay.

``J = mean(cross_entropy(relu(X W1) W2, y)) + decay (sum W1^2 + sum W2^2)`` with class
numbers ``y``; the gradient as the book derives it, five matrix products in all.
"""

import numpy as np


def cost(W1, W2, X, y, decay):
    U2 = np.maximum(X @ W1, 0) @ W2
    U2 = U2 - U2.max(axis=1, keepdims=True)
    log_p = U2 - np.log(np.exp(U2).sum(axis=1, keepdims=True))
    J_mle = -log_p[np.arange(len(y)), y].mean()
    return J_mle + decay * (np.sum(W1**2) + np.sum(W2**2))


def readable(W1, W2, X, y, decay):
    H = np.maximum(X @ W1, 0)
    U2 = H @ W2
    U2 -= U2.max(axis=1, keepdims=True)
    exps = np.exp(U2)
    sums = exps.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    J = (np.log(sums).sum() - U2[rows, y].sum()) / len(y)
    J += decay * (np.sum(W1**2) + np.sum(W2**2))

    G = exps / sums
    G[rows, y] -= 1
    G /= len(y)
    d_W2 = H.T @ G + 2 * decay * W2
    G1 = G @ W2.T * (H > 0)
    d_W1 = X.T @ G1 + 2 * decay * W1
    return J, (d_W1, d_W2)


def reusing(W1, W2, X, y, decay):
    H = X @ W1
    np.maximum(H, 0, out=H)
    G = H @ W2
    G -= G.max(axis=1, keepdims=True)
    rows = np.arange(len(y))
    picked = G[rows, y].sum()
    np.exp(G, out=G)
    sums = G.sum(axis=1, keepdims=True)
    J = (np.log(sums).sum() - picked) / len(y)
    J += decay * (np.vdot(W1, W1) + np.vdot(W2, W2))

    G /= sums
    G[rows, y] -= 1
    G /= len(y)
    d_W2 = W2 * (2 * decay)
    d_W2 += H.T @ G
    G1 = G @ W2.T
    G1 *= H > 0
    d_W1 = X.T @ G1
    # The decay term goes on in row blocks: a whole temporary would be fresh memory.
    step = 64
    for start in range(0, len(W1), step):
        block = slice(start, start + step)
        d_W1[block] += W1[block] * (2 * decay)
    return J, (d_W1, d_W2)


class Workspace:
    """Everything allocated once; the gradients are overwritten by the next call."""

    def __init__(self, inputs, hidden, outputs, batch, dtype=np.float64):
        self.H, self.G1 = (np.empty((batch, hidden), dtype) for _ in range(2))
        self.G = np.empty((batch, outputs), dtype)
        self.column = np.empty((batch, 1), dtype)
        self.mask = np.empty((batch, hidden), bool)
        self.rows = np.arange(batch)
        self.d_W1 = np.empty((inputs, hidden), dtype)
        self.d_W2 = np.empty((hidden, outputs), dtype)
        self.block = np.empty((min(64, inputs), hidden), dtype)

    def __call__(self, W1, W2, X, y, decay):
        H, G, G1, column = self.H, self.G, self.G1, self.column
        np.matmul(X, W1, out=H)
        np.maximum(H, 0, out=H)
        np.matmul(H, W2, out=G)
        G -= G.max(axis=1, keepdims=True, out=column)
        picked = G[self.rows, y].sum()
        np.exp(G, out=G)
        sums = G.sum(axis=1, keepdims=True, out=column)
        G /= sums
        J = (np.log(sums, out=sums).sum() - picked) / len(y)
        J += decay * (np.vdot(W1, W1) + np.vdot(W2, W2))

        G[self.rows, y] -= 1
        G /= len(y)
        d_W2 = np.matmul(H.T, G, out=self.d_W2)
        d_W2 += W2 * (2 * decay)
        np.matmul(G, W2.T, out=G1)
        G1 *= np.greater(H, 0, out=self.mask)
        d_W1 = np.matmul(X.T, G1, out=self.d_W1)
        step = len(self.block)
        for start in range(0, len(W1), step):
            rows = W1[start : start + step]
            term = np.multiply(rows, 2 * decay, out=self.block[: len(rows)])
            d_W1[start : start + step] += term
        return J, (d_W1, d_W2)
