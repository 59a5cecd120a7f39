"""What stands for a node in emitted code: a text, and how its array lies in the shape.

NumPy broadcasts, so an array need not be repeated before it meets a longer one. A
`Value` may therefore be *thin*: along some axes of its node it has size 1, or no axis
at all in front. Who needs every entry asks for it in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.emit.text.text import Text, call, literal
from graphdiff.graph.node import Node

NOWHERE: frozenset[int] = frozenset()


@dataclass(slots=True)
class Value:
    """The text of a node.

    `rank` is the number of axes that the array really has, `thin` the axes of the
    node along which it has one entry. A `weak` value is a Python number: its type in
    NumPy is that of what it meets. `weight` counts the operations in the text, and
    `parts` their nodes; `hushed` says that one of them may warn about entries that
    are thrown away. `bare` is the value without the node's last step (a cast, an axis
    inserted), for who does not need it.
    """

    text: Text
    rank: int
    thin: frozenset[int] = NOWHERE
    weight: int = 0
    weak: bool = False
    number: Any = None
    hushed: bool = False
    parts: Sequence[Node] = ()
    bare: Value | None = None
    inserted: tuple[int, ...] = ()
    without: tuple[tuple[int, ...], Text] | None = None

    @property
    def stored(self) -> bool:
        """Whether the text may stand twice: it computes nothing."""
        return self.weight == 0


def scalar_text(number: Any, dtype: np.dtype) -> Text:
    """A NumPy scalar: ``np.float64(2.0)``."""
    name = "bool_" if dtype.kind == "b" else dtype.name
    return call(f"np.{name}", [literal(short_number(plain(number, dtype)))])


Number = bool | int | float | complex


def plain(number: Any, dtype: np.dtype) -> Number:
    """The shortest Python number that becomes `number` in `dtype`.

    >>> plain(np.float32(0.1), np.dtype(np.float32))
    0.1
    """
    if dtype.kind == "f" and dtype.itemsize < 8 and np.isfinite(number):
        short = float(str(number))
        if dtype.type(short) == number:
            return short
    if dtype.kind == "c":
        part = np.finfo(dtype).dtype
        return complex(*(plain(p, part) for p in (number.real, number.imag)))
    return number.item()  # type: ignore[no-any-return]


def short_number(value: Number) -> Number:
    """A float that is a small whole number as an int, which reads better: ``2 * x``.

    So is a complex number without an imaginary part.
    """
    if isinstance(value, complex):
        real = value.imag == 0 and np.copysign(1, value.imag) > 0
        return short_number(value.real) if real else value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e6:
        whole = int(value)
        return whole if whole or np.copysign(1, value) > 0 else value
    return value
