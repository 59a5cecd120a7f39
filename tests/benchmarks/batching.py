"""Gradients example by example, beside hand-written ones and a loop."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

import graphdiff as gd
from tests.benchmarks.handwritten import per_example
from tests.benchmarks.report import Benchmark, Bound

HAND = "by hand"


def batching() -> Iterator[Callable[[], Benchmark]]:
    for size, *widths in ((32, 20, 30, 10), (256, 64, 64, 10)):
        yield partial(per_example_gradients, size, *widths)


def per_example_gradients(size: int, n: int, hidden: int, m: int) -> Benchmark:
    rng = np.random.default_rng(0)
    shapes = (n, hidden), (hidden,), (hidden, m), (m,), (size, n), (size, m)
    *parameters, X, Y = map(rng.standard_normal, shapes)
    one = gd.grad(per_example.cost, (0, 1, 2, 3))
    form = gd.vmap(one, (None, None, None, None, 0, 0))
    specs = [gd.spec_like(p) for p in parameters]
    rows = gd.spec(("batch", n)), gd.spec(("batch", m))
    emitted = form.emit(*specs, *rows).load()
    fast = form.emit(*specs, *rows, style="fast").load()
    args = (*parameters, X, Y)
    expected = per_example.gradients(*args)
    for function in (form, emitted, fast):
        for found, wanted in zip(function(*args), expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)
    pairs = list(zip(X, Y, strict=True))
    return Benchmark(
        f"batching: {size} gradients of a network {n}-{hidden}-{m}",
        {
            HAND: lambda: per_example.gradients(*args),
            "vmap of grad": lambda: form(*args),
            "emitted": lambda: emitted(*args),
            'emitted, style="fast"': lambda: fast(*args),
            "a loop over examples": lambda: [one(*parameters, x, y) for x, y in pairs],
        },
        (Bound("emitted", HAND, 1.2), Bound('emitted, style="fast"', HAND, 1.1)),
    )
