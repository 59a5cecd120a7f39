r"""Notations of arrays as a whole: products, transposes, inverses, blocks, norms.

A vector is a column. Stacks of matrices are written as matrices are, and each of the
stack is meant. What has no such notation (a sum along the middle one of three axes)
raises `NeedsIndicesError`, and the formula is written with indices instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphdiff.custom.gates import Stopped
from graphdiff.graph.node import (
    Constant,
    Full,
    Made,
    Node,
    Pick,
    Size,
)
from graphdiff.ops.complex.complexes import Imaginary
from graphdiff.ops.complex.fourier import Fourier
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose
from graphdiff.ops.core.entries import Cast, RealPart
from graphdiff.ops.core.index import Concatenate, Put, Take
from graphdiff.ops.core.linalg import Einsum, GatedMatMul, MatMul
from graphdiff.ops.core.reduce import (
    Extremum,
    LogSumExp,
    Mean,
    Norm,
    Prod,
    Softmax,
    Std,
    Var,
)
from graphdiff.ops.core.setitem import SetItem
from graphdiff.ops.matrix.determinant import Det, LogDet
from graphdiff.ops.matrix.factor import MatrixPower, Pinv
from graphdiff.ops.matrix.products import Cross
from graphdiff.ops.matrix.solve import Inv, Solve
from graphdiff.ops.matrix.triangular import SolveTriangular
from graphdiff.ops.shape.diagonal import Diagonal, OnDiagonal, Trace
from graphdiff.ops.window.convolution import Convolve, Correlate
from graphdiff.show.formula.boxes import Slot, Table
from graphdiff.show.formula.entrywise import (
    raised,
)
from graphdiff.show.formula.keys import key_of, places_of
from graphdiff.show.formula.matrix import (
    IDENTITY,
    all_of,
    chained,
    inverse,
    repeated,
    swaps,
    transposed,
    turned,
)
from graphdiff.show.formula.notation import (
    ATOM,
    Binds,
    Notation,
    Term,
    subscripted,
)
from graphdiff.show.formula.numbers import number
from graphdiff.show.formula.reduced import (
    by_entry,
    einsum,
    mean,
    norm,
    over_all,
    softmax,
    summed,
)
from graphdiff.show.formula.view import NeedsIndicesError, View

Rule = Callable[[View, Node], Term]

ZEROS = Notation(r"\mathbf{0}")()
_MOST_PARTS = 6


def _transpose(view: View, node: Node) -> Term:
    if not swaps(node):
        raise NeedsIndicesError
    return transposed(view, node.args[0])


def _product(view: View, node: Node) -> Term:
    return chained(*map(view.of, node.args))


def _spread(view: View, node: Node) -> Term:
    (x,) = node.args
    rank, axes = len(node.type.shape), node.op.axes  # type: ignore[attr-defined]
    if not x.type.shape:
        return all_of(view.of(x), rank)
    if rank == 2:
        return repeated(view, node)
    if axes == tuple(range(-rank, -rank + len(axes))):
        return view.of(x)
    raise NeedsIndicesError


def _full(view: View, node: Node) -> Term:
    value = by_entry(view, node)
    rank = len(node.type.shape)
    if rank == 0:
        return value
    if node.op.value == 0:  # type: ignore[attr-defined]
        return ZEROS
    return all_of(value, rank)


def _size(view: View, node: Node) -> Term:
    made = view.size(node.op.size)  # type: ignore[attr-defined]
    return all_of(made, len(node.type.shape)) if node.type.shape else made


def _reshape(view: View, node: Node) -> Term:
    (x,) = node.args
    old, new = x.type.shape, node.type.shape
    if len(old) == 2 and len(new) == 1 and old[0] == 1 and old[1] == new[0]:
        return transposed(view, x)
    if _thick(old) == _thick(new) and len(_thick(old)) <= 1:
        row = len(new) == 2 and new[0] == 1 and new[1] != 1
        if max(len(old), len(new)) <= 2 and not (len(old) == 2 and row):
            made = view.of(x)
            return turned(made) if row and len(old) == 1 else made
    if _thick(old) == _thick(new):
        raise NeedsIndicesError
    sizes = [view.size(n) for n in new]
    template = r" \times ".join(f"#{i + 2}" for i in range(len(sizes)))
    name = rf"\operatorname{{reshape}}_{{{template}}}"
    needs = (Binds.RELATION, *[Binds.ATOM] * len(sizes))
    return Notation(f"{name}(#1)", Binds.ATOM, needs)(view.of(x), *sizes)


def _thick(shape: Sequence[Any]) -> list[Any]:
    """The sizes other than 1."""
    return [n for n in shape if n != 1]


def _solve(view: View, node: Node) -> Term:
    a, b = node.args
    matrix = view.of(a)
    if isinstance(node.op, SolveTriangular) and _is_turned(node.op):
        matrix = turned(matrix)
    return chained(inverse(matrix), view.of(b))


def _is_turned(op: Any) -> bool:
    return bool(op.trans)


def _take(view: View, node: Node) -> Term:
    base, *arrays = node.args
    return subscripted(view.of(base), key_of(view, node.op.pattern, arrays))  # type: ignore[attr-defined]


def _put(view: View, node: Node) -> Term:
    g, *arrays = node.args
    if places_of(node) is not None:
        raise NeedsIndicesError
    key = key_of(view, node.op.pattern, arrays)  # type: ignore[attr-defined]
    return Notation(r"\operatorname{scatter}_{#2}(#1)")(view.of(g), key)


def _set(view: View, node: Node) -> Term:
    base, value, *arrays = node.args
    key = key_of(view, node.op.pattern, arrays)  # type: ignore[attr-defined]
    made = Notation(
        r"#1 [#2 \leftarrow #3]", Binds.POWER, (Binds.ATOM, Binds.RELATION, Binds.SUM)
    )
    return made(view.of(base), key, view.number(value))


def _concatenate(view: View, node: Node) -> Term:
    rank, axis = len(node.type.shape), node.op.axis  # type: ignore[attr-defined]
    if rank > 2:
        raise NeedsIndicesError
    parts = [view.of(part) for part in _some(node.args)]
    if len(node.args) > len(parts):
        parts.insert(
            -1, Notation(r"\dots" if axis == -1 and rank == 2 else r"\vdots")()
        )
    cells = tuple(Slot(i) for i in range(len(parts)))
    rows = (cells,) if rank == 2 and axis == -1 else tuple((c,) for c in cells)
    return Term(Table("bmatrix", rows), ATOM, tuple(parts))


def _some(parts: Sequence[Any]) -> list[Any]:
    """The first parts and the last, of many."""
    if len(parts) <= _MOST_PARTS:
        return list(parts)
    return [*parts[: _MOST_PARTS - 2], parts[-1]]


def _constant(view: View, node: Node) -> Term:
    value = node.op.value  # type: ignore[attr-defined]
    if value.ndim == 0:
        return number(value[()])
    rows = value if value.ndim == 2 else value.reshape(-1, 1)
    cells = [tuple(number(x) for x in row) for row in rows]
    places = iter(range(value.size))
    table = tuple(tuple(Slot(next(places)) for _ in row) for row in cells)
    return Term(Table("bmatrix", table), ATOM, tuple(x for row in cells for x in row))


def _made(view: View, node: Node) -> Term:
    op: Any = node.op
    if op.function == "np.eye" and len(op.args) == 1 and not op.named:
        return IDENTITY
    return view.writer.called(view, node)


def _pick(view: View, node: Node) -> Term:
    (source,) = node.args
    index = node.op.index  # type: ignore[attr-defined]
    if source in view.writer.results:
        result: Term = view.writer.results[source][index]
        return result
    return subscripted(view.of(source), number(index))


def _power(view: View, node: Node) -> Term:
    return raised(view.of(node.args[0]), number(node.op.n), 0)  # type: ignore[attr-defined]


def _fourier(view: View, node: Node) -> Term:
    op: Any = node.op
    plain = (
        len(node.type.shape) == 1
        and op.norm == "backward"
        and node.args[0].type.shape == node.type.shape
    )
    if not plain:
        return view.writer.called(view, node)
    name = r"\mathcal{F}^{-1}" if op.inverse else r"\mathcal{F}"
    return Notation(f"{name}(#1)")(view.of(node.args[0]))


def _diagonal(view: View, node: Node) -> Term:
    if getattr(node.op, "k", 0):
        return view.writer.called(view, node)
    return Notation(r"\operatorname{diag}(#1)")(view.of(node.args[0]))


def _trace(view: View, node: Node) -> Term:
    if getattr(node.op, "k", 0):
        return view.writer.called(view, node)
    return Notation(r"\operatorname{tr}(#1)")(view.of(node.args[0]))


def _sliding(view: View, node: Node) -> Term:
    op: Any = node.op
    sign = r"\convolved" if isinstance(op, Convolve) else r"\star"
    usual = "full" if isinstance(op, Convolve) else "valid"
    mode = rf"_{{\mathrm{{{op.mode}}}}}" if op.mode != usual else ""
    needs = (Binds.PRODUCT, Binds.POWER)
    made = Notation(f"#1 {sign}{mode} #2", Binds.ENTRIES, needs)
    return made(*map(view.of, node.args))


def _first(view: View, node: Node) -> Term:
    return view.of(node.args[0])


def _of_one(template: str, binds: Binds = Binds.ATOM, *needs: Binds) -> Rule:
    notation = Notation(template, binds, needs)
    return lambda view, node: notation(*map(view.of, node.args))


RULES: dict[type, Rule] = {
    MatMul: _product,
    GatedMatMul: _product,
    Transpose: _transpose,
    Spread: _spread,
    Full: _full,
    Size: _size,
    Reshape: _reshape,
    Sum: summed,
    Mean: mean,
    Prod: over_all,
    Extremum: over_all,
    LogSumExp: over_all,
    Norm: norm,
    Softmax: softmax,
    Var: over_all,
    Std: over_all,
    Einsum: einsum,
    Det: _of_one(r"\det(#1)"),
    LogDet: _of_one(r"\log \lvert \det(#1) \rvert", Binds.PRODUCT),
    Inv: lambda view, node: inverse(view.of(node.args[0])),
    Pinv: _of_one("#1^{+}", Binds.POWER, Binds.ATOM),
    Solve: _solve,
    Cross: _of_one(r"#1 \times #2", Binds.ENTRIES, Binds.PRODUCT, Binds.POWER),
    MatrixPower: _power,
    Trace: _trace,
    Diagonal: _diagonal,
    OnDiagonal: _diagonal,
    Take: _take,
    Put: _put,
    SetItem: _set,
    Concatenate: _concatenate,
    Constant: _constant,
    Made: _made,
    Pick: _pick,
    Cast: _first,
    RealPart: _of_one(r"\operatorname{Re}(#1)"),
    Imaginary: _of_one(r"\operatorname{Im}(#1)"),
    Stopped: _of_one(r"\operatorname{stop}(#1)"),
    Fourier: _fourier,
    Convolve: _sliding,
    Correlate: _sliding,
}
"""The notation of an op that does not work entry by entry, by its class."""
