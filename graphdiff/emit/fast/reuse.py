"""Which value may be written over which: an operand that nobody reads any more.

A statement is computed where its node stands in the order. What has no statement of its
own (a view, a term made inside of a sum) reads its arguments only when its reader is
computed, and keeps them alive until then.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np

from graphdiff.emit.plan.keepdims import inserted_axes
from graphdiff.emit.plan.traits import VIEWS, is_loose
from graphdiff.graph.node import LEAVES, Node, full_value
from graphdiff.graph.types import each_type
from graphdiff.ops.core import elementwise as ufuncs
from graphdiff.ops.core.axes import Reshape, Sum
from graphdiff.ops.core.elementwise import Cast, Elementwise
from graphdiff.ops.core.index import Put
from graphdiff.ops.core.linalg import MatMul
from graphdiff.ops.core.setitem import SetItem

LARGE = 1 << 18
"""Bytes from which on a term of a sum is made in blocks of rows."""

WITH_ZERO = {ufuncs.relu: "np.maximum", ufuncs.softplus: "np.logaddexp"}
"""Ops that are a ufunc of the argument and 0."""

_PRODUCTS = {ufuncs.multiply, ufuncs.square, ufuncs.power}


class Reuse:
    """What may be written over what: `takes` maps a node to such an argument.

    `given` are the nodes that exist before (arguments, constants), `wanted` those that
    the user has a name for, `kept` those written with extra axes, `grown` sums that
    take over the array of their first term by other means.
    """

    def __init__(
        self,
        order: Sequence[Node],
        given: Collection[Node],
        outputs: Collection[Node],
        wanted: Collection[Node],
        kept: Collection[Node],
        grown: Collection[Node] = (),
    ) -> None:
        """Go through the order twice: who reads what last, who may take what."""
        self.given, self.outputs = frozenset(given), frozenset(outputs)
        self.wanted, self.kept = frozenset(wanted), frozenset(kept)
        self.readers: dict[Node, list[Node]] = {}
        for node in order:
            for arg in dict.fromkeys(node.args):
                self.readers.setdefault(arg, []).append(node)
        self.takes: dict[Node, Node] = {}
        self.grown = frozenset(grown)
        self._choose(order)

    def _choose(self, order: Sequence[Node]) -> None:
        place = {node: i for i, node in enumerate(order)}
        last: dict[Node, int] = {}
        for node in reversed(order):
            reads = [
                last.get(r, place[r]) if self._reads_late(r) else place[r]
                for r in self.readers.get(node, ())
            ]
            kept = len(order) if node in self.outputs else place[node]
            last[node] = max([*reads, kept])
        taken: set[Node] = set()
        for node in order:
            if node in self.grown or not _may_overwrite(node) or self.is_inline(node):
                continue
            for arg in node.args:
                free = (
                    arg not in taken
                    and last[arg] == place[node]
                    and arg.type == node.type
                    and self._is_fresh(arg)
                    and not self._is_shown(arg, node)
                )
                if free:
                    self.takes[node] = arg
                    taken.add(arg)
                    break

    def _reads_late(self, node: Node) -> bool:
        """Whether `node` may read its arguments when its reader is computed.

        A number made of numbers stands inline, and so do the entries that it reads.
        """
        return self.is_inline(node) or not any(
            t.shape for arg in (node, *node.args) for t in each_type(arg.type)
        )

    def is_inline(self, node: Node) -> bool:
        """Whether `node` reads its arguments no sooner than its reader is computed."""
        readers = self.readers.get(node, [])
        entries = isinstance(node.op, Put) and len(readers) == 1
        return (
            entries
            or shows_argument(node)
            or self.is_late(node)
            or self.in_product(node)
            or self.is_mask(node)
            or self.is_value(node)
            or self.is_vector(node)
        )

    def is_vector(self, node: Node) -> bool:
        """Whether `node` is a matrix of one row or column, read as a vector: A @ x."""
        readers = self.readers.get(node, [])
        if not isinstance(node.op, MatMul) or len(readers) != 1:
            return False
        (reader,) = readers
        if not isinstance(reader.op, Reshape):
            return False
        old, new = node.type.shape, reader.type.shape
        return (
            inserted_axes(new, old) in ((-1,), (-2,))
            and node not in self.outputs
            and node not in self.wanted
            and node not in self.kept
        )

    def is_value(self, node: Node) -> bool:
        """Whether `node` is made for one assignment: ``A[i] = ...``."""
        readers = self.readers.get(node, [])
        return (
            len(readers) == 1
            and isinstance(readers[0].op, SetItem)
            and readers[0].args[1] is node
            and readers[0].args[0] is not node
            and isinstance(node.op, Elementwise)
            and node not in self.outputs
            and node not in self.wanted
            and not any(
                self.is_inline(a) for a in node.args if a.args and not shows_argument(a)
            )
        )

    def is_mask(self, node: Node) -> bool:
        """Whether `node` is the condition of one choice, and made for it."""
        readers = self.readers.get(node, [])
        return (
            isinstance(node.op, Elementwise)
            and node.type.dtype.kind == "b"
            and len(readers) == 1
            and readers[0].op is ufuncs.where
            and readers[0].args[0] is node
            and node not in self.outputs
            and node not in self.wanted
            and not any(self.is_inline(arg) for arg in node.args if arg.args)
        )

    def _is_fresh(self, node: Node) -> bool:
        """Whether `node` is computed into an array of its own, in full."""
        if not node.args or shows_argument(node) or node in self.outputs:
            return False
        if node in self.given or self.is_late(node) or isinstance(node.op, Put):
            return False
        if is_loose(node):
            return False
        if not isinstance(node.op, Elementwise):
            return node not in self.kept
        return node not in self.kept and not all(map(is_thin, node.args))

    def _is_shown(self, arg: Node, node: Node) -> bool:
        """Whether `node` reads the array of `arg` in another order as well."""
        stack = [other for other in node.args if other is not arg]
        while stack:
            other = stack.pop()
            if other is arg:
                return True
            if self.is_inline(other):
                stack += other.args
        return False

    def is_late(self, node: Node) -> bool:
        """Whether `node` is a large term of a sum, made when the sum is."""
        readers = self.readers.get(node, [])
        op = node.op
        return (
            isinstance(op, Elementwise)
            and op.out
            and len(readers) == 1
            and readers[0].op in (ufuncs.add, ufuncs.subtract)
            and readers[0].args[0] is not readers[0].args[1]
            and (readers[0].op is ufuncs.add or readers[0].args[1] is node)
            and node not in self.outputs
            and node not in self.wanted
            and nbytes_of(node) >= LARGE
            and all(
                isinstance(a.op, LEAVES) or a in self.given or _is_number(a)
                for a in node.args
            )
        )

    def in_product(self, node: Node) -> bool:
        """Whether `node` is a product of which only the sum of all is wanted."""
        readers = self.readers.get(node, [])
        return (
            len(readers) == 1
            and isinstance(readers[0].op, Sum)
            and factors_of(node) is not None
            and len(readers[0].op.axes) == len(node.type.shape)
            and node not in self.outputs
        )

    def is_entry(self, node: Node) -> bool:
        """Whether `node` is zeros with entries, to be added to an array in place."""
        readers = self.readers.get(node, [])
        return (
            isinstance(node.op, Put)
            and len(readers) == 1
            and readers[0].op is ufuncs.add
            and self.takes.get(readers[0]) not in (None, node)
            and node not in self.outputs
        )


def shows_argument(node: Node) -> bool:
    """Whether the result of `node` may lie in the memory of an argument."""
    return isinstance(node.op, Cast) or node.op.is_view_of(*node.args)


def _may_overwrite(node: Node) -> bool:
    op = node.op
    if not isinstance(op, Elementwise) or not node.type.shape:
        return False
    if op is ufuncs.where:
        return is_zero(node.args[2]) and node.type.dtype.kind == "f"
    if op is ufuncs.sigmoid or op in WITH_ZERO:
        return True
    return op.out and "." in op.name and op.name != "np.clip"


def is_zero(node: Node) -> bool:
    """Whether `node` is 0 everywhere, and never -0.0."""
    value = full_value(node)
    return value is not None and value == 0 and not np.signbit(value.real)


def _is_number(node: Node) -> bool:
    """Whether `node` is one number, repeated or not."""
    while isinstance(node.op, VIEWS) and node.args:
        node = node.args[0]
    return not node.type.shape or full_value(node) is not None


def is_thin(node: Node) -> bool:
    """Whether `node` may be held in fewer entries than its shape has."""
    return isinstance(node.op, (*VIEWS, *LEAVES)) and (
        bool(node.args) or full_value(node) is not None or node.op.label == "size"
    )


def nbytes_of(node: Node) -> int:
    """The bytes of `node`; 0 if they depend on named sizes."""
    shape = node.type.shape
    if not all(isinstance(n, int) for n in shape):
        return 0
    return math.prod(int(n) for n in shape) * node.type.dtype.itemsize


def factors_of(node: Node) -> tuple[Node, Node] | None:
    """The two factors of a product of real arrays of one shape, if it is one."""
    if node.op not in _PRODUCTS or node.type.dtype.char not in "fd":
        return None
    if node.op is ufuncs.power and full_value(node.args[1]) != 2:
        return None
    first = node.args[0]
    second = node.args[1] if node.op is ufuncs.multiply else first
    if any(is_thin(a) for a in (first, second)):
        return None
    return first, second
