"""How each kind of op is written: what differs from a plain call of its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphdiff.emit.calls import plainest
from graphdiff.emit.keepdims import inserted_axes
from graphdiff.emit.statements import Update, is_zeros
from graphdiff.emit.text import (
    Text,
    atom,
    binary,
    call,
    list_,
    literal,
    slice_,
    subscript,
)
from graphdiff.emit.value import NOWHERE, Value, plain, short_number
from graphdiff.errors import DTypeError
from graphdiff.node import Arange, Full, Node, Size
from graphdiff.ops import elementwise as ufuncs
from graphdiff.ops.axes import Reshape, Spread, Transpose
from graphdiff.ops.elementwise import Cast, Elementwise
from graphdiff.ops.index import At1, Concatenate, Item, NewAxis, Put, Slice, Take
from graphdiff.ops.linalg import GatedMatMul, MatMul
from graphdiff.ops.reduce import Mean
from graphdiff.types import Shape

if TYPE_CHECKING:
    from graphdiff.emit.body import Body

ARANGE = Arange
VIEWS = (Spread, Reshape, Transpose)

_HARMLESS = (*VIEWS, Take, Put, Concatenate)
_CHOICES = {
    ufuncs.where,
    ufuncs.maximum,
    ufuncs.minimum,
    ufuncs.clip,
    ufuncs.gated,
    ufuncs.ratio,
}


def make(body: Body, node: Node) -> Value:
    """The value of `node`, made of those of its arguments."""
    return _RULES.get(type(node.op), _plain)(body, node)


def is_harmless(node: Node) -> bool:
    """Whether `node` makes no warning out of NaN and infinities."""
    return isinstance(node.op, _HARMLESS) or node.op in _CHOICES


def is_square(node: Node) -> bool:
    """Whether `node` is x * x, written x**2: of arrays, NumPy computes the same."""
    return (
        node.op is ufuncs.multiply
        and bool(node.type.shape)
        and node.type.dtype.kind in "fiu"
    )


def _plain(body: Body, node: Node) -> Value:
    """Any op: every argument in full, the call as its record says."""
    for arg in node.args:
        body.argument(node, arg)
    record = node.op.call(*[arg.type for arg in node.args])
    kept = body.kept.get(node, ())
    if kept:
        record = record._replace(kwargs={**record.kwargs, "keepdims": True})
    text = body.writer.call(record, [body.full(arg) for arg in node.args])
    return body.joined(node, text, len(node.type.shape) + len(kept), NOWHERE)


def _full(body: Body, node: Node) -> Value:
    number = plain(node.op.value, node.type.dtype)  # type: ignore[attr-defined]
    text = literal(short_number(number))
    return Value(text, 0, weak=True, number=node.op.value)  # type: ignore[attr-defined]


def _size(body: Body, node: Node) -> Value:
    return Value(body.sizes.text(node.op.size), 0, weak=True)  # type: ignore[attr-defined]


def _arange(body: Body, node: Node) -> Value:
    return Value(body.writer.call(node.op.call(), []), 1, weight=1)


# --- entry by entry -------------------------------------------------------------------


def _elementwise(body: Body, node: Node) -> Value:
    """Leave to NumPy's broadcasting and promotion what they do by themselves."""
    op, shape = node.op, node.type.shape
    assert isinstance(op, Elementwise)
    if op is ufuncs.add and (value := _sum_in_place(body, node)) is not None:
        return value
    args = [body.argument(node, arg) for arg in node.args]
    axes = body.kept.get(node, ())
    if not op.name.startswith("np."):
        texts = [body.strong(arg) for arg in node.args]
        rank, thin = _overlap(args)
        if op is ufuncs.gated and (args[0].rank < rank or args[0].thin != thin):
            texts[0], rank, thin = body.full(node.args[0]), len(shape), NOWHERE
    else:
        texts = _lightest(body, node, args)
        rank, thin = _overlap(args)
    if axes:
        for i, (arg, value) in enumerate(zip(node.args, args, strict=True)):
            if value.rank and arg not in body.kept:
                texts[i] = _insert(body.full(arg), len(shape) + len(axes), axes)
        rank, thin = len(shape) + len(axes), NOWHERE
    if is_square(node) and node.args[0] is node.args[1]:
        text = binary("**", texts[0], literal(2))
    else:
        record = plainest(
            op.call(*[a.type for a in node.args]), node.args[0].type.dtype
        )
        text = body.writer.call(record, texts)
    return body.joined(node, text, rank, thin)


def _overlap(args: list[Value]) -> tuple[int, frozenset[int]]:
    """The rank of what NumPy makes of these together, and where that is thin."""
    rank = max(value.rank for value in args)
    thin: frozenset[int] | None = None
    for value in args:
        mine = value.thin
        if value.rank < rank:
            mine = mine.union(range(-rank, -value.rank))
        thin = mine if thin is None else thin & mine
    return rank, thin or NOWHERE


def _lightest(body: Body, node: Node, args: list[Value]) -> list[Text]:
    """Texts in which numbers are literals and casts are left to NumPy, where it agrees.

    Tried from the lightest form on; NumPy's own rules say what each would compute.
    """
    casts = [
        value.bare is not None and isinstance(a.op, Cast)
        for value, a in zip(args, node.args, strict=True)
    ]
    weak = [value.weak for value in args]
    if not any(casts) and not any(weak):
        return [value.text for value in args]
    wanted = tuple(a.type.dtype for a in node.args), node.type.dtype
    for bare in (True, False) if any(casts) else (False,):
        for short in (True, False) if any(weak) else (False,):
            given: list[Any] = []
            texts: list[Text] = []
            for arg, value, cast in zip(node.args, args, casts, strict=True):
                if value.weak:
                    number = _number(arg, value, short)
                    given.append(int if number is None else type(number))
                    texts.append(value.text if number is None else literal(number))
                elif cast and bare:
                    assert value.bare is not None
                    given.append(arg.args[0].type.dtype)
                    texts.append(value.bare.text)
                else:
                    given.append(arg.type.dtype)
                    texts.append(value.text)
            if not all(weak) and _computes(node.op, given, wanted):
                return texts
    strong = [value.text for value in args]
    strong[0] = body.strong(node.args[0])
    return (
        strong
        if _computes(
            node.op,
            [
                node.args[0].type.dtype,
                *[_kind(a, v) for a, v in zip(node.args[1:], args[1:], strict=True)],
            ],
            wanted,
        )
        else [body.strong(arg) for arg in node.args]
    )


def _kind(arg: Node, value: Value) -> Any:
    """The dtype of an argument, or the type of the Python number that stands for it."""
    if not value.weak:
        return arg.type.dtype
    number = _number(arg, value, True)
    return int if number is None else type(number)


def _number(arg: Node, value: Value, short: bool) -> bool | int | float | None:
    if value.number is None:
        return None
    number = plain(value.number, arg.type.dtype)
    return short_number(number) if short else number


def _computes(op: Any, given: list[Any], wanted: Any) -> bool:
    """Whether NumPy computes in the dtypes `wanted` when given these."""
    try:
        return bool(op.dtypes(*given) == wanted)
    except DTypeError:
        return False


def _cast(body: Body, node: Node) -> Value:
    arg = node.args[0]
    value = body.argument(node, arg)
    if value.weak:
        number = value.number
        kind = node.type.dtype.type
        return Value(
            value.text, 0, weak=True, number=None if number is None else kind(number)
        )
    record = node.op.call(arg.type)
    text = body.writer.call(record, [value.text])
    made = body.joined(node, text, value.rank, value.thin)
    made.bare = value
    return made


# --- axes -----------------------------------------------------------------------------


def _insert(text: Text, rank: int, axes: tuple[int, ...]) -> Text:
    """``text[:, None]``: axes of size 1 put in, `rank` of them afterwards."""
    items = [atom("None") if a in axes else slice_() for a in range(-rank, 0)]
    while len(items) > 1 and items[-1].kind == "slice":
        items.pop()
    return subscript(text, items)


def _spread(body: Body, node: Node) -> Value:
    """Repeat nothing: where the array is thin, NumPy broadcasts."""
    arg, rank = node.args[0], len(node.type.shape)
    value = body.argument(node, arg)
    axes: tuple[int, ...] = node.op.axes  # type: ignore[attr-defined]
    if value.weak:
        return Value(value.text, 0, weak=True, number=value.number)
    if arg in body.kept:
        return body.joined(node, value.text, rank, frozenset(axes), 0)
    if not value.rank:
        return body.joined(node, value.text, 0, NOWHERE, 0)
    lead = 0
    while -rank + lead in axes:
        lead += 1
    inner = tuple(a for a in axes if a >= lead - rank)
    if not inner:
        return body.joined(node, value.text, value.rank, value.thin, 0)
    text = _insert(body.full(arg), rank - lead, inner)
    return body.joined(node, text, rank - lead, frozenset(inner), 0)


def _reshape(body: Body, node: Node) -> Value:
    """Axes of size 1 come and go by indexing; the rest is ``.reshape``."""
    arg = node.args[0]
    old, new = arg.type.shape, node.type.shape
    dropped = inserted_axes(new, old)
    value = body.values[arg]
    if dropped and value.without is not None and value.without[0] == dropped:
        return body.joined(node, value.without[1], len(new), NOWHERE, 0)
    value = body.argument(node, arg)
    if value.weak:
        return Value(value.text, 0, weak=True, number=value.number)
    if node in body.kept:
        return body.joined(node, body.full(arg), len(old), NOWHERE, 0)
    axes = inserted_axes(old, new)
    if axes is not None:
        if arg in body.kept:
            return body.joined(node, value.text, len(new), NOWHERE, 0)
        base = body.full(arg)
        made = body.joined(node, _insert(base, len(new), axes), len(new), NOWHERE, 0)
        made.bare, made.inserted = Value(base, len(old)), axes
        return made
    base = body.full(arg)
    if dropped:
        items = [literal(0) if a in dropped else slice_() for a in range(-len(old), 0)]
        while items[-1].kind == "slice":
            items.pop()
        return body.joined(node, subscript(base, items), len(new), NOWHERE, 0)
    text = body.writer.call(node.op.call(arg.type), [base])
    return body.joined(node, text, len(new), NOWHERE, 0)


def _transpose(body: Body, node: Node) -> Value:
    arg = node.args[0]
    body.argument(node, arg)
    text = body.writer.call(node.op.call(arg.type), [body.full(arg)])
    return body.joined(node, text, len(node.type.shape), NOWHERE, 0)


# --- products, parts ------------------------------------------------------------------


def _matmul(body: Body, node: Node) -> Value:
    """``a @ b``; with a vector as itself, and ``np.outer`` of two."""
    a, b = (body.argument(node, arg) for arg in node.args)
    left, right = (body.full(arg) for arg in node.args)
    record = node.op.call(*[arg.type for arg in node.args])
    if isinstance(node.op, GatedMatMul):
        text = body.writer.call(record, [left, right])
        return body.joined(node, text, len(node.type.shape), NOWHERE)
    row, column = _is_vector(a, -2), _is_vector(b, -1)
    if _is_vector(a, -1) and _is_vector(b, -2):
        assert a.bare is not None
        assert b.bare is not None
        text = call("np.outer", [a.bare.text, b.bare.text])
        return body.joined(node, text, 2, NOWHERE)
    made = body.joined(node, binary("@", left, right), len(node.type.shape), NOWHERE)
    if row and a.bare is not None:
        made.without = (-2,), binary("@", a.bare.text, right)
    elif column and b.bare is not None:
        made.without = (-1,), binary("@", left, b.bare.text)
    return made


def _is_vector(value: Value, axis: int) -> bool:
    return value.bare is not None and value.rank == 2 and value.inserted == (axis,)


def _concatenate(body: Body, node: Node) -> Value:
    """``np.stack`` where each part only got its axis for this."""
    values = [body.argument(node, arg) for arg in node.args]
    axis: int = node.op.axis  # type: ignore[attr-defined]
    if any(value.inserted != (axis,) for value in values):
        return _plain(body, node)
    parts = list_([value.bare.text for value in values if value.bare is not None])
    place = axis + len(node.type.shape)
    text = call("np.stack", [parts], {"axis": literal(place)} if place else {})
    return body.joined(node, text, len(node.type.shape), NOWHERE)


def _take(body: Body, node: Node) -> Value:
    """A subscript; bounds that an open slice has anyway are left out."""
    for arg in node.args:
        body.argument(node, arg)
    op, types = node.op, [arg.type for arg in node.args]
    assert isinstance(op, Take)
    pattern = open_bounds(op.pattern, types[0].shape)
    texts = [body.full(arg) for arg in node.args]
    text = body.writer.call(replace(op, pattern=pattern).call(*types), texts)
    made = body.joined(node, text, len(node.type.shape), NOWHERE)
    single = [isinstance(p, Slice) and _is_single(p) for p in pattern]
    if any(single) and len(node.args) == 1:
        ints = tuple(
            At1(p.start) if s and isinstance(p, Slice) and p.start is not None else p
            for p, s in zip(pattern, single, strict=True)
        )
        kept = [p for p in pattern if not isinstance(p, At1)]
        axes = tuple(
            i - len(kept)
            for i, p in enumerate(kept)
            if isinstance(p, Slice) and _is_single(p)
        )
        plain_text = body.writer.call(replace(op, pattern=ints).call(*types), texts)
        made.without = axes, plain_text
    return made


def _is_single(item: Slice) -> bool:
    """Whether the slice takes one entry: ``k:k + 1``."""
    start, stop = item.start, item.stop
    return (
        isinstance(start, int)
        and isinstance(stop, int)
        and item.step in (None, 1)
        and stop == start + 1
        and start >= 0
    )


def open_bounds(pattern: tuple[Item, ...], shape: Shape) -> tuple[Item, ...]:
    """The pattern with bounds left out that are the ends of the axis."""
    sizes = iter(shape[len(shape) - sum(not isinstance(p, NewAxis) for p in pattern) :])
    found: list[Item] = []
    for item in pattern:
        size = None if isinstance(item, NewAxis) else next(sizes)
        if isinstance(item, Slice) and item.step in (None, 1) and not _is_single(item):
            start = (
                None if isinstance(item.start, int) and item.start == 0 else item.start
            )
            stop = None if item.stop is not None and item.stop == size else item.stop
            item = Slice(start, stop)
        found.append(item)
    return tuple(found)


def _mean(body: Body, node: Node) -> Value:
    """The mean of integers or booleans is taken in float64 by NumPy itself."""
    arg = node.args[0]
    value = body.argument(node, arg)
    made = _plain(body, node)
    if isinstance(arg.op, Cast) and value.bare is not None and not value.thin:
        source = arg.args[0].type
        if source.dtype.kind in "biu" and value.rank == len(source.shape):
            record = node.op.call(arg.type)
            if node in body.kept:
                record = record._replace(kwargs={**record.kwargs, "keepdims": True})
            made.text = body.writer.call(record, [value.bare.text])
    return made


def _put(body: Body, node: Node) -> Value:
    """Zeros, into which the entries are written in place."""
    args = [body.argument(node, arg) for arg in node.args]
    record = node.op.call(*[arg.type for arg in node.args])
    texts = [args[0].text, *(body.full(arg) for arg in node.args[1:])]
    zeros = Full.of(0, node.type).call()
    key = body.writer.key(record.args[2], texts)
    once: bool = node.op.once  # type: ignore[attr-defined]
    body.sums[node] = [Update(key, args[0].text, once)]
    made = body.joined(node, body.writer.call(zeros, []), len(node.type.shape), NOWHERE)
    return made


def _sum_in_place(body: Body, node: Node) -> Value | None:
    """A sum with entries written into zeros: ``d_x[1:] += ...`` in the other term."""
    first, second = node.args
    if first is second or (second not in body.sums and first not in body.sums):
        return None
    for arg in (first, second):
        if arg not in body.sums and not _is_fresh(body, arg, body.values[arg]):
            return None
    bases = [body.values[arg].text for arg in (first, second)]
    bases = [t for t in bases if not is_zeros(t)] or bases[:1]
    text = bases[0] if len(bases) == 1 else binary("+", *bases)
    made = body.joined(node, text, len(node.type.shape), NOWHERE)
    updates = body.sums.pop(first, [])
    updates += body.sums.pop(second, [])
    body.sums[node] = updates
    return made


def _is_fresh(body: Body, node: Node, value: Value) -> bool:
    """Whether the text makes an array of all entries that nobody else holds."""
    return (
        bool(node.args)
        and node not in body.variables
        and isinstance(node.op, (Elementwise, MatMul, GatedMatMul))
        and value.rank == len(node.type.shape)
        and not value.thin
        and not value.weak
        and not value.hushed
    )


_RULES: dict[type, Callable[[Body, Node], Value]] = {
    Full: _full,
    Size: _size,
    Arange: _arange,
    Elementwise: _elementwise,
    Cast: _cast,
    Spread: _spread,
    Reshape: _reshape,
    Transpose: _transpose,
    MatMul: _matmul,
    GatedMatMul: _matmul,
    Concatenate: _concatenate,
    Put: _put,
    Take: _take,
    Mean: _mean,
}
