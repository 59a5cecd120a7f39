"""NumPy's ``einsum``: subscripts read, and brought to the strict form of the op."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, ShapeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import Arange, make
from graphdiff.graph.types import check_dtype, promote, show_shape
from graphdiff.ops.core.axes import squeeze
from graphdiff.ops.core.entries import cast_node
from graphdiff.ops.core.index import Take
from graphdiff.ops.core.linalg import LETTERS, Einsum
from graphdiff.ops.core.pattern import ByArray, Item, Slice


@implements(np.einsum)
def einsum(*operands: Any, optimize: Any = False, dtype: Any = None) -> Any:
    """Einstein's summation: products summed over the letters not in the output.

    The letters come first, or each operand is followed by a list of numbers for its
    axes, and all by one for the output. `optimize` changes no value; what is written
    out takes the order of least work.
    """
    if not operands:
        raise GraphTypeError("np.einsum: there are no operands")
    if isinstance(operands[0], str):
        subscripts, operands = operands[0], operands[1:]
    else:
        subscripts, operands = _spelled(operands)
    text = subscripts.replace(" ", "")
    left, arrow, output = text.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(operands):
        raise ShapeError(
            f"np.einsum: {subscripts!r} names {len(inputs)} operands, got "
            f"{len(operands)}"
        )
    xs = [lift(x, "np.einsum") for x in operands]
    if dtype is None:
        dtype = promote(*[x.dtype for x in xs])
    dtype = check_dtype(np.dtype(dtype), "np.einsum")
    xs = [Expression(cast_node(x.node, dtype)) for x in xs]
    inputs, output = _expand_ellipsis(inputs, output, arrow, xs, subscripts)
    for k, letters in enumerate(inputs):
        if len(letters) != xs[k].ndim:
            raise ShapeError(
                f"np.einsum: {subscripts!r}: operand {k} of shape "
                f"{show_shape(xs[k].shape)} needs {len(letters)} axes"
            )
        inputs[k], xs[k] = _without_repeats(letters, xs[k])
    if not arrow:
        joined = "".join(left.replace(",", "").replace(".", ""))
        output += "".join(sorted(c for c in set(joined) if joined.count(c) == 1))
    unknown = [c for c in output if not any(c in s for s in inputs)]
    if unknown or len(set(output)) != len(output):
        raise ShapeError(
            f"np.einsum: {subscripts!r}: the output {output!r} is not valid"
        )
    return _broadcast_einsum(inputs, output, xs)


def _spelled(operands: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """Numbers of axes as letters, which are sorted as the numbers are."""
    letters = sorted(LETTERS)

    def spell(axes: Any) -> str:
        numbers = [k if k is Ellipsis else operator.index(k) for k in axes]
        if any(k is not Ellipsis and not 0 <= k < len(letters) for k in numbers):
            raise GraphTypeError(f"np.einsum: axes {list(axes)} lie outside of 0 to 51")
        return "".join("..." if k is Ellipsis else letters[k] for k in numbers)

    pairs = len(operands) // 2
    inputs = [spell(axes) for axes in operands[1 : 2 * pairs : 2]]
    output = f"->{spell(operands[-1])}" if len(operands) % 2 else ""
    return ",".join(inputs) + output, operands[: 2 * pairs : 2]


def _expand_ellipsis(
    inputs: list[str], output: str, arrow: str, xs: list[Expression], text: str
) -> tuple[list[str], str]:
    """Write ``...`` as letters, aligned at the end."""
    free = [c for c in reversed(LETTERS) if c not in text]
    ranks = [
        x.ndim - len(s) + 3 if "..." in s else 0
        for s, x in zip(inputs, xs, strict=True)
    ]
    rank = max(ranks, default=0)
    dots = "".join(reversed(free[:rank]))
    spelled = [
        s.replace("...", dots[rank - r :]) for s, r in zip(inputs, ranks, strict=True)
    ]
    return spelled, output.replace("...", dots) if arrow else dots


def _without_repeats(letters: str, x: Expression) -> tuple[str, Expression]:
    """Take diagonals until no letter stands twice."""
    while len(set(letters)) < len(letters):
        twice = next(c for c in letters if letters.count(c) > 1)
        places = [k for k, c in enumerate(letters) if c == twice]
        order = [k for k in range(x.ndim) if k not in places[:2]]
        moved = np.transpose(x, (*places[:2], *order))
        if moved.shape[0] != moved.shape[1]:
            raise ShapeError(f"np.einsum: {twice!r} has two sizes in one operand")
        rows = Expression(make(Arange(moved.shape[0])))
        pattern: tuple[Item, ...] = (ByArray(0), ByArray(1), *(Slice(),) * len(order))
        x = Take(pattern)(moved, rows, rows)
        letters = twice + "".join(letters[k] for k in order)
    return letters, x


def _broadcast_einsum(inputs: list[str], output: str, xs: list[Expression]) -> Any:
    """Drop axes of size 1 that meet longer ones, as NumPy's broadcasting does."""
    longest: dict[str, Any] = {}
    for letters, x in zip(inputs, xs, strict=True):
        for c, n in zip(letters, x.shape, strict=True):
            longest[c] = n if longest.get(c, 1) == 1 else longest[c]
    for k, (letters, x) in enumerate(zip(inputs, xs, strict=True)):
        short = [a for a, c in enumerate(letters) if x.shape[a] == 1 != longest[c]]
        if short:
            inputs[k] = "".join(c for a, c in enumerate(letters) if a not in short)
            xs[k] = squeeze(x, axis=tuple(short))
    return Einsum(tuple(inputs), output)(*xs)
