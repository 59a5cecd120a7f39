"""The quick way in of fast modules: one condition that arguments usually meet.

A call of a checking function for each argument takes as long as the arithmetic of a
small layer. Here they are looked at together; what does not fit goes the long way,
which converts or says what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from graphdiff.emit.store.calls import dtype_text
from graphdiff.emit.text.printer import LIMIT
from graphdiff.emit.text.text import columns

MOST = 50
"""The most arrays in one condition."""

Kind = tuple[str, np.dtype, int]


def guard_lines(arrays: Sequence[Kind], measured: Sequence[Kind]) -> list[str]:
    """``if not (...):`` where the arrays are NumPy's own, each of its dtype.

    Each is a variable, its dtype and its number of axes; that number is looked at for
    the `measured` ones, of which sizes are read before shapes are compared.
    """
    conditions = _chains([f"type({name})" for name, _, _ in arrays], "is", "np.ndarray")
    for dtype, group in groupby(sorted(arrays, key=_dtype), key=_dtype):
        first, *others = [f"{name}.dtype" for name, _, _ in group]
        conditions += [*_chains(others, "is", first), f"{first} == {dtype}"]
    for axes, group in groupby(sorted(measured, key=_axes), key=_axes):
        conditions += _chains([f"{name}.ndim" for name, _, _ in group], "==", str(axes))
    line = f"    if not ({' and '.join(conditions)}):"
    if columns(line) <= LIMIT:
        return [line]
    rest = [f"        and {condition}" for condition in conditions[1:]]
    return ["    if not (", f"        {conditions[0]}", *rest, "    ):"]


def _dtype(array: Kind) -> str:
    return dtype_text(array[1]).flat


def _axes(array: Kind) -> int:
    return array[2]


def _chains(terms: Sequence[str], sign: str, anchor: str) -> list[str]:
    """``a is b is anchor``: as many such chains as it takes to fit on lines."""
    lines: list[list[str]] = []
    for term in terms:
        longer = f" {sign} ".join([*(lines[-1] if lines else ()), term, anchor])
        if lines and columns(longer) <= LIMIT - len("        and "):
            lines[-1].append(term)
        else:
            lines.append([term])
    return [f" {sign} ".join([*line, anchor]) for line in lines]
