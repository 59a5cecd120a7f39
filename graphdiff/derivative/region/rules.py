"""Which rule derives which region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphdiff.derivative.region.branch import pull_cond, push_cond
from graphdiff.derivative.region.flow import Flow
from graphdiff.derivative.region.forward import push_loop
from graphdiff.derivative.region.reverse import pull_loop
from graphdiff.graph.node import At
from graphdiff.ops.region.cond import Cond


class RegionRules:
    """The derivatives of loops and branches, and what they discard."""

    def hidden(self, op: Any) -> list[int]:
        """The arguments of which some entries may not matter."""
        if not isinstance(op, Cond):
            return Flow(op.body, op.carries).hidden()
        found = {i + 1 for branch in op.branches for i in Flow(branch, 0).hidden()}
        return sorted(found)

    def pull(
        self, op: Any, wanted: Sequence[int], at: At, g: Any, y: Any, args: Any
    ) -> list[Any]:
        """The cotangents of the wanted arguments."""
        if isinstance(op, Cond):
            return pull_cond(op, wanted, at, g, args)
        return pull_loop(op, wanted, at, g, y, args)

    def push(self, op: Any, at: At, tangents: Any, args: Any) -> list[Any]:
        """The tangents of the results."""
        if isinstance(op, Cond):
            return push_cond(op, at, tangents, args)
        return push_loop(op, at, tangents, args)
