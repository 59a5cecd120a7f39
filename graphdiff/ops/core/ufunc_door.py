"""The way in for a ufunc: the arguments that all ufuncs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphTypeError, UnsupportedError
from graphdiff.expression.doors import DOORS, Door
from graphdiff.expression.expression import Expression, lift
from graphdiff.graph.types import check_dtype, dtype_of

_USUAL = {"casting": "same_kind", "order": "K", "subok": True}
_SECOND = {"sig": "signature"}


class UfuncDoor(Door):
    """A door that computes in the dtype asked for, and writes where it is asked to.

    ``out=`` is a symbolic array made in the function: as after an assignment, its
    handle stands for the result from then on. ``where=`` keeps its other entries.
    Without ``out=`` those hold whatever was in memory, so there is no value for them.
    """

    __slots__ = ()

    def parameters(self) -> list[str]:
        """The names of the operands, and of the arguments that are refused.

        What every ufunc takes beside (``out=``, ``where=``, ``dtype=``) is not listed.
        """
        count = self.function.nin
        inputs = [f"x{i + 1}" for i in range(count)] if count > 1 else ["x"]
        return [*inputs, *_USUAL]

    def refuses(self) -> list[str]:
        """The names of those that raise an error when they are given."""
        return list(_USUAL)

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Build nodes for the call, and write the result where `out=` says."""
        if not kwargs and len(args) <= self._most:
            return super().__call__(args, kwargs)
        rest = dict(kwargs)
        where = rest.pop("where", True)
        places = self._places(args[self._most :] or rest.pop("out", None))
        args = args[: self._most]
        if all(place is None for place in places):
            if where is not True:
                raise UnsupportedError(
                    f"{self.name}: where= without out= leaves the other entries "
                    f"undefined; write np.where(condition, {self.name}(...), "
                    f"otherwise), or give out=np.zeros_like(...)"
                )
            return super().__call__(args, rest)
        if not any(isinstance(arg, Expression) for arg in args):
            args = tuple(lift(arg, self.name) for arg in args)
        found = super().__call__(args, rest)
        results = found if isinstance(found, tuple) else (found,)
        written = tuple(map(self._written, places, results, [where] * len(results)))
        return written if isinstance(found, tuple) else written[0]

    def _places(self, out: Any) -> tuple[Any, ...]:
        """Where each result goes: `out` as NumPy accepts it, one entry a result."""
        places = out if isinstance(out, tuple) else (out,)
        return (*places, *[None] * (self.function.nout - len(places)))

    def _written(self, place: Any, result: Any, where: Any) -> Any:
        """`place`, which now holds the result where the condition says."""
        if place is None:
            return result
        if not isinstance(place, Expression):
            raise UnsupportedError(
                f"{self.name}: out= would write a symbolic array into a plain one; use "
                f"the returned value instead, and make accumulators with np.zeros_like "
                f"of an argument"
            )
        into: Any = place
        try:
            np.copyto(into, result, where=where)
        except GraphTypeError as error:
            reason = str(error.args[0]).removeprefix("np.copyto: ")
            raise type(error)(f"{self.name}: out=: {reason}") from None
        return place

    def _understand(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        given = {_SECOND.get(name, name): value for name, value in kwargs.items()}
        dtype = given.pop("dtype", None)
        for name, value in given.items():
            if name not in _USUAL or value != _USUAL[name]:
                raise UnsupportedError(f"{self.name}: {name}= is not supported")
        return (args if dtype is None else self._cast(args, np.dtype(dtype))), {}

    def _cast(self, args: tuple[Any, ...], dtype: np.dtype) -> tuple[Any, ...]:
        """The arguments in the dtypes with which the ufunc computes in `dtype`."""
        check_dtype(dtype, self.name)
        ufunc = self.function
        results = [None] * ufunc.nout
        values = [a if hasattr(a, "dtype") else lift(a, self.name) for a in args]
        try:
            loop = ufunc.resolve_dtypes(
                (*map(dtype_of, values), *results),
                signature=(*[None] * ufunc.nin, *[dtype] * ufunc.nout),
            )
        except TypeError:
            raise DTypeError(f"{self.name} does not compute in {dtype}") from None
        wanted = loop[: ufunc.nin]
        return tuple(
            lift(v, self.name).astype(d) for v, d in zip(values, wanted, strict=True)
        )


def implements_ufunc(
    function: np.ufunc,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as what a ufunc does, whatever its arguments and results."""

    def register(build: Callable[..., Any]) -> Callable[..., Any]:
        DOORS[function] = UfuncDoor(function, build, function.nin)
        return build

    return register
