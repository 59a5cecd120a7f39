"""Ops on entries: what NumPy's broadcasting and promotion do by themselves."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from graphdiff.emit.kinds.moves import insert
from graphdiff.emit.kinds.parts import sum_in_place
from graphdiff.emit.plan.traits import VIEWS, is_square, widens
from graphdiff.emit.store.calls import BINARY, negated, plainest
from graphdiff.emit.store.numbers import is_small_power
from graphdiff.emit.store.value import NOWHERE, Number, Value, plain, short_number
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.text import Text, binary, literal, operand
from graphdiff.errors import DTypeError
from graphdiff.graph.node import Call, Node, full_value
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core import elementwise as ufuncs
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.core.elementwise import Cast, Elementwise


def elementwise(body: Variables, node: Node) -> Value:
    """Leave to NumPy's broadcasting and promotion what they do by themselves."""
    op, shape = node.op, node.type.shape
    assert isinstance(op, Elementwise)
    if op is ufuncs.add and body.sums:
        value = sum_in_place(body, node)
        if value is not None:
            return value
    if body.numbers and is_small_power(node):
        return _product_of_itself(body, node)
    if op is ufuncs.where and body.only_zeroes(node):
        return _masked(body, node)
    args = [body.argument(node, arg) for arg in node.args]
    axes = body.kept.get(node, ())
    if not axes and _is_plain(args):
        texts, rank, thin = [value.text for value in args], args[0].rank, NOWHERE
    elif "." not in op.name:
        texts = [body.strong(arg) for arg in node.args]
        rank, thin = _overlap(args)
        if op is ufuncs.gated and (args[0].rank < rank or args[0].thin != thin):
            texts[0], rank, thin = body.full(node.args[0]), len(shape), NOWHERE
    else:
        texts = _lightest(body, node, args)
        rank, thin = _overlap(args)
    if axes and any(value.rank for value in args):
        for i, (arg, value) in enumerate(zip(node.args, args, strict=True)):
            every = op is ufuncs.gated and not i
            if (value.rank or every) and arg not in body.kept:
                bare = value.bare
                left_out = (
                    bare is not None
                    and texts[i] is bare.text
                    and bare.rank == len(arg.type.shape)
                    and not bare.thin
                )
                whole = texts[i] if left_out else body.full(arg)
                texts[i] = insert(whole, len(shape) + len(axes), axes)
        rank, thin = len(shape) + len(axes), NOWHERE
    if is_square(node) and node.args[0] is node.args[1]:
        text = binary("**", texts[0], literal(2))
    elif op is ufuncs.negative and _keeps_dtype(node.args[0]):
        text = negated(texts[0])
    else:
        record = _record(op, len(args), node.args[0].type.dtype)
        text = body.writer.call(*_without_double_minus(record, args, texts))
    made = body.joined(node, text, rank, thin)
    if op in (ufuncs.add, ufuncs.subtract):
        made.without = _without_axes(op, args)
    return made


def _without_axes(
    op: Elementwise, args: list[Value]
) -> tuple[tuple[int, ...], Text] | None:
    """A sum of products with vectors, as the vector that it is."""
    first, second = args[0].without, args[1].without
    if first is None or second is None or first[0] != second[0]:
        return None
    sign = BINARY[op.name]
    return first[0], binary(sign, first[1], second[1])


def _keeps_dtype(product: Node) -> bool:
    """Whether the first factor of a product, as it is written, has its dtype.

    A cast may be left to the product; the negative of what it converts is another.
    """
    while product.op in (ufuncs.multiply, ufuncs.divide) or isinstance(
        product.op, VIEWS
    ):
        product = product.args[0]
    return not isinstance(product.op, Cast)


def _masked(body: Variables, node: Node) -> Value:
    """``g * (x > 0)``, which NumPy does many times faster than ``np.where``."""
    mask, kept, _ = node.args
    args = [body.argument(node, kept), body.argument(node, mask)]
    rank, thin = _overlap(args)
    text = binary("*", args[0].text, args[1].text)
    return body.joined(node, text, rank, thin)


def _product_of_itself(body: Variables, node: Node) -> Value:
    """``x * x``, ``x * x * x``."""
    arg = node.args[0]
    value = body.argument(node, arg)
    if not value.stored:
        value = body.store(arg)
    text = binary("*", value.text, value.text)
    if full_value(node.args[1]) == 3:
        text = binary("*", text, value.text)
    return body.joined(node, text, 0, NOWHERE)


@lru_cache(maxsize=1024)
def _record(op: Elementwise, count: int, dtype: np.dtype) -> Call:
    """The op's call record, which is the same for arguments of every shape."""
    return plainest(op.call(*[ArrayType((), dtype)] * count), dtype)


_OPPOSITE = {"np.add": "np.subtract", "np.subtract": "np.add"}


def _without_double_minus(
    record: Call, args: list[Value], texts: list[Text]
) -> tuple[Call, list[Text]]:
    """``x - -0.5`` is ``x + 0.5``, and ``x + -0.5`` is ``x - 0.5``."""
    if record.function in _OPPOSITE and args[1].weak and texts[1].kind == "unary":
        function = _OPPOSITE[record.function]
        return record._replace(function=function), [texts[0], operand(texts[1], 1)]
    return record, texts


def _is_plain(args: list[Value]) -> bool:
    """Whether these are arrays of one shape, or NumPy's numbers, as they stand."""
    rank = args[0].rank
    for value in args:
        if value.weak or value.thin or value.rank != rank or value.bare is not None:
            return False
    return True


def _overlap(args: list[Value]) -> tuple[int, frozenset[int]]:
    """The rank of what NumPy makes of these together, and where that is thin."""
    rank = args[0].rank
    if all(value.rank == rank and not value.thin for value in args):
        return rank, NOWHERE
    rank = max(value.rank for value in args)
    thin: frozenset[int] | None = None
    for value in args:
        mine = value.thin
        if value.rank < rank:
            mine = mine.union(range(-rank, -value.rank))
        thin = mine if thin is None else thin & mine
    return rank, thin or NOWHERE


def _lightest(body: Variables, node: Node, args: list[Value]) -> list[Text]:
    """Texts in which numbers are literals and casts are left to NumPy, where it agrees.

    Tried from the lightest form on; NumPy's own rules say what each would compute.
    """
    casts = [
        None if value.bare is None else _cast_in(a)
        for value, a in zip(args, node.args, strict=True)
    ]
    weak = [value.weak for value in args]
    if casts.count(None) == len(casts) and not any(weak):
        return [value.text for value in args]
    wanted = tuple(a.type.dtype for a in node.args), node.type.dtype
    for bare in (True, False) if any(c is not None for c in casts) else (False,):
        for short in (True, False) if any(weak) else (False,):
            given: list[Any] = []
            texts: list[Text] = []
            for arg, value, cast in zip(node.args, args, casts, strict=True):
                if value.weak:
                    number = _number(arg, value, short)
                    given.append(int if number is None else type(number))
                    texts.append(value.text if number is None else literal(number))
                elif cast is not None and bare:
                    assert value.bare is not None
                    given.append(cast.args[0].type.dtype)
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


def _cast_in(arg: Node) -> Node | None:
    """The cast that the bare value of an argument does without."""
    if isinstance(arg.op, Spread) and widens(arg.args[0]):
        return arg.args[0]
    return arg if isinstance(arg.op, Cast) else None


def _kind(arg: Node, value: Value) -> Any:
    """The dtype of an argument, or the type of the Python number that stands for it."""
    if not value.weak:
        return arg.type.dtype
    number = _number(arg, value, True)
    return int if number is None else type(number)


def _number(arg: Node, value: Value, short: bool) -> Number | None:
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


def cast(body: Variables, node: Node) -> Value:
    """``x.astype(...)``, which a reader that promotes as much may leave out."""
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
