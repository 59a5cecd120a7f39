"""Loops that stay loops: a scan of numbers, a recurrent network, and building them."""

from collections.abc import Callable, Iterator

import numpy as np

import graphdiff as gd
from tests.benchmarks import programs
from tests.benchmarks.built import Built, agree
from tests.benchmarks.handwritten import recurrences as by_hand
from tests.benchmarks.report import Benchmark, Bound

STEPS = 10_000


def loops() -> Iterator[Callable[[], Benchmark]]:
    yield numbers
    yield network
    yield built


def numbers() -> Benchmark:
    u = np.random.default_rng(0).standard_normal(STEPS)
    args = np.float64(0.3), np.float64(1.2), u
    specs = [gd.spec(""), gd.spec(""), gd.spec("n")]
    made = Built(programs.relaxation, specs, 3)
    values = {
        "value by hand": by_hand.relaxation,
        "value emitted": made.forward(),
        "value compiled": made.compiled_forward(),
    }
    gradients = {
        "gradient by hand": by_hand.relaxation_readable,
        "gradient emitted": made.emitted(),
        'gradient emitted, style="fast"': made.emitted("fast"),
        "gradient compiled": made.compiled(),
    }
    return _table(
        f"a scan of {STEPS:,} steps on numbers",
        values,
        gradients,
        args,
        (
            Bound("value emitted", "value by hand", 1.2),
            Bound("gradient emitted", "gradient by hand", 1.2),
            Bound('gradient emitted, style="fast"', "gradient by hand", 1.2),
        ),
    )


def network() -> Benchmark:
    rng = np.random.default_rng(0)
    n, m = 32, 8
    shapes = [(n, n), (n, m), (n,), (1000, m)]
    args = [rng.standard_normal(s) / np.sqrt(n) for s in shapes]
    specs = [gd.spec(s) for s in ("n,n", "n,m", "n", "steps,m")]
    made = Built(programs.recurrent, specs, 4)
    values = {"value by hand": by_hand.network, "value emitted": made.forward()}
    gradients = {
        "gradient by hand": by_hand.network_in_the_loop,
        "sums after the loop, by hand": by_hand.network_readable,
        "gradient emitted": made.emitted(),
        'gradient emitted, style="fast"': made.emitted("fast"),
    }
    return _table(
        "a recurrent network of 32 units over 1,000 steps",
        values,
        gradients,
        args,
        (
            Bound("value emitted", "value by hand", 1.2),
            Bound("gradient emitted", "gradient by hand", 1.2),
            Bound('gradient emitted, style="fast"', "gradient by hand", 1.2),
        ),
    )


def _table(title, values, gradients, args, bounds) -> Benchmark:  # type: ignore[no-untyped-def]
    for rivals in (values, gradients):
        first, *others = rivals.values()
        expected = first(*args)
        for function in others:
            agree(expected, function(*args))
    rivals = {**values, **gradients}
    return Benchmark(
        title, {name: lambda f=f: f(*args) for name, f in rivals.items()}, bounds
    )


def built() -> Benchmark:
    """Building the gradient's graph and its source: as long for any number of steps."""

    def build(steps: int) -> str:
        specs = [gd.spec(""), gd.spec(""), gd.spec(f"{steps}")]
        form = gd.value_and_grad(programs.relaxation, wrt=(0, 1, 2))
        return form.emit(*specs).source

    return Benchmark(
        "building a gradient with a loop",
        {f"{n:,} steps": lambda n=n: build(n) for n in (10, 1_000_000)},
        (Bound("1,000,000 steps", "10 steps", 1.2),),
    )
