"""Other tools on the same problems, where they are installed: columns, never bounds."""

import contextlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

Rivals = dict[str, Callable[[], Any]]


def sigmoid_network(np):
    def cost(W1, b1, W2, b2, X, Y):
        a1 = 1 / (1 + np.exp(-(np.dot(X, W1) + b1)))
        a2 = 1 / (1 + np.exp(-(np.dot(a1, W2) + b2)))
        return np.sum((a2 - Y) ** 2) / len(X)

    return cost


def book(np):
    def cost(W1, W2, X, y, decay):
        U2 = np.dot(np.maximum(np.dot(X, W1), 0), W2)
        U2 = U2 - np.max(U2, axis=1, keepdims=True)
        log_p = U2 - np.log(np.sum(np.exp(U2), axis=1, keepdims=True))
        J_mle = -np.mean(log_p[np.arange(len(y)), y])
        return J_mle + decay * (np.sum(W1**2) + np.sum(W2**2))

    return cost


def chain(np):
    def cost(x):
        for _ in range(5):
            x = np.tanh(0.9 * x + 0.2) ** 2
        return np.sum(x)

    return cost


def rosenbrock(np):
    def cost(x, y):
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    return cost


def rivals(problem: Callable, args: tuple, n: int) -> Rivals:
    """Value and gradient in the first `n` arguments by each peer at hand."""
    found: Rivals = {}
    wrt = tuple(range(n))
    if find_spec("autograd"):
        import autograd
        import autograd.numpy

        cost = problem(autograd.numpy)
        if n == 1:
            both = autograd.value_and_grad(cost)
            found["autograd"] = lambda: both(*args)
        else:
            packed = autograd.value_and_grad(lambda w, *rest: cost(*w, *rest))
            found["autograd"] = lambda: packed(args[:n], *args[n:])
    if find_spec("jax"):
        with contextlib.suppress(ImportError):
            found["jax.jit"] = jax_rival(problem, args, wrt)
    return found


def jax_rival(problem: Callable, args: tuple, wrt: tuple[int, ...]) -> Callable:
    """Compiled once; every call takes NumPy arrays and waits for NumPy arrays."""
    import jax
    import numpy as np

    jax.config.update("jax_enable_x64", True)
    both = jax.jit(jax.value_and_grad(problem(jax.numpy), argnums=wrt))
    return lambda: jax.tree.map(np.asarray, both(*args))
