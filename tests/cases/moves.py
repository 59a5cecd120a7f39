"""Turning round, rolling, repeating, padding: NumPy's own functions both ways."""

import numpy as np

from tests.cases.table import FIXED, FLAT, OURS, case, flags, ints, real

# --- turning round --------------------------------------------------------------------
case("flipud", lambda x: np.flipud(x) * x, real(3, 4))
case("fliplr", lambda x: np.fliplr(x) * x**2, real(3, 4))
case("flip of no axes", lambda x: np.flip(x, ()) * x, real(3), **OURS)
case("flip list", lambda x: np.flip(x, axis=(1, 0)) * x, real(3, 4))
case("flip of a number", lambda x: np.flip(x) * x, real())
case("flip of ints", lambda n: np.flip(n), ints(4), **FLAT)
case("rot90", lambda x: np.rot90(x) ** 2, real(3, 4))
case("rot90 twice", lambda x: np.rot90(x, 2) * x, real(3, 4))
case("rot90 back", lambda x: np.rot90(x, k=-1) ** 2, real(3, 4))
case("rot90 not at all", lambda x: np.rot90(x, 4) * x, real(3, 4))
case("rot90 axes=", lambda x: np.rot90(x, 1, axes=(2, 0)) ** 2, real(2, 3, 4))
case("rot90 axes= thrice", lambda x: np.rot90(x, 3, (-1, 1)) ** 2, real(2, 3, 4))
case("rollaxis", lambda x: np.rollaxis(x, 2) ** 2, real(2, 3, 4))
case("rollaxis start=", lambda x: np.rollaxis(x, 0, start=3) ** 2, real(2, 3, 4))
case("rollaxis negative", lambda x: np.rollaxis(x, -1, -2) ** 2, real(2, 3, 4))

# --- rolling --------------------------------------------------------------------------
case("roll tuple", lambda x: np.roll(x, (1, -2), axis=(0, 1)) * x, real(3, 4))
case("roll one axis twice", lambda x: np.roll(x, (1, 1), (0, 0)) * x, real(3, 4))
case("roll two axes", lambda x: np.roll(x, 1, axis=(0, -1)) * x, real(3, 4))
case("roll several by", lambda x: np.roll(x, (1, 2), axis=0) * x, real(4, 3), **OURS)
case("roll by nothing", lambda x: np.roll(x, 0, axis=0) * x, real(3, 4))
case("roll far", lambda x: np.roll(x, 7) * x, real(3))
case("roll by a size", lambda x: np.roll(x, x.shape[0] // 2, axis=0) * x, real(5, 2))
case("roll of no entries", lambda x: np.roll(x, 1) ** 2, real(0))
case("roll list", lambda x: np.roll(x, [1, 2], [0, 1]) * x, real(3, 4), **OURS)

# --- repeating ------------------------------------------------------------------------
case("repeat axis=", lambda x: np.repeat(x, 3, axis=-1) ** 2, real(2, 3))
case("repeat once", lambda x: np.repeat(x, 1, axis=0) ** 2, real(2, 3))
case("repeat never", lambda x: np.repeat(x, 0, axis=0) ** 2, real(2, 3))
case("repeat a size", lambda x: np.repeat(x, x.shape[0], axis=1) ** 2, real(2, 3))
case(
    "repeat each",
    lambda x: np.repeat(x, [2, 1, 3], axis=0) ** 2,
    real(3, 2),
    **FIXED,
    oracle=False,  # JAX wants an array of counts, here and below
)
case(
    "repeat each, some never",
    lambda x: np.repeat(x, np.array([2, 0, 3]), axis=1) ** 2,
    real(2, 3),
    **FIXED,
)
case("repeat each, none", lambda x: np.repeat(x, (0, 0)) ** 2, real(2), **FIXED, **OURS)
case("repeat each once", lambda x: np.repeat(x, (1, 1)) ** 2, real(2), **FIXED, **OURS)
case(
    "repeat flat each",
    lambda x: np.repeat(x, np.array([1, 2, 0, 1])) ** 2,
    real(2, 2),
    **FIXED,
)
case("repeat a number", lambda x: np.repeat(x, 3) ** 2, real())
case("tile more axes", lambda x: np.tile(x, (2, 1, 3)) ** 2, real(2))
case("tile fewer", lambda x: np.tile(x, (3,)) ** 2, real(2, 3))
case("tile once", lambda x: np.tile(x, (1, 1)) ** 2, real(2, 3))
case("tile never", lambda x: np.tile(x, 0) ** 2, real(2))
case("tile a number", lambda x: np.tile(x, (2, 3)) ** 2, real())
case("tile by a size", lambda x: np.tile(x, (x.shape[1], 1)) ** 2, real(2, 3))
case("tile of ints", lambda n: np.tile(n, 2), ints(3), **FLAT)
case("resize", lambda x: np.resize(x, (3, 3)) ** 2, real(2, 2), **FIXED)
case("resize less", lambda x: np.resize(x, 3) ** 2, real(2, 2), **FIXED)
case("resize as much", lambda x: np.resize(x, (x.shape[1], x.shape[0])), real(2, 3))
case("resize of nothing", lambda x: np.resize(x, 2) * x.sum(), real(0), **FIXED, **OURS)

# --- padding --------------------------------------------------------------------------
case("pad zeros", lambda x: np.pad(x, 1) ** 2, real(3))
case("pad before", lambda x: np.pad(x, (2, 0)) ** 2, real(3, 2))
case("pad axes", lambda x: np.pad(x, ((1, 2), (0, 3))) ** 2, real(3, 2))
case("pad last axis", lambda x: np.pad(x, ((0, 0), (1, 3))) ** 2, real(3, 2))
case("pad dict", lambda x: np.pad(x, {-1: (1, 2)}) ** 2, real(3, 2), **OURS)
case(
    "pad array",
    lambda x: np.pad(x, np.array([[1], [2]])) ** 2,
    real(3, 2),
    oracle=False,  # JAX wants both ends
)
case("pad by nothing", lambda x: np.pad(x, 0) ** 2, real(3, 2))
case("pad by a size", lambda x: np.pad(x, (0, x.shape[0])) ** 2, real(3))
case("pad nothing", lambda x: np.pad(x, 1) ** 2, real(0, 3))
case("pad number", lambda x: np.pad(x, 1, constant_values=2.5) ** 2, real(3, 2))
case("pad pair", lambda x: np.pad(x, 1, constant_values=(1, 2)) ** 2, real(3, 2))
case(
    "pad pairs",
    lambda x: np.pad(x, ((1, 2), (0, 1)), constant_values=((1, 2), (3, 4))) ** 2,
    real(3, 2),
)
case(
    "pad of last axis by pairs",
    lambda x: np.pad(x, ((0, 0), (2, 1)), constant_values=((1, 2), (3, 4))) ** 2,
    real(3, 2),
)
case(
    "pad expressions",
    lambda x, a: np.pad(x, 1, constant_values=(a, x[0, 0])) ** 2,
    real(3, 2),
    real(),
    **OURS,
)
case("pad of ints", lambda n: np.pad(n, 1, constant_values=7), ints(3), **FLAT)
case("pad of flags", lambda c: np.pad(c, 1), flags(3), **FLAT)
for _mode in ("edge", "reflect", "symmetric", "wrap"):
    case(f"pad {_mode}", lambda x, m=_mode: np.pad(x, 2, mode=m) ** 2, real(4, 3))
    case(
        f"pad {_mode} one axis",
        lambda x, m=_mode: np.pad(x, ((0, 0), (1, 2), (0, 0)), m) ** 2,
        real(2, 3, 2),
    )
    case(
        f"pad {_mode} far",
        lambda x, m=_mode: np.pad(x, (5, 7), mode=m) ** 2,
        real(3),
        **OURS,
    )
for _mode in ("reflect", "symmetric"):
    case(
        f"pad {_mode} odd",
        lambda x, m=_mode: np.pad(x, ((1, 2), (2, 0)), m, reflect_type="odd") ** 2,
        real(4, 3),
    )
case("pad linear_ramp", lambda x: np.pad(x, (2, 3), "linear_ramp") ** 2, real(3, 2))
case(
    "pad linear_ramp end_values=",
    lambda x: np.pad(x, ((2, 3), (1, 0)), "linear_ramp", end_values=(1, -2)) ** 2,
    real(3, 2),
)
case(
    "pad linear_ramp to expressions",
    lambda x, a: np.pad(x, 2, "linear_ramp", end_values=((a, 1),)) ** 2,
    real(3),
    real(),
    **OURS,
)
for _mode in ("mean", "maximum", "minimum", "median"):
    case(f"pad {_mode}", lambda x, m=_mode: np.pad(x, ((1, 2), (2, 0)), m), real(3, 2))
    case(
        f"pad {_mode} stat_length=",
        lambda x, m=_mode: np.pad(x, (1, 2), m, stat_length=(2, 1)) ** 2,
        real(4, 3),
        **FIXED,
    )
case("pad mean of ints", lambda n: np.pad(n, 1, "mean"), ints(3), **FLAT)
case("pad ramp of ints", lambda n: np.pad(n, 3, "linear_ramp"), ints(3), **FLAT)
