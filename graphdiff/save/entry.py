"""What a file says of a graph: an entry, as JSON has it, with arrays beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from graphdiff.errors import GraphValueError, Position, Run
from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.node import Constant, Full, Input, Mark, Node, Op, Region, Role
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.elementwise import Elementwise
from graphdiff.save.known import has_name, kinds, spoken
from graphdiff.save.nests import signature_entry
from graphdiff.save.values import comes_back, encoded, entries

Place = tuple[int, ...]
"""A path to a graph within others: which op, which of its graphs, and so on."""

FEW = 16
"""So many entries of a constant stand in the JSON file itself."""
_RECALLED = 3
"""So deep are nodes listed that are gone, for the sake of what adjoints are called."""


def graph_entry(graph: Graph, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """The graph as JSON has it; large constants go to `arrays`."""
    entry, _ = listed(graph, arrays)
    return entry


def listed(
    graph: Graph, arrays: dict[str, np.ndarray]
) -> tuple[dict[str, Any], dict[Place, list[Node]]]:
    """The entry of a graph, and the nodes that its rows are, by path of each graph."""
    writing = _Writing(graph, arrays)
    return writing.graph(graph, ()), writing.nodes


class _Table:
    """The rows of a graph, and the node of each."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.nodes: list[Node] = []
        self.place: dict[Node, int] = {}
        self._known: dict[str, int] = {}
        self._read = 0

    def add(self, node: Node, row: dict[str, Any]) -> None:
        """A row for a node."""
        self.place[node] = len(self.rows)
        self.rows.append(row)
        self.nodes.append(node)

    def merge(self, node: Node, row: dict[str, Any]) -> None:
        """A row for a node, or the one that says the same: its reader shares both."""
        for k in range(self._read, len(self.rows)):
            self._known.setdefault(repr(self.rows[k]), k)
        self._read = len(self.rows)
        known = self._known.get(repr(row))
        if known is None:
            self.add(node, row)
        else:
            self.place[node] = known


class _Writing:
    """What is common to a graph and to those in it, at all depths.

    `paths` leads to the nodes that a reader has met by the time: the place of an op in
    the outermost graph, which of its graphs, the place of an op in that, and so on.
    """

    def __init__(self, whole: Graph, arrays: dict[str, np.ndarray]) -> None:
        self.whole, self.arrays = whole, arrays
        self.nodes: dict[Place, list[Node]] = {}
        self.paths: dict[Node, Place] = {}
        self.regions: dict[Region, int] = {}
        self.runs: dict[Run, int] = {}
        self.told: list[Any] = []

    def graph(self, graph: Graph, path: Place) -> dict[str, Any]:
        """The graph that `path` leads to."""
        ledger, table = graph.ledger, _Table()
        for k, node in enumerate(graph.nodes):
            if path and node in self.paths:
                table.add(node, {"same": list(self.paths[node])})
            else:
                table.add(node, self._node(node, table.place, (*path, k)))
            self.paths.setdefault(node, (*path, k))
        gone = [r.of for r in ledger.roles.values() if r.of not in table.place]
        gone = [node for node in gone if node not in self.paths]
        self._recall(gone, table, path)
        self.nodes[path] = table.nodes
        return self._entry(graph, table)

    def _entry(self, graph: Graph, table: _Table) -> dict[str, Any]:
        """The nodes and what is known of them."""
        ledger, place = graph.ledger, table.place
        entry: dict[str, Any] = {
            "inputs": {name: place[node] for name, node in graph.inputs.items()},
            "outputs": {name: place[node] for name, node in graph.outputs.items()},
            "nodes": table.rows,
            "names": {str(place[n]): name for n, name in ledger.names.items()},
            "lines": {
                str(place[n]): self._line(where)
                for n, where in ledger.positions.items()
                if where.file.isprintable()
            },
            "roles": {
                str(place[n]): [self._of(role, place), *role[1:]]
                for n, role in ledger.roles.items()
            },
            "needs": [encoded(size) for size in ledger.needs],
        }
        if ledger.marks:
            marks = ledger.marks.items()
            entry["marks"] = {str(place[n]): self._mark(mark) for n, mark in marks}
        if self.told and graph is self.whole:
            entry["runs"] = self.told
        if graph.signature is not None:
            entry["signature"] = signature_entry(graph.signature)
        return entry

    def _recall(self, gone: list[Node], table: _Table, path: Place) -> None:
        """List nodes that are gone, and what they read.

        What an adjoint is called in emitted code depends on them, to some depth.
        """
        depths = _depths(gone)
        ends = {n for n, d in depths.items() if d == _RECALLED or n in self.paths}
        for node in in_order(gone, {*table.place, *ends}):
            if node in table.place:
                continue
            args = () if node in ends else node.args
            if node in self.paths:
                table.merge(node, {"same": list(self.paths[node])})
            elif args == node.args and _is_simple(node.op):
                table.merge(node, self._node(node, table.place, path))
            else:
                table.merge(node, _gone(node, [table.place[arg] for arg in args]))

    def _of(self, role: Role, place: Mapping[Node, int]) -> int | list[int]:
        """Where the node is that a role speaks of."""
        return place[role.of] if role.of in place else list(self.paths[role.of])

    def _line(self, where: Position) -> list[Any]:
        """A line, and what tells it from others of the same number."""
        run = [] if where.run is None else [self._run(where.run)]
        found = [where.file, where.line, where.step, where.place, *run]
        return found if any(found[2:]) or run else found[:2]

    def _run(self, run: Run) -> int:
        """The number of a run, which is greater than that of the run around it."""
        chain: list[Run] = []
        around: Run | None = run
        while around is not None and around not in self.runs:
            chain.append(around)
            around = None if around.at is None else around.at.run
        for each in reversed(chain):
            self.runs[each] = len(self.runs)
            at = [] if each.at is None else [self._line(each.at)]
            self.told.append([each.function, each.file, each.line, *at])
        return self.runs[run]

    def _mark(self, mark: Mark) -> list[Any]:
        return [
            [self.regions.setdefault(region, len(self.regions)), region.label, level]
            for region, level in mark
        ]

    def _node(
        self, node: Node, place: Mapping[Node, int], path: Place
    ) -> dict[str, Any]:
        op = node.op
        if isinstance(op, (Constant, Full)):
            return _constant_entry(op, self.arrays)
        name, parameters = self._spoken(op, path)
        entry: dict[str, Any] = {"op": name}
        if parameters:
            entry["with"] = parameters
        if node.args:
            entry["args"] = [place[arg] for arg in node.args]
        return entry

    def _spoken(self, op: Op, path: Place) -> tuple[str, Any]:
        """The name of an op in files, and its parameters."""
        if isinstance(op, Elementwise):
            name, parameters = spoken(op)
            return name, encoded(parameters)
        name = type(op).__name__
        if kinds().get(name) is not type(op):
            raise GraphValueError(f"save: a file cannot hold the op {op.label!r}")
        bodies = enumerate(op.bodies())
        entries = iter([{"graph": self.graph(b, (*path, k))} for k, b in bodies])
        found: dict[str, Any] = {}
        for field in fields(op):  # type: ignore[arg-type]
            if field.init:
                found[field.name] = _parameter(getattr(op, field.name), entries)
        return name, found


def _depths(nodes: list[Node]) -> dict[Node, int]:
    """How far below one of `nodes` each is that they read, as far as that counts."""
    found = dict.fromkeys(nodes, 0)
    level = nodes
    for depth in range(1, _RECALLED + 1):
        level = [a for node in level for a in node.args if a not in found]
        found.update(dict.fromkeys(level, depth))
    return found


def _is_simple(op: Op) -> bool:
    """Whether a node that is gone can be listed as what it was."""
    if isinstance(op, Constant):
        return op.value.size <= FEW
    if isinstance(op, Elementwise):
        return has_name(op)
    named = kinds().get(type(op).__name__) is type(op)
    return named and not op.bodies() and not isinstance(op, Input)


def _gone(node: Node, args: list[int]) -> dict[str, Any]:
    """What stands for a node that is gone: what it was called, and its type."""
    type = node.type
    types = (
        encoded(type)
        if isinstance(type, ArrayType)
        else [encoded(each) for each in type]
    )
    found = {"name": node.op.label, "type": types, "called": list(node.op.results)}
    return {"op": "Gone", "with": found, "args": args}


def _constant_entry(
    op: Constant | Full, arrays: dict[str, np.ndarray]
) -> dict[str, Any]:
    """A constant: a number, a few entries, or the name of an array beside the file."""
    entry: dict[str, Any] = {"op": type(op).__name__, "type": encoded(op.type)}
    array = (
        op.value if isinstance(op, Constant) else np.frombuffer(op.data, op.type.dtype)
    )
    if array.size > FEW or not comes_back(array):
        entry["file"] = f"array{len(arrays)}"
        arrays[entry["file"]] = array
    else:
        entry["data"] = entries(array)
    return entry


def _parameter(value: Any, bodies: Iterator[Any]) -> Any:
    """A parameter, which may be a graph, or several: the next of `bodies`."""
    if isinstance(value, Graph):
        return next(bodies)
    if isinstance(value, tuple) and any(isinstance(item, Graph) for item in value):
        return [_parameter(item, bodies) for item in value]
    return encoded(value)
