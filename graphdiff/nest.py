"""Nested arguments: dicts, lists, tuples, named tuples and dataclasses of arrays.

The nests are those of ``optree``; a dataclass becomes one the first time it is met,
its fields in their order.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Sequence
from typing import Any

import optree

NAMESPACE = "graphdiff"
_lock = threading.Lock()
_known: set[type] = set()


def flatten(value: Any) -> tuple[list[Any], list[tuple[Any, ...]], Any]:
    """The leaves of a nest, the path to each, and the tree spec to rebuild it."""
    if not isinstance(value, (dict, list, tuple)) and not _is_dataclass(value):
        return [value], [()], None
    _register_dataclasses(value)
    paths, leaves, spec = optree.tree_flatten_with_path(value, namespace=NAMESPACE)
    return list(leaves), [tuple(p) for p in paths], spec


def unflatten(spec: Any, leaves: Sequence[Any]) -> Any:
    """The nest with these leaves."""
    return leaves[0] if spec is None else optree.tree_unflatten(spec, leaves)


def _is_dataclass(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _register_dataclasses(value: Any) -> None:
    """Make nests of the classes of all dataclasses within `value`."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, (list, tuple)):
            stack += item
        elif _is_dataclass(item):
            _register(type(item))
            stack += [getattr(item, f.name) for f in dataclasses.fields(item)]


def _register(cls: type) -> None:
    with _lock:
        if cls in _known:
            return
        names = tuple(f.name for f in dataclasses.fields(cls))

        def take(item: Any) -> tuple[Any, Any, Any]:
            return [getattr(item, n) for n in names], None, names

        def build(_: Any, children: Sequence[Any]) -> Any:
            made = object.__new__(cls)
            for name, child in zip(names, children, strict=True):
                object.__setattr__(made, name, child)
            return made

        optree.register_pytree_node(cls, take, build, namespace=NAMESPACE)  # type: ignore[arg-type]
        _known.add(cls)


def map_nest(function: Callable[[Any], Any], value: Any) -> Any:
    """The nest with `function` applied to each leaf."""
    leaves, _, spec = flatten(value)
    return unflatten(spec, [function(leaf) for leaf in leaves])


def path_name(root: str, path: tuple[Any, ...]) -> str:
    """The name of a leaf: ``params.layers.0.W``."""
    return ".".join([root, *map(str, path)])
