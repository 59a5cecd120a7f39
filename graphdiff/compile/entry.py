"""The callable: it lets arguments in, finds the plan for their sizes, and runs it."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from graphdiff.compile.checks import check_lines, parameter_names, shape_key
from graphdiff.compile.plan import Plan, define, plan
from graphdiff.compile.program import Program
from graphdiff.errors import GraphTypeError
from graphdiff.evaluate import bind_inputs, bind_sizes, check_sizes

PLANS = 64
"""The most sizes for which plans are kept."""
INPUTS = 1000
"""The most inputs for which a quick way in is written."""
SHORT = 100
"""The most statements that the quick way in holds itself, instead of a call."""

_PLAIN = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_NOTHING: Mapping[Any, Any] = {
    inspect.Parameter.VAR_POSITIONAL: (),
    inspect.Parameter.VAR_KEYWORD: {},
}


class Compiled:
    """A compiled graph: call it with the parameters of the traced function.

    `style` says how the last plan computes, `why` says why, `source` is its Python.
    Calls may run in several threads at once. It pickles without the graph, and plans
    again where it is loaded.
    """

    def __init__(self, program: Program) -> None:
        """Plan at once if all sizes are known."""
        self.program = program
        self.style = "unplanned"
        self.why = "its sizes are known when it is called"
        self.source = ""
        self._parameters = list(program.parameters)
        self._plans: dict[Any, Callable[..., Any]] = {}
        self._lock = threading.Lock()
        self._count = len(self._parameters) if self._is_plain() else -1
        self._enter: Callable[..., Any] = self._slow
        made = None if program.is_symbolic else self._plan({}, None)
        if len(program.places) <= INPUTS:
            self._enter = self._at_once(made) if made else self._by_shapes()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The results for these arguments: fresh arrays, nested as the function's."""
        if kwargs or len(args) != self._count:
            return self._enter(*self._ordered(args, kwargs))
        return self._enter(*args)

    def __reduce__(self) -> Any:
        """Pickle the records; plans are made again."""
        return Compiled, (self.program,)

    def __repr__(self) -> str:
        """Name the function and the style."""
        signature = self.program.signature
        name = signature.function if signature is not None else "graph"
        names = ", ".join(self._parameters)
        return f"<compiled {name}({names}): {self.style}, {self.why}>"

    # --- arguments --------------------------------------------------------------------

    def _is_plain(self) -> bool:
        """Whether all parameters can be given by position, one value each."""
        signature = self.program.signature
        return signature is None or all(
            signature.kinds.get(name, _PLAIN[0]) in _PLAIN for name in self._parameters
        )

    def _ordered(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        """One value for each parameter, in order; raises `GraphTypeError`."""
        signature = self.program.signature
        if signature is None:
            return self._by_name(args, kwargs)
        kinds = signature.kinds
        parameters = [inspect.Parameter(n, kinds[n]) for n in self._parameters]
        try:
            found = inspect.Signature(parameters).bind(*args, **kwargs).arguments
        except TypeError as error:
            raise GraphTypeError(f"{signature.function}: {error}") from None
        return [found[n] if n in found else _NOTHING[kinds[n]] for n in kinds]

    def _by_name(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        """As `_ordered`, for a graph whose inputs may have any names."""
        names = self._parameters
        given = dict(zip(names, args, strict=False))
        fits = len(args) <= len(names) and not given.keys() & kwargs.keys()
        given.update(kwargs)
        if not fits or given.keys() != set(names):
            listing = ", ".join(names)
            raise GraphTypeError(f"compiled graph: expected the arguments {listing}")
        return [given[name] for name in names]

    def _slow(self, *args: Any) -> Any:
        """Check and convert with care; raises as `gd.evaluate` does."""
        program: Any = self.program
        given = dict(zip(self._parameters, args, strict=True))
        arrays = bind_inputs(program, given)
        sizes = bind_sizes(program, arrays)
        check_sizes(self.program.needs, sizes)
        key = None
        if self.program.is_symbolic:
            key = tuple(array.shape for array in arrays.values())
        run = self._plans.get(key) or self._plan(sizes, key).run
        types = [declared.type.dtype for declared in self.program.inputs.values()]
        return run(*map(_plain, arrays.values(), types))

    # --- plans ------------------------------------------------------------------------

    def _plan(self, sizes: Mapping[str, int], key: Any) -> Plan:
        made = plan(self.program, sizes)
        with self._lock:
            self.style, self.why, self.source = made.style, made.why, made.source
            if len(self._plans) >= PLANS:
                del self._plans[next(iter(self._plans))]
            self._plans[key] = made.run
        return made

    def _by_shapes(self) -> Callable[..., Any]:
        """The way in where shapes decide which plan runs."""
        program = self.program
        variables = [f"v{i}" for i in range(len(program.inputs))]
        namespace: dict[str, Any] = {"slow": self._slow, "plans": self._plans}
        names = parameter_names(program)
        lines = [
            *check_lines(program, variables, namespace),
            f"run = plans.get({shape_key(program, variables)})",
            "if run is None:",
            f"    return slow({', '.join(names)})",
            f"return run({', '.join(variables)})",
        ]
        return define("enter", names, lines, namespace)

    def _at_once(self, made: Plan) -> Callable[..., Any]:
        """The way in where there is one plan: short ones stand in it."""
        program = self.program
        short = 0 < len(made.lines) <= SHORT
        variables = made.names or [f"v{i}" for i in range(len(program.inputs))]
        namespace = {**made.namespace, "slow": self._slow, "run": made.run}
        lines = check_lines(program, variables, namespace)
        lines += made.lines if short else [f"return run({', '.join(variables)})"]
        return define("enter", parameter_names(program), lines, namespace)


def _plain(array: Any, dtype: np.dtype) -> Any:
    """An array as plans take it: a number where there are no axes."""
    if array.ndim:
        return np.asarray(array)
    return float(array) if dtype == np.float64 else dtype.type(array)
