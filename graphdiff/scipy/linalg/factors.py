"""Factors of matrices, their spectra and norms."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import is_symbolic, lift, surface
from graphdiff.ops.matrix.matrices import (
    matrix,
    mirrored,
    square,
)
from graphdiff.ops.matrix.solve import Cholesky
from graphdiff.ops.matrix.spectral import Eigh, Eigvalsh, smaller
from graphdiff.ops.matrix.triangular import Lu, LuFactor, SolveTriangular
from graphdiff.runtime import late


@surface
def cholesky(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    """The triangular factor of a positive definite matrix; the upper by default."""
    if not is_symbolic(a):
        return late.linalg.cholesky(a, lower=lower)
    return Cholesky(not lower)(square("scipy.linalg.cholesky", a))


@surface
def cho_factor(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    """Cholesky's factor for `cho_solve`; here its other triangle holds zeros."""
    if not is_symbolic(a):
        return late.linalg.cho_factor(a, lower=lower)
    return Cholesky(not lower)(square("scipy.linalg.cho_factor", a)), bool(lower)


@surface
def lu(
    a: Any,
    permute_l: bool = False,
    overwrite_a: bool = False,
    check_finite: bool = True,
    p_indices: bool = False,
) -> Any:
    """Permutation, unit lower and upper triangle of matrices."""
    if not is_symbolic(a):
        return late.linalg.lu(a, permute_l=permute_l, p_indices=p_indices)
    if p_indices:
        raise UnsupportedError("scipy.linalg.lu: p_indices=True is not supported")
    p, lower, upper = Lu()(matrix("scipy.linalg.lu", a))
    return (p @ lower, upper) if permute_l else (p, lower, upper)


@surface
def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Both triangles of a square matrix in one, and its pivots, for `lu_solve`."""
    if not is_symbolic(a):
        return late.linalg.lu_factor(a)
    return LuFactor()(square("scipy.linalg.lu_factor", a))


@surface
def svd(
    a: Any,
    full_matrices: bool = True,
    compute_uv: bool = True,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Any:
    """Singular values, with their vectors unless `compute_uv` is false."""
    if not is_symbolic(a):
        return late.linalg.svd(
            a, full_matrices, compute_uv, lapack_driver=lapack_driver
        )
    svd_of: Any = np.linalg.svd
    found = svd_of(a, full_matrices, compute_uv)
    return tuple(found) if compute_uv else found


@surface
def svdvals(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Singular values, in falling order."""
    return np.linalg.svdvals(a) if is_symbolic(a) else late.linalg.svdvals(a)


@surface
def qr(
    a: Any,
    overwrite_a: bool = False,
    lwork: Any = None,
    mode: str = "full",
    pivoting: bool = False,
    check_finite: bool = True,
) -> Any:
    """Orthogonal and triangular factor; ``mode="r"`` a tuple of the latter alone."""
    if not is_symbolic(a):
        return late.linalg.qr(a, mode=mode, pivoting=pivoting)
    what = "scipy.linalg.qr"
    if pivoting or mode not in ("full", "economic", "r"):
        raise UnsupportedError(f"{what}: mode={mode!r}, pivoting={pivoting!r}")
    x = matrix(what, a)
    if mode != "economic" and smaller(what, x.node.type) != x.shape[-2]:
        raise UnsupportedError(
            f"{what}: mode={mode!r} of a tall matrix has no derivative; use "
            f"mode='economic'"
        )
    q, r = np.linalg.qr(x)
    return (r,) if mode == "r" else (q, r)


@surface
def eigh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    eigvals_only: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: Any = None,
) -> Any:
    """Eigenvalues and eigenvectors, of the equation ``a @ v = w * b @ v`` with `b`."""
    if not is_symbolic(a, b):
        return late.linalg.eigh(
            a,
            b,
            lower=lower,
            eigvals_only=eigvals_only,
            type=type,
            subset_by_index=subset_by_index,
            subset_by_value=subset_by_value,
            driver=driver,
        )
    what = "scipy.linalg.eigh"
    for name, value in (
        ("subset_by_index", subset_by_index),
        ("subset_by_value", subset_by_value),
        ("driver", driver),
        ("type", None if type == 1 else type),
    ):
        if value is not None:
            raise UnsupportedError(f"{what}: {name}= is not supported")
    side, x = "L" if lower else "U", square(what, a)
    if b is None:
        return Eigvalsh(side)(x) if eigvals_only else Eigh(side)(x)
    return _generalised(x, square(what, b), lower, eigvals_only)


def _generalised(a: Any, b: Any, lower: bool, eigvals_only: bool) -> Any:
    """``a @ v = w * b @ v`` with ``b = L @ L.T``: ``inv(L) @ a @ inv(L).T`` has w."""
    x = mirrored(a if lower else a.mT)
    factor = Cholesky(False)(b if lower else b.mT)
    once = SolveTriangular(False, True)(factor, x)
    inner = SolveTriangular(False, True)(factor, once.mT)
    if eigvals_only:
        return Eigvalsh()(inner)
    w, v = Eigh()(inner)
    return w, SolveTriangular(False, True, True)(factor, v)


@surface
def eigvalsh(
    a: Any, b: Any = None, *, lower: bool = True, check_finite: bool = True
) -> Any:
    """Eigenvalues of symmetric matrices, in rising order."""
    return eigh(a, b, lower=lower, eigvals_only=True)


@surface
def det(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The determinant, in float64 as SciPy computes it."""
    if not is_symbolic(a):
        return late.linalg.det(a)
    return np.linalg.det(lift(a).astype(np.float64))


@surface
def norm(
    a: Any,
    ord: Any = None,
    axis: Any = None,
    keepdims: bool = False,
    check_finite: bool = True,
) -> Any:
    """The norm of vectors or matrices, as ``np.linalg.norm``."""
    if not is_symbolic(a):
        return late.linalg.norm(a, ord, axis, keepdims)
    return np.linalg.norm(a, ord, axis, keepdims)
