"""How a rule looks at the arguments of a node: as whole arrays, or entry by entry.

The same rule writes ``X W + b`` of arrays and ``x_i + b_i`` of their entries: it asks
a `View` for its arguments, and the view knows which of the two is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from graphdiff.graph.node import Full, Node, Size
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.core.entries import Cast
from graphdiff.show.formula.boxes import Box, Slot, row
from graphdiff.show.formula.notation import (
    STACK,
    Binds,
    Notation,
    Term,
    replaced,
    subscripted,
)
from graphdiff.show.formula.signs import SIGNS


class NeedsIndicesError(Exception):
    """What is computed has no notation without indices."""


class Writer(Protocol):
    """Who knows the symbols, and the rules of all ops.

    `results` are those of loops and branches.
    """

    results: dict[Node, Sequence[Term]]

    def term(self, node: Node, view: View) -> Term:
        """The term of a node: its symbol, or what it computes."""

    def truth(self, node: Node, view: View) -> Term:
        """The same of a condition, as a statement."""

    def computed(self, node: Node, view: View) -> Term:
        """What a node computes, whole or at an entry."""

    def entry(self, node: Node, view: View) -> Term:
        """What an entry of a node is; of one without entries the function itself."""

    def called(self, view: View, node: Node) -> Term:
        """The function that computes a node, with its arguments."""

    def called_entry(self, view: View, node: Node) -> Term:
        """An entry of what is only written whole."""

    def array(self, node: Node, view: View) -> Term:
        """A whole array, by its entries if need be."""

    def is_inline(self, node: Node) -> bool:
        """Whether the node has no symbol."""

    def is_short(self, node: Node) -> bool:
        """Whether a node can be written whole."""

    def is_free(self, template: str) -> bool:
        """Whether no symbol looks like this."""

    def index(self, number: int) -> Term:
        """The letter of an index."""

    def size(self, value: Any) -> Term:
        """The term of a size."""


class View:
    """A look at nodes: whole, or at the entries with `indices`.

    `used`: how many letters are in use as indices already.
    """

    __slots__ = ("indices", "used", "writer")

    def __init__(
        self, writer: Writer, indices: Sequence[Term] | None = None, used: int = 0
    ) -> None:
        """Look through `writer`, at whole arrays or at entries."""
        self.writer = writer
        self.indices = None if indices is None else tuple(indices)
        self.used = used

    def of(self, node: Node) -> Term:
        """A node, whole or the entry looked at."""
        return self.writer.term(node, self)

    def number(self, node: Node) -> Term:
        """A node that meets others entry by entry: one number may stand for all."""
        if self.indices is not None:
            return self.of(node)
        found = node
        while isinstance(found.op, (Spread, Cast)) and found.args[0].type.shape == ():
            found = found.args[0]
        if isinstance(found.op, (Full, Size)):
            return View(self.writer, (), self.used).of(found)
        return self.of(node if found.type.shape else found)

    def truth(self, node: Node) -> Term:
        """A condition as a statement: without the brackets that make it a number."""
        return self.writer.truth(node, self)

    def rank(self, node: Node) -> int:
        """The number of axes of what is written: 0 of entries."""
        return 0 if self.indices is not None else len(node.type.shape)

    def is_free(self, template: str) -> bool:
        """Whether no symbol looks like this."""
        return self.writer.is_free(template)

    def size(self, value: Any) -> Term:
        """The term of a size."""
        return self.writer.size(value)

    def at(self, indices: Sequence[Term]) -> View:
        """A look at other entries."""
        return View(self.writer, indices, self.used)

    def whole(self) -> View:
        """A look at whole arrays."""
        return View(self.writer, None, self.used)

    def more(self, count: int) -> tuple[tuple[Term, ...], View]:
        """New letters for indices, and a view that knows that they are used."""
        made = tuple(self.writer.index(self.used + i) for i in range(count))
        return made, View(self.writer, self.indices, self.used + count)


def joined(indices: Sequence[Term], comma: bool = True) -> Term:
    """Indices side by side: ``ij``, or with commas where one is longer."""
    if len(indices) == 1:
        return indices[0]
    items: list[Box] = []
    commas = comma or any(index.args for index in indices)
    args: list[Term] = []
    for place, index in enumerate(indices):
        if place and commas:
            items.append(SIGNS[","])
        items.append(Slot(place))
        args.append(index)
    free = Notation("", Binds.ATOM, (Binds.RELATION,) * len(args))
    return Term(row(*items), free, tuple(args))


def entry_of(term: Term, indices: Sequence[Term]) -> Term:
    """The entry of an array at `indices`."""
    if not indices:
        return term
    if term.notation is STACK:
        general, step = term.args
        return entry_of(replaced(general, step, indices[0]), indices[1:])
    return subscripted(term, joined(indices, comma=False))
