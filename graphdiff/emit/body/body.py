"""From scheduled nodes to statements: what is stored under a name, what stands inline.

A value gets a name if the user gave it one, if it is returned, or if several read it.
What is left is written into the expression that reads it, as long as that stays an
expression that a person would write: not too long, not too deep. Nothing is computed
twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphdiff.emit.body.groups import elsewhere, in_groups, place_of
from graphdiff.emit.kinds import kinds
from graphdiff.emit.kinds.writes import Arrays
from graphdiff.emit.plan.traits import widens
from graphdiff.emit.region import regions
from graphdiff.emit.store.statements import Statement
from graphdiff.emit.store.value import Value
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.printer import LIMIT
from graphdiff.graph.node import Arange, Made, Node
from graphdiff.ops.core.axes import Spread
from graphdiff.ops.core.index import Concatenate
from graphdiff.ops.region.region import Region

HEAVIEST = 8
"""The most operations in one statement."""

DEEPEST = 4
"""The most brackets within brackets."""

WIDEST = 76
"""The most columns of an expression; what is wider is cut into statements."""


class Body(Variables):
    """The statements of one function."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Find out which values can be assignments in place."""
        super().__init__(*args, **options)
        self.arrays = Arrays(self)

    def write(self, order: Sequence[Node]) -> None:
        """Make the statements of all nodes."""
        for node in order:
            if isinstance(node.op, Region):
                regions.write(self, node)
            elif node not in self.values and not self.arrays.write(node):
                self.values[node] = self._make(node)
                if node in self.picks:
                    if len(self.picks[node]) > 1:
                        self.unpack(node)
                elif self._needs_name(node):
                    self.store(node)

    def arrange(self) -> None:
        """Let the adjoints stand in groups, if statements may change places."""
        if self.regroups:
            new = in_groups(self.graph, self.statements, self.places)
            self.statements = [self.statements[i] for i in new]
            moved = {i: place for place, i in enumerate(new)}
            self.places = {node: moved[i] for node, i in self.places.items()}

    def cited(self, statement: Statement) -> Statement | None:
        """The statement that this one is the adjoint of, if there is one."""
        found = elsewhere(self.graph, statement, self.elsewhere)
        place = place_of(self.graph, statement, self.places)
        if place is None or (found is not None and self.within):
            return found
        made = self.statements[place]
        return None if self.within and made.node in self.graph.ledger.roles else made

    def _needs_name(self, node: Node) -> bool:
        if node in self.arrays.entries:
            return False
        if not node.args and not isinstance(node.op, (Arange, Made)):
            return False
        if node in self.outputs:
            return True
        if isinstance(node.op, Spread):
            if node not in self.wanted and self._is_widened(node):
                return False
            if self.graph.role_of(node) is not None:
                return self.uses[node] > 1 and self.values[node].weight > 0
        if node in self.wanted:
            return not self.values[node].weak and not self.is_alias(node)
        if self.uses[node] <= 1:
            return False
        if widens(node) and self.values[node.args[0]].stored:
            return False
        return self.values[node].weight > 0 or node in self.sums

    def _is_widened(self, node: Node) -> bool:
        """Whether `node` repeats complex numbers made of real ones that are there."""
        bare = self.values[node].bare
        return widens(node.args[0]) and bare is not None and bare.stored

    def _make(self, node: Node) -> Value:
        while True:
            value = kinds.make(self, node)
            text = value.text
            name = self.wanted.get(node)
            widest = WIDEST if name is None else LIMIT - 7 - len(name)
            if (
                value.weight <= HEAVIEST
                and text.width <= widest
                and text.depth <= DEEPEST
            ) or not self._relieve(node):
                return value

    def _relieve(self, node: Node) -> bool:
        """Store the longest argument that still stands inline, if there is one."""
        longest, most = None, 0
        views = isinstance(node.op, Concatenate)
        for arg in node.args:
            if views and not self.values[arg].weight:
                continue
            if arg.args and arg not in self.variables and arg not in self.picks:
                value = self.values[arg]
                size = value.text.width * (1 + value.weight)
                if size > most:
                    longest, most = arg, size
        if longest is None or node in self.sums:
            return False
        inner = longest.args[0]
        if views and self._only_got_an_axis(longest):
            self.store(inner)
            self.values[longest] = kinds.make(self, longest)
        else:
            self.store(longest)
        return True

    def _only_got_an_axis(self, node: Node) -> bool:
        """Whether `node` is ``x[None]`` of an x that could have a name itself."""
        inner = node.args[0]
        stored = not inner.args or inner in self.variables or inner in self.picks
        got = self.values[node].inserted and not isinstance(node.op, Spread)
        return bool(got) and not stored


class ModuleBody(Body):
    """The statements of a function that will run, and be timed."""

    methods = True
