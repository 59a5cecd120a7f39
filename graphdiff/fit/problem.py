"""What all adaptors are: functions of a packed vector, traced and compiled once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from graphdiff.compile import compile as compile_graph
from graphdiff.derivative.kinks import check_kinks
from graphdiff.emit import Emitted, emit
from graphdiff.errors import GraphTypeError, GraphValueError, MissingError, shown
from graphdiff.fit.packing import Packing
from graphdiff.graph.graph import Graph
from graphdiff.graph.nest import leaves_of
from graphdiff.rewrite import simplify, stabilise
from graphdiff.trace.trace import bind, name_of, trace
from graphdiff.words import unique

Part = Callable[..., Any]
_PLACED = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)


class Problem(Mapping[str, Any]):
    """A function of packed parameters and its derivatives, in the form SciPy takes.

    A problem is a mapping of SciPy's keyword arguments (``minimize(**problem)``) and
    has each of them as an attribute as well. What SciPy calls takes the vector of
    parameters alone: the data are held here. Each part is traced and compiled the
    first time that it is called.
    """

    solver = ""
    """The function of ``scipy.optimize`` that the mapping is for."""

    def __init__(
        self,
        fn: Callable[..., Any],
        params: Any,
        data: Sequence[Any],
        *,
        bounds: Any = None,
        options: Mapping[str, Any],
    ) -> None:
        """Pack the parameters of `fn`, which come first, and keep the data."""
        if not callable(fn):
            raise GraphTypeError(f"fn: expected a function, got {type(fn).__name__}")
        self.fn = fn
        self.data = tuple(data)
        self.packing, self.names = self.laid_out(params)
        self.x0: np.ndarray = self.packing.x0
        self.bounds = None if bounds is None else self._bounds(bounds)
        self.kinks = check_kinks(options["kinks"])
        self.backend = options["backend"]
        self._compiled: dict[Any, Callable[..., Any]] = {}

    # --- the mapping ------------------------------------------------------------------

    @property
    def keywords(self) -> tuple[str, ...]:
        """The names of SciPy's arguments that this problem provides."""
        raise NotImplementedError

    def __getitem__(self, key: str) -> Any:
        """One of SciPy's arguments."""
        if key not in self.keywords:
            raise KeyError(key)
        return getattr(self, key)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of SciPy's arguments."""
        return iter(self.keywords)

    def __len__(self) -> int:
        """The number of SciPy's arguments."""
        return len(self.keywords)

    def __repr__(self) -> str:
        """Name the function, the solver and the number of parameters."""
        count = self.packing.size
        noun = "parameter" if count == 1 else "parameters"
        return f"<{self.solver} of {name_of(self.fn)}: {count} {noun}>"

    # --- parameters -------------------------------------------------------------------

    @property
    def labels(self) -> list[str]:
        """A name for each entry of the vector, such as ``layers.0.W[2, 1]``."""
        return self.packing.labels

    def unpack(self, x: Any) -> Any:
        """The nest of parameters of a vector, in the dtypes that they came in."""
        return self.packing.unpack(x)

    def pack(self, params: Any) -> np.ndarray:
        """The vector of a nest of parameters."""
        return self.packing.pack(params)

    def laid_out(self, params: Any) -> tuple[Packing, list[str]]:
        """The packing of the parameters, and the names of the data."""
        bind(self.fn, (params, *self.data), {})
        first, *rest = parameter_names(self.fn, 1 + len(self.data))
        return Packing(params, first), rest

    def _bounds(self, bounds: Any) -> Any:
        """SciPy's bounds of a pair of nests, or SciPy's own as they are.

        A list of a pair for each parameter would pass for a pair if there are two: so
        it is refused.
        """
        made = scipy_optimize().Bounds
        if isinstance(bounds, made):
            return bounds
        if not isinstance(bounds, tuple) or len(bounds) != 2:
            raise GraphTypeError(
                f"bounds: expected a tuple (lower, upper), each a number or nested as "
                f"the parameters, or scipy's Bounds, got {shown(bounds)}"
            )
        lower, upper = bounds
        low = self.packing.pack(-np.inf if lower is None else lower, "lower bounds")
        high = self.packing.pack(np.inf if upper is None else upper, "upper bounds")
        for label, least, most in zip(self.labels, low, high, strict=True):
            if least > most:
                raise GraphValueError(
                    f"bounds: the lower bound of {label}, {least}, is above the upper "
                    f"one, {most}"
                )
        return made(low, high)

    # --- parts ------------------------------------------------------------------------

    def applied(self, params: Any, *data: Any) -> Any:
        """The user's function of the nest of parameters and the data."""
        return self.fn(params, *data)

    def flat(self, x: Any, *data: Any) -> Any:
        """The user's function of a symbolic vector."""
        return self.applied(self.packing.nest(self.packing.opened(x)), *data)

    def parts(self) -> Mapping[str, tuple[Part, tuple[str, ...]]]:
        """What can be computed, by name: a function, and its arguments before the data.

        The functions are run under a trace. What is called ``fun+jac`` gives both at
        once.
        """
        raise NotImplementedError

    def graph(self, *parts: str, data: Sequence[Any] | None = None) -> Graph:
        """The graph of some parts, ``fun`` and ``jac`` if none is named.

        Its inputs are the vector, what else the parts take, and the data; `data` may
        hold specs, to leave the number of observations open.
        """
        known = self.parts()
        wanted = tuple(part for part in known if "+" not in part)
        for part in parts:
            if part not in wanted:
                listing = ", ".join(map(repr, wanted))
                raise GraphValueError(f"expected one of {listing}, got {part!r}")
        joined = "+".join(parts or ("fun", "jac"))
        chosen = [joined] if joined in known else list(parts)
        before = tuple(dict.fromkeys(n for p in chosen for n in known[p][1]))
        given = self.data if data is None else tuple(data)

        def run(*args: Any) -> Any:
            values = dict(zip(before, args, strict=False))
            rest = args[len(before) :]
            found = [
                known[p][0](*[values[n] for n in known[p][1]], *rest) for p in chosen
            ]
            return found[0] if len(found) == 1 else tuple(found)

        self.present(run, before, len(given))
        starts = [self.argument(name) for name in before]
        return simplify(stabilise(trace(run, *starts, *given)))

    def present(self, run: Part, before: Sequence[str], count: int) -> Part:
        """Let `run` look as the user's function: its name, those of its arguments."""
        used = dict.fromkeys(before, 1)
        names = [*before, *(unique(name, used) for name in self.names[:count])]
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = [inspect.Parameter(name, kind) for name in names]
        run.__name__ = name_of(self.fn)
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return run

    def argument(self, name: str) -> Any:
        """An array such as the argument `name` of a part."""
        return self.x0

    def emit(
        self, *parts: str, data: Sequence[Any] | None = None, **options: Any
    ) -> Emitted:
        """The source of some parts as one function, that needs graphdiff no more.

        The function takes the vector and the data, ``fun(x, *data)``, and returns the
        parts in their order, by default the value and its derivative. `data` may hold
        specs (``gd.spec("n")``) so that it serves any number of observations;
        `options` are those of `gd.emit`; the name is made of the function's.
        """
        known = {("fun",): "", (): "_and_jac", ("fun", "jac"): "_and_jac"}
        ending = known.get(parts, f"_{'_and_'.join(parts)}")
        options.setdefault("name", f"{name_of(self.fn)}{ending}")
        return emit(self.graph(*parts, data=data), **options)

    def compute(self, part: str, *args: Any, data: Any = None) -> Any:
        """A part for a vector and what else it takes; at the problem's data if none."""
        given = self.data if data is None else data
        key = part if data is None else (part, *map(_type, leaves_of(given)[0]))
        compiled = self._compiled.get(key)
        if compiled is None:
            graph = self.graph(*part.split("+"), data=given)
            compiled = compile_graph(graph, backend=self.backend)
            self._compiled[key] = compiled
        vectors = [np.asarray(a, dtype=np.float64) for a in args]
        return compiled(*vectors, *given)

    def finished(self, result: Any) -> Any:
        """SciPy's result, with the parameters as they nest."""
        result.params = self.unpack(result.x)
        return result


def _type(value: Any) -> Any:
    return value if type(value) is int else (np.shape(value), np.asarray(value).dtype)


def parameter_names(fn: Callable[..., Any], count: int) -> list[str]:
    """What the parameters of a function are called, as many as it is given."""
    try:
        found = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        found = []
    names: list[str] = []
    for parameter in found:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}_{i}" for i in range(count - len(names))]
        elif parameter.kind in _PLACED:
            names.append(parameter.name)
    used = dict.fromkeys(names, 1)
    return (names + [unique("x", used) for _ in range(count - len(names))])[:count]


def scipy_optimize() -> ModuleType:
    """``scipy.optimize``, or an error that says what is missing."""
    try:
        import scipy.optimize
    except ImportError:
        raise MissingError("gd.fit needs SciPy: pip install scipy") from None
    return scipy.optimize  # type: ignore[no-any-return]
