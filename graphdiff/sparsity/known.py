"""The values in a graph that are known before it runs: what no variable reaches.

A pattern is sharper for them. The integer array by which an entry is taken says which
entry that is, a matrix of numbers has zeros, and a mask is true or false.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from graphdiff.evaluate import compute
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import Hole, Input, Node


class Known:
    """Looks values up, computing those of nodes that depend on nothing unknown.

    `inputs` gives the values of some inputs. Which of them were ever needed is kept in
    `used`: what was read off them holds for those values alone.
    """

    def __init__(self, inputs: Mapping[Node, Any]) -> None:
        """Know the values of these inputs, and of all that is made of constants."""
        self.inputs = inputs
        self.used: dict[Node, None] = {}
        self._reads: dict[Node, frozenset[Node] | None] = {}
        self._table: dict[Node, Any] = {}

    def value(self, node: Node) -> Any:
        """The value of `node`, or None if it is not known."""
        reads = self._inputs_of(node)
        if reads is None:
            return None
        self.used.update(dict.fromkeys(sorted(reads, key=lambda n: n.op.label)))
        if node not in self._table:
            with np.errstate(all="ignore"):
                for each in in_order([node], self._table):
                    if each not in self._table:
                        self._table[each] = self._compute(each)
        return self._table[node]

    def _compute(self, node: Node) -> Any:
        if isinstance(node.op, Input):
            return np.asarray(self.inputs[node])
        return compute(node, self._table, {})

    def _inputs_of(self, node: Node) -> frozenset[Node] | None:
        """The inputs that a node reads; None if one of them is not known."""
        for each in in_order([node], self._reads):
            if each in self._reads:
                continue
            if isinstance(each.op, (Input, Hole)):
                known = each in self.inputs
                self._reads[each] = frozenset([each]) if known else None
                continue
            found: frozenset[Node] | None = frozenset()
            for arg in each.args:
                more = self._reads[arg]
                found = None if found is None or more is None else found | more
            self._reads[each] = found
        return self._reads[node]
