"""A graph read from a file that may come from a stranger.

Nothing is executed: ops are looked up in tables, sizes read by a parser of their own,
arrays read without pickles. What cannot be is one `GraphValueError` that says where.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from graphdiff.errors import GraphdiffError, GraphValueError, Position
from graphdiff.errors import Run as UserRun
from graphdiff.graph.graph import Graph
from graphdiff.graph.node import (
    Constant,
    Full,
    Gone,
    Node,
    Op,
    Region,
    Role,
    Scope,
    building,
)
from graphdiff.graph.types import ArrayType, show_type
from graphdiff.ops.core.elementwise import Elementwise
from graphdiff.ops.region.region import Run
from graphdiff.runtime.table import FUNCTIONS
from graphdiff.save.known import kinds, on_entries
from graphdiff.save.nests import signature_of
from graphdiff.save.values import array_of, decoded, type_of
from graphdiff.save.writer import FORMAT, VERSION, beside, path_of

MOST_BYTES = 1 << 30
_LONGEST = 400

Arrays = Mapping[str, np.ndarray]


def load(path: str | Path, *, limit: int = MOST_BYTES) -> Graph:
    """The graph in the file `path`, as `Graph.save` writes it.

    Safe for files from strangers: nothing that the file says is executed, and a file
    (or its arrays, unpacked) of more than `limit` bytes is refused. The nodes are
    checked as if they were being built. Raises `GraphValueError` for a file that is no
    graph, or of a later version, and OSError for one that cannot be read.

    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> import graphdiff as gd
    >>> graph = gd.trace(lambda x: np.sum(x**2), gd.spec("n"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "energy.json")
    ...     graph.save(path)
    ...     again = gd.load(path)
    >>> str(again) == str(graph)
    True
    """
    path = path_of("load", path)
    if path.stat().st_size > limit:
        raise GraphValueError(f"load: {path} has more than {limit} bytes")
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(entry, dict) or entry.get("format") != FORMAT:
            raise ValueError(f'there is no "format": "{FORMAT}"')
        if entry.get("version") != VERSION:
            raise ValueError(f"version {entry.get('version')!r} is unknown")
        return graph_of(entry, _arrays(beside(path), limit))
    except WRONG as error:
        raise GraphValueError(f"load: {path} holds no graph: {reason(error)}") from None


class UnfitError(ValueError):
    """What is said of a node cannot be; `at` is where in a text it is said."""

    def __init__(self, message: str, at: int) -> None:
        """Say what is wrong at the sign number `at` of the text."""
        super().__init__(message)
        self.at = at


def reason(error: BaseException) -> str:
    """What an error says, without the line of whoever reads the file."""
    said = str(error.args[0]) if isinstance(error, GraphdiffError) else str(error)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} ..."


WRONG = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
)


def _arrays(path: Path, limit: int) -> Arrays:
    """The arrays beside the file; none if there is no such archive."""
    if not path.exists():
        return {}
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > limit:
            raise ValueError(f"the arrays beside it have more than {limit} bytes")
    with np.load(path, allow_pickle=False) as found:
        return dict(found)


def graph_of(entry: Mapping[str, Any], arrays: Arrays) -> Graph:
    """The graph that JSON stands for."""
    return _Reading(arrays).graph(entry, ())


class _Reading:
    """What is common to a graph and to those in it, at all depths.

    `nodes` are those of each graph by the path that leads to it, as far as they are
    read; see `graphdiff.save.writer`.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.nodes: dict[tuple[Any, ...], list[Node]] = {}
        self.regions: dict[int, Region] = {}
        self.runs: list[UserRun] = []

    def graph(self, entry: Mapping[str, Any], path: tuple[int, ...]) -> Graph:
        """The graph that `path` leads to."""
        nodes = self.nodes[path] = []
        for function, file, line, *at in entry.get("runs", ()):
            called = [self._line(*where) for where in at]
            about = _word(function), _word(file), int(line)
            self.runs.append(UserRun.told(*about, called[0] if called else None))
        with building(Scope()) as scope:
            for k, row in enumerate(entry["nodes"]):
                try:
                    nodes.append(self._node(row, scope, (*path, k)))
                except UnfitError:
                    raise
                except WRONG as error:
                    raise _unfit(k, row, error) from None
            self._facts(entry, nodes, scope)
            inputs, outputs = (
                {name: _at(nodes, k) for name, k in entry[what].items()}
                for what in ("inputs", "outputs")
            )
            signature = None
            if "signature" in entry:
                signature = signature_of(entry["signature"])
                _check_leaves(signature, inputs, outputs)
            graph = Graph(inputs, outputs, signature=signature)
            if any(isinstance(node.op, Gone) for node in graph):
                raise ValueError("an output depends on a node that is gone")
            return graph

    def _facts(self, entry: Mapping[str, Any], nodes: list[Node], scope: Scope) -> None:
        """Tell the scope what is known of the nodes."""
        for place, name in entry["names"].items():
            scope.names[_at(nodes, int(place))] = _string(name)
        for place, line in entry["lines"].items():
            scope.positions[_at(nodes, int(place))] = self._line(*line)
        for place, (of, rule, convention, order) in entry["roles"].items():
            role = Role(self._of(of, nodes), _word(rule), _word(convention), int(order))
            scope.roles[_at(nodes, int(place))] = role
        for place, mark in entry.get("marks", {}).items():
            scope.marks[_at(nodes, int(place))] = tuple(
                [(self._region(*region), int(level)) for *region, level in mark]
            )
        scope.needs.update(dict.fromkeys(decoded(entry["needs"])))

    def _of(self, place: Any, nodes: list[Node]) -> Node:
        """The node that a role speaks of: here, or where a path leads."""
        if not isinstance(place, list):
            return _at(nodes, place)
        *path, last = place
        return _at(self.nodes[tuple(path)], last)

    def _line(self, file: Any, line: Any, *more: Any) -> Position:
        """A line of the user's source."""
        step, place, *run = map(int, more or (0, 0))
        known = self.runs[run[0]] if run else None
        return Position(_word(file), int(line), step, place, known)

    def _region(self, number: Any, label: Any) -> Region:
        return self.regions.setdefault(int(number), Region(_word(label)))

    def _node(self, row: Any, scope: Scope, path: tuple[int, ...]) -> Node:
        nodes = self.nodes[path[:-1]]
        if "same" in row:
            made = self._of(row["same"], nodes)
            scope.adopt([made])
        else:
            made = self._made(row, nodes, scope, path)
            if not isinstance(made.type, ArrayType | tuple):
                raise ValueError("the type is none")
        if "is" in row and made.type != row["is"]:
            raise ValueError(
                f"the type is {show_type(made.type)}, not {show_type(row['is'])}"
            )
        return made

    def _made(
        self, row: Any, nodes: list[Node], scope: Scope, path: tuple[int, ...]
    ) -> Node:
        args = tuple([_at(nodes, place) for place in row.get("args", ())])
        made = scope.make(self._op(row, path), args)
        _check_call(made)
        return made

    def _op(self, row: Mapping[str, Any], path: tuple[int, ...]) -> Op:
        """The op that a row names, with its parameters."""
        name = row["op"]
        if name in ("Constant", "Full"):
            return _constant(row, self.arrays)
        given = row.get("with", {})
        if isinstance(given, list):
            return on_entries(name, decoded(given))
        if not isinstance(given, dict):
            raise ValueError("parameters have names")
        if name in kinds():
            numbers = count()
            found = {
                key: self._parameter(value, path, numbers)
                for key, value in given.items()
            }
            return kinds()[name](**found)
        if given:
            raise ValueError(f"{name!r:.50} is no op with such parameters")
        return on_entries(name, ())

    def _parameter(
        self, value: Any, path: tuple[int, ...], numbers: Iterator[int]
    ) -> Any:
        """A parameter of an op, which may be a graph, or several."""
        if isinstance(value, dict) and set(value) == {"graph"}:
            return self.graph(value["graph"], (*path, next(numbers)))
        if isinstance(value, list):
            return tuple([self._parameter(item, path, numbers) for item in value])
        return decoded(value)


def _unfit(i: int, row: Any, error: BaseException) -> ValueError:
    """What is wrong with node `i`, and where that is said if it is said in a text."""
    op = row.get("op", "same") if isinstance(row, dict) else row
    if isinstance(row, dict) and "at" in row:
        return UnfitError(f"{op}: {reason(error)}", row["at"])
    return ValueError(f"node {i} ({op!r:.50}): {reason(error)}")


def _check_leaves(signature: Any, inputs: Any, outputs: Any) -> None:
    """Raise unless the signature's leaves are the inputs and outputs there are."""
    asked = [name for tree in signature.parameters.values() for name in tree.names]
    if sorted(asked) != sorted(inputs) or not {*signature.result.names} <= {*outputs}:
        raise ValueError("the signature is that of another graph")


def _at(nodes: list[Node], place: Any) -> Node:
    if type(place) is not int or not 0 <= place < len(nodes):
        raise ValueError(f"there is no node {place!r} before this")
    return nodes[place]


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"{value!r:.50} is not a name")


def _word(value: Any) -> str:
    """What stands in comments as it is: a string of one line."""
    word = _string(value)
    if not word.isprintable():
        raise ValueError(f"{value!r:.50} has more than one line")
    return word


def _constant(row: Mapping[str, Any], arrays: Arrays) -> Op:
    type = type_of(row["type"])
    full = row["op"] == "Full"
    whole = ArrayType((1,), type.dtype) if full else type
    named = "file" in row
    array = arrays[row["file"]] if named else array_of(row["data"], whole)
    if (array.shape, array.dtype) != (whole.shape, whole.dtype):
        raise ValueError(f"the array {row['file']!r} is of another type")
    return Full(array.tobytes(), type) if full else Constant.of(array)


def _check_call(node: Node) -> None:
    """Raise unless a node calls a function of the table, by arguments that have names.

    What a record says is written into emitted code as it stands.
    """
    if type(node.op).call is Op.call:
        return
    record = node.op.call(*[arg.type for arg in node.args])
    known = isinstance(node.op, Elementwise) or isinstance(record, Run)
    if not known and record.function not in FUNCTIONS:
        raise ValueError(f"{record.function!r:.50} is not a function of graphdiff")
    for name in record.kwargs:
        if not name.isidentifier():
            raise ValueError(f"{name!r:.50} is not the name of an argument")
