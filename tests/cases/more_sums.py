"""Sums of runs, edges of bins, polynomials by their roots, fits with covariance."""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, above, case, ints, real, words

for _name in words("add multiply maximum minimum"):
    _f = getattr(np, _name)
    case(
        f"{_name}.reduceat",
        lambda x, f=_f: f.reduceat(x, [0, 2, 3]) ** 2,
        real(6),
        **FIXED,
        **OURS,
    )
    case(
        f"{_name}.reduceat, back and forth",
        lambda x, f=_f: f.reduceat(x, np.array([1, 3, 0, 2]), axis=1) ** 2,
        real(2, 5),
        **FIXED,
        **OURS,
    )
    case(
        f"{_name}.reduceat of rows",
        lambda x, f=_f: f.reduceat(x, [1, 2]) ** 2,
        real(4, 3),
        **OURS,
    )
    case(
        f"{_name}.reduceat of ints",
        lambda n, f=_f: f.reduceat(n, [0, 2]),
        ints(4),
        **FLAT,
        **OURS,
    )
case("logaddexp2.reduce", lambda x: np.logaddexp2.reduce(x, axis=1), real(3, 4), **OURS)
case("logaddexp2.reduce initial=", lambda x: np.logaddexp2.reduce(
     x, axis=None, initial=0.5, where=x > -1), real(3, 4), **OURS)  # fmt: skip
case("histogram_bin_edges", lambda x: np.histogram_bin_edges(x, 4) ** 2, real(6),
     **OURS)  # fmt: skip
case("histogram_bin_edges range=", lambda x: np.histogram_bin_edges(x, 3, (0, 1)),
     real(6), **FLAT, **OURS)  # fmt: skip
case("poly", lambda r: np.poly(r) ** 2, real(4), **FIXED)
case("poly of one", lambda r: np.poly(r), real(1), **FIXED)
for _cov in [True, "unscaled"]:
    case(
        f"polyfit cov={_cov}",
        lambda x, y, cov=_cov: np.polyfit(x, y, 2, cov=cov)[1],
        real(6),
        real(6),
        near=2e-4,
        **FIXED,
        **OURS,
    )
    case(
        f"polyfit cov={_cov} w=",
        lambda x, y, w, cov=_cov: np.polyfit(x, y, 1, w=w, cov=cov)[1],
        real(6),
        real(6, 2) if _cov is True else real(6),
        above(6),
        near=2e-4,
        **FIXED,
        **OURS,
    )
case("linalg.matrix_transpose", lambda x: np.linalg.matrix_transpose(x) ** 2,
     real(2, 3, 4))  # fmt: skip


def _symmetric(n: int) -> np.ndarray:
    """A symmetric matrix with eigenvalues of both signs, far apart in size."""
    turn, _ = np.linalg.qr(real(n, n))
    values = np.arange(1.0, n + 1) * (-1) ** np.arange(n)
    return turn * values @ turn.T


case("svd hermitian u", lambda a: np.linalg.svd(a, hermitian=True)[0] ** 2
     * np.linalg.svd(a, hermitian=True).S, _symmetric(3), **OURS)  # fmt: skip
case("svd hermitian whole", lambda a: np.linalg.svd(a, hermitian=True).U
     @ (np.linalg.svd(a, hermitian=True).Vh ** 3), _symmetric(3), **OURS)  # fmt: skip
