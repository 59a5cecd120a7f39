"""Arrays from outside, written by value into the module, exact to the last bit."""

from __future__ import annotations

import numpy as np

from graphdiff.emit.calls import dtype_text
from graphdiff.emit.layout import assign
from graphdiff.emit.text import Text, call, list_, literal, method, string
from graphdiff.emit.value import plain

_MOST_WRITTEN = 1000
"""Beyond so many entries, a list of numbers serves nobody; bytes in hex are shorter."""


def constant_lines(name: str, array: np.ndarray) -> list[str]:
    """The statement that makes `array` again."""
    if array.size == 0:
        shape = literal_tuple(array.shape)
        return assign(
            name, call("np.zeros", [shape], {"dtype": dtype_text(array.dtype)})
        )
    if array.size > _MOST_WRITTEN:
        return _from_bytes(name, array)
    kind = (
        {}
        if array.dtype in (np.float64, np.int64, bool)
        else {"dtype": dtype_text(array.dtype)}
    )
    if array.dtype == np.float64 and not _has_float(array):
        kind = {"dtype": dtype_text(array.dtype)}
    return assign(name, call("np.array", [_nested(array)], kind))


def literal_tuple(shape: tuple[int, ...]) -> Text:
    """A shape as a tuple."""
    from graphdiff.emit.text import tuple_

    return tuple_([literal(n) for n in shape])


def _has_float(array: np.ndarray) -> bool:
    return array.size > 0


def _nested(array: np.ndarray) -> Text:
    """Lists of literals, nested as the array: by levels, from the innermost axis."""
    texts = [literal(plain(entry, array.dtype)) for entry in array.ravel()]
    for size in reversed(array.shape):
        texts = [list_(texts[i : i + size]) for i in range(0, max(len(texts), 1), size)]
    return texts[0]


def _from_bytes(name: str, array: np.ndarray) -> list[str]:
    """Little-endian bytes in hex, 32 of them a line."""
    order = array.dtype.newbyteorder("<")
    digits = np.ascontiguousarray(array, order).tobytes().hex()
    lines = [f"{name} = np.frombuffer(", "    bytes.fromhex("]
    lines += [f'        "{digits[i : i + 64]}"' for i in range(0, len(digits), 64)]
    lines += ["    ),", f'    dtype="{order.str}",', ")"]
    shape = method(
        method(_atom(name), "reshape", [literal(n) for n in array.shape]),
        "astype",
        [dtype_text(array.dtype)],
    )
    return [*lines, *assign(name, shape)]


def _atom(name: str) -> Text:
    from graphdiff.emit.text import atom

    return atom(name)


_ = string
