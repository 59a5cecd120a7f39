"""Describing arrays that are not there yet, and naming expressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphdiff.errors import (
    DTypeError,
    GraphTypeError,
    GraphValueError,
    ShapeError,
    shown,
)
from graphdiff.expression.expression import Expression, Given, as_array
from graphdiff.graph.nest import NO_NESTS
from graphdiff.graph.node import Input, current_scope, make
from graphdiff.graph.types import ArrayType, Shape, check_dtype, show_shape
from graphdiff.sizes.dims import Dim, parse_dims


class Spec:
    """The shape and dtype of an argument, in the place of an array."""

    __slots__ = ("type",)

    def __init__(self, type: ArrayType) -> None:
        """Stand in for an array of this type."""
        self.type = type

    def __eq__(self, other: object) -> bool:
        """Compare by shape and dtype."""
        return isinstance(other, Spec) and other.type == self.type

    def __hash__(self) -> int:
        """Hash by shape and dtype."""
        return hash(self.type)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """Refuse: NumPy would make an object array of it."""
        raise GraphTypeError(
            "a spec has no entries: it stands for an array in gd.trace, .graph and "
            ".emit; for an array to compute with, write gd.var"
        )

    def __repr__(self) -> str:
        """Show what was asked for."""
        return f"spec({str(self.type)!r})"


NO_NESTS.add(Spec)


def _shape(what: str, dims: str | Sequence[Any]) -> tuple[Any, ...]:
    if isinstance(dims, str):
        try:
            return parse_dims(dims)
        except ValueError as error:
            raise GraphValueError(f"{what}: {error}") from None
    if isinstance(dims, (int, np.integer, Dim)) and not isinstance(dims, bool):
        dims = (dims,)
    if not isinstance(dims, Sequence):
        raise GraphTypeError(
            f"{what}: dims must be a string such as 'batch,784' or a tuple, got "
            f"{type(dims).__name__}"
        )
    sizes: list[Any] = []
    for n in dims:
        if isinstance(n, str):
            sizes += _shape(what, n)
        elif isinstance(n, Dim):
            sizes.append(n)
        elif isinstance(n, (int, np.integer)) and type(n) is not bool and n >= 0:
            sizes.append(int(n))
        else:
            raise GraphValueError(f"{what}: dims holds {shown(n)}, not a size")
    return tuple(sizes)


def _complete(what: str, dims: str | Sequence[Any]) -> Shape:
    shape = _shape(what, dims)
    if None in shape:
        raise GraphValueError(f"{what}: '_' has a meaning only in spec_like")
    return shape


def _type(what: str, dims: str | Sequence[Any], dtype: Any) -> ArrayType:
    shape = _complete(what, dims)
    try:
        known = np.dtype(dtype)
    except TypeError as error:
        raise DTypeError(f"{what}: dtype: {error}") from None
    return ArrayType(shape, check_dtype(known, what))


def spec(dims: str | Sequence[Any] = "", dtype: Any = np.float64) -> Spec:
    """An argument of the shape `dims`: ints, or names of sizes left open.

    The same name means the same size wherever it stands in one graph. Raises
    `GraphValueError` for dims that cannot be read, `DTypeError` for a dtype that
    graphdiff does not compute with.

    >>> import graphdiff as gd
    >>> gd.spec("batch,784", dtype="float32")
    spec('float32[batch, 784]')
    """
    return Spec(_type("spec", dims, dtype))


def spec_like(array: Any, dims: str | Sequence[Any] | None = None) -> Spec:
    """The dtype and sizes of `array`, with named dimensions where `dims` names them.

    ``_`` keeps the array's own size; without `dims` all sizes are kept.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> gd.spec_like(np.zeros((128, 784)), "batch,_")
    spec('float64[batch, 784]')
    """
    if isinstance(array, Spec):
        found = array.type
    else:
        plain = as_array(array, "spec_like")
        found = ArrayType(plain.shape, plain.dtype)
    if dims is None:
        return Spec(found)
    wanted = _shape("spec_like", dims)
    if len(wanted) != found.ndim or any(
        isinstance(w, int) and isinstance(n, int) and w != n
        for w, n in zip(wanted, found.shape, strict=True)
    ):
        raise ShapeError(
            f"spec_like: dims {shown(dims)} do not fit the shape "
            f"{show_shape(found.shape)}"
        )
    shape = tuple(
        n if w is None else w for w, n in zip(wanted, found.shape, strict=True)
    )
    return Spec(ArrayType(shape, found.dtype))


def var(
    name: str, dims: str | Sequence[Any] = "", dtype: Any = np.float64
) -> Expression:
    """A new variable, for building a graph by hand.

    Every call makes another one: two variables are never equal, whatever their names.

    >>> import graphdiff as gd
    >>> gd.var("x", "batch,784")
    <x: float64[batch, 784]>
    """
    check_name("var: name", name)
    return Given(make(Input(name, _type(f"var {name!r}", dims, dtype))))


def named(x: Expression, name: str) -> Expression:
    """`x`, known by `name` in every view of the graph that holds it.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> x = gd.var("x", "n")
    >>> z = gd.named(np.tanh(x), "z")
    """
    check_name("named: name", name)
    if not isinstance(x, Expression):
        if isinstance(x, (np.ndarray, np.generic, int, float, complex)):
            return x
        raise GraphTypeError(f"named: expected an expression, got {type(x).__name__}")
    scope = current_scope()
    if scope.watcher is not None:
        scope.watcher.name(scope, x.node, name)
    else:
        scope.names[x.node] = name
    return x


def check_name(what: str, name: object) -> None:
    """Raise unless `name` is a non-empty string."""
    if not isinstance(name, str) or not name:
        raise GraphTypeError(f"{what}: expected a non-empty string, got {shown(name)}")
