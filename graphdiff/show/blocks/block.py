"""What a repeated part of a graph is: a block, and its instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from graphdiff.errors import Position
from graphdiff.graph.node import Node

Kind = Literal["loop", "call", "checkpoint"]


@dataclass(eq=False, slots=True)
class Instance:
    """One of the alike parts: one iteration of a loop, or one call.

    `forward` lists its nodes in the order of the graph, `gradient` those that
    differentiation made for them (derivatives of any order, and what is computed
    again). Those of instances within it are among them. `number` counts from 1 within
    the block; instances of one `form` are built alike; `within` is the instance of
    `block.parent` that this one stands in.
    """

    block: Block = field(repr=False)
    number: int
    form: int
    within: Instance | None = field(default=None, repr=False)
    forward: Sequence[Node] = ()
    gradient: Sequence[Node] = ()


@dataclass(eq=False, slots=True)
class Block:
    """Parts of a graph that stem from the same code: iterations, or calls.

    `title` names the function that is called, or the lines of the loop's body:
    ``layer``, ``model.py:12-14``. Sizes may differ. So may the operations, where the
    function does not always do the same or a pass has simplified them: instances of the
    same `form` have the same operations with the same edges inside. A checkpoint may
    have one instance; other blocks have at least two. `parent` is the block whose
    instances hold those of this one.
    """

    title: str
    kind: Kind
    where: Position
    parent: Block | None = field(default=None, repr=False)
    instances: Sequence[Instance] = field(default=(), repr=False)
