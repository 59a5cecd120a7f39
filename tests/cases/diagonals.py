"""Diagonals and traces of matrices."""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, case, ints, real

for _k in (0, 1, -2):
    case(f"diag of a vector k={_k}", lambda x, k=_k: np.diag(x, k) ** 2, real(3))
    case(f"diag of a matrix k={_k}", lambda x, k=_k: np.diag(x, k=k) ** 2, real(4, 4))
    case(
        f"diag of wide k={_k}",
        lambda x, k=_k: np.diag(x, k) ** 2 + np.diag(x.T, -k),
        real(3, 5),
        **FIXED,
    )
    case(f"diagflat k={_k}", lambda x, k=_k: np.diagflat(x, k) ** 2, real(2, 3))
    case(f"trace offset={_k}", lambda x, k=_k: np.trace(x, k) ** 2, real(4, 4))
    case(
        f"diagonal offset={_k}",
        lambda x, k=_k: np.diagonal(x, offset=k, axis1=2, axis2=0) ** 2,
        real(4, 2, 4),
    )
case("diag far out", lambda x: np.diag(x, 7) ** 2 + x.sum(), real(3, 3), **FIXED)
case("diag of nothing", lambda x: np.diag(x) ** 2, real(0))
case("diag of ints", lambda n: np.diag(n), ints(3), **FLAT)
case("diagonal", lambda x: np.diagonal(x) * x.diagonal(), real(3, 3))
case("diagonal wide", lambda x: np.diagonal(x, 1) ** 2, real(2, 3, 4), **FIXED)
case("diagonal of a stack", lambda x: np.diagonal(x) ** 2, real(3, 3, 2))
case("linalg.diagonal", lambda x: np.linalg.diagonal(x) ** 2, real(2, 3, 3))
case(
    "linalg.diagonal offset=",
    lambda x: np.linalg.diagonal(x, offset=-1) ** 2,
    real(2, 3, 3),
)
case("diagflat of a number", lambda x: np.diagflat(x) ** 2, real())
case("trace of wide", lambda x: np.trace(x, offset=1) ** 2, real(2, 4), **FIXED)
case("trace of a stack", lambda x: np.trace(x, 0, 1, 2) ** 2, real(2, 3, 3))
case("trace axes", lambda x: np.trace(x, axis1=-1, axis2=0) ** 2, real(3, 2, 3))
case("trace method", lambda x: x.trace() ** 2, real(3, 3))
case(
    "trace dtype=",
    lambda x: np.trace(x, dtype=np.float32) ** 2,
    real(3, 3),
    near=0.02,
    **OURS,
)
case("trace of ints", lambda n: np.trace(n), ints(3, 3, dtype=np.int8), **FLAT)
case("linalg.trace", lambda x: np.linalg.trace(x) ** 2, real(2, 3, 3))
case("linalg.trace offset=", lambda x: np.linalg.trace(x, offset=1) ** 2, real(2, 3, 3))
