"""What all distributions share: methods that take expressions, and frozen parameters.

A method builds nodes when one of its arguments is symbolic, and asks SciPy otherwise.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError
from graphdiff.expression.expression import Expression, is_symbolic, lift, surface
from graphdiff.graph.types import broadcast
from graphdiff.runtime import late

DOUBLE = np.dtype(np.float64)


class Distribution:
    """A distribution by SciPy's name for it, with the methods that are offered.

    Called with parameters, it is the distribution that has them: ``norm(1.0, s)``.
    """

    def __init__(self, name: str, methods: Mapping[str, Callable[..., Any]]) -> None:
        """Offer the `methods`, the signatures of which are SciPy's."""
        self.name = name
        self._methods = {key: _served(name, key, f) for key, f in methods.items()}

    def __getattr__(self, name: str) -> Any:
        """The method of this name; what is not offered is an error that tells."""
        if name.startswith("__"):
            raise AttributeError(name)
        return _offered(self.name, self._methods, name)

    def __dir__(self) -> Iterable[str]:
        """The methods."""
        return ["name", *self._methods]

    def __call__(self, *args: Any, **kwds: Any) -> Frozen:
        """The distribution with these parameters, given as SciPy takes them."""
        return Frozen(self, args, kwds)

    def __repr__(self) -> str:
        """The name under which it is found."""
        return f"<graphdiff.scipy.stats.{self.name}>"


class Frozen:
    """A distribution and parameters, with the methods of both: ``norm(m, s).cdf(x)``.

    `dist`, `args` and `kwds` are those of SciPy's frozen distributions.
    """

    def __init__(self, dist: Distribution, args: Any, kwds: Any) -> None:
        """Hold the parameters."""
        self.dist = dist
        self.args = args
        self.kwds = kwds

    def __getattr__(self, name: str) -> Any:
        """The method of this name, for these parameters."""
        if name.startswith("__"):
            raise AttributeError(name)
        return partial(self._call, getattr(self.dist, name))

    def _call(self, method: Callable[..., Any], *given: Any, **named: Any) -> Any:
        return method(*given, *self.args, **self.kwds, **named)


def _offered(of: str, methods: Mapping[str, Any], name: str) -> Any:
    if name in methods:
        return methods[name]
    raise AttributeError(
        f"graphdiff.scipy.stats.{of} has no {name}; it has {', '.join(methods)}: for "
        f"anything else call scipy.stats.{of} on plain arrays"
    )


def _served(of: str, key: str, build: Callable[..., Any]) -> Callable[..., Any]:
    """The public method made of one that builds nodes."""
    signature = inspect.signature(build)
    name = f"scipy.stats.{of}.{key}"

    def method(*args: Any, **kwds: Any) -> Any:
        if not is_symbolic(*args, *kwds.values()):
            return getattr(getattr(late.stats, of), key)(*args, **kwds)
        try:
            given = signature.bind(*args, **kwds)
        except TypeError as error:
            raise GraphTypeError(f"{name}: {error}") from None
        given.apply_defaults()
        return build(**given.arguments)

    method.__name__ = method.__qualname__ = f"{of}.{key}"
    method.__module__ = __name__.rpartition(".")[0]
    method.__doc__ = build.__doc__ or f"As `{name}`."
    method.__signature__ = signature  # type: ignore[attr-defined]
    return surface(method)


def signed(build: Callable[..., Any], names: Iterable[str], **defaults: Any) -> Any:
    """`build`, which takes its arguments in a row, as a function with SciPy's names."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    named = [inspect.Parameter(n, kind) for n in names]
    named += [inspect.Parameter(n, kind, default=v) for n, v in defaults.items()]

    def call(**given: Any) -> Any:
        return build(*given.values())

    call.__signature__ = inspect.Signature(named)  # type: ignore[attr-defined]
    call.__doc__ = None
    return call


def double(value: Any) -> Any:
    """A parameter in float64, as SciPy computes; numbers stay what they are."""
    if isinstance(value, (int, float)):
        return value
    array = value if isinstance(value, Expression) else np.asarray(value)
    return array if array.dtype == DOUBLE else array.astype(DOUBLE)


def is_number(value: Any, number: float) -> bool:
    """Whether the value is a plain number, and this one."""
    return isinstance(value, (int, float)) and value == number


def in_full(name: str, value: Any, *parameters: Any) -> Any:
    """The value in the shape that the parameters broadcast to."""
    given = lift(value).astype(DOUBLE)
    shape = broadcast(name, [np.shape(p) for p in (given, *parameters)])
    wide: Any = shape
    return given if given.shape == shape else np.broadcast_to(given, wide)
