r"""What stands in the brackets of an index, as a subscript.

Indices count from 0, and a subscript with a colon is a slice as in the code, whose end
is not included: ``x_{1:}``, ``A_{:,0}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphdiff.graph.node import Node
from graphdiff.ops.core.pattern import At1, ByArray, NewAxis, Slice
from graphdiff.show.formula.boxes import Box, Row, Slot
from graphdiff.show.formula.notation import Binds, Notation, Term
from graphdiff.show.formula.signs import SIGNS
from graphdiff.show.formula.view import View


def places_of(node: Node) -> Sequence[Any] | None:
    """The pattern by which a `Put` writes, if an entry of the result can be written.

    That is so of plain slices, ints and lists of indices, all at once or not at all.
    """
    pattern: Sequence[Any] = node.op.pattern  # type: ignore[attr-defined]
    arrays = node.args[1:]
    sliced = any(isinstance(item, Slice) for item in pattern)
    for item in pattern:
        if isinstance(item, NewAxis) or (isinstance(item, ByArray) and sliced):
            return None
        if isinstance(item, Slice) and item.step not in (None, 1):
            return None
    if any(
        len(a.type.shape) != 1 or a.type.shape != arrays[0].type.shape for a in arrays
    ):
        return None
    return pattern


def key_of(view: View, pattern: Sequence[Any], arrays: Sequence[Node]) -> Term:
    """The subscript of a pattern of slices, ints, new axes and index arrays."""
    items: list[Box] = []
    args: list[Term] = []

    def put(term: Term) -> None:
        items.append(Slot(len(args)))
        args.append(term)

    for place, item in enumerate(pattern):
        if place:
            items.append(SIGNS[","])
        if isinstance(item, Slice):
            for number, bound in enumerate((item.start, item.stop, item.step)):
                if number == 1 or (number == 2 and bound is not None):
                    items.append(SIGNS[r"\colon"])
                if bound is not None:
                    put(view.size(bound))
        elif isinstance(item, At1):
            put(view.size(item.index))
        elif isinstance(item, ByArray):
            put(view.whole().of(arrays[item.number]))
        elif isinstance(item, NewAxis):
            items.append(SIGNS[r"\square"])
    free = Notation("", Binds.ATOM, (Binds.RELATION,) * len(args))
    return Term(Row(tuple(items)), free, tuple(args))
