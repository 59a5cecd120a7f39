"""With respect to what: a position, a name, a path in nested arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.derivative.differentiate import check_variable
from graphdiff.errors import (
    DTypeError,
    GraphTypeError,
    GraphValueError,
    check_flag,
    shown,
)
from graphdiff.graph.graph import Graph, Signature
from graphdiff.graph.nest import descend, is_nest
from graphdiff.graph.node import Node
from graphdiff.trace.fresh import Fresh
from graphdiff.trace.trace import bind, trace

Wrt = int | str | Sequence[int | str]


class Respect:
    """What a form differentiates by, as the user has said it.

    `lone` tells one argument from a sequence of one, which gives a tuple.
    """

    def __init__(self, wrt: Wrt, allow_int: bool = False) -> None:
        """Take a position, a name, a path, or a sequence of them."""
        self.listed = _check_wrt(wrt)
        self.lone = isinstance(wrt, (int, str, np.integer))
        self.allow_int = check_flag("allow_int", allow_int)

    def trace(
        self, fn: Callable[..., Any], args: Any, kwargs: Any
    ) -> tuple[Graph, list[str]]:
        """The graph of a call, and the paths of what is asked for.

        Whoever asks for what is no array is told so, before `fn` stumbles over it.
        """
        bound = bind(fn, args, kwargs)
        paths = self.paths(bound, Fresh(bound.arguments).inputs)
        return trace(fn, *args, **kwargs), paths

    def paths(
        self, bound: inspect.BoundArguments, inputs: Mapping[str, Node]
    ) -> list[str]:
        """What is asked for, as paths, each of which leads to variables."""
        places = _places(bound)
        wanted = []
        for wrt in self.listed:
            if isinstance(wrt, int) and not -len(places) <= wrt < len(places):
                listing = f", only {', '.join(places)}" if places else ", nor any other"
                raise GraphValueError(f"wrt: there is no argument {wrt}{listing}")
            path = wrt if isinstance(wrt, str) else places[wrt]
            if path not in places and path not in inputs:
                longer = [p for p in places if p.endswith(f".{path}")]
                path = longer[0] if len(longer) == 1 else path
            inside = [n for n in inputs if _within(n, path)]
            if not inside:
                raise _nothing_there(path, bound)
            for name in inside:
                check_variable(f"wrt: {name!r}", inputs[name].type, self.allow_int)
            wanted.append(path)
        return wanted

    def chosen(
        self, paths: Sequence[str], inputs: Mapping[str, Node]
    ) -> dict[str, Node]:
        """The inputs that lie at the paths or below."""
        return {
            n: x for n, x in inputs.items() if any(_within(n, path) for path in paths)
        }

    def nest(
        self, signature: Signature, paths: Sequence[str], found: Mapping[str, Any]
    ) -> Any:
        """What was found for the inputs, nested as `wrt` was given."""
        nest = signature.gradient(paths, found)
        return (nest,) if len(paths) == 1 and not self.lone else nest


def _check_wrt(wrt: Any) -> list[int | str]:
    """`wrt` as a list; raises unless it is a place, a name or a sequence of them."""
    single = isinstance(wrt, (int, str, bytes)) or not isinstance(wrt, Sequence)
    listed = [
        int(item) if isinstance(item, np.integer) else item
        for item in ([wrt] if single else wrt)
    ]
    for item in listed:
        if not isinstance(item, (int, str)) or isinstance(item, bool):
            raise GraphTypeError(
                f"wrt: expected a position, a name, a path, or a sequence of them, got "
                f"{shown(wrt)}"
            )
    if not listed:
        raise GraphValueError("wrt: expected at least one argument, got none")
    return listed


def _places(bound: inspect.BoundArguments) -> list[str]:
    """The paths of the arguments, one by one, as they were passed."""
    places: list[str] = []
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            places += [f"{name}.{i}" for i in range(len(value))]
        elif kind is inspect.Parameter.VAR_KEYWORD:
            places += [f"{name}.{key}" for key in value]
        else:
            places.append(name)
    return places


def _within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def _nothing_there(path: str, bound: inspect.BoundArguments) -> Exception:
    """Say why there is nothing to differentiate by at `path`."""
    name = path.partition(".")[0]
    if name not in bound.arguments and name in bound.signature.parameters:
        return GraphValueError(
            f"wrt: {name!r} is left at its default, which is fixed; pass a value"
        )
    try:
        value = descend({**bound.arguments}, path or "?")
    except KeyError:
        listing = ", ".join(map(repr, _places(bound)))
        return GraphValueError(
            f"wrt: expected one of the arguments {listing}, or a path in one, got "
            f"{path!r}"
        )
    kind = type(value).__name__
    if is_nest(value):
        return GraphTypeError(f"wrt: {path!r} is a {kind} without arrays")
    return DTypeError(
        f"wrt: {path!r} is of type {kind}, which is fixed; pass a float, an array, or "
        f"a dict, list, tuple or dataclass of arrays"
    )
