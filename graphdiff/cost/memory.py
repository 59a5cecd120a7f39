"""How much memory a graph holds at once, as formulas in the named sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from graphdiff.cost.terms import product
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import LEAVES, Node
from graphdiff.graph.types import ArrayType, Shape, Size
from graphdiff.memory.order import running_order
from graphdiff.sizes.dims import Dim


def is_view(node: Node) -> bool:
    """Whether the array of `node` lies in the memory of its first argument."""
    return bool(node.args) and node.op.is_view_of(*node.args)


def holds_memory(node: Node) -> bool:
    """Whether the value of `node` is an array of its own, not a view or an argument."""
    return (
        not isinstance(node.op, LEAVES)
        and isinstance(node.type, ArrayType)
        and node.type.shape != ()
        and not is_view(node)
    )


def deaths(graph: Graph, order: Sequence[Node]) -> dict[Node, list[Node]]:
    """For each node the arrays that nothing shows any more when it is computed.

    An array lives as long as a view of it does, and to the end if it is returned.
    """
    roots: dict[Node, Node] = {}
    for node in order:
        roots[node] = roots[node.args[0]] if is_view(node) else node
    outputs = {roots[node] for node in graph.outputs.values()}
    ends = {roots[arg]: node for node in order for arg in node.args}
    found: dict[Node, list[Node]] = {}
    for root, end in ends.items():
        if root not in outputs and holds_memory(root):
            found.setdefault(end, []).append(root)
    return found


class Peaks:
    """The largest of several sums of sizes, where sizes are not known.

    One polynomial exceeds another for sure if it does so in every coefficient; those
    that no other exceeds are kept.
    """

    _MOST = 8

    def __init__(self) -> None:
        """Start with nothing held."""
        self._held: Counter[Any] = Counter()
        self._front: list[dict[Any, int]] = []
        self._terms: dict[tuple[Shape, int], tuple[tuple[Any, int], ...]] = {}
        self._grown = False

    def take(self, type: ArrayType) -> None:
        """Hold an array of `type` from now on."""
        self._grown = True
        for monomial, n in self._size(type):
            self._held[monomial] += n

    def drop(self, type: ArrayType) -> None:
        """Hold an array of `type` no longer."""
        self.note()
        for monomial, n in self._size(type):
            self._held[monomial] -= n

    def pass_by(self, size: Size) -> None:
        """Hold so many bytes for a moment."""
        terms = _terms(size)
        self._grown = True
        for monomial, n in terms:
            self._held[monomial] += n
        self.note()
        for monomial, n in terms:
            self._held[monomial] -= n

    def note(self) -> None:
        """Remember what is held, if that may be the most so far."""
        if not self._grown:
            return
        self._grown = False
        now = {m: n for m, n in self._held.items() if n}
        if any(_exceeds(other, now) for other in self._front):
            return
        kept = [other for other in self._front if not _exceeds(now, other)]
        self._front = [*kept, now][-self._MOST :]

    def largest(self) -> tuple[Size, ...]:
        """The sums, in bytes, of which one is the largest."""
        self.note()
        return tuple(_polynomial(found) for found in self._front) or (0,)

    def _size(self, type: ArrayType) -> tuple[tuple[Any, int], ...]:
        key = type.shape, type.dtype.itemsize
        found = self._terms.get(key)
        if found is None:
            found = _terms(type.dtype.itemsize * product(type.shape))
            self._terms[key] = found
        return found


def _terms(size: Size) -> tuple[tuple[Any, int], ...]:
    return size._terms if isinstance(size, Dim) else (((), size),)


def _exceeds(a: Mapping[Any, int], b: Mapping[Any, int]) -> bool:
    return all(a.get(m, 0) >= n for m, n in b.items()) and all(
        n >= b.get(m, 0) for m, n in a.items()
    )


def _polynomial(terms: Mapping[Any, int]) -> Size:
    total: Size = 0
    for monomial, n in terms.items():
        factors = [a if isinstance(a, str) else None for a in monomial]
        if None in factors:
            from graphdiff.sizes.polynomial import from_terms

            total = total + from_terms(((monomial, n),))
        else:
            total = total + n * product(Dim.named(a) for a in factors if a)
    return total


def peak_memory(graph: Graph) -> tuple[Size, ...]:
    """The most bytes held at once, beside the arguments, if each array goes when done.

    Several polynomials where none is the largest for all sizes. What a loop or a branch
    holds inside counts while it runs.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(np.tanh(x) * x), gd.spec("n"))
    >>> peak_memory(graph)
    (16 * n,)
    """
    peaks = Peaks()
    order = running_order(graph)
    dead = deaths(graph, order)
    for node in order:
        for body in node.op.bodies():
            for size in peak_memory(body):
                peaks.pass_by(size)
        if holds_memory(node):
            peaks.take(node.type)
        for root in dead.get(node, ()):
            peaks.drop(root.type)
    return peaks.largest()
