"""A graph written to a file: JSON for people and version control, arrays beside it.

The format, version 1, is one JSON object:

- ``format`` is ``"graphdiff graph"``, ``version`` is 1;
- ``nodes`` lists the nodes, each after those that it reads, then stand-ins for those
  that a role names though they are no part of the graph any more: ``op`` is the name
  of an op of graphdiff, ``args`` the places of its arguments in the list, ``with`` its
  parameters (see `graphdiff.save.values`), ``type`` that of a constant;
- ``inputs`` and ``outputs`` map names to places;
- ``names``, ``lines`` and ``roles`` say what is known of nodes, by place: a role is
  the place of the node whose adjoint it is, the rule, the convention and the order, a
  line is a file, its number, and where a loop comes to it again how much was before;
- ``needs`` lists sizes that must be at least 0;
- ``signature`` tells how the traced function is called, if the graph has one.

A constant holds its entries under ``data``, or under ``file`` the name of an array in
the NumPy archive beside the JSON file, whose name has ``.npz`` behind it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Constant, Full, Node, Op
from graphdiff.graph.types import each_type
from graphdiff.ops.core.elementwise import Elementwise
from graphdiff.rewrite.unfold import unfolded
from graphdiff.save.known import kinds, spoken
from graphdiff.save.nests import signature_entry
from graphdiff.save.values import comes_back, encoded, entries

FORMAT = "graphdiff graph"
VERSION = 1
FEW = 16
"""So many entries of a constant stand in the JSON file itself."""


def save(graph: Graph, path: str | Path) -> None:
    """Write `graph` to the file `path`, and its arrays beside it; see `gd.load`.

    The arrays of a graph in ``model.json`` are in ``model.json.npz``; a graph without
    any has no second file. The text is the same for the same graph. Functions under
    rules of their own are written out, and so is what checkpoints compute again. Raises
    `GraphValueError` for a graph with a solver in it, which no file can hold.
    """
    check_graph("save", graph)
    graph = unfolded(graph)
    path = path_of("save", path)
    arrays: dict[str, np.ndarray] = {}
    entry = {"format": FORMAT, "version": VERSION, **graph_entry(graph, arrays)}
    path.write_text(_text(entry), encoding="utf-8")
    if arrays:
        np.savez(beside(path), **arrays)  # type: ignore[arg-type]
    else:
        beside(path).unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """The archive of the arrays of a graph in `path`: no name that is anyone else's."""
    return path.with_name(f"{path.name}.npz")


def path_of(what: str, path: object) -> Path:
    """`path` as a path, which must not be that of the arrays."""
    if not isinstance(path, (str, Path)):
        raise GraphTypeError(f"{what}: expected a path, got {type(path).__name__}")
    if Path(path).suffix == ".npz":
        raise GraphValueError(f"{what}: {path} is for the arrays; write .json")
    return Path(path)


def listed(graph: Graph) -> list[Node]:
    """The nodes of a graph, and those that a role names though they are gone."""
    named = [role.of for role in graph.ledger.roles.values()]
    return list(dict.fromkeys([*graph.nodes, *named]))


def graph_entry(graph: Graph, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """The graph as JSON has it; large constants go to `arrays`."""
    ledger, nodes = graph.ledger, listed(graph)
    place = {node: i for i, node in enumerate(nodes)}
    named = {"inputs": graph.inputs, "outputs": graph.outputs}
    entry: dict[str, Any] = {
        what: {name: place[node] for name, node in nodes.items()}
        for what, nodes in named.items()
    }
    entry["nodes"] = [
        _node_entry(node, place, arrays) if k < len(graph) else _gone(node)
        for k, node in enumerate(nodes)
    ]
    entry["names"] = {str(place[n]): name for n, name in ledger.names.items()}
    entry["lines"] = {
        str(place[n]): [where.file, where.line, *([where.step] if where.step else [])]
        for n, where in ledger.positions.items()
        if where.file.isprintable()
    }
    entry["roles"] = {
        str(place[n]): [place[r.of], r.rule, r.convention, r.order]
        for n, r in ledger.roles.items()
    }
    entry["needs"] = [encoded(size) for size in ledger.needs]
    if graph.signature is not None:
        entry["signature"] = signature_entry(graph.signature)
    return entry


def _node_entry(
    node: Node, place: Mapping[Node, int], arrays: dict[str, np.ndarray]
) -> dict[str, Any]:
    op = node.op
    if isinstance(op, (Constant, Full)):
        return _constant_entry(op, arrays)
    name, parameters = _spoken(op, arrays)
    entry: dict[str, Any] = {"op": name}
    if parameters:
        entry["with"] = parameters
    if node.args:
        entry["args"] = [place[arg] for arg in node.args]
    return entry


def _gone(node: Node) -> dict[str, Any]:
    """What stands for a node that only a role names: a variable called as its op."""
    first, *_ = each_type(node.type)
    return {"op": "Input", "with": {"name": node.op.label, "type": encoded(first)}}


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


def _spoken(op: Op, arrays: dict[str, np.ndarray]) -> tuple[str, Any]:
    """The name of an op in files, and its parameters."""
    if isinstance(op, Elementwise):
        name, parameters = spoken(op)
        return name, encoded(parameters)
    name = type(op).__name__
    if kinds().get(name) is not type(op):
        raise GraphValueError(f"save: a file cannot hold the op {op.label!r}")
    found: dict[str, Any] = {}
    for field in fields(op):  # type: ignore[arg-type]
        value = getattr(op, field.name)
        if field.init:
            found[field.name] = _parameter(value, arrays)
    return name, found


def _parameter(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """A parameter, which may be a graph, or several."""
    if isinstance(value, Graph):
        return {"graph": graph_entry(value, arrays)}
    if isinstance(value, tuple) and any(isinstance(item, Graph) for item in value):
        return [_parameter(item, arrays) for item in value]
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
