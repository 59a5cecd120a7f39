"""Joining and cutting arrays."""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, ROW, case, ints, real

# --- joining and cutting --------------------------------------------------------------
case(
    "concatenate",
    lambda x, y: np.concatenate([x, y * y, x]) ** 2,
    real(2, 3),
    real(4, 3),
)
case(
    "concatenate axis=-1",
    lambda x, y: np.concatenate((x, y), axis=-1) ** 2,
    real(2, 3),
    real(2, 4),
)
case(
    "concatenate flat",
    lambda x, y: np.concatenate((x, y), axis=None) ** 2,
    real(2, 3),
    real(2),
)
case(
    "concatenate ints, floats",
    lambda x, n: np.concatenate([n, x]) ** 2,
    real(2),
    ints(3),
)
case("concatenate plain", lambda x: np.concatenate([x, ROW]) ** 2, real(3), **FIXED)
case("concatenate one", lambda x: np.concatenate([x]) ** 2, real(3))
case("concatenate nothing", lambda x, y: np.concatenate([x, y]) ** 2, real(0), real(3))
case(
    "concatenate rows of x",
    lambda x: np.concatenate(x) ** 2,
    real(3, 2),
    **FIXED,
    **OURS,
)
case("stack", lambda x, y: np.stack([x, y]) ** 2, real(2, 3), real(2, 3))
case(
    "stack axis=-1",
    lambda x, y: np.stack((x, y, x), axis=-1) ** 2,
    real(2, 3),
    real(2, 3),
)
case("stack numbers", lambda x, y: np.stack([x, y, 1.0]) ** 2, real(), real(), **OURS)
case(
    "stack int and float", lambda x: np.stack([x, np.arange(3)]) ** 2, real(3), **FIXED
)
case("vstack", lambda x, y: np.vstack([x, y]) ** 2, real(2, 3), real(3))
case("hstack", lambda x, y: np.hstack([x, y]) ** 2, real(2, 3), real(2, 4))
case(
    "hstack of vectors",
    lambda x, y: np.hstack([x, y, 2.0]) ** 2,
    real(2),
    real(3),
    **OURS,
)
case("split", lambda x: np.multiply(*np.split(x, 2)), real(4, 3), **FIXED)
case("split at", lambda x: np.split(x, [1, 3], axis=1)[1] ** 2, real(2, 4), **FIXED)
case(
    "array_split",
    lambda x: np.array_split(x, 3)[0] * np.array_split(x, 3)[2][0],
    real(7),
    **FIXED,
)
case("rows of x", lambda x: sum(row * row[0] for row in x), real(3, 2), **FIXED)
case("unpacked", lambda x: (lambda a, b: a * b)(*x), real(2, 3), **FIXED)

case("column_stack", lambda x, y: np.column_stack([x, y]) ** 2, real(3), real(3, 2))
case("repeat", lambda x: np.repeat(x, 2) * x.repeat(2, axis=1).ravel(), real(3, 2))
case("tile", lambda x: np.tile(x, (2, 1, 3)) ** 2, real(3, 2))
case("tile short", lambda x: np.tile(x, 2) ** 2, real(3, 2))
case("roll", lambda x: np.roll(x, 1) * np.roll(x, -2, axis=0), real(3, 4), **FIXED)
case("roll of symbolic size", lambda x: np.roll(x, 1) * np.roll(x, -2, 0), real(3, 4))
case("pad", lambda x: np.concatenate([x[1:] - x[:-1], x]) ** 2, real(4))
case("diff", lambda x: np.diff(x) ** 2, real(3, 4))
case("diff twice", lambda x: np.diff(x, 2, axis=0) ** 2, real(4, 3))
case("diff of flags", lambda x: np.diff(x > 0), real(4), **FLAT)
case(
    "broadcast_arrays",
    lambda x, y: np.multiply(*np.broadcast_arrays(x, y)),
    real(3),
    real(2, 1),
)
