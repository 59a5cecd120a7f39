"""A function of the user's as a closed graph: what it captures is an input too.

An op that holds a graph (a function with a rule of its own, an equation to be solved)
reads nothing but its arguments. A function may read more: values of the enclosing
trace, through its closure. They become further inputs behind those of its parameters.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from graphdiff.errors import GraphTypeError
from graphdiff.expression.expression import Expression
from graphdiff.graph.graph import Graph, Signature
from graphdiff.graph.nest import flatten
from graphdiff.graph.node import Input, Node, Scope, building, current_scope, make
from graphdiff.trace.fresh import substitute
from graphdiff.trace.trace import bind, collect, name_adjoints, name_of, watch
from graphdiff.words import clean_name, unique


class Closed(NamedTuple):
    """A closed graph, and the nodes outside that its inputs stand for, in order.

    The first `own` inputs are leaves of parameters, the others are captured.
    """

    graph: Graph
    arguments: tuple[Node, ...]
    own: int

    @property
    def signature(self) -> Signature:
        """How the parameters and the result nest."""
        assert self.graph.signature is not None
        return self.graph.signature


def close(
    fn: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Closed:
    """Trace `fn` for these arguments, some of which are symbolic.

    The cost is that of the trace: of the enclosing graph, only what is captured is
    looked at.
    """
    bound = bind(fn, tuple(args), dict(kwargs))
    if not isinstance(fn, np.ufunc):
        bound.apply_defaults()
    outside = current_scope()
    with building(Scope()) as scope:
        scope.born = outside.born
        fresh, result, own = watch(fn, bound, scope)
        outputs, tree = collect(name_of(fn), result, scope)
        name_adjoints(outputs, own, scope)
        kinds = {p: bound.signature.parameters[p].kind for p in fresh.trees}
        signature = Signature(name_of(fn), fresh.trees, kinds, tree)
        captured = _captured(scope, list(outputs.values()))
        names = {**held_by(fn), **outside.names}
        places = _inputs_for(captured, names, dict.fromkeys(fresh.inputs, 1))
        if places:
            made = substitute(list(outputs.values()), places)
            outputs = dict(zip(outputs, made, strict=True))
        further = {node.op.name: node for node in places.values()}  # type: ignore[attr-defined]
        graph = Graph({**fresh.inputs, **further}, outputs, signature=signature)
    given = fresh.given()
    passed = [given[node] for node in fresh.inputs.values()]
    return Closed(graph, (*passed, *captured), len(passed))


def held_by(fn: Callable[..., Any]) -> dict[Node, str]:
    """What the enclosing function's variables call the values that `fn` reads."""
    fn = inspect.unwrap(fn)
    cells = getattr(fn, "__closure__", None) or ()
    names = fn.__code__.co_freevars if cells else ()
    found: dict[Node, str] = {}
    for name, cell in zip(names, cells, strict=True):
        try:
            leaves, paths, _ = flatten(cell.cell_contents)
        except (ValueError, GraphTypeError):
            continue
        for leaf, path in zip(leaves, paths, strict=True):
            words = [w for w in (name, *path) if clean_name(w)]
            if isinstance(leaf, Expression) and words:
                found.setdefault(leaf.node, words[-1])
    return found


def _inputs_for(
    nodes: Sequence[Node], names: Mapping[Node, str], used: dict[str, int]
) -> dict[Node, Node]:
    """A new input for each of `nodes`, under the name by which it is known."""
    places: dict[Node, Node] = {}
    for node in nodes:
        word = names.get(node) or getattr(node.op, "name", "captured")
        name = unique(str(word).rpartition(".")[2], used)
        places[node] = make(Input(name, node.type))
    return places


def _captured(scope: Scope, outputs: Sequence[Node]) -> list[Node]:
    """The nodes from outside of `scope` that `outputs` read, in order of first use."""
    inside = list(scope.nodes.values())
    known = set(inside)
    used = set(outputs)
    for node in reversed(inside):
        if node in used:
            used.update(node.args)
    read = (arg for node in inside if node in used for arg in node.args)
    return list(dict.fromkeys(n for n in (*read, *outputs) if n not in known))
