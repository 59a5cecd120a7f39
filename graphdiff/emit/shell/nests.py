"""Nests of containers in emitted code: taken apart, and put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np

from graphdiff.emit.text.text import (
    Text,
    atom,
    attribute,
    call,
    dict_,
    list_,
    literal,
    subscript,
    tuple_,
)
from graphdiff.errors import GraphTypeError, shown

_DICTS = ("DICT", "ORDEREDDICT", "DEFAULTDICT", "FROZENDICT")

DEEPEST = 60
"""The most levels of a nest in one expression: Python's parser stops at 200 brackets,
and a dict whose keys are no strings opens three."""
LONGEST = 200
"""The most subscripts in a row by which a part of an argument is reached."""

Record = Callable[[Any, dict[str, Text]], Text]


@dataclass
class Apart:
    """A nest taken apart: its leaves in order, and the containers on the way."""

    leaves: list[tuple[str, Text]] = field(default_factory=list)
    containers: list[tuple[str, Text, int]] = field(default_factory=list)
    classes: list[tuple[type, Text]] = field(default_factory=list)


def take_apart(
    spec: Any, path: str, access: Text, has_fields: Callable[[Any], bool]
) -> Apart:
    """The path and the access to each leaf of a nest; `spec` None is a lone leaf.

    `has_fields` says of the spec of a class whether its entries are attributes there.
    """
    found = Apart()
    stack: list[tuple[Any, str, Text, int]] = [(spec, path, access, 0)]
    while stack:
        item, name, text, depth = stack.pop()
        if depth > LONGEST:
            raise GraphTypeError(
                f"emit: an argument nested more than {LONGEST} levels deep cannot be "
                f"written: Python would not read it"
            )
        if item is None or item.is_leaf():
            found.leaves.append((name, text))
        elif item.kind.name != "NONE":
            fields = is_class(item) and has_fields(item)
            inside = list(_children(item, name, text, fields))
            if is_class(item):
                found.classes.append((item.type, text))
            else:
                found.containers.append((name, text, len(inside)))
            stack += [(*child, depth + 1) for child in reversed(inside)]
    return found


def is_class(spec: Any) -> bool:
    """Whether a nest is of a class with fields: a dataclass, a named tuple."""
    kind = spec.kind.name
    return kind in ("NAMEDTUPLE", "STRUCTSEQUENCE") or (
        kind == "CUSTOM" and not issubclass(spec.type, (dict, list))
    )


def entries_of(spec: Any) -> Sequence[Any]:
    """The keys, positions or fields of a nest, in the order of its children."""
    if spec.kind.name == "NAMEDTUPLE":
        return spec.type._fields  # type: ignore[no-any-return]
    return spec.entries()  # type: ignore[no-any-return]


def _children(
    spec: Any, path: str, access: Text, fields: bool
) -> Iterator[tuple[Any, str, Text]]:
    for entry, child in zip(entries_of(spec), spec.children(), strict=True):
        if fields:
            if not isinstance(entry, str) or not entry.isidentifier():
                raise GraphTypeError(
                    f"emit: cannot reach the part {entry!r} of a {spec.type.__name__}"
                )
            inner = attribute(access, entry)
        else:
            inner = subscript(access, [key_text(entry)])
        yield child, f"{path}.{entry}", inner


def key_text(key: Any) -> Text:
    """The key of a dict, a position, a value fixed when the function was traced."""
    if type(key) in (int, str):
        return literal(key)
    if isinstance(key, tuple):
        return tuple_([key_text(k) for k in key])
    if isinstance(key, bytes):
        return atom(repr(key))
    if isinstance(key, Enum) and isinstance(key, (str, int, float)):
        key = key.value
    if isinstance(key, np.generic):
        key = key.item()
    if key is None or (isinstance(key, (str, int, float)) and key == key):
        return literal(key)
    raise GraphTypeError(
        f"emit: cannot write a {type(key).__name__} down: {shown(key)}"
    )


def put_together(spec: Any, leaves: Iterator[Text], record: Record) -> Text:
    """The nest as an expression; `record` writes those of classes."""
    if spec is None:
        return next(leaves)
    done: list[Text] = []
    stack: list[tuple[Any, bool]] = [(spec, False)]
    depth = 0
    while stack:
        item, ready = stack.pop()
        if item.is_leaf():
            done.append(next(leaves))
        elif item.kind.name == "NONE":
            done.append(atom("None"))
        elif not ready:
            depth += 1
            if depth > DEEPEST:
                raise GraphTypeError(
                    f"emit: a result nested more than {DEEPEST} levels deep cannot be "
                    f"written: Python would not read it"
                )
            stack.append((item, True))
            stack += [(child, False) for child in reversed(item.children())]
        else:
            depth -= 1
            count = item.num_children
            parts = done[len(done) - count :]
            del done[len(done) - count :]
            done.append(_container(item, parts, record))
    return done[0]


def _container(spec: Any, parts: list[Text], record: Record) -> Text:
    kind, entries = spec.kind.name, entries_of(spec)
    if is_class(spec):
        return record(spec, dict(zip(map(str, entries), parts, strict=True)))
    if kind == "TUPLE":
        return tuple_(parts)
    if kind in _DICTS or (kind == "CUSTOM" and issubclass(spec.type, dict)):
        return dict_text(entries, parts)
    return list_(parts)


def dict_text(keys: Sequence[Any], parts: Sequence[Text]) -> Text:
    """A dict; keys that are no strings go by pairs."""
    if all(isinstance(key, str) for key in keys):
        return dict_(zip(keys, parts, strict=True))
    pairs = [tuple_([key_text(k), v]) for k, v in zip(keys, parts, strict=True)]
    return call("dict", [list_(pairs)])
