"""Bodies: a user's function run once on fresh inputs, then closed over what it read.

What the function took from outside (arrays, values of an outer trace, whatever it
computed from those alone) becomes an argument of the op that will hold the body, so
that work which is the same in every step is done once, before the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphdiff.errors import GraphTypeError
from graphdiff.expression.spec import Spec
from graphdiff.graph.graph import Graph, in_order
from graphdiff.graph.nest import map_nest
from graphdiff.graph.node import (
    Input,
    Node,
    Scope,
    building,
    current_scope,
    make,
)
from graphdiff.graph.types import ArrayType
from graphdiff.ops.region.region import is_literal
from graphdiff.trace.closed import held_by
from graphdiff.trace.fresh import substitute
from graphdiff.trace.trace import bind, watch
from graphdiff.words import clean_name, unique


@dataclass(frozen=True)
class Traced:
    """What one run of a function has made, in a scope of its own.

    `inputs` are those of its arguments by name, one argument after the other, and
    `held` tells what the enclosing function's variables call the values that it read.
    """

    scope: Scope
    inputs: Mapping[str, Node]
    result: Any
    held: Mapping[Node, str]

    def outputs(
        self, carries: Sequence[str], nexts: Sequence[Node], results: Sequence[Node]
    ) -> dict[str, Node]:
        """Names for the next carries and the results: those of the user's variables.

        A value may be several outputs; each has a name of its own.
        """
        names = self.scope.names
        used: dict[str, int] = {}
        wanted = [
            names.get(n, f"next_{c}") for n, c in zip(nexts, carries, strict=True)
        ]
        wanted += [names.get(n, "result") for n in results]
        nodes = [*nexts, *results]
        return {unique(w, used): n for w, n in zip(wanted, nodes, strict=True)}


def run_traced(what: str, fn: Callable[..., Any], *arguments: Any) -> Traced:
    """Run `fn` on inputs in the place of `arguments`: nests of specs."""
    if not callable(fn):
        raise GraphTypeError(f"{what}: expected a function, got {type(fn).__name__}")
    bound = bind(fn, arguments, {})
    scope = Scope()
    scope.born = current_scope().born
    scope.bodies = current_scope().bodies
    with building(scope):
        fresh, result, _ = watch(fn, bound, scope)
    return Traced(scope, fresh.inputs, result, held_by(fn))


def specs(nest: Any, types: Sequence[ArrayType]) -> Any:
    """`nest` with specs of these types in the place of its leaves."""
    waiting = iter(types)
    return map_nest(lambda _: Spec(next(waiting)), nest)


def closed(
    traced: Sequence[Traced],
    outputs: Sequence[Mapping[str, Node]],
    hoist: bool = True,
) -> tuple[list[Graph], list[Node]]:
    """Closed graphs of these `outputs`, and the outer nodes that all of them get.

    The inputs of each graph are its own, then one for each of the outer nodes. These
    belong to the current scope. What depends on outer nodes alone is computed outside
    if `hoist` says so: once, not in every step. A branch that may not run keeps it.
    """
    outer: dict[Node, tuple[Node, str]] = {}
    free = [_free_nodes(t, o, hoist) for t, o in zip(traced, outputs, strict=True)]
    lifted = [_lifted(t, f) for t, f in zip(traced, free, strict=True)]
    for t, nodes, found in zip(traced, free, lifted, strict=True):
        for node, new in zip(nodes, found, strict=True):
            outer.setdefault(new, (node, _name_of(node, new, t)))
    graphs = [
        _close(t, dict(zip(f, n, strict=True)), o, outer)
        for t, f, n, o in zip(traced, free, lifted, outputs, strict=True)
    ]
    return [interned(graph) for graph in graphs], list(outer)


def interned(body: Graph) -> Graph:
    """`body`, or the equal one that what is being built has already.

    A function that is traced twice (for its value, and for its derivative) makes equal
    bodies; as one body they make equal loops.
    """
    scope = current_scope()
    if scope.weak:
        return body
    places = {x: i for i, x in enumerate(body.inputs.values())}
    made: list[Any] = [x.type for x in places]
    for node in body.nodes:
        if node not in places:
            places[node] = len(places)
            made.append((node.op, *[places[a] for a in node.args]))
    key = (*made, "outputs", *[places[y] for y in body.outputs.values()])
    return scope.bodies.setdefault(key, body)  # type: ignore[no-any-return]


def _free_nodes(traced: Traced, outputs: Mapping[str, Node], hoist: bool) -> list[Node]:
    """The nodes that the outputs read and that depend on no argument.

    Those that the function made itself are among them only if they are to `hoist`.
    """
    own = set(traced.inputs.values())
    made = set(traced.scope.nodes.values())
    border = {a for n in made for a in n.args if a not in made}
    border |= {n for n in outputs.values() if n not in made}
    nodes = in_order(outputs.values(), stop=border)
    bound: set[Node] = set()
    for node in nodes:
        varies = not hoist or not bound.isdisjoint(node.args)
        if node in own or (node not in border and varies):
            bound.add(node)
    read = [a for n in nodes if n in bound for a in n.args]
    read += outputs.values()
    free = [n for n in dict.fromkeys(read) if n not in bound]
    return [n for n in free if not is_literal(n)]


def _lifted(traced: Traced, nodes: Sequence[Node]) -> list[Node]:
    """`nodes`, made outside of the body with all that is known of them."""
    inner, outer = traced.scope, current_scope()
    outer.needs.update(inner.needs)
    made = set(inner.nodes.values())
    done: dict[Node, Node] = {}
    for node in in_order(nodes, stop={a for n in made for a in n.args} - made):
        if node not in made:
            done[node] = node
            continue
        new = done[node] = make(node.op, *[done[a] for a in node.args])
        tables: Any = (
            (inner.names, outer.names),
            (inner.positions, outer.positions),
            (inner.roles, outer.roles),
        )
        for old, to in tables:
            if node in old:
                to.setdefault(new, old[node])
    return [done[node] for node in nodes]


def _name_of(node: Node, outer: Node, traced: Traced) -> str:
    """What a body calls a value from outside."""
    own = traced.held.get(node) or traced.scope.names.get(node)
    if own is None and isinstance(outer.op, Input):
        own = clean_name(outer.op.name.rpartition(".")[2])
    return own or current_scope().names.get(outer) or "given"


def _close(
    traced: Traced,
    places: Mapping[Node, Node],
    outputs: Mapping[str, Node],
    outer: Mapping[Node, tuple[Node, str]],
) -> Graph:
    """The closed graph of `outputs`, with an input for each of the outer nodes."""
    scope = traced.scope
    with building(scope):
        used = dict.fromkeys(traced.inputs, 1)
        inputs = dict(traced.inputs)
        given: dict[Node, Node] = {}
        for node, (_, name) in outer.items():
            name = unique(name, used)
            inputs[name] = given[node] = make(Input(name, node.type))
            scope.names[given[node]] = name
        inside = {free: given[node] for free, node in places.items()}
        found = substitute(list(outputs.values()), inside)
        return Graph(inputs, dict(zip(outputs, found, strict=True)))
