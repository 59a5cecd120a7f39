"""SciPy's functions of matrices that have no derivative, or none here, and why."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from graphdiff.errors import UnsupportedError
from graphdiff.expression.expression import is_symbolic
from graphdiff.runtime import late

_NOT_UNIQUE = "its vectors are a basis of a subspace, and any other basis would do"
_COMPLEX = "its results may be complex"
_BY_STEPS = (
    "what is below or beside the diagonal depends on choices of the algorithm; for a "
    "symmetric matrix use eigh, else eig, qr or lu"
)
_STORED = "factors stored by diagonals have no rule; use solveh_banded for systems"
_CODE = "it calls Python code with a matrix; use expm, logm, sqrtm, cosm or sinm"

REASONS: dict[str, str] = {
    "orth": _NOT_UNIQUE,
    "null_space": _NOT_UNIQUE,
    "cossin": _NOT_UNIQUE,
    "schur": _BY_STEPS,
    "rsf2csf": _BY_STEPS,
    "qz": _BY_STEPS,
    "ordqz": _BY_STEPS,
    "hessenberg": _BY_STEPS,
    "ldl": _BY_STEPS,
    "cdf2rdf": _BY_STEPS,
    "eig": f"{_COMPLEX}; use np.linalg.eig",
    "eigvals": f"{_COMPLEX}; use np.linalg.eigvals",
    "fractional_matrix_power": f"{_COMPLEX}; use sqrtm, or expm of a multiple of logm",
    "cholesky_banded": _STORED,
    "cho_solve_banded": _STORED,
    "eig_banded": "use eigh of the whole matrix, or eigh_tridiagonal",
    "eigvals_banded": "use eigvalsh of the whole matrix, or eigvalsh_tridiagonal",
    "funm": _CODE,
    "signm": "it is flat wherever it is smooth; apply it outside of the function",
    "qr_multiply": "use qr, and the product with its factors",
    "diagsvd": "use np.diag",
    "subspace_angles": "use svdvals of a product of orthonormal factors",
    "fiedler_companion": "use companion",
    "expm_cond": "it is an estimate of errors, and no smooth function",
}


def refusing(name: str) -> Callable[..., Any]:
    """SciPy's function, which says why it takes no symbolic array."""
    function = getattr(late.linalg, name)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if is_symbolic(*args, *kwargs.values()):
            raise UnsupportedError(
                f"scipy.linalg.{name} is not supported on symbolic arrays: "
                f"{REASONS[name]}"
            )
        return function(*args, **kwargs)

    return call
