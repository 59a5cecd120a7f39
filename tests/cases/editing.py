"""Laying out, cutting, inserting, leaving out, choosing by known conditions."""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, case, flags, ints, real

# --- joining --------------------------------------------------------------------------
case("atleast_3d", lambda x: np.atleast_3d(x) ** 2, real(2, 3))
case("atleast_3d of a vector", lambda x: np.atleast_3d(x) ** 2, real(3))
case("atleast_3d of several", lambda x, y: sum(np.atleast_3d(x, y)), real(), real(1))
case("dstack", lambda x, y: np.dstack([x, y]) ** 2, real(2, 3), real(2, 3))
case("dstack of vectors", lambda x, y: np.dstack((x, y)) ** 2, real(3), real(3))
case("append", lambda x, y: np.append(x, y) ** 2, real(2, 3), real(2))
case("append axis=", lambda x, y: np.append(x, y, axis=1) ** 2, real(2, 3), real(2, 2))
case("append a number", lambda x: np.append(x, 1.5) ** 2, real(3))
case(
    "block",
    lambda x, y: np.block([[x, 2 * x], [y, np.zeros((1, 3))]]) ** 2,
    real(2, 3),
    real(1, 3),
    **FIXED,
)
case("block of a row", lambda x, y: np.block([x, y, 1.0]) ** 2, real(3), real(2))
case("block of nothing nested", lambda x: np.block(x) ** 2, real(3))
case("block of mixed axes", lambda x, y: np.block([[x], [y]]) ** 2, real(3), real(2, 3))
case(
    "concatenate dtype=",
    lambda x, y: np.concatenate([x, y], dtype=np.float32),
    real(2),
    real(3),
    near=0.02,
    **OURS,
)
case(
    "stack casting=",
    lambda x: np.stack([x, x], dtype=int, casting="unsafe"),
    real(2),
    **FLAT,
)
case("vstack dtype=", lambda n: np.vstack([n, n], dtype=float), ints(2), **FLAT)
case("hstack dtype=", lambda n: np.hstack([n, n], dtype=float), ints(2), **FLAT)

# --- cutting --------------------------------------------------------------------------
case("hsplit", lambda x: np.multiply(*np.hsplit(x, 2)), real(3, 4), **FIXED)
case("hsplit of a vector", lambda x: np.hsplit(x, [1])[1] ** 2, real(3))
case("vsplit", lambda x: np.vsplit(x, [1, 2])[2] ** 2, real(4, 3))
case("dsplit", lambda x: np.multiply(*np.dsplit(x, 2)), real(2, 3, 4), **FIXED)
case(
    "split axis=", lambda x: np.multiply(*np.split(x, 2, axis=-1)), real(2, 4), **FIXED
)
case(
    "split far out",
    lambda x: np.split(x, [2, 9])[1] ** 2,
    real(4),
    **FIXED,
    oracle=False,  # JAX refuses
)
case("array_split at", lambda x: np.array_split(x, (1,), 1)[1] ** 2, real(2, 3))
case("array_split into more", lambda x: sum(np.array_split(x, 5)[0]), real(2), **FIXED)
case("unstack", lambda x: np.multiply(*np.unstack(x)), real(2, 3), **FIXED)
case(
    "unstack axis=", lambda x: np.multiply(*np.unstack(x, axis=1)), real(3, 2), **FIXED
)

# --- inserting ------------------------------------------------------------------------
case("insert a number", lambda x: np.insert(x, 1, 2.5) ** 2, real(3))
case("insert of x", lambda x, a: np.insert(x, 1, a) ** 2, real(3), real())
case("insert last", lambda x: np.insert(x, -1, 2.5) ** 2, real(3))
case("insert at the end", lambda x: np.insert(x, 3, 2.5) ** 2, real(3), **FIXED)
case("insert first", lambda x: np.insert(x, 0, 2.5) ** 2, real(3))
case("insert flat", lambda x: np.insert(x, 2, 2.5) ** 2, real(2, 3))
case("insert a row", lambda x, r: np.insert(x, 1, r, axis=0) ** 2, real(2, 3), real(3))
case(
    "insert a column",
    lambda x, r: np.insert(x, 1, r, axis=1) ** 2,
    real(3, 2),
    real(3),
)
case(
    "insert columns at one place",
    lambda x, r: np.insert(x, [1], r, axis=1) ** 2,
    real(3, 2),
    real(3, 2),
    **OURS,
)
case(
    "insert at places",
    lambda x, r: np.insert(x, [2, 0, 2], r) ** 2,
    real(4),
    real(3),
    **FIXED,
    **OURS,
)
case(
    "insert rows at places",
    lambda x, r: np.insert(x, [1, -1], r, axis=0) ** 2,
    real(3, 2),
    real(2, 2),
    **FIXED,
    **OURS,
)
case(
    "insert one at places",
    lambda x: np.insert(x, (0, 1), 7.0, 1) ** 2,
    real(2, 3),
    **OURS,
)
case(
    "insert by slice", lambda x: np.insert(x, slice(0, 4, 2), 7) ** 2, real(4), **FIXED
)
case(
    "insert by mask",
    lambda x: np.insert(x, np.array([True, False, True]), 7) ** 2,
    real(3),
    **FIXED,
    **OURS,
)
case("insert nowhere", lambda x: np.insert(x, [], 7) ** 2, real(3), **OURS)
case("insert into ints", lambda n: np.insert(n, 1, 2.7), ints(3), **FLAT)

# --- leaving out ----------------------------------------------------------------------
case("delete", lambda x: np.delete(x, 1) ** 2, real(3))
case("delete last", lambda x: np.delete(x, -1) ** 2, real(3))
case("delete first row", lambda x: np.delete(x, 0, axis=0) ** 2, real(3, 2))
case("delete flat", lambda x: np.delete(x, 2) ** 2, real(2, 3))
case("delete places", lambda x: np.delete(x, [0, 2], axis=1) ** 2, real(2, 4), **OURS)
case(
    "delete last places",
    lambda x: np.delete(x, [-1, -2], axis=0) ** 2,
    real(4, 2),
    **OURS,
)
case("delete slice", lambda x: np.delete(x, slice(1, 3)) ** 2, real(4), **FIXED)
case("delete every other", lambda x: np.delete(x, np.s_[::2]) ** 2, real(5), **FIXED)
case(
    "delete by mask",
    lambda x: np.delete(x, np.array([True, False, True])) ** 2,
    real(3),
    **FIXED,
    **OURS,
)
case("delete nothing", lambda x: np.delete(x, []) ** 2, real(3), **OURS)
case(
    "delete all",
    lambda x: np.delete(x, [0, 1]) ** 2 + x.sum(),
    real(2),
    **FIXED,
    **OURS,
)

# --- choosing -------------------------------------------------------------------------
_HELD = np.array([True, False, True])
case("compress", lambda x: np.compress(_HELD, x, axis=0) ** 2, real(3, 2), **FIXED)
case(
    "compress flat",
    lambda x: np.compress([0, 1, 1], x) ** 2,
    real(2, 2),
    **FIXED,
    **OURS,
)
case("compress method", lambda x: x.compress(_HELD, axis=-1) ** 2, real(2, 3), **FIXED)
case("compress short", lambda x: np.compress(_HELD[:1], x, 1) ** 2, real(2, 3), **FIXED)
case(
    "extract",
    lambda x: np.extract(np.eye(2, 3) > 0, x) ** 2,
    real(2, 3),
    **FIXED,
)
case(
    "take mode=wrap",
    lambda x: np.take(x, [-4, 7, 1], axis=1, mode="wrap") ** 2,
    real(2, 3),
    **OURS,
)
case(
    "take mode=clip",
    lambda x, i: np.take(x, i, mode="clip") ** 2,
    real(2, 3),
    ints(4, below=9),
    **OURS,
)
case("take a number, wrap", lambda x: np.take(x, -4, 0, mode="wrap"), real(3), **OURS)
case("take by a matrix", lambda x, i: np.take(x, i) ** 2, real(4), ints(2, 3))

# --- layout in memory -----------------------------------------------------------------
case("ravel order=F", lambda x: np.ravel(x, order="F") ** 2, real(2, 3))
case("flatten order=F", lambda x: x.flatten("F") ** 2, real(2, 3))
case(
    "reshape order=F", lambda x: np.reshape(x, (3, -1), order="F"), real(2, 3), **FIXED
)
case(
    "reshape order=A",
    lambda x: np.reshape(x, (-1,), order="A") ** 2,
    real(2, 3),
    **OURS,
)
case("copy order=", lambda x: np.copy(x, order="C") * x, real(2, 3), **OURS)
case("astype copy=", lambda x: x.astype(float, copy=False) * x, real(2, 3), **OURS)
case("where of flags", lambda c, x: np.where(c, x, 0) ** 2, flags(3), real(3))

# --- functions along axes -------------------------------------------------------------
case(
    "apply_along_axis",
    lambda x: np.apply_along_axis(lambda v: np.sum(v * v[0]), 0, x),
    real(3, 2),
    **FIXED,
)
case(
    "apply_along_axis to vectors",
    lambda x: np.apply_along_axis(lambda v, k: v[:2] * k, 1, x, 3.0) ** 2,
    real(2, 3, 2),
    **FIXED,
)
case(
    "apply_along_axis to matrices",
    lambda x: np.apply_along_axis(lambda v: np.outer(v, v), axis=-1, arr=x),
    real(2, 2),
    **FIXED,
)
case(
    "apply_along_axis of a vector", lambda x: np.apply_along_axis(np.sum, 0, x), real(3)
)
case(
    "apply_over_axes",
    lambda x: x * np.apply_over_axes(np.sum, x, [0, -1]),
    real(2, 3, 4),
)
case(
    "apply_over_axes keeping axes",
    lambda x: np.apply_over_axes(np.cumsum, x, 1) ** 2,
    real(2, 3),
    **OURS,
)
