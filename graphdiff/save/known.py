"""What a file may name: the ops of graphdiff, by the names that its source gives them.

A file says ``Sum`` or ``sin``; what that is stands in these tables. Nothing else can be
made by a file, and nothing is imported for its sake.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from functools import cache
from typing import Any

import numpy as np

from graphdiff.errors import GraphValueError
from graphdiff.graph.node import Hole, Op
from graphdiff.ops.core.elementwise import Elementwise
from graphdiff.ops.core.entries import FAMILIES
from graphdiff.ops.core.pattern import At1, ByArray, NewAxis, Slice

ITEMS: dict[str, type] = {k.__name__: k for k in (Slice, At1, NewAxis, ByArray)}
"""What stands between the brackets of an index."""

DTYPES: dict[str, np.dtype] = {np.dtype(c).name: np.dtype(c) for c in "?bhilBHILefdFD"}
"""The dtypes that an array in a graph may have."""


_HOMES = ("graphdiff.graph.node", "graphdiff.ops.", "graphdiff.memory.")
"""Where ops are defined that hold no callable of the user's."""


@cache
def kinds() -> dict[str, type[Op]]:
    """The classes of ops, by name."""
    found: dict[str, type[Op]] = {}
    for module in _modules():
        for name, value in vars(module).items():
            if _is_kind(value) and value.__module__ == module.__name__:
                assert name not in found, f"two kinds of op are called {name}"
                found[name] = value
    return found


@cache
def singles() -> dict[str, Elementwise]:
    """The ops on entries that exist once, by the variable that holds them."""
    found: dict[str, Elementwise] = {}
    for module in _modules():
        for name, value in vars(module).items():
            if isinstance(value, Elementwise) and value.origin is None:
                other = found.setdefault(name, value)
                assert other is value, f"two ops on entries are called {name}"
    return found


@cache
def _names() -> dict[Elementwise, str]:
    return {op: name for name, op in singles().items()}


def has_name(op: Elementwise) -> bool:
    """Whether a file can speak of an op on entries."""
    return op.origin is not None or op in _names()


def spoken(op: Elementwise) -> tuple[str, tuple[Any, ...]]:
    """What a file calls an op on entries: its name, and the parameters of a family."""
    if op.origin is not None:
        return op.origin
    if op not in _names():
        raise GraphValueError(f"save: there is no name in files for the op {op!r}")
    return _names()[op], ()


def on_entries(name: str, parameters: tuple[Any, ...]) -> Elementwise:
    """The op on entries of that name; ValueError if there is none."""
    family: Callable[..., Elementwise] | None = FAMILIES.get(name)
    if family is not None and parameters:
        return family(*parameters)
    if parameters or name not in singles():
        raise ValueError(f"there is no op {name!r:.50}")
    return singles()[name]


def _is_kind(value: Any) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, Op)
        and is_dataclass(value)
        and not issubclass(value, (Hole, Elementwise))
    )


def _modules() -> Iterator[Any]:
    """The modules that define ops."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith(_HOMES):
            yield module
