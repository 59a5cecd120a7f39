"""The digits network and the book's example against hand-written NumPy.

Every rival gets the same arguments and returns the same value and gradients in new
arrays (the kept workspace alone writes over its own). The hand-written sigmoid warns of
overflow for an entry below -709, and no hand-written function checks its arguments; the
emitted ones do, and stay silent, at their own expense.

On the book's example stand two figures for compiled code: results dropped at once, as
in all other rows, and results held until the next are there, as in training. Its large
arrays are where fresh pages tell, so their number stands in the last column.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import graphdiff as gd
from tests.benchmarks import peers, programs
from tests.benchmarks.built import Built, agree
from tests.benchmarks.handwritten import book, sigmoid_network
from tests.benchmarks.measure import holding
from tests.benchmarks.report import Benchmark, Bound

READABLE = "readable NumPy by hand"
REUSING = "buffer-reusing NumPy by hand"
WORKSPACE = "... with a kept workspace"
EMITTED = "emitted"
FAST = 'emitted, style="fast"'
COMPILED = "compiled"
HELD = "{}, results held"

BOUNDS = (
    Bound(EMITTED, READABLE, 1.05),
    Bound(FAST, REUSING, 1.05),
    Bound(FAST, REUSING, 1.05, memory=True),
    Bound(EMITTED, "emitted forward pass", 3),
    Bound(COMPILED, "compiled forward pass", 3),
)


def digits() -> Iterator[Callable[[], Benchmark]]:
    """The classic sigmoid network, at the sizes of both digit sets."""
    for inputs in (64, 784):
        for batch in (10, 128):
            yield lambda inputs=inputs, batch=batch: digits_at(inputs, batch)


def digits_at(inputs: int, batch: int) -> Benchmark:
    rng = np.random.default_rng(0)
    shapes = [(inputs, 30), (30,), (30, 10), (10,)]
    X, Y = rng.random((batch, inputs)), np.eye(10)[rng.integers(10, size=batch)]
    args = (*(0.1 * rng.standard_normal(s) for s in shapes), X, Y)
    dims = [f"{inputs},30", "30", "30,10", "10", f"batch,{inputs}", "batch,10"]
    return network_benchmark(
        f"digits: {inputs}-30-10, sigmoid, quadratic cost, batch {batch}",
        sigmoid_network,
        (inputs, 30, 10, batch),
        Built(programs.sigmoid_network, [gd.spec(d) for d in dims], 4),
        args,
        peers.rivals(peers.sigmoid_network, args, 4),
        BOUNDS,
    )


def book_example() -> Iterator[Callable[[], Benchmark]]:
    """Section 6.5.7 in both precisions."""
    for dtype in (np.float64, np.float32):
        yield lambda dtype=dtype: book_at(dtype)


def book_at(dtype: type) -> Benchmark:
    rng = np.random.default_rng(0)
    W1, W2 = (0.05 * rng.standard_normal(s) for s in [(784, 256), (256, 10)])
    args = (
        *(a.astype(dtype) for a in (W1, W2, rng.random((128, 784)))),
        rng.integers(10, size=128),
        dtype(1e-3),
    )
    specs = [
        gd.spec("784,256", dtype=dtype),
        gd.spec("256,10", dtype=dtype),
        gd.spec("batch,784", dtype=dtype),
        gd.spec("batch", dtype=np.int64),
        gd.spec("", dtype=dtype),
    ]
    bounds = BOUNDS
    if dtype is np.float64:
        held = HELD.format(COMPILED), HELD.format(READABLE)
        bounds = (*BOUNDS, Bound(COMPILED, READABLE, 0.7), Bound(*held, 0.7))
    return network_benchmark(
        f"book: section 6.5.7, 784-256-10, batch 128, {np.dtype(dtype)}",
        book,
        (784, 256, 10, 128, dtype),
        Built(programs.book, specs, 2),
        args,
        peers.rivals(peers.book, args, 2),
        bounds,
    )


def network_benchmark(
    title: str,
    by_hand: Any,
    workspace: tuple,
    built: Built,
    args: tuple,
    others: peers.Rivals,
    bounds: tuple[Bound, ...],
) -> Benchmark:
    functions = {
        READABLE: by_hand.readable,
        EMITTED: built.emitted(),
        REUSING: by_hand.reusing,
        WORKSPACE: by_hand.Workspace(*workspace),
        FAST: built.emitted("fast"),
        COMPILED: built.compiled(),
    }
    expected = by_hand.readable(*args)
    for function in functions.values():
        agree(expected, function(*args))
    forward, compiled_forward = built.forward(), built.compiled_forward()
    rivals = {name: lambda f=f: f(*args) for name, f in functions.items()}
    memory = {name: rivals[name] for name in (READABLE, EMITTED, REUSING, FAST)}
    memory[WORKSPACE] = lambda: by_hand.Workspace(*workspace)(*args)
    wanted = {name for bound in bounds for name in (bound.name, bound.base)}
    for name in (READABLE, COMPILED):
        if HELD.format(name) in wanted:
            rivals[HELD.format(name)] = holding(rivals[name])
    rivals["forward pass by hand"] = lambda: by_hand.cost(*args)
    rivals["emitted forward pass"] = lambda: forward(*args)
    rivals["compiled forward pass"] = lambda: compiled_forward(*args)
    notes = compile_choice(functions[COMPILED])
    return Benchmark(title, {**rivals, **others}, bounds, memory, notes)


def compile_choice(compiled: Any) -> tuple[str, ...]:
    """Which style `compile` chose, and why, in its own words."""
    return (f"compile: {compiled.style}, {compiled.why}",)
