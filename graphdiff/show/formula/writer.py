"""From nodes to terms: symbols where there are some, else what the node computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphdiff.graph.node import Input, Node
from graphdiff.ops.core.entries import Cast, Elementwise
from graphdiff.show.formula import entry, whole
from graphdiff.show.formula.boxes import Letter, Script
from graphdiff.show.formula.calls import Written
from graphdiff.show.formula.entrywise import TRUTH, as_truth, entrywise
from graphdiff.show.formula.matrix import scaled, turned, unscaled
from graphdiff.show.formula.names import Symbols
from graphdiff.show.formula.notation import ATOM, Notation, Term, boxed
from graphdiff.show.formula.numbers import size
from graphdiff.show.formula.template import parse
from graphdiff.show.formula.view import NeedsIndicesError, View, entry_of, joined

_INDICES = "ijklmnpqrsuv"


def _rule(rules: Mapping[type, Any], node: Node) -> Any:
    """The rule for the op of a node; an op over no axes at all is left as it is."""
    if getattr(node.op, "axes", None) == ():
        return None
    found = (rules[kind] for kind in type(node.op).__mro__ if kind in rules)
    return next(found, None)


class TermWriter:
    """Writes nodes as terms, given the symbols of those that have one."""

    def __init__(self, symbols: Symbols, known: Mapping[Node, Term]) -> None:
        """Take the symbols that are taken, and which nodes they stand for."""
        self.symbols = symbols
        self.known = known
        self.results: dict[Node, Sequence[Term]] = {}
        free = (c for c in _INDICES if symbols.is_free(Letter(c)))
        self.letters = [c for c in free if c not in symbols.sizes]

    def equation(self, node: Node) -> tuple[tuple[Term, ...], Term]:
        """What a node computes, and at which indices if it must be by entries."""
        view = View(self)
        look = self.term if isinstance(node.op, Input) else self.computed
        try:
            return (), look(node, view)
        except NeedsIndicesError:
            indices, inner = view.more(len(node.type.shape))
            return indices, look(node, inner.at(indices))

    def term(self, node: Node, view: View) -> Term:
        """The term of a node: its symbol, or what it computes."""
        known = self.known.get(node)
        if known is not None:
            return entry_of(known, view.indices or ())
        return self.computed(node, view)

    def computed(self, node: Node, view: View) -> Term:
        """What a node computes, whole or at an entry."""
        own = getattr(node.op, "notation", None)
        if isinstance(own, Notation):
            return self._own(own, node, view)
        if isinstance(node.op, Elementwise):
            made = self._scaled(node, view) or entrywise(view, node)
            return made if made is not None else self._function(node, view)
        rules = whole.RULES if view.indices is None else entry.RULES
        rule = _rule(rules, node)
        if rule is not None:
            written: Term = rule(view, node)
            return written
        if view.indices is None:
            return self.called(view, node)
        return self.called_entry(view, node)

    def entry(self, node: Node, view: View) -> Term:
        """What an entry of a node is; of one without entries the function itself."""
        rule = _rule(entry.RULES, node)
        made: Term = self.called(view, node) if rule is None else rule(view, node)
        return made

    def _own(self, notation: Notation, node: Node, view: View) -> Term:
        """The notation that a user's op states itself."""
        args = [self.array(arg, view) for arg in node.args]
        return entry_of(notation(*args), view.indices or ())

    def _scaled(self, node: Node, view: View) -> Term | None:
        """The product of a matrix and a diagonal one, if that is what a node is."""
        name = getattr(node.op, "name", "")
        if view.indices is not None or name not in ("np.multiply", "np.divide"):
            return None
        a, b = node.args
        return scaled(view, a, b) if name == "np.multiply" else unscaled(view, a, b)

    def _function(self, node: Node, view: View) -> Term:
        return Written(node, view.number, self.size).term()

    def truth(self, node: Node, view: View) -> Term:
        """A condition as a statement."""
        if node not in self.known:
            if isinstance(node.op, Cast):
                return self.truth(node.args[0], view)
            made = as_truth(view, node)
            if made is not None:
                return made
            spread = entry.spread_of(node)
            if spread is not None and view.indices is None:
                return self.truth(spread, view)
        made = view.of(node)
        return made.args[0] if made.notation is TRUTH else made

    def array(self, node: Node, view: View) -> Term:
        """A whole array: its symbol, what it computes, or its entries in brackets."""
        try:
            return self.term(node, view.whole())
        except NeedsIndicesError:
            indices, inner = view.more(len(node.type.shape))
            made = self.term(node, inner.at(indices))
            return Notation("(#1)_{#2}")(made, joined(indices, comma=False))

    def called(self, view: View, node: Node) -> Term:
        """The function that computes a node, with its arguments."""
        return Written(node, lambda arg: self.array(arg, view), self.size).term()

    def called_entry(self, view: View, node: Node) -> Term:
        """An entry of what has no entries of its own to write: in brackets, below."""
        indices = list(view.indices or ())
        try:
            made = self.computed(node, view.whole())
        except NeedsIndicesError:
            made = self.called(view.whole(), node)
        shape = node.type.shape
        if len(shape) == 2 and shape[1] == 1 and shape[0] != 1:
            indices = indices[:1]
        elif len(shape) == 2 and shape[0] == 1 and shape[1] != 1:
            made, indices = turned(made), indices[1:]
        return entry_of(made, indices)

    def is_inline(self, node: Node) -> bool:
        """Whether the node has no symbol, and is written out where it is used."""
        return node not in self.known

    def is_short(self, node: Node) -> bool:
        """Whether a node can be written whole."""
        try:
            self.computed(node, View(self))
        except NeedsIndicesError:
            return False
        return True

    def is_free(self, template: str) -> bool:
        """Whether no symbol looks like this."""
        return self.symbols.is_free(parse(template))

    def index(self, number: int) -> Term:
        """The letter of an index; after the last one they are numbered."""
        if number < len(self.letters):
            return boxed(Letter(self.letters[number]))
        below = Letter(str(number - len(self.letters) + 1), "number")
        return Term(Script(Letter("i"), below, None), ATOM)

    def size(self, value: Any) -> Term:
        """The term of a size."""
        return size(value, self._size_name)

    def _size_name(self, name: str) -> Term:
        return boxed(self.symbols.size(name))
