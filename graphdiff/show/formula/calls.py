r"""The notation of an op that has none: its function with its arguments.

``\operatorname{roll}(x, 2, \mathrm{axis} = 0)`` is made from the call record by which
the op is computed, so it says all there is to say for any op, a user's own too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.graph.inner import Inner, Solver
from graphdiff.graph.node import Arg, Node
from graphdiff.show.formula.boxes import Box, Fence, Letter, Row, Slot, row
from graphdiff.show.formula.notation import ATOM, Term
from graphdiff.show.formula.numbers import number
from graphdiff.show.formula.signs import SIGNS
from graphdiff.sizes.dims import Dim

_MODULES = ("np.linalg.", "np.fft.", "scipy.special.", "scipy.linalg.", "np.")


def short(function: str) -> str:
    """The name of a function without its module."""
    for module in _MODULES:
        if function.startswith(module):
            return function.removeprefix(module)
    return function.rpartition(".")[2]


class Written:
    """One call as a term: pieces of the record become arguments one by one."""

    def __init__(
        self,
        node: Node,
        array: Callable[[Node], Term],
        size: Callable[[Any], Term],
    ) -> None:
        """Take the node, and how its arguments and sizes are written."""
        self.node = node
        self.array = array
        self.size = size
        self.args: list[Term] = []

    def term(self) -> Term:
        """The call."""
        record = self.node.op.call(*[arg.type for arg in self.node.args])
        items = [self.item(a) for a in record.args]
        for name, value in record.kwargs.items():
            word = Letter(name, "upright")
            items.append(row(word, SIGNS["="], self.item(value)))
        function = Letter(short(record.function), "function")
        return Term(row(function, _listed(items)), ATOM, tuple(self.args))

    def slot(self, term: Term) -> Box:
        """A place for `term`."""
        self.args.append(term)
        return Slot(len(self.args) - 1)

    def item(self, item: Any) -> Box:
        """An entry of the record."""
        if isinstance(item, Arg):
            return self.slot(self.array(self.node.args[item.index]))
        if isinstance(item, Dim):
            return self.slot(self.size(item))
        if isinstance(item, tuple):
            return _listed([self.item(i) for i in item])
        if isinstance(item, slice):
            return self.slice(item)
        if isinstance(item, np.ndarray):
            return self.array_of(item)
        if isinstance(item, (bool, int, float, complex, np.generic)):
            return self.slot(number(item))
        return Letter(_word(item), "upright")

    def slice(self, item: slice) -> Box:
        """``1:n``."""
        parts: list[Box] = []
        for place, bound in enumerate((item.start, item.stop, item.step)):
            if place == 1 or (place == 2 and bound is not None):
                parts.append(SIGNS[r"\colon"])
            if bound is not None:
                parts.append(self.item(bound))
        return Row(tuple(parts))

    def array_of(self, value: np.ndarray) -> Box:
        """A few numbers in brackets; of many the first and the last."""
        flat = list(value.ravel())
        items = [self.slot(number(x)) for x in flat[:4]]
        return _listed([*items, Letter("…", "upright")] if len(flat) > 4 else items)


def _word(item: Any) -> str:
    if isinstance(item, np.dtype):
        return item.name
    if isinstance(item, (Inner, Solver)):
        return repr(item)
    return str(item)


def _listed(items: list[Box]) -> Box:
    """Items with commas between them, in round brackets."""
    parts: list[Box] = []
    for place, item in enumerate(items):
        if place:
            parts.append(SIGNS[","])
        parts.extend(item.items if isinstance(item, Row) else (item,))
    return Fence("(", Row(tuple(parts)), ")")
