"""Moving, adding and repeating axes."""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, case, ints, real

# --- axes -----------------------------------------------------------------------------
case("sum", lambda x: np.sum(x**2), real(3, 4))
case("sum axis=0", lambda x: np.sum(x**2, axis=0), real(3, 4))
case("sum axis=-1", lambda x: np.sum(x**2, -1), real(3, 4))
case("sum of some axes", lambda x: np.sum(x**2, axis=(0, -1)), real(2, 3, 4))
case("sum keepdims", lambda x: x * np.sum(x, axis=1, keepdims=True), real(2, 3, 4))
case("sum all keepdims", lambda x: x * x.sum(keepdims=True), real(2, 3))
case("sum of no axes", lambda x: np.sum(x**2, axis=()), real(2, 3))
case("sum of a scalar", lambda x: np.sum(x * x), real())
case("sum over nothing", lambda x: np.sum(x * x, axis=0), real(0, 3))
case("sum dtype=", lambda x: np.sum(x, dtype=np.float32), real(3), near=0.02, **OURS)
case("sum of flags", lambda x: np.sum(x > 0, axis=0), real(3, 4), **FLAT)
case("sum of int8", lambda n: np.sum(n, axis=0), ints(3, 4, dtype=np.int8), **FLAT)
case("sum of uint8", lambda n: np.sum(n), ints(3, 4, dtype=np.uint8), **FLAT)
case("sum of int8, no axes", lambda n: np.sum(n, ()), ints(3, dtype=np.int8), **FLAT)
case("add.reduce", lambda x: np.add.reduce(x * x), real(3, 4))
case("maximum.reduce", lambda x: np.maximum.reduce(x * x, axis=-1), real(3, 4))
case("minimum.reduce", lambda x: np.minimum.reduce(x * x), real(3, 4))
case("multiply.reduce", lambda x: np.multiply.reduce(x, axis=None), real(3, 4))
case("logical_and.reduce", lambda x: np.logical_and.reduce(x > 0), real(3, 4), **FLAT)
case("logical_or.reduce", lambda x: np.logical_or.reduce(x > 0, 1), real(3, 4), **FLAT)
case("transpose", lambda x: np.transpose(x) * x.T**2, real(2, 3, 4))
case("transpose axes", lambda x: np.transpose(x, (1, -1, 0)) ** 2, real(2, 3, 4))
case(
    "transpose method",
    lambda x: x.transpose(1, 0, 2) * x.transpose((1, 0, 2)),
    real(2, 3, 4),
)
case("transpose of a vector", lambda x: x.T * x, real(3))
case("permute_dims", lambda x: np.permute_dims(x, (1, 0)) ** 2, real(2, 3))
case("matrix_transpose", lambda x: np.matrix_transpose(x) * x.mT, real(2, 3, 4))
case("swapaxes", lambda x: np.swapaxes(x, 0, -1) * x.swapaxes(2, 0), real(2, 3, 4))
case("moveaxis", lambda x: np.moveaxis(x, 0, -1) ** 2, real(2, 3, 4))
case("moveaxis several", lambda x: np.moveaxis(x, (0, 2), [-1, 0]) ** 2, real(2, 3, 4))
case("reshape", lambda x: np.reshape(x, (2, 6)) ** 2, real(3, 4), **FIXED)
case("reshape -1", lambda x: x.reshape(-1) * np.reshape(x, -1), real(3, 4))
case(
    "reshape method",
    lambda x: x.reshape(2, -1, 3) * x.reshape((2, 2, 3)),
    real(3, 4),
    **FIXED,
)
case("reshape by shape", lambda x: x.reshape(x.shape[0], -1) ** 2, real(2, 3, 4))
case("reshape no entries", lambda x: x.reshape(3, 0) ** 2, real(0, 3), **FIXED)
case("ravel", lambda x: np.ravel(x) * x.ravel() * x.flatten(), real(3, 4))
case("expand_dims", lambda x: np.expand_dims(x, 1) * x, real(3))
case("expand_dims several", lambda x: np.expand_dims(x, (0, -1)) ** 2, real(3, 4))
case("squeeze", lambda x: np.squeeze(x) * x.squeeze(), real(1, 3, 1))
case(
    "squeeze axis=",
    lambda x: np.squeeze(x, axis=(0, -1)) * x.squeeze(0)[..., 0],
    real(1, 3, 1),
)
case("broadcast_to", lambda x: np.broadcast_to(x, (2, 3, 4)) ** 2, real(3, 1), **FIXED)
case("broadcast_to int", lambda x: np.broadcast_to(x, 3) ** 2, real(), **FIXED)
case(
    "broadcast_to shape of",
    lambda x, y: np.broadcast_to(x, y.shape) * y,
    real(4),
    real(3, 4),
)
case("atleast_1d", lambda x: np.atleast_1d(x) * np.atleast_1d(x * x), real())
case("atleast_1d of several", lambda x, y: sum(np.atleast_1d(x, y)), real(), real(3))
case("atleast_2d", lambda x: np.atleast_2d(x) ** 2, real(3))
case(
    "shape, ndim, size",
    lambda x: x.sum() / (np.size(x) + np.ndim(x) + np.shape(x)[0]),
    real(3, 4),
)
case("size of an axis", lambda x: np.sum(x * x) / np.size(x, 0) / x.size, real(3, 4))
case("sizes in arithmetic", lambda x: x * x.shape[0] - x.shape[1] / x, real(3, 4))
case("flip", lambda x: np.flip(x) * x, real(3, 4))
case("flip axis=", lambda x: np.flip(x, axis=0) * np.flip(x, (0, -1)), real(3, 4))
case("flip by slice", lambda x: x[::-1, :] * x[:, ::-1], real(3, 4))
