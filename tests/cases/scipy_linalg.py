"""`scipy.linalg` through its drop-in, which takes expressions and plain arrays."""

import numpy as np

from graphdiff.scipy import linalg
from tests.cases.matrices import positive, regular
from tests.cases.table import FIXED, case, real

OURS = {"oracle": False}


def pivoted(*shape: int) -> np.ndarray:
    """Matrices whose rows trade places, and not for a small change."""
    return real(*shape) + 4 * np.eye(shape[-1])[::-1]


# --- systems --------------------------------------------------------------------------
for _a, _b in [((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (2, 3, 2))]:
    for _lower in [False, True]:
        for _trans in [0, 1]:
            case(
                f"solve_triangular {_a} {_b} lower={_lower} trans={_trans}",
                lambda a, b, lower=_lower, trans=_trans: linalg.solve_triangular(
                    a, b, trans=trans, lower=lower
                ),
                regular(*_a),
                real(*_b),
                **OURS,
            )
    case(
        f"cho_solve {_a} {_b}",
        lambda a, b: linalg.cho_solve(linalg.cho_factor(a), b),
        positive(*_a),
        real(*_b),
        **OURS,
    )
    case(
        f"cho_solve lower {_a} {_b}",
        lambda a, b: linalg.cho_solve((linalg.cholesky(a, lower=True), True), b),
        positive(*_a),
        real(*_b),
        **OURS,
    )
    for _trans in [0, 1]:
        case(
            f"lu_solve {_a} {_b} trans={_trans}",
            lambda a, b, trans=_trans: linalg.lu_solve(
                linalg.lu_factor(a), b, trans=trans
            ),
            real(*_a),
            real(*_b),
            **OURS,
        )
case(
    "solve_triangular unit_diagonal",
    lambda a, b: linalg.solve_triangular(a, b, lower=True, unit_diagonal=True),
    regular(3, 3),
    real(3),
    **OURS,
)
case(
    "solve_triangular unit_diagonal trans",
    lambda a, b: linalg.solve_triangular(a, b, "T", unit_diagonal=True),
    regular(3, 3),
    real(3, 2),
    **OURS,
)
for _kind in ["gen", "sym", "pos"]:
    for _lower in [False, True]:
        case(
            f"scipy solve {_kind} lower={_lower}",
            lambda a, b, kind=_kind, lower=_lower: linalg.solve(
                a, b, lower=lower, assume_a=kind
            ),
            positive(3, 3),
            real(3),
            **OURS,
        )
case(
    "scipy solve transposed",
    lambda a, b: linalg.solve(a, b, transposed=True),
    regular(3, 3),
    real(3),
    **OURS,
)
case("scipy inv", lambda a: linalg.inv(a) * linalg.det(a), regular(3, 3), **OURS)
case("scipy pinv", lambda a: linalg.pinv(a), real(4, 2), **FIXED, **OURS)
case(
    "scipy lstsq",
    lambda a, b: linalg.lstsq(a, b)[0],
    real(4, 2),
    real(4),
    **FIXED,
    **OURS,
)

# --- factors --------------------------------------------------------------------------
case("scipy cholesky", lambda a: linalg.cholesky(a), positive(3, 3), **OURS)
case("lu", lambda a: linalg.lu(a)[1] * linalg.lu(a)[2].T, pivoted(3, 3), **OURS)
case("lu upper", lambda a: linalg.lu(a)[2], pivoted(2, 3, 3), **OURS)
case("lu permute_l", lambda a: linalg.lu(a, permute_l=True)[0], pivoted(3, 3), **OURS)
case("lu_factor", lambda a: linalg.lu_factor(a)[0], pivoted(3, 3), **OURS)
case("lu_factor of a stack", lambda a: linalg.lu_factor(a)[0], pivoted(2, 4, 4), **OURS)
case("scipy svd", lambda a: linalg.svd(a)[1], real(3, 3), **OURS)
case("scipy svd thin", lambda a: linalg.svd(a, full_matrices=False)[2] ** 2, real(4, 2),
     near=2e-5, **FIXED, **OURS)  # fmt: skip
case("scipy svdvals", lambda a: linalg.svdvals(a), real(4, 2), **FIXED, **OURS)
case(
    "scipy qr", lambda a: linalg.qr(a, mode="economic")[0], real(4, 2), **FIXED, **OURS
)
case("scipy qr r", lambda a: linalg.qr(a, mode="r")[0], real(3, 3), **OURS)
for _lower in [False, True]:
    case(f"scipy eigh lower={_lower}",
         lambda a, lower=_lower: linalg.eigh(a, lower=lower)[1] ** 2, positive(3, 3),
         **OURS)  # fmt: skip
    case(f"eigh of a pair lower={_lower}",
         lambda a, b, lower=_lower: linalg.eigh(a, b, lower=lower)[1] ** 2
         * linalg.eigvalsh(a, b, lower=lower), positive(3, 3), positive(3, 3),
         **OURS)  # fmt: skip
case("scipy eigvalsh", lambda a: linalg.eigvalsh(a), positive(3, 3), **OURS)
case(
    "scipy norm", lambda a: linalg.norm(a, axis=0) * linalg.norm(a), real(3, 3), **OURS
)

# --- functions and equations ----------------------------------------------------------
for _a in [(3, 3), (2, 3, 3), (1, 1)]:
    case(f"expm {_a}", lambda a: linalg.expm(a), real(*_a) / 2, **OURS)
    case(f"sqrtm {_a}", lambda a: linalg.sqrtm(a), positive(*_a), **OURS)
    case(
        f"logm {_a}",
        lambda a: linalg.logm(a.astype(float)),
        positive(*_a),
        near=2e-5,
        **OURS,
    )
    case(f"sylvester {_a}", lambda a, b, q: linalg.solve_sylvester(a, b, q),
         regular(*_a), regular(*_a), real(*_a), **OURS)  # fmt: skip
    case(f"lyapunov {_a}", lambda a, q: linalg.solve_continuous_lyapunov(a, q),
         regular(*_a), real(*_a), **OURS)  # fmt: skip
    case(f"discrete lyapunov {_a}", lambda a, q: linalg.solve_discrete_lyapunov(a, q),
         real(*_a) / 5, real(*_a), **OURS)  # fmt: skip
case("sylvester of sizes", lambda a, b, q: linalg.solve_sylvester(a, b, q),
     regular(3, 3), regular(2, 2), real(3, 2), **OURS)  # fmt: skip

# --- structured matrices --------------------------------------------------------------
case("block_diag", lambda x, y, z: linalg.block_diag(x, y, z) ** 2, real(2, 3),
     real(1, 2), real(2), **OURS)  # fmt: skip
case(
    "toeplitz",
    lambda c, r: linalg.toeplitz(c, r) ** 2,
    real(3),
    real(4),
    **FIXED,
    **OURS,
)
case("toeplitz symmetric", lambda c: linalg.toeplitz(c) ** 2, real(3), **FIXED, **OURS)
case("hankel", lambda c, r: linalg.hankel(c, r) ** 2, real(3), real(4), **FIXED, **OURS)
case("hankel of a column", lambda c: linalg.hankel(c) ** 2, real(3), **FIXED, **OURS)
case("circulant", lambda c: linalg.circulant(c) ** 2, real(3), **FIXED, **OURS)
