"""The barrier between a value and what is computed of it a second time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graphdiff.graph.node import Arg, At, Call, Node, Op
from graphdiff.graph.types import ArrayType

RECOMPUTED = "recomputed"
"""The rule that roles of nodes name which are computed again."""


@dataclass(frozen=True)
class Again(Op):
    """The argument itself, as what is computed for the `turn`-th time reads it.

    Equal computations are one node; those on this value are other ones. No rewriting
    rule sees through it, it takes no time, and nothing is written for it.
    """

    turn: int

    stacks = True
    over_complex = True
    view = True

    def infer(self, *args: ArrayType) -> ArrayType:
        """The type of the argument."""
        return args[0]

    def call(self, *args: ArrayType) -> Call:
        """``again(x)``, which is x."""
        return Call("again", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, *args: Any) -> Any:
        """The cotangent itself."""
        return g


def recomputes(nodes: Iterable[Node]) -> bool:
    """Whether some of `nodes` are computed again."""
    return any(type(node.op) is Again for node in nodes)
