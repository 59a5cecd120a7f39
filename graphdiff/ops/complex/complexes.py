"""Complex numbers: their parts, conjugates, sizes and angles.

Cotangents pair without conjugation: the cotangent c of a complex z says that the result
changes by the real part of ``c * dz``. A holomorphic function f so has the rule
``g * f'(z)`` that it has on real numbers; what is not holomorphic has its rule here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import UnsupportedError
from graphdiff.expression.doors import DOORS
from graphdiff.expression.expression import implements, lift
from graphdiff.graph.node import Arg, At, Call, Op
from graphdiff.graph.types import ArrayType
from graphdiff.ops.core.elementwise import absolute, ratio, sign
from graphdiff.ops.core.entries import Elementwise, real_part, ufunc


@dataclass(frozen=True)
class Imaginary(Op):
    """The imaginary parts of complex entries, a view of them."""

    stacks = True
    over_complex = True
    view = True

    @property
    def label(self) -> str:
        """A short word for results without a name."""
        return "imag"

    def infer(self, x: ArrayType) -> ArrayType:
        return ArrayType(x.shape, real_dtype(x.dtype))

    def call(self, x: ArrayType) -> Call:
        return Call("np.imag", (Arg(0),))

    def pullback(self, i: int, at: At, g: Any, y: Any, x: Any) -> Any:
        return g * -1j


def real_dtype(dtype: np.dtype) -> np.dtype:
    """The dtype of the parts of complex numbers; of others their own."""
    return np.finfo(dtype).dtype if dtype.kind == "c" else dtype


def _size_alone(dtype: np.dtype) -> tuple[tuple[np.dtype, ...], np.dtype]:
    return (dtype,), real_dtype(dtype)


def _turned(g: Any, s: Any, z: Any) -> Any:
    """What changes the direction s = z / abs(z) is across z."""
    return ratio(g - np.conj(s) * np.real(g * s), np.abs(z).astype(s.dtype))


_ORIGIN: dict[str, Any] = {"convention": "0 at the origin"}

conjugate = ufunc(np.conjugate, lambda g, y, z: np.conj(g))
modulus = Elementwise(
    "np.abs",
    absolute.dtypes,
    (lambda g, r, z: g * np.conj(np.sign(z)),),
    **_ORIGIN,
)
"""The absolute value of complex numbers."""
direction = Elementwise("np.sign", sign.dtypes, (_turned,), **_ORIGIN)
"""The sign of complex numbers: z / abs(z), and 0 of 0."""
angle = Elementwise(
    "np.angle", _size_alone, (lambda g, y, z: ratio(g * -1j, z),), out=False, **_ORIGIN
)
abs_squared = Elementwise(
    "abs_squared",
    _size_alone,
    (lambda g, y, z: 2 * g * np.conj(z),),
    out=False,
)
"""``abs(z)**2`` of complex numbers, without the root: smooth at 0."""


def is_complex(x: Any) -> bool:
    """Whether `x` is an array of complex numbers."""
    return bool(x.dtype.kind == "c")


def _by_kind(real: Any, over_complex: Any) -> Any:
    """A door to two ops, of which complex arguments take the second."""

    def door(x: Any) -> Any:
        return (over_complex if is_complex(x) else real)(x)

    return door


for _ufunc, _ops in {
    np.absolute: (absolute, modulus),
    np.sign: (sign, direction),
    np.conjugate: (lambda x: x.astype(np.int8) if x.dtype == bool else x, conjugate),
}.items():
    DOORS[_ufunc].build = _by_kind(*_ops)


@implements(np.real)
def real(val: Any) -> Any:
    """The real part."""
    return real_part(val) if is_complex(val) else val


@implements(np.imag)
def imag(val: Any) -> Any:
    """The imaginary part."""
    return Imaginary()(val) if is_complex(val) else np.zeros_like(val)


@implements(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    """Real numbers as they are; complex ones are refused."""
    x = lift(a, "np.real_if_close")
    if is_complex(x):
        raise UnsupportedError(
            "np.real_if_close of complex numbers: whether the result is real depends "
            "on values; write .real"
        )
    return x


@implements(np.angle)
def angle_door(z: Any, deg: bool = False) -> Any:
    """The angle of complex numbers from the positive axis; pi of negative ones."""
    if is_complex(z):
        y = angle(z)
    else:
        dtype = np.arctan2(0, np.zeros((), z.dtype)).dtype
        y = np.where(z < 0, dtype.type(math.pi), dtype.type(0))
    return y * (180 / math.pi) if deg else y


@implements(np.iscomplex)
def iscomplex(x: Any) -> Any:
    """Whether an imaginary part is not 0."""
    return imag(x) != 0


@implements(np.isreal)
def isreal(x: Any) -> Any:
    """Whether an imaginary part is 0."""
    return imag(x) == 0


@implements(np.iscomplexobj)
def iscomplexobj(x: Any) -> bool:
    """Whether the dtype is complex."""
    return is_complex(x)


@implements(np.isrealobj)
def isrealobj(x: Any) -> bool:
    """Whether the dtype is not complex."""
    return not is_complex(x)
