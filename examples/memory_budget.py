"""The gradient of a deep network within a budget of memory.

A reverse sweep reads the values of the forward part, so it keeps them, or computes them
again (section 6.5.3 of the book, at its end). `gd.recompute` decides which ones, for a
budget in bytes: cheap ones first, then the forward part segment by segment. Each row of
the table is the same gradient, written for another budget; the bytes are those that
NumPy really holds while the written function runs.
"""

import time
import tracemalloc

import numpy as np
from excerpt import function_of

import graphdiff as gd

LAYERS, WIDTH, BATCH = 40, 48, 200


def loss(x, weights):
    """A residual network with shared weights: each layer adds a little to x."""
    for i in range(LAYERS):
        W, b = weights[i % len(weights)]
        x = x + 0.1 * np.tanh(x @ W + b)
    return np.mean(x**2)


def short(x, W):
    """Two layers that keep their inputs alone."""

    @gd.checkpoint
    def layer(h):
        z = h @ W
        a = np.tanh(z)
        return a * np.sin(z)

    return np.sum(layer(layer(x)))


def arguments(rng):
    weights = [
        (rng.normal(scale=WIDTH**-0.5, size=(WIDTH, WIDTH)), np.zeros(WIDTH))
        for _ in range(3)
    ]
    return rng.normal(size=(BATCH, WIDTH)), weights


def measured(function, *args):
    """The most bytes held at once, and the shortest of three runs in seconds."""
    tracemalloc.start()
    function(*args)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    times = []
    for _ in range(3):
        start = time.perf_counter()
        function(*args)
        times.append(time.perf_counter() - start)
    return peak, min(times)


def rows(x, weights):
    """For each budget: the graph, what it costs, and what was measured."""
    graph = gd.value_and_grad(loss, wrt="weights").graph(x, weights)
    (all_kept,) = graph.cost().memory
    for part in (1, 0.8, 0.6, 0.4, 0.3):
        made = gd.recompute(graph, int(part * all_kept))
        function = gd.emit(made, style="fast").load()
        yield part, made, function, measured(function, x, weights)


def main():
    x, weights = arguments(np.random.default_rng(0))
    print(f"{LAYERS} layers of {WIDTH}, {BATCH} examples\n")
    print("budget  operations  of them again  bytes counted  bytes measured      ms")
    first = None
    for part, graph, function, (peak, seconds) in rows(x, weights):
        cost = graph.cost()
        print(
            f"{part:6.0%}  {cost.total:10,}  {cost.again:13,}  {cost.memory[0]:13,}  "
            f"{peak:14,}  {1000 * seconds:6.1f}"
        )
        value, gradients = function(x, weights)
        first = first or (value, gradients)
        for mine, other in zip(gradients, first[1], strict=True):
            for a, b in zip(mine, other, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-14)
    print("\nThe gradients agree. Two layers under gd.checkpoint:\n")
    module = gd.grad(short, wrt="W").emit(gd.spec("n,k"), gd.spec("k,k"))
    print(function_of(module))


if __name__ == "__main__":
    main()
