"""A number that relaxes towards an input, and a recurrent network of tanh."""

import numpy as np


def relaxation(x0, rate, u):
    xs = np.empty(len(u))
    x = x0
    for t in range(len(u)):
        x = x + 0.01 * (u[t] - rate * x)
        xs[t] = x
    return np.sum(xs**2)


def relaxation_readable(x0, rate, u):
    n = len(u)
    before, xs = np.empty(n), np.empty(n)
    x = x0
    for t in range(n):
        before[t] = x
        x = x + 0.01 * (u[t] - rate * x)
        xs[t] = x
    d_xs = 2 * xs
    d_x, d_rate = np.float64(0), np.float64(0)
    d_u = np.empty(n)
    for t in reversed(range(n)):
        d_x += d_xs[t]
        d_step = 0.01 * d_x
        d_u[t] = d_step
        d_rate -= d_step * before[t]
        d_x -= d_step * rate
    return np.sum(xs**2), (d_x, d_rate, d_u)


def network(W, U, h0, xs):
    hs = np.empty((len(xs), len(h0)))
    h = h0
    for t in range(len(xs)):
        h = np.tanh(W @ h + U @ xs[t])
        hs[t] = h
    return np.sum(hs**2)


def network_readable(W, U, h0, xs):
    """The sums over steps are products of the tapes, after the loop."""
    n = len(xs)
    hs = np.empty((n + 1, len(h0)))
    hs[0] = h0
    for t in range(n):
        hs[t + 1] = np.tanh(W @ hs[t] + U @ xs[t])
    d_z = 1 - hs[1:] ** 2
    d_h = np.zeros(len(h0))
    for t in reversed(range(n)):
        d_z[t] *= d_h + 2 * hs[t + 1]
        d_h = W.T @ d_z[t]
    return np.sum(hs[1:] ** 2), (d_z.T @ hs[:-1], d_z.T @ xs, d_h, d_z @ U)


def network_in_the_loop(W, U, h0, xs):
    """The sums over steps grow in the loop."""
    n = len(xs)
    before, hs = np.empty((n, len(h0))), np.empty((n, len(h0)))
    h = h0
    for t in range(n):
        before[t] = h
        h = np.tanh(W @ h + U @ xs[t])
        hs[t] = h
    d_h, d_xs = np.zeros(len(h0)), np.empty(xs.shape)
    d_W, d_U = np.zeros(W.shape), np.zeros(U.shape)
    for t in reversed(range(n)):
        d_z = (d_h + 2 * hs[t]) * (1 - hs[t] ** 2)
        d_W += np.outer(d_z, before[t])
        d_U += np.outer(d_z, xs[t])
        d_xs[t] = U.T @ d_z
        d_h = W.T @ d_z
    return np.sum(hs**2), (d_W, d_U, d_h, d_xs)
