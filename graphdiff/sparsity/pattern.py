"""The pattern of a Jacobian, read off the graph: which entries can be other than 0.

Dependence is carried forward node by node as boolean sparse matrices, one row for each
entry of a node and one column for each entry of the variables; never is a matrix
dense that has zeros. An op tells its own part as `Links` (see `rules`), and the chain
rule is a product of boolean matrices. Griewank and Walther, *Evaluating Derivatives*
(2008), section 7.2.

The pattern of a Hessian is that of the Jacobian of the gradient's graph: an op that is
linear leaves no trace of its argument in its pullback, a product leaves each factor in
the cotangent of the other, and so second derivatives need no rules of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.graph.graph import in_order
from graphdiff.graph.node import Node, Pick
from graphdiff.graph.types import show_shape
from graphdiff.runtime.late import sparse
from graphdiff.sparsity import products as products
from graphdiff.sparsity import windows as windows
from graphdiff.sparsity.known import Known
from graphdiff.sparsity.links import Links
from graphdiff.sparsity.regions import region_patterns
from graphdiff.sparsity.rules import links, size
from graphdiff.strict import ways


def jacobian_pattern(
    targets: Sequence[Node], variables: Sequence[Node], known: Known
) -> Any:
    """The boolean CSR array of all entries of `targets` by all of `variables`.

    Both are listed one after the other, each in C order; all sizes are numbers.
    """
    nodes = in_order(targets)
    found = Patterns(variables, known).propagate(nodes, targets)
    width = sum(map(size, variables))
    empty = {y: sparse.csr_array((size(y), width), dtype=bool) for y in targets}
    rows = [found.get(y, empty[y]) for y in targets]
    made = sparse.vstack(rows, format="csr") if len(rows) > 1 else rows[0].copy()
    made.sort_indices()
    return made


def check_sizes(targets: Sequence[Node], variables: Sequence[Node]) -> None:
    """Raise `ShapeError` where a size is a name: how many entries are there?"""
    for node in (*variables, *in_order(targets)):
        shape = getattr(node.type, "shape", ())
        if not all(isinstance(n, int) for n in shape):
            raise ShapeError(
                f"a sparsity pattern needs sizes that are numbers, but {node.op.label} "
                f"has shape {show_shape(shape)}; trace with arrays, or with specs of "
                f"ints"
            )


class Patterns:
    """The patterns of nodes by variables, each matrix kept once.

    Equal matrices are one object, so that the union of what two nodes depend on, which
    most often is the same, is found rather than computed.
    """

    def __init__(self, variables: Sequence[Node], known: Known) -> None:
        """Start from the variables, which depend on themselves."""
        self._known = known
        self._same: dict[Any, Any] = {}
        self._unions: dict[tuple[int, int], Any] = {}
        self._wholes: dict[Node, Any] = {}
        self.table: dict[Node, Any] = {}
        width = sum(map(size, variables))
        start = 0
        for x in variables:
            own = sparse.eye_array(size(x), width, k=start, dtype=bool, format="csr")
            self.table[x] = self._interned(own)
            start += size(x)

    def propagate(
        self, nodes: Sequence[Node], targets: Iterable[Node]
    ) -> Mapping[Node, Any]:
        """The patterns of `nodes`, which come in order; kept are those of `targets`."""
        kept = {*targets}
        left: dict[Node, int] = {}
        for node in nodes:
            for arg in node.args:
                left[arg] = left.get(arg, 0) + 1
        several: dict[Node, None] = {}
        for node in nodes:
            if node not in self.table:
                if isinstance(node.type, tuple):
                    several[node] = None
                    continue
                found = self._of(node)
                if found is not None:
                    self.table[node] = found
            for arg in node.args:
                left[arg] -= 1
                if not left[arg] and arg not in kept and not several:
                    self.table.pop(arg, None)
        return self.table

    def _of(self, node: Node) -> Any:
        """The pattern of a node; None where it depends on nothing."""
        shape: Any = node.shape
        if not isinstance(node.op, Pick):
            return self._united(node, shape)
        (whole,) = node.args
        if whole.op.bodies():
            if whole not in self._wholes:
                given = [self.table.get(arg) for arg in whole.args]
                some = any(pattern is not None for pattern in given)
                self._wholes[whole] = (
                    region_patterns(whole, given, self._inner) if some else None
                )
            results = self._wholes[whole]
            if results is not None:
                found = results[node.op.index]
                return None if found is None else self._interned(found.tocsr())
        return self._united(whole, shape)

    def _inner(self, targets: Sequence[Node], variables: Sequence[Node]) -> Any:
        """The pattern within a body, of whose inputs nothing is known."""
        return jacobian_pattern(targets, variables, Known({}))

    def _united(self, node: Node, shape: Sequence[int]) -> Any:
        """The union of what the arguments of a node bring; None where that is none."""
        total = None
        for i, arg in ways(node):
            below = self.table.get(arg)
            if below is None:
                continue
            chain = links(node, i, shape, self._known)
            if chain is not None:
                part = self._chained(chain, below)
                total = part if total is None else self._union(total, part)
        assert total is None or total.shape[0] == prod(shape), node
        return total

    def _chained(self, chain: Links, below: Any) -> Any:
        if not chain:
            return below
        for link in reversed(chain):
            below = link @ below
        return self._interned(below)

    def _union(self, a: Any, b: Any) -> Any:
        if a is b:
            return a
        key = min(id(a), id(b)), max(id(a), id(b))
        if key not in self._unions:
            self._unions[key] = self._interned(a + b)
        return self._unions[key]

    def _interned(self, made: Any) -> Any:
        made.sort_indices()
        own = made.indptr.tobytes(), made.indices.tobytes()
        key = (made.shape, hash(own[0]), hash(own[1]))
        same = self._same.get(key)
        if same is not None and _equal(same, made):
            return same
        self._same[key] = made
        return made


def _equal(a: Any, b: Any) -> bool:
    return np.array_equal(a.indptr, b.indptr) and np.array_equal(a.indices, b.indices)
