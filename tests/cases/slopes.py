"""Differences, slopes, areas, broken lines."""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, case, ints, real

case("diff prepend=", lambda x: np.diff(x, prepend=0) ** 2, real(4))
case("diff append=", lambda x: np.diff(x, axis=0, append=x[:1]) ** 2, real(3, 4))
case(
    "diff both ends",
    lambda x: np.diff(x, 2, prepend=[[1.0], [2], [3]], append=0.5) ** 2,
    real(3, 4),
    **FIXED,
    **OURS,
)
case("diff n=0", lambda x: np.diff(x, 0) ** 2, real(4))
case("diff of one entry", lambda x: np.diff(x * x), real(1))
case("diff of ints", lambda n: np.diff(n, axis=0), ints(4, 2), **FLAT)
case("ediff1d", lambda x: np.ediff1d(x) ** 2, real(2, 3))
case(
    "ediff1d ends",
    lambda x: np.ediff1d(x, to_begin=[1.0, 2], to_end=x[0, 0]) ** 2,
    real(2, 3),
    **OURS,
)
case("gradient", lambda x: np.gradient(x) ** 2, real(5))
case(
    "gradient of a matrix", lambda x: np.gradient(x)[0] * np.gradient(x)[1], real(3, 4)
)
case("gradient axis=", lambda x: np.gradient(x, axis=1) ** 2, real(3, 4))
case(
    "gradient of some axes",
    lambda x: sum(np.gradient(x, axis=(-1, 0))) ** 2,
    real(3, 2, 4),
)
case("gradient spacing", lambda x: np.gradient(x, 0.5, axis=0) ** 2, real(3, 4))
case(
    "gradient spacings",
    lambda x, h: sum(np.gradient(x, h, 2.0)) ** 2,
    real(3, 4),
    np.asarray(0.7),
)
_at = np.array([0.0, 0.4, 1.1, 1.3, 2.2])
case(
    "gradient coordinates",
    lambda x, t: np.gradient(x, t) ** 2,
    real(5),
    _at,
    **OURS,
)
case(
    "gradient coordinates of an axis",
    lambda x: np.gradient(x, _at, axis=0) ** 2,
    real(5, 3),
    **FIXED,
    **OURS,
)
case(
    "gradient edge_order=2",
    lambda x: np.gradient(x, edge_order=2, axis=1) ** 2,
    real(3, 4),
    **OURS,
)
case(
    "gradient coordinates edge_order=2",
    lambda x, t: np.gradient(x, t, edge_order=2) ** 2,
    real(5),
    _at,
    **OURS,
)
case("gradient of ints", lambda n: np.gradient(n), ints(4), **FLAT)
case("trapezoid", lambda y: np.trapezoid(y) ** 2, real(4))
case("trapezoid dx=", lambda y, h: np.trapezoid(y, dx=h, axis=0), real(4, 3), real())
case("trapezoid x", lambda y, x: np.trapezoid(y, x) ** 2, real(3, 4), real(4))
case(
    "trapezoid x axis=",
    lambda y, x: np.trapezoid(y, x, axis=0) ** 2,
    real(4, 3),
    real(4),
)
case(
    "trapezoid matrix of x",
    lambda y, x: np.trapezoid(y, x, axis=0) ** 2,
    real(4, 3),
    real(4, 3),
)
_points, _where = (
    np.array([-1.5, -0.2, 0.9, 1.7]),
    np.array([-1.8, -0.9, 0.3, 1.2, 2.2]),
)
case("interp", lambda x, p, f: np.interp(x, p, f) ** 2, _where, _points, real(4))
case(
    "interp of a matrix",
    lambda x, f: np.interp(x, [0, 1, 2], f) ** 2,
    real(2, 2),
    real(3),
    **FIXED,
    **OURS,
)
case("interp of a number", lambda f: np.interp(0.3, _points, f) ** 2, real(4), **FIXED)
case(
    "interp left=, right=",
    lambda x, p, f, a: np.interp(x, p, f, left=a, right=2.0) ** 2,
    _where,
    _points,
    real(4),
    real(),
    **OURS,
)
case(
    "interp period=",
    lambda x, p, f: np.interp(x, p, f, period=2.5) ** 2,
    _where,
    np.array([0.2, 3.3, 1.9, 1.1]),
    real(4),
)
case(
    "interp one point",
    lambda x, f: np.interp(x, [0.5], f) ** 2,
    real(3),
    real(1),
    oracle=False,
)
