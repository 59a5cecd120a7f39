"""Carries: the values that one step of a loop hands to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphTypeError, ShapeError
from graphdiff.expression.expression import Expression, as_node
from graphdiff.graph.nest import flatten, path_name, structure, unflatten
from graphdiff.graph.node import Full, Node, make
from graphdiff.graph.types import ArrayType, alike, show_shape
from graphdiff.ops.core.elementwise import cast_node
from graphdiff.sizes.dims import Dim
from graphdiff.trace.fresh import leaf_type, weak_dtype

_PYTHON = (bool, int, float, complex, Dim)


class Carry:
    """The initial values of a loop's carries: a nest, and the type of each leaf.

    A Python number has no dtype of its own yet: it takes on that of the arrays beside
    it, and a wider one if the first step needs that.
    """

    def __init__(self, what: str, nest: Any) -> None:
        """Look at the initial values; errors begin with `what`."""
        self.what = what
        self.nest = nest
        self.leaves, self.paths, self.spec = flatten(nest)
        self.names = [path_name(what, path) for path in self.paths]
        weak = weak_dtype(self.leaves)
        self.weak = [type(leaf) in _PYTHON for leaf in self.leaves]
        self.types = [
            _type_of(name, leaf, weak)
            for name, leaf in zip(self.names, self.leaves, strict=True)
        ]

    def nodes(self) -> list[Node]:
        """The initial values as nodes of their types."""
        return [
            number_node(leaf, type)
            or _full_node(leaf, type)
            or cast_node(as_node(leaf), type.dtype)
            for leaf, type in zip(self.leaves, self.types, strict=True)
        ]

    def matched(self, made: Any) -> list[Any]:
        """The leaves of what a step made, which must nest as the carry does."""
        leaves, _, spec = flatten(made)
        if spec != self.spec:
            raise GraphTypeError(
                f"{self.what}: the step must keep the structure {structure(self.spec)},"
                f" but returns {structure(spec)}"
            )
        return leaves

    def next_nodes(self, made: Any) -> list[Node] | None:
        """The nodes of the next carries; None if a Python number must be wider.

        The types have then been changed, and the step has to be run again. To be
        called in the scope of the step.
        """
        leaves = self.matched(made)
        found: list[Node] = []
        again = False
        for i, (leaf, type) in enumerate(zip(leaves, self.types, strict=True)):
            node = number_node(leaf, type) or as_node(leaf, self.names[i])
            wider = self.widened(i, node.type)
            if wider is None:
                node = _weak_cast(leaf, node, type)
                self.check(i, node.type)
            else:
                self.types[i], again = wider, True
            found.append(node)
        return None if again else found

    def widened(self, i: int, made: ArrayType) -> ArrayType | None:
        """The type that a Python number must have, if its own is too narrow."""
        own = self.types[i]
        if not self.weak[i] or made.dtype == own.dtype or made.shape != own.shape:
            return None
        wider = np.result_type(made.dtype, type(self._number(i)))
        if own.dtype.kind in "fc" and made.dtype.kind in "fc":
            wider = np.result_type(made.dtype, 1j if own.is_complex else 1.0)
        return None if wider == own.dtype else ArrayType(own.shape, wider)

    def _number(self, i: int) -> Any:
        leaf = self.leaves[i]
        return 0 if isinstance(leaf, Dim) else leaf

    def check(self, i: int, made: ArrayType) -> None:
        """Raise unless a step leaves carry `i` with the type that it had."""
        own = self.types[i]
        if len(made.shape) != len(own.shape) or not all(
            map(alike, made.shape, own.shape)
        ):
            raise ShapeError(
                f"{self.names[i]}: a step must keep the shape of a carry, but turns "
                f"{show_shape(own.shape)} into {show_shape(made.shape)}"
            )
        if made.dtype != own.dtype:
            raise DTypeError(
                f"{self.names[i]}: a step must keep the dtype of a carry, but turns "
                f"{own.dtype} into {made.dtype}; write .astype(...) where it changes, "
                f"or begin with {made.dtype}"
            )

    def rebuilt(self, leaves: Sequence[Any]) -> Any:
        """The nest with other leaves."""
        return unflatten(self.spec, leaves)


def _type_of(name: str, leaf: Any, weak: np.dtype) -> ArrayType:
    if isinstance(leaf, bool):
        return ArrayType((), np.dtype(bool))
    if isinstance(leaf, (int, Dim)):
        return ArrayType((), np.dtype(np.int64))
    found = leaf_type(name, leaf, weak)
    if found is None:
        raise GraphTypeError(
            f"{name}: expected an array or a number, got {type(leaf).__name__}"
        )
    return found


def number_node(leaf: Any, wanted: ArrayType) -> Node | None:
    """A Python number in the type wanted, if it can be such a number."""
    if type(leaf) not in (bool, int, float, complex) or wanted.shape != ():
        return None
    fits = np.result_type(leaf, wanted.dtype) == wanted.dtype
    return make(Full.of(leaf, wanted)) if fits else None


def _full_node(leaf: Any, wanted: ArrayType) -> Node | None:
    """A plain array of one number, as ``np.zeros`` makes it, if it is one."""
    if not isinstance(leaf, np.ndarray) or not leaf.size or leaf.dtype != wanted.dtype:
        return None
    one = np.full_like(leaf, leaf.flat[0])
    same = one.tobytes() == leaf.tobytes()
    return make(Full.of(leaf.flat[0], wanted)) if same else None


def _weak_cast(leaf: Any, node: Node, wanted: ArrayType) -> Node:
    """A number made of sizes takes on the dtype of its carry, as a Python one does."""
    kind: Any = leaf.weak if isinstance(leaf, Expression) else False
    if kind and np.result_type(kind(), wanted.dtype) == wanted.dtype:
        return cast_node(node, wanted.dtype)
    return node
