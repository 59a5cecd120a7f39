"""What the emitter asks about ops beyond their records."""

from __future__ import annotations

from graphdiff.graph.node import Node, Pick
from graphdiff.memory.again import Again
from graphdiff.ops.complex.complexes import Imaginary
from graphdiff.ops.core import elementwise as ufuncs
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.entries import Cast, Elementwise, RealPart
from graphdiff.ops.core.index import Concatenate, Put, Take
from graphdiff.ops.core.linalg import Einsum
from graphdiff.ops.core.reduce import Mean, Reduction
from graphdiff.ops.region.region import Region
from graphdiff.ops.shape.moves import Move

VIEWS = (Spread, Reshape, Transpose, Again)

PARTS = (RealPart, Imaginary)
"""Views of complex arrays as real ones."""

_HARMLESS = (*VIEWS, *PARTS, Take, Put, Concatenate, Move)
_CHOICES = {
    ufuncs.where,
    ufuncs.maximum,
    ufuncs.minimum,
    ufuncs.clip,
    ufuncs.gated,
    ufuncs.ratio,
}


def is_harmless(node: Node) -> bool:
    """Whether `node` makes no warning out of NaN and infinities."""
    return isinstance(node.op, _HARMLESS) or node.op in _CHOICES


def widens(node: Node) -> bool:
    """Whether `node` only makes complex numbers of real ones, as NumPy does itself."""
    return (
        isinstance(node.op, Cast) and node.type.is_complex and node.args[0].type.is_real
    )


def is_square(node: Node) -> bool:
    """Whether `node` is x * x, written x**2: of arrays, NumPy computes the same."""
    return (
        node.op is ufuncs.multiply
        and bool(node.type.shape)
        and node.type.dtype.kind in "fiuc"
    )


def is_loose(node: Node) -> bool:
    """Whether `node` is a result of a loop or a branch that may be an argument of it.

    A loop without a step hands its arguments through. What it stacks is fresh.
    """
    if not isinstance(node.op, Pick):
        return False
    region = node.args[0].op
    return isinstance(region, Region) and not region.is_stack(node.op.index)


def is_scalar(node: Node) -> bool:
    """Whether NumPy makes a scalar of `node`, not an array without axes."""
    op = node.op
    if isinstance(op, Elementwise):
        return op is not ufuncs.where and "." in op.name
    if isinstance(op, (Sum, Mean, Reduction, Einsum)):
        return op.call(*[arg.type for arg in node.args]).function.startswith("np.")
    return not node.args
