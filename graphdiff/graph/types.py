"""What is known of an array before the program runs: its shape and its dtype."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from graphdiff.errors import DTypeError, GraphdiffError, ShapeError, shown
from graphdiff.sizes.dims import Dim, positive_part

Size = int | Dim
Shape = tuple[Size, ...]

KINDS = "biufc"


@dataclass(frozen=True, slots=True)
class ArrayType:
    """The static type of an array: a shape of ints and named sizes, and a dtype."""

    shape: Shape
    dtype: np.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def is_real(self) -> bool:
        """Whether the entries are real floating-point numbers."""
        return self.dtype.kind == "f"

    @property
    def is_complex(self) -> bool:
        """Whether the entries are complex numbers."""
        return self.dtype.kind == "c"

    @property
    def is_inexact(self) -> bool:
        """Whether the entries are real or complex, so that derivatives make sense."""
        return self.dtype.kind in "fc"

    def __str__(self) -> str:
        """Write the type as ``float64[batch, 10]``."""
        return f"{self.dtype}[{', '.join(map(str, self.shape))}]"


def show_shape(shape: Sequence[Size]) -> str:
    """Write a shape as NumPy does, with names for named sizes: ``(batch, 10)``."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def each_type(type: ArrayType | tuple[ArrayType, ...]) -> tuple[ArrayType, ...]:
    """The types of the results of an op that may have several."""
    return type if isinstance(type, tuple) else (type,)


def dims_of(type: ArrayType | tuple[ArrayType, ...]) -> list[Dim]:
    """The symbolic sizes in the shape of a value, or of several results."""
    return [n for t in each_type(type) for n in t.shape if isinstance(n, Dim)]


def show_type(type: ArrayType | tuple[ArrayType, ...]) -> str:
    """Write a type, or those of several results: ``float64[n], float64[n, n]``."""
    return ", ".join(map(str, each_type(type)))


def check_dtype(dtype: np.dtype, what: str) -> np.dtype:
    """Return `dtype` if graphdiff computes with it, else raise `DTypeError`."""
    widest = 16 if dtype.kind == "c" else 8
    if dtype.kind in KINDS and dtype.isnative and dtype.itemsize <= widest:
        return dtype
    if dtype.kind == "O":
        remedy = "an object array was made; combine arrays with np.stack instead"
    elif not dtype.isnative:
        remedy = f"the bytes are swapped; write x.astype({dtype.name!r})"
    else:
        remedy = "expected bool, an integer, float16, float32, float64 or complex"
    raise DTypeError(f"{what} has dtype {dtype}: {remedy}")


def broadcast(what: str, shapes: Sequence[Shape]) -> Shape:
    """The common shape of `shapes` by NumPy's rules; a name only meets itself or 1."""
    rank = max(map(len, shapes), default=0)
    result: list[Size] = []
    for axis in range(-rank, 0):
        size: Size = 1
        for shape in shapes:
            if axis >= -len(shape):
                n = shape[axis]
                if size == 1:
                    size = n
                elif alike(n, size):
                    size = positive_part(size)
                elif n != size and n != 1:
                    listing = " and ".join(show_shape(s) for s in shapes)
                    raise ShapeError(
                        f"{what}: shapes {listing} do not fit together: axis {axis} "
                        f"has sizes {size} and {n}"
                    )
        result.append(size)
    return tuple(result)


def alike(n: Size, m: Size) -> bool:
    """Whether two sizes of axes are equal: no axis has fewer than 0 entries.

    An axis declared to have n - 1 entries fits ``x[1:]``, which has max(n - 1, 0).
    """
    return n == m or positive_part(n) == positive_part(m)


Weak = type[int] | type[float] | type[complex] | type[bool]


def dtype_of(value: object) -> np.dtype | Weak:
    """The dtype of an array or scalar; Python's own numbers are weak, as in NEP 50."""
    if isinstance(value, bool):
        return np.dtype(bool)
    if isinstance(value, (int, Dim)):
        return int
    if isinstance(value, float) and not isinstance(value, np.generic):
        return float
    if isinstance(value, complex) and not isinstance(value, np.generic):
        return complex
    weak: Any = getattr(value, "weak", None)
    return weak or value.dtype  # type: ignore[attr-defined,no-any-return]


@lru_cache(maxsize=4096)
def promote(*dtypes: np.dtype | Weak) -> np.dtype:
    """The dtype in which NumPy 2 combines these; weak ones adapt to the others."""
    examples = [d(0) if isinstance(d, type) else d for d in dtypes]
    return np.result_type(*examples)


@lru_cache(maxsize=4096)
def promote_to_float(*dtypes: np.dtype | Weak) -> np.dtype:
    """As `promote`, with integers and booleans becoming float64."""
    dtype = promote(*dtypes)  # type: ignore[arg-type]
    return dtype if dtype.kind in "fc" else np.dtype(np.float64)


def whole_number(what: str, value: Any) -> int:
    """`value` as an int; raises `ShapeError` for a flag, a float, an array."""
    try:
        if not isinstance(value, (bool, np.bool_)):
            return operator.index(value)
    except GraphdiffError:
        raise
    except TypeError:
        pass
    raise ShapeError(f"{what} must be an integer, got {shown(value)}")


def normalize_axis(what: str, axis: object, ndim: int) -> int:
    """Count `axis` from the end: 0 of 3 becomes -3; raise if it does not exist."""
    index = whole_number(f"{what}: axis", axis)
    if not -ndim <= index < ndim:
        raise ShapeError(f"{what}: axis {index} does not exist in {ndim} dimensions")
    return index - ndim if index >= 0 else index


def normalize_axes(what: str, axes: object, ndim: int) -> tuple[int, ...]:
    """Count axes from the end, sorted; None means all of them."""
    if axes is None:
        return tuple(range(-ndim, 0))
    listed = axes if isinstance(axes, (tuple, list)) else (axes,)
    found = [normalize_axis(what, a, ndim) for a in listed]
    if len(set(found)) != len(found):
        raise ShapeError(f"{what}: axis {axes!r} names an axis twice")
    return tuple(sorted(found))
