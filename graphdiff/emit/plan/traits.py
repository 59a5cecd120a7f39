"""What the emitter asks about ops beyond their records."""

from __future__ import annotations

from graphdiff.graph.node import Node
from graphdiff.memory.again import Again
from graphdiff.ops.complex.complexes import Imaginary
from graphdiff.ops.core import elementwise as ufuncs
from graphdiff.ops.core.axes import Reshape, Spread, Transpose
from graphdiff.ops.core.entries import Cast, RealPart
from graphdiff.ops.core.index import Concatenate, Put, Take
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
