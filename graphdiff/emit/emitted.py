"""Emission: a graph becomes a module of source code that needs graphdiff no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from graphdiff.errors import GraphTypeError, GraphValueError
from graphdiff.graph.collector import collector_held
from graphdiff.graph.graph import Graph, check_graph
from graphdiff.graph.node import Node
from graphdiff.rewrite.unfold import unfolded


def _readable(graph: Graph, name: str | None) -> Any:
    from graphdiff.emit.module import Module

    return Module(graph, name)


def _fast(graph: Graph, name: str | None) -> Any:
    from graphdiff.emit.fast.fast import FastModule

    return FastModule(graph, name)


Style = Callable[[Graph, str | None], Any]
TARGETS: Mapping[str, Mapping[str, Style]] = MappingProxyType(
    {"numpy": MappingProxyType({"readable": _readable, "fast": _fast})}
)
"""What there is to emit; the writers are imported when one is asked for."""


class Emitted:
    """A module of source code: its text, where each line comes from, and its test.

    `name` is the function's, `source` the text. The text is the same for the same
    graph, whatever was emitted before.
    """

    def __init__(self, module: Any) -> None:
        """Write the module down."""
        self._module = module
        self.name: str = module.name
        self.source: str = module.source()

    def __repr__(self) -> str:
        """Name the function and the number of lines."""
        return f"<Emitted {self.name}: {self.source.count(chr(10))} lines>"

    def __str__(self) -> str:
        """The source."""
        return self.source

    @cached_property
    def _function(self) -> Callable[..., Any]:
        namespace: dict[str, Any] = {"__name__": self.name}
        exec(compile(self.source, f"<{self.name}>", "exec"), namespace)
        return namespace[self.name]  # type: ignore[no-any-return]

    def load(self) -> Callable[..., Any]:
        """The function that the source defines, made from the source alone."""
        return self._function

    @cached_property
    def test(self) -> str:
        """The source of a test of the module, for pytest; it needs NumPy alone."""
        return self._proof(self.name)

    @cached_property
    def map(self) -> list[dict[str, Any]]:
        """For each line that computes: the variable, the op, the user's line.

        A list of dicts of plain values, fit for JSON, in the order of lines. ``line``
        counts from 1; ``adjoint_of`` names the variable that an adjoint belongs to.
        """
        lines: list[dict[str, Any]] = self._module.line_map()
        return lines

    def places(self) -> list[tuple[int, list[Node], str]]:
        """For each statement its first line, the nodes it computes, and its variable.

        The nodes are those of the graph that was written down: the graph given, unless
        it had to be made ready.
        """
        found: list[tuple[int, list[Node], str]] = self._module.places()
        return found

    def _proof(self, module: str) -> str:
        from graphdiff.emit.proof.proof import Proof

        for solver in self._module.functions.parameters:
            if not solver.default:
                raise GraphValueError(
                    f"emit: a test would have to pass {solver.name}, which only its "
                    f"user has; leave solver= out, or take one of scipy.optimize"
                )

        source: str = Proof(self._module, self._function).source(module)
        return source

    def write(self, path: str | Path, *, test: bool = False) -> Path:
        """Write the module to `path`; with `test`, a ``test_….py`` beside it."""
        target = Path(path)
        target.write_text(self.source, encoding="utf-8", newline="\n")
        if test:
            self.write_test(target.with_name(f"test_{target.name}"), target.stem)
        return target

    def write_test(self, path: str | Path, module: str | None = None) -> Path:
        """Write the test to `path`; `module` is the name of the module's file."""
        target = Path(path)
        stem = module or target.stem.removeprefix("test_")
        target.write_text(self._proof(stem), encoding="utf-8", newline="\n")
        return target


def emit(
    graph: Graph,
    target: str = "numpy",
    name: str | None = None,
    style: str = "readable",
) -> Emitted:
    """Write `graph` down as a module of source code that needs NumPy alone.

    The module holds one function, called `name` (by default after the traced function:
    ``loss_and_grad``), with the parameters of the traced function, or of a graph made
    by hand its inputs. It checks its arguments, never modifies them, returns fresh
    arrays nested as the traced result is, and is right for every size of the named
    dimensions. The graph is written as it is: simplify it before. Raises
    `GraphValueError` for an unknown target or style.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> def energy(x):
    ...     return np.sum(x**2)
    >>> graph = gd.simplify(gd.differentiate(gd.trace(energy, gd.spec("n"))))
    >>> energy_and_grad = emit(graph).load()
    >>> energy_and_grad([1.0, 2.0])
    (np.float64(5.0), array([2., 4.]))
    """
    check_graph("emit", graph)
    styles = known("target", TARGETS, target)
    module = known("style", styles, style)
    if name is not None and not isinstance(name, str):
        raise GraphTypeError(f"emit: name must be a string, got {name!r}")
    with collector_held():
        return Emitted(module(unfolded(graph), name))


def known(what: str, table: Mapping[str, Any], wanted: str) -> Any:
    """What `table` has under this name; raises `GraphValueError` for another."""
    if not isinstance(wanted, str) or wanted not in table:
        listing = ", ".join(map(repr, table))
        raise GraphValueError(f"emit: {what} must be one of {listing}, got {wanted!r}")
    return table[wanted]
