"""A graph as the statements of its listing: what is stored under which name.

Listings, explanations and reports speak of values by the same names and in the same
words: those of the emitted module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from graphdiff.emit.body.body import Body
from graphdiff.emit.plan.hush import hushed_nodes
from graphdiff.emit.plan.schedule import schedule
from graphdiff.emit.shell.header import gradients_of
from graphdiff.emit.store.calls import Writer
from graphdiff.emit.store.sizes import Sizes
from graphdiff.emit.store.statements import Statement
from graphdiff.emit.text.naming import Names
from graphdiff.graph.graph import Graph
from graphdiff.graph.ledger import lineage
from graphdiff.graph.node import Constant, Node, Op
from graphdiff.graph.within import nodes_within
from graphdiff.show import OwnNames


class Origin(NamedTuple):
    """A forward node that adjoints belong to: in which text it stands, or is written.

    What belongs together is of one `group`; `parts` are the nodes of that text.
    """

    group: object
    node: Node
    text: str
    parts: Sequence[Node]


class Statements:
    """The statements of `graph`: the forward part, then the groups of adjoints.

    `body` holds them, with the text of every node; `given` names the inputs and the
    `constants`.
    """

    def __init__(self, graph: Graph) -> None:
        """Name every value, and write each where a person would."""
        self.graph = graph
        self.order = schedule(graph)
        names = Names()
        given: dict[Node, str] = {}
        for path, node in graph.inputs.items():
            own = graph.name_of(node) if "." in path else None
            given[node] = names.exactly(own or path.rpartition(".")[2])
        for helper in _helpers((*self.order, *nodes_within(graph))):
            if names.is_free(helper):
                names.exactly(helper)
        called: dict[Constant, str] = {}
        self.constants: list[Node] = []
        for node in (*self.order, *nodes_within(graph)):
            if isinstance(node.op, Constant) and node.op not in called:
                called[node.op] = names.fresh(graph.name_of(node) or "constant")
                self.constants.append(node)
        for node in (*self.order, *self.constants):
            if isinstance(node.op, Constant):
                given[node] = called[node.op]
        wanted = {
            node: names.fresh(name)
            for node, name in self._wanted().items()
            if node not in given
        }
        sizes = Sizes(OwnNames())
        writer = Writer(sizes, str)
        hushed = hushed_nodes(graph, self.order)
        self.given = given
        self.body = Body(graph, self.order, names, writer, given, wanted, hushed)
        self.body.constants = called
        self.body.write(self.order)
        self.body.arrange()

    def origin(self, statement: Statement) -> Origin | None:
        """What a statement of the gradient is the adjoint of, if that is known."""
        made = self.body.cited(statement)
        if made is not None and made.node not in self.graph.ledger.roles:
            return Origin(made, made.node, made.flat, made.parts)
        found = self._inline(statement)
        if found is None:
            return None
        return Origin(found, found, self.body.full(found).flat, [found])

    def _inline(self, statement: Statement) -> Node | None:
        """The forward node that it is a derivative of, without a statement of its own.

        It stands inline in some other statement.
        """
        roles = self.graph.ledger.roles
        for node in (statement.node, *reversed(statement.parts)):
            *_, of = lineage(node, roles)
            if of is not node and of.args and of in self.body.values:
                return of
        return None

    def _wanted(self) -> dict[Node, str]:
        """What to call the values that the user named, or that are outputs."""
        named = ((n, self.graph.name_of(n)) for n in self.order if n.args)
        wanted = {node: name for node, name in named if name is not None}
        gradients = gradients_of(self.graph)
        for name, node in self.graph.outputs.items():
            forward = self.graph.role_of(node) is None
            if node.args and not (forward and name in gradients):
                wanted.setdefault(node, name.rpartition(".")[2])
        return wanted


def _helpers(nodes: Iterable[Node]) -> Iterator[str]:
    """The functions without a dot in their name that are called: ``softmax``."""
    met: set[tuple[type[Op], str]] = set()
    for node in nodes:
        key = type(node.op), node.op.label
        if not node.args or key in met:
            continue
        met.add(key)
        function = node.op.call(*[arg.type for arg in node.args]).function
        if function.isidentifier():
            yield function
