"""Fresh inputs in the place of arguments, and the arguments back in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.expression.expression import Expression, Given, as_array, as_node
from graphdiff.expression.spec import Spec
from graphdiff.graph.graph import Tree, in_order
from graphdiff.graph.nest import flatten, leaves_of, path_name, unflatten
from graphdiff.graph.node import Input, Node, current_scope, make
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.words import unique


class Fresh:
    """An input for every array among the leaves of arguments.

    A trace runs the function on `values`, the arguments rebuilt of them. A derivative
    is taken with respect to fresh inputs too, also where the arguments are symbolic
    already, and they are put back afterwards: what the function captured from outside
    stays constant, even where it is the very value of the argument. (Otherwise
    perturbations are confused: Siskind and Pearlmutter, 2005.) `leaves` maps each input
    to the leaf that it stands for.
    """

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        """Make the inputs, named by the paths of the leaves."""
        self.values: dict[str, Any] = {}
        self.inputs: dict[str, Node] = {}
        self.trees: dict[str, Tree] = {}
        self.leaves: dict[Node, Any] = {}
        weak = weak_dtype(leaves_of(dict(arguments))[0])
        used: dict[str, int] = {}
        types: dict[ArrayType, ArrayType] = {}
        for parameter, value in arguments.items():
            leaves, paths, spec = flatten(value)
            names: list[str | None] = []
            made: list[Any] = []
            for leaf, path in zip(leaves, paths, strict=True):
                name = path_name(parameter, path)
                type = leaf_type(name, leaf, weak)
                if type is None:
                    names.append(None)
                    made.append(leaf)
                    continue
                name = unique(name, used)
                shared = types.setdefault(type, type)
                node = self.inputs[name] = make(Input(name, shared))
                self.leaves[node] = leaf
                names.append(name)
                made.append(Given(node))
            fixed = [v for v, n in zip(leaves, names, strict=True) if n is None]
            self.values[parameter] = unflatten(spec, made)
            self.trees[parameter] = Tree(spec, tuple(names), tuple(fixed))

    def given(self) -> dict[Node, Node]:
        """What each input stands for: the actual argument, in the input's dtype.

        Where there was a spec there is nothing.
        """
        return {
            node: cast_node(as_node(leaf), node.type.dtype)
            for node, leaf in self.leaves.items()
            if not isinstance(leaf, Spec)
        }

    def put_back(self, nodes: Sequence[Node]) -> list[Node]:
        """`nodes` with the actual arguments in the place of the fresh ones."""
        return substitute(nodes, self.given())


def weak_dtype(leaves: Sequence[Any]) -> np.dtype:
    """The dtype of Python's floats among leaves: that of the arrays beside them.

    NumPy lets a Python float take the dtype of what it meets; an input has to settle
    on one, and 0.1 beside float32 arrays must not make everything float64.
    """
    found = [
        leaf.type.dtype if isinstance(leaf, Spec) else leaf.dtype
        for leaf in leaves
        if isinstance(leaf, (Spec, Expression, np.ndarray, np.generic))
    ]
    floats = [np.finfo(d).dtype for d in found if d.kind in "fc"]
    return np.result_type(*floats) if floats else np.dtype(np.float64)


def leaf_type(name: str, leaf: Any, weak: np.dtype) -> ArrayType | None:
    """The type of an argument's leaf; None for one that is fixed, not an array."""
    if type(leaf) is float:
        return ArrayType((), weak)
    if type(leaf) is complex:
        return ArrayType((), np.result_type(weak, np.complex64))
    if isinstance(leaf, Spec):
        return leaf.type
    if isinstance(leaf, Expression):
        return leaf.node.type
    if leaf is None or isinstance(leaf, (bool, int, str, bytes)):
        return None
    if isinstance(leaf, (float, complex)) or hasattr(leaf, "__array__"):
        array = as_array(leaf, name)
        return ArrayType(array.shape, array.dtype)
    return None


def substitute(nodes: Sequence[Node], places: Mapping[Node, Node]) -> list[Node]:
    """`nodes` with each key of `places` replaced by its value, all else the same.

    Names, lines, roles and marks go along; a value that was there before stays what it
    was, though a derivative turns out to be the same.
    """
    scope = current_scope()
    done = dict(places)
    for node in in_order(nodes, stop=places):
        if node in done:
            continue
        args = tuple([done[a] for a in node.args])
        is_known = (node.op, args) in scope.nodes
        done[node] = made = scope.make(node.op, args)
        if made is not node:
            tables: Any = (scope.names, scope.positions)
            if not is_known:
                tables = (*tables, scope.roles)
            for table in tables:
                if node in table:
                    table.setdefault(made, table[node])
            if scope.watcher is not None:
                scope.watcher.copied(node, made)
            if node in scope.marks:
                scope.marks[made] = scope.marks[node]
    return [done[node] for node in nodes]
