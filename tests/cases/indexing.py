"""Indexing, basic and by arrays."""

import numpy as np

from tests.cases.table import FIXED, OURS, ROWS, above, case, ints, real

# --- indexing -------------------------------------------------------------------------
case("int index", lambda x: x[1] * x[-1], real(3, 4))
case("two ints", lambda x: x[1, -2] ** 2, real(3, 4), **FIXED)
case("slice", lambda x: x[1:3] * x[:-1], real(3, 4), **FIXED)
case("slice of symbolic size", lambda x: x[1:] * x[:-1], real(5, 2))
case("slice of columns", lambda x: x[:, :2] ** 2 + x[..., -2:], real(3, 4), **FIXED)
case("slice with step", lambda x: x[::2] ** 2, real(5))
case("slice with step, bounds", lambda x: x[4:0:-2] * x[1:4:2], real(6), **FIXED)
case("slice out of bounds", lambda x: x[1:100] ** 2, real(3), **FIXED)
case("empty slice", lambda x: x[2:1] ** 2, real(3), **FIXED)
case("new axis", lambda x: x[:, None] * x[None, :] * x[np.newaxis], real(3))
case("ellipsis", lambda x: x[..., 0] * x[0, ...][None, :, 1], real(2, 3, 4))
case("whole", lambda x: x[:] * x[...] * x[()], real(3))
case("scalar [()]", lambda x: x[()] * x[...] * x[None][0], real())
case("index array", lambda x: x[ROWS] ** 2, real(3, 2), **FIXED)
case("index list", lambda x: x[[0, -1, 0]] ** 2, real(3, 2), oracle=False, **FIXED)
case("index matrix", lambda x: x[np.array([[0, 1], [1, 1]])] ** 2, real(3, 2), **FIXED)
case("index two arrays", lambda x: x[ROWS, np.arange(4)] ** 2, real(3, 4), **FIXED)
case("index by input", lambda x, i: x[i] ** 2, real(3, 2), ints(5))
case("index by unsigned", lambda x, i: x[i] ** 2, real(3, 2), ints(5, dtype=np.uint8))
case("index by int32", lambda x, i: x[:, i] ** 2, real(2, 3), ints(5, dtype=np.int32))
case("index apart", lambda x: x[ROWS, :, np.arange(4)] ** 2, real(3, 2, 4), **FIXED)
case("index apart by int", lambda x: x[1, :, ROWS] ** 2, real(2, 3, 4), **FIXED)
case("index beside int", lambda x: x[:, 1, ROWS] ** 2, real(2, 3, 4), **FIXED)
case(
    "index broadcast",
    lambda x, i, j: x[i[:, None], j] ** 2,
    real(3, 3),
    ints(2),
    ints(4),
)
case(
    "index, slice, new axis",
    lambda x: x[:, None, ROWS, 1:] ** 2,
    real(2, 3, 4),
    **FIXED,
)
case(
    "index array, new axis, array",
    lambda x: x[ROWS, None, ROWS] ** 2,
    real(3, 3),
    **FIXED,
)
case(
    "index array after int, new axis",
    lambda x: x[0, None, :, ROWS] ** 2,
    real(2, 3, 4),
    **FIXED,
)
case(
    "index mask",
    lambda x: x[:, np.array([True, False, True])] ** 2,
    real(2, 3),
    **FIXED,
)
case(
    "index mask list",
    lambda x: x[[False, True]] ** 2,
    real(2, 3),
    oracle=False,
    **FIXED,
)
case(
    "index mask of two axes",
    lambda x: x[..., np.array([[True, False, True], [False, True, False]]), 0] ** 2,
    real(2, 2, 3, 2),
    **FIXED,
)
case(
    "index mask, array",
    lambda x: x[np.array([True, True]), ROWS[:2]],
    real(2, 3),
    **FIXED,
)
case(
    "index one row twice",
    lambda x: x[[0], [1, 1]] ** 2,
    real(2, 3),
    oracle=False,
    **FIXED,
)
case("index no rows", lambda x: x[np.array([], int)] ** 2, real(3, 2), **FIXED)
case("index empty list", lambda x: x[[]] ** 2, real(3, 2), oracle=False, **FIXED)
case(
    "index 0-d array", lambda x: x[np.array(1)] ** 2, real(3, 2), oracle=False, **FIXED
)
case("index 0-d input", lambda x, i: x[i] ** 2, real(3, 2), ints())
case(
    "index tuple of lists",
    lambda x: x[[0, 2], [1, 0]] ** 2,
    real(3, 2),
    **FIXED,
    **OURS,
)
case("index by argmax", lambda x: x[np.argmax(x)] * x, real(4))
case(
    "labels",
    lambda x, k: -np.log(x)[np.arange(k.shape[0]), k],
    above(4, 3),
    ints(4),
    **FIXED,
)
case("take", lambda x: np.take(x, ROWS, axis=0) * x.take(ROWS, 0), real(3, 2), **FIXED)
case("take flat", lambda x: np.take(x, [5, 0, 5]) ** 2, real(3, 2), **FIXED, **OURS)
case("take number", lambda x: np.take(x, 1, axis=-1) ** 2, real(3, 2), **FIXED)
case(
    "take negative axis",
    lambda x, i: np.take(x, i, axis=-2) ** 2,
    real(2, 3, 4),
    ints(2),
)
case(
    "take_along_axis",
    lambda x, i: np.take_along_axis(x, i, axis=1) ** 2,
    real(2, 3),
    ints(2, 5),
)
case(
    "take_along_axis first",
    lambda x, i: np.take_along_axis(x, i, 0) ** 2,
    real(3, 2),
    ints(5, 2),
)
case(
    "take_along_axis last",
    lambda x, i: np.take_along_axis(x, i) ** 2,
    real(2, 3),
    ints(2, 4),
    **OURS,
)
case(
    "take_along_axis broadcast",
    lambda x, i: np.take_along_axis(x, i, axis=-1) ** 2,
    real(1, 3),
    ints(4, 2),
)
case(
    "take_along_axis flat",
    lambda x, i: np.take_along_axis(x, i, axis=None) ** 2,
    real(2, 3),
    ints(5, below=6),
)
case(
    "take_along_axis by argmax",
    lambda x: np.take_along_axis(x, np.argmax(x, -1, keepdims=True), -1) ** 2,
    real(3, 4),
)
