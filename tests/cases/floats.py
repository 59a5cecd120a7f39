"""Signs, rounding, bits of floats, angles, choice among several, ufuncs' arguments."""

from typing import Any

import numpy as np

from tests.cases.table import (
    FIXED,
    FLAT,
    OURS,
    above,
    case,
    flags,
    ints,
    real,
    words,
)

APART = np.array([[-1.7, -0.6, 0.3, 1.3], [0.7, 1.6, -1.2, -0.4]])
"""Numbers away from the integers, and from the powers of two."""

# --- entry by entry -------------------------------------------------------------------
for _name in words("deg2rad rad2deg degrees radians sinc i0"):
    case(_name, getattr(np, _name), real(3, 4))
for _name in words("spacing signbit isposinf isneginf fix"):
    case(_name, getattr(np, _name), real(3, 4), **FLAT)
for _name in words("copysign logaddexp2 nextafter"):
    oracle = _name != "nextafter"
    case(_name, getattr(np, _name), real(3, 4), real(3, 4), oracle=oracle)
    case(f"{_name} of a row", getattr(np, _name), real(4), real(3, 1), oracle=oracle)
_first = real(3, 4)
_second = _first + 0.3 * real(3, 4)
for _name in words("fmax fmin"):
    case(_name, getattr(np, _name), _first, _second)
    case(
        f"{_name} of a row",
        getattr(np, _name),
        ints(4) + 0.2,
        ints(3, 1, below=4) - 0.4,
    )
case("fmax of NaN", np.fmax, [np.nan, 1, 2], [3.0, np.nan, 1], **FLAT)
_by = above(4)
case("fmod", np.fmod, _by * (ints(3, 4, below=6) - 2.6), _by)
case("fmod by a number", lambda x: np.fmod(x, 0.7), [0.55, 1.1, -1.25])
for _name in words("gcd lcm"):
    case(_name, getattr(np, _name), ints(3, 4, below=20), ints(4, below=9), **FLAT)
case("bitwise_count", np.bitwise_count, ints(5, below=100), **FLAT)
case("isposinf of ints", np.isposinf, ints(3), **FLAT)
case("fix of ints", np.fix, ints(3), **FLAT)
case("heaviside of h", lambda x, h: np.heaviside(x * 0, h) * x, real(3), real(3))
case("sinc at 0", np.sinc, [0.0, 1e-9, 0.3, -1, 2.7], **OURS)
case("sinc of ints", np.sinc, ints(3), **FLAT)
case("sinc of a number", np.sinc, real())
case("sinc of nothing", np.sinc, real(0, 3))
case("float_power", np.float_power, above(3, 4), real(4))
case("float_power of ints", lambda n: np.float_power(n, -1), 1 + ints(3), **FLAT)
case("float_power 2", lambda x: np.float_power(x, 2), real(3))
case("ldexp", lambda x, n: np.ldexp(x, n) * x, real(3, 4), ints(4))
case("ldexp by a number", lambda x: np.ldexp(x, 2) * x, real(3))
case("modf", lambda x: np.modf(x)[0] * x + np.modf(x)[1], APART)
case("modf of ints", lambda n: np.modf(n)[0], ints(3), **FLAT)
case("frexp", lambda x: np.frexp(x)[0] * x, APART, **OURS)
case("frexp exponent", lambda x: np.frexp(x)[1], APART, **FLAT)
case("frexp and back", lambda x: np.ldexp(*np.frexp(x)) * x, APART[0], **OURS)
case("round to tens of ints", lambda n: np.round(n, -1), ints(3, below=90), **FLAT)
case("around", lambda x: np.around(x, decimals=1), real(3), **FLAT)
case("round to tens", lambda x: np.round(100 * x, -1), real(3), **FLAT)
case("nan_to_num", lambda x: np.nan_to_num(x) * x, real(3, 4))
case("nan_to_num of ints", np.nan_to_num, ints(3), **FLAT)
case(
    "nan_to_num of infinities",
    lambda x: np.nan_to_num(x * np.array([np.inf, -np.inf, np.nan, 1]), nan=2.0),
    above(4),
    **FLAT,
    **FIXED,
)
case(
    "nan_to_num posinf=, neginf=",
    lambda x: np.nan_to_num(x * np.array([np.inf, -np.inf, 1]), posinf=1, neginf=-1),
    above(3),
    **FIXED,
    **OURS,
)

# --- angles ---------------------------------------------------------------------------
case("unwrap", lambda x: np.unwrap(4 * x) * x, APART[0])
case("unwrap axis=", lambda x: np.unwrap(4 * x, axis=0) * x, APART)
case("unwrap period=", lambda x: np.unwrap(4 * x, period=1.5) * x, APART)
case("unwrap discont=", lambda x: np.unwrap(4 * x, 4.2) * x, APART[0])
case("unwrap of ints", lambda n: np.unwrap(n, period=4), ints(5, below=9), **FLAT)
case("unwrap of ints, 2 pi", np.unwrap, ints(5, below=9), **FLAT)

# --- choice among several -------------------------------------------------------------
case(
    "select",
    lambda x, y: np.select([x > 1, x > 0], [x * y, np.sin(x)], y**2),
    APART,
    APART[0],
)
case("select numbers", lambda x: np.select([x > 1, x > 0], [x**2, 1]), APART)
case("select of ints", lambda n: np.select([n > 1], [n], -1), ints(4), **FLAT)
case(
    "choose",
    lambda a, x, y: np.choose(a, [x * y, np.sin(x), 3.0]),
    ints(3, 4),
    real(3, 4),
    real(4),
    oracle=False,
)
case("choose of rows", lambda a, x: np.choose(a, x**2), ints(4), real(3, 4), **FIXED)
case(
    "choose mode=wrap",
    lambda a, x: np.choose(a, (x, x**2), mode="wrap"),
    ints(4, below=5),
    real(4),
)
case(
    "choose by known numbers mode=wrap",
    lambda x: np.choose(np.array([0, 3, -1]), (x, x**2), mode="wrap"),
    real(3),
    **FIXED,
)
case(
    "choose mode=clip",
    lambda a, x: np.choose(a - 1, (x, x**2), mode="clip"),
    ints(4, below=5),
    real(4),
)
case(
    "piecewise",
    lambda x: np.piecewise(x, [x < 0, x > 1], [np.sin, lambda x: x**3, 2.0]),
    APART,
)
case(
    "piecewise without rest",
    lambda x: np.piecewise(x, [x < 0, x > 1], [lambda x, k: k * x**2, 1], 3),
    APART,
    oracle=False,
)
case(
    "piecewise of one condition",
    lambda x: np.piecewise(x, x > 0, [np.log, np.exp]),
    APART[0],
    oracle=False,
)
case("clip of None", lambda x: np.clip(x, None, None) * x, real(3))


def _truth(value: Any) -> Any:
    """A truth of NumPy's, which gives one of Python's for plain arrays."""
    return np.logical_and(value, True)


# --- comparison of arrays -------------------------------------------------------------
case("isclose", lambda x: np.isclose(x, x + 1e-9), real(3), **FLAT)
case("isclose rtol=", lambda x: np.isclose(x, 1, rtol=0.5, atol=0), real(5), **FLAT)
case("isclose equal_nan=", lambda x: np.isclose(x, x, equal_nan=True), real(5), **FLAT)
case("allclose", lambda x: _truth(np.allclose(x, x + 1e-9)), real(3, 4), **FLAT)
case("allclose atol=", lambda x: _truth(np.allclose(x, 0, atol=1)), real(3, 4), **FLAT)
case("array_equal", lambda x, y: _truth(np.array_equal(x, y)), ints(3), ints(3), **FLAT)
case("array_equal, itself", lambda x: _truth(np.array_equal(x, x)), real(3), **FLAT)
case(
    "array_equal of shapes", lambda x: _truth(np.array_equal(x, x[:2])), real(3), **FLAT
)
case(
    "array_equal equal_nan=",
    lambda x: _truth(np.array_equal(x * np.nan, x * np.nan, equal_nan=True)),
    real(3),
    **FLAT,
)
case("array_equiv", lambda x, y: _truth(np.array_equiv(x, y)), ints(1), ints(3), **FLAT)

# --- arguments of ufuncs --------------------------------------------------------------
case("add dtype=", lambda x: np.add(x, 2, dtype=np.float32), real(3), near=0.02, **OURS)
case("exp dtype=", lambda n: np.exp(n, dtype=np.float32), ints(3), **FLAT)
case("multiply dtype=", lambda n: np.multiply(n, n, dtype=float), ints(3), **FLAT)
case("ufunc where=True", lambda x: np.sin(x, where=True) * x, real(3), **OURS)
case(
    "ufunc defaults",
    lambda x: np.sin(x, casting="same_kind", order="K"),
    real(3),
    **OURS,
)
case("integer powers at 0", lambda x: x**2 + x**3 + x**1 + x**0, [0.0, -1, 2])
case(
    "powers of many exponents",
    lambda x, n: x**n,
    np.array([[0.0], [-2], [3]]),
    [0, 1, 2, 3],
    **OURS,
)
case("fmax of flags", lambda a, b: np.fmax(a, b), flags(3), flags(3), **FLAT)
