"""Discrete Fourier transforms: ``np.fft``.

The matrix of a transform is symmetric, and cotangents pair without conjugation, so a
transform is its own transpose. A transform of real numbers keeps half of a spectrum
that mirrors itself; its transpose fills the other half with zeros, and takes the real
part. Definitions and norms as in Press et al., *Numerical Recipes* (3rd ed., 2007),
chapter 12, and as ``np.fft`` documents them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import GraphValueError, ShapeError
from graphdiff.expression.expression import implements, lift
from graphdiff.graph.op import Arg, At, Call, Op
from graphdiff.graph.types import (
    ArrayType,
    Size,
    alike,
    normalize_axes,
    normalize_axis,
    promote,
    whole_number,
)
from graphdiff.ops.complex.complexes import real_dtype
from graphdiff.ops.shape.moves import Move
from graphdiff.sizes.dims import Dim

_SWAPPED = {"backward": "forward", "ortho": "ortho", "forward": "backward"}


def _complex(dtype: np.dtype) -> np.dtype:
    return promote(dtype, complex)


def _with_sizes(x: ArrayType, axes: Sequence[int], sizes: Sequence[Size]) -> list[Size]:
    shape = list(x.shape)
    for axis, n in zip(axes, sizes, strict=True):
        shape[axis] = n
    return shape


@dataclass(frozen=True)
class Transform(Op):
    """A transform over ``axes``, cut or filled with zeros to ``lengths`` before.

    Of transforms between real numbers and half spectra the last axis is halved.
    """

    axes: tuple[int, ...]
    lengths: tuple[Size, ...]
    norm: str = "backward"

    stacks = True
    over_complex = True

    def record(self, name: str, x: ArrayType, usual: Sequence[Size]) -> Call:
        """The call of NumPy's function `name`, or of its kin for more axes.

        `usual`: the sizes that NumPy takes if none are given.
        """
        given = any(n != m for n, m in zip(self.lengths, usual, strict=True))
        named: dict[str, Any] = {}
        size: tuple[Any, ...]
        if len(self.axes) == 1:
            size = (self.lengths[0],) if given else ()
            if self.axes != (-1,):
                named["axis"] = self.axes[0] + x.ndim
        else:
            plane = self.axes == (-2, -1)
            name = f"{name}2" if plane else f"{name}n"
            size = (self.lengths,) if given else ()
            if not plane and (given or self.axes != tuple(range(-x.ndim, 0))):
                named["axes"] = tuple(axis + x.ndim for axis in self.axes)
        if self.norm != "backward":
            named["norm"] = self.norm
        return Call(f"np.fft.{name}", (Arg(0), *size), named)

    def resized_back(self, share: Any, x: Any) -> Any:
        """`share` with as many entries as `x` has."""
        for axis in self.axes:
            share = resized(share, axis, x.shape[axis])
        return share


@dataclass(frozen=True)
class Fourier(Transform):
    """The transform of complex numbers (or real ones), or its inverse."""

    inverse: bool = False

    @property
    def label(self) -> str:
        """``fft`` or ``ifft``."""
        return "ifft" if self.inverse else "fft"

    def infer(self, x: ArrayType) -> ArrayType:
        shape = _with_sizes(x, self.axes, self.lengths)
        return ArrayType(tuple(shape), _complex(x.dtype))

    def call(self, x: ArrayType) -> Call:
        return self.record(self.label, x, [x.shape[a] for a in self.axes])

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self.resized_back(self(g), x)


def swapped(op: Fourier) -> Fourier:
    """The transform whose result is the conjugate, of conjugates: n times inverse."""
    return Fourier(op.axes, op.lengths, _SWAPPED[op.norm], not op.inverse)


@dataclass(frozen=True)
class RealFourier(Transform):
    """The transform of real numbers: the half of the spectrum that tells all."""

    over_complex = False

    @property
    def label(self) -> str:
        """A short word for results without a name."""
        return "rfft"

    def infer(self, x: ArrayType) -> ArrayType:
        shape = _with_sizes(x, self.axes, self.lengths)
        shape[self.axes[-1]] = shape[self.axes[-1]] // 2 + 1
        return ArrayType(tuple(shape), _complex(x.dtype))

    def call(self, x: ArrayType) -> Call:
        return self.record("rfft", x, [x.shape[a] for a in self.axes])

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        whole = Fourier(self.axes, self.lengths, self.norm)(g)
        return self.resized_back(np.real(whole), x)


@dataclass(frozen=True)
class InverseRealFourier(Transform):
    """The real numbers of which the argument is half the spectrum."""

    @property
    def label(self) -> str:
        """A short word for results without a name."""
        return "irfft"

    def infer(self, x: ArrayType) -> ArrayType:
        shape = _with_sizes(x, self.axes, self.lengths)
        return ArrayType(tuple(shape), real_dtype(_complex(x.dtype)))

    def call(self, x: ArrayType) -> Call:
        usual = [x.shape[a] for a in self.axes]
        return self.record("irfft", x, [*usual[:-1], 2 * (usual[-1] - 1)])

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        half = RealFourier(self.axes, self.lengths, _SWAPPED[self.norm])(g)
        both = CountMirrored(self.axes[-1], self.lengths[-1])(np.conj(half))
        return self.resized_back(both, x)


@dataclass(frozen=True)
class CountMirrored(Op):
    """Double the entries of a half spectrum that the whole of ``n`` has twice."""

    axis: int
    n: Size

    stacks = True
    over_complex = True

    @property
    def label(self) -> str:
        """A short word for results without a name."""
        return "half"

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        return Call("count_mirrored", (Arg(0), self.n, self.axis + x.ndim))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return self(g)


@dataclass(frozen=True)
class Resized(Op):
    """The first ``n`` entries along ``axis``, with zeros after them if they are few."""

    axis: int
    n: Size

    stacks = True
    over_complex = True
    masks = (0,)

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType(tuple(_with_sizes(x, [self.axis], [self.n])), x.dtype)

    def call(self, x: ArrayType) -> Call:
        return Call("resized", (Arg(0), self.n, self.axis + x.ndim))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return Resized(self.axis, x.shape[self.axis])(g)


def resized(x: Any, axis: int, n: Size) -> Any:
    """`x` with `n` entries along `axis`: cut, or filled with zeros."""
    m = x.shape[axis]
    if alike(m, n):
        return x
    if isinstance(m, Dim) or isinstance(n, Dim):
        return Resized(axis, n)(x)
    if n < m:
        return x[(..., slice(None, n), *[slice(None)] * (-axis - 1))]
    widths = [(0, 0)] * x.ndim
    widths[axis] = (0, n - m)
    return np.pad(x, widths)


@dataclass(frozen=True)
class ShiftedSpectrum(Move):
    """Halves of a spectrum exchanged, so that the zero frequency is in the middle."""

    axes: tuple[int, ...]
    inverse: bool = False

    @property
    def label(self) -> str:
        """``fftshift`` or ``ifftshift``."""
        return "ifftshift" if self.inverse else "fftshift"

    def infer(self, x: ArrayType) -> ArrayType:
        return x

    def call(self, x: ArrayType) -> Call:
        axes: Any = tuple(axis + x.ndim for axis in self.axes)
        whole = len(axes) == x.ndim
        named = {} if whole else {"axes": axes[0] if len(axes) == 1 else axes}
        return Call(f"np.fft.{self.label}", (Arg(0),), named)

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return ShiftedSpectrum(self.axes, not self.inverse)(g)


# --- doors ----------------------------------------------------------------------------
def _norm(what: str, norm: Any) -> str:
    if norm is None:
        return "backward"
    if norm not in _SWAPPED:
        raise GraphValueError(
            f"{what}: norm: expected one of {', '.join(_SWAPPED)}, got {norm!r}"
        )
    return str(norm)


def _size(what: str, n: Any) -> Size:
    size: Size = n if isinstance(n, Dim) else whole_number(f"{what}: n", n)
    if isinstance(size, int) and size < 1:
        raise ShapeError(f"{what}: a transform of {size} entries")
    return size


def _over(
    what: str, x: Any, s: Any, axes: Any, halved: bool = False
) -> tuple[tuple[int, ...], tuple[Size, ...]]:
    """Axes counted from the end, and the size of the transform along each."""
    if axes is None:
        many = x.ndim if s is None else len(s)
        found = tuple(range(-many, 0))
    else:
        listed = axes if isinstance(axes, (tuple, list)) else (axes,)
        found = tuple(normalize_axis(what, axis, x.ndim) for axis in listed)
    if len(set(found)) != len(found) or not found:
        raise ShapeError(f"{what}: axes {axes!r} of {x.ndim} dimensions")
    usual = [x.shape[axis] for axis in found]
    if halved:
        usual[-1] = 2 * (usual[-1] - 1)
    given = [None] * len(found) if s is None else list(s)
    if len(given) != len(found):
        raise ShapeError(f"{what}: s has {len(given)} sizes for {len(found)} axes")
    whole = [m if n in (None, -1) else n for n, m in zip(given, usual, strict=True)]
    return found, tuple(_size(what, n) for n in whole)


def _one_axis(name: str, make: Any, halved: bool = False) -> None:
    what = f"np.fft.{name}"

    def door(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
        x = lift(a, what)
        over = _over(what, x, None if n is None else (n,), (axis,), halved)
        return make(*over, _norm(what, norm))(x)

    door.__name__ = name
    implements(getattr(np.fft, name))(door)


def _many_axes(name: str, make: Any, plane: bool, halved: bool = False) -> None:
    what, usual = f"np.fft.{name}", (-2, -1) if plane else None

    def door(a: Any, s: Any = None, axes: Any = usual, norm: Any = None) -> Any:
        x = lift(a, what)
        return make(*_over(what, x, s, axes, halved), _norm(what, norm))(x)

    door.__name__ = name
    implements(getattr(np.fft, name))(door)


def _inverse(axes: tuple[int, ...], sizes: tuple[Size, ...], norm: str) -> Fourier:
    return Fourier(axes, sizes, norm, True)


for _name, _make in (
    ("fft", Fourier),
    ("ifft", _inverse),
    ("rfft", RealFourier),
    ("irfft", InverseRealFourier),
):
    _halved = _make is InverseRealFourier
    _one_axis(_name, _make, _halved)
    _many_axes(f"{_name}2", _make, True, _halved)
    _many_axes(f"{_name}n", _make, False, _halved)


@implements(np.fft.hfft)
def hfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """The real spectrum of a signal that mirrors itself, of which `a` is half."""
    swapped = _SWAPPED[_norm("np.fft.hfft", norm)]
    return np.fft.irfft(np.conj(a), n, axis, swapped)  # type: ignore[arg-type]


@implements(np.fft.ihfft)
def ihfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """Half of the signal of which `a` is the real spectrum."""
    swapped = _SWAPPED[_norm("np.fft.ihfft", norm)]
    return np.conj(np.fft.rfft(a, n, axis, swapped))  # type: ignore[arg-type]


@implements(np.fft.fftshift)
def fftshift(x: Any, axes: Any = None) -> Any:
    """Move the zero frequency to the middle."""
    return ShiftedSpectrum(normalize_axes("np.fft.fftshift", axes, x.ndim))(x)


@implements(np.fft.ifftshift)
def ifftshift(x: Any, axes: Any = None) -> Any:
    """Move the zero frequency back to the front."""
    return ShiftedSpectrum(normalize_axes("np.fft.ifftshift", axes, x.ndim), True)(x)
