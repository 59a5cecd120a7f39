"""Banded systems, Riccati's equations, further functions and structures of SciPy."""

import numpy as np

from graphdiff.scipy import linalg
from tests.cases.matrices import positive, regular
from tests.cases.table import FIXED, OURS, above, case, real

# --- matrices stored by diagonals -----------------------------------------------------


def diagonals(below: int, above: int, n: int) -> np.ndarray:
    """Matrices with a large main diagonal, stored by diagonals."""
    ab = real(below + above + 1, n)
    ab[above] += np.copysign(4, ab[above])
    return ab


for _below, _above in [(1, 1), (0, 1), (2, 1), (1, 3), (0, 0)]:
    for _b in [(4,), (4, 2)]:
        case(
            f"solve_banded {_below} {_above} {_b}",
            lambda ab, b, w=(_below, _above): linalg.solve_banded(w, ab, b),
            diagonals(_below, _above, 4),
            real(*_b),
            **FIXED,
            **OURS,
        )
case("solve_banded of few", lambda ab, b: linalg.solve_banded((2, 1), ab, b),
     diagonals(2, 1, 2), real(2), **FIXED, **OURS)  # fmt: skip
case("solve_banded of a size", lambda ab, b: linalg.solve_banded((1, 1), ab[:3], b),
     diagonals(1, 1, 5), real(5), **FIXED, **OURS)  # fmt: skip
for _lower in [False, True]:
    for _b in [(4,), (4, 2)]:
        case(
            f"solveh_banded lower={_lower} {_b}",
            lambda d, e, b, low=_lower: linalg.solveh_banded(
                np.stack([d, e] if low else [e, d]), b, lower=low
            ),
            above(4) + 4,
            real(4),
            real(*_b),
            **FIXED,
            **OURS,
        )
case("eigh_tridiagonal", lambda d, e: linalg.eigh_tridiagonal(d, e)[1] ** 2,
     3 * real(4), above(3), **FIXED, **OURS)  # fmt: skip
case("eigh_tridiagonal eigvals_only", lambda d, e: linalg.eigh_tridiagonal(d, e, True),
     3 * real(4), above(3), **FIXED, **OURS)  # fmt: skip
case("eigvalsh_tridiagonal", lambda d, e: linalg.eigvalsh_tridiagonal(d, e),
     3 * real(4), above(3), **FIXED, **OURS)  # fmt: skip

# --- equations ------------------------------------------------------------------------
for _kind in ["continuous", "discrete"]:
    case(
        f"solve_{_kind}_are",
        lambda a, b, q, r, k=_kind: getattr(linalg, f"solve_{k}_are")(
            a, b, q @ q.mT + np.eye(3), r @ r.mT + np.eye(2)
        ),
        real(3, 3) / 2,
        real(3, 2),
        real(3, 3),
        real(2, 2),
        near=2e-5,
        **FIXED,
        **OURS,
    )

# --- functions ------------------------------------------------------------------------
for _name in ["coshm", "sinhm", "tanhm", "cosm", "sinm", "tanm"]:
    case(_name, lambda a, f=_name: getattr(linalg, f)(a), real(3, 3) / 4, **OURS)
case("expm_frechet", lambda a, e: np.multiply(*linalg.expm_frechet(a, e)),
     real(3, 3) / 2, real(3, 3), **OURS)  # fmt: skip
case("expm_frechet compute_expm=", lambda a, e: linalg.expm_frechet(
     a, e, compute_expm=False), real(3, 3) / 2, real(3, 3), **OURS)  # fmt: skip
case("polar", lambda a: linalg.polar(a)[0] * np.sum(linalg.polar(a)[1] ** 3),
     real(4, 3), near=2e-5, **OURS)  # fmt: skip
case("polar left", lambda a: linalg.polar(a, "left")[0]
     * np.sum(linalg.polar(a, side="left")[1] ** 3), real(2, 3), near=2e-5,
     **OURS)  # fmt: skip
case("orthogonal_procrustes", lambda a, b: linalg.orthogonal_procrustes(a, b)[0]
     * linalg.orthogonal_procrustes(a, b)[1], real(4, 2), real(4, 2), near=2e-5,
     **OURS)  # fmt: skip
case("pinvh", lambda a: linalg.pinvh(a), positive(3, 3), **FIXED, **OURS)
case("pinvh upper", lambda a: linalg.pinvh(a, lower=False), positive(3, 3), **FIXED,
     **OURS)  # fmt: skip

# --- structures -----------------------------------------------------------------------
case("khatri_rao", lambda a, b: linalg.khatri_rao(a, b), real(2, 3), real(4, 3), **OURS)
case("companion", lambda a: linalg.companion(a) ** 2, real(4), **FIXED, **OURS)
case("companion of a line", lambda a: linalg.companion(a), real(2), **FIXED, **OURS)
case("leslie", lambda f, s: linalg.leslie(f, s) ** 2, real(4), real(3), **FIXED, **OURS)
case("fiedler", lambda a: linalg.fiedler(a) ** 2, real(4), **OURS)
for _mode in ["full", "same", "valid"]:
    for _n in [3, 5]:
        case(f"convolution_matrix {_mode} {_n}", lambda a, n=_n, m=_mode:
             linalg.convolution_matrix(a, n, m) ** 2, real(4), **FIXED,
             **OURS)  # fmt: skip
case("solve_toeplitz", lambda c, r, b: linalg.solve_toeplitz((c, r), b),
     np.array([4, 0.5, -0.7]), np.array([4, 0.3, 0.2]), real(3, 2), **FIXED,
     **OURS)  # fmt: skip
case("solve_toeplitz of a column", lambda c, b: linalg.solve_toeplitz(c, b),
     np.array([4, 0.5, -0.7]), real(3), **FIXED, **OURS)  # fmt: skip
case("matmul_toeplitz", lambda c, x: linalg.matmul_toeplitz(c, x), real(3), real(3, 2),
     **FIXED, **OURS)  # fmt: skip
case("matmul_toeplitz pair", lambda c, r, x: linalg.matmul_toeplitz((c, r), x),
     real(3), real(4), real(4), **FIXED, **OURS)  # fmt: skip
case("solve_circulant", lambda c, b: linalg.solve_circulant(c, b),
     np.array([4, 0.5, -0.7]), real(3), **FIXED, **OURS)  # fmt: skip
case("solve_banded in a chain", lambda ab, a, b: linalg.solve_banded(
     (1, 1), ab, a @ b), diagonals(1, 1, 3), regular(3, 3), real(3), **FIXED,
     **OURS)  # fmt: skip

for _a in [(4, 2), (2, 4), (2, 4, 3)]:
    case(f"lu of {_a}", lambda a: linalg.lu(a)[1] @ linalg.lu(a)[2] ** 3, real(*_a),
         **FIXED, **OURS)  # fmt: skip
    case(f"lu l of {_a}", lambda a: linalg.lu(a)[1] ** 3, real(*_a), **FIXED,
         **OURS)  # fmt: skip
    case(f"lu u of {_a}", lambda a: linalg.lu(a, permute_l=True)[1] ** 3, real(*_a),
         **FIXED, **OURS)  # fmt: skip
