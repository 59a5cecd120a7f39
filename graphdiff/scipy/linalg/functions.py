"""Functions of matrices made of others: of sines, of roots, of the exponential."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import is_symbolic, lift, surface
from graphdiff.ops.matrix.equations import MatrixFunction, MatrixSlope, Sqrtm
from graphdiff.ops.matrix.matrices import matrix, square
from graphdiff.runtime import late


def _exponential(a: Any) -> Any:
    return MatrixFunction("expm")(a)


@surface
def expm_frechet(
    A: Any,  # noqa: N803
    E: Any,  # noqa: N803
    method: str | None = None,
    compute_expm: bool = True,
    check_finite: bool = True,
) -> Any:
    """The exponential of a matrix, and its derivative along another, in float64."""
    if not is_symbolic(A, E):
        return late.linalg.expm_frechet(A, E, method, compute_expm)
    what = "scipy.linalg.expm_frechet"
    if method is not None:
        raise UnsupportedError(f"{what}: method={method!r} is not supported")
    a, e = (square(what, x).astype(np.float64) for x in (A, E))
    slope = MatrixSlope("expm")(a, e)
    return (_exponential(a), slope) if compute_expm else slope


@surface
def coshm(A: Any) -> Any:  # noqa: N803
    """The hyperbolic cosine of a matrix."""
    if not is_symbolic(A):
        return late.linalg.coshm(A)
    a = square("scipy.linalg.coshm", A)
    return (_exponential(a) + _exponential(-a)) / 2


@surface
def sinhm(A: Any) -> Any:  # noqa: N803
    """The hyperbolic sine of a matrix."""
    if not is_symbolic(A):
        return late.linalg.sinhm(A)
    a = square("scipy.linalg.sinhm", A)
    return (_exponential(a) - _exponential(-a)) / 2


@surface
def tanhm(A: Any) -> Any:  # noqa: N803
    """The hyperbolic tangent of a matrix."""
    if not is_symbolic(A):
        return late.linalg.tanhm(A)
    return np.linalg.solve(coshm(A), sinhm(A))


def _turned(what: str, A: Any) -> tuple[Any, Any]:  # noqa: N803
    """Cosine and sine: the parts of exp(i a), which is real as a matrix of blocks."""
    a = square(what, A)
    n, zero = a.shape[-1], np.zeros_like(a)
    upper = np.concatenate([zero, -a], axis=-1)
    lower = np.concatenate([a, zero], axis=-1)
    whole = _exponential(np.concatenate([upper, lower], axis=-2))
    return whole[..., :n, :n], whole[..., n:, :n]


@surface
def cosm(A: Any) -> Any:  # noqa: N803
    """The cosine of a matrix."""
    if not is_symbolic(A):
        return late.linalg.cosm(A)
    return _turned("scipy.linalg.cosm", A)[0]


@surface
def sinm(A: Any) -> Any:  # noqa: N803
    """The sine of a matrix."""
    if not is_symbolic(A):
        return late.linalg.sinm(A)
    return _turned("scipy.linalg.sinm", A)[1]


@surface
def tanm(A: Any) -> Any:  # noqa: N803
    """The tangent of a matrix."""
    if not is_symbolic(A):
        return late.linalg.tanm(A)
    return np.linalg.solve(*_turned("scipy.linalg.tanm", A))


def _rotation(a: Any) -> tuple[Any, Any]:
    """The orthogonal u and the positive definite p of ``a = u @ p``.

    By the root of a.T a, not by singular values: it stays smooth where some are equal.
    A step of Newton's takes away the error of squaring.
    """
    u = np.linalg.solve(Sqrtm()(a.mT @ a), a.mT).mT
    u = 1.5 * u - 0.5 * (u @ (u.mT @ u))
    p = u.mT @ a
    return u, (p + p.mT) / 2


@surface
def polar(a: Any, side: str = "right") -> Any:
    """The orthogonal u and the p of ``a = u @ p``, or, on the left, of ``a = p @ u``.

    Of matrices of full rank that are not wide; on the left, not tall.
    """
    if not is_symbolic(a):
        return late.linalg.polar(a, side)
    if side not in ("left", "right"):
        raise UnsupportedError(f"scipy.linalg.polar: side={side!r} is not supported")
    x = matrix("scipy.linalg.polar", a)
    if side == "right":
        return _rotation(x)
    u, p = _rotation(x.mT)
    return u.mT, p


@surface
def orthogonal_procrustes(A: Any, B: Any, check_finite: bool = True) -> Any:  # noqa: N803
    """The rotation of `A` that comes closest to `B`, and the scale."""
    if not is_symbolic(A, B):
        return late.linalg.orthogonal_procrustes(A, B)
    what = "scipy.linalg.orthogonal_procrustes"
    u, p = _rotation(lift(A, what).mT @ lift(B, what))
    return u, np.linalg.trace(p)
