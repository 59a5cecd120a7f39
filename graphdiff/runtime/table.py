"""The functions that a running graph may call: one fixed table, by name.

Evaluation looks names up here and emitted source writes them down, so the two cannot
disagree. Names with a dot are NumPy's own, or SciPy's. The others are the few small
functions that NumPy lacks, in the files beside this one, a family a file; a module that
uses one carries a copy of its source, which is why each needs ``np`` alone, or modules
of SciPy under the names that they have in `late`.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from operator import attrgetter
from types import ModuleType
from typing import Any

import numpy as np

from graphdiff.runtime import (
    activations,
    banded,
    complexes,
    equations,
    fourier,
    incomplete,
    matrices,
    normal,
    pooling,
    recurrences,
    reductions,
    scatter,
    sinc,
    solving,
    stacks,
    strict,
    student,
    windows,
    zeta,
)
from graphdiff.runtime.late import Table

_NUMPY = """
abs add arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin
all angle any bitwise_and bitwise_or bitwise_xor broadcast_to cbrt ceil clip conj
cos cosh cumsum divide einsum equal exp exp2 expm1 fabs floor floor_divide full
greater greater_equal heaviside hypot imag invert isfinite isinf isnan left_shift
less less_equal log log10 log1p log2 logaddexp logical_and logical_not logical_or
logical_xor matmul max maximum mean min minimum mod multiply negative not_equal
positive power prod real reciprocal reshape right_shift rint sign sin sinh sqrt
square std subtract sum take_along_axis tan tanh transpose trunc tril triu var where
"""
_ENTRIES = """
bitwise_count choose copysign deg2rad degrees fix fmax fmin fmod frexp gcd i0 isclose
isneginf isposinf lcm ldexp logaddexp2 modf nan_to_num nextafter rad2deg radians round
signbit sinc spacing unwrap
"""
_ORDER = """
argpartition argsort bincount convolve correlate cross cumprod diff digitize gradient
interp kron lexsort median nanargmax nanargmin nancumprod nancumsum nanmax nanmean
nanmedian nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar partition
percentile polyval quantile searchsorted sort vander
"""
_SHAPE = """
bartlett blackman diag diagonal eye flip hamming hanning kaiser linspace pad
ravel_multi_index repeat roll tile trace tri unravel_index
"""
_METHODS = """
add.reduceat maximum.accumulate minimum.accumulate logaddexp.accumulate
bitwise_and.reduce bitwise_or.reduce bitwise_xor.reduce
"""
_LINALG = """
cholesky det eig eigh eigvals eigvalsh inv lstsq matrix_power matrix_rank norm pinv
qr slogdet solve svd svdvals
"""

_FFT = """
fft fft2 fftn ifft ifft2 ifftn rfft rfft2 rfftn irfft irfft2 irfftn fftshift ifftshift
"""


def _functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The functions defined in `module`, by name."""
    found = inspect.getmembers(module, inspect.isfunction)
    return {name: f for name, f in found if f.__module__ == module.__name__}


HELPERS: dict[str, Callable[..., Any]] = {
    **_functions(strict),
    **_functions(activations),
    **_functions(complexes),
    **_functions(fourier),
    **_functions(reductions),
    **_functions(incomplete),
    **_functions(student),
    **_functions(normal),
    **_functions(zeta),
    **_functions(scatter),
    **_functions(sinc),
    **_functions(stacks),
    **_functions(recurrences),
    **_functions(matrices),
    **_functions(equations),
    **_functions(banded),
    **_functions(windows),
    **_functions(pooling),
    **_functions(solving),
}
"""The functions of our own, by the name that op definitions and modules use."""


def concatenate(*parts: Any, axis: int) -> Any:
    """Join arrays along an axis."""
    return np.concatenate(parts, axis=axis)


def spread(x: Any, axes: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """Repeat x along new axes of the shape."""
    return np.broadcast_to(np.expand_dims(x, axes), shape)


def _astype(x: Any, dtype: Any) -> Any:
    return np.asarray(x).astype(dtype)


def again(x: Any) -> Any:
    """X itself: what is computed of it is computed once more."""
    return x


def _flipped_cumsum(x: Any, axis: int = 0) -> Any:
    return np.flip(np.cumsum(np.flip(x, axis), axis), axis)


FUNCTIONS = Table(
    {
        **{f"np.{name}": getattr(np, name) for name in _NUMPY.split()},
        **{f"np.{name}": getattr(np, name) for name in _ENTRIES.split()},
        **{f"np.{name}": getattr(np, name) for name in _ORDER.split()},
        **{f"np.{name}": getattr(np, name) for name in _SHAPE.split()},
        **{f"np.{name}": attrgetter(name)(np) for name in _METHODS.split()},
        **{f"np.linalg.{name}": getattr(np.linalg, name) for name in _LINALG.split()},
        **{f"np.fft.{name}": getattr(np.fft, name) for name in _FFT.split()},
        **HELPERS,
        "getitem": operator.getitem,
        "again": again,
        "concatenate": concatenate,
        "astype": _astype,
        "spread": spread,
        "flipped_cumsum": _flipped_cumsum,
    }
)
