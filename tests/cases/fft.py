"""Discrete Fourier transforms: ``np.fft``."""

import numpy as np

from tests.cases.table import FIXED, case, complexes, ints, real, words

for _name in words("fft ifft rfft irfft hfft ihfft"):
    _f = getattr(np.fft, _name)
    _take = real if _name in ("rfft", "ihfft") else complexes
    case(f"{_name} of 6", lambda z, f=_f: f(z), _take(6))
    case(f"{_name} of 5", lambda z, f=_f: f(z), _take(5))
    case(f"{_name} of rows", lambda z, f=_f: f(z), _take(2, 5))
    case(f"{_name} axis=0", lambda z, f=_f: f(z, axis=0), _take(4, 2))
    case(f"{_name} n=4", lambda z, f=_f: f(z, 4), _take(6))
    case(f"{_name} n=9", lambda z, f=_f: f(z, n=9), _take(6))
    case(f"{_name} n=5 axis=-2", lambda z, f=_f: f(z, 5, axis=-2), _take(3, 2))
    for _norm in words("ortho forward"):
        case(
            f"{_name} norm={_norm}",
            lambda z, f=_f, norm=_norm: f(z, norm=norm),
            _take(5),
        )
    case(f"{_name} of ints", lambda n, x, f=_f: f(n) * x, ints(4), real(1))
    case(f"{_name} of reals", lambda x, f=_f: f(x), real(5))
for _name in words("fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn"):
    _f = getattr(np.fft, _name)
    _take = real if _name.startswith("rfft") else complexes
    case(f"{_name} of a matrix", lambda z, f=_f: f(z), _take(3, 4))
    case(f"{_name} of a stack", lambda z, f=_f: f(z), _take(2, 3, 3))
    case(f"{_name} axes=", lambda z, f=_f: f(z, axes=(0, 2)), _take(3, 2, 3))
    case(f"{_name} axes= turned", lambda z, f=_f: f(z, axes=(1, 0)), _take(3, 4))
    case(
        f"{_name} s= axes=",
        lambda z, f=_f: f(z, s=(2, 5), axes=(-2, -1)),
        _take(3, 4),
    )
    case(f"{_name} norm=ortho", lambda z, f=_f: f(z, norm="ortho"), _take(3, 4))
case("irfftn s=", lambda z: np.fft.irfftn(z, s=(3, 5), axes=(0, 1)), complexes(3, 3))
case("irfft back", lambda x: np.fft.irfft(np.fft.rfft(x) ** 2, x.shape[0]), real(5))
for _name in words("fftshift ifftshift"):
    _f = getattr(np.fft, _name)
    case(f"{_name}", lambda z, f=_f: f(z) ** 2, complexes(5))
    case(f"{_name} of a matrix", lambda z, f=_f: f(z) ** 2, real(3, 4))
    case(f"{_name} axes=", lambda z, f=_f: f(z, axes=1) ** 2, real(3, 4))
    case(f"{_name} axes of two", lambda z, f=_f: f(z, (0, 2)) ** 2, real(3, 2, 3))
for _name in words("fftfreq rfftfreq"):
    _f = getattr(np.fft, _name)
    case(
        f"{_name}",
        lambda x, d, f=_f: x * f(7, d=d)[:4],
        real(4),
        np.asarray(0.5),
        **FIXED,
        oracle=False,  # JAX wants a number
    )
case(
    "convolution by transforms",
    lambda x, y: np.fft.ifft(np.fft.fft(x, 8) * np.fft.fft(y, 8)).real,
    real(5),
    real(4),
)
case(
    "power spectrum",
    lambda x: np.sum((np.abs(np.fft.rfft(x)) ** 2)[1:]),
    real(6),
    **FIXED,
)
