"""What a gradient is measured against: the user's function, or a graph made wide."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from graphdiff.evaluate import bind_inputs, evaluate
from graphdiff.graph.graph import Graph
from graphdiff.graph.nest import flatten

Array = np.ndarray
Point = dict[str, Array]
Scalar = Callable[[Point], Any]


def widen(x: Array) -> Array:
    """`x` in float64 if it is of floats, in complex128 if of complex numbers."""
    if x.dtype.kind == "c":
        return x.astype(np.complex128)
    return x.astype(np.float64) if x.dtype.kind == "f" else x


class OwnFunction:
    """The user's function on plain arrays, its outputs weighed and added up."""

    def __init__(
        self,
        f: Callable[..., Any],
        bound: inspect.BoundArguments,
        graph: Graph,
        weights: Sequence[Array],
    ) -> None:
        """Take the function, a call of it, and weights for what it returns."""
        assert graph.signature is not None
        self.f = f
        self.bound = bound
        self.trees = graph.signature.parameters
        self.weights = weights
        given = dict(bound.arguments)
        self.point = bind_inputs(graph, {n: given[n] for n in self.trees})
        self.wide = True
        self.scalars = {
            name
            for parameter, tree in self.trees.items()
            for name, leaf in zip(
                tree.leaves, flatten(given[parameter])[0], strict=True
            )
            if name is not None and not isinstance(leaf, np.ndarray)
        }

    def call(self, point: Point) -> inspect.BoundArguments:
        """The arguments of the function at `point`: fresh copies, nested as given."""
        fresh = {
            n: x[()] if n in self.scalars and not x.ndim else x.copy()
            for n, x in point.items()
        }
        nests = {p: tree.unflatten(fresh) for p, tree in self.trees.items()}
        signature = self.bound.signature
        return inspect.BoundArguments(signature, {**self.bound.arguments, **nests})

    def __call__(self, point: Point) -> Any:
        """The value at `point`, in float64 if the function computes in it."""
        if self.wide:
            try:
                return self._run({n: widen(x) for n, x in point.items()})
            except (TypeError, ValueError, IndexError, np.linalg.LinAlgError):
                self.wide = False
        return self._run(point)

    def _run(self, point: Point) -> Any:
        bound = self.call(point)
        with np.errstate(all="ignore"):
            result = self.f(*bound.args, **bound.kwargs)
            leaves = flatten(result)[0]
            return sum(
                np.sum(np.multiply(leaf, weight))
                for leaf, weight in zip(leaves, self.weights, strict=True)
                if np.any(weight)
            )


class GraphFunction:
    """The value of a graph, in its own dtypes: the reference for higher orders."""

    def __init__(self, graph: Graph) -> None:
        """Take a graph with the one output ``value``."""
        self.graph = graph

    def __call__(self, point: Point) -> Any:
        """The value at `point`, in the dtypes of the graph."""
        types = {name: node.type.dtype for name, node in self.graph.inputs.items()}
        typed = {name: x.astype(types[name]) for name, x in point.items()}
        with np.errstate(all="ignore"):
            return evaluate(self.graph, typed)["value"]
