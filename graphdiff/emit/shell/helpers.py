"""The small functions that a module carries along: copies of the runtime's own."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from functools import cache

from graphdiff.emit.shell.entry import ENTRY
from graphdiff.emit.shell.inplace import IN_PLACE
from graphdiff.emit.text.naming import Names
from graphdiff.graph.node import Node
from graphdiff.ops.core.entries import Elementwise
from graphdiff.runtime import activations
from graphdiff.runtime.late import MODULES, Late, spelled
from graphdiff.runtime.own import Helper
from graphdiff.runtime.packing import PACKING
from graphdiff.runtime.table import HELPERS

_KNOWN = {**HELPERS, **ENTRY, **IN_PLACE, **PACKING}
_CALM = "calm"
"""The one name that helpers share beside ``np``: a context without warnings."""


class Helpers:
    """The helper functions that one module uses, and what they are called there."""

    def __init__(self, names: Names) -> None:
        """Take the names of the module."""
        self._names = names
        self.used: dict[str, str] = {}
        self._calm = ""

    def name(self, function: str) -> str:
        """The name under which the module has `function`, which it has from now on."""
        found = self.used.get(function)
        if found is None:
            found = self.used[function] = self._names.fresh(f"_{function}")
            for other in _calls(function):
                self.name(other)
        return found

    def head(self, modules: Iterable[str]) -> list[str]:
        """The imports, and the context in which helpers call NumPy without warnings.

        `modules`: those of SciPy that the module calls.
        """
        libraries = ["import numpy as np", *[f"from scipy import {m}" for m in modules]]
        if not any(_is_calm(function) for function in self.used):
            return libraries
        self._calm = self._names.fresh(f"_{_CALM}")
        module = self._names.fresh("contextvars")
        given = "" if module == "contextvars" else f" as {module}"
        made = [
            line.replace(_CALM, self._calm, 1).replace("contextvars.", f"{module}.")
            for line in _calm_lines()
        ]
        return [f"import contextvars{given}", "", *libraries, "", *made]

    def sources(self, checks: bool) -> list[list[str]]:
        """The sources of the functions used, those that others call first.

        Either those for checks of arguments, or those for the computation.
        """
        ordered: dict[str, None] = {}
        used = (f for f in self.used if f not in PACKING)
        for function in sorted(f for f in used if (f in ENTRY) == checks):
            stack = [function]
            while stack:
                below = [f for f in _calls(stack[-1]) if f not in ordered]
                if below:
                    stack += below
                else:
                    ordered[stack.pop()] = None
        return [self._source(function) for function in ordered]

    def packing(self) -> list[str]:
        """The sources of the functions that unpack constants, which they precede."""
        found = (self._source(name) for name in self.used if name in PACKING)
        return [line for source in found for line in ["", "", *source, ""]]

    def _source(self, function: str) -> list[str]:
        known = self._called_by(function)
        words = "|".join(map(re.escape, sorted(known)))
        pattern = re.compile(rf"(?<![\w.])({words})(?=\()")
        source = pattern.sub(lambda m: known[m[1]], _text(function))
        if isinstance(function, Helper):
            return source.splitlines()
        source = re.sub(rf"\b{_CALM}\.copy\b", f"{self._calm}.copy", source)
        return source.rstrip().splitlines()

    def _called_by(self, function: str) -> dict[str, str]:
        """What the functions are called here, by the names in the source of one."""
        if isinstance(function, Helper):
            own = {word: self.used[other] for word, other in function.helpers.items()}
            return {str(function): self.used[function], **own}
        return {f: name for f, name in self.used.items() if not isinstance(f, Helper)}


def _text(function: str) -> str:
    """The source of a helper."""
    if isinstance(function, Helper):
        return function.source
    return inspect.getsource(_KNOWN[function])


def modules_of(nodes: Iterable[Node]) -> list[str]:
    """SciPy's modules that `nodes` call, themselves or in helpers: ``["special"]``."""
    called = {function_of(node) for node in nodes if node.args and not node.op.bodies()}
    found: set[str] = set()
    while called:
        function = called.pop()
        if function in _KNOWN:
            known = _KNOWN[function].__globals__
            names = _KNOWN[function].__code__.co_names
            found.update(n for n in names if isinstance(known.get(n), Late))
            called.update(_calls(function))
        elif isinstance(function, Helper):
            found.update(function.libraries)
            called.update(function.helpers.values())
        else:
            found.add(spelled(function).partition(".")[0])
    return sorted(found & {spelled(module) for module in MODULES})


def function_of(node: Node) -> str:
    """The name in the table of the function that computes `node`."""
    if isinstance(node.op, Elementwise):
        return node.op.name
    return node.op.call(*[arg.type for arg in node.args]).function


@cache
def _calls(function: str) -> tuple[str, ...]:
    """The helpers that a helper calls, in the order in which it does."""
    if isinstance(function, Helper):
        return tuple(h for h in function.helpers.values() if h != function)
    tree = ast.parse(_text(function))
    called = (
        n.func.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    )
    return tuple(dict.fromkeys(c for c in called if c in _KNOWN and c != function))


@cache
def _is_calm(function: str) -> bool:
    """Whether a helper calls NumPy without warnings."""
    return function in _KNOWN and _CALM in _KNOWN[function].__code__.co_names


@cache
def _calm_lines() -> tuple[str, ...]:
    """The statements that make that context, as the runtime has them."""
    source = inspect.getsource(activations)
    return tuple(
        line
        for statement in ast.parse(source).body
        if any(isinstance(n, ast.Name) and n.id == _CALM for n in ast.walk(statement))
        and not isinstance(statement, ast.FunctionDef)
        for line in source.splitlines()[statement.lineno - 1 : statement.end_lineno]
    )
