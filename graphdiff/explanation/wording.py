"""How explanations speak of values: by the names and in the words of the listing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from graphdiff.emit.store.statements import Statement
from graphdiff.errors import Position
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Pick
from graphdiff.ops.core.axes import Spread
from graphdiff.show.statements import Statements
from graphdiff.words import unique

LONGEST = 100
"""How long an expression may be before its middle is left out."""


def inert(text: str) -> str:
    """`text` on one line, in which nothing but printing happens on a terminal.

    Control characters, overrides of the reading direction and lone surrogates come out
    as escapes.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def shortened(text: str, longest: int = LONGEST) -> str:
    """`text`, without its middle if it is longer than `longest`."""
    if len(text) <= longest:
        return text
    half = (longest - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"


class Wording:
    """The names, texts and lines of the nodes of a graph.

    The listing is made when it is first asked for: to explain that nothing is wrong
    takes none.
    """

    def __init__(self, graph: Graph) -> None:
        """Speak about `graph`."""
        self.graph = graph

    @cached_property
    def listed(self) -> Statements:
        """The statements of the listing."""
        return Statements(self.graph)

    @cached_property
    def _stored(self) -> dict[Node, Statement]:
        return {s.node: s for s in self.listed.body.statements}

    @cached_property
    def _homes(self) -> dict[Node, Statement]:
        found: dict[Node, Statement] = {}
        for statement in self.listed.body.statements:
            for node in (statement.node, *statement.parts):
                found.setdefault(node, statement)
        return found

    @cached_property
    def named(self) -> dict[Node, str]:
        """The names of the values that have one in the listing, in order.

        An array that is written into keeps its name there; here each of its states
        has one of its own.
        """
        found = dict(self.listed.given)
        for node in self.graph.nodes:
            value = self.listed.body.values.get(node)
            if isinstance(node.op, Pick) and value is not None:
                if (text := value.text.flat).isidentifier():
                    found.setdefault(node, text)
            elif node in self._stored:
                found.setdefault(node, self._stored[node].name)
        used: dict[str, int] = {}
        return {n: unique(found[n], used) for n in self.graph.nodes if n in found}

    def telling(self, nodes: Iterable[Node]) -> dict[Node, str]:
        """A name for each of `nodes`, no two alike.

        What has none in the listing, and may be written there like what it is made of,
        is called after its operation too.
        """
        wanted = [(n, self.named.get(n)) for n in nodes]
        used = {name: 1 for _, name in wanted if name is not None}
        found: dict[Node, str] = {}
        for node, name in wanted:
            if name is None:
                text = self.name(node)
                word = text if text.isidentifier() else node.op.label
                taken = word in used and word == text
                name = unique(f"{text}_{node.op.label}" if taken else word, used)
            found[node] = name
        return found

    @cached_property
    def by_name(self) -> dict[str, Node]:
        """The values by their names in the listing, or those that the user gave."""
        found = {name: node for node, name in self.named.items()}
        for node, name in self.graph.ledger.names.items():
            found.setdefault(name, node)
        return found

    def parts(self, node: Node) -> list[Node]:
        """The nodes whose operations stand in the statement of `node`."""
        home = self._homes.get(node)
        if home is None:
            return [node]
        return list(home.parts) or [home.node]

    def text(self, node: Node) -> str:
        """What stands for `node` where it is read: its name, or its expression."""
        value = self.listed.body.values.get(node)
        if value is None:
            return self.graph.name_of(node) or node.op.label
        return inert(value.text.flat)

    def name(self, node: Node) -> str:
        """A short name of `node`: that of the listing, or its expression."""
        return shortened(self.text(node), 60)

    def expression(self, node: Node) -> str:
        """How `node` is computed, where that can be told in an expression."""
        statement = self._stored.get(node)
        text = statement.text.flat if statement is not None else self.text(node)
        return shortened(inert(text))

    def statement(self, node: Node) -> str:
        """The statement in which `node` is computed, on one line."""
        home = self._homes.get(node)
        return shortened(inert(home.flat if home is not None else self.text(node)))

    def stored_as(self, node: Node) -> Node:
        """The node whose statement computes `node`."""
        home = self._homes.get(node)
        return node if home is None else home.node

    def is_stored(self, node: Node) -> bool:
        """Whether `node` has a name in the listing."""
        return node in self.named

    def position(self, node: Node) -> Position | None:
        """The user's line of `node`, or of the statement in which it stands."""
        found = self.graph.position_of(node)
        if found is None and node in self._homes:
            found = self.listed.body.position_of(self._homes[node])
        return found

    def line(self, node: Node) -> str:
        """``" (model.py:12)"``, or nothing where the line is not known."""
        found = self.position(node)
        return f" ({inert(str(found))})" if found is not None else ""


def entry(node: Node, index: tuple[int, ...]) -> tuple[Node, tuple[int, ...]]:
    """The array, and the place in it, of which `node` at `index` is a copy."""
    while isinstance(node.op, Spread):
        rank = node.type.ndim
        index = tuple(
            [
                k
                for k, axis in zip(index, range(-rank, 0), strict=True)
                if axis not in node.op.axes
            ]
        )
        (node,) = node.args
    return node, index


def at(name: str, index: tuple[int, ...]) -> str:
    """``x[3, 0]``, or ``x`` of a scalar; what is no plain name gets brackets."""
    if not index:
        return name
    word = name.replace("_", "a").replace(".", "a")
    plain = name if word.isalnum() else f"({name})"
    return f"{plain}[{', '.join(map(str, index))}]"


def number(value: Any) -> str:
    """A number in few digits: ``-1.5``, ``2e+300``, ``nan``."""
    plain = np.asarray(value)[()]
    if plain.dtype.kind == "b":
        return str(bool(plain))
    if plain.dtype.kind in "iu":
        return str(int(plain))
    return f"{plain:.6g}"


def several(words: Iterable[str], most: int = 4) -> str:
    """``a, b and 3 more``."""
    found = list(words)
    if len(found) > most:
        return f"{', '.join(found[:most])} and {len(found) - most} more"
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def first_line(text: str) -> str:
    """The first sentence or equation of a docstring."""
    return " ".join(text.split("\n\n")[0].split()).removesuffix(".")
