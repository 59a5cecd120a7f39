r"""Sums, means, norms and the like of whole arrays.

Along one axis of a matrix they are products with a column of ones; the sum of all
squares is a norm; what is left is written with an index.
"""

from __future__ import annotations

from typing import Any

from graphdiff.graph.node import Full, Node
from graphdiff.ops.core.axes import count
from graphdiff.show.formula.entrywise import ONE, QUOTIENT, multiplied
from graphdiff.show.formula.matrix import ONES, chained, transposed
from graphdiff.show.formula.notation import Binds, Notation, Term
from graphdiff.show.formula.view import NeedsIndicesError, View

_SQUARED_NORM = Notation(r"\lVert #1 \rVert^2", Binds.POWER)
_SQUARED_FROBENIUS = Notation(r"\lVert #1 \rVert_F^2", Binds.POWER)


def summed(view: View, node: Node) -> Term:
    """A sum: a norm, over an index, or a product with ones."""
    (x,) = node.args
    rank, axes = len(x.type.shape), node.op.axes  # type: ignore[attr-defined]
    if len(axes) == rank:
        norm = _squares(view, x)
        return by_entry(view, node) if norm is None else norm
    if rank == 2:
        matrix = view.of(x) if axes == (-1,) else transposed(view, x)
        return chained(matrix, ONES)
    raise NeedsIndicesError


def _squares(view: View, x: Node) -> Term | None:
    """The squared norm that the sum of all of `x` is, if it is one."""
    if not view.writer.is_inline(x) or x.type.is_complex or not x.type.shape:
        return None
    base = squared(x)
    if base is None or len(base.type.shape) > 2:
        return None
    norm = _SQUARED_NORM if len(base.type.shape) == 1 else _SQUARED_FROBENIUS
    return norm(view.number(base))


def squared(x: Node) -> Node | None:
    """What the entries of `x` are the squares of."""
    name = getattr(x.op, "name", "")
    if name == "np.square" or (name == "np.multiply" and x.args[0] is x.args[1]):
        return x.args[0]
    if name == "np.power" and isinstance(x.args[1].op, Full):
        return x.args[0] if x.args[1].op.value == 2 else None
    return None


def mean(view: View, node: Node) -> Term:
    """A mean: a sum, and a share."""
    (x,) = node.args
    rank, axes = len(x.type.shape), node.op.axes  # type: ignore[attr-defined]
    number_of = view.size(count(x, axes))
    share = ONE if number_of == ONE else QUOTIENT(ONE, number_of)
    if len(axes) == rank:
        norm = _squares(view, x)
        return by_entry(view, node) if norm is None else multiplied(share, norm)
    if rank == 2:
        matrix = view.of(x) if axes == (-1,) else transposed(view, x)
        return multiplied(share, chained(matrix, ONES))
    raise NeedsIndicesError


def over_all(view: View, node: Node) -> Term:
    """A reduction that is written with an index: of all entries, or not at all."""
    if node.type.shape:
        raise NeedsIndicesError
    return by_entry(view, node)


def by_entry(view: View, node: Node) -> Term:
    """A number, computed from entries."""
    return view.writer.entry(node, view.at(()))


def einsum(view: View, node: Node) -> Term:
    """The product of two vectors; of anything else its indices say more."""
    op: Any = node.op
    if not op.output and op.inputs[0] == op.inputs[-1] and len(op.inputs) == 2:
        a, b = node.args
        if len(a.type.shape) == 1 and a is b and not a.type.is_complex:
            return _SQUARED_NORM(view.of(a))
        if len(a.type.shape) == 1:
            return chained(transposed(view, a), view.of(b))
    return over_all(view, node)


def norm(view: View, node: Node) -> Term:
    """The norm of a vector, or Frobenius' of a matrix."""
    (x,) = node.args
    if node.type.shape or len(x.type.shape) > 2:
        raise NeedsIndicesError
    frobenius = "_F" if len(x.type.shape) == 2 else ""
    return Notation(rf"\lVert #1 \rVert{frobenius}")(view.of(x))


def softmax(view: View, node: Node) -> Term:
    """Softmax along the last axis, row by row."""
    if node.op.axes != (-1,):  # type: ignore[attr-defined]
        raise NeedsIndicesError
    return Notation(r"\operatorname{softmax}(#1)")(view.of(node.args[0]))
