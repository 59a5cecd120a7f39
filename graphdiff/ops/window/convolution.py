"""NumPy's convolution and correlation of two vectors.

The two are closed under differentiation: the cotangent of an argument of one is a
convolution or a correlation of that of the result with the other argument.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, ShapeError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import Arange
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, Size, promote, show_shape
from graphdiff.ops.core.index import Put
from graphdiff.ops.core.pattern import Slice
from graphdiff.sizes.dims import Dim, is_nonnegative, positive_part


@dataclass(frozen=True)
class Sliding(Op):
    """A sum of products of two vectors, of which one slides along the other.

    Unless the mode is "full", the second is no longer than the first; `needs` says so
    where sizes have names.
    """

    over_complex = True

    mode: str
    needs: tuple[Dim, ...] = field(default=(), compare=False)  # type: ignore[misc]

    def infer(self, a: ArrayType, v: ArrayType) -> ArrayType:
        size = _size(self.mode, a.shape[0], v.shape[0])
        return ArrayType((size,), promote(a.dtype, v.dtype))


class Convolve(Sliding):
    """``y[k] = sum of a[i] v[k - i]``."""

    def call(self, a: ArrayType, v: ArrayType) -> Call:
        mode = {"mode": self.mode} if self.mode != "full" else {}
        return Call("np.convolve", (Arg(0), Arg(1)), mode)

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, v: Any) -> Any:
        if self.mode == "valid":
            return _sums(g, v, "full") if i == 0 else _sums_with(a, g)[::-1]
        if self.mode == "same":
            g = _in_full(g, a.shape[0], v.shape[0])
        return _sums(g, v if i == 0 else a, "valid")


class Correlate(Sliding):
    """``y[k] = sum of a[i + k] conj(v[i])``."""

    def call(self, a: ArrayType, v: ArrayType) -> Call:
        mode = {"mode": self.mode} if self.mode != "valid" else {}
        return Call("np.correlate", (Arg(0), Arg(1)), mode)

    def pullback(self, i: int, at: At, g: Any, y: Any, a: Any, v: Any) -> Any:
        if self.mode == "same":
            g = _in_full(g, a.shape[0], v.shape[0])
        inside = self.mode == "valid"
        if i == 0:
            return _products(g, v.conj(), "full" if inside else "valid")
        share = _sums_with(a, g) if inside else _sums(g, a, "valid")[::-1]
        return share.conj()


def _size(mode: str, n: Size, m: Size) -> Size:
    return n if mode == "same" else n + m - 1 if mode == "full" else n - m + 1


def _in_full(g: Any, n: Size, m: Size) -> Any:
    """The cotangent of a whole convolution, of which the middle was taken."""
    first = positive_part((m - 1) // 2)
    return Put((Slice(first, first + n),), (n + m - 1,), True)(g)


def _is_strict(g: Any) -> bool:
    return bool(getattr(g, "strict", False))


def _sums(g: Any, v: Any, mode: str) -> Any:
    """The correlation of the cotangent `g` with `v`, which is not conjugated."""
    if not _is_strict(g):
        return Correlate(mode)(g, v.conj())
    n, m = g.shape[0], v.shape[0]
    if mode == "full":
        g = Put((Slice(m - 1, m - 1 + n),), (n + 2 * m - 2,), True)(g)
    return _windows(g, m) @ v


def _sums_with(a: Any, g: Any) -> Any:
    """The correlation of `a` with the cotangent `g`, where the latter lies within."""
    if _is_strict(g):
        return _windows(a, g.shape[0]) @ g
    return Correlate("valid")(a, g.conj())


def _products(g: Any, v: Any, mode: str) -> Any:
    """The convolution of the cotangent `g` with `v`."""
    return _sums(g, v[::-1], mode) if _is_strict(g) else Convolve(mode)(g, v)


def _windows(x: Any, m: Any) -> Any:
    """The stretches of `m` neighbours of a vector, as rows."""
    many = x.shape[0] - m + 1
    if isinstance(x, Expression):
        starts, steps = Arange(many)(), Arange(m)()
    else:
        starts, steps = np.arange(many), np.arange(m)
    return x[starts[:, None] + steps]


def _vectors(name: str, a: Any, v: Any, mode: Any) -> tuple[Any, Any]:
    if mode not in ("full", "same", "valid"):
        raise GraphTypeError(f"{name}: mode={mode!r} is none of full, same, valid")
    x: Any = lift(a, name)
    y: Any = lift(v, name)
    if x.ndim > 1 or y.ndim > 1:
        raise ShapeError(
            f"{name}: expected vectors, got {show_shape(x.shape)} and "
            f"{show_shape(y.shape)}"
        )
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    if x.shape[0] == 0 or y.shape[0] == 0:
        raise ShapeError(f"{name}: a vector has no entries")
    dtype = promote(x.dtype, y.dtype)
    return x.astype(dtype), y.astype(dtype)


def _needs(mode: str, n: Size, m: Size) -> tuple[Dim, ...]:
    """What must be at least 0, if the second vector may be longer than the first."""
    room = n - m
    if isinstance(room, int) or mode == "full" or is_nonnegative(room):
        return ()
    return (room,)


def _is_longer(m: Size, n: Size) -> bool:
    """Whether m is surely above n."""
    more = m - n
    return more > 0 if isinstance(more, int) else bool(is_nonnegative(more - 1))


@implements(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """The convolution of two vectors."""
    x, y = _vectors("np.convolve", a, v, mode)
    if _is_longer(y.shape[0], x.shape[0]):
        x, y = y, x
    return Convolve(mode, _needs(mode, x.shape[0], y.shape[0]))(x, y)


@implements(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """The correlation of two vectors."""
    x, y = _vectors("np.correlate", a, v, mode)
    if _is_longer(y.shape[0], x.shape[0]):
        return Correlate(mode)(y, x)[::-1].conj()
    return Correlate(mode, _needs(mode, x.shape[0], y.shape[0]))(x, y)
