"""A derivative that keeps within a budget of memory, at the least extra work found."""

from __future__ import annotations

import math
from collections.abc import Mapping

from graphdiff.budget.measure import Measure
from graphdiff.budget.plans import Forward, Plan
from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.graph.graph import Graph
from graphdiff.memory.recompute import recomputed
from graphdiff.rewrite.unfold import unfolded


def check_budget(budget: object) -> int:
    """Raise `GraphTypeError` unless `budget` is a number of bytes, or if negative."""
    if isinstance(budget, bool) or not isinstance(budget, int):
        raise GraphTypeError(f"recompute: budget: expected bytes, got {budget!r}")
    if budget < 0:
        raise GraphValueError(f"recompute: budget: expected 0 or more, got {budget}")
    return budget


def within_budget(
    graph: Graph, budget: int, sizes: Mapping[str, int] | None = None
) -> Graph:
    """`graph` with values computed again until it holds at most `budget` bytes.

    See `gd.recompute`, which this is for graphs.
    """
    graph = unfolded(graph)
    measure = Measure(graph, sizes)
    least = measure.peak(graph)
    if least <= budget:
        return graph
    search = Search(Forward(graph, measure), budget, least)
    search.run()
    if search.best is None:
        raise GraphValueError(
            f"recompute: budget: the least found for these sizes is "
            f"{search.least:,} bytes, got {budget:,}"
        )
    return search.best


class Search:
    """The plans that are tried, from the cheapest on, and the best one so far."""

    def __init__(self, forward: Forward, budget: int, stored: int) -> None:
        """Begin with the plan that keeps all, which takes `stored` bytes."""
        self.forward = forward
        self.budget = budget
        self.least = stored
        self.best: Graph | None = None
        self._work = math.inf
        self._plan = Plan(1, 0)
        kept = sum(map(forward.measure.bytes_of, forward.wanted))
        self._beside = max(0, stored - kept)

    def run(self) -> None:
        """Let ever more ops be done twice until the budget is met.

        What is estimated to miss it by far is not built; the last resort always is.
        """
        for price in self.forward.prices():
            plans = [Plan(k, price) for k in _numbers(len(self.forward.nodes))]
            if price == math.inf:
                plans = [plan for plan in plans if plan.segments > 1]
            sizes = {plan: self._estimate(plan) for plan in plans}
            order = sorted(plans, key=sizes.__getitem__)
            within = [plan for plan in plans if sizes[plan] <= self.budget]
            tries = [*order[: 3 if price == math.inf else 1], *within[-1:]]
            for plan in dict.fromkeys(tries):
                if price == math.inf or sizes[plan] <= _FAR * self.budget:
                    self._try(plan)
            if self.best is not None:
                return self._spare()
        return None

    def _spare(self) -> None:
        """Of the best plan, spare as many segments as the budget allows."""
        plan, spared = self._plan, 0
        for bit in reversed(range(plan.segments.bit_length())):
            more = plan._replace(spared=spared + (1 << bit))
            fits = more.spared < plan.segments and self._estimate(more) <= self.budget
            spared = more.spared if fits else spared
        for fewer in range(spared, max(0, spared - _TRIES), -1):
            if self._try(plan._replace(spared=fewer)):
                return

    def _estimate(self, plan: Plan) -> int:
        return self.forward.estimate(plan) + self._beside

    def _try(self, plan: Plan) -> bool:
        """Build the graph of `plan`; whether it is the best one so far."""
        measure, made = self.forward.measure, recomputed(self.forward.planned(plan))
        peak, work = measure.peak(made), measure.again(made)
        self.least = min(self.least, peak)
        if peak > self.budget or work >= self._work:
            return False
        self.best, self._work, self._plan = made, work, plan
        return True


_TRIES = 3
"""How often fewer segments are spared, if the estimate said too many."""

_FAR = 1.5
"""How many times over budget an estimate may be of a plan that is built."""


def _numbers(count: int) -> list[int]:
    """Numbers of segments: one, and those around the root of the number of nodes."""
    root = math.isqrt(count)
    found = {
        1,
        2,
        4,
        *(max(1, round(root * f)) for f in (0.25, 0.35, 0.5, 0.7, 1, 2, 4)),
    }
    return sorted(n for n in found if n <= max(1, count // 2))
