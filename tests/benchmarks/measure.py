"""Times and memory of rivals, side by side: a busy machine hits them all alike."""

import os
import platform
import statistics
import tracemalloc
from collections.abc import Callable, Mapping
from time import perf_counter_ns

import numpy as np

Call = Callable[[], object]


class Times:
    """Nanoseconds per call of each rival, one entry per round."""

    def __init__(self, rounds: Mapping[str, list[float]]):
        self.rounds = rounds

    def best(self, name: str) -> float:
        """The fastest round, in seconds: the one that was disturbed least."""
        return min(self.rounds[name]) / 1e9

    def ratio(self, name: str, base: str) -> float:
        """Fastest round over fastest round."""
        return self.best(name) / self.best(base)

    def paired_ratio(self, name: str, base: str) -> float:
        """Median of the ratios within one round: robust where the machine drifts."""
        pairs = zip(self.rounds[name], self.rounds[base], strict=True)
        return statistics.median(a / b for a, b in pairs)


SLICE = 1_000_000
"""Nanoseconds that a rival runs at a stretch: short, or a neighbour gets its share."""
FEWEST = 15
"""The fewest rounds, however slow the rivals are."""


def interleaved(rivals: Mapping[str, Call], seconds: float) -> Times:
    """Time all `rivals` in turn, round after round, for about `seconds` altogether.

    Each round goes through the rivals from another start, so that none always runs
    after the same neighbour, and repeats a short call until a clock tick is noise.
    Rounds are short and many: a quiet moment of the machine then serves every rival.
    """
    names = list(rivals)
    loops = {}
    for name, call in rivals.items():
        call()
        once = min(clock(call, 1) for _ in range(3))
        loops[name] = max(1, int(SLICE / max(once, 1)))
    times: dict[str, list[float]] = {name: [] for name in names}
    end = perf_counter_ns() + seconds * 1e9
    i = 0
    while i < FEWEST or perf_counter_ns() < end:
        shift = i % len(names)
        for name in names[shift:] + names[:shift]:
            times[name].append(clock(rivals[name], loops[name]))
        i += 1
    return Times(times)


def clock(call: Call, loops: int) -> float:
    """Nanoseconds per call over `loops` calls."""
    repeat = range(loops)
    start = perf_counter_ns()
    for _ in repeat:
        call()
    return (perf_counter_ns() - start) / loops


def peak_memory(call: Call) -> int:
    """Most bytes alive at once in a call, its result included, its arguments not."""
    call()
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before


def machine() -> str:
    """What a reader must know to compare two runs."""
    return (
        f"Python {platform.python_version()}, NumPy {np.__version__}, "
        f"{os.cpu_count()} cores, BLAS: {blas_threads()}"
    )


def blas_threads() -> str:
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return f"OPENBLAS_NUM_THREADS={os.environ.get('OPENBLAS_NUM_THREADS', 'unset')}"
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return ", ".join(
        f"{pool['internal_api']} on {pool['num_threads']} threads" for pool in pools
    )
