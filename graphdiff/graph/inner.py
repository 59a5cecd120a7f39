"""Functions among the arguments of a call: those that a graph defines, and a user's.

A call record holds them as it holds any plain value, and whoever computes the call
hands them on: they can be called. A module defines the first kind itself, and gets the
second kind from its caller, as an argument.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from graphdiff.graph.graph import Graph


class Ready:
    """A function under a name of its own."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        """Name `function`."""
        self.__name__ = name
        self.function = function

    def __call__(self, *values: Any) -> Any:
        """Call it."""
        return self.function(*values)

    def __repr__(self) -> str:
        """Give the name: no trace of where it lies."""
        return self.__name__


class Inner:
    """What a closed graph of one output computes, as a function of its inputs.

    `of` says in words what that is. Compared by identity.
    """

    compiled: ClassVar[Callable[[Graph], Callable[..., Any]]]
    """What makes a graph run; set by ``implicit``, behind the stages that can."""

    def __init__(self, name: str, body: Graph, of: str) -> None:
        """Name what `body` computes."""
        self.__name__ = name
        self.body = body
        self.of = of

    @cached_property
    def run(self) -> Callable[..., Any]:
        """The graph, compiled when it is first called."""
        return type(self).compiled(self.body)

    def __call__(self, *values: Any) -> Any:
        """Compute the output."""
        return self.run(*values)

    def __repr__(self) -> str:
        """Give the name."""
        return self.__name__

    def __reduce__(self) -> Any:
        """Pickle what runs: the graph stays behind."""
        return Ready, (self.__name__, self.run)

    def having(self, body: Graph) -> Inner:
        """The same function, written otherwise."""
        return self if body is self.body else Inner(self.__name__, body, self.of)


class Solver:
    """What solves an equation: the user's function, or one of the table by default.

    `what` is the name of the function that the equation is about.
    """

    def __init__(
        self, what: str, function: Callable[..., Any], default: str = ""
    ) -> None:
        """Take the function; `default` is its name in the table, if it is there."""
        self.what = what
        self.function = function
        self.default = default

    @property
    def public(self) -> str:
        """The name of a function of ``scipy.optimize``: ``optimize.root``; or ""."""
        module = sys.modules.get("scipy.optimize")
        name = getattr(self.function, "__name__", "")
        found = module is not None and getattr(module, name, None) is self.function
        return f"optimize.{name}" if found else ""

    def __call__(self, *args: Any) -> Any:
        """Solve."""
        return self.function(*args)

    def __repr__(self) -> str:
        """Say which it is: no trace of where a user's lies."""
        return self.default or "solver"
