"""What lies near a value: the statements that it is computed from, so many steps back.

A step leads from a statement to those whose values it reads. A person who asks where a
gradient comes from reads the listing in this direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from graphdiff.errors import GraphTypeError, GraphValueError, shown
from graphdiff.graph.node import Node
from graphdiff.show.text.listing import Listing


class Near:
    """The statements to list: `chosen` by number, and the inputs that are `read`.

    `left` counts those that the values are computed from as well, further back, and
    `behind` names what the chosen ones read of them.
    """

    def __init__(
        self, listing: Listing, of: str | Sequence[str] | None, depth: int | None
    ) -> None:
        """Start from the values called `of`, or from the outputs; see `to_text`."""
        statements = listing.body.statements
        self.owner: dict[Node, int] = {}
        for i, statement in enumerate(statements):
            for node in statement.parts:
                self.owner.setdefault(node, i)
        for i, statement in enumerate(statements):
            self.owner.setdefault(statement.node, i)
        self.listing = listing
        if of is None and depth is None:
            self.chosen = set(range(len(statements)))
            self.read = {*listing.graph.inputs.values(), *listing.constants}
            self.left, self.behind = 0, []
            return
        start = self._start(of)
        self.chosen, self.read = self._behind(start, depth)
        every = self._behind(start, None)[0]
        self.left = len(every) - len(self.chosen)
        edge = {j for i in self.chosen for j in self._reads(i) if j in every}
        self.behind = [statements[j].name for j in sorted(edge - self.chosen)]

    def _start(self, of: str | Sequence[str] | None) -> list[Node | int]:
        """The statements and inputs that are asked for."""
        listing = self.listing
        if of is None:
            nodes = listing.graph.outputs.values()
            return [self.owner.get(node, node) for node in nodes]
        names = [of] if isinstance(of, str) else of
        if not isinstance(names, Iterable) or not all(
            isinstance(n, str) for n in names
        ):
            raise GraphTypeError(
                f"to_text: of: expected a name or a sequence of names, got {shown(of)}"
            )
        known: dict[str, Node | int] = dict(listing.graph.inputs)
        known.update({name: node for node, name in listing.given.items()})
        for node, name in listing.graph.ledger.names.items():
            known.setdefault(name, self.owner.get(node, node))
        for i, statement in enumerate(listing.body.statements):
            for name in statement.name.split(", "):
                known[name] = i
        for name, node in listing.graph.outputs.items():
            known[name] = self.owner.get(node, node)
        found = []
        for name in names:
            if name not in known:
                close = get_close_matches(name, known, 3)
                hint = f"; did you mean {', '.join(close)}?" if close else ""
                raise GraphValueError(
                    f"to_text: of: there is no value {shown(name)}{hint}"
                )
            found.append(known[name])
        return found

    def _behind(
        self, start: Iterable[Node | int], depth: int | None
    ) -> tuple[set[int], set[Node]]:
        """The statements up to `depth` steps back, and the inputs that they read."""
        chosen: dict[int, None] = {}
        read: set[Node] = set()
        level = list(dict.fromkeys(start))
        while level:
            further: dict[Node | int, None] = {}
            for found in level:
                if isinstance(found, Node):
                    read.add(found)
                elif found not in chosen:
                    chosen[found] = None
                    further.update(dict.fromkeys(self._reads(found)))
            if depth is not None:
                if depth == 0:
                    read.update(n for n in further if isinstance(n, Node))
                    break
                depth -= 1
            level = list(further)
        return set(chosen), read

    def _reads(self, i: int) -> Iterable[Node | int]:
        """The statements whose values the statement reads, and inputs and constants."""
        statement = self.listing.body.statements[i]
        nodes = [arg for part in statement.parts for arg in part.args]
        for node in nodes or [statement.node]:
            found = self.owner.get(node, node)
            if found != i:
                yield found
