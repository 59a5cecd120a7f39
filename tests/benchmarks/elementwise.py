"""A long elementwise chain, and calls on two numbers."""

from collections.abc import Callable, Iterator

import numpy as np

import graphdiff as gd
from tests.benchmarks import peers, programs
from tests.benchmarks.built import Built, agree
from tests.benchmarks.handwritten import chain as chain_by_hand
from tests.benchmarks.handwritten import rosenbrock as rosenbrock_by_hand
from tests.benchmarks.measure import interleaved
from tests.benchmarks.report import Benchmark, Bound

LENGTH = 1_000_000


def chain() -> Iterator[Callable[[], Benchmark]]:
    yield chain_benchmark


def chain_benchmark() -> Benchmark:
    x = np.random.default_rng(0).standard_normal(LENGTH)
    built = Built(programs.chain, [gd.spec("n")], 1)
    functions = {
        "readable NumPy by hand": chain_by_hand.readable,
        "blocks by hand": chain_by_hand.Blocks(),
        "emitted": built.emitted(),
        'emitted, style="fast"': built.emitted("fast"),
        "compiled": built.compiled(),
    }
    expected = chain_by_hand.readable(x)
    for function in functions.values():
        agree(expected, function(x))
    functions["its ufuncs on a block in cache"] = chain_by_hand.Floor(x)
    return Benchmark(
        f"chain: 20 elementwise operations on {LENGTH:,} doubles, value and gradient",
        {name: lambda f=f: f(x) for name, f in functions.items()}
        | peers.rivals(peers.chain, (x,), 1),
        (Bound("compiled", "its ufuncs on a block in cache", 1.15),),
    )


def rosenbrock() -> Iterator[Callable[[], Benchmark]]:
    numbers = (np.float64(-1.2), np.float64(0.7))
    yield lambda: on_numbers("two NumPy scalars", numbers)
    yield lambda: on_numbers("two Python floats", (-1.2, 0.7))
    yield on_a_pair
    yield lambda: OverheadOfGrad(numbers)


def on_numbers(what: str, args: tuple) -> Benchmark:
    built = Built(programs.rosenbrock, [gd.spec(""), gd.spec("")], 2)
    emitted, compiled = built.emitted(), built.compiled()
    for function in (emitted, compiled):
        agree(rosenbrock_by_hand.readable(*args), function(*args))
    return Benchmark(
        f"rosenbrock: {what}",
        {
            "readable NumPy by hand": lambda: rosenbrock_by_hand.readable(*args),
            "emitted": lambda: emitted(*args),
            "compiled": lambda: compiled(*args),
        }
        | peers.rivals(peers.rosenbrock, args, 2),
        (Bound("emitted", "readable NumPy by hand", 1),),
    )


def on_a_pair() -> Benchmark:
    p = np.array([-1.2, 0.7])
    emitted = Built(programs.rosenbrock_of_pair, [gd.spec("2")], 1).emitted()
    agree(rosenbrock_by_hand.readable_of_pair(p), emitted(p))
    return Benchmark(
        "rosenbrock: one array of two",
        {
            "readable NumPy by hand": lambda: rosenbrock_by_hand.readable_of_pair(p),
            "... through Python floats": lambda: rosenbrock_by_hand.through_floats(p),
            "emitted": lambda: emitted(p),
        },
        (Bound("emitted", "readable NumPy by hand", 1),),
    )


class OverheadOfGrad:
    """What ``gd.grad(f)(x, y)`` costs beyond the function that it has compiled."""

    limit = 5e-6

    def __init__(self, args: tuple):
        self.args = args
        self.grad = gd.grad(programs.rosenbrock, wrt=(0, 1))
        self.compiled = gd.compile(self.grad.graph(*args), backend="numpy")

    def run(self, seconds: float) -> int:
        """As a `Benchmark` runs, for a difference instead of a ratio."""
        rivals = {
            "grad": lambda: self.grad(*self.args),
            "compiled": lambda: self.compiled(*self.args),
        }
        times = interleaved(rivals, seconds)
        extra = times.best("grad") - times.best("compiled")
        mark = "ok  " if extra <= self.limit else "OVER"
        print("\nrosenbrock: gd.grad(f)(x, y) beyond the compiled function")
        print(f"  {mark} {extra * 1e6:.2f} us, at most {self.limit * 1e6:g} us")
        return int(extra > self.limit)
