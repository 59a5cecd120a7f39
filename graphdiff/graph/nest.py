"""Nested arguments: dicts, lists, tuples, named tuples and dataclasses of arrays.

The nests are those of ``optree``. It opens the built-in containers by their exact
type only, and would take a dataclass, or a class derived from ``dict``, for one opaque
value: a gradient with respect to it would silently be empty. So such a class becomes a
nest the first time that a value of it is met, a dataclass with its fields in order.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import optree

from graphdiff.errors import GraphTypeError

NAMESPACE = "graphdiff"
_BUILT_IN = (dict, list, tuple, OrderedDict, defaultdict)
_lock = threading.Lock()
_known: set[type] = set(_BUILT_IN)

NO_NESTS: set[type] = {np.ndarray, np.float64, float, int, bool, str}
"""Types known to be no nests, for which ``optree`` need not be asked."""

Path = tuple[Any, ...]


def flatten(value: Any) -> tuple[list[Any], list[Path], Any]:
    """The leaves of a nest, the path to each, and the tree spec to rebuild it.

    A path holds dict keys, positions, and the names of fields. What is no nest is its
    own leaf, with the spec None.
    """
    if not is_nest(value):
        return [value], [()], None
    with _ending():
        found, leaves, spec = optree.tree_flatten_with_accessor(
            value, namespace=NAMESPACE
        )
    paths = [tuple([getattr(e, "field", e.entry) for e in path]) for path in found]
    return list(leaves), paths, spec


def leaves_of(value: Any) -> tuple[list[Any], Any]:
    """The leaves of a nest and its tree spec: `flatten` for those who need no paths."""
    if not is_nest(value):
        return [value], None
    with _ending():
        return optree.tree_flatten(value, namespace=NAMESPACE)


@contextmanager
def _ending() -> Iterator[None]:
    """Refuse a nest that does not end."""
    try:
        yield
    except RecursionError:
        raise GraphTypeError(
            "a nest is too deep, or contains itself: 1000 levels are the most"
        ) from None


def structure(spec: Any) -> str:
    """A tree spec as people write nests, with a star for each leaf.

    >>> structure(leaves_of({"a": [1, (2, 3)]})[1])
    "{'a': [*, (*, *)]}"
    """
    if spec is None:
        return "one value"
    text = str(spec).removeprefix("PyTreeSpec(").removesuffix(")")
    text = text.removesuffix(f", namespace={NAMESPACE!r}")
    return text if len(text) <= 200 else f"{text[:200]}..."


def unflatten(spec: Any, leaves: Sequence[Any]) -> Any:
    """The nest with these leaves."""
    return leaves[0] if spec is None else optree.tree_unflatten(spec, leaves)


def is_nest(value: Any) -> bool:
    """Whether `value` holds others; makes nests of the classes of all that it holds."""
    if not _opens(value):
        return False
    waiting = [value]
    met = {id(value)}
    while waiting:
        for child in _children(waiting.pop()):
            if id(child) not in met and _opens(child):
                met.add(id(child))
                waiting.append(child)
    return True


def _opens(value: Any) -> bool:
    """Whether `value` is a container, whose class is known to ``optree`` afterwards."""
    cls = type(value)
    if cls in NO_NESTS:
        return False
    if cls in _known:
        return True
    if dataclasses.is_dataclass(cls):
        _register(cls, object, _fields, _set_fields)
    elif getattr(cls, "__new__", None) is dict.__new__:
        base = OrderedDict if issubclass(cls, OrderedDict) else dict
        _register(cls, base, dict.items, base.update)
    elif getattr(cls, "__new__", None) is list.__new__:
        _register(cls, list, enumerate, lambda made, d: list.extend(made, d.values()))
    else:
        return not optree.tree_is_leaf(value, namespace=NAMESPACE)
    return True


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return list(dict.values(value))
    if isinstance(value, (list, tuple)):
        return value
    if dataclasses.is_dataclass(value):
        return [child for _, child in _fields(value)]
    return optree.tree_flatten_one_level(value, namespace=NAMESPACE).children


def _fields(value: Any) -> Iterable[tuple[str, Any]]:
    names = [f.name for f in dataclasses.fields(value)]
    return [(name, getattr(value, name)) for name in names if hasattr(value, name)]


def _set_fields(made: Any, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        object.__setattr__(made, name, value)


def _register(
    cls: type,
    base: Any,
    items: Callable[[Any], Iterable[tuple[Any, Any]]],
    fill: Callable[[Any, dict[Any, Any]], None],
) -> None:
    """Make a nest of `cls`: it is taken apart and put together without its methods.

    ``__init__`` and ``__post_init__`` cannot be trusted with expressions, and a frozen
    class would refuse to be filled.
    """

    def take(item: Any) -> tuple[list[Any], Any, Any]:
        pairs = list(items(item))
        keys = tuple(key for key, _ in pairs)
        return [value for _, value in pairs], keys, keys

    def build(keys: Any, children: Iterable[Any]) -> Any:
        made = base.__new__(cls)
        fill(made, dict(zip(keys, children, strict=True)))
        return made

    with _lock:
        if cls not in _known:
            optree.register_pytree_node(cls, take, build, namespace=NAMESPACE)
            _known.add(cls)


def map_nest(function: Callable[[Any], Any], value: Any) -> Any:
    """The nest with `function` applied to each leaf."""
    leaves, spec = leaves_of(value)
    return unflatten(spec, [function(leaf) for leaf in leaves])


def spread_prefix(prefix: Any, value: Any) -> list[Any]:
    """For each leaf of `value` the leaf of `prefix` at that place, or above it.

    None is a leaf of the prefix. Raises `ValueError` where the two nest differently.

    >>> spread_prefix((0, None), ([1.0, 2.0], {"a": 3.0}))
    [0, 0, None]
    """
    if not is_nest(prefix):
        return [prefix] * len(leaves_of(value)[0])
    leaves, spec = optree.tree_flatten(prefix, none_is_leaf=True, namespace=NAMESPACE)
    is_nest(value)
    try:
        parts = spec.flatten_up_to(value)
    except TypeError as error:
        raise ValueError(str(error)) from None
    return [
        leaf
        for leaf, part in zip(leaves, parts, strict=True)
        for _ in leaves_of(part)[0]
    ]


def path_name(root: str, path: Path) -> str:
    """The name of a leaf: ``params.layers.0.W``."""
    return ".".join([root, *map(str, path)])


def descend(value: Any, path: str) -> Any:
    """The part of a nest that a dotted path leads to; `KeyError` if there is none.

    A key may hold dots itself: of several keys that fit, the longest is taken.

    >>> descend({"layers": [{"W": 1}, {"W": 2}]}, "layers.1")
    {'W': 2}
    """
    while path:
        if not _opens(value):
            raise KeyError(path)
        level = optree.tree_flatten_one_level(value, namespace=NAMESPACE)
        entries = getattr(type(value), "_fields", level.entries)
        for key, child in sorted(
            zip(map(str, entries), level.children, strict=True),
            key=lambda item: -len(item[0]),
        ):
            if path == key or path.startswith(f"{key}."):
                value, path = child, path[len(key) + 1 :]
                break
        else:
            raise KeyError(path)
    return value
