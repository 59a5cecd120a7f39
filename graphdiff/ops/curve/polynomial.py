"""Polynomials by their coefficients, the highest power first, as in ``np.polyval``."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import GraphTypeError, ShapeError, UnsupportedError
from graphdiff.expression.expression import Expression, implements, lift
from graphdiff.graph.node import Arange
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType, Size, promote, show_shape
from graphdiff.ops.core.reduce import floats
from graphdiff.sizes.dims import Dim


@dataclass(frozen=True)
class PolyVal(Op):
    """The polynomial with the coefficients `p` at each entry of `x`."""

    over_complex = True

    def infer(self, p: ArrayType, x: ArrayType) -> ArrayType:
        return ArrayType(x.shape, promote(p.dtype, x.dtype))

    def call(self, p: ArrayType, x: ArrayType) -> Call:
        return Call("np.polyval", (Arg(0), Arg(1)))

    def pullback(self, i: int, at: At, g: Any, y: Any, p: Any, x: Any) -> Any:
        """By x the derivative's polynomial; by p the powers of x."""
        if i == 1:
            return g * PolyVal()(derivative(p), x)
        return np.reshape(g, (-1,)) @ Vander(p.shape[0], False)(np.reshape(x, (-1,)))


@dataclass(frozen=True)
class Vander(Op):
    """The powers of each entry of a vector, from 0 up or (falling) down to 0."""

    over_complex = True

    columns: Size
    increasing: bool

    def infer(self, x: ArrayType) -> ArrayType:
        dtype = promote(x.dtype, np.dtype(np.int64))
        return ArrayType((x.shape[0], self.columns), dtype)

    def call(self, x: ArrayType) -> Call:
        order = {"increasing": True} if self.increasing else {}
        return Call("np.vander", (Arg(0), self.columns), order)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        """The derivative of power k is k times the power below."""
        rest = self.columns - 1
        if isinstance(rest, int) and rest < 1:
            return None
        powers = _count(x, rest) + 1
        inner = g[:, 1:] if self.increasing else g[:, :-1]
        factors = powers if self.increasing else powers[::-1]
        lower = Vander(rest, self.increasing)(x)
        return np.sum(inner * (lower * factors), axis=1)


def _count(x: Any, n: Any) -> Any:
    """0, 1, 2, ... as numbers of the kind of `x`."""
    counted = Arange(n)() if isinstance(x, Expression) else np.arange(n)
    return counted.astype(x.dtype)


def derivative(p: Any) -> Any:
    """The coefficients of the derivative; of a constant the one coefficient 0."""
    n = p.shape[0]
    if isinstance(n, int) and n <= 1:
        return p[:1] * 0
    return p[:-1] * (_count(p, n - 1) + 1)[::-1]


def _coefficients(name: str, p: Any) -> Any:
    x = np.atleast_1d(lift(p, name))
    if x.ndim != 1:
        raise ShapeError(f"{name}: coefficients of shape {show_shape(x.shape)}")
    return x


def _times(name: str, m: Any) -> int:
    times = operator.index(m)
    if times < 0:
        raise GraphTypeError(f"{name}: m={times} is below 0")
    return times


@implements(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The polynomial with coefficients `p` at `x`."""
    coefficients, at = _coefficients("np.polyval", p), lift(x, "np.polyval")
    if isinstance(coefficients.shape[0], int) and coefficients.shape[0] == 0:
        return np.zeros_like(at)
    dtype = promote(coefficients.dtype, at.dtype)
    return PolyVal()(coefficients.astype(dtype), at.astype(dtype))


@implements(np.polyder)
def polyder(p: Any, m: int = 1) -> Any:
    """The coefficients of the derivative of order `m`."""
    x = _coefficients("np.polyder", p)
    for _ in range(_times("np.polyder", m)):
        n = x.shape[0]
        x = x[:-1] * (np.arange(n - 1, like=x) + 1)[::-1] if n != 0 else x
    return x


@implements(np.polyint)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The coefficients of the integral of order `m`, with the constants `k`."""
    x = floats(_coefficients("np.polyint", p))
    times = _times("np.polyint", m)
    constants = np.atleast_1d(lift(0.0 if k is None else k, "np.polyint"))
    if constants.shape[0] == 1 and times > 1:
        constants = np.broadcast_to(constants, (times,))
    if constants.shape[0] != times and times:
        raise ShapeError(f"np.polyint: expected {times} constants")
    for i in range(times):
        powers = (np.arange(x.shape[0], like=x) + 1)[::-1]
        x = np.concatenate([x / powers, constants[i : i + 1].astype(x.dtype)])
    return x


def _padded(name: str, first: Any, second: Any) -> tuple[Any, Any]:
    """Two polynomials with as many coefficients, zeros in front."""
    x, y = _coefficients(name, first), _coefficients(name, second)
    more = x.shape[0] - y.shape[0]
    if isinstance(more, Dim):
        raise ShapeError(
            f"{name}: which of {x.shape[0]} and {y.shape[0]} coefficients are more is "
            f"not known; give ints in the spec"
        )
    if more > 0:
        y = np.concatenate([np.zeros(more, y.dtype, like=y), y])
    elif more < 0:
        x = np.concatenate([np.zeros(-more, x.dtype, like=x), x])
    return x, y


@implements(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    """The sum of two polynomials."""
    x, y = _padded("np.polyadd", a1, a2)
    return x + y


@implements(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    """The difference of two polynomials."""
    x, y = _padded("np.polysub", a1, a2)
    return x - y


@implements(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    """The product of two polynomials, whose leading coefficients count as not 0."""
    name = "np.polymul"
    return np.convolve(_coefficients(name, a1), _coefficients(name, a2))


@implements(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    """The polynomial with the given roots, of leading coefficient 1."""
    roots = floats(lift(seq_of_zeros, "np.poly"))
    if roots.ndim != 1 or not isinstance(roots.shape[0], int):
        raise UnsupportedError(
            f"np.poly: expected a vector of a known number of roots, got shape "
            f"{show_shape(roots.shape)}"
        )
    zero = np.zeros(1, roots.dtype, like=roots)
    found = zero + 1
    for k in range(roots.shape[0]):
        found = np.concatenate([found, zero]) - roots[k] * np.concatenate([zero, found])
    return found if roots.shape[0] else found[0]


@implements(np.vander)
def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:  # noqa: N803
    """The powers of each entry of a vector as a row of `N` columns."""
    v = lift(x, "np.vander")
    if v.ndim != 1:
        raise ShapeError(f"np.vander: expected a vector, got {show_shape(v.shape)}")
    columns = v.shape[0] if N is None else N
    if not isinstance(columns, Dim):
        columns = operator.index(columns)
    return Vander(columns, bool(increasing))(v)


@implements(np.polyfit)
def polyfit(
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    cov: Any = False,
) -> Any:
    """The polynomial of degree `deg` that fits best, by least squares.

    With `cov` also the covariance of its coefficients, ``"unscaled"`` or not.
    """
    name = "np.polyfit"
    if full:
        raise UnsupportedError(f"{name}: full= is not supported")
    at, values = (floats(lift(v, name)) for v in (x, y))
    columns = operator.index(deg) + 1
    matrix = np.vander(at, columns)
    if w is not None:
        weights = lift(w, name).astype(at.dtype)
        matrix = matrix * weights[:, None]
        values = values * (weights if values.ndim == 1 else weights[:, None])
    scale = np.sqrt(np.sum(matrix * matrix, axis=0))
    if rcond is None and isinstance(at.shape[0], int):
        rcond = at.shape[0] * float(np.finfo(at.dtype).eps)
    found = np.linalg.lstsq(matrix / scale, values, rcond=rcond)[0]
    found = (found.T / scale).T
    if not cov:
        return found
    spread = np.linalg.inv(matrix.T @ matrix)
    if cov == "unscaled":
        return found, spread
    left = values - matrix @ found
    share = np.sum(left * left, axis=0) / (at.shape[0] - columns)
    return found, share * (spread if values.ndim == 1 else spread[..., None])
