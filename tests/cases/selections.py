"""Entries selected by a symbolic mask, and reduced."""

import numpy as np

from tests.cases.table import FLAT, OURS, above, case, flags, real

for _name in ("sum", "mean", "prod", "max", "min", "var", "std"):
    _reduce = getattr(np, _name)
    case(
        f"{_name} of x[mask]", lambda x, f=_reduce: f(x[x > 0] ** 2), real(3, 4), **OURS
    )
    case(
        f"{_name} of rows x[mask]",
        lambda x, f=_reduce: f(x[x[:, 0] < 9], axis=0) ** 2,
        real(3, 4),
        **OURS,
    )
case("method of x[mask]", lambda x: x[x > 0].sum() * x[x < 0].mean(), real(5), **OURS)
case(
    "x[mask] of functions",
    lambda x: np.sum(np.sqrt(x[x > 0]) * np.log(x[x > 0]) + 2.0),
    above(5),
    **OURS,
)
case(
    "x[mask], y[mask]",
    lambda x, y: (x[y > 0] - y[y > 0]).sum(),
    real(5),
    real(5),
    **OURS,
)
case("a x[mask]", lambda x: np.sum(x[0] * x[x > 0] / x[1]), real(5), **OURS)
case("x[mask] @ x[mask]", lambda x: x[x > 0] @ x[x > 0], real(5), **OURS)
case("np.dot of x[mask]", lambda x: np.dot(x[x > 0], x[x > 0]), real(5), **OURS)
case(
    "rows of x[mask] @ w",
    lambda x, w, c: np.mean((x[c] @ w) ** 2),
    real(4, 3),
    real(3),
    np.array([True, False, True, True]),
    **OURS,
)
case("len of x[mask]", lambda x: np.sum(x[x > 0]) / x[x > 0].size, real(5), **OURS)
case(
    "shape of x[mask]", lambda x: x.sum() * x[x[:, 0] > 0].shape[0], real(5, 2), **OURS
)
case("norm of x[mask]", lambda x: np.linalg.norm(x[x > 0]), real(5), **OURS)
case("count of x[mask]", lambda x: np.count_nonzero(x[x > 0] > 1), real(5), **FLAT)
case("any of x[mask]", lambda x, c: np.any(x[c] > 1), real(5), flags(5), **FLAT)
case("all of x[mask]", lambda x, c: np.all(x[c] > 1), real(5), flags(5), **FLAT)
case("ptp of x[mask]", lambda x: np.ptp(x[x > 0]), real(6), **OURS)
case(
    "average of x[mask]",
    lambda x, w: np.average(x[w > 0.5], weights=w[w > 0.5]),
    real(6),
    above(6),
    **OURS,
)
case(
    "x[mask] over axis 1",
    lambda x: np.sum(np.sum(x[x[:, 0] > 0], axis=1) ** 2),
    real(4, 3),
    **OURS,
)
case(
    "x[mask] keepdims=",
    lambda x: x * np.sum(x[x[:, 0] > 0], axis=0, keepdims=True),
    real(4, 3),
    **OURS,
)
case("clip of x[mask]", lambda x: np.sum(np.clip(x[x > 0], 0.1, 9)), real(5), **OURS)
case("x[mask] astype", lambda x: x[x > 0].astype(np.float64).sum(), real(5), **OURS)
