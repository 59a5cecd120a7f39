"""A whole module of NumPy code: imports, helpers, constants, one function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphdiff.emit.body.body import Body, ModuleBody
from graphdiff.emit.body.sections import Sections, Start
from graphdiff.emit.kinds.constants import constant_lines
from graphdiff.emit.plan.hush import hushed_nodes
from graphdiff.emit.plan.prepare import prepared
from graphdiff.emit.plan.schedule import schedule
from graphdiff.emit.shell.arguments import (
    Entry,
    Parameter,
    head_lines,
    parameters,
    trees_of,
)
from graphdiff.emit.shell.functions import Functions, libraries_of, solvers_of
from graphdiff.emit.shell.header import Header, gradients_of
from graphdiff.emit.shell.helpers import Helpers, modules_of
from graphdiff.emit.shell.returns import Returned, is_literal
from graphdiff.emit.store.calls import Writer
from graphdiff.emit.store.numbers import is_polynomial
from graphdiff.emit.store.sizes import Sizes
from graphdiff.emit.store.statements import Statement
from graphdiff.emit.store.variables import Variables
from graphdiff.emit.text.naming import Names, identifier
from graphdiff.errors import Position
from graphdiff.graph.graph import Graph, Tree
from graphdiff.graph.node import Constant, Node
from graphdiff.graph.types import show_type
from graphdiff.graph.within import graphs_within, nodes_within
from graphdiff.memory.again import recomputes
from graphdiff.memory.recompute import stored_form


class Module:
    """The parts of one emitted module, before they are put together."""

    body_class: type[Body] = ModuleBody
    fast = False

    def __init__(self, graph: Graph, name: str | None) -> None:
        """Schedule the graph, choose names, make the statements."""
        self._lines: list[Start] = []
        self.graph = graph = prepared(graph, self.fast)
        self.order = schedule(graph)
        inside = list(nodes_within(graph))
        solvers = solvers_of(inside)
        self.modules = sorted({*self._libraries(inside), *libraries_of(solvers)})
        self.names = Names(self.modules)
        self.gradients = gradients_of(graph)
        self.name = self.names.exactly(name or _default_name(graph, self.gradients))
        self.parameters: list[Parameter] = parameters(graph, self.names)
        self.constants: dict[Constant, str] = {}
        known: dict[Node, str] = {}
        for held in graphs_within(graph):
            known |= held.ledger.names
        for n in (*self.order, *inside):
            if isinstance(n.op, Constant) and n.op not in self.constants:
                name = self.names.fresh(known.get(n, "constant"))
                self.constants[n.op] = name
        self.called: dict[str, str] = {}
        wanted = self._wanted()
        self.sizes = Sizes({d: self._size_name(d) for d in graph.dims})
        self.helpers = Helpers(self.names)
        self.functions = Functions(
            self.names, self.helpers, self.constants, self.modules, solvers
        )
        writer = Writer(self.sizes, self.helpers.name, self.functions)
        self.entry = Entry(
            self.parameters,
            self.names,
            self.sizes,
            self.helpers,
            is_polynomial(graph),
            graph.ledger.needs,
            self.fast,
        )
        ops = {n: n.op for n in self.order if isinstance(n.op, Constant)}
        given: dict[Node, str] = {n: self.constants[op] for n, op in ops.items()}
        for parameter in self.parameters:
            given.update({leaf.node: leaf.name for leaf in parameter.leaves})
        hushed = hushed_nodes(graph, self.order)
        self.body = self.body_class(
            graph, self.order, self.names, writer, given, wanted, hushed
        )
        self.body.constants = self.constants
        self.body.write(self.order)
        self.header = self._header()
        self.header.solvers = self.functions.parameters
        self.returned = self._returned()
        self.body.arrange()

    def _libraries(self, nodes: Sequence[Node]) -> list[str]:
        """The modules of SciPy that `nodes` call."""
        return modules_of(nodes)

    def _header(self) -> Header:
        return Header(
            self.graph, self.body, self.parameters, self.gradients, self.modules
        )

    def _returned(self) -> Returned:
        return Returned(
            self.graph, self.body, self.parameters, self.gradients, self.called
        )

    def _size_name(self, dim: str) -> str:
        free = self.names.is_free(identifier(dim))
        return self.names.fresh(dim if free else f"{dim}_size")

    def _wanted(self) -> dict[Node, str]:
        """What to call the values that the user named, or that are returned.

        `called` gets the outputs whose value has another name: a gradient that is the
        adjoint of something else as well, or a value of the forward part, or a number.
        """
        known = self.graph.ledger.names
        wanted = {
            node: self.names.fresh(known[node])
            for node in self.order
            if node in known and node.args
        }
        for name, node in self.graph.outputs.items():
            word = name.rpartition(".")[2]
            taken = node in wanted and self.graph.name_of(node) != word
            other = taken or not node.args or self.graph.role_of(node) is None
            if is_literal(node) or (other and name in self.gradients):
                self.called[name] = self.names.fresh(word)
            elif node not in wanted and node.args:
                wanted[node] = self.names.fresh(word)
        return wanted

    def source(self) -> str:
        """The text of the module."""
        main = self._function()
        lines = [*self.header.module(), "", *self.helpers.head(self.modules)]
        own = self.functions.sources
        text = "\n".join(line for source in (main, *own) for line in source)
        constants: list[str] = []
        for name, value in self._arrays():
            if re.search(rf"\b{name}\b", text):
                constants += ["", *constant_lines(name, value, self.helpers.name)]
        lines += [*self.helpers.packing(), *constants]
        for source in (*self.helpers.sources(checks=False), *own):
            lines += ["", "", *source]
        offset = len(lines) + 2
        self._lines = [s._replace(line=offset + s.line) for s in self._lines]
        lines += ["", "", *main]
        for source in self.helpers.sources(checks=True):
            lines += ["", "", *source]
        return "\n".join(lines) + "\n"

    def _arrays(self) -> Iterator[tuple[str, Any]]:
        """The arrays that the module holds, with their names."""
        for op, name in self.constants.items():
            yield name, op.value

    def _checks(self) -> list[str]:
        """Statements that check what is special about the arguments."""
        return []

    def _beside(self, graph: Graph) -> Module:
        """The module of another form of the graph."""
        return type(self)(graph, self.name)

    def _accepted(self) -> list[Parameter]:
        """All parameters; what gathers the others by name comes last."""
        made = [*self.parameters, *self.functions.parameters]
        return sorted(made, key=lambda p: p.kind is p.kind.VAR_KEYWORD)

    def trees(self) -> list[Tree]:
        """The nest that each parameter is."""
        return list(trees_of(self.graph).values())

    def line_map(self) -> list[dict[str, Any]]:
        """What each line computes, and where the user wrote that."""
        found = []
        for line, statement, body in self._lines:
            position = _position(body, statement)
            cited = body.cited(statement)
            found.append(
                {
                    "line": line,
                    "variable": statement.name or None,
                    "op": statement.node.op.label,
                    "type": show_type(statement.node.type),
                    "file": position.file if position else None,
                    "user_line": position.line if position else None,
                    "adjoint_of": cited and cited.name,
                }
            )
        return found

    def places(self) -> list[tuple[int, list[Node], str]]:
        """Where each statement begins, the nodes that it computes, and its name."""
        return [
            (line, [statement.node, *statement.parts], statement.name)
            for line, statement, _ in self._lines
        ]

    def _function(self) -> list[str]:
        last = self.returned.lines()
        body = Sections(self.body, returned=last)
        sections, starts = body.lines()
        self.header.released = body.released
        if recomputes(self.graph.nodes):
            other = self._beside(stored_form(self.graph))
            self.header.stored = other.header.operations(), other.header.memory()
        entry = [*self.entry.lines(self._sizes_used()), *self._checks()]
        head = head_lines(self.name, self._accepted())
        head += self.header.function()
        parts = [part for part in (entry, sections, last) if part]
        lines = list(head)
        for i, part in enumerate(parts):
            lines += [""] if i else []
            if part is sections:
                first = len(lines) + 1
                self._lines = [s._replace(line=first + s.line) for s in starts]
            lines += part
        return lines

    def _sizes_used(self) -> list[str]:
        """The named sizes that stand in some statement."""
        if not self.sizes.variables:
            return []
        found = (t.flat for s in self.body.statements for t in s.texts())
        text = "\n".join(found)
        return [
            d
            for d, name in self.sizes.variables.items()
            if re.search(rf"\b{name}\b", text)
        ]


def _position(body: Variables, statement: Statement) -> Position | None:
    """The user's line; for an adjoint, that of what it is the adjoint of."""
    for node in reversed(statement.parts):
        role = body.graph.role_of(node)
        position = body.positions.get(node if role is None else role.of)
        if position is not None:
            return position
    return None


def _default_name(graph: Graph, gradients: Mapping[str, str]) -> str:
    """What to call the function: ``loss``, ``loss_and_grad``, ``loss_grad``."""
    own = graph.signature.function if graph.signature else "compute"
    if not gradients:
        return own
    return f"{own}_grad" if len(gradients) == len(graph.outputs) else f"{own}_and_grad"
