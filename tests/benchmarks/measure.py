"""Times and memory of rivals, side by side: a busy machine hits them all alike."""

import os
import platform
import resource
import statistics
import tracemalloc
from collections.abc import Callable, Mapping
from time import perf_counter_ns

import numpy as np

Call = Callable[[], object]


class Times:
    """Nanoseconds and fresh pages per call of each rival, one entry per round."""

    def __init__(
        self, rounds: Mapping[str, list[float]], pages: Mapping[str, list[float]]
    ):
        self.rounds = rounds
        self.pages = pages

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
IN_A_ROW = 5
"""The fewest calls that a rival makes at a stretch."""
FEWEST = 15
"""The fewest rounds, however slow the rivals are."""


def interleaved(rivals: Mapping[str, Call], seconds: float) -> Times:
    """Time all `rivals` in turn, round after round, for about `seconds` altogether.

    Each round goes through the rivals from another start, so that none always runs
    after the same neighbour, and repeats a short call until a clock tick is noise.
    Rounds are short and many: a quiet moment of the machine then serves every rival.
    Each is called a few times in a row, the first time untimed: what it pays for memory
    is then what it pays in a loop of its own, not what a neighbour has left it.

    Results are dropped as soon as a call returns; `holding` is for the other case.
    """
    names = list(rivals)
    loops = {}
    for name, call in rivals.items():
        call()
        once = min(clock(call, 1) for _ in range(3))
        loops[name] = max(IN_A_ROW, int(SLICE / max(once, 1)))
    times: dict[str, list[float]] = {name: [] for name in names}
    pages: dict[str, list[float]] = {name: [] for name in names}
    end = perf_counter_ns() + seconds * 1e9
    i = 0
    while i < FEWEST or perf_counter_ns() < end:
        shift = i % len(names)
        for name in names[shift:] + names[:shift]:
            rivals[name]()
            before = page_faults()
            times[name].append(clock(rivals[name], loops[name]))
            pages[name].append((page_faults() - before) / loops[name])
        i += 1
    return Times(times, pages)


def holding(call: Call) -> Call:
    """`call` as in training: its results live until the next ones are there.

    Memory then cannot be handed from one call to the next. An allocator that gives
    pages back makes that expensive for whoever allocates; with a workspace it is free.
    """
    held: list[object] = [None]

    def again() -> None:
        held[0] = call()

    return again


def clock(call: Call, loops: int) -> float:
    """Nanoseconds per call over `loops` calls."""
    repeat = range(loops)
    start = perf_counter_ns()
    for _ in repeat:
        call()
    return (perf_counter_ns() - start) / loops


def page_faults() -> int:
    """Fresh pages that this process has taken: each costs a quarter microsecond or so.

    Whether an allocator keeps the pages that a call frees hangs on what else lives in
    the process, so that the same code may take half as long again in the next run.
    """
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


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
