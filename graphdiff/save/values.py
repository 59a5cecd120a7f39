"""The parameters of ops as JSON, and back.

Numbers, strings, None and truths stand for themselves, tuples are lists; what JSON has
no word for is an object with one key that says what it is.
"""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np

from graphdiff.errors import GraphValueError
from graphdiff.graph.types import ArrayType, Size
from graphdiff.save.known import DTYPES, ITEMS
from graphdiff.sizes.dims import Dim, parse_dims

_LONGEST = 1000  # characters of one size


def encoded(value: Any) -> Any:
    """A parameter as JSON has it; raises `GraphValueError` for what it cannot hold."""
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, np.generic):
        return {"number": encoded(value.item()), "dtype": value.dtype.name}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, complex):
        return {"complex": [encoded(value.real), encoded(value.imag)]}
    if isinstance(value, tuple):
        return [encoded(item) for item in value]
    if isinstance(value, Dim):
        return {"size": str(value)}
    if isinstance(value, np.dtype):
        return {"dtype": value.name}
    if isinstance(value, ArrayType):
        return {"shape": encoded(value.shape), "dtype": value.dtype.name}
    if type(value) in ITEMS.values():
        found = {f.name: encoded(getattr(value, f.name)) for f in fields(value)}
        return {"item": type(value).__name__, **found}
    raise GraphValueError(
        f"save: a file cannot hold {value!r} (a {type(value).__name__})"
    )


def decoded(value: Any) -> Any:
    """The parameter that JSON stands for; ValueError or KeyError for none."""
    if isinstance(value, list):
        return tuple([decoded(item) for item in value])
    if not isinstance(value, dict):
        return value
    keys = set(value)
    if keys == {"number", "dtype"}:
        return dtype_of(value["dtype"]).type(decoded(value["number"]))
    if keys == {"float"}:
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[value["float"]]
    if keys == {"complex"}:
        real, imag = decoded(value["complex"])
        return complex(real, imag)
    if keys == {"size"}:
        return _size(value["size"])
    if keys == {"dtype"}:
        return dtype_of(value["dtype"])
    if keys == {"shape", "dtype"}:
        return type_of(value)
    if "item" in keys:
        found = {k: decoded(v) for k, v in value.items() if k != "item"}
        return ITEMS[value["item"]](**found)
    raise ValueError(f"unknown keys {sorted(keys)}")


def dtype_of(name: Any) -> np.dtype:
    """The dtype of that name, if arrays in graphs can have it."""
    if name not in DTYPES:
        raise ValueError(f"unknown dtype {name!r}")
    return DTYPES[name]


def type_of(value: Any) -> ArrayType:
    """The type that ``{"shape": ..., "dtype": ...}`` stands for.

    What a reader of text has made a type of already is one.
    """
    if isinstance(value, ArrayType):
        return value
    shape = decoded(value["shape"])
    for size in shape:
        if not isinstance(size, Dim) and (type(size) is not int or size < 0):
            raise ValueError(f"{size!r} is not a size")
    return ArrayType(shape, dtype_of(value["dtype"]))


def _size(text: Any) -> Size:
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise ValueError("a size is a short string")
    (size,) = parse_dims(text)
    if size is None:
        raise ValueError("a size has no name")
    return size


def entries(array: np.ndarray) -> list[Any]:
    """The entries of an array in one row, exactly."""
    return [encoded(number) for number in array.ravel().tolist()]


def array_of(found: list[Any], type: ArrayType) -> np.ndarray:
    """The array of these entries; ValueError if they do not fit the type."""
    for size in type.shape:
        if not isinstance(size, int):
            raise ValueError(f"the size {size} is no number")
    with np.errstate(over="raise"):
        array = np.array([decoded(number) for number in found], type.dtype)
    return array.reshape(type.shape)


def comes_back(array: np.ndarray) -> bool:
    """Whether the bytes of `array` are those of its numbers: not of any odd NaN."""
    again = array_of(entries(array), ArrayType(array.shape, array.dtype))
    return again.tobytes() == array.tobytes()
