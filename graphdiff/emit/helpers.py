"""The small functions that a module carries along: copies of the runtime's own."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache

from graphdiff.emit.entry import ENTRY
from graphdiff.emit.inplace import IN_PLACE
from graphdiff.emit.naming import Names
from graphdiff.runtime.table import HELPERS

_KNOWN = {**HELPERS, **ENTRY, **IN_PLACE}


class Helpers:
    """The helper functions that one module uses, and what they are called there."""

    def __init__(self, names: Names) -> None:
        """Take the names of the module."""
        self._names = names
        self.used: dict[str, str] = {}

    def name(self, function: str) -> str:
        """The name under which the module has `function`, which it has from now on."""
        found = self.used.get(function)
        if found is None:
            found = self.used[function] = self._names.fresh(f"_{function}")
            for other in _calls(function):
                self.name(other)
        return found

    def sources(self, checks: bool) -> list[list[str]]:
        """The sources of the functions used, those that others call first.

        Either those for checks of arguments, or those for the computation.
        """
        ordered: dict[str, None] = {}
        for function in sorted(f for f in self.used if (f in ENTRY) == checks):
            stack = [function]
            while stack:
                below = [f for f in _calls(stack[-1]) if f not in ordered]
                if below:
                    stack += below
                else:
                    ordered[stack.pop()] = None
        return [self._source(function) for function in ordered]

    def _source(self, function: str) -> list[str]:
        words = "|".join(map(re.escape, sorted(self.used)))
        pattern = re.compile(rf"(?<![\w.])({words})(?=\()")
        source = inspect.getsource(_KNOWN[function])
        return pattern.sub(lambda m: self.used[m[1]], source).rstrip().splitlines()


@cache
def _calls(function: str) -> tuple[str, ...]:
    """The helpers that a helper calls, in the order in which it does."""
    tree = ast.parse(inspect.getsource(_KNOWN[function]))
    called = (
        n.func.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    )
    return tuple(dict.fromkeys(c for c in called if c in _KNOWN and c != function))
