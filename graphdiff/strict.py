"""Cotangents whose zeros are strict: 0 times anything is 0.

Where a ``where`` or an index has discarded an entry, its cotangent is exactly 0, and
so must be whatever is made from it, even if the slope there is infinite or NaN. A
pullback at such a place gets its cotangent as one of the handles below; the same rule
then multiplies through `gated` instead of ``*``, and no rule knows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.expression import Expression, lift
from graphdiff.node import LEAVES, Node, Size, full_value
from graphdiff.ops.elementwise import gated, reciprocal
from graphdiff.ops.linalg import GatedMatMul, matmul
from graphdiff.runtime import gated_matmul, matmul_gated


def is_tame(node: Node) -> bool:
    """Whether the entries of `node` are surely finite: a literal, a size, an input."""
    value = full_value(node)
    if value is not None:
        return bool(np.isfinite(value))
    return isinstance(node.op, (Size, *LEAVES))


class Strict(Expression):
    """A symbolic cotangent with strict zeros."""

    __slots__ = ()
    strict = True

    def __mul__(self, other: Any) -> Any:
        """Multiply; where self is 0 the product is 0."""
        other = lift(other)
        if is_tame(other.node):
            return Strict((Expression(self.node) * other).node)
        return gated(self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        """Divide; where self is 0 the quotient is 0."""
        other = lift(other)
        value = full_value(other.node)
        if isinstance(other.node.op, Size) or (value is not None and value != 0):
            return Strict((Expression(self.node) / other).node)
        return gated(self, reciprocal(other.astype(self.dtype)))

    def __matmul__(self, other: Any) -> Any:
        """Multiply matrices; zeros of self are strict."""
        other = lift(other)
        if is_tame(other.node):
            return Strict(matmul(Expression(self.node), other).node)
        return GatedMatMul(0)(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        """Multiply matrices; zeros of self are strict."""
        other = lift(other)
        if is_tame(other.node):
            return Strict(matmul(other, Expression(self.node)).node)
        return GatedMatMul(1)(other, self)


class StrictArray(np.ndarray):
    """A numeric cotangent with strict zeros."""

    strict = True

    def __array_ufunc__(
        self, ufunc: Any, method: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Compute a ufunc; products and quotients keep the zeros of self."""
        plain = [np.asarray(a) if isinstance(a, StrictArray) else a for a in args]
        if method != "__call__" or kwargs:
            return getattr(ufunc, method)(*plain, **kwargs)
        first = isinstance(args[0], StrictArray)
        if ufunc is np.multiply:
            result = gated(*np.broadcast_arrays(*(plain if first else plain[::-1])))
        elif ufunc is np.true_divide and first:
            with np.errstate(all="ignore"):
                slope = np.reciprocal(np.asarray(plain[1], plain[0].dtype))
            result = gated(*np.broadcast_arrays(plain[0], slope))
        elif ufunc is np.matmul:
            result = gated_matmul(*plain) if first else matmul_gated(*plain)
        else:
            result = ufunc(*plain)
        return np.asarray(result).view(StrictArray)


def masked_nodes(nodes: list[Node], loud: set[Node]) -> set[Node]:
    """The nodes whose values reach the `loud` ones only past an op that may discard.

    `nodes` come in topological order. What is not masked is seen by the user; a NaN
    there is the truth.
    """
    seen = set(loud)
    for node in reversed(nodes):
        if node in seen:
            shielded = node.op.masks_of(*node.args) if node.args else ()
            for i, arg in enumerate(node.args):
                if i not in shielded:
                    seen.add(arg)
    return {node for node in nodes if node not in seen}


def wild_nodes(nodes: list[Node]) -> set[Node]:
    """The nodes whose values, or whose slopes, can be infinite or NaN."""
    wild: set[Node] = set()
    for node in nodes:
        if is_singular(node) or any(arg in wild for arg in node.args):
            wild.add(node)
    return wild


def is_singular(node: Node) -> bool:
    """Whether `node` itself can turn finite arguments into infinities or NaN."""
    if not node.op.singular:
        return False
    safe = getattr(node.op, "safe", ())
    for arg, value in zip(node.args, safe, strict=False):
        if value is None or not isinstance(arg.op, (Size,)) and full_value(arg) is None:
            continue
        if isinstance(arg.op, Size) or full_value(arg) != 0:
            return False
    if node.op.label == "power":
        power = full_value(node.args[1])
        return not (power is not None and power >= 1 and power == int(power))
    return True
