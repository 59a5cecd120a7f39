"""Arrays from outside, written by value into the module, exact to the last bit."""

from __future__ import annotations

import numpy as np

from graphdiff.emit.store.calls import dtype_text
from graphdiff.emit.store.statements import store_lines
from graphdiff.emit.store.value import plain
from graphdiff.emit.text.text import Text, atom, call, list_, literal, method, tuple_

_MOST_WRITTEN = 1000
"""Beyond so many entries, a list of numbers serves nobody; bytes in hex are shorter."""

_BY_DEFAULT = (
    np.dtype(np.float64),
    np.dtype(np.int64),
    np.dtype(bool),
    np.dtype(complex),
)
"""What ``np.array`` makes of Python's numbers."""


def constant_lines(name: str, array: np.ndarray) -> list[str]:
    """The statement that makes `array` again, as the module-level variable `name`."""
    kind = {"dtype": dtype_text(array.dtype)}
    if array.size == 0:
        shape = tuple_([literal(n) for n in array.shape])
        return store_lines(name, call("np.zeros", [shape], kind))
    if array.size > _MOST_WRITTEN:
        return _from_bytes(name, array)
    if array.dtype in _BY_DEFAULT:
        kind = {}
    return store_lines(name, call("np.array", [_nested(array)], kind))


def _nested(array: np.ndarray) -> Text:
    """Lists of literals, nested as the array: by levels, from the innermost axis."""
    texts = [literal(plain(entry, array.dtype)) for entry in array.ravel()]
    for size in reversed(array.shape):
        texts = [list_(texts[i : i + size]) for i in range(0, len(texts), size)]
    return texts[0]


def _from_bytes(name: str, array: np.ndarray) -> list[str]:
    """Little-endian bytes in hex, 32 of them a line."""
    order = array.dtype.newbyteorder("<")
    digits = np.ascontiguousarray(array, order).tobytes().hex()
    first, *rest = store_lines(name, atom("np.frombuffer"))
    lines = [first.replace("np.frombuffer", "np.frombuffer("), *rest]
    lines += ["    bytes.fromhex("]
    lines += [f'        "{digits[i : i + 64]}"' for i in range(0, len(digits), 64)]
    lines += ["    ),", f'    dtype="{order.str}",', ")"]
    shaped = method(atom(name), "reshape", [literal(n) for n in array.shape])
    native = method(shaped, "astype", [dtype_text(array.dtype)])
    return [*lines, *store_lines(name, native)]
