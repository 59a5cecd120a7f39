"""The parameters of ops as text, made of what a file holds for them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from graphdiff.save.text.words import quoted
from graphdiff.save.values import decoded


def value_text(value: Any) -> str:
    """A parameter of an op, given as a file has it."""
    if isinstance(value, list):
        items = [value_text(item) for item in value]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    if isinstance(value, str):
        return quoted(value)
    if not isinstance(value, dict):
        return repr(value)
    keys = set(value)
    if keys == {"number", "dtype"}:
        return f"{value['dtype']}({value_text(value['number'])})"
    if keys == {"float"}:
        return str(value["float"])
    if keys == {"complex"}:
        return number_text(decoded(value))
    if keys == {"size"}:
        return f"size({value['size']})"
    if keys == {"dtype"}:
        return str(value["dtype"])
    if keys == {"shape", "dtype"}:
        return type_text(value)
    found = [f"{k}={value_text(v)}" for k, v in value.items() if k != "item"]
    return f"{value['item']}({', '.join(found)})"


def type_text(type: Mapping[str, Any]) -> str:
    """A type, given as a file has it: ``float64[n, 3]``."""
    sizes = [str(n["size"] if isinstance(n, dict) else n) for n in type["shape"]]
    return f"{type['dtype']}[{', '.join(sizes)}]"


def number_text(number: complex, dtype: str = "") -> str:
    """A number, as few digits as tell it from the others of its dtype."""
    if isinstance(number, complex):
        part = {"complex64": "float32"}.get(dtype, "")
        real, imaginary = (number_text(x, part) for x in (number.real, number.imag))
        sign = "" if imaginary.startswith("-") else "+"
        return f"{real}{sign}{imaginary}j"
    if isinstance(number, float) and dtype in ("float32", "float16"):
        kind = np.dtype(dtype).type
        short = str(kind(number))
        if kind(float(short)).tobytes() == kind(number).tobytes():
            return short
    return repr(number)


def entries_text(data: list[Any], dtype: str) -> list[str]:
    """The entries of a constant, given as a file has them."""
    return [number_text(decoded(entry), dtype) for entry in data]


def bytes_text(array: np.ndarray) -> str:
    """The bytes of an array, the least of each number first."""
    little = array.astype(array.dtype.newbyteorder("<"))
    return f'bytes "{base64.b64encode(little.tobytes()).decode()}"'


def array_from(text: str, dtype: np.dtype) -> np.ndarray:
    """The array, of one axis, that `bytes_text` has written."""
    found = np.frombuffer(base64.b64decode(text, validate=True), _little(dtype))
    return found.astype(dtype)


def _little(dtype: np.dtype) -> np.dtype:
    return dtype.newbyteorder("<")
