"""Functions that a module hands on: what its graphs define, and what its caller gives.

Who solves an equation calls its residual, so that is a function of the module. The
solver itself is an argument of the module's main function; where the user has named
none, its default is one of the helpers.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence

from graphdiff.emit.body.body import ModuleBody
from graphdiff.emit.body.sections import Sections
from graphdiff.emit.plan.prepare import prepared
from graphdiff.emit.plan.schedule import schedule
from graphdiff.emit.shell.arguments import Leaf, Parameter, measures
from graphdiff.emit.shell.helpers import Helpers
from graphdiff.emit.store.calls import HandedOn, Writer
from graphdiff.emit.store.sizes import Sizes
from graphdiff.emit.store.statements import Statement, store_lines
from graphdiff.emit.text.layout import docstring, function, returns
from graphdiff.emit.text.naming import Names, identifier
from graphdiff.emit.text.text import Text, atom
from graphdiff.graph.graph import Graph
from graphdiff.graph.inner import Inner, Solver
from graphdiff.graph.node import Constant, Node, building
from graphdiff.graph.within import nodes_within

_CALLED = {
    "find_root": (
        "(equation, x0)",
        "the x at which equation(x) is 0; equation.jacobian is a function of x too",
    ),
    "find_fixed_point": ("(mapping, x0)", "the x that mapping(x) is"),
    "find_minimum": (
        "(objective, x0)",
        "the x at which objective(x) is least; objective.gradient and "
        "objective.hessian are functions of x too",
    ),
    "solve_operator": (
        "(operator, b)",
        "the x for which operator(x) is b, a vector; an operator of "
        "scipy.sparse.linalg can be made of it",
    ),
}
"""How a solver is called, and what it gives, by the helper that calls it."""


def libraries_of(solvers: Iterable[tuple[Solver, str]]) -> set[str]:
    """SciPy's modules that solvers belong to, those that a module can name."""
    return {s.public.partition(".")[0] for s, _ in solvers if s.public}


def solvers_of(nodes: Iterable[Node]) -> list[tuple[Solver, str]]:
    """The solvers that nodes hand on, one for each function, and who calls each."""
    found: dict[int, tuple[Solver, str]] = {}
    for node in nodes:
        if node.op.bodies():
            record = node.op.call(*[arg.type for arg in node.args])
            for item in record.args:
                if isinstance(item, Solver):
                    found.setdefault(id(item.function), (item, record.function))
    return list(found.values())


class Functions(HandedOn):
    """The functions that one module defines for others, and the solvers it is given."""

    def __init__(
        self,
        names: Names,
        helpers: Helpers,
        constants: Mapping[Constant, str],
        modules: Iterable[str],
        solvers: Sequence[tuple[Solver, str]],
    ) -> None:
        """Make an argument of each solver, those of graphs within included."""
        self._names = names
        self._helpers = helpers
        self._constants = constants
        self._modules = tuple(modules)
        self._given: dict[int, str] = {}
        self.parameters: list[Parameter] = []
        for solver, caller in solvers:
            what = identifier(f"{solver.what}_solver")
            name = names.exactly("solver" if len(solvers) == 1 else what)
            self._given[id(solver.function)] = name
            default = helpers.name(solver.default) if solver.default else solver.public
            arguments, result = _CALLED[caller]
            self.parameters.append(
                Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=default,
                    about=f"called as {name}{arguments}, gives {result}",
                )
            )
        self._written: dict[Graph, str] = {}
        self._by_text: dict[str, str] = {}
        self.sources: list[list[str]] = []

    def name(self, item: Inner | Solver) -> str:
        """What the module calls a solver, or a function, which it has from now on."""
        if isinstance(item, Solver):
            return self._given[id(item.function)]
        found = self._written.get(item.body)
        if found is None:
            found = self._written[item.body] = self._write(item)
        return found

    def passed(self, items: Sequence[Inner]) -> list[str]:
        """The solvers that functions need themselves, as further arguments."""
        inside = (node for item in items for node in nodes_within(item.body))
        solvers = solvers_of(inside)
        return [self._given[id(solver.function)] for solver, _ in solvers]

    def _write(self, item: Inner) -> str:
        source = _Source(self, item)
        text = "\n".join(source.lines)
        found = self._by_text.get(text)
        if found is None:
            found = self._names.fresh(f"_{item.__name__}")
            self._by_text[text] = found
            head = function(found, source.parameters)
            self.sources.append([*head, *source.lines])
        return found

    def body(
        self,
        graph: Graph,
        order: list[Node],
        names: Names,
        sizes: Sizes,
        given: Mapping[Node, str],
        wanted: Mapping[Node, str],
    ) -> ModuleBody:
        """The statements of one function."""
        writer = Writer(sizes, self._helpers.name, self)
        known = {n: self._constants[n.op] for n in order if isinstance(n.op, Constant)}
        made = ModuleBody(
            graph, order, names, writer, {**known, **given}, wanted, set()
        )
        made.constants = self._constants
        made.write(order)
        made.arrange()
        return made

    def local_names(self) -> Names:
        """Names for the variables of a function: nothing of the module's is hidden."""
        return Names([*self._modules, *self._constants.values()])


class _Source:
    """The parameters of one function, and its lines."""

    def __init__(self, functions: Functions, item: Inner) -> None:
        """Write them."""
        graph = _without_roles(prepared(item.body, False))
        order = schedule(graph)
        names = functions.local_names()
        passed = [names.exactly(name) for name in functions.passed([item])]
        given = {
            node: names.exactly(name.rpartition(".")[2])
            for name, node in graph.inputs.items()
        }
        self.parameters = [*given.values(), *passed]
        sizes = Sizes({d: names.fresh(d) for d in graph.dims})
        known = graph.ledger.names
        wanted = {n: names.fresh(known[n]) for n in order if n in known and n.args}
        body = functions.body(graph, order, names, sizes, given, wanted)
        (output,) = graph.outputs.values()
        last = self._last(body, output)
        statements, _ = Sections(body, returned=last).lines()
        leaves = [Leaf(name, atom(name), node, name) for node, name in given.items()]
        self.lines = [
            *docstring([f"Return {item.of}."]),
            *_size_lines(leaves, sizes, "\n".join([*statements, *last])),
            *statements,
            *last,
        ]

    def _last(self, body: ModuleBody, output: Node) -> list[str]:
        """``return``, of the expression itself if that would be the last statement."""
        last = body.statements[-1] if body.statements else None
        if last is None or last.node is not output or last.updates or last.hushed:
            return returns(_text(body, output))
        if type(last) is not Statement:
            return returns(atom(last.name))
        body.statements.pop()
        return returns(last.text)


def _without_roles(graph: Graph) -> Graph:
    """A derivative, written as any function is: no adjoint of it is told apart."""
    scope = graph.scope()
    scope.roles.clear()
    with building(scope):
        return Graph(graph.inputs, graph.outputs)


def _text(body: ModuleBody, node: Node) -> Text:
    return atom(body.variables[node]) if node in body.variables else body.fresh(node)


def _size_lines(leaves: list[Leaf], sizes: Sizes, text: str) -> list[str]:
    """The statements that measure the named sizes which stand in `text`."""
    lines: list[str] = []
    for name, _, measured in measures(leaves, sizes):
        variable = sizes.variables[name]
        if re.search(rf"\b{variable}\b", text):
            lines += store_lines(variable, measured, 4)
    return lines
