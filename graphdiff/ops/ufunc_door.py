"""The way in for a ufunc: the arguments that all ufuncs share."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, UnsupportedError
from graphdiff.expression.doors import Door
from graphdiff.expression.expression import lift
from graphdiff.graph.types import check_dtype, dtype_of

_USUAL = {"casting": "same_kind", "order": "K", "subok": True}
_REFUSED = ("out", "where", *_USUAL)
_SECOND = {"sig": "signature"}


class UfuncDoor(Door):
    """A door that computes in the dtype asked for, and refuses what would write.

    A ``where=`` without ``out=`` leaves entries that hold whatever was in memory, so
    there is no value to give to them.
    """

    __slots__ = ()

    def parameters(self) -> list[str]:
        """The names of the parameters that the ufunc documents."""
        count = self.function.nin
        inputs = [f"x{i + 1}" for i in range(count)] if count > 1 else ["x"]
        return [*inputs, *_REFUSED, "dtype"]

    def refuses(self) -> list[str]:
        """The names of those that raise an error when they are given."""
        return list(_REFUSED)

    def _understand(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if len(args) > self._most:
            kwargs = {**kwargs, "out": args[self._most :]}
        given = {_SECOND.get(name, name): value for name, value in kwargs.items()}
        out = given.pop("out", None)
        if any(o is not None for o in (out if isinstance(out, tuple) else (out,))):
            raise UnsupportedError(
                f"{self.name}: out= would write a symbolic array into a plain one; use "
                f"the returned value instead, and make accumulators with np.zeros_like "
                f"of an argument"
            )
        if given.pop("where", True) is not True:
            raise UnsupportedError(
                f"{self.name}: where= leaves the other entries undefined; write "
                f"np.where(condition, {self.name}(...), otherwise)"
            )
        dtype = given.pop("dtype", None)
        for name, value in given.items():
            if name not in _USUAL or value != _USUAL[name]:
                raise UnsupportedError(f"{self.name}: {name}= is not supported")
        args = args[: self._most]
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
