"""Small programs with loops and branches that the tests of emission write as modules.

Each with arguments for which every branch of interest is taken.
"""

from typing import Any, NamedTuple

import numpy as np

import graphdiff as gd


def recurrent(W, U, h0, xs):
    def step(h, x):
        h = np.tanh(W @ h + U @ x)
        return h, h

    h, hs = gd.scan(step, h0, xs)
    return np.sum(hs**2) + np.sum(h)


def newton(a):
    def step(i, x):
        return x - (x * x - a) / (2 * x)

    root = gd.fori_loop(0, 20, step, a)
    return root


def until_converged(a):
    def test(x):
        return np.abs(x * x - a) > 1e-10

    def step(x):
        x = x - (x * x - a) / (2 * x)
        return x

    root = gd.while_loop(test, step, a)
    return root


def choice(x, y):
    total = np.sum(x)

    def above(x, y):
        return np.sin(x) * y

    def below(x, y):
        return np.sqrt(-total) * x

    r = gd.cond(total > 0, above, below, x, y)
    return np.sum(r**2)


def rows_of_steps(A, x):
    def row(x, a):
        def entry(x, scale):
            x = x + scale * np.cos(x)
            return x, None

        x, _ = gd.scan(entry, x, a)
        return x, np.sum(x)

    x, sums = gd.scan(row, x, A)
    return np.sum(x) + np.sum(sums**2)


def shifted(x0):
    def step(i, pair):
        a, b = pair
        return b, a + b * i

    a, b = gd.fori_loop(0, 7, step, (x0, 1.0))
    return a * b


def mapped(X, w):
    def score(x):
        return np.tanh(x @ w)

    scores = gd.map(score, X)
    return np.sum(scores**2)


def branch_in_loop(x0, xs):
    def step(x, u):
        x = gd.cond(x > 1, lambda x, u: x - u, lambda x, u: x * x + u, x, u)
        return x, x

    x, path = gd.scan(step, x0, xs)
    return x + np.sum(path)


def backwards(xs):
    def step(total, x):
        total = 0.5 * total + x
        return total, total

    _, discounted = gd.scan(step, 0.0, xs, reverse=True)
    return np.sum(discounted**2)


class Program(NamedTuple):
    """A function, specs of its arguments, and arguments."""

    function: Any
    specs: tuple[Any, ...]
    arguments: tuple[Any, ...]

    def graph(self, gradient=True, simplify=True):
        graph = gd.trace(self.function, *self.specs)
        if gradient:
            graph = gd.differentiate(gd.stabilise(graph))
        return gd.simplify(graph) if simplify else graph


def numbers(*shape):
    count = np.arange(int(np.prod(shape)))
    return np.sin(count**2 + 0.5 * count + len(shape)).reshape(shape)


s = gd.spec
PROGRAMS = {
    program.function.__name__: program
    for program in (
        Program(
            recurrent,
            (s("n,n"), s("n,m"), s("n"), s("steps,m")),
            (numbers(3, 3), numbers(3, 2), numbers(3), numbers(5, 2)),
        ),
        Program(newton, (s(""),), (2.0,)),
        Program(until_converged, (s(""),), (2.0,)),
        Program(choice, (s("n"), s("n")), (numbers(4), numbers(4))),
        Program(rows_of_steps, (s("m,k"), s("n")), (numbers(3, 4), numbers(2))),
        Program(shifted, (s(""),), (0.3,)),
        Program(mapped, (s("m,n"), s("n")), (numbers(4, 3), numbers(3))),
        Program(branch_in_loop, (s(""), s("n")), (0.9, numbers(6))),
        Program(backwards, (s("n"),), (numbers(6),)),
    )
}
