"""The table of one benchmark: rivals, their times, and the ratios that have a bound."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.benchmarks.measure import Call, Times, interleaved, peak_memory


@dataclass(frozen=True)
class Bound:
    """`name` takes at most `limit` times what `base` takes, in time or in memory."""

    name: str
    base: str
    limit: float
    memory: bool = False


@dataclass
class Benchmark:
    """Rivals for one problem. Missing ones (a peer not installed) are left out."""

    title: str
    rivals: Mapping[str, Call]
    bounds: tuple[Bound, ...] = ()
    memory_of: Mapping[str, Call] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def run(self, seconds: float) -> int:
        """Measure, print, and return how many bounds were missed."""
        print(f"\n{self.title}")
        times = interleaved(self.rivals, seconds)
        memory = {name: peak_memory(call) for name, call in self.memory_of.items()}
        base = next(iter(self.rivals))
        for name in self.rivals:
            kib = f"{memory[name] / 1024:12,.0f} KiB" if name in memory else ""
            factor = times.ratio(name, base)
            fresh = statistics.median(times.pages[name])
            pages = f"{fresh:8,.0f} pages" if fresh >= 1 else ""
            time = readable_time(times.best(name))
            print(f"  {name:38}{time}{factor:9.2f}{kib:>16}{pages}".rstrip())
        for note in self.notes:
            print(f"  {note}")
        return sum(not report_bound(b, times, memory) for b in self.bounds)


def report_bound(bound: Bound, times: Times, memory: Mapping[str, int]) -> bool:
    """Print the ratio beside its bound. True where it holds."""
    if bound.memory:
        ratio = memory[bound.name] / memory[bound.base]
        detail = "peak memory"
    else:
        ratio = times.ratio(bound.name, bound.base)
        detail = f"median of pairs {times.paired_ratio(bound.name, bound.base):.2f}"
    mark = "ok  " if ratio <= bound.limit else "OVER"
    print(
        f"  {mark} {bound.name} / {bound.base}: {ratio:.2f}, "
        f"at most {bound.limit:g} ({detail})"
    )
    return ratio <= bound.limit


def readable_time(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:10.2f} us"
    return f"{seconds * 1e3:10.2f} ms"
