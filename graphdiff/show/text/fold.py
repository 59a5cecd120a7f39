"""Folding: of parts that are alike the first is written out, the others in a line each.

Which parts stem from the same code, `blocks` tells; whether they say the same, their
wording does: a folded line names what stands in the place of the names of the part that
is written out, so a reader can put in every statement that is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from graphdiff.graph.graph import Graph
from graphdiff.graph.node import Node
from graphdiff.show.blocks import Block, Instance, blocks
from graphdiff.show.blocks.members import common
from graphdiff.show.text.alike import Wording, base, wording, words
from graphdiff.show.text.inputs import input_rows
from graphdiff.show.text.listing import Entry, Section, under_headings
from graphdiff.show.text.rows import Row

_RUN = 6
"""So many folded lines in a row are shown one by one."""
_MOST, _LAST = 240, 40
"""So many rows of a section are shown, the last of them from its end."""
_HOW = "to_text(fold=False) lists all"


def folded(graph: Graph, sections: Sequence[Section]) -> list[list[Row]]:
    """The rows of the sections, with parts that are alike put together."""
    members: dict[Node, Instance] = {}
    for block in blocks(graph):
        for instance in block.instances:
            members.update(dict.fromkeys(instance.forward, instance))
            members.update(dict.fromkeys(instance.gradient, instance))
    homes = Homes(members, graph.outputs)
    for section in sections:
        for entry in section.entries:
            homes.meet(entry)
    names = _names(sections)
    found = []
    for section in sections:
        if section.title == "inputs:":
            rows = list(input_rows(section.entries))
        elif section.title in ("forward:", "gradient:"):
            before = "gradient of " if section.title == "gradient:" else ""
            rows = list(_Folding(homes, names, before).rows(section.entries))
        else:
            rows = list(under_headings(section.entries))
        found.append([Row(section.title), *_cut(rows)] if rows else [])
    return found


def _names(sections: Iterable[Section]) -> set[str]:
    """What names a value anywhere in the listing."""
    found: set[str] = set()
    for section in sections:
        for entry in section.entries:
            for row in entry.rows:
                target, equals, _ = row.text.partition(" = ")
                words = (target if equals else row.text).split(", ")
                found.update(map(base, words))
    return found


def _cut(rows: list[Row]) -> list[Row]:
    left = len(rows) - _MOST
    if left <= 1:
        return rows
    first = _MOST - _LAST
    note = Row(f"... {left:,} more lines; {_HOW}", level=1, look="fold")
    return [*rows[:first], note, *rows[-_LAST:]]


class _Segment(NamedTuple):
    """Entries in a row that belong to one instance, and what they say; or to none."""

    entries: list[Entry]
    instance: Instance | None = None
    wording: Wording | None = None

    @property
    def size(self) -> int:
        """How many rows it has."""
        return sum(len(entry.rows) for entry in self.entries)


class _Group:
    """Segments of a block that say the same, and where their names differ."""

    def __init__(self) -> None:
        self.segments: list[_Segment] = []

    def told(self, homes: Homes, what: str) -> list[_Told]:
        """What is told of the names that are ``made`` or ``read``.

        Those at which the segments differ, by a name that others know as well. Where
        they differ by the array, its entries need not be told apart.
        """
        rows = [getattr(segment.wording, what) for segment in self.segments]
        found = []
        for i, column in enumerate(zip(*rows, strict=True)):
            pairs = zip(column, self.segments, strict=True)
            if len({*column}) > 1 and any(
                homes.is_known(name, segment.instance) for name, segment in pairs
            ):
                found.append(_Told(i, len({*map(base, column)}) == 1))
        return found


class _Told(NamedTuple):
    """The place of a name among those made or read; `whole` says: with its index."""

    place: int
    whole: bool

    def name(self, names: Sequence[str]) -> str:
        """The name at this place."""
        name = names[self.place]
        return name if self.whole else base(name)


class Homes:
    """Where names are known: all over the listing, or only within an instance."""

    def __init__(self, members: Mapping[Node, Instance], known: Iterable[str]) -> None:
        """Begin with names that are `known` outside, whoever makes them."""
        self.members = members
        self.home: dict[str, Instance | None] = dict.fromkeys(known)

    def of(self, entry: Entry) -> Instance | None:
        """The innermost instance that an entry belongs to."""
        nodes = (node for node in (entry.of, entry.node) if node is not None)
        return next((self.members[n] for n in nodes if n in self.members), None)

    def meet(self, entry: Entry) -> None:
        """Take note of the names in an entry."""
        here = self.of(entry)
        for row in entry.rows:
            for word in words(row):
                met = word in self.home
                self.home[word] = common(self.home[word], here) if met else here

    def is_known(self, name: str, instance: Instance | None) -> bool:
        """Whether the value called so is known outside of `instance`."""
        home = self.home.get(base(name))
        while home is not None and home is not instance:
            home = home.within
        return home is None


class _Piece(NamedTuple):
    """Rows that are shown together; those of `alike` instances may be left out."""

    rows: list[Row]
    alike: Instance | None = None


class _Folding:
    def __init__(self, homes: Homes, names: Container[str], before: str) -> None:
        self.homes = homes
        self.names = names
        self.before = before

    def rows(self, entries: Iterable[Entry], level: int = 0) -> Iterator[Row]:
        """The rows of entries, of which instances of nesting `level` are folded."""
        pieces = self._pieces(list(self._segments(entries, level)), level)
        for block, found in groupby(pieces, lambda p: p.alike and p.alike.block):
            run = list(found)
            if block is not None and len(run) > _RUN:
                run = [*run[:2], self._left_out(run[2:-1]), run[-1]]
            for piece in run:
                yield from piece.rows

    def _segments(self, entries: Iterable[Entry], level: int) -> Iterator[_Segment]:
        pairs = ((self._instance(entry, level), entry) for entry in entries)
        for instance, found in groupby(pairs, lambda pair: pair[0]):
            inside = [entry for _, entry in found]
            if instance is None:
                yield _Segment(inside)
            else:
                rows = [row for entry in inside for row in entry.rows]
                yield _Segment(inside, instance, wording(rows, self.names))

    def _instance(self, entry: Entry, level: int) -> Instance | None:
        """What the entry belongs to, of the instances of one level of nesting."""
        inner, around = self.homes.of(entry), []
        while inner is not None:
            around.append(inner)
            inner = inner.within
        return around[-1 - level] if level < len(around) else None

    def _pieces(self, segments: Sequence[_Segment], level: int) -> Iterator[_Piece]:
        groups: defaultdict[tuple[Block, str], _Group] = defaultdict(_Group)
        for segment in segments:
            if segment.instance is not None and segment.wording is not None:
                key = segment.instance.block, segment.wording.form
                groups[key].segments.append(segment)
        folds = {
            block
            for (block, _), group in groups.items()
            if len(group.segments) > 1 and group.segments[0].size > 1
        }
        told = {
            key: (group.told(self.homes, "made"), group.told(self.homes, "read"))
            for key, group in groups.items()
            if key[0] in folds
        }
        for segment in segments:
            entries, instance, said = segment
            if instance is None or said is None:
                yield _Piece(list(under_headings(entries)))
                continue
            key = instance.block, said.form
            group = groups[key]
            first = segment is group.segments[0]
            if segment.size == 1:
                rows = under_headings(entries)
                yield _Piece(list(rows), None if first else instance)
            elif instance.block not in folds:
                yield _Piece(list(self.rows(entries, level + 1)))
            elif first:
                rows = self.rows(entries, level + 1)
                inner = [row._replace(level=row.level + 1) for row in rows]
                yield _Piece([self._head(segment, group, told[key]), *inner])
            else:
                yield _Piece([self._head(segment, group, told[key])], instance)

    def _head(
        self, segment: _Segment, group: _Group, told: tuple[list[_Told], list[_Told]]
    ) -> Row:
        """What an instance makes of what, where that differs among those alike."""
        instance, said = segment.instance, segment.wording
        assert instance is not None
        assert said is not None
        made = ", ".join(dict.fromkeys(t.name(said.made) for t in told[0]))
        read = ", ".join(dict.fromkeys(t.name(said.read) for t in told[1]))
        first = group.segments[0].instance
        assert first is not None
        text = f"{self.before}{_label(instance, first is instance)}"
        if made or read:
            text += f": {made}{' ' if made else ''}{f'from {read}' if read else ''}"
        if first is instance:
            return Row(text.rstrip(), level=1)
        return Row(text.rstrip(), "", f"as {_label(first)}", 1, "fold")

    def _left_out(self, run: Sequence[_Piece]) -> _Piece:
        first, last = run[0].alike, run[-1].alike
        assert first is not None
        assert last is not None
        text = f"... {len(run):,} more alike, {_label(first)} to {_label(last)}; {_HOW}"
        return _Piece([Row(text, level=1, look="fold")])


def _label(instance: Instance, full: bool = False) -> str:
    """``layer 3``, ``round 3``, or in `full` ``round 3 of model.py:12-14``."""
    block = instance.block
    if block.kind != "loop":
        return f"{block.title} {instance.number}"
    return f"round {instance.number}" + (f" of {block.title}" if full else "")
