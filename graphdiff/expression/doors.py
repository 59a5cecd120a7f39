"""The way in for NumPy's functions: a table of what each does on expressions.

A door understands the arguments that NumPy's function has, by position and by name,
and hands those that we know on; any other raises by name, so that none is accepted
and dropped.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.errors import GraphdiffError, GraphTypeError, UnsupportedError
from graphdiff.expression.refused import REFUSED
from graphdiff.graph.node import current_scope
from graphdiff.runtime.late import MODULES, find_late


class Door:
    """The way in for one NumPy function: the code, and the arguments it understands."""

    __slots__ = ("_accepts", "_defaults", "_most", "build", "function", "name")

    def __init__(
        self, function: Any, build: Callable[..., Any], most: int = -1, name: str = ""
    ) -> None:
        """Let `build` stand for `function`; `most`: arguments, where that is known."""
        self.function = function
        self.build = build
        self.name = name or name_of_function(function)
        self._most = most
        self._accepts: frozenset[str] | None = frozenset() if most >= 0 else None
        self._defaults: dict[str, Any] | None = None

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Build nodes for the call; an argument not understood raises by name."""
        if kwargs or len(args) > self._most:
            args, kwargs = self._understand(args, kwargs)
        try:
            return self.build(*args, **kwargs)
        except (TypeError, ValueError, IndexError) as error:
            if isinstance(error, GraphdiffError):
                raise
            own = getattr(self.build, "__name__", self.name)
            message = str(error).replace(f"{own}()", "").strip()
            raise GraphTypeError(f"{self.name}: {message}") from error

    def _understand(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        names, defaults = self._numpy_parameters()
        if self._accepts is None:
            self._accepts, self._most = self._own_parameters()
        extra = dict(zip(names[self._most :], args[self._most :], strict=False))
        if len(args) > self._most + len(extra):
            raise UnsupportedError(
                f"{self.name}: expected at most {self._most} arguments, got {len(args)}"
            )
        known = {}
        for key, value in {**extra, **kwargs}.items():
            if key in self._accepts:
                known[key] = value
            elif key in _MEMORY and value in _MEMORY[key]:
                continue
            elif key not in defaults or value is not defaults[key]:
                if key == "out":
                    raise UnsupportedError(
                        f"{self.name}: out= would write a symbolic array into a plain "
                        f"one; use the returned value instead, and make accumulators "
                        f"with np.zeros_like of an argument"
                    )
                raise UnsupportedError(f"{self.name}: {key}= is not supported")
        return args[: self._most], known

    def parameters(self) -> list[str]:
        """The names of the parameters that the function documents."""
        return [p.name for p in _parameters(self.function)]

    def refuses(self) -> list[str]:
        """The names of those that raise an error when they are given."""
        accepts, most = self._own_parameters()
        return [name for name in self.parameters()[most:] if name not in accepts]

    def _own_parameters(self) -> tuple[frozenset[str], int]:
        """What `build` accepts, and how many arguments it takes in NumPy's order."""
        found = list(inspect.signature(self.build).parameters.values())
        accepts = frozenset(p.name for p in found if p.kind != p.VAR_POSITIONAL)
        if any(p.kind == p.VAR_POSITIONAL for p in found):
            return accepts, 1000
        theirs = _parameters(self.function)
        most = sum(p.kind == p.POSITIONAL_OR_KEYWORD for p in found)
        for i, (own, numpys) in enumerate(zip(found, theirs, strict=False)):
            if numpys.kind != numpys.POSITIONAL_ONLY and own.name != numpys.name:
                return accepts, i
        return accepts, most

    def _numpy_parameters(self) -> tuple[list[str], dict[str, Any]]:
        if self._defaults is None:
            found = _parameters(self.function)
            self._defaults = {p.name: p.default for p in found}
            self._defaults.setdefault("out", None)
        return list(self._defaults), self._defaults


def _parameters(function: Any) -> list[inspect.Parameter]:
    """The parameters of a NumPy function; none where NumPy does not tell."""
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


_MEMORY: dict[str, tuple[Any, ...]] = {
    "order": (None, "C", "K", "A"),
    "copy": (None, True, False),
    "device": (None, "cpu"),
    "subok": (True, False),
}
"""Values of keywords that say where entries lie in memory, which changes no result.

A symbolic array lies nowhere; who writes to it gets another one (see `SHARES`).
"""

DOORS: dict[Any, Door] = {}

SHARES: dict[Any, Callable[[Any, Any, Any, Any], Any]] = {}
"""What makes a view of the result of a function, of those that give views."""

_LATE: dict[str, tuple[Callable[..., Any], int, type[Door]]] = {}
"""What is done for SciPy's functions, by full name: nobody has imported them yet."""


def implements_late(
    name: str, most: int = -1, door: type[Door] = Door
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as what the function of SciPy of this full name does.

    Its door is made when SciPy is there and one of its functions is first called.
    """

    def register(build: Callable[..., Any]) -> Callable[..., Any]:
        _LATE[name] = build, most, door
        return build

    return register


def find_late_doors() -> None:
    """Make the doors of SciPy's functions whose modules somebody has imported."""
    for name, (build, most, door) in list(_LATE.items()):
        module = ".".join(name.split(".")[:2])
        if MODULES[module].is_loaded:
            found = find_late(name)
            DOORS[found] = door(found, build, most, name)
            del _LATE[name]


def name_of_function(function: Any) -> str:
    """The name under which users know a NumPy function: ``np.linalg.norm``."""
    name = str(getattr(function, "__qualname__", None) or function.__name__)
    if isinstance(function, np.ufunc) and getattr(np, name, None) is not function:
        holders = (m for m in MODULES.values() if m.is_loaded and hasattr(m, name))
        return next((f"{m.__name__}.{name}" for m in holders), name)
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        return f"{name_of_function(owner)}.{function.__name__}"
    module = str(getattr(function, "__module__", None) or "numpy")
    return f"{module.replace('numpy', 'np', 1)}.{name}" if "numpy" in module else name


def implements(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as what NumPy's `functions` do on expressions."""

    def register(build: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            DOORS[function] = Door(function, build)
        return build

    return register


def dispatch(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call the door of `function`, and let the scope watch what the user made."""
    door = DOORS.get(function)
    if door is None:
        find_late_doors()
        door = DOORS.get(function)
    if door is None:
        name = name_of_function(function)
        reason = f": {REFUSED[name]}" if name in REFUSED else ""
        raise UnsupportedError(f"{name} is not supported on symbolic arrays{reason}")
    if current_scope().busy:
        return door(args, kwargs)
    result = watched(door, args, kwargs)
    share = SHARES.get(function)
    if share is not None:
        return share(function, args, kwargs, result)
    lent = getattr(result, "lent", None)
    if lent is None or not (lent or any(arg is result for arg in args)):
        return result
    return result.__copy__()


def watched(call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Call with the two arguments, and let the scope watch what the user made."""
    scope = current_scope()
    if scope.watcher is None or scope.busy:
        return call(args, kwargs)
    scope.busy = True
    try:
        result = call(args, kwargs)
    finally:
        scope.busy = False
    scope.watcher(scope, args, result)
    return result


class Surface:
    """A public function of ours, called as a door is."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        """Stand for `function`."""
        self.function = function

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call it."""
        return self.function(*args, **kwargs)


SURFACES: list[Surface] = []


def surface(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a public function of ours be watched as NumPy's are."""
    entry = Surface(function)
    SURFACES.append(entry)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return watched(entry, args, kwargs)

    return call


def binary_operator(ufunc: Any) -> tuple[Any, Any]:
    """``x + y`` and ``y + x`` as methods, through the door of `ufunc`."""

    def forward(self: Any, other: Any) -> Any:
        if getattr(other, "selects", False):
            return NotImplemented
        return dispatch(ufunc, (self, other), {})

    def reflected(self: Any, other: Any) -> Any:
        return dispatch(ufunc, (other, self), {})

    return forward, reflected


def updating_operator(ufunc: Any) -> Any:
    """``x += y`` as a method: into the memory of x, where that is an array's."""

    def method(self: Any, other: Any) -> Any:
        if current_scope().busy or not self.is_array:
            return NotImplemented
        return dispatch(update, (self, ufunc, other), {})

    return method


def update(x: Any, ufunc: Any, other: Any) -> None:
    """Stand for ``x += y`` and its like among the functions that have a door."""


def unary_operator(ufunc: Any) -> Any:
    """``-x`` as a method, through the door of `ufunc`."""

    def method(self: Any) -> Any:
        return dispatch(ufunc, (self,), {})

    return method


def method_door(function: Any) -> Any:
    """``x.sum(...)`` as a method, through the door of ``np.sum``."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return dispatch(function, (self, *args), kwargs)

    method.__doc__ = f"See ``{name_of_function(function)}``."
    return method
