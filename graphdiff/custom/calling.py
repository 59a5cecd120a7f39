"""From leaves to the arguments of a user's function, and from what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, GraphValueError, ShapeError
from graphdiff.expression.expression import Expression, as_array
from graphdiff.graph.graph import Graph, Signature, Tree
from graphdiff.graph.nest import leaves_of, structure
from graphdiff.graph.types import ArrayType, show_shape


@dataclass(frozen=True)
class Calling:
    """How the function called `name`, whose graph is `body`, is called.

    The first `own` inputs of the body are the leaves of its arguments.
    """

    name: str
    body: Graph
    own: int

    @property
    def signature(self) -> Signature:
        """How arguments and result nest."""
        assert self.body.signature is not None
        return self.body.signature

    @property
    def types(self) -> list[ArrayType]:
        """The types of the leaves of the arguments."""
        return [x.type for x in self.body.inputs.values()][: self.own]

    def arguments(self, leaves: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments, by position and by name, made of these leaves."""
        values = dict(zip(self.body.inputs, leaves, strict=False))
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        for name, tree in self.signature.parameters.items():
            kind, value = self.signature.kinds[name], tree.unflatten(values)
            if kind is kind.VAR_POSITIONAL:
                args += value
            elif kind is kind.VAR_KEYWORD:
                kwargs.update(value)
            elif kind is kind.KEYWORD_ONLY:
                kwargs[name] = value
            else:
                args.append(value)
        return args, kwargs

    def parts(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        """One entry for each argument, those by name last; None for what is fixed."""
        values = dict(zip(self.body.inputs, leaves, strict=False))
        found: list[Any] = []
        for name, tree in self.signature.parameters.items():
            part = Tree(tree.spec, tree.leaves, (None,) * len(tree.fixed))
            kind, value = self.signature.kinds[name], part.unflatten(values)
            if kind is kind.VAR_POSITIONAL:
                found += value
            elif kind is kind.VAR_KEYWORD:
                found += value.values()
            else:
                found.append(value)
        return tuple(found)

    def leaves(self, what: str, given: Any) -> list[Any]:
        """The leaves of `given`: `parts` backwards; None where there is none."""
        count = len(self.parts([None] * len(self.body.inputs)))
        if count == 1 and not (isinstance(given, tuple) and len(given) == 1):
            given = (given,)
        if not isinstance(given, (tuple, list)) or len(given) != count:
            size = f" of {len(given)}" if isinstance(given, (tuple, list)) else ""
            raise GraphValueError(
                f"{self.name}: the rule must give a tuple of {count}, one entry for "
                f"each argument, but gave a {type(given).__name__}{size}"
            )
        rest, found = list(given), []
        for name, tree in self.signature.parameters.items():
            kind = self.signature.kinds[name]
            part: Any
            if kind is kind.VAR_POSITIONAL:
                width = tree.spec.num_children
                part, rest = tuple(rest[:width]), rest[width:]
            elif kind is kind.VAR_KEYWORD:
                keys = list(tree.unflatten(dict.fromkeys(tree.names)))
                part = dict(zip(keys, rest[: len(keys)], strict=True))
                rest = rest[len(keys) :]
            else:
                part, rest = rest[0], rest[1:]
            found += self._leaves(f"{self.name}: {what} of {name!r}", tree, part)
        return found

    def _leaves(self, what: str, tree: Tree, part: Any) -> list[Any]:
        if part is None:
            return [None] * len(tree.names)
        known = {n: x.type for n, x in self.body.inputs.items()}
        return matched(what, tree, part, known)

    def result(self, values: Any) -> Any:
        """The results as the function nests them."""
        found = values if isinstance(values, (tuple, list)) else (values,)
        named = dict(zip(self.body.outputs, found, strict=True))
        return self.signature.result.unflatten(named)

    def result_leaves(self, what: str, given: Any) -> list[Any]:
        """The leaves of `given`, which nests as the result; None: there is none."""
        known = {n: y.type for n, y in self.body.outputs.items()}
        return matched(f"{self.name}: {what}", self.signature.result, given, known)


def matched(
    what: str, tree: Tree, given: Any, types: Mapping[str, ArrayType]
) -> list[Any]:
    """The leaves of `given`, which nests as `tree` and fits the types of its leaves."""
    spec = leaves_of(given)[1]
    try:
        parts = [given] if tree.spec is None else tree.spec.flatten_up_to(given)
    except (TypeError, ValueError):
        raise GraphTypeError(
            f"{what}: expected the structure {structure(tree.spec)}, got "
            f"{type(given).__name__ if spec is None else structure(spec)}"
        ) from None
    return [
        _fitting(what, part, types[name])
        for name, part in zip(tree.leaves, parts, strict=True)
        if name is not None
    ]


def _fitting(what: str, value: Any, type_: ArrayType) -> Any:
    """`value`, if it fits what it belongs to; None for what has no derivative."""
    if value is None or not type_.is_inexact:
        return None
    if isinstance(value, (tuple, list, dict)):
        raise GraphTypeError(f"{what}: expected an array, got {type(value).__name__}")
    known = isinstance(value, (Expression, np.ndarray))
    found = value if known else as_array(value, what)
    numeric = found.ndim == type_.ndim and not isinstance(found, Expression)
    if found.shape not in (type_.shape, ()) and not (numeric and _is_named(type_)):
        raise ShapeError(
            f"{what}: expected shape {show_shape(type_.shape)}, got "
            f"{show_shape(found.shape)}"
        )
    return found


def _is_named(type_: ArrayType) -> bool:
    """Whether some size is known by name alone: any array may fit."""
    return any(not isinstance(n, int) for n in type_.shape)
