"""A graph: named inputs, named outputs, the nodes between, and a ledger about them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Any

from graphdiff.errors import GraphTypeError, GraphValueError, Position
from graphdiff.graph.doors import Doors
from graphdiff.graph.ledger import Ledger
from graphdiff.graph.nest import descend, leaves_of, structure, unflatten
from graphdiff.graph.node import Input, Node, Role, Scope, current_scope


def in_order(outputs: Iterable[Node], stop: Iterable[Node] = ()) -> list[Node]:
    """The nodes that `outputs` depend on, each after those it reads.

    Nodes of `stop` are listed but not entered. Arguments come in the order in which
    they are read, so the result depends on the graph alone.
    """
    done: dict[Node, None] = {}
    closed = stop if isinstance(stop, (Set, Mapping)) else set(stop)
    stack = list(outputs)[::-1]
    while stack:
        node = stack[-1]
        if node not in done:
            height = len(stack)
            if node.args and node not in closed:
                for arg in node.args[::-1]:
                    if arg not in done:
                        stack.append(arg)
            if len(stack) > height:
                continue
            done[node] = None
        stack.pop()
    return list(done)


@dataclass(frozen=True)
class Tree:
    """A nest of values: its ``optree`` spec (None for a lone value) and its leaves.

    `leaves` gives for each leaf the name of its input or output; None for a leaf that
    is fixed (not an array: a string, an int, a flag), whose value `fixed` holds.
    """

    spec: Any
    leaves: tuple[str | None, ...]
    fixed: tuple[Any, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the leaves that are arrays."""
        return tuple(name for name in self.leaves if name is not None)

    def flatten(self, what: str, value: Any) -> list[Any]:
        """The array leaves of `value`, which must nest as this tree does."""
        leaves, spec = leaves_of(value)
        if spec != self.spec:
            raise GraphTypeError(
                f"{what}: expected the structure {structure(self.spec)}, got "
                f"{type(value).__name__ if spec is None else structure(spec)}"
            )
        pairs = list(zip(self.leaves, leaves, strict=True))
        found = tuple(leaf for name, leaf in pairs if name is None)
        if any(a is not b and a != b for a, b in zip(found, self.fixed, strict=True)):
            raise GraphValueError(
                f"{what}: the graph was traced with {self.fixed!r}, got {found!r}"
            )
        return [leaf for name, leaf in pairs if name is not None]

    def unflatten(self, values: Mapping[str, Any]) -> Any:
        """The nest of `values` by name."""
        fixed = iter(self.fixed)
        return unflatten(
            self.spec, [next(fixed) if n is None else values[n] for n in self.leaves]
        )


@dataclass(frozen=True)
class Signature:
    """How a traced function is called, and what it returns.

    `parameters` maps each parameter's name to its tree of inputs; `kinds` says how it
    is passed (as ``inspect.Parameter.kind``); `result` is the tree of outputs.
    """

    function: str
    parameters: Mapping[str, Tree]
    kinds: Mapping[str, Any]
    result: Tree

    def gradient(self, wrt: Sequence[str], names: Mapping[str, str]) -> Any:
        """The nest of output names that mirrors `wrt`: paths, or prefixes of them.

        `names` maps each input to its gradient. One entry of `wrt` gives its nest
        alone, several give a tuple.
        """
        nests = [self._mirror(path, names) for path in wrt]
        return nests[0] if len(nests) == 1 else tuple(nests)

    def _mirror(self, path: str, names: Mapping[str, str]) -> Any:
        if path in names:
            return names[path]
        parameter, _, rest = path.partition(".")
        tree = self.parameters[parameter]
        found = [None if n is None else names.get(n) for n in tree.leaves]
        return descend(unflatten(tree.spec, found), rest)

    @property
    def python(self) -> inspect.Signature:
        """The parameters, as Python's ``inspect`` describes those of a function."""
        kinds = inspect.Parameter
        return inspect.Signature(
            [
                kinds(name, self.kinds.get(name, kinds.POSITIONAL_OR_KEYWORD))
                for name in self.parameters
            ]
        )

    def returning(self, nest: Any) -> Signature:
        """The same parameters, with a nest of output names as the result."""
        leaves, spec = leaves_of(nest)
        return replace(self, result=Tree(spec, tuple(leaves)))


class Graph(Doors):
    """A computation: inputs by name, outputs by name, and everything between.

    Graphs are immutable; every pass makes a new one. Iterating gives the nodes, each
    after those that it reads.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> x = gd.var("x", "n")
    >>> graph = gd.Graph(inputs={"x": x}, outputs={"y": np.sum(x * x)})
    >>> gd.evaluate(graph, {"x": [1.0, 2.0]})["y"]
    array(5.)
    """

    __slots__ = ("inputs", "ledger", "nodes", "outputs", "signature")

    inputs: Mapping[str, Node]
    outputs: Mapping[str, Node]
    nodes: tuple[Node, ...]
    ledger: Ledger
    signature: Signature | None

    def __init__(
        self,
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Any],
        *,
        signature: Signature | None = None,
    ) -> None:
        """Close over the nodes that lead from `inputs` to `outputs`."""
        for what, named in (("inputs", inputs), ("outputs", outputs)):
            if not isinstance(named, Mapping):
                raise GraphTypeError(
                    f"Graph: {what} must map names to expressions, got "
                    f"{type(named).__name__}"
                )
        if signature is not None and not isinstance(signature, Signature):
            raise GraphTypeError(
                f"Graph: signature: expected one of a traced graph, got "
                f"{type(signature).__name__}"
            )
        given = {name: _node("inputs", name, x) for name, x in inputs.items()}
        wanted = {name: _node("outputs", name, y) for name, y in outputs.items()}
        for name, node in given.items():
            if not isinstance(node.op, Input):
                raise GraphTypeError(
                    f"Graph: inputs[{name!r}] is computed ({node!r}); an input is made "
                    f"by gd.var"
                )
        if len(set(given.values())) != len(given):
            raise GraphValueError("Graph: inputs names one variable twice")
        nodes = in_order(wanted.values())
        known = set(given.values())
        for node in nodes:
            if isinstance(node.op, Input) and node not in known:
                raise GraphValueError(
                    f"Graph: the outputs depend on the variable {node.op.name!r}, "
                    f"which is not among the inputs {sorted(given)}; a value kept "
                    f"from another trace means nothing here"
                )
        ordered = [n for n in nodes if isinstance(n.op, Input)]
        used = set(ordered)
        unused = [n for n in given.values() if n not in used]
        self._fill(given, wanted, (*unused, *nodes), current_scope(), signature)

    def _fill(
        self,
        inputs: Mapping[str, Node],
        outputs: Mapping[str, Node],
        nodes: tuple[Node, ...],
        scope: Scope,
        signature: Signature | None,
    ) -> None:
        ledger = Ledger.of(scope, nodes)
        roles = ledger.roles
        if roles:
            nodes = _forward_first(nodes, roles)
        put = object.__setattr__
        put(self, "inputs", MappingProxyType(dict(inputs)))
        put(self, "outputs", MappingProxyType(dict(outputs)))
        put(self, "nodes", nodes)
        put(self, "ledger", ledger)
        put(self, "signature", signature)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a graph is immutable."""
        raise AttributeError("a Graph is immutable; every pass makes a new one")

    def __copy__(self) -> Graph:
        """Return the graph itself: it is immutable."""
        return self

    def __deepcopy__(self, memo: object) -> Graph:
        """Return the graph itself: it is immutable."""
        return self

    def __reduce__(self) -> Any:
        """Refuse: a graph means nothing outside the process that made it."""
        raise GraphTypeError(
            "a graph cannot be pickled; graph.save(path) writes it to a file that "
            "gd.load reads, and what gd.compile makes can be pickled"
        )

    def __repr__(self) -> str:
        """Name the function, the inputs and the outputs."""
        name = self.signature.function if self.signature is not None else "graph"
        inputs, outputs = _some(self.inputs), _some(self.outputs)
        return f"<Graph {name}({inputs}) -> {outputs}: {len(self)} nodes>"

    def __len__(self) -> int:
        """The number of nodes."""
        return len(self.nodes)

    def __iter__(self) -> Any:
        """Iterate over the nodes, each after those that it reads."""
        return iter(self.nodes)

    def name_of(self, node: Node) -> str | None:
        """The name that people know `node` by, if it has one."""
        return self.ledger.names.get(node)

    def position_of(self, node: Node) -> Position | None:
        """The line of the user's source that made `node`, if known."""
        return self.ledger.positions.get(node)

    def role_of(self, node: Node) -> Role | None:
        """None for a forward node, else which node it is an adjoint of, and why."""
        return self.ledger.roles.get(node)

    def scope(self) -> Scope:
        """A scope in which the nodes of this graph are shared and known."""
        scope = Scope()
        scope.adopt(self.nodes)
        scope.names.update(self.ledger.names)
        scope.positions.update(self.ledger.positions)
        scope.roles.update(self.ledger.roles)
        scope.marks.update(self.ledger.marks)
        scope.needs.update(dict.fromkeys(self.ledger.needs))
        return scope

    @property
    def dims(self) -> tuple[str, ...]:
        """The names of the symbolic sizes, in alphabetical order."""
        found: set[str] = set()
        for node in self.inputs.values():
            for size in node.type.shape:
                if not isinstance(size, int):
                    found |= size.names
        return tuple(sorted(found))


def _some(names: Mapping[str, Node]) -> str:
    return ", ".join([*islice(names, 6), *(["..."] if len(names) > 6 else [])])


def _forward_first(
    nodes: tuple[Node, ...], roles: Mapping[Node, Role]
) -> tuple[Node, ...]:
    """Put what the forward part needs before what only the derivative needs."""
    forward: set[Node] = set()
    for node in reversed(nodes):
        if node not in roles or node in forward:
            forward.add(node)
            forward.update(node.args)
    return (
        *(n for n in nodes if n in forward),
        *(n for n in nodes if n not in forward),
    )


def check_graph(what: str, graph: object) -> None:
    """Raise unless `graph` is a graph, rather than the function it was traced from."""
    if not isinstance(graph, Graph):
        raise GraphTypeError(
            f"{what}: expected a Graph, as gd.trace makes, got {type(graph).__name__}"
        )


def _node(argument: str, name: object, value: Any) -> Node:
    if not isinstance(name, str):
        raise GraphTypeError(f"Graph: {argument} must map names to expressions")
    node = value if isinstance(value, Node) else getattr(value, "node", None)
    if not isinstance(node, Node):
        raise GraphTypeError(
            f"Graph: {argument}[{name!r}] must be an expression, got "
            f"{type(value).__name__}"
        )
    return node


def check(graph: Graph) -> None:
    """State what a valid graph is; raises AssertionError naming what is not.

    Each node comes after its arguments, its type is the one that its op infers, and
    every input that is read is named.
    """
    seen: set[Node] = set()
    named = set(graph.inputs.values())
    for node in graph.nodes:
        assert all(arg in seen for arg in node.args), f"{node!r} precedes an argument"
        inferred = node.op.infer(*[arg.type for arg in node.args])
        assert inferred == node.type, f"{node!r} should be {inferred}"
        assert not isinstance(node.op, Input) or node in named, f"{node!r} is unnamed"
        assert node.op.label != "hole", "a hole is left from forward mode"
        seen.add(node)
    assert seen.issuperset(graph.outputs.values()), "an output is missing"
