"""Banded and tridiagonal matrices, stored by diagonals."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from graphdiff.errors import ShapeError
from graphdiff.expression.expression import is_symbolic, lift, surface
from graphdiff.graph.types import promote, show_shape
from graphdiff.ops.core.reduce import floats
from graphdiff.ops.matrix.banded import SolveBanded, SolvehBanded
from graphdiff.ops.matrix.spectral import Eigh, Eigvalsh
from graphdiff.runtime import late


def _system(what: str, rows: int | None, ab: Any, b: Any) -> tuple[Any, Any]:
    """Diagonals and right-hand sides in one dtype; there are so many `rows`, if any."""
    ab, b = floats(lift(ab, what)), floats(lift(b, what))
    if ab.ndim != 2 or (rows is not None and ab.shape[0] != rows):
        wanted = "a matrix" if rows is None else f"{rows} rows"
        raise ShapeError(
            f"{what}: expected {wanted} of diagonals, got shape {show_shape(ab.shape)}"
        )
    if b.ndim not in (1, 2) or b.shape[0] != ab.shape[1]:
        raise ShapeError(
            f"{what}: shapes {show_shape(ab.shape)} and {show_shape(b.shape)} do not "
            f"fit together"
        )
    dtype = promote(ab.dtype, b.dtype)
    return ab.astype(dtype), b.astype(dtype)


@surface
def solve_banded(
    l_and_u: tuple[int, int],
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x of ``a @ x = b`` for the matrix of which `ab` holds the diagonals."""
    if not is_symbolic(ab, b):
        return late.linalg.solve_banded(l_and_u, ab, b)
    below, above = map(operator.index, l_and_u)
    ab, b = _system("scipy.linalg.solve_banded", below + above + 1, ab, b)
    return SolveBanded(below, above, b.ndim == 1)(ab, b)


@surface
def solveh_banded(
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    lower: bool = False,
    check_finite: bool = True,
) -> Any:
    """As `solve_banded`, for a positive definite matrix: `ab` holds one half of it."""
    if not is_symbolic(ab, b):
        return late.linalg.solveh_banded(ab, b, lower=lower)
    ab, b = _system("scipy.linalg.solveh_banded", None, ab, b)
    return SolvehBanded(ab.shape[0] - 1, bool(lower), b.ndim == 1)(ab, b)


def _tridiagonal(what: str, d: Any, e: Any) -> Any:
    d, e = floats(lift(d, what)), floats(lift(e, what))
    if d.ndim != 1 or e.shape != (d.shape[0] - 1,):
        raise ShapeError(
            f"{what}: a diagonal of shape {show_shape(d.shape)} and one beside it of "
            f"shape {show_shape(e.shape)} do not fit"
        )
    return np.diag(d) + np.diag(e, -1)


@surface
def eigh_tridiagonal(d: Any, e: Any, eigvals_only: bool = False) -> Any:
    """Eigenvalues and vectors of the symmetric matrix with diagonals `d` and `e`."""
    if not is_symbolic(d, e):
        return late.linalg.eigh_tridiagonal(d, e, eigvals_only=eigvals_only)
    whole = _tridiagonal("scipy.linalg.eigh_tridiagonal", d, e)
    return Eigvalsh("L")(whole) if eigvals_only else tuple(Eigh("L")(whole))


@surface
def eigvalsh_tridiagonal(d: Any, e: Any) -> Any:
    """The eigenvalues of the symmetric matrix with diagonals `d` and `e`."""
    if not is_symbolic(d, e):
        return late.linalg.eigvalsh_tridiagonal(d, e)
    return Eigvalsh("L")(_tridiagonal("scipy.linalg.eigvalsh_tridiagonal", d, e))
