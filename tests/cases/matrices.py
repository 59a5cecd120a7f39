"""Linear algebra: systems, factors, spectra, norms."""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, above, case, ints, real


def regular(*shape: int) -> np.ndarray:
    """Matrices far from singular."""
    return real(*shape) + 3 * np.eye(shape[-1])


def positive(*shape: int) -> np.ndarray:
    """Symmetric positive definite matrices."""
    x = real(*shape)
    return x @ x.mT + np.eye(shape[-1])


def spaced(n: int) -> np.ndarray:
    """A matrix with real eigenvalues, far apart and in order, that is not symmetric."""
    x = np.eye(n) + 0.1 * real(n, n)
    return x @ np.diag(np.arange(1.0, n + 1)) @ np.linalg.inv(x)


# --- systems --------------------------------------------------------------------------
for _a, _b in [
    ((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3,)), ((2, 3, 3), (3, 4)),
    ((3, 3), (2, 3, 4)), ((2, 1, 3, 3), (5, 3, 2)), ((1, 1), (1,)),
]:  # fmt: skip
    case(
        f"solve {_a} {_b}", lambda a, b: np.linalg.solve(a, b), regular(*_a), real(*_b)
    )
case("solve nothing", lambda a, b: np.linalg.solve(a, b), np.eye(3), real(3, 0))
case("solve size 0", lambda a, b: np.linalg.solve(a, b), real(0, 0), real(0))
case("solve ints", lambda a, n: np.linalg.solve(a, n), regular(3, 3), ints(3))
case(
    "solve in ints",
    lambda n: np.linalg.solve(n + 0, n[0]),
    np.eye(2, dtype=int),
    **FLAT,
)
case("solve twice", lambda a, b: np.linalg.solve(a.T, np.linalg.solve(a, b)) ** 2,
     regular(3, 3), real(3))  # fmt: skip
case("solve with one's own", lambda a: np.linalg.solve(a, a[0]) ** 2, regular(3, 3))
for _a in [(3, 3), (2, 3, 3), (1, 1), (0, 0)]:
    case(f"inv {_a}", lambda a: np.linalg.inv(a), regular(*_a))
case("inv of ints", lambda n: np.linalg.inv(n), np.diag([2, 4]), **FLAT)
case("tensorsolve", lambda a, b: np.linalg.tensorsolve(a, b),
     regular(6, 6).reshape(2, 3, 6), real(2, 3), **FIXED)  # fmt: skip
case("tensorsolve axes", lambda a, b: np.linalg.tensorsolve(a, b, axes=(0,)),
     regular(4, 4).reshape(4, 2, 2), real(2, 2), **FIXED)  # fmt: skip
case("tensorinv", lambda a: np.linalg.tensorinv(a), regular(6, 6).reshape(2, 3, 3, 2),
     **FIXED)  # fmt: skip
case("tensorinv ind=1", lambda a: np.linalg.tensorinv(a, ind=1),
     regular(4, 4).reshape(4, 2, 2), **FIXED)  # fmt: skip

# --- determinants ---------------------------------------------------------------------
for _a in [(3, 3), (2, 3, 3), (1, 1), (4, 4)]:
    case(f"det {_a}", lambda a: np.linalg.det(a), regular(*_a), near=1e-5)
    case(f"logdet {_a}", lambda a: np.linalg.slogdet(a)[1], regular(*_a))
case("det of nothing", lambda a: np.linalg.det(a), real(0, 0), **OURS)
case("det of ints", lambda n: np.linalg.det(n), np.diag([2, 3]), **FLAT)
case("det of rank 2", lambda a: np.linalg.det(a), real(3, 1) @ real(1, 3)
     + np.outer([0, 1, 1], [1, 0, 1]), **OURS)  # fmt: skip
case("det of rank 1", lambda a: np.linalg.det(a), np.outer([1, 2, 1.5], [1, -1, 0.5]),
     **OURS)  # fmt: skip
case("slogdet", lambda a: np.multiply(*np.linalg.slogdet(a)), -regular(3, 3))
case("slogdet by name", lambda a: np.linalg.slogdet(a).sign
     + np.linalg.slogdet(a).logabsdet ** 2, regular(2, 3, 3))  # fmt: skip

# --- factors --------------------------------------------------------------------------
for _a in [(3, 3), (2, 3, 3), (1, 1), (0, 0)]:
    case(f"cholesky {_a}", lambda a: np.linalg.cholesky(a), positive(*_a), **OURS)
case(
    "cholesky upper",
    lambda a: np.linalg.cholesky(a, upper=True),
    positive(3, 3),
    **OURS,
)
case("cholesky of symmetric", lambda x: np.linalg.cholesky(x @ x.T + 3 * (x + x.T)),
     regular(3, 3))  # fmt: skip
case("cholesky, whole", lambda a, b: np.linalg.solve(np.linalg.cholesky(a), b)
     * np.sum(np.log(np.linalg.cholesky(a)[..., 0, 0])), positive(3, 3), real(3),
     **OURS)  # fmt: skip
for _a in [(3, 3), (4, 2), (2, 3, 3), (2, 4), (2, 4, 3), (2, 3, 4)]:
    case(f"qr {_a}", lambda a: np.linalg.qr(a)[0] @ np.linalg.qr(a).R**2,
         real(*_a) + 2 * np.eye(*_a[-2:]), symbolic=_a[-1] == _a[-2])  # fmt: skip
    case(f"qr r {_a}", lambda a: np.linalg.qr(a, mode="r"),
         real(*_a) + 2 * np.eye(*_a[-2:]), symbolic=_a[-1] == _a[-2])  # fmt: skip
case("qr q", lambda a: np.linalg.qr(a, "complete").Q, regular(3, 3))
case("qr q of wide", lambda a: np.linalg.qr(a)[0], real(2, 4) + np.eye(2, 4), **FIXED)

# --- spectra --------------------------------------------------------------------------
for _a in [(3, 3), (2, 3, 3), (1, 1)]:
    case(f"eigvalsh {_a}", lambda a: np.linalg.eigvalsh(a), positive(*_a), **OURS)
    case(f"eigh {_a}", lambda a: np.linalg.eigh(a)[0][..., None, :]
         * np.linalg.eigh(a).eigenvectors ** 2, positive(*_a), **OURS)  # fmt: skip
case("eigvalsh U", lambda a: np.linalg.eigvalsh(a, "U"), positive(3, 3), **OURS)
case("eigh U", lambda a: np.linalg.eigh(a, UPLO="U").eigenvectors ** 3,
     positive(3, 3), **OURS)  # fmt: skip
case("eigh of symmetric", lambda x: np.linalg.eigh(x + x.T)[1] ** 2, regular(3, 3))
case("eigvalsh of symmetric", lambda x: np.linalg.eigvalsh(x + x.T) ** 2, regular(3, 3))
case("eigvals", lambda a: np.linalg.eigvals(a) ** 2, spaced(3), **OURS)
case(
    "eig",
    lambda a: np.linalg.eig(a)[1] ** 2 * np.linalg.eig(a).eigenvalues,
    spaced(3),
    **OURS,
)
for _a in [(3, 3), (4, 2), (2, 4), (2, 3, 3), (2, 4, 3)]:
    case(f"svd {_a}", lambda a: np.linalg.svd(a, full_matrices=False)[0] ** 2
         * np.linalg.svd(a, False).S[..., None, :], real(*_a),
         symbolic=_a[-1] == _a[-2], near=2e-5)  # fmt: skip
    case(f"svd vh {_a}", lambda a: np.linalg.svd(a, full_matrices=False).Vh ** 2
         * np.linalg.svd(a, False).S[..., :, None], real(*_a),
         symbolic=_a[-1] == _a[-2], near=2e-5)  # fmt: skip
    case(f"svdvals {_a}", lambda a: np.linalg.svdvals(a), real(*_a),
         symbolic=_a[-1] == _a[-2], **OURS)  # fmt: skip
case("svd of square", lambda a: np.linalg.svd(a)[0] ** 2, regular(3, 3), near=2e-5)
case("svd compute_uv=False", lambda a: np.linalg.svd(a, compute_uv=False), real(3, 2),
     **FIXED)  # fmt: skip
case("svd hermitian", lambda a: np.linalg.svd(a, compute_uv=False, hermitian=True),
     positive(3, 3), **OURS)  # fmt: skip

# --- least squares --------------------------------------------------------------------
for _a in [(4, 2), (2, 4), (3, 3), (2, 4, 3)]:
    case(f"pinv {_a}", lambda a: np.linalg.pinv(a), real(*_a) + np.eye(*_a[-2:]))
case("pinv rcond", lambda a: np.linalg.pinv(a, rcond=1e-9), regular(3, 3), **OURS)
case("pinv rtol", lambda a: np.linalg.pinv(a, rtol=1e-9), regular(3, 3))
case(
    "pinv hermitian",
    lambda a: np.linalg.pinv(a, hermitian=True),
    positive(3, 3),
    **OURS,
)
case("lstsq tall", lambda a, b: np.linalg.lstsq(a, b)[0], real(4, 2), real(4), **FIXED)
case("lstsq residuals", lambda a, b: np.linalg.lstsq(a, b)[1], real(4, 2), real(4, 3),
     **FIXED)  # fmt: skip
case("lstsq wide", lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0], real(2, 4),
     real(2, 3), **FIXED)  # fmt: skip
case(
    "lstsq singular values",
    lambda a, b: np.linalg.lstsq(a, b)[3] * np.linalg.lstsq(a, b)[0],
    real(4, 2),
    real(4),
    **FIXED,
)
case(
    "lstsq rank",
    lambda a, b: np.linalg.lstsq(a, b, 1e-9)[2] + np.linalg.lstsq(a, b)[3],
    real(4, 2),
    real(4),
    **FIXED,
    **FLAT,
)

# --- powers, ranks and norms ----------------------------------------------------------
for _n in [0, 1, 2, 3, 5, 8, 13, -1, -3]:
    case(f"matrix_power {_n}", lambda a, n=_n: np.linalg.matrix_power(a, n),
         regular(3, 3) / 3, near=2e-5, order=3 if _n else 0)  # fmt: skip
case("matrix_power of a stack", lambda a: np.linalg.matrix_power(a, 4), real(2, 3, 3),
     near=2e-4)  # fmt: skip
case("matrix_rank", lambda a: np.linalg.matrix_rank(a), real(2, 3, 4), **FLAT)
case("matrix_rank tol", lambda a: np.linalg.matrix_rank(a, 0.5), real(3, 4), **FLAT)
case(
    "matrix_rank rtol", lambda a: np.linalg.matrix_rank(a, rtol=0.5), real(3, 4), **FLAT
)
case("matrix_rank hermitian", lambda a: np.linalg.matrix_rank(a, hermitian=True),
     positive(3, 3), **FLAT)  # fmt: skip
case(
    "matrix_rank of a vector",
    lambda a: np.linalg.matrix_rank(a) * (a > 0),
    real(3),
    **FLAT,
    **OURS,
)
case("rank as a weight", lambda a: np.linalg.matrix_rank(a) * a, real(2, 3), **OURS)
for _p in [None, 2, -2, "fro", "nuc", 1, -1, np.inf, -np.inf]:
    case(f"cond {_p}", lambda a, p=_p: np.linalg.cond(a, p), regular(3, 3), near=2e-5)
    case(f"cond {_p} of a stack", lambda a, p=_p: np.linalg.cond(a, p),
         regular(2, 3, 3), near=2e-5)  # fmt: skip
for _p in [2, -2, "nuc"]:
    case(f"norm {_p} of matrices", lambda a, p=_p: np.linalg.norm(a, p), real(3, 3))
    case(f"norm {_p} over axes", lambda a, p=_p: np.linalg.norm(a, p, axis=(2, 0),
         keepdims=True), real(3, 2, 4), **FIXED, near=2e-4)  # fmt: skip
for _p in [2, 1, 3, 0.5, -1, 0, np.inf, -np.inf]:
    case(f"vector_norm {_p}", lambda a, p=_p: np.linalg.vector_norm(a, ord=p, axis=-1),
         above(3, 4), order=3 if _p else 0)  # fmt: skip
case("vector_norm whole", lambda a: np.linalg.vector_norm(a), real(3, 4))
case("vector_norm axes", lambda a: np.linalg.vector_norm(a, axis=(0, 2), ord=3,
     keepdims=True), real(2, 3, 2))  # fmt: skip
for _p in ["fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]:
    case(f"matrix_norm {_p}", lambda a, p=_p: np.linalg.matrix_norm(a, ord=p),
         real(2, 3, 3), near=2e-5)  # fmt: skip
case("matrix_norm keepdims", lambda a: np.linalg.matrix_norm(a, keepdims=True),
     real(2, 3, 4))  # fmt: skip

# --- triangles ------------------------------------------------------------------------
for _k in [0, 1, -1]:
    case(f"tril {_k}", lambda a, k=_k: np.tril(a, k) ** 2, real(3, 4))
    case(f"triu {_k}", lambda a, k=_k: np.triu(a, k=k) ** 2, real(2, 3, 4))
case("tril of a vector", lambda a: np.tril(a) ** 2, real(3), **OURS)
