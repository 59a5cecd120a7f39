"""The search for blocks: repeats in what ran, and calls of the same function.

The tree of runs says what the user's program did. In each run, what comes several
times in a row is a loop's body (`repeats`); several runs of one function in the same
surroundings are calls. Parts that stem from the same code make a block, and each is
compared with the others: the operations, and the edges inside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from graphdiff.errors import Position, Run
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node, Region
from graphdiff.show.blocks.block import Block, Instance, Kind
from graphdiff.show.blocks.members import fill
from graphdiff.show.blocks.repeats import Item, Tokens, repeats
from graphdiff.show.blocks.runs import PLAIN, Ran, Step, program

_FEW = 3
"""So many rounds of a loop are worth a block even if each is one operation."""

_COMPREHENSIONS = frozenset(("listcomp", "setcomp", "dictcomp", "genexpr"))


def blocks(graph: Graph) -> list[Block]:
    """The repeated parts of `graph`, those that hold others before these.

    A part is a loop's iteration or a call of a function, of the user's program that the
    graph was traced from; a checkpoint (`gd.checkpoint`) is one even if it is called
    once. Gradient nodes belong where the forward node stands that they are derivatives
    of. Linear in the size of the graph.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def layer(x, W):
    ...     z = x @ W
    ...     return np.tanh(z)
    >>> def network(weights, x):
    ...     for W in weights:
    ...         x = layer(x, W)
    ...     return np.sum(x)
    >>> weights = [gd.spec("8,8")] * 3
    >>> (found,) = blocks(gd.trace(network, weights, gd.spec("n,8")))
    >>> found.title, [len(part.forward) for part in found.instances]
    ('layer', [2, 2, 2])
    """
    search = _Search(graph)
    search.run()
    fill(graph, search.found, search.owner)
    return search.found


class _Part(NamedTuple):
    """What may be an instance: its items and steps, and the run that it is, if so.

    It stands `within` an instance that has been found.
    """

    within: Instance | None
    items: Sequence[Item]
    start: int
    stop: int
    run: Run | None = None


class _Search:
    def __init__(self, graph: Graph) -> None:
        self.program = program(graph)
        self.tokens = Tokens()
        self.items: dict[Ran, list[Item]] = {}
        self.found: list[Block] = []
        self.owner: dict[Node, Instance] = {}
        self.nodes: list[Node] = []
        self.first: list[int] = [0]
        for step in self.program.steps:
            self.nodes += step.nodes
            self.first.append(len(self.nodes))
        self.marks = graph.ledger.marks
        self.marked: Counter[Region] = Counter()
        for node in self.nodes:
            self.marked.update(region for region, _ in self.marks.get(node, ()))

    def run(self) -> None:
        """Find all blocks, the outer ones first."""
        for ran in self.program.runs:
            self.items[ran] = repeats(list(self._things(ran)), self.tokens)
        tops = [item for root in self.program.roots for item in self.items[root]]
        waiting = [[_Part(None, tops, 0, len(self.program.steps))]]
        while waiting:
            groups = self._groups(waiting.pop())
            waiting += [self._settle(group) for group in groups][::-1]

    def _things(self, ran: Ran) -> Iterator[Item]:
        """What was done in one run, as items that are equal if the same code did it."""
        start = ran.start
        for thing in ran.items:
            if isinstance(thing, Step):
                at, stop = thing.at, start + 1
            else:
                at, stop = _called_at(thing), thing.stop
            token = self.tokens[at.file, at.line, at.place]
            yield Item(token, (at.place, at.line), start, stop, thing)
            start = stop

    def _groups(self, parts: Sequence[_Part]) -> Iterable[list[_Part]]:
        """What stems from the same code within `parts`: rounds of a loop, and calls."""
        groups: dict[Any, list[_Part]] = {}
        for part in parts:
            for item in self._opened(part.items):
                if not item.rounds and not isinstance(item.thing, Ran):
                    continue
                for row in item.rounds or [[item]]:
                    inner = self._part(part.within, row)
                    key = item.token if inner.run is None else _function(inner.run)
                    groups.setdefault(key, []).append(inner)
        return groups.values()

    def _opened(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items; for a comprehension, which is no call to people, what it does."""
        for item in items:
            if isinstance(item.thing, Ran) and _is_comprehension(item.thing):
                yield from self._opened(self.items[item.thing])
            else:
                yield item

    def _part(self, within: Instance | None, row: Sequence[Item]) -> _Part:
        """A loop's iteration, or a call; a loop that only calls a function is calls."""
        start, stop = row[0].start, row[-1].stop
        if len(row) > 1 or not isinstance(row[0].thing, Ran):
            return _Part(within, row, start, stop)
        ran = row[0].thing
        run = None if _is_comprehension(ran) else ran.run
        return _Part(within, self.items[ran], start, stop, run)

    def _settle(self, parts: list[_Part]) -> list[_Part]:
        """Make a block of parts, if they are worth one; returns where to look next."""
        first, count = parts[0], len(parts)
        size = max(len(self._nodes(part)) for part in parts)
        again = all(map(self._is_checkpoint, parts))
        many = count >= _FEW and first.run is None
        if not (again or (count > 1 and size > 1) or (many and size)):
            return parts
        kind: Kind = "checkpoint" if again else "loop" if first.run is None else "call"
        title, where = _title(first)
        above = None if first.within is None else first.within.block
        block = Block(title, kind, where, above)
        forms = Tokens()
        found = []
        for number, part in enumerate(parts, 1):
            nodes = self._nodes(part)
            form = forms[tuple(_shape(nodes))]
            instance = Instance(block, number, form, part.within)
            self.owner.update(dict.fromkeys(nodes, instance))
            found.append(instance)
        block.instances = found
        self.found.append(block)
        pairs = zip(parts, found, strict=True)
        return [part._replace(within=instance) for part, instance in pairs]

    def _nodes(self, part: _Part) -> list[Node]:
        """The operations of a part."""
        return self.nodes[self.first[part.start] : self.first[part.stop]]

    def _is_checkpoint(self, part: _Part) -> bool:
        """Whether a part is the region of a checkpoint, no less and no more."""
        first, last = self.first[part.start], self.first[part.stop]
        if part.run is None or first == last or not self.marked:
            return False
        own = [r for r, _ in self.marks.get(self.nodes[first], ())]
        found = {r for r in own if self.marked[r] == last - first}
        for node in self.nodes[first + 1 : last] if found else ():
            found &= {r for r, _ in self.marks.get(node, ())}
        return bool(found)


def _kind(node: Node) -> str:
    """What a node does, whatever the sizes are."""
    return f"{type(node.op).__name__} {node.op.label}"


def _shape(nodes: Sequence[Node]) -> Iterator[Any]:
    """What a part does: operations, and where their arguments are among its own."""
    place: dict[Node, int] = {}
    for i, node in enumerate(nodes):
        place[node] = i
        yield _kind(node), tuple([place.get(_source(arg), -1) for arg in node.args])


def _source(node: Node) -> Node:
    """What is looked at in `node`."""
    while isinstance(node.op, PLAIN):
        node = node.args[0]
    return node


def _is_comprehension(ran: Ran) -> bool:
    return ran.run is not None and ran.run.function in _COMPREHENSIONS


def _function(run: Run) -> tuple[str, str, int]:
    """Which function it is a run of."""
    return run.function, run.file, run.line


def _called_at(ran: Ran) -> Position:
    """Where a run was called."""
    at = ran.run.at if ran.run is not None else None
    return at or Position("", 0)


def _title(part: _Part) -> tuple[str, Position]:
    """What a block is called, and where it is."""
    run = part.run
    if run is not None:
        where = Position(run.file, run.line)
        return (run.function if run.function != "lambda" else str(where)), where
    lines: list[Position] = []
    waiting = list(part.items)
    while waiting:
        item = waiting.pop()
        waiting += item.rounds[0] if item.rounds else ()
        if isinstance(item.thing, Ran):
            lines.append(_called_at(item.thing))
        elif item.thing is not None:
            lines.append(item.thing.at)
    first, last = min(at.line for at in lines), max(at.line for at in lines)
    where = Position(lines[0].file, first)
    return (str(where) if first == last else f"{where}-{last}"), where
