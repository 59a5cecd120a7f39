"""Emission: a graph becomes a module of source code that needs graphdiff no more."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from graphdiff.emit.module import Module
from graphdiff.errors import GraphValueError
from graphdiff.graph import Graph

TARGETS = ("numpy",)
STYLES = ("readable", "fast")


class Emitted:
    """A module of source code."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self.name = module.name
        self.source = module.source()

    @cached_property
    def _function(self) -> Callable[..., Any]:
        namespace: dict[str, Any] = {"__name__": self.name}
        exec(compile(self.source, f"<{self.name}>", "exec"), namespace)
        return namespace[self.name]  # type: ignore[no-any-return]

    def load(self) -> Callable[..., Any]:
        """The function that the source defines."""
        return self._function


def emit(
    graph: Graph,
    target: str = "numpy",
    name: str | None = None,
    style: str = "readable",
) -> Emitted:
    """Write `graph` down as a module of source code."""
    if target not in TARGETS:
        raise GraphValueError(f"emit: target {target!r}: known are {TARGETS}")
    if style not in STYLES:
        raise GraphValueError(f"emit: style {style!r}: known are {STYLES}")
    return Emitted(Module(graph, name))
