"""A graph written to a file: JSON for people and version control, arrays beside it.

The format, version 1, is one JSON object:

- ``format`` is ``"graphdiff graph"``, ``version`` is 1;
- ``nodes`` lists the nodes, each after those that it reads, then those that a role
  names though they are no part of the graph any more: ``op`` is the name
  of an op of graphdiff, ``args`` the places of its arguments in the list, ``with`` its
  parameters (see `graphdiff.save.values`), ``type`` that of a constant; a node that a
  graph in a graph shares with another before it is ``same`` and a path to it;
- ``inputs`` and ``outputs`` map names to places;
- ``names``, ``lines``, ``roles`` and ``marks`` say what is known of nodes, by place. A
  line is a file, a number, and where a loop comes to it again how much was before. A
  role is the node whose adjoint it is, the rule, the convention and the order; the node
  by its place, or by a path if it stands in a graph around this one or in a loop before
  it. A path is the place of a loop in the whole graph, which of its graphs, and so on,
  and last a place in that graph.
  A mark lists regions that are computed again: a number, a name, a level of each;
- ``needs`` lists sizes that must be at least 0;
- ``signature`` tells how the traced function is called, if the graph has one.

A constant holds its entries under ``data``, or under ``file`` the name of an array in
the NumPy archive beside the JSON file, whose name has ``.npz`` behind it.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, GraphValueError, Position
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import (
    Constant,
    Full,
    Input,
    Mark,
    Node,
    Op,
    Region,
    Role,
)
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.elementwise import Elementwise
from graphdiff.rewrite.unfold import written_out
from graphdiff.save.known import has_name, kinds, spoken
from graphdiff.save.nests import signature_entry
from graphdiff.save.values import comes_back, encoded, entries

Place = tuple[int, ...]
"""A path to a graph within others: which op, which of its graphs, and so on."""

FORMAT = "graphdiff graph"
VERSION = 1
FEW = 16
"""So many entries of a constant stand in the JSON file itself."""
_RECALLED = 3
"""So deep are nodes listed that are gone, for the sake of what adjoints are called."""


def save(graph: Graph, path: str | pathlib.Path) -> None:
    """Write `graph` to the file `path`, and its arrays beside it; see `gd.load`.

    The arrays of a graph in ``model.json`` are in ``model.json.npz``; a graph without
    any has no second file. The text is the same for the same graph. Functions under
    rules of their own are written out. Raises `GraphValueError` for a graph with a
    solver in it, which no file can hold.
    """
    check_graph("save", graph)
    graph = written_out(graph)
    path = path_of("save", path)
    arrays: dict[str, np.ndarray] = {}
    entry = {"format": FORMAT, "version": VERSION, **graph_entry(graph, arrays)}
    path.write_text(_text(entry), encoding="utf-8")
    if arrays:
        np.savez(beside(path), **arrays)  # type: ignore[arg-type]
    else:
        beside(path).unlink(missing_ok=True)


def beside(path: pathlib.Path) -> pathlib.Path:
    """The archive of the arrays of a graph in `path`: no name that is anyone else's."""
    return path.with_name(f"{path.name}.npz")


def path_of(what: str, path: object) -> pathlib.Path:
    """`path` as a path, which must not be that of the arrays."""
    if not isinstance(path, (str, pathlib.Path)):
        raise GraphTypeError(f"{what}: expected a path, got {type(path).__name__}")
    if pathlib.Path(path).suffix == ".npz":
        raise GraphValueError(f"{what}: {path} is for the arrays; write .json")
    return pathlib.Path(path)


def graph_entry(graph: Graph, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """The graph as JSON has it; large constants go to `arrays`."""
    entry, _ = listed(graph, arrays)
    return entry


def listed(
    graph: Graph, arrays: dict[str, np.ndarray]
) -> tuple[dict[str, Any], dict[Place, list[Node]]]:
    """The entry of a graph, and the nodes that its rows are, by path of each graph."""
    writing = _Writing(arrays)
    return writing.graph(graph, ()), writing.nodes


class _Writing:
    """What is common to a graph and to those in it, at all depths.

    `paths` leads to the nodes that a reader has met by the time: the place of an op in
    the outermost graph, which of its graphs, the place of an op in that, and so on.
    """

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self.arrays = arrays
        self.nodes: dict[Place, list[Node]] = {}
        self.paths: dict[Node, Place] = {}
        self.regions: dict[Region, int] = {}

    def graph(self, graph: Graph, path: Place) -> dict[str, Any]:
        """The graph that `path` leads to."""
        ledger, nodes = graph.ledger, list(graph.nodes)
        place = {node: k for k, node in enumerate(nodes)}
        rows = []
        for k, node in enumerate(nodes):
            if path and node in self.paths:
                rows.append({"same": list(self.paths[node])})
            else:
                rows.append(self._node(node, place, (*path, k)))
            self.paths.setdefault(node, (*path, k))
        for role in ledger.roles.values():
            self._recall(role.of, place, rows, path)
        self.nodes[path] = list(place)
        entry: dict[str, Any] = {
            "inputs": {name: place[node] for name, node in graph.inputs.items()},
            "outputs": {name: place[node] for name, node in graph.outputs.items()},
            "nodes": rows,
            "names": {str(place[n]): name for n, name in ledger.names.items()},
            "lines": {
                str(place[n]): _line_entry(where)
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
        if graph.signature is not None:
            entry["signature"] = signature_entry(graph.signature)
        return entry

    def _recall(
        self,
        node: Node,
        place: dict[Node, int],
        rows: list[dict[str, Any]],
        path: Place,
        depth: int = 0,
    ) -> None:
        """List a node that a role speaks of, and what it reads, if they are gone.

        What an adjoint is called in emitted code depends on them, to some depth.
        """
        if node in place or node in self.paths:
            return
        args: tuple[Node, ...] = node.args if depth < _RECALLED else ()
        for arg in args:
            self._recall(arg, place, rows, path, depth + 1)
        args = tuple([arg for arg in args if arg in place])
        if args == node.args and _is_simple(node.op):
            row = self._node(node, place, path)
        else:
            row = _gone(node, [place[arg] for arg in args])
        place[node] = len(rows)
        rows.append(row)

    def _of(self, role: Role, place: Mapping[Node, int]) -> int | list[int]:
        """Where the node is that a role speaks of."""
        return place[role.of] if role.of in place else list(self.paths[role.of])

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


def _line_entry(where: Position) -> list[Any]:
    return list(where) if where.step else [where.file, where.line]


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


def _text(entry: Mapping[str, Any]) -> str:
    """JSON with a line for each node."""
    lines = []
    for key, value in entry.items():
        if key == "nodes":
            rows = ",\n".join(f"  {_line(node)}" for node in value)
            lines.append(f'"nodes": [\n{rows}\n]')
        else:
            lines.append(f"{_line(key)}: {_line(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
