r"""The algebra of matrices that formulas are made with: products, transposes, ones.

A vector is a column. The transpose of a product is the product of the transposes in
the other order, numbers and signs come first, and products stand in one row.
"""

from __future__ import annotations

from graphdiff.graph.node import Node
from graphdiff.ops.core.axes import Reshape, Spread, Transpose
from graphdiff.ops.core.entries import Elementwise
from graphdiff.ops.core.linalg import MatMul
from graphdiff.ops.matrix.solve import Inv, Solve
from graphdiff.show.formula.entrywise import (
    ONE,
    PRODUCT,
    SCALED,
    is_scalar,
    multiplied,
)
from graphdiff.show.formula.notation import NEGATED, Binds, Notation, Term
from graphdiff.show.formula.view import NeedsIndicesError, View

TRANSPOSED = Notation(r"#1^\top", Binds.POWER, (Binds.ATOM,))
ADJOINT = Notation(r"#1^{\mathrm{H}}", Binds.POWER, (Binds.ATOM,))
DIAGONAL = Notation(r"\operatorname{diag}(#1)")
INVERSE = Notation("#1^{-1}", Binds.POWER, (Binds.ATOM,))
TURNED_INVERSE = Notation(r"#1^{-\top}", Binds.POWER, (Binds.ATOM,))
IDENTITY = Notation(r"\mathbf{I}")()
ONES = Notation(r"\mathbf{1}")()


def transposed(view: View, node: Node) -> Term:
    """The transpose of a matrix; of a product the product of transposes."""
    if view.writer.is_inline(node):
        match node:
            case Node(op=Transpose(), args=(x,)) if swaps(node):
                return view.of(x)
            case Node(op=Reshape(), args=(x,)) if len(x.type.shape) == 1:
                made = view.of(x)
                row = node.type.shape[0] == 1 and len(node.type.shape) == 2
                return made if row else TRANSPOSED(made)
            case Node(op=MatMul(), args=(a, b)):
                return chained(transposed(view, b), transposed(view, a))
            case Node(op=Solve(), args=(a, b)) if len(b.type.shape) > 1:
                return chained(transposed(view, b), inverse(transposed(view, a)))
            case Node(op=Inv(), args=(a,)):
                return inverse(transposed(view, a))
            case Node(op=Elementwise(name="np.conj"), args=(x,)):
                return ADJOINT(view.of(x))
            case Node(op=Elementwise(name="np.multiply"), args=(a, b)):
                if is_scalar(a) and not is_scalar(b):
                    return multiplied(view.number(a), transposed(view, b))
                by_rows = scaled(view, a, b, turn=True)
                if by_rows is not None:
                    return by_rows
            case Node(op=Spread(), args=(x,)) if len(x.type.shape) == 1:
                return repeated(view, node, turn=True)
    return turned(view.of(node))


def repeated(view: View, node: Node, turn: bool = False) -> Term:
    """A vector as each of the rows of a matrix, or of its columns."""
    (x,) = node.args
    as_rows = node.op.axes == (-2,)  # type: ignore[attr-defined]
    if as_rows is not turn:
        return chained(ONES, transposed(view, x))
    return chained(view.of(x), TRANSPOSED(ONES))


def scaled(view: View, a: Node, b: Node, turn: bool = False) -> Term | None:
    """A matrix whose rows or columns are multiplied by the entries of a vector.

    That is a product by entries with a vector that is repeated, or (`turn`) the
    transpose of one. None if neither factor is a vector.
    """
    for vector, matrix in ((a, b), (b, a)):
        plain = not _is_repeated(view, matrix) and not is_scalar(matrix)
        if _is_repeated(view, vector) and plain:
            diagonal = DIAGONAL(view.of(vector.args[0]))
            other = transposed(view, matrix) if turn else view.of(matrix)
            on_left = (vector.op.axes == (-1,)) is not turn  # type: ignore[attr-defined]
            return chained(diagonal, other) if on_left else chained(other, diagonal)
    return None


def unscaled(view: View, matrix: Node, vector: Node) -> Term | None:
    """A matrix whose rows or columns are divided by the entries of a vector."""
    if not _is_repeated(view, vector) or _is_repeated(view, matrix):
        return None
    if is_scalar(matrix):
        return None
    diagonal = INVERSE(DIAGONAL(view.of(vector.args[0])))
    on_left = vector.op.axes == (-1,)  # type: ignore[attr-defined]
    factors = (diagonal, view.of(matrix)) if on_left else (view.of(matrix), diagonal)
    return chained(*factors)


def _is_repeated(view: View, node: Node) -> bool:
    return (
        isinstance(node.op, Spread)
        and view.writer.is_inline(node)
        and len(node.type.shape) == 2
        and len(node.args[0].type.shape) == 1
    )


def inverse(term: Term) -> Term:
    """The inverse of a matrix."""
    if term.notation is TRANSPOSED:
        return TURNED_INVERSE(*term.args)
    return INVERSE(term)


def turned(term: Term) -> Term:
    """The transpose of a term."""
    if term.is_negated:
        return NEGATED(turned(term.args[0]))
    if term == IDENTITY or term.notation is DIAGONAL:
        return term
    if term.notation is INVERSE:
        return TURNED_INVERSE(*term.args)
    if term.notation is TURNED_INVERSE:
        return INVERSE(*term.args)
    return term.args[0] if term.notation is TRANSPOSED else TRANSPOSED(term)


def swaps(node: Node) -> bool:
    """Whether the last two axes are swapped, and no others."""
    order: tuple[int, ...] = node.op.order  # type: ignore[attr-defined]
    rank = len(order)
    return order == (*range(-rank, -2), -1, -2)


def chained(a: Term, b: Term) -> Term:
    """A product of matrices, in one row with the products that it consists of."""
    if a.is_negated or b.is_negated:
        made = chained(*[t.args[0] if t.is_negated else t for t in (a, b)])
        return made if a.is_negated and b.is_negated else NEGATED(made)
    for place, factor in enumerate((a, b)):
        if factor.notation in (PRODUCT, SCALED):
            number, rest = factor.args
            return multiplied(number, chained(*((rest, b), (a, rest))[place]))
    factors = [f for t in (a, b) for f in (t.args if _is_chain(t) else (t,))]
    factors = [f for f in factors if f != IDENTITY] or [IDENTITY]
    if len(factors) == 1:
        return factors[0]
    template = " ".join(f"#{i + 1}" for i in range(len(factors)))
    return Notation(template, Binds.MATRIX, (Binds.PRODUCT,) * len(factors))(*factors)


def _is_chain(term: Term) -> bool:
    notation = term.notation
    return notation.binds is Binds.MATRIX and notation.needs[-1] is Binds.PRODUCT


def all_of(factor: Term, rank: int) -> Term:
    """An array of one number."""
    if rank > 2:
        raise NeedsIndicesError
    ones = ONES if rank == 1 else chained(ONES, TRANSPOSED(ONES))
    return ones if factor == ONE else multiplied(factor, ones)
