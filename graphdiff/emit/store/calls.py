"""From a call record to the text that a person would write for it.

One rule for each function of the runtime's table that has a plainer form than a call:
operators, methods, subscripts. The others are written as calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from graphdiff.emit.store.sizes import Sizes
from graphdiff.emit.text.text import (
    RANK,
    Text,
    atom,
    attribute,
    binary,
    call,
    list_,
    literal,
    method,
    operand,
    slice_,
    subscript,
    tuple_,
    unary,
)
from graphdiff.graph.inner import Inner, Solver
from graphdiff.graph.node import Arg, Call
from graphdiff.runtime.late import spelled
from graphdiff.sizes.dims import Dim

BINARY = {
    "np.add": "+",
    "np.subtract": "-",
    "np.multiply": "*",
    "np.divide": "/",
    "np.floor_divide": "//",
    "np.mod": "%",
    "np.power": "**",
    "np.matmul": "@",
    "np.equal": "==",
    "np.not_equal": "!=",
    "np.less": "<",
    "np.less_equal": "<=",
    "np.greater": ">",
    "np.greater_equal": ">=",
    "np.bitwise_and": "&",
    "np.bitwise_or": "|",
    "np.bitwise_xor": "^",
    "np.left_shift": "<<",
    "np.right_shift": ">>",
}
UNARY = {"np.negative": "-", "np.invert": "~"}
assert set(BINARY.values()) <= set(RANK)


class HandedOn:
    """The names of functions that calls hand on: those of graphs, and solvers."""

    def name(self, item: Inner | Solver) -> str:
        """The name of one of them."""
        return repr(item)

    def passed(self, items: Sequence[Inner]) -> list[str]:
        """The solvers that functions of graphs need themselves."""
        return []


class Writer:
    """Texts of calls; notes the helper functions and the sizes that they use.

    A `quick` writer has been told the quicker forms of helpers.
    """

    def __init__(
        self,
        sizes: Sizes,
        helper: Callable[[str], str],
        functions: HandedOn | None = None,
    ) -> None:
        """Take the sizes, and who knows the names of helpers.

        `functions` knows those that calls hand on; else each has its own name.
        """
        self.sizes = sizes
        self.helper = helper
        self.quick = False
        self.functions = functions or HandedOn()

    def call(self, record: Call, args: Sequence[Text]) -> Text:
        """The text of `record`, given the texts of its arguments."""
        name = record.function
        if name in BINARY:
            if len(args) == 2:
                return binary(BINARY[name], args[0], args[1])
            left, right = (self.item(a, args) for a in record.args)
            return binary(BINARY[name], left, right)
        if name in UNARY:
            return unary(UNARY[name], args[0])
        rule = _RULES.get(name)
        if rule is not None:
            return rule(self, record, args)
        return self.plain(record, args)

    def plain(self, record: Call, args: Sequence[Text]) -> Text:
        """The text of a call just as the record has it."""
        name = record.function
        function = spelled(name) if "." in name else self.helper(name)
        places = [self.item(a, args) for a in record.args]
        named = {k: self.item(v, args) for k, v in record.kwargs.items()}
        return call(function, places, named)

    def item(self, item: Any, args: Sequence[Text]) -> Text:
        """One entry of a call record: an argument's place, a size, a plain value."""
        if isinstance(item, Arg):
            return args[item.index]
        if isinstance(item, Dim):
            return self.sizes.text(item)
        if isinstance(item, (Inner, Solver)):
            return atom(self.functions.name(item))
        if isinstance(item, tuple):
            return tuple_([self.item(i, args) for i in item])
        if isinstance(item, np.dtype):
            return dtype_text(item)
        if isinstance(item, slice):
            bounds = [self.item(b, args) for b in (item.start, item.stop, item.step)]
            return call("slice", bounds)
        return literal(item)

    def key(self, key: tuple[Any, ...], args: Sequence[Text]) -> list[Text]:
        """The items of a subscript."""
        items = []
        for item in key:
            if isinstance(item, slice):
                bounds = (item.start, item.stop, item.step)
                texts = [None if b is None else self.item(b, args) for b in bounds]
                items.append(slice_(*texts))
            else:
                items.append(self.item(item, args))
        return items


@lru_cache(maxsize=64)
def negated(text: Text) -> Text:
    """``-a * b`` for -(a * b): the sign of a product is that of its first factor.

    NumPy computes the same bits, and a reader meets no brackets.
    """
    path = []
    first = text
    while first.kind == "binary" and first.parts[1] in (" * ", " / "):
        path.append((str(first.parts[1]).strip(), operand(first, 2)))
        first = operand(first, 0)
    if not path or first.kind in ("bracket", "unary"):
        return unary("-", text)
    first = unary("-", first)
    for sign, factor in reversed(path):
        first = binary(sign, first, factor)
    return first


@lru_cache(maxsize=64)
def dtype_text(dtype: np.dtype) -> Text:
    """``np.float64``, or ``bool``."""
    return atom("bool" if dtype.kind == "b" else f"np.{dtype.name}")


_OF_BOOLEANS = {
    "np.logical_not": "np.invert",
    "np.logical_and": "np.bitwise_and",
    "np.logical_or": "np.bitwise_or",
    "np.logical_xor": "np.bitwise_xor",
}


def plainest(record: Call, dtype: np.dtype) -> Call:
    """The record with an operator, where arguments of `dtype` allow one."""
    if dtype.kind == "b" and record.function in _OF_BOOLEANS:
        return record._replace(function=_OF_BOOLEANS[record.function])
    if dtype.kind in "fc" and record.function == "np.reciprocal":
        return Call("np.divide", (1, *record.args))
    return record


def _getitem(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    key = record.args[1]
    return subscript(args[0], writer.key(key if type(key) is tuple else (key,), args))


def _transpose(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    order = tuple(record.args[1])
    rank = len(order)
    if order == tuple(range(rank))[::-1]:
        return attribute(args[0], "T")
    if order == (*range(rank - 2), rank - 1, rank - 2):
        return attribute(args[0], "mT")
    return method(args[0], "transpose", [literal(k) for k in order])


def _reshape(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    shape = record.args[1]
    if len(shape) == 1:
        return method(args[0], "ravel")
    return method(
        args[0], "reshape", [writer.sizes.text(n) for n in shape] or [tuple_([])]
    )


def _astype(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    return method(args[0], "astype", [dtype_text(record.args[1])])


def _part(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    return attribute(args[0], record.function.removeprefix("np."))


def _concatenate(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    axis = record.kwargs["axis"]
    return call(
        "np.concatenate", [list_(args)], {"axis": literal(axis)} if axis else {}
    )


def _flipped_cumsum(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    axis = record.kwargs.get("axis", 0)
    flip = [*[slice_()] * axis, slice_(None, None, literal(-1))]
    named = {name: literal(value) for name, value in record.kwargs.items()}
    total = call("np.cumsum", [subscript(args[0], flip)], named)
    return subscript(total, flip)


def _einsum(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    left, right = record.args[0].split("->")
    terms = left.split(",")
    if right == "" and len(terms) == 2 and terms[0] == terms[1] and len(terms[0]) == 1:
        return binary("@", args[0], args[1])
    places = [writer.item(a, args) for a in record.args]
    named = {k: literal(v) for k, v in record.kwargs.items()}
    return call("np.einsum", places, named)


def _solved(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    """What calls a solver: the functions of graphs in it may need one themselves."""
    *first, start, parameters, tol = record.args
    inner = [item for item in first if isinstance(item, Inner)]
    values = [writer.item(p, args) for p in parameters]
    values += map(atom, writer.functions.passed(inner))
    items = [writer.item(i, args) for i in (*first, start)]
    return call(writer.helper(record.function), [*items, tuple_(values), literal(tol)])


def _histogram(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    named = {"weights": args[2]} if len(args) > 2 else {}
    return subscript(call("np.histogram", args[:2], named), [literal(0)])


def _full(writer: Writer, record: Call, args: Sequence[Text]) -> Text:
    shape, value, dtype = record.args
    name = {0: "np.zeros", 1: "np.ones"}.get(value.item(), "np.full")
    if name == "np.zeros" and np.signbit(value.real):
        name = "np.full"
    items = [
        writer.sizes.text(shape[0]) if len(shape) == 1 else writer.item(shape, args)
    ]
    if name == "np.full":
        items.append(literal(value))
    named = {"dtype": dtype_text(dtype)} if dtype != np.float64 else {}
    return call(name, items, named)


_Rule = Callable[[Writer, Call, Sequence[Text]], Text]
_RULES: dict[str, _Rule] = {
    "getitem": _getitem,
    "np.transpose": _transpose,
    "np.reshape": _reshape,
    "astype": _astype,
    "np.real": _part,
    "np.imag": _part,
    "concatenate": _concatenate,
    "flipped_cumsum": _flipped_cumsum,
    "np.einsum": _einsum,
    "np.full": _full,
    "histogram": _histogram,
    "find_root": _solved,
    "find_fixed_point": _solved,
    "find_minimum": _solved,
    "solve_operator": _solved,
}
