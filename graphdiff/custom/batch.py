"""A function under a rule of the user's, on a batch: the rule is asked for one example.

What it gives for that is batched as any code is, so a rule is never shown a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphdiff.batching.batched import batched
from graphdiff.batching.regions import batched_body
from graphdiff.batching.rules import Stacked, batches
from graphdiff.custom.ruled import Ruled
from graphdiff.expression.expression import Expression, results_of
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import At, Input, Node, make
from graphdiff.graph.types import ArrayType, Size
from graphdiff.ops.core.axes import Sum


@dataclass(frozen=True, eq=False)
class OnBatch(Ruled):
    """The function `one` for a batch of `size`; `mapped` tells of which arguments.

    All results have the batch in front.
    """

    one: Ruled = field(kw_only=True)
    mapped: tuple[bool, ...] = field(kw_only=True)
    size: Size = field(kw_only=True)

    def with_bodies(self, bodies: tuple[Graph, ...]) -> OnBatch:
        """The same rule for a function written otherwise."""
        if bodies[0] is self.body:
            return self
        return _on_batch(self.one, bodies[0], self.mapped, self.size)

    def shares(
        self, at: At, g: Sequence[Any], y: Any, args: Sequence[Any]
    ) -> list[Any]:
        """The rule for one example, batched; what all share gets the sum."""
        example = _Example(self.size)
        given = [
            example.of(a) if flag else a
            for a, flag in zip(args, self.mapped, strict=True)
        ]
        cotangents = [None if s is None else example.of(s) for s in g]
        result = tuple(map(example.of, y)) if isinstance(y, tuple) else example.of(y)
        found = self.one.shares(at, cotangents, result, given)
        wanted = [s.node for s in found if s is not None]
        made = iter(batched(wanted, example.places, self.size, inner=True))
        shares = [None if s is None else Expression(next(made)) for s in found]
        return [
            s if s is None or flag else Sum((-s.ndim,))(s)
            for s, flag in zip(shares, self.mapped, strict=True)
        ]


class _Example:
    """Inputs that stand for one example, each in the kind of handle of the batch's."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.places: dict[Node, Node] = {}

    def of(self, x: Any) -> Any:
        """One example of `x`, which has the batch in front."""
        type_ = ArrayType(tuple(x.shape[1:]), x.dtype)
        node = make(Input("example", type_))
        self.places[node] = x.node
        kind: Callable[[Node], Any] = type(x)
        return kind(node)


def _on_batch(one: Ruled, body: Graph, mapped: Sequence[bool], size: Size) -> OnBatch:
    return OnBatch(
        one.name, one.rule, body, one.own, one=one, mapped=tuple(mapped), size=size
    )


@batches(Ruled)
def ruled(op: Ruled, at: Stacked) -> Any:
    """The function on the batch, under the rule for one example."""
    many = [True] * len(op.body.outputs)
    body, _ = batched_body(op.body, at.mapped, at.size, many)
    return results_of(make(_on_batch(op, body, at.mapped, at.size), *at.nodes))
