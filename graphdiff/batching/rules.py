"""How an op is applied to stacks of its arguments: one rule for each kind of op.

Most ops take a stack as they are, since their axes count from the end (`Op.stacks`):
arguments that are the same for the whole batch are repeated, which costs nothing. An
op of another kind has a rule here, by its class, in a file for each family.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import Expression
from graphdiff.graph.node import Arange, Node, Op, make
from graphdiff.graph.types import Size
from graphdiff.ops.core.axes import reshape_node, spread_node


@dataclass(frozen=True)
class Stacked:
    """The arguments of an op: some with the batch in front, the others as they were."""

    nodes: Sequence[Node]
    mapped: Sequence[bool]
    size: Size
    read: frozenset[int] = frozenset()
    """Which of several results are read at all."""
    counts: MutableMapping[str, Node] = field(default_factory=dict)
    """Of loops that take another number of steps for each example, by the size that is
    born: how many, example by example."""

    def __getitem__(self, i: int) -> Expression:
        """Argument i, stacked only if it is mapped."""
        return Expression(self.nodes[i])

    def full(self, i: int) -> Expression:
        """Argument i with the batch in front, repeated if it is the same for all."""
        node = self.nodes[i]
        if not self.mapped[i]:
            node = spread_node(node, (self.size, *node.type.shape))
        return Expression(node)

    def aligned(self, i: int, rank: int) -> Expression:
        """Argument i, with axes of size 1 so that without the batch it has `rank`."""
        node = self.nodes[i]
        lead, own = (1, node.type.shape[1:]) if self.mapped[i] else (0, node.type.shape)
        ones = (1,) * (rank - len(own))
        return Expression(reshape_node(node, (*node.type.shape[:lead], *ones, *own)))

    def rows(self, rank: int) -> Expression:
        """The numbers of the examples, to index with beside arrays of `rank` axes."""
        numbers = make(Arange(self.size))
        return Expression(reshape_node(numbers, (self.size, *(1,) * rank)))


class Same(NamedTuple):
    """A result that turned out to be the same for every example."""

    node: Node


Rule = Callable[[Any, Stacked], Any]
"""``rule(op, stacked)`` gives the result, as an expression, for the whole batch.

Of an op of several results it may also give a tuple with each of them, in which those
that do not depend on the batch are `Same`.
"""

RULES: dict[type[Op], Rule] = {}


def batches(*kinds: type[Op]) -> Callable[[Rule], Rule]:
    """Register a function as the rule of ops of these classes, and of those below."""

    def register(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, rule))
        return rule

    return register


def rule_of(op: Op) -> Rule:
    """The rule for `op`; raises `UnsupportedError` naming an op that has none."""
    for kind in type(op).__mro__:
        if kind in RULES:
            return RULES[kind]
    if not op.stacks:
        raise UnsupportedError(
            f"vmap: {op.label} ({type(op).__name__}) has no rule for batching; if it "
            f"takes stacks of all its arguments, say stacks = True in its class"
        )
    return as_stacks


def as_stacks(op: Op, at: Stacked) -> Any:
    """The op itself, on arguments that are all stacked."""
    nodes = [at.full(i).node for i in range(len(at.nodes))]
    return Expression(make(op, *nodes))


def in_front(x: Any, axis: int) -> Any:
    """`x` with the batch, which is at `axis`, moved to the front."""
    order = (axis, *(k for k in range(x.ndim) if k != axis))
    return x.transpose(order)


def merged(x: Any, axes: int) -> Any:
    """`x` with so many leading axes made one."""
    total: Any = 1
    for n in x.shape[:axes]:
        total = total * n
    return x.reshape((total, *x.shape[axes:]))
