"""A graph written as text that `gd.parse` reads back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Node
from graphdiff.graph.types import ArrayType, show_type
from graphdiff.rewrite.unfold import written_out
from graphdiff.save.entry import Place, listed
from graphdiff.save.nests import PLAIN_KIND
from graphdiff.save.text.values import bytes_text, entries_text, value_text
from graphdiff.save.text.words import is_word, name_text, quoted

HEAD = "graphdiff 1"
_STEP = "  "
_GONE = "# no part of the graph any more, but adjoints belong to them"


def exact_text(graph: Graph) -> str:
    """`graph` as text from which `gd.parse` makes the same graph.

    Each node is a statement: name, type, op with all parameters, source line, and of
    which node it is the adjoint. Numbers come back to the last bit. Functions under
    rules of their own are written out. The text is the same for the same graph. Raises
    `GraphValueError` for a graph with a solver or an op of the user's in it.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> x = gd.var("x", "n")
    >>> print(exact_text(gd.Graph({"x": x}, {"y": np.sum(x * 2.0)})))
    graphdiff 1
    <BLANKLINE>
    %0: float64[n] = input(x)
    %1: float64[n] = 2.0
    %2: float64[n] = multiply(%0, %1)
    %3: float64[] = Sum(%2, axes=(-1,))
    <BLANKLINE>
    output y = %3
    """
    check_graph("to_text", graph)
    graph = written_out(graph)
    arrays: dict[str, np.ndarray] = {}
    entry, nodes = listed(graph, arrays)
    whole = _Written(graph, entry, arrays, nodes)
    return "\n".join([HEAD, "", *whole.lines()])


class _Written:
    """The statements of one graph, from what a file holds for it.

    `path` leads to it, and `ids` says what the nodes of each graph are called, by path.
    """

    def __init__(
        self,
        graph: Graph,
        entry: Mapping[str, Any],
        arrays: Mapping[str, np.ndarray],
        nodes: Mapping[Place, list[Node]],
        path: Place = (),
        all_ids: dict[Place, dict[int, str]] | None = None,
    ) -> None:
        self.graph, self.entry, self.arrays, self.path = graph, entry, arrays, path
        self.margin = _STEP * (len(path) // 2)
        self.all_nodes, self.nodes = nodes, nodes[path]
        self.gradient = _first_adjoint(graph)
        self.given = {place: name for name, place in entry["inputs"].items()}
        self.names = {int(place): name for place, name in entry["names"].items()}
        inputs = list(self.given)
        others = (k for k in range(len(self.nodes)) if k not in self.given)
        self.order = [*inputs, *others]
        self.all_ids = {} if all_ids is None else all_ids
        self.ids = self.all_ids[path] = self._ids()

    def _ids(self) -> dict[int, str]:
        """What each node is called in the text: by its name, once, or by a number."""
        taken: set[str] = set()
        ids = {}
        for number, place in enumerate(self.order):
            name = self.names.get(place)
            if name is None or name in taken or not is_word(name):
                ids[place] = f"%{number}"
            else:
                ids[place] = name
                taken.add(name)
        return ids

    def lines(self) -> Iterator[str]:
        """All statements, with an empty line between the parts."""
        if "signature" in self.entry:
            yield from self._signature(self.entry["signature"])
            yield ""
        yield from self._runs(self.entry.get("runs", ()))
        for place in self.order:
            if place == self.gradient:
                yield ""
            if place == len(self.graph):
                yield from ("", f"{self.margin}{_GONE}")
            yield f"{self.margin}{self._node(place)}"
        yield ""
        for name, place in self.entry["outputs"].items():
            called = self.ids[place]
            known = "" if called == name else f" = {called}"
            yield f"{self.margin}output {name_text(name)}{known}"
        for size in self.entry["needs"]:
            yield f"{self.margin}need {size['size']}"
        if not self.margin:
            yield ""

    def _node(self, place: int) -> str:
        called, name = self.ids[place], self.names.get(place)
        if name is not None and name != called:
            called = f"{called} {quoted(name)}"
        type = self.nodes[place].type
        shown = show_type(type)
        if not isinstance(type, ArrayType):
            shown = f"({shown})"
        text = f"{called}: {shown} = {self._expression(place)}"
        facts = ", ".join(self._facts(place))
        return f"{text}  ; {facts}" if facts else text

    def _expression(self, place: int) -> str:
        row = self.entry["nodes"][place]
        if "same" in row:
            input = f"{self._input(place, None)} " if place in self.given else ""
            return f"{input}same as {self._of(row['same'])}"
        op, parameters = row["op"], row.get("with", {})
        if op == "Input":
            return self._input(place, parameters["name"])
        if op in ("Constant", "Full"):
            return self._constant(row)
        args = [self.ids[k] for k in row.get("args", ())]
        if op == "Pick":
            return f"{args[0]}[{parameters['index']}]"
        if isinstance(parameters, list):
            return f"{op}({', '.join([*args, f'with={value_text(parameters)}'])})"
        bodies = enumerate(self.nodes[place].op.bodies())
        found = [
            f"{key}={self._parameter(value, place, bodies)}"
            for key, value in parameters.items()
        ]
        return f"{op}({', '.join([*args, *found])})"

    def _input(self, place: int, own: str | None) -> str:
        """An input, and what the variable is called by itself, if that is known."""
        key = self.given[place]
        if own is not None and key != own:
            return f"input({name_text(key)}, {name_text(own)})"
        return "input()" if key == self.names.get(place) else f"input({name_text(key)})"

    def _constant(self, row: Mapping[str, Any]) -> str:
        full = row["op"] == "Full"
        if "file" in row:
            return f"{'all ' if full else ''}{bytes_text(self.arrays[row['file']])}"
        found = entries_text(row["data"], row["type"]["dtype"])
        return found[0] if full else f"[{', '.join(found)}]"

    def _parameter(self, value: Any, place: int, bodies: Iterator[Any]) -> str:
        """A parameter, which may be a graph, or several: the next of `bodies`."""
        if isinstance(value, dict) and "graph" in value:
            k, body = next(bodies)
            path = (*self.path, place, k)
            rest = self.arrays, self.all_nodes, path, self.all_ids
            inner = _Written(body, value["graph"], *rest)
            return "\n".join(["{", *inner.lines(), f"{self.margin}}}"])
        if isinstance(value, list) and any("graph" in _keys(item) for item in value):
            found = [self._parameter(item, place, bodies) for item in value]
            return f"({', '.join(found)},)"
        return value_text(value)

    def _facts(self, place: int) -> Iterator[str]:
        role = self.entry["roles"].get(str(place))
        if role is not None:
            of, rule, convention, order = role
            yield f"adjoint of {self._of(of)} by {name_text(rule)}"
            if convention:
                yield f"convention {quoted(convention)}"
            if order != 1:
                yield f"order {order}"
        line = self.entry["lines"].get(str(place))
        if line is not None:
            yield f"at {_line_text(*line)}"
        for number, label, level in self.entry.get("marks", {}).get(str(place), ()):
            yield f"region {number} {name_text(label)} level {level}"

    def _of(self, place: int | list[int]) -> str:
        """The node that a role speaks of: ``y``, or from the outside ``%4/0/y``."""
        if not isinstance(place, list):
            return self.ids[place]
        found = [
            str(k) if i % 2 else self.all_ids[tuple(place[:i])][k]
            for i, k in enumerate(place)
        ]
        return "/".join(found)

    def _runs(self, entries: Sequence[Any]) -> Iterator[str]:
        for number, (function, file, line, *at) in enumerate(entries):
            called = "".join(f" called at {_line_text(*where)}" for where in at)
            begin = _line_text(file, line)
            yield f"run {number} of {name_text(function)} at {begin}{called}"
        if entries:
            yield ""

    def _signature(self, entry: Mapping[str, Any]) -> Iterator[str]:
        found = []
        for name, parameter in entry["parameters"].items():
            kind = parameter["kind"]
            kind = "" if kind == PLAIN_KIND else f" {kind}"
            found.append(f"{name}{kind} = {nest_text(parameter['nest'])}")
        yield f"def {entry['function']}({', '.join(found)})"
        yield f"returns {nest_text(entry['result'])}"


def _line_text(file: str, line: int, *more: int) -> str:
    """A line of the user's source: ``model.py:3``, ``model.py:3 step 4.1 in 0``."""
    text = f"{name_text(file)}:{line}"
    if not more:
        return text
    step, place, *run = more
    return f"{text} step {step}.{place}{''.join(f' in {k}' for k in run)}"


def nest_text(entry: Mapping[str, Any]) -> str:
    """A nest of inputs or outputs, given as a file has it."""
    ((kind, content),) = entry.items()
    if kind == "leaf":
        return name_text(content)
    if kind == "fixed":
        return f"fixed({value_text(content)})"
    if kind == "dict":
        found = [f"{value_text(key)}: {nest_text(item)}" for key, item in content]
        return f"{{{', '.join(found)}}}"
    found = [nest_text(item) for item in content]
    if kind == "list":
        return f"[{', '.join(found)}]"
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"


def _keys(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()


def _first_adjoint(graph: Graph) -> int:
    """The place from which on all nodes belong to a derivative."""
    place = len(graph.nodes)
    while place and graph.nodes[place - 1] in graph.ledger.roles:
        place -= 1
    return place if 0 < place < len(graph.nodes) else -1
