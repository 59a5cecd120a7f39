"""Arrays made of sizes and numbers, by `like=` and by `graphdiff.numpy`."""

import numpy as np

import graphdiff.numpy as gnp
from tests.cases.table import FIXED, FLAT, OURS, above, case, flags, ints, real

# --- by like= -------------------------------------------------------------------------
case("eye like=", lambda x: np.eye(x.shape[0], like=x) * x, real(3, 3), **OURS)
case("eye k=", lambda x: np.eye(3, 4, 1, like=x) * x, real(3, 4), **FIXED, **OURS)
case("eye dtype=", lambda x: np.eye(2, k=-1, dtype=int, like=x), real(3), **FLAT)
case("identity like=", lambda x: np.identity(x.shape[0], like=x) @ x, real(3), **OURS)
case("identity dtype=", lambda x: np.identity(2, bool, like=x), real(3), **FLAT)
case("tri like=", lambda x: np.tri(x.shape[0], like=x) @ x, real(3), **OURS)
case(
    "tri wide",
    lambda x: np.tri(*x.shape, k=1, dtype=np.float32, like=x) * x,
    real(3, 4),
    **OURS,
)
case(
    "arange of ints", lambda x: np.arange(2, 7, 2, like=x) * x, real(3), **FIXED, **OURS
)
case(
    "arange of floats",
    lambda x: np.arange(0.5, 2, like=x) * x,
    real(2),
    **FIXED,
    **OURS,
)
case(
    "arange dtype=",
    lambda x: np.arange(3, dtype=float, like=x) * x,
    real(3),
    **FIXED,
    **OURS,
)
case(
    "arange down",
    lambda x: np.arange(3, 0, -1, like=x) * x,
    real(3),
    **FIXED,
    **OURS,
)
case(
    "arange of sizes",
    lambda x: np.arange(1, x.shape[0], like=x) * x[1:],
    real(4),
    **OURS,
)
case(
    "arange of sizes in steps",
    lambda x: np.arange(0, x.shape[0], 2, like=x) * x[::2],
    real(5),
    **OURS,
)
case(
    "arange of sizes down",
    lambda x: np.arange(x.shape[0], 0, -1, like=x) * x,
    real(4),
    **OURS,
)
case("index by arange", lambda x: x[np.arange(1, 4, like=x)] ** 2, real(5), **OURS)
case(
    "array of numbers",
    lambda x: np.array([1, 2.5], like=x) * x,
    real(2),
    **FIXED,
    **OURS,
)
case("array dtype=", lambda x: np.array([x], np.float64, like=x) ** 2, real(2), **OURS)
case("array ndmin=", lambda x: np.array(x, ndmin=3, like=x) ** 2, real(2), **OURS)
case(
    "array copy=",
    lambda x: np.array(x, copy=True, order="C", like=x) * x,
    real(2),
    **OURS,
)
case("asanyarray like=", lambda x: np.asanyarray([x, x], like=x) ** 2, real(2), **OURS)
case(
    "ascontiguousarray like=",
    lambda x: np.ascontiguousarray(x, like=x) ** 2,
    real(),
    **OURS,
)
case(
    "asfortranarray like=",
    lambda x: np.asfortranarray([x, x], like=x) ** 2,
    real(3),
    **OURS,
)
case("require like=", lambda x: np.require([x], float, like=x) ** 2, real(3), **OURS)
case(
    "fromfunction like=",
    lambda x: np.fromfunction(lambda i, j: i + 2 * j, x.shape, like=x) * x,
    real(2, 3),
    **OURS,
)

# --- by graphdiff.numpy ---------------------------------------------------------------
case(
    "gnp.array",
    lambda x, y: gnp.array([x, [y, 2.0]]) ** 2,
    real(2),
    real(),
    **FIXED,
    **OURS,
)
case(
    "gnp.array of scalars",
    lambda x: gnp.array([[np.sin(x), 0], [0, np.cos(x)]]),
    real(),
    **OURS,
)
case("gnp.asarray", lambda x: gnp.asarray((x, x)) ** 2, real(3), **OURS)
case("gnp.zeros", lambda x: gnp.zeros(x.shape) + x, real(3, 2), **OURS)
case("gnp.ones of a size", lambda x: gnp.ones(x.shape[0]) @ x, real(3, 2), **OURS)
case("gnp.full", lambda x: gnp.full((2, 2), x[0]) ** 2, real(3), **OURS)
case("gnp.eye", lambda x: gnp.eye(x.shape[0], k=1) * x, real(3, 3), **OURS)
case("gnp.arange", lambda x: gnp.arange(x.shape[0]) * x, real(3), **OURS)
case("gnp.linspace", lambda x: gnp.linspace(0, 1, x.shape[0]) * x, real(4), **OURS)
case(
    "gnp.linspace of both",
    lambda x: gnp.linspace(x[0], 1, x.shape[0], endpoint=False) * x,
    real(4),
    **OURS,
)
case("gnp.indices", lambda x: gnp.indices(x.shape) * x, real(2, 3), **OURS)
case(
    "gnp.indices sparse",
    lambda x: sum(gnp.indices(x.shape, float, sparse=True)) * x,
    real(2, 3),
    **OURS,
)
case("gnp.diag_indices", lambda x: x[gnp.diag_indices(x.shape[0])], real(3, 3), **OURS)
for _name in ("bartlett", "blackman", "hamming", "hanning"):
    _window = getattr(gnp, _name)
    case(f"gnp.{_name}", lambda x, f=_window: f(x.shape[0]) * x, real(5), **OURS)
case("gnp.kaiser", lambda x: gnp.kaiser(x.shape[0], 5.0) * x, real(5), **OURS)
case("gnp.kaiser of beta", lambda b: gnp.kaiser(5, b), above(), order=2, **OURS)

# --- grids and positions --------------------------------------------------------------
case("meshgrid", lambda x, y: np.multiply(*np.meshgrid(x, y)), real(3), real(2))
case(
    "meshgrid indexing=",
    lambda x, y: np.meshgrid(x, y, x, indexing="ij")[1] * x[:, None, None],
    real(3),
    real(2),
)
case(
    "meshgrid sparse=",
    lambda x, y: np.multiply(*np.meshgrid(x, y, sparse=True, copy=False)),
    real(3),
    real(2),
    **OURS,
)
case("meshgrid of one", lambda x: np.meshgrid(x)[0] ** 2, real(3))
case("meshgrid of numbers", lambda x: sum(np.meshgrid(x, 2.0)) ** 2, real(), **OURS)
case(
    "ix_",
    lambda x, i: x[np.ix_(i, np.array([True, False, True]))] ** 2,
    real(3, 3),
    ints(2),
    **FIXED,
    **OURS,
)
case("unravel_index", lambda i: np.unravel_index(i, (2, 3))[1], ints(4), **FLAT)
case(
    "unravel_index order=",
    lambda x: np.unravel_index(np.argmax(x), x.shape, order="F")[0],
    real(2, 3),
    **FLAT,
)
case(
    "index by unravel_index",
    lambda x: x[np.unravel_index(np.argmax(x), x.shape)] ** 2,
    real(2, 3),
)
case(
    "ravel_multi_index",
    lambda x, i, j: x.ravel()[np.ravel_multi_index((i, j), x.shape)] ** 2,
    real(3, 3),
    ints(4),
    ints(4),
    **OURS,
)
case(
    "ravel_multi_index mode=",
    lambda i: np.ravel_multi_index((i, 7), (2, 3), mode="wrap", order="F"),
    ints(4),
    **FLAT,
)
case(
    "ravel_multi_index modes",
    lambda i: np.ravel_multi_index((i, 7), (2, 3), mode=("raise", "clip")),
    ints(4, below=2),
    **FLAT,
)
case("diag_indices_from", lambda x: x[np.diag_indices_from(x)] ** 2, real(3, 3))
case(
    "tril_indices_from",
    lambda x: x[np.tril_indices_from(x, k=-1)] ** 2,
    real(3, 4),
    **FIXED,
)
case(
    "triu_indices_from", lambda x: x[np.triu_indices_from(x)] ** 2, real(3, 3), **FIXED
)
case("zeros_like order=", lambda c: np.zeros_like(c, order="K"), flags(3), **FLAT)
