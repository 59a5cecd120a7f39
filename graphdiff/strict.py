"""Cotangents whose zeros are strict: 0 times anything is 0.

Where a ``where`` or an index has discarded an entry, its cotangent is exactly 0, and
so must be whatever is made from it, even if the slope there is infinite or NaN. A
pullback at such a place gets its cotangent as one of the handles below; the same rule
then multiplies through `gated` instead of ``*``, and no rule knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any

import numpy as np

from graphdiff.expression.expression import Expression, lift
from graphdiff.graph.node import (
    LEAVES,
    Constant,
    Full,
    Input,
    Made,
    Node,
    Size,
    full_value,
)
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.axes import Reshape, Spread, Transpose
from graphdiff.ops.core.elementwise import (
    Cast,
    Elementwise,
    cast_node,
    divide,
    floor_divide,
    gated,
    isfinite,
    isinf,
    isnan,
    mod,
    power,
    reciprocal,
    where,
)
from graphdiff.ops.core.index import Take
from graphdiff.ops.core.linalg import GatedMatMul, matmul
from graphdiff.ops.core.pattern import cover
from graphdiff.runtime.strict import gated_matmul, matmul_gated


def is_tame(node: Node) -> bool:
    """Whether the entries of `node` are surely finite: a literal, a size, an input."""
    value = full_value(node)
    if value is not None:
        return bool(np.isfinite(value))
    return isinstance(node.op, (*LEAVES, Made)) and not is_singular(node)


class Strict(Expression):
    """A symbolic cotangent with strict zeros."""

    __slots__ = ()
    strict = True

    def trusts(self, node: Node) -> bool:
        """Whether 0 times the entries of `node` is surely 0."""
        return is_tame(node)

    def like(self, other: Any) -> Any:
        """`other`, made of self by moving entries: as strict."""
        return type(self)(other.node)

    def __mul__(self, other: Any) -> Any:
        """Multiply; where self is 0 the product is 0."""
        other = lift(other)
        if self.trusts(other.node):
            return self.like(Expression(self.node) * other)
        return gated(self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        """Divide; where self is 0 the quotient is 0."""
        other = lift(other)
        value = full_value(other.node)
        if isinstance(other.node.op, Size) or (value is not None and value != 0):
            return self.like(Expression(self.node) / other)
        kind = np.result_type(self.dtype, other.dtype)
        wide = kind if kind.kind == "c" else self.dtype
        return gated(self, reciprocal(Expression(cast_node(other.node, wide))))

    def __matmul__(self, other: Any) -> Any:
        """Multiply matrices; zeros of self are strict."""
        other = lift(other)
        if self.trusts(other.node):
            return self.like(matmul(Expression(self.node), other))
        return GatedMatMul(0)(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        """Multiply matrices; zeros of self are strict."""
        other = lift(other)
        if self.trusts(other.node):
            return self.like(matmul(other, Expression(self.node)))
        return GatedMatMul(1)(other, self)


class Wary(Strict):
    """A strict cotangent where somebody asks whether inputs are finite."""

    __slots__ = ()

    def trusts(self, node: Node) -> bool:
        """Whether 0 times the entries of `node` is surely 0: inputs are in doubt."""
        return is_tame(node) and not isinstance(node.op, Input)


class Open(Expression):
    """A cotangent that may be infinite, or is not known yet: a tangent will come.

    Whatever is made of it must be linear in it: no condition may ask for it. Tangents
    need no gates, because they pass the same selections as the values do.
    """

    __slots__ = ()
    is_open = True


class StrictArray(np.ndarray):
    """A numeric cotangent with strict zeros."""

    strict = True

    def like(self, other: Any) -> Any:
        """`other`, made of self by moving entries: as strict."""
        return np.asarray(other).view(StrictArray)

    def __array_ufunc__(
        self, ufunc: Any, method: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Compute a ufunc; products and quotients keep the zeros of self."""
        plain = [np.asarray(a) if isinstance(a, StrictArray) else a for a in args]
        if method != "__call__" or kwargs:
            kwargs = {k: _plain(v) for k, v in kwargs.items()}
            result = getattr(ufunc, method)(*plain, **kwargs)
            return np.asarray(result).view(StrictArray)
        first = isinstance(args[0], StrictArray)
        if ufunc is np.multiply:
            factors = _alike(*np.broadcast_arrays(*(plain if first else plain[::-1])))
            result = gated(*factors)
        elif ufunc is np.true_divide and first:
            with np.errstate(all="ignore"):
                g, by = _alike(plain[0], np.asarray(plain[1]))
                slope = np.reciprocal(by.astype(g.dtype))
            result = gated(*np.broadcast_arrays(g, slope))
        elif ufunc is np.matmul:
            result = gated_matmul(*plain) if first else matmul_gated(*plain)
        else:
            result = ufunc(*plain)
        return np.asarray(result).view(StrictArray)

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        """Compute any other function; what is made of self is as strict."""
        kwargs = {k: _plain(v) for k, v in kwargs.items()}
        return np.asarray(function(*_plain(args), **kwargs)).view(StrictArray)


def _alike(g: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A cotangent and its factor in one dtype: complex if either is."""
    if "c" in (g.dtype.kind, s.dtype.kind):
        dtype = np.result_type(g.dtype, s.dtype)
        return g.astype(dtype), s.astype(dtype)
    return g, s


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)(map(_plain, value))
    return np.asarray(value) if isinstance(value, StrictArray) else value


def ways(node: Node) -> list[tuple[int, Node]]:
    """The arguments for which a cotangent of `node` can have a share, with their place.

    Truths and integers carry none, and nothing flows through a step function.
    """
    if not _is_inexact(node):
        return []
    is_flat = node.op.is_flat
    found = enumerate(node.args)
    return [(i, a) for i, a in found if _is_inexact(a) and not is_flat(i)]


def _is_inexact(node: Node) -> bool:
    return not isinstance(node.type, ArrayType) or node.type.is_inexact


def masked_nodes(nodes: Sequence[Node], loud: Iterable[Node]) -> set[Node]:
    """The nodes whose values reach the `loud` ones only past an op that may discard.

    `nodes` come in topological order. What is not masked is seen by the user; a NaN
    there is the truth. A condition is not a way to be seen. Parts of an array that hold
    all of its entries together show it whole, as in ``a, b = x[0], x[1]``.
    """
    seen = set(loud)
    parts: dict[Node, list[Take]] = {}
    for node in reversed(nodes):
        if node in parts and cover((p.pattern for p in parts[node]), node.type.shape):
            seen.add(node)
        if node.args and node in seen:
            shielded = node.op.masks_of(*node.args)
            seen.update([arg for i, arg in ways(node) if i not in shielded])
            if isinstance(node.op, Take) and shielded:
                parts.setdefault(node.args[0], []).append(node.op)
    return {node for node in nodes if node not in seen}


def steep_nodes(nodes: Sequence[Node]) -> set[Node]:
    """The nodes whose cotangent may be infinite though every value is finite.

    A function with a finite value and an infinite slope follows them: sqrt at 0.
    """
    steep: set[Node] = set()
    for node in reversed(nodes):
        if node in steep or is_steep(node):
            steep.update([arg for _, arg in ways(node)])
    return steep


def is_steep(node: Node) -> bool:
    """Whether the slope of `node` can be infinite where its value is finite."""
    if node.op is power:
        exponent = full_value(node.args[1])
        rises = exponent is None or np.iscomplexobj(exponent) or 0 < exponent < 1
        return rises and is_singular(node)
    return node.op.steep


def wild_nodes(
    nodes: Sequence[Node],
    settled: Set[Node] = frozenset(),
    inputs: Set[Node] = frozenset(),
) -> set[Node]:
    """The nodes whose values, or whose slopes, can be infinite or NaN.

    Inputs count as finite, except `inputs` and those that the computation itself
    tests; and so do `settled` nodes, whose operands are safe wherever they are masked.
    """
    wild = doubted_inputs(nodes) | inputs
    for node in nodes:
        own = is_singular(node) and node not in settled
        if (own or (wild and not wild.isdisjoint(node.args))) and _is_inexact(node):
            wild.add(node)
    return wild


def doubted_inputs(nodes: Sequence[Node]) -> set[Node]:
    """The inputs that somebody asks whether they are finite.

    Who leaves NaN out of what is computed from an input doubts that input.
    """
    doubted = {
        node.args[0]
        for node in nodes
        if node.op in (isfinite, isnan, isinf) and isinstance(node.args[0].op, Input)
    }
    asked = {n.args[0] for n in nodes if n.op.doubts or n.op is isnan}
    for node in reversed(nodes) if asked else ():
        if node in asked and _is_inexact(node):
            asked.update(node.args)
            if isinstance(node.op, Input):
                doubted.add(node)
    return doubted | _left_out(nodes)


def _left_out(nodes: Sequence[Node]) -> set[Node]:
    """The inputs of which a mask, given or constant, leaves entries out, one by one.

    What is missing from data is often NaN there. A derivative may have left out the
    same entries by strict products.
    """
    found: set[Node] = set()
    waiting: list[Node] = []
    for node in nodes:
        if node.op is where and _is_given(node.args[0]):
            waiting += node.args[1:]
    if waiting:
        waiting += [node.args[1] for node in nodes if node.op is gated]
    while waiting:
        node = waiting.pop()
        if node not in found and _is_inexact(node):
            found.add(node)
            if isinstance(node.op, _ENTRY_BY_ENTRY):
                waiting += node.args
    return {node for node in found if isinstance(node.op, Input)}


def _is_given(condition: Node) -> bool:
    """Whether a condition is an array of truths from outside, or its opposite."""
    node = condition
    while len(node.args) == 1 and _is_truth(node):
        node = node.args[0]
    return isinstance(node.op, (Input, Constant)) and _is_truth(node)


def _is_truth(node: Node) -> bool:
    return isinstance(node.type, ArrayType) and node.type.dtype.kind == "b"


_ENTRY_BY_ENTRY = (Elementwise, Cast, Reshape, Spread, Transpose)


def is_singular(node: Node) -> bool:
    """Whether `node` itself can turn finite arguments into infinities or NaN.

    A constant that holds some counts too, as the -inf of a mask before a softmax.
    """
    op = node.op
    if isinstance(op, (Constant, Full)):
        return node.type.is_inexact and not np.all(np.isfinite(op.value))
    if not op.singular:
        return False
    if op is power:
        exponent = full_value(node.args[1])
        if exponent is None or np.imag(exponent) != 0:
            return True
        return exponent.real < 0 or not float(exponent.real).is_integer()
    if op in (divide, mod, floor_divide):
        by = node.args[1]
        return not isinstance(by.op, Size) and full_value(by) in (None, 0)
    return True
