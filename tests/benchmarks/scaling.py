"""How the passes grow with the graph, and what importing the package costs.

Each program is traced, differentiated, simplified, emitted and compiled at growing
sizes. Linear means a growth of 10 from one size to the next; Python's allocator and
the machine's caches put some tens of percent on top.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

import graphdiff as gd
from tests.benchmarks.built import function_of

SIZES = (1_000, 10_000, 100_000)
LIMIT = 20.0  # seconds for the largest size, all phases together but loading
GROWTH = 20.0  # per step of ten in size: far from 100, the quadratic one
DIAMOND = 2.0  # seconds for 400 levels, differentiated twice


def scalar_chain(size: int) -> tuple[Callable, list]:
    def cost(x):
        for _ in range(size // 2):
            x = np.sin(0.9 * x)
        return x

    return cost, [gd.spec("")]


def layered_network(size: int) -> tuple[Callable, list]:
    def cost(layers, X):
        for W, b in layers:
            X = np.tanh(X @ W + b)
        return np.sum(X)

    depth = size // 4
    layers = [(gd.spec("4,4"), gd.spec("4")) for _ in range(depth)]
    return cost, [layers, gd.spec("batch,4")]


def one_node_used_often(size: int) -> tuple[Callable, list]:
    def cost(x):
        y = np.sin(x)
        total = y
        for i in range(size):
            total = total + y * float(i + 2)
        return total

    return cost, [gd.spec("")]


def many_inputs(size: int) -> tuple[Callable, list]:
    def cost(xs):
        total = 0.0
        for x in xs:
            total = total + x * x
        return total

    return cost, [[gd.spec("") for _ in range(size)]]


PROGRAMS = {
    "scalar chain": scalar_chain,
    "layered network": layered_network,
    "one node used N times": one_node_used_often,
    "N inputs": many_inputs,
}


def phases(program: Callable, specs: list, order: int = 1) -> dict[str, float]:
    """Seconds of each phase for ``program(*specs)``, differentiated `order` times.

    The last, ``load``, is Python's: it compiles the module that has been written.
    """
    seconds: dict[str, float] = {}

    def timed(phase: str, call: Callable[[], Any]) -> Any:
        start = perf_counter()
        result = call()
        seconds[phase] = seconds.get(phase, 0.0) + perf_counter() - start
        return result

    graph = timed("trace", lambda: gd.trace(program, *specs))
    wrt = list(graph.inputs)
    for _ in range(order):
        of = list(graph.outputs)[-1]
        graph = timed(
            "differentiate", lambda g=graph, of=of: gd.differentiate(g, of=of, wrt=wrt)
        )
    graph = timed("simplify", lambda: gd.simplify(graph))
    emitted = timed("emit", lambda: gd.emit(graph, target="numpy"))
    timed("compile", lambda: gd.compile(graph, backend="numpy"))
    timed("load", lambda: function_of(emitted))
    return seconds


def shown(row: dict[str, float]) -> tuple[float, str]:
    """The seconds of our own phases together, and all of them in words."""
    *ours, (_, loading) = row.items()
    parts = "  ".join(f"{phase} {seconds:.2f}" for phase, seconds in ours)
    total = sum(seconds for _, seconds in ours)
    return total, f"({parts}; beside it load {loading:.2f})"


@dataclass
class Growth:
    """One program at growing sizes: a row each, and the ratio to the row before."""

    name: str
    make: Callable[[int], tuple[Callable, list]]

    def run(self, seconds: float) -> int:
        """Print the rows; a quick run (few `seconds`) leaves the largest size out."""
        sizes = SIZES if seconds > 1 else SIZES[:-1]
        print(f"\nscaling: {self.name}")
        missed, before = 0, None
        for size in sizes:
            total, parts = shown(phases(*self.make(size)))
            growth = f"  growth {total / before:.1f}" if before else ""
            print(f"  {size:>8,} nodes {total:7.2f} s{growth}   {parts}", flush=True)
            missed += bool(before and total / before > GROWTH)
            missed += size == SIZES[-1] and total > LIMIT
            before = total
        print(f"  {'OVER' if missed else 'ok  '} linear, 100,000 nodes in {LIMIT:g} s")
        return missed


class Diamond:
    """``x = x sin(x)`` 400 times, differentiated twice: 2^400 paths, few nodes."""

    def run(self, seconds: float) -> int:
        """Print the phases at half and at full depth."""
        print("\nscaling: a diamond differentiated twice")
        totals = []
        for levels in (200, 400):
            total, parts = shown(phases(diamond_of(levels), [gd.spec("")], order=2))
            totals.append(total)
            print(f"  {levels:>8} levels {total:6.2f} s   {parts}", flush=True)
        missed = totals[1] > 4 * totals[0] or totals[1] > DIAMOND
        print(f"  {'OVER' if missed else 'ok  '} linear, 400 levels in {DIAMOND:g} s")
        return int(missed)


def diamond_of(levels: int) -> Callable:
    def cost(x):
        for _ in range(levels):
            x = x * np.sin(x)
        return x

    return cost


class ImportTime:
    """``import graphdiff`` beyond ``import numpy``, each in a process of its own."""

    limit = 0.150
    code = (
        "import sys, time, numpy; start = time.perf_counter(); import graphdiff; "
        "print(time.perf_counter() - start, *{'sympy', 'networkx'} & {*sys.modules})"
    )

    def run(self, seconds: float) -> int:
        """Print the fastest of several processes."""
        outputs = [
            subprocess.run(
                [sys.executable, "-c", self.code],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.split()
            for _ in range(10 if seconds > 1 else 4)
        ]
        best = min(float(first) for first, *_ in outputs)
        eager = outputs[0][1:]
        missed = best > self.limit or bool(eager)
        print("\nimport: graphdiff beyond numpy")
        print(
            f"  {'OVER' if missed else 'ok  '} {best * 1e3:.0f} ms, at most "
            f"{self.limit * 1e3:.0f} ms; loaded too early: {eager or 'nothing'}"
        )
        return int(missed)


def programs() -> Iterator[Callable[[], Any]]:
    for name, make in PROGRAMS.items():
        yield lambda name=name, make=make: Growth(name, make)
    yield Diamond


def imports() -> Iterator[Callable[[], Any]]:
    yield ImportTime
