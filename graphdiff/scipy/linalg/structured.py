"""Matrices made of vectors and of smaller matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import ShapeError, UnsupportedError
from graphdiff.expression.expression import is_symbolic, lift, surface
from graphdiff.ops.core.join import concatenate
from graphdiff.runtime import late


@surface
def block_diag(*arrs: Any) -> Any:
    """The matrix with the given ones along its diagonal, and zeros elsewhere."""
    if not is_symbolic(*arrs):
        return late.linalg.block_diag(*arrs)
    blocks = [np.atleast_2d(lift(a, "scipy.linalg.block_diag")) for a in arrs]
    rows = []
    for i, block in enumerate(blocks):
        if block.ndim != 2:
            raise ShapeError("scipy.linalg.block_diag: expected matrices")
        parts = [
            x if j == i else np.zeros_like(x, shape=(block.shape[0], x.shape[1]))
            for j, x in enumerate(blocks)
        ]
        rows.append(concatenate(parts, axis=1))
    return concatenate(rows, axis=0)


@surface
def kron(a: Any, b: Any) -> Any:
    """The Kronecker product of two matrices."""
    return np.kron(a, b)


def _by_offset(what: str, values: Any, offsets: Any) -> Any:
    """The matrix that holds ``values[offsets[i, j]]`` at i, j."""
    return lift(values, what)[offsets]


def _length(what: str, x: Any) -> int:
    n = x.size
    if not isinstance(n, int):
        raise UnsupportedError(f"{what}: the size {n} must be an int in the spec")
    return n


@surface
def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix constant along diagonals, of first column `c` and first row `r`."""
    if not is_symbolic(c, r):
        return late.linalg.toeplitz(c, r)
    what = "scipy.linalg.toeplitz"
    c = lift(c, what)
    r = c if r is None else lift(r, what)
    m, n = _length(what, c), _length(what, r)
    values = concatenate([np.ravel(c)[::-1], np.ravel(r)[1:]])
    return _by_offset(what, values, m - 1 - np.arange(m)[:, None] + np.arange(n))


@surface
def hankel(c: Any, r: Any = None) -> Any:
    """The matrix constant along antidiagonals, of first column `c`, last row `r`."""
    if not is_symbolic(c, r):
        return late.linalg.hankel(c, r)
    what = "scipy.linalg.hankel"
    c = lift(c, what)
    r = c * 0 if r is None else lift(r, what)
    m, n = _length(what, c), _length(what, r)
    values = concatenate([np.ravel(c), np.ravel(r)[1:]])
    return _by_offset(what, values, np.arange(m)[:, None] + np.arange(n))


@surface
def circulant(c: Any) -> Any:
    """The square matrix of which each column is the one before, turned round."""
    if not is_symbolic(c):
        return late.linalg.circulant(c)
    c = np.ravel(lift(c, "scipy.linalg.circulant"))
    n = _length("scipy.linalg.circulant", c)
    return c[(np.arange(n)[:, None] - np.arange(n)) % max(n, 1)]


@surface
def khatri_rao(a: Any, b: Any) -> Any:
    """The Kronecker products of each column of one matrix with that of the other."""
    if not is_symbolic(a, b):
        return late.linalg.khatri_rao(a, b)
    a, b = lift(a, "scipy.linalg.khatri_rao"), lift(b, "scipy.linalg.khatri_rao")
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise ShapeError(
            "scipy.linalg.khatri_rao: expected matrices of as many columns"
        )
    rows = a[:, None, :] * b
    return np.reshape(rows, (a.shape[0] * b.shape[0], a.shape[1]))


@surface
def companion(a: Any) -> Any:
    """The matrix whose eigenvalues are the roots of the polynomial `a`."""
    if not is_symbolic(a):
        return late.linalg.companion(a)
    a = lift(a, "scipy.linalg.companion")
    n = _length("scipy.linalg.companion", a)
    if a.ndim != 1 or n < 2:
        raise ShapeError("scipy.linalg.companion: expected two coefficients or more")
    first = (-a[1:] / a[0])[None]
    return concatenate([first, lift(np.eye(n - 2, n - 1), "").astype(first.dtype)])


@surface
def leslie(f: Any, s: Any) -> Any:
    """The matrix of a population: births `f` in its first row, survival `s` below."""
    if not is_symbolic(f, s):
        return late.linalg.leslie(f, s)
    f, s = lift(f, "scipy.linalg.leslie"), lift(s, "scipy.linalg.leslie")
    if f.ndim != 1 or s.shape != (f.shape[0] - 1,):
        raise ShapeError("scipy.linalg.leslie: expected one entry of s less than of f")
    return concatenate([f[None], np.diag(s, -1)[1:] + 0 * f])


@surface
def fiedler(a: Any) -> Any:
    """The distances ``abs(a[i] - a[j])``."""
    if not is_symbolic(a):
        return late.linalg.fiedler(a)
    a = lift(a, "scipy.linalg.fiedler")
    if a.ndim != 1:
        raise ShapeError("scipy.linalg.fiedler: expected a vector")
    return np.abs(a[:, None] - a)


@surface
def convolution_matrix(a: Any, n: int, mode: str = "full") -> Any:
    """The matrix that convolves vectors of `n` entries with `a`."""
    if not is_symbolic(a):
        return late.linalg.convolution_matrix(a, n, mode)
    what = "scipy.linalg.convolution_matrix"
    if mode not in ("full", "same", "valid"):
        raise UnsupportedError(f"{what}: mode={mode!r} is not supported")
    a = lift(a, what)
    m = _length(what, a)
    none = np.zeros_like(a, shape=(n - 1,))
    whole = toeplitz(concatenate([a, none]), concatenate([a[:1], none]))
    cut = {"full": 0, "same": min(m, n) - 1, "valid": 2 * (min(m, n) - 1)}[mode]
    first = cut // 2
    return whole[first : m + n - 1 - (cut - first)]


@surface
def solve_toeplitz(c_or_cr: Any, b: Any, check_finite: bool = True) -> Any:
    """The x of ``toeplitz(c, r) @ x = b``, in float64."""
    c, r = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, None)
    if not is_symbolic(c, r, b):
        return late.linalg.solve_toeplitz(c_or_cr, b)
    return np.linalg.solve(toeplitz(c, r).astype(np.float64), b)


@surface
def matmul_toeplitz(
    c_or_cr: Any, x: Any, check_finite: bool = False, workers: Any = None
) -> Any:
    """``toeplitz(c, r) @ x``, in float64."""
    c, r = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, None)
    if not is_symbolic(c, r, x):
        return late.linalg.matmul_toeplitz(c_or_cr, x)
    x = lift(x, "scipy.linalg.matmul_toeplitz")
    return toeplitz(c, r).astype(np.float64) @ x


@surface
def solve_circulant(c: Any, b: Any) -> Any:
    """The x of ``circulant(c) @ x = b``, of vectors c."""
    if not is_symbolic(c, b):
        return late.linalg.solve_circulant(c, b)
    if np.ndim(c) != 1:
        raise UnsupportedError("scipy.linalg.solve_circulant: c must be a vector")
    return np.linalg.solve(circulant(c), b)
