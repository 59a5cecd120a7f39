"""The text of a plan as it grows, its namespace, and the names of its values.

Every name in it is made here; constants come in through the namespace. ``v3`` is value
3, ``w0`` an array of the workspace, ``k1`` a constant, ``x3`` the block of value 3 in a
loop, ``t0`` a block of the workspace.
"""

from __future__ import annotations

import contextvars
import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np

from graphdiff.compile.lower import Lowered
from graphdiff.compile.steps import Shape
from graphdiff.compile.storage import constant_block
from graphdiff.graph.node import Arg
from graphdiff.runtime.own import Own
from graphdiff.runtime.table import FUNCTIONS

FLOAT = np.dtype(np.float64)
INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "greater": ">",
    "greater_equal": ">=",
    "less": "<",
    "less_equal": "<=",
    "equal": "==",
    "not_equal": "!=",
}
_CALL = re.compile(r"(?P<head>\w+ = )?(?P<name>\w+)\((.*)\)")
_MANY = 1 << 10
"""Entries from which on an array filled with a constant pays."""
_QUIET = {
    "all": 'all="ignore"',
    "over": 'over="ignore"',
    "invalid": 'invalid="ignore"',
    "zero": 'divide="ignore", invalid="ignore"',
}


class Source:
    """Lines so far, and what they refer to.

    `soft` are the values that may be Python's own floats, `soft_results` those of them
    that were computed and not yet found finite.
    """

    def __init__(self, lowered: Lowered) -> None:
        """Begin with the inputs."""
        self.lowered = lowered
        self.namespace: dict[str, Any] = {"float64": np.float64, "empty": np.empty}
        self.names: dict[int, str] = {k: f"v{k}" for k in lowered.inputs}
        self.lines: list[tuple[str, str]] = []
        self.soft: set[int] = {
            k for k in lowered.inputs if lowered.values[k][::2] == ((), FLOAT)
        }
        self.soft_results: set[int] = set()
        self._constants: dict[Any, str] = {}

    def bind(self, name: str, value: Any) -> str:
        """Put `value` into the namespace of the source under `name`."""
        self.namespace[name] = value
        return name

    def constant(self, value: Any, key: Any = None) -> str:
        """The name of a constant."""
        if key is None:
            return self.bind(f"k{len(self.namespace)}", value)
        if key not in self._constants:
            self._constants[key] = self.bind(f"k{len(self.namespace)}", value)
        return self._constants[key]

    def function(self, name: str) -> str:
        """The name of a ufunc or of a function of the table."""
        if isinstance(name, Own):
            return self.constant(name.function, ("own", id(name.function)))
        if name in self.namespace:
            return name
        short = name.removeprefix("np.").replace(".", "_")
        known = name in FUNCTIONS
        return self.bind(short, FUNCTIONS[name] if known else getattr(np, name))

    def method(self, ufunc: str) -> str:
        """The name of the reduction of a ufunc."""
        return self.bind(f"{ufunc}_reduce", getattr(np, ufunc).reduce)

    def ref(self, k: int) -> str:
        """A value among arrays."""
        if k in self.names:
            return self.names[k]
        value = self.lowered.known[k]
        self.names[k] = self.constant(value)
        return self.names[k]

    def scalar(self, k: int) -> str:
        """A value among numbers."""
        known = self.lowered.known.get(k)
        if known is None:
            return self.names[k]
        number = known[()]
        if known.dtype == FLOAT and math.isfinite(number):
            text = repr(float(number))
            return f"({text})" if text.startswith("-") else text
        return self.constant(number, (known.tobytes(), known.dtype))

    def filled(self, k: int, shape: Shape) -> str | None:
        """An array filled with a constant, for ufuncs that are quicker with one."""
        known = self.lowered.known.get(k)
        if known is None or known.ndim or math.prod(shape) < _MANY:
            return None
        key = ("filled", known.tobytes(), known.dtype, shape)
        if key not in self._constants:
            self.constant(constant_block(known, shape), key)
        return self._constants[key]

    def say(self, line: str, quiet: str = "") -> None:
        """Write one line."""
        self.lines.append((quiet, line))

    def check(self, values: Sequence[int]) -> None:
        """Start again with NumPy's scalars, which warn, if one is not finite."""
        found = [k for k in dict.fromkeys(values) if k in self.soft_results]
        self.soft_results.difference_update(found)
        if found:
            self.bind("inf", math.inf)
            names = dict.fromkeys(self.names[k] for k in found)
            finite = " and ".join([f"-inf < {name} < inf" for name in names])
            self.say(f"if not ({finite}):")
            self.say(f"    return again({self.parameters})")

    @property
    def parameters(self) -> str:
        """The inputs, by name."""
        return ", ".join(f"v{k}" for k in self.lowered.inputs)

    def key(self, items: tuple[Any, ...], operands: Sequence[int]) -> str:
        """The text of an index."""
        parts = []
        for item in items:
            if isinstance(item, slice):
                ends = [item.start, item.stop] + [item.step] * (item.step is not None)
                parts.append(":".join("" if e is None else str(e) for e in ends))
            elif isinstance(item, Arg):
                parts.append(self.ref(operands[item.index]))
            else:
                parts.append("..." if item is Ellipsis else str(item))
        return ", ".join(parts)

    def literal(self, item: Any, operands: Sequence[int]) -> str:
        """The text of an argument of a call."""
        if isinstance(item, Arg):
            k = operands[item.index]
            _, held, dtype = self.lowered.values[k]
            if held == () and k not in self.lowered.known:
                kind = self.constant(dtype, dtype)
                return f"{self.function('asarray')}({self.ref(k)}, {kind})"
            return self.ref(k)
        if type(item) is tuple:
            inner = [self.literal(part, operands) for part in item]
            return f"({', '.join(inner)}{',' * (len(inner) == 1)})"
        if item is None or isinstance(item, (bool, int)):
            return str(item)
        return self.constant(item)

    def hushed(self, quiet: str, lines: Sequence[str]) -> list[str]:
        """The lines, without the warnings that `quiet` names.

        To run one call in a context that is calm already costs a tenth of ``errstate``.
        """
        if not quiet:
            return list(lines)
        call = _CALL.fullmatch(lines[0])
        if len(lines) == 1 and call and (quiet == "all" or call["name"] == "exp"):
            self.bind(f"calm_{quiet}", _calm(quiet))
            head, name, args = call.groups()
            return [f"{head or ''}calm_{quiet}().run({name}, {args})"]
        self.bind("errstate", np.errstate)
        return [f"with errstate({_QUIET[quiet]}):", *[f"    {line}" for line in lines]]

    def body(self) -> list[str]:
        """The lines, warnings silenced where they should be."""
        found: list[str] = []
        for quiet, pairs in groupby(self.lines, key=lambda pair: pair[0]):
            found += self.hushed(quiet, [line for _, line in pairs])
        return found


@cache
def _calm(quiet: str) -> Callable[[], contextvars.Context]:
    """What gives a context in which NumPy does not warn."""
    context = contextvars.copy_context()
    if quiet == "all":
        context.run(np.seterr, all="ignore")
    else:
        context.run(np.seterr, over="ignore")
    return context.copy
