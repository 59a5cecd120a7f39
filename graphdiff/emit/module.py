"""A whole module of NumPy code: imports, helpers, constants, one function."""

from __future__ import annotations

import re

from graphdiff.emit.arguments import Entry, Parameter, parameters, signature_items
from graphdiff.emit.body import Body
from graphdiff.emit.calls import Writer
from graphdiff.emit.constants import constant_lines
from graphdiff.emit.helpers import Helpers
from graphdiff.emit.hush import hushed_nodes
from graphdiff.emit.layout import docstring, function
from graphdiff.emit.naming import Names, identifier
from graphdiff.emit.returns import Returned
from graphdiff.emit.schedule import schedule
from graphdiff.emit.sections import Sections
from graphdiff.emit.sizes import Sizes
from graphdiff.graph import Graph
from graphdiff.node import Constant, Node


class Module:
    """The parts of one emitted module, before they are put together."""

    def __init__(self, graph: Graph, name: str | None) -> None:
        self.graph = graph
        self.order = schedule(graph)
        self.names = Names()
        own = graph.signature.function if graph.signature else "function"
        self.name = self.names.exactly(name or f"{own}_and_grad")
        self.parameters: list[Parameter] = parameters(graph, self.names)
        self.constants = {
            n: self.names.fresh(graph.name_of(n) or "constant")
            for n in self.order
            if isinstance(n.op, Constant)
        }
        wanted = self._wanted()
        self.sizes = Sizes({d: self._size_name(d) for d in graph.dims})
        self.helpers = Helpers(self.names)
        writer = Writer(self.sizes, self.helpers.name)
        self.entry = Entry(self.parameters, self.names, self.sizes, self.helpers)
        given: dict[Node, str] = dict(self.constants)
        for parameter in self.parameters:
            given.update({leaf.node: leaf.name for leaf in parameter.leaves})
        hushed = hushed_nodes(graph, self.order)
        self.body = Body(graph, self.order, self.names, writer, given, wanted, hushed)
        self.body.write(self.order)
        self.returned = Returned(graph, self.body, self.parameters)

    def _size_name(self, dim: str) -> str:
        free = self.names.is_free(identifier(dim))
        return self.names.fresh(dim if free else f"{dim}_size")

    def _wanted(self) -> dict[Node, str]:
        """What to call the values that the user named, or that are returned."""
        wanted: dict[Node, str] = {}
        for node in self.order:
            name = self.graph.name_of(node)
            if name is not None and node.args:
                wanted[node] = self.names.fresh(name)
        for name, node in self.graph.outputs.items():
            if node not in wanted and node.args:
                wanted[node] = self.names.fresh(name.rpartition(".")[2])
        return wanted

    def source(self) -> str:
        """The text of the module."""
        lines = ["import numpy as np"]
        for node, name in self.constants.items():
            lines += ["", *constant_lines(name, node.op.value)]  # type: ignore[attr-defined]
        main = self._function()
        for source in self.helpers.sources(checks=False):
            lines += ["", "", *source]
        lines += ["", "", *main]
        for source in self.helpers.sources(checks=True):
            lines += ["", "", *source]
        return "\n".join(lines) + "\n"

    def _function(self) -> list[str]:
        sections = Sections(self.graph, self.body).lines()
        last = self.returned.lines()
        entry = self.entry.lines(self._sizes_used())
        head = function(self.name, signature_items(self.parameters))
        head += docstring([f"Compute {', '.join(self.graph.outputs)}."])
        parts = [part for part in (entry, sections, last) if part]
        lines = list(head)
        for i, part in enumerate(parts):
            lines += ["", *part] if i else part
        return lines

    def _sizes_used(self) -> list[str]:
        """The named sizes that stand in some statement."""
        words: set[str] = set()
        for statement in self.body.statements:
            for text in statement.texts():
                words.update(re.findall(r"\w+", text.flat))
        return [d for d, name in self.sizes.variables.items() if name in words]
