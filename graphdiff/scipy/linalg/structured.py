"""Matrices made of vectors and of smaller matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import ShapeError, UnsupportedError
from graphdiff.expression.expression import is_symbolic, lift, surface
from graphdiff.ops.join import concatenate
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
