"""Sparse Jacobians beside hand-written ones: bundle adjustment, a band matrix."""

from collections.abc import Callable, Iterator

import numpy as np

import graphdiff as gd
from tests.benchmarks.handwritten import bundle as by_hand
from tests.benchmarks.report import Benchmark, Bound
from tests.examples.scripts import load

HAND = "by hand"


def sparse() -> Iterator[Callable[[], Benchmark]]:
    yield bundle_adjustment
    yield boundary_value


def bundle_adjustment() -> Benchmark:
    script = load("bundle_adjustment")
    x, camera, point = script.scene(49, 7_800, np.random.default_rng(0))
    hand = by_hand.Jacobian(49, camera, point, 7_800)
    data = 49, camera, point, np.zeros((camera.size, 2))
    form = gd.sparse_jacobian(script.residuals)
    emitted = form.emit(x, *data).load()
    fast = form.emit(x, *data, style="fast").load()
    expected = hand(x)
    for function in (form, emitted, fast):
        found = function(x, *data)
        assert abs(found - expected).max() < 1e-6
    return Benchmark(
        f"sparse: bundle adjustment, {camera.size:,} observations",
        {
            HAND: lambda: hand(x),
            "sparse_jacobian": lambda: form(x, *data),
            "emitted": lambda: emitted(x, *data),
            'emitted, style="fast"': lambda: fast(x, *data),
            "residuals alone": lambda: script.residuals(x, *data),
        },
        (Bound("sparse_jacobian", HAND, 3), Bound("emitted", HAND, 3)),
    )


def boundary_value() -> Benchmark:
    script = load("boundary_value")
    u = np.linspace(0, 1, 10_000)
    form = gd.sparse_jacobian(script.residual)
    emitted = form.emit(u).load()
    expected = by_hand.tridiagonal(u)
    for function in (form, emitted):
        assert abs(function(u) - expected).max() < 1e-12
    return Benchmark(
        "sparse: Bratu's problem, 10,000 unknowns",
        {
            HAND: lambda: by_hand.tridiagonal(u),
            "sparse_jacobian": lambda: form(u),
            "emitted": lambda: emitted(u),
        },
        (Bound("sparse_jacobian", HAND, 3), Bound("emitted", HAND, 3)),
    )
