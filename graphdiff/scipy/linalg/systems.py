"""Systems of equations, solved as their matrices allow."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import ShapeError, UnsupportedError
from graphdiff.expression.expression import is_symbolic, lift, surface
from graphdiff.ops.matrix.matrices import (
    matrix,
    mirrored,
    solved,
    system,
    without_column,
)
from graphdiff.ops.matrix.solve import Cholesky, Solve
from graphdiff.ops.matrix.triangular import ChoSolve, LuSolve, SolveTriangular
from graphdiff.runtime import late


def _is_transposed(what: str, trans: Any) -> bool:
    if trans in (0, "N"):
        return False
    if trans in (1, 2, "T", "C"):
        return True
    raise UnsupportedError(f"{what}: trans must be 0, 1 or 2, got {trans!r}")


@surface
def solve(
    a: Any,
    b: Any,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    assume_a: str | None = None,
    transposed: bool = False,
) -> Any:
    """The x of ``a @ x = b``; `assume_a` may be ``gen``, ``sym`` or ``pos``."""
    if not is_symbolic(a, b):
        kind = {} if assume_a is None else {"assume_a": assume_a}
        return late.linalg.solve(a, b, lower=lower, transposed=transposed, **kind)
    what = "scipy.linalg.solve"
    rows, given, vector = system(what, a, b)
    if assume_a in ("pos", "positive definite"):
        factor = Cholesky(not lower)(rows)
        return solved(lambda v: ChoSolve(v, bool(lower)), factor, given, vector)
    if assume_a in ("sym", "symmetric", "her", "hermitian"):
        rows = mirrored(rows if lower else rows.mT)
    elif assume_a not in (None, "gen", "general"):
        raise UnsupportedError(f"{what}: assume_a={assume_a!r} is not supported")
    return solved(Solve, rows.mT if transposed else rows, given, vector)


@surface
def solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x of ``a @ x = b`` for a triangular `a`; the other triangle is not read."""
    if not is_symbolic(a, b):
        return late.linalg.solve_triangular(
            a, b, trans=trans, lower=lower, unit_diagonal=unit_diagonal
        )
    what = "scipy.linalg.solve_triangular"
    turn, unit = _is_transposed(what, trans), bool(unit_diagonal)
    return solved(
        lambda vector: SolveTriangular(vector, bool(lower), turn, unit),
        *system(what, a, b),
    )


@surface
def cho_solve(
    c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """The x of ``a @ x = b``, given the factor of `a` that `cho_factor` makes."""
    factor, lower = c_and_lower
    if not is_symbolic(factor, b):
        return late.linalg.cho_solve(c_and_lower, b)
    rows, given, vector = system("scipy.linalg.cho_solve", factor, b)
    return solved(lambda v: ChoSolve(v, bool(lower)), rows, given, vector)


@surface
def lu_solve(
    lu_and_piv: Any,
    b: Any,
    trans: Any = 0,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x of ``a @ x = b``, given what `lu_factor` makes of `a`."""
    factor, piv = lu_and_piv
    if not is_symbolic(factor, piv, b):
        return late.linalg.lu_solve(lu_and_piv, b, trans=trans)
    what = "scipy.linalg.lu_solve"
    turn = _is_transposed(what, trans)
    rows, given, vector = system(what, factor, b)
    swaps = lift(piv, what)
    if swaps.shape != rows.shape[:-1]:
        raise ShapeError(f"{what}: stacks of factors and of right-hand sides differ")
    if vector and given.ndim > 1:
        return without_column(LuSolve(False, turn)(rows, swaps, given))
    return LuSolve(vector, turn)(rows, swaps, given)


@surface
def inv(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The inverse."""
    return np.linalg.inv(a) if is_symbolic(a) else late.linalg.inv(a)


@surface
def pinv(
    a: Any,
    *,
    atol: Any = None,
    rtol: Any = None,
    return_rank: bool = False,
    check_finite: bool = True,
) -> Any:
    """The pseudoinverse of matrices whose rank does not change."""
    if not is_symbolic(a):
        return late.linalg.pinv(a, atol=atol, rtol=rtol, return_rank=return_rank)
    if atol is not None or return_rank:
        raise UnsupportedError(
            "scipy.linalg.pinv: atol= and return_rank= are not supported; write "
            "np.linalg.pinv(a, rtol=...)"
        )
    x = matrix("scipy.linalg.pinv", a)
    if rtol is None:
        longest = max(n for n in x.shape[-2:] if isinstance(n, int))
        rtol = longest * float(np.finfo(x.dtype).eps)
    return np.linalg.pinv(x, rtol=rtol)


@surface
def pinvh(a: Any, atol: Any = None, rtol: Any = None, lower: bool = True) -> Any:
    """The pseudoinverse of symmetric matrices, of which one triangle is read."""
    if not is_symbolic(a):
        return late.linalg.pinvh(a, atol=atol, rtol=rtol, lower=lower)
    if atol is not None:
        raise UnsupportedError("scipy.linalg.pinvh: atol= is not supported")
    x = matrix("scipy.linalg.pinvh", a)
    whole = mirrored(x if lower else x.mT)
    return pinv(whole, rtol=rtol)


@surface
def lstsq(
    a: Any,
    b: Any,
    cond: Any = None,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    lapack_driver: str | None = None,
) -> Any:
    """Least squares for matrices of full rank, as ``np.linalg.lstsq``."""
    if not is_symbolic(a, b):
        return late.linalg.lstsq(a, b, cond, lapack_driver=lapack_driver)
    if lapack_driver is not None:
        raise UnsupportedError("scipy.linalg.lstsq: lapack_driver= is not supported")
    return np.linalg.lstsq(a, b, cond)
