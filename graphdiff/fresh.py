"""Fresh inputs in the place of arguments, and the arguments back in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphdiff.expression import Expression, as_node
from graphdiff.graph import Tree, in_order
from graphdiff.nest import flatten, path_name, unflatten
from graphdiff.node import Input, Node, current_scope, make
from graphdiff.ops.elementwise import cast_node
from graphdiff.trace import leaf_type, weak_dtype


def substitute(nodes: Sequence[Node], places: Mapping[Node, Node]) -> list[Node]:
    """`nodes` with each key of `places` replaced by its value, all else the same.

    Names, lines and roles go along.
    """
    scope = current_scope()
    done = dict(places)
    for node in in_order(nodes, stop=places):
        if node in done:
            continue
        made = scope.make(node.op, tuple([done[a] for a in node.args]))
        done[node] = made
        if made is not node:
            for table in (scope.names, scope.positions, scope.roles):
                if node in table:
                    table.setdefault(made, table[node])  # type: ignore[attr-defined]
    return [done[node] for node in nodes]


class Fresh:
    """Fresh inputs in the place of argument leaves, to be put back afterwards.

    A derivative is taken with respect to the fresh ones; what the function captured
    from outside stays constant, even where it is the very value of the argument.
    """

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.values: dict[str, Any] = {}
        self.inputs: dict[str, Node] = {}
        self.trees: dict[str, Tree] = {}
        self.places: dict[Node, Node] = {}
        weak = weak_dtype(flatten(dict(arguments))[0])
        for parameter, value in arguments.items():
            leaves, paths, spec = flatten(value)
            names: list[str | None] = []
            made: list[Any] = []
            for leaf, path in zip(leaves, paths, strict=True):
                name = path_name(parameter, path)
                type = leaf_type(name, leaf, weak)
                names.append(None if type is None else name)
                if type is None:
                    made.append(leaf)
                    continue
                self.inputs[name] = make(Input(name, type))
                actual = cast_node(as_node(leaf, name), type.dtype)
                self.places[self.inputs[name]] = actual
                made.append(Expression(self.inputs[name]))
            fixed = [v for v, n in zip(leaves, names, strict=True) if n is None]
            self.values[parameter] = unflatten(spec, made)
            self.trees[parameter] = Tree(spec, tuple(names), tuple(fixed))

    def put_back(self, nodes: Sequence[Node]) -> list[Node]:
        """`nodes` with the actual arguments in the place of the fresh ones."""
        return substitute(nodes, self.places)
