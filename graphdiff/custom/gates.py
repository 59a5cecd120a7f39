"""Gradients changed where they pass: stopped, scaled, clipped; values go through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.custom.vjp import Backward, CustomVjp, custom_vjp
from graphdiff.errors import GraphValueError
from graphdiff.expression.expression import Expression, surface
from graphdiff.graph.nest import leaves_of, map_nest
from graphdiff.graph.node import Arg, At, Call, Node, Op
from graphdiff.graph.types import ArrayType


@dataclass(frozen=True)
class Stopped(Op):
    """The value, through which no derivative flows."""

    shorthand = True
    over_complex = True
    stacks = True

    @property
    def label(self) -> str:
        """The name of the function that makes it."""
        return "stop_gradient"

    def infer(self, *args: ArrayType) -> ArrayType:
        """The type of the value."""
        return args[0]

    def call(self, *args: ArrayType) -> Call:
        """The value; a graph that runs has no such node."""
        return Call("getitem", (Arg(0), ...))

    def unfold(self, args: tuple[Node, ...]) -> list[Node]:
        """The value itself."""
        return list(args)

    def is_flat(self, i: int) -> bool:
        """Nothing flows."""
        return True


@surface
def stop_gradient(x: Any) -> Any:
    """`x`, taken for a constant by every derivative, in both modes and at any order.

    `x` is an array, or a nest of arrays; shapes and dtypes are kept, and what is not
    symbolic is returned as it is.

    >>> import numpy as np
    >>> import graphdiff as gd
    >>> slope = gd.grad(lambda x: x * gd.stop_gradient(x))
    >>> float(slope(3.0))
    3.0
    """
    return map_nest(lambda v: Stopped()(v) if isinstance(v, Expression) else v, x)


def _is_symbolic(x: Any) -> bool:
    return any(isinstance(leaf, Expression) for leaf in leaves_of(x)[0])


@custom_vjp
def _scaled(x: Any, factor: Any) -> Any:
    return x


@_scaled.rule
def _(g: Any, y: Any, x: Any, factor: Any) -> Any:
    return map_nest(lambda part: part * factor, g), None


class Clipping(Backward):
    """The value; what passes on its way back is clipped, what passes forward is not."""

    pushes = True

    def pushforward(self, at: At, tangents: Any, y: Any, *args: Any) -> list[Any]:
        """The tangents themselves: nothing is clipped but cotangents."""
        return list(tangents[: len(self.body.outputs)])


class _Clip(CustomVjp):
    op = Clipping


@_Clip
def _clipped(x: Any, low: Any, high: Any) -> Any:
    return x


@_clipped.rule
def _(g: Any, y: Any, x: Any, low: Any, high: Any) -> Any:
    return map_nest(lambda part: np.clip(part, low, high), g), None, None


@_Clip
def _shortened(x: Any, norm: Any) -> Any:
    return x


@_shortened.rule
def _(g: Any, y: Any, x: Any, norm: Any) -> Any:
    parts = [np.linalg.norm(part.reshape(-1)) for part in leaves_of(g)[0]]
    length = parts[0] if len(parts) == 1 else np.linalg.norm(np.stack(parts))
    factor = norm / np.maximum(length, norm)
    return map_nest(lambda part: part * factor, g), None


_scaled.__name__ = "scale_gradient"
_clipped.__name__ = _shortened.__name__ = "clip_gradient"


def scale_gradient(x: Any, factor: Any) -> Any:
    """`x`, with every derivative through it multiplied by `factor`.

    A `factor` of -1 reverses the gradient, 0 stops it. It is a number, or an array of
    the shape of `x`, and has no derivative itself. `x` may be a nest of arrays. Both
    modes scale, and a derivative of order n scales n times where it passes n times.

    >>> import graphdiff as gd
    >>> float(gd.grad(lambda x: gd.scale_gradient(x, -1.0) ** 2)(3.0))
    -6.0
    """
    if not _is_symbolic((x, factor)):
        return x
    return _scaled(x, factor)


def clip_gradient(
    x: Any, low: Any = None, high: Any = None, *, norm: Any = None
) -> Any:
    """`x`, with the cotangent that arrives there clipped on its way back.

    Either entry by entry, to at least `low` and at most `high` (one may be None), or to
    a Euclidean length of at most `norm`, keeping its direction; of a nest of arrays,
    that is the length of all entries together (Pascanu, Mikolov and Bengio, "On the
    difficulty of training recurrent neural networks", 2013). The bounds have no
    derivative. Forward mode has no cotangents: its tangents pass as they are.

    >>> import graphdiff as gd
    >>> slope = gd.grad(lambda x: gd.clip_gradient(x, -1.0, 1.0) ** 2)
    >>> float(slope(0.25)), float(slope(3.0))
    (0.5, 1.0)
    """
    by_entry = low is not None or high is not None
    if by_entry == (norm is not None):
        raise GraphValueError(
            "clip_gradient: expected bounds (low, high) or norm=, and not both"
        )
    plain = (int, float, np.number)
    if isinstance(norm, plain) and not norm > 0:
        raise GraphValueError(f"clip_gradient: norm: expected more than 0, got {norm}")
    if isinstance(low, plain) and isinstance(high, plain) and low > high:
        raise GraphValueError(
            f"clip_gradient: low: expected at most high = {high}, got {low}"
        )
    if not _is_symbolic((x, low, high, norm)):
        return x
    return _clipped(x, low, high) if norm is None else _shortened(x, norm)
