"""A graph written to a file: JSON for people and version control, arrays beside it.

The format, version 1, is one JSON object:

- ``format`` is ``"graphdiff graph"``, ``version`` is 1;
- ``nodes`` lists the nodes, each after those that it reads, then those that a role
  names though they are no part of the graph any more: ``op`` is the name of an op of
  graphdiff, ``args`` the places of its arguments in the list, ``with`` its parameters
  (see `graphdiff.save.values`), ``type`` that of a constant; a node that a graph in a
  graph shares with another before it is ``same`` and a path to it;
- ``inputs`` and ``outputs`` map names to places;
- ``names``, ``lines``, ``roles`` and ``marks`` say what is known of nodes, by place. A
  line is a file, a number, and perhaps, as numbers, how much came before, which of its
  operations, and which of the ``runs`` of functions it stands in, which are a name, a
  file, the line where the function begins, and the line where it was called. A role is
  the node whose adjoint it is, the rule, the convention and the order; the node by its
  place, or by a path if it stands in a graph around this one or in a loop before it. A
  path is the place of a loop in the whole graph, which of its graphs, and so on, and
  last a place in that graph. A mark lists regions that are computed again: a number, a
  name, a level of each;
- ``needs`` lists sizes that must be at least 0;
- ``signature`` tells how the traced function is called, if the graph has one.

A constant holds its entries under ``data``, or under ``file`` the name of an array in
the NumPy archive beside the JSON file, whose name has ``.npz`` behind it.
"""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.rewrite.unfold import written_out
from graphdiff.save.entry import graph_entry

FORMAT = "graphdiff graph"
VERSION = 1

_SURROGATES = re.compile("[\ud800-\udfff]")
"""Letters that strings of Python may hold, but no file: they are written as escapes."""


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
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _SURROGATES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
