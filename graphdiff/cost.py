"""What a graph costs: operations and memory, as formulas in the named sizes.

Counted are operations on entries as textbooks count them: one for each entry that a
ufunc makes, two for each multiply-add of a matrix product, one for each entry that a
reduction reads; moving axes costs nothing. Formulas are exact integer polynomials.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from graphdiff.evaluate import last_uses
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import LEAVES, Made, Node, Op, Pick
from graphdiff.graph.types import ArrayType, Shape, Size
from graphdiff.memory.again import Again
from graphdiff.memory.order import running_order
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.elementwise import Cast, Elementwise
from graphdiff.ops.core.index import Concatenate, Put, Take
from graphdiff.ops.core.linalg import Einsum, GatedMatMul, MatMul
from graphdiff.ops.core.reduce import LogSumExp, Reduction, Softmax, Std, Var
from graphdiff.ops.matrix.flops import FLOPS
from graphdiff.ops.region.cond import Cond
from graphdiff.ops.region.loop import Loop
from graphdiff.ops.region.until import While
from graphdiff.ops.shape.moves import Move
from graphdiff.ops.window.pooling import (
    MaxPool,
    MaxPoolAlong,
    MaxPoolBack,
    SumPool,
    SumPoolBack,
)
from graphdiff.ops.window.windows import Columns, FromColumns
from graphdiff.rewrite.unfold import unfolded
from graphdiff.sizes.dims import Dim

Factors = tuple[Size, ...]

_VIEWS = (Spread, Reshape, Transpose, Again)
_WITHOUT_MEMORY = frozenset((*LEAVES, *_VIEWS))


def product(sizes: Iterable[Size]) -> Size:
    """The product of sizes; that of none is 1.

    >>> product((Dim.named("batch"), 10))
    10 * batch
    """
    total: Size = 1
    for n in sizes:
        total = total * n
    return total


def _matrix(node: Node) -> tuple[int, Factors]:
    return 2, (*node.type.shape, node.args[0].type.shape[-1])


def _einsum(node: Node) -> tuple[int, Factors]:
    sizes = node.op.sizes_of(*[a.type for a in node.args])  # type: ignore[attr-defined]
    return len(node.args), tuple(sizes.values())


def _read(times: int) -> Callable[[Node], tuple[int, Factors]]:
    return lambda node: (times, node.args[0].type.shape)


def _taps(times: int, back: bool = False) -> Callable[[Node], tuple[int, Factors]]:
    """So many operations for each tap of a window in each of its places."""

    def rule(node: Node) -> tuple[int, Factors]:
        places = node.args[0].type.shape if back else node.type.shape
        return times, (*node.op.kernel, *places)  # type: ignore[attr-defined]

    return rule


def _entries(node: Node) -> tuple[int, Factors]:
    return 1, node.type.shape


def _nothing(node: Node) -> tuple[int, Factors]:
    return 0, ()


_RULES: dict[type, Callable[[Node], tuple[int, Factors]]] = {
    **dict.fromkeys(
        (*LEAVES, *_VIEWS, Pick, Take, Cast, Concatenate, Columns), _nothing
    ),
    MatMul: _matrix,
    GatedMatMul: _matrix,
    Einsum: _einsum,
    Elementwise: _entries,
    Sum: _read(1),
    Put: _read(1),
    FromColumns: _read(1),
    SumPool: _taps(1),
    SumPoolBack: _taps(1, back=True),
    MaxPool: _taps(1),
    MaxPoolBack: _taps(2, back=True),
    MaxPoolAlong: _taps(2),
    Var: _read(4),
    Std: _read(4),
    LogSumExp: _read(4),
    Softmax: _read(4),
}


def cost_of(node: Node) -> tuple[int, Factors]:
    """The operations of one node: a number, and the sizes that it is multiplied by."""
    rule = _RULES.get(type(node.op))
    if rule is not None:
        return rule(node)
    if isinstance(node.op, (Move, Made)):
        return _nothing(node)
    if isinstance(node.op, Reduction):
        return 1, node.args[0].type.shape
    return (1, node.type.shape) if isinstance(node.type, ArrayType) else (1, ())


def operations(nodes: Iterable[Node]) -> Size:
    """The number of operations of all `nodes`, a polynomial in the named sizes.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda A, x: np.tanh(A @ x), gd.spec("n,n"), gd.spec("n,1"))
    >>> operations(graph)
    2 * n**2 + n
    """
    counted: Counter[Factors] = Counter()
    inside: Size = 0
    for node in nodes:
        if node.op.bodies():
            inside = inside + _within(node.op)
            continue
        several = FLOPS.get(type(node.op))
        for times, factors in several(node) if several else (cost_of(node),):
            if times:
                counted[factors] += times  # type: ignore[assignment]
    total: Size = inside
    for factors, times in counted.items():
        share = Fraction(times)
        part = share.numerator * product(factors)
        total = total + (part if share.denominator == 1 else part // share.denominator)
    return total


def _within(op: Op) -> Size:
    """The operations of the graphs that `op` holds, as often as each of them runs.

    Of branches, the one that costs most; of a function under rules of its own, the
    function.
    """
    counts = [operations(body.nodes) for body in op.bodies()]
    if isinstance(op, Cond):
        return reduce(larger, counts)
    if isinstance(op, Loop):
        return op.length * counts[0]
    if isinstance(op, While):
        return op.steps * (counts[0] + counts[1])
    return counts[0]


def larger(a: Size, b: Size) -> Size:
    """The larger size; where that is open, the one of higher degree, then the first."""
    try:
        return a if a >= b else b
    except TypeError:
        return max(a, b, key=_degree)


def _degree(size: Size) -> int:
    return len(size._terms[0][0]) if isinstance(size, Dim) else 0


def holds_memory(node: Node) -> bool:
    """Whether the value of `node` is an array of its own, not a view or an argument."""
    return (
        type(node.op) not in _WITHOUT_MEMORY
        and isinstance(node.type, ArrayType)
        and node.type.shape != ()
    )


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
        """Hold so many bytes more, and no longer."""
        terms = size._terms if isinstance(size, Dim) else (((), size),)
        for monomial, n in terms:
            self._held[monomial] += n
        self._grown = True
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
            size = type.dtype.itemsize * product(type.shape)
            found = size._terms if isinstance(size, Dim) else (((), size),)
            self._terms[key] = found
        return found


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

    Several polynomials where none is the largest for all sizes.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(np.tanh(x) * x), gd.spec("n"))
    >>> peak_memory(graph)
    (16 * n,)
    """
    peaks = Peaks()
    order = running_order(graph)
    last = last_uses(graph, order)
    for node in order:
        if holds_memory(node):
            peaks.take(node.type)
        for body in node.op.bodies():
            for size in peak_memory(body):
                peaks.pass_by(size)
        for arg in last.get(node, ()):
            if holds_memory(arg):
                peaks.drop(arg.type)
    return peaks.largest()


@dataclass(frozen=True)
class Cost:
    """Operations of the forward part and in all, and peak memory in bytes."""

    forward: Size
    total: Size
    memory: tuple[Size, ...]

    def __str__(self) -> str:
        """Say it in a sentence."""
        return (
            f"{show_size(self.total)} operations (forward part "
            f"{show_size(self.forward)}), at most {show_largest(self.memory)} bytes"
        )


def cost(graph: Graph) -> Cost:
    """What one run of `graph` costs."""
    graph = unfolded(graph)
    forward = [n for n in graph.nodes if graph.role_of(n) is None]
    return Cost(operations(forward), operations(graph.nodes), peak_memory(graph))


def show_size(size: Size) -> str:
    """A formula for people; large plain numbers with separators.

    >>> show_size(1234567)
    '1,234,567'
    """
    return f"{size:,}" if isinstance(size, int) else str(size)


def show_largest(sizes: tuple[Size, ...]) -> str:
    """One formula, or ``max(...)`` of several."""
    shown = [show_size(n) for n in sizes]
    return shown[0] if len(shown) == 1 else f"max({', '.join(shown)})"
