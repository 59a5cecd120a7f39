r"""Notations of the entries of arrays: ``\sum_k A_{ik} B_{kj}``, ``x_{i+1}``, cases.

What moves entries around only changes indices here, and so this form has an answer for
any number of axes. Indices count from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphdiff.graph.node import Arange, Constant, Full, Made, Node, Size
from graphdiff.ops.core.axes import Reshape, Spread, Sum, Transpose, count
from graphdiff.ops.core.entries import Cast, RealPart
from graphdiff.ops.core.index import Put, Take, TakeAlong
from graphdiff.ops.core.linalg import Einsum, MatMul
from graphdiff.ops.core.reduce import (
    LogSumExp,
    Max,
    Mean,
    Min,
    Norm,
    Prod,
    Softmax,
    Std,
    Var,
)
from graphdiff.ops.reduce.cumulative import CumSum
from graphdiff.ops.shape.diagonal import Diagonal, Trace
from graphdiff.show.formula.entrywise import (
    POWER,
    QUOTIENT,
    ROOT,
    TRUTH,
    multiplied,
)
from graphdiff.show.formula.notation import Binds, Notation, Term
from graphdiff.show.formula.numbers import number
from graphdiff.show.formula.picked import EQUAL, SUMMED, put, taken
from graphdiff.show.formula.view import View, joined

Rule = Callable[[View, Node], Term]

_PRODUCT = Notation(r"\prod_{#2} #1", Binds.PRODUCT, (Binds.POWER,), open=True)
_SHARE = Notation(r"\frac{1}{#3} \sum_{#2} #1", Binds.PRODUCT, (Binds.MATRIX,), True)
_MAX = Notation(r"\max_{#2} #1", Binds.PRODUCT, (Binds.PRODUCT,), open=True)
_MIN = Notation(r"\min_{#2} #1", Binds.PRODUCT, (Binds.PRODUCT,), open=True)
_EXP = Notation(r"\mathrm{e}^{#1}", Binds.POWER)
_LOG = Notation(r"\log #1", Binds.PRODUCT, (Binds.PRODUCT,), open=True)


def under(view: View, x: Node, axes: Sequence[int]) -> tuple[Term, Term, View]:
    """An entry of `x`, with new letters along `axes`; and these, as a subscript."""
    assert view.indices is not None
    long = [a for a in axes if x.type.shape[a] != 1] or list(axes)
    letters, inner = view.more(len(long))
    new = dict.fromkeys(axes, number(0)) | dict(zip(long, letters, strict=True))
    kept = iter(view.indices)
    places = [new[a] if a in new else next(kept) for a in _range(x)]
    look = inner.at(places)
    return look.of(x), joined(letters), look


def _range(x: Node) -> range:
    return range(-len(x.type.shape), 0)


def _reduced(notation: Notation) -> Rule:
    def rule(view: View, node: Node) -> Term:
        (x,) = node.args
        entry, letters, _ = under(view, x, node.op.axes)  # type: ignore[attr-defined]
        return notation(entry, letters)

    return rule


def _extremum(notation: Notation) -> Rule:
    def rule(view: View, node: Node) -> Term:
        op: Any = node.op
        made = _reduced(notation)(view, node)
        if op.initial is None:
            return made
        name = notation.template.partition("_")[0]
        return Notation(f"{name}(#1, #2)")(number(op.initial), made)

    return rule


def _mean(view: View, node: Node) -> Term:
    (x,) = node.args
    axes = node.op.axes  # type: ignore[attr-defined]
    entry, letters, _ = under(view, x, axes)
    return _SHARE(entry, letters, view.size(count(x, axes)))


def _norm(view: View, node: Node) -> Term:
    (x,) = node.args
    if not x.type.is_complex and len(node.op.axes) == len(x.type.shape) <= 2:  # type: ignore[attr-defined]
        return view.writer.computed(node, view.whole())
    entry, letters, _ = under(view, x, node.op.axes)  # type: ignore[attr-defined]
    size = Notation(r"\lvert #1 \rvert")(entry) if x.type.is_complex else entry
    return ROOT(SUMMED(POWER(size, number(2)), letters))


def _logsumexp(view: View, node: Node) -> Term:
    entry, letters, _ = under(view, node.args[0], node.op.axes)  # type: ignore[attr-defined]
    return _LOG(SUMMED(_EXP(entry), letters))


def _softmax(view: View, node: Node) -> Term:
    (x,) = node.args
    axes = node.op.axes  # type: ignore[attr-defined]
    assert view.indices is not None
    letters, inner = view.more(len(axes))
    places = list(view.indices)
    for axis, index in zip(axes, letters, strict=True):
        places[axis] = index
    total = SUMMED(_EXP(inner.at(places).of(x)), joined(letters))
    return QUOTIENT(_EXP(view.of(x)), total)


def _moment(name: str) -> Rule:
    def rule(view: View, node: Node) -> Term:
        (x,) = node.args
        entry, letters, _ = under(view, x, node.op.axes)  # type: ignore[attr-defined]
        ddof = node.op.ddof  # type: ignore[attr-defined]
        if not ddof:
            return Notation(rf"\operatorname{{{name}}}_{{#2}}(#1)")(entry, letters)
        made = Notation(rf"\operatorname{{{name}}}^{{(#3)}}_{{#2}}(#1)")
        return made(entry, letters, number(ddof))

    return rule


def _spread(view: View, node: Node) -> Term:
    axes = node.op.axes  # type: ignore[attr-defined]
    assert view.indices is not None
    pairs = zip(_range(node), view.indices, strict=True)
    return view.at([index for a, index in pairs if a not in axes]).of(node.args[0])


def _reshape(view: View, node: Node) -> Term:
    """Axes of size 1 come and go; anything else is a matter of counting."""
    (x,) = node.args
    old, new = x.type.shape, node.type.shape
    assert view.indices is not None
    if [n for n in old if n != 1] != [n for n in new if n != 1]:
        return view.writer.called_entry(view, node)
    kept = iter([i for n, i in zip(new, view.indices, strict=True) if n != 1])
    return view.at([number(0) if n == 1 else next(kept) for n in old]).of(x)


def _transpose(view: View, node: Node) -> Term:
    order = node.op.order  # type: ignore[attr-defined]
    assert view.indices is not None
    places = list(view.indices)
    for place, axis in zip(range(-len(order), 0), order, strict=True):
        places[axis] = view.indices[place]
    return view.at(places).of(node.args[0])


def _matmul(view: View, node: Node) -> Term:
    assert view.indices is not None
    *lead, i, j = view.indices
    a, b = node.args
    if not lead and view.writer.is_short(node):
        return view.writer.called_entry(view, node)
    is_sum = a.type.shape[-1] != 1
    letters, inner = view.more(int(is_sum))
    (k,) = letters or (number(0),)
    made = multiplied(inner.at([*lead, i, k]).of(a), inner.at([*lead, k, j]).of(b))
    return SUMMED(made, k) if is_sum else made


def _einsum(view: View, node: Node) -> Term:
    op: Any = node.op
    assert view.indices is not None
    sizes = {
        c: n
        for term, arg in zip(op.inputs, node.args, strict=True)
        for c, n in zip(term, arg.type.shape, strict=True)
    }
    summed = sorted(c for c, n in sizes.items() if c not in op.output and n != 1)
    letters, inner = view.more(len(summed))
    known = dict.fromkeys(sizes, number(0)) | dict(zip(summed, letters, strict=True))
    known.update(zip(op.output, view.indices, strict=True))
    total: Term | None = None
    for term, arg in zip(op.inputs, node.args, strict=True):
        factor = inner.at([known[c] for c in term]).of(arg)
        total = factor if total is None else multiplied(total, factor)
    assert total is not None
    return SUMMED(total, joined(letters)) if letters else total


def _take_along(view: View, node: Node) -> Term:
    x, index = node.args
    assert view.indices is not None
    places = list(view.indices)
    places[node.op.axis] = view.of(index)  # type: ignore[attr-defined]
    return view.at(places).of(x)


def _cumsum(view: View, node: Node) -> Term:
    (x,) = node.args
    op: Any = node.op
    if getattr(op, "reverse", False):
        return view.writer.called_entry(view, node)
    assert view.indices is not None
    (k,), inner = view.more(1)
    places = list(view.indices)
    last, places[op.axis] = places[op.axis], k
    upto = Notation(r"#1 \le #2", Binds.RELATION, (Binds.SIGNED, Binds.SIGNED))(k, last)
    return SUMMED(inner.at(places).of(x), upto)


def _diagonal(view: View, node: Node) -> Term:
    if node.op.k:  # type: ignore[attr-defined]
        return view.writer.called_entry(view, node)
    assert view.indices is not None
    return view.at([*view.indices, view.indices[-1]]).of(node.args[0])


def _trace(view: View, node: Node) -> Term:
    if getattr(node.op, "k", 0):
        return view.writer.called_entry(view, node)
    if not view.indices:
        return view.writer.computed(node, view.whole())
    (k,), inner = view.more(1)
    return SUMMED(inner.at([*view.indices, k, k]).of(node.args[0]), k)


def _full(view: View, node: Node) -> Term:
    plain = view.is_free(r"\pi")
    return number(node.op.value, pi=plain)  # type: ignore[attr-defined]


def _constant(view: View, node: Node) -> Term:
    if view.indices:
        return view.writer.called_entry(view, node)
    return number(node.op.value[()])  # type: ignore[attr-defined]


def _made(view: View, node: Node) -> Term:
    op: Any = node.op
    if op.function == "np.eye" and not op.named:
        assert view.indices is not None
        return TRUTH(EQUAL(*view.indices))
    return view.writer.called_entry(view, node)


def spread_of(node: Node) -> Node | None:
    """What an array repeats, if it does."""
    return node.args[0] if isinstance(node.op, Spread) else None


def _first(view: View, node: Node) -> Term:
    return view.of(node.args[0])


RULES: dict[type, Rule] = {
    Sum: _reduced(SUMMED),
    Mean: _mean,
    Prod: _reduced(_PRODUCT),
    Max: _extremum(_MAX),
    Min: _extremum(_MIN),
    Norm: _norm,
    LogSumExp: _logsumexp,
    Softmax: _softmax,
    Var: _moment("var"),
    Std: _moment("std"),
    Spread: _spread,
    Reshape: _reshape,
    Transpose: _transpose,
    MatMul: _matmul,
    Einsum: _einsum,
    Take: taken,
    Put: put,
    TakeAlong: _take_along,
    CumSum: _cumsum,
    Diagonal: _diagonal,
    Trace: _trace,
    Full: _full,
    Size: lambda view, node: view.size(node.op.size),  # type: ignore[attr-defined]
    Constant: _constant,
    Arange: lambda view, node: view.indices[0],  # type: ignore[index]
    Made: _made,
    Cast: _first,
    RealPart: lambda view, node: Notation(r"\operatorname{Re}(#1)")(
        view.of(node.args[0])
    ),
}
"""The notation of an entry of what an op makes, by its class."""
