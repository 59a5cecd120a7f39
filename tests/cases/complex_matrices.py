"""Linear algebra of complex matrices.

Vectors of spectra have free phases, so what is made of them here does not depend on
these: sizes, projections.
"""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, case, complexes, real, words


def regular(*shape: int) -> np.ndarray:
    """Complex matrices far from singular."""
    return complexes(*shape) + 4 * np.eye(shape[-1])


def hermitian(*shape: int) -> np.ndarray:
    """Positive definite matrices that are their own conjugate transposed."""
    z = complexes(*shape)
    return z @ z.conj().mT + np.eye(shape[-1])


for _a, _b in [((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3,))]:
    case(
        f"complex solve {_a} {_b}",
        lambda a, b: np.linalg.solve(a, b),
        regular(*_a),
        complexes(*_b),
    )
case("complex solve real", lambda a, b: np.linalg.solve(a, b), regular(2, 2), real(2))
case(
    "real solve complex",
    lambda a, b: np.linalg.solve(a, b),
    real(2, 2) + 3 * np.eye(2),
    complexes(2),
)
for _name in words("inv det"):
    _f = getattr(np.linalg, _name)
    case(f"complex {_name}", lambda a, f=_f: f(a), regular(3, 3))
    case(f"complex {_name} of a stack", lambda a, f=_f: f(a), regular(2, 2, 2))
case("complex slogdet sign", lambda a: np.linalg.slogdet(a)[0], regular(3, 3))
case("complex slogdet", lambda a: np.linalg.slogdet(a)[1], regular(3, 3))
case(
    "log of abs of complex det",
    lambda a: np.log(np.abs(np.linalg.det(a))),
    regular(3, 3),
)
case("complex matrix_power", lambda a: np.linalg.matrix_power(a, 3), complexes(2, 2))
case("complex matrix_power -2", lambda a: np.linalg.matrix_power(a, -2), regular(2, 2))
case("complex pinv", lambda a: np.linalg.pinv(a), complexes(3, 2), **FIXED)
case("complex pinv of wide", lambda a: np.linalg.pinv(a), complexes(2, 3), **FIXED)
case(
    "complex lstsq",
    lambda a, b: np.linalg.lstsq(a, b)[0],
    complexes(4, 2),
    complexes(4),
    **FIXED,
    **OURS,
)
case(
    "complex lstsq singular values",
    lambda a, b: np.linalg.lstsq(a, b)[3],
    complexes(3, 2),
    complexes(3),
    **FIXED,
)
case(
    "complex lstsq residuals",
    lambda a, b: np.linalg.lstsq(a, b)[1],
    complexes(4, 2),
    complexes(4),
    **FIXED,
    **OURS,
)
case("complex matrix_rank", lambda a: np.linalg.matrix_rank(a), complexes(3, 2), **FLAT)

# --- factors --------------------------------------------------------------------------
case("complex cholesky", lambda a: np.linalg.cholesky(a), hermitian(3, 3), **OURS)
case(
    "complex cholesky upper=",
    lambda a: np.linalg.cholesky(a, upper=True),
    hermitian(3, 3),
    **OURS,
)
case(
    "complex cholesky of a product",
    lambda z: np.linalg.cholesky(z @ z.conj().mT + np.eye(3)),
    complexes(3, 3),
    **FIXED,
)
case("complex qr", lambda a: np.linalg.qr(a)[0], complexes(3, 2), **FIXED, **OURS)
case("complex qr R", lambda a: np.linalg.qr(a)[1], regular(3, 3), **FIXED, **OURS)
case(
    "complex qr of wide", lambda a: np.linalg.qr(a)[1], complexes(2, 3), **FIXED, **OURS
)

# --- spectra --------------------------------------------------------------------------
for _side in "LU":
    case(
        f"complex eigvalsh {_side}",
        lambda a, side=_side: np.linalg.eigvalsh(a, UPLO=side),
        hermitian(3, 3),
        **OURS,
    )
    case(
        f"complex eigh {_side}",
        lambda a, side=_side: np.abs(np.linalg.eigh(a, UPLO=side)[1]) ** 2,
        hermitian(3, 3),
        **OURS,
    )
case(
    "complex eigh of a product",
    lambda z: (
        np.abs(np.linalg.eigh(z @ z.conj().mT)[1]) ** 2
        * np.linalg.eigh(z @ z.conj().mT)[0]
    ),
    complexes(3, 3),
    near=1e-5,
)
case(
    "complex eigvals",
    lambda a: np.sum(np.linalg.eigvals(a) ** 3),
    complexes(3, 3),
    near=1e-5,
)
case(
    "complex eig",
    lambda a: np.sum(np.linalg.eig(a)[0] ** 2 * np.abs(np.linalg.eig(a)[1][0]) ** 2),
    complexes(3, 3),
    near=1e-4,
    **OURS,
)
for _name in words("svdvals svd"):
    case(
        f"complex {_name} values",
        lambda a, v=_name == "svd": (
            np.linalg.svd(a, False, v)[1] if v else np.linalg.svdvals(a)
        ),
        complexes(3, 2),
        **FIXED,
        near=1e-5,
    )
case(
    "complex svd",
    lambda a: np.abs(np.linalg.svd(a)[0]) ** 2,
    complexes(2, 2),
    **FIXED,
    near=1e-4,
)
case(
    "complex svd of tall",
    lambda a: np.linalg.svd(a, False)[0] @ np.linalg.svd(a, False)[2],
    complexes(3, 2),
    **FIXED,
    near=1e-4,
)
case(
    "complex svd of wide",
    lambda a: np.linalg.svd(a, False)[0] @ np.linalg.svd(a, False)[2],
    complexes(2, 3),
    **FIXED,
    near=1e-4,
)

# --- norms ----------------------------------------------------------------------------
for _ord in (None, "fro", "nuc", 1, -1, 2, -2, np.inf):
    case(
        f"complex norm {_ord}",
        lambda a, ord=_ord: np.linalg.norm(a, ord),
        complexes(3, 2),
        **FIXED,
        near=1e-5,
    )
for _ord in (None, 1, 2, 3, np.inf, -np.inf):
    case(
        f"complex vector norm {_ord}",
        lambda z, ord=_ord: np.linalg.norm(z, ord, axis=0),
        complexes(4, 2),
    )
case(
    "complex norm axis=(0, 2)",
    lambda z: np.linalg.norm(z, axis=(0, 2)),
    complexes(2, 3, 2),
)
case("complex cond", lambda a: np.linalg.cond(a), complexes(2, 2), near=1e-5)
