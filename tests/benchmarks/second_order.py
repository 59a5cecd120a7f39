"""Hessians beside gradients, hand-written Hessians beside emitted ones, Taylor mode."""

from collections.abc import Callable, Iterator

import numpy as np

import graphdiff as gd
from tests.benchmarks.built import agree
from tests.benchmarks.report import Benchmark, Bound

N = 100


def hessians() -> Iterator[Callable[[], Benchmark]]:
    """The Hessian of a function of n numbers costs at most n + 4 gradients."""
    for name in PROGRAMS:
        yield lambda n=name: hessian(n)
    yield by_hand
    yield high_order


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def outer_products(x):
    return np.sum(np.tanh(np.outer(x, x)))


def regression(x):
    z = FEATURES @ x
    return np.sum(np.logaddexp(0, z) - LABELS * z)


def network(x):
    return np.sum(np.tanh(WEIGHTS @ np.tanh(2 * x)) ** 2)


def mixture(x):
    return np.log(np.sum(np.exp(FEATURES @ x / 20)))


_RNG = np.random.default_rng(0)
FEATURES = _RNG.standard_normal((300, N))
LABELS = (_RNG.random(300) > 0.5) * 1.0
WEIGHTS = _RNG.standard_normal((64, N))
POINT = 0.3 * _RNG.standard_normal(N)

PROGRAMS: dict[str, Callable] = {
    "rosenbrock": rosenbrock,
    "outer products": outer_products,
    "logistic regression": regression,
    "network": network,
    "log of a sum of exponentials": mixture,
}


def hessian(name: str) -> Benchmark:
    program = PROGRAMS[name]
    gradient = gd.grad(program).emit(POINT, style="fast").load()
    second = gd.hessian(program).emit(POINT, style="fast").load()
    agree(second(POINT), gd.jacobian(gd.grad(program), mode="reverse")(POINT))
    return Benchmark(
        f"hessian: {name}, {N} numbers",
        {"gradient": lambda: gradient(POINT), "hessian": lambda: second(POINT)},
        (Bound("hessian", "gradient", N + 4),),
    )


def by_hand() -> Benchmark:
    """The Hessian of logistic regression, as anyone would write it."""
    second = gd.hessian(regression).emit(POINT, style="fast").load()

    def hand():
        p = 1 / (1 + np.exp(-(FEATURES @ POINT)))
        return (FEATURES.T * (p * (1 - p))) @ FEATURES

    agree(second(POINT), hand())
    return Benchmark(
        f"hessian: logistic regression, {N} numbers, by hand",
        {"by hand": hand, "emitted": lambda: second(POINT)},
        (Bound("emitted", "by hand", 2),),
    )


def high_order() -> Benchmark:
    """Order 10 costs at most four times order 5: the square of the order."""

    def curve(t):
        return np.exp(np.sin(t) * t) / (1 + t**2)

    t = np.linspace(0, 1, 10_000)
    rivals = {}
    for order in (5, 10):
        module = gd.derivative(curve, order).emit(gd.spec("n"), style="fast").load()
        rivals[f"order {order}"] = lambda f=module: f(t)
    return Benchmark(
        "taylor: derivatives of exp(t sin t) / (1 + t**2) at 10,000 points",
        rivals,
        (Bound("order 10", "order 5", 4.5),),
    )
