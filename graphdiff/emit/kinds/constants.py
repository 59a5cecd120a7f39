"""Arrays from outside, written by value into the module, exact to the last bit."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable

import numpy as np

from graphdiff.emit.kinds.regular import regular_text
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


def constant_lines(
    name: str, array: np.ndarray, helper: Callable[[str], str]
) -> list[str]:
    """The statement that makes `array` again, as the module-level variable `name`.

    Integers that follow a rule are written as the rule, many that follow none packed;
    `helper` gives the name under which the module has the function that unpacks them.
    """
    kind = {"dtype": dtype_text(array.dtype)}
    rule = regular_text(array)
    if rule is not None:
        return store_lines(name, rule)
    if array.size == 0:
        shape = tuple_([literal(n) for n in array.shape])
        return store_lines(name, call("np.zeros", [shape], kind))
    if array.size > _MOST_WRITTEN:
        packed = _packed(array) if array.dtype.kind in "iu" else b""
        if packed and len(packed) < array.nbytes:
            return _unpacking(name, array, packed.decode(), helper("unpacked"))
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


def _packed(array: np.ndarray) -> bytes:
    """The differences of neighbouring integers, compressed, as letters."""
    flat = np.ravel(array).astype(np.int64)
    steps = np.diff(flat, prepend=0)
    small = np.abs(steps).max() < 2**31
    data = steps.astype("<i4" if small else "<i8").tobytes()
    return base64.b85encode(zlib.compress(data, 9)) if small else b""


def _unpacking(name: str, array: np.ndarray, text: str, function: str) -> list[str]:
    """The letters, about 72 a line, and the call that makes integers of them."""
    step = 72 if len(text) > 81 else 81
    *lines, last = [f'    "{text[i : i + step]}"' for i in range(0, len(text), step)]
    shape = tuple_([literal(n) for n in array.shape]).flat
    rest = [f"    {shape},", f"    {dtype_text(array.dtype).flat},", ")"]
    return [f"{name} = {function}(", *lines, f"{last},", *rest]


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
