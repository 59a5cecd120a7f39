"""Functions of matrices, and equations between matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import ShapeError, UnsupportedError
from graphdiff.expression.expression import is_symbolic, surface
from graphdiff.ops.matrix.equations import Lyapunov, MatrixFunction, Sqrtm, Sylvester
from graphdiff.ops.matrix.matrices import (
    matrix,
    square,
)
from graphdiff.ops.matrix.riccati import Riccati
from graphdiff.runtime import late


@surface
def expm(A: Any) -> Any:  # noqa: N803
    """The exponential of square matrices."""
    if not is_symbolic(A):
        return late.linalg.expm(A)
    return MatrixFunction("expm")(square("scipy.linalg.expm", A))


@surface
def logm(A: Any, disp: bool = True) -> Any:  # noqa: N803
    """The logarithm of square matrices, in float64; if complex, an error on running."""
    if not is_symbolic(A):
        return late.linalg.logm(A)
    if not disp:
        raise UnsupportedError("scipy.linalg.logm: disp=False is not supported")
    x = square("scipy.linalg.logm", A)
    return MatrixFunction("logm")(x.astype(np.float64))


@surface
def sqrtm(A: Any) -> Any:  # noqa: N803
    """The square root of square matrices; when complex, an error on running."""
    if not is_symbolic(A):
        return late.linalg.sqrtm(A)
    return Sqrtm()(square("scipy.linalg.sqrtm", A))


def _one_dtype(what: str, *arrays: Any) -> list[Any]:
    found = [matrix(what, a) for a in arrays]
    dtype = np.result_type(*[x.dtype for x in found])
    return [x.astype(dtype) for x in found]


def _check_equation(what: str, left: Any, right: Any, q: Any) -> None:
    if q.shape[-2:] != (left.shape[-1], right.shape[-1]) or q.ndim != left.ndim:
        raise ShapeError(f"{what}: the matrices do not fit together")


@surface
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x of ``a @ x + x @ b = q``."""
    if not is_symbolic(a, b, q):
        return late.linalg.solve_sylvester(a, b, q)
    what = "scipy.linalg.solve_sylvester"
    left, right, q = _one_dtype(what, square(what, a), square(what, b), q)
    _check_equation(what, left, right, q)
    return Sylvester()(left, right, q)


def _lyapunov(what: str, a: Any, q: Any, discrete: bool) -> Any:
    left, q = _one_dtype(what, square(what, a), q)
    _check_equation(what, left, left, q)
    return Lyapunov(discrete)(left, q)


@surface
def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The x of ``a @ x + x @ a.T = q``."""
    if not is_symbolic(a, q):
        return late.linalg.solve_continuous_lyapunov(a, q)
    return _lyapunov("scipy.linalg.solve_continuous_lyapunov", a, q, False)


solve_lyapunov = solve_continuous_lyapunov


@surface
def solve_discrete_lyapunov(a: Any, q: Any, method: str | None = None) -> Any:
    """The x of ``a @ x @ a.T - x + q = 0``; `method` is left to SciPy."""
    if not is_symbolic(a, q):
        return late.linalg.solve_discrete_lyapunov(a, q, method)
    what = "scipy.linalg.solve_discrete_lyapunov"
    if method is not None:
        raise UnsupportedError(f"{what}: method={method!r} is not supported")
    return _lyapunov(what, a, q, True)


def _riccati(what: str, discrete: bool, *given: Any) -> Any:
    a, b, q, r = _one_dtype(what, *given)
    fits = (
        a.ndim == b.ndim == q.ndim == r.ndim == 2
        and q.shape == a.shape == (a.shape[0], a.shape[0])
        and b.shape == (a.shape[0], r.shape[0])
        and r.shape == (r.shape[0], r.shape[0])
    )
    if not fits:
        raise ShapeError(f"{what}: the matrices do not fit together")
    return Riccati(discrete)(*(x.astype(np.float64) for x in (a, b, q, r)))


def _only_plain(what: str, e: Any, s: Any, balanced: bool) -> None:
    if e is not None or s is not None:
        raise UnsupportedError(f"{what}: e= and s= are not supported")
    if not balanced:
        raise UnsupportedError(f"{what}: balanced=False is not supported")


@surface
def solve_continuous_are(
    a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: bool = True
) -> Any:
    """The x of ``a.T x + x a - x b r^-1 b.T x + q = 0``, in float64."""
    if not is_symbolic(a, b, q, r):
        return late.linalg.solve_continuous_are(a, b, q, r, e, s, balanced)
    what = "scipy.linalg.solve_continuous_are"
    _only_plain(what, e, s, balanced)
    return _riccati(what, False, a, b, q, r)


@surface
def solve_discrete_are(
    a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: bool = True
) -> Any:
    """The x of ``a.T x a - x - a.T x b (r + b.T x b)^-1 b.T x a + q = 0``."""
    if not is_symbolic(a, b, q, r):
        return late.linalg.solve_discrete_are(a, b, q, r, e, s, balanced)
    what = "scipy.linalg.solve_discrete_are"
    _only_plain(what, e, s, balanced)
    return _riccati(what, True, a, b, q, r)
